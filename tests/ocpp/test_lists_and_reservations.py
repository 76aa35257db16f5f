"""Local lists and reservations where links, people and stations don't do as planned."""

import asyncio
from decimal import Decimal
from typing import Any

import httpx
import msgspec
import pytest

from backend.db.engine import DB
from backend.local_lists.service import GATHER
from backend.tariffs import service as tariffs
from backend.tariffs.model import Tariff
from backend.transactions import replaying
from shared.accounts import Role
from tests.conformance.conftest import node, operator  # noqa: F401  # fixtures
from tests.conformance.flows import STATION, outlets
from tests.conformance.flows16 import charge_point, status
from tests.conformance.lists import LIST, add_token, change_token, choose, sent_list, state_is
from tests.conformance.test_v16_reservations import PATH, of_first, reserve
from tests.support.node import Node
from tests.support.scripted_station import ScriptedStation
from tests.support.scripted_station import station as connected
from tests.support.wire import Session16, eventually, key


@pytest.fixture
def node_settings() -> dict[str, Any]:
    return {"call_timeout_s": 1}


async def synced(station: ScriptedStation, operator: httpx.AsyncClient) -> None:  # noqa: F811
    await choose(operator)
    await sent_list(station)
    await state_is(operator, "synced")


async def test_a_card_blocked_meanwhile_reaches_a_station_that_comes_back_without_a_boot(
    node: Node,  # noqa: F811  # the fixture
    operator: httpx.AsyncClient,  # noqa: F811  # the fixture
) -> None:
    card = await add_token(operator, "A-1")
    async with charge_point(node) as station:
        await synced(station, operator)
    await eventually(operator, STATION, lambda page: not page["row"]["online"])
    await change_token(operator, card, blocked=True)
    async with connected(node.ocpp_url, "CP-1") as station:
        await station.call("Heartbeat", {})
        sent = await sent_list(station)
        assert [one["idTagInfo"]["status"] for one in sent["localAuthorizationList"]] == ["Blocked"]


async def test_a_sync_that_was_cut_off_goes_on_after_the_next_boot(
    node: Node,  # noqa: F811  # the fixture
    operator: httpx.AsyncClient,  # noqa: F811  # the fixture
) -> None:
    async with charge_point(node) as station:
        await synced(station, operator)
    await DB.run("UPDATE local_list SET state = 'sending', entries = NULL, busy_until = now() - interval '1 second'")
    async with node.booted("CP-1") as station:
        assert (await sent_list(station))["updateType"] == "Full"
        await state_is(operator, "synced")


async def test_people_who_are_locked_out_and_new_ones_reach_the_lists(
    node: Node,  # noqa: F811  # the fixture
    operator: httpx.AsyncClient,  # noqa: F811  # the fixture
) -> None:
    admin, driver = await node.client(Role.ADMIN), await node.client(Role.DRIVER)
    (person,) = await DB.run("SELECT id FROM account WHERE role = 'driver'")
    await add_token(operator, "HERS-1", account_id=str(person["id"]), group="FLEET")
    async with charge_point(node, known_card=False) as station:
        await choose(operator, "groups", ("fleet",))
        assert [one["idTag"] for one in (await sent_list(station))["localAuthorizationList"]] == ["HERS-1"]
        await state_is(operator, "synced")
        assert (await admin.patch(f"/api/v1/people/{person['id']}", json={"active": False})).status_code == 200
        assert (await sent_list(station))["localAuthorizationList"][0]["idTagInfo"]["status"] == "Blocked"
        await state_is(operator, "synced")
        await admin.patch(f"/api/v1/people/{person['id']}", json={"active": True})
        await sent_list(station)
        await state_is(operator, "synced")
        await DB.run("UPDATE local_list SET busy_until = now() + interval '1 second'")  # what is sent is on its way yet
        await choose(operator)
        await state_is(operator, "synced")
        await reserve(station, driver, await of_first(operator), "Occupied")
        sent = await sent_list(station)  # the token that the app got for the reservation
        assert sent["localAuthorizationList"][0]["idTag"].startswith("APP")
        await eventually(operator, LIST, lambda one: one["size"] == 2)


async def test_a_late_yes_is_not_lost(node: Node, operator: httpx.AsyncClient) -> None:  # noqa: F811
    """The answer comes after we gave up: the outlet is held, for the one who asked."""
    driver = await node.client(Role.DRIVER)
    async with charge_point(node) as station:
        post = asyncio.create_task(driver.post(PATH, json=await of_first(operator), headers=key()))
        message_id, sent = await station.expect_call("ReserveNow")
        assert (await post).status_code == 504
        await station.answer(message_id, {"status": "Accepted"})
        await status(station, "Reserved")
        (one,) = (await driver.get(PATH, params={"open": True})).json()["items"]
        assert one["state"] == "asked"
        told = {
            "connectorId": 1,
            "idTag": sent["idTag"],
            "meterStart": 0,
            "timestamp": "2030-01-01T10:00:00Z",
            "reservationId": sent["reservationId"],
        }
        assert (await station.call("StartTransaction", told))["idTagInfo"]["status"] == "Accepted"
        (one,) = (await driver.get(PATH)).json()["items"]
        assert one["state"] == "used"


async def test_who_may_not_charge_may_not_reserve(node: Node, operator: httpx.AsyncClient) -> None:  # noqa: F811
    driver = await node.client(Role.DRIVER)
    async with charge_point(node) as station:
        await reserve(station, driver, await of_first(operator), "Occupied")
        items = (await operator.get("/api/v1/tokens")).json()["items"]
        (app,) = [one for one in items if one["label"] == "App"]
        await change_token(operator, app["id"], blocked=True)
        refused = await driver.post(PATH, json=await of_first(operator), headers=key())
        assert (refused.status_code, refused.json()["code"]) == (409, "not_authorized")
        long = await add_token(operator, "ABCDEFGHIJKLMNOPQRST-LONG")
        body = await of_first(operator, id_token="ABCDEFGHIJKLMNOPQRST-LONG")
        refused = await operator.post(PATH, json=body, headers=key())
        assert (refused.status_code, refused.json()["code"]) == (400, "invalid_payload"), long
        await station.expect_nothing(0.1)
        assert len(await outlets(operator)) == 1


async def test_the_master_pass_is_told_to_stations_and_begins_no_session(
    node: Node,  # noqa: F811  # the fixture
    operator: httpx.AsyncClient,  # noqa: F811  # the fixture
) -> None:
    """A station that is away hears it when it is back; 1.6 knows no master pass, but starts nothing by it either."""
    await node.add_station("CP-1")
    await node.add_station("OLD-1")
    async with node.booted("CP-1", "2.0.1"):
        pass
    await eventually(operator, STATION, lambda page: not page["row"]["online"])
    await add_token(operator, "MASTER-1", group="POLICE")
    assert (await operator.put("/api/v1/token-groups", json={"name": "POLICE", "master_pass": True})).status_code == 200
    await eventually(operator, f"{STATION}/commands?state=queued", lambda page: page["items"], 15)
    async with node.booted("CP-1", "2.0.1") as station:
        message_id, sent = await station.expect_call("SetVariables")
        (change,) = sent["setVariableData"]
        assert (change["variable"]["name"], change["attributeValue"]) == ("MasterPassGroupId", "POLICE")
        named = {"component": change["component"], "variable": change["variable"]}
        await station.answer(message_id, {"setVariableResult": [named | {"attributeStatus": "Accepted"}]})
        info = await station.call("Authorize", {"idToken": {"idToken": "MASTER-1", "type": "ISO14443"}})
        assert info["idTokenInfo"]["status"] == "Accepted"
    async with node.booted("OLD-1") as station:
        start = {"connectorId": 1, "idTag": "MASTER-1", "meterStart": 0, "timestamp": "2026-01-01T10:00:00Z"}
        assert (await station.call("StartTransaction", start))["idTagInfo"]["status"] == "Invalid"


REFUSED = "SELECT 1 FROM master_pass_refusal WHERE name = $1 AND firmware = $2"


async def test_a_refused_master_pass_is_asked_again_with_another_firmware_or_another_pass_only(
    node: Node,  # noqa: F811  # the fixture
    operator: httpx.AsyncClient,  # noqa: F811  # the fixture
) -> None:
    groups = "/api/v1/token-groups"

    async def refuse(one: ScriptedStation, asked: str, error: bool) -> None:
        message_id, sent = await one.expect_call("SetVariables")
        (change,) = sent["setVariableData"]
        assert change["attributeValue"] == asked
        if error:
            await one.answer_error(message_id, "NotSupported")
        else:
            named = {"component": change["component"], "variable": change["variable"]}
            await one.answer(message_id, {"setVariableResult": [named | {"attributeStatus": "UnknownComponent"}]})
        await asyncio.sleep(0.5)  # its answer is stored

    async def comes_back(firmware: str, asked: str | None, *, error: bool = False) -> None:
        """It boots with this firmware, is asked to take this master pass (None: nothing), and refuses."""
        async with connected(node.ocpp_url, "CP-1", version="2.0.1") as one:
            told = {"vendorName": "Test", "model": "One", "firmwareVersion": firmware}
            await one.call("BootNotification", {"chargingStation": told, "reason": "PowerUp"})
            report, _ = await one.expect_call("GetBaseReport")
            await one.answer_error(report, "NotSupported")
            if asked is None:
                await one.expect_nothing(GATHER.total_seconds() + 2)
                return
            async with asyncio.timeout(20):  # one that was kept for it comes first, and then the one that is remembered
                while not await DB.run(REFUSED, asked, firmware):
                    await refuse(one, asked, error)

    await node.add_station("CP-1")
    await add_token(operator, "MASTER-1", group="POLICE")
    await add_token(operator, "MASTER-2", group="FIRE")
    assert (await operator.put(groups, json={"name": "POLICE", "master_pass": True})).status_code == 200
    await comes_back("1.0", "POLICE")
    await comes_back("1.0", None)
    await comes_back("1.1", "POLICE", error=True)
    assert (await operator.put(groups, json={"name": "FIRE", "master_pass": True})).status_code == 200
    await comes_back("1.1", "FIRE")


async def test_the_reserved_time_is_part_of_the_bill(
    node: Node,  # noqa: F811  # the fixture
    operator: httpx.AsyncClient,  # noqa: F811  # the fixture
) -> None:
    """Kept for half an hour at 6.00 an hour, then 10 kWh at 0.40: 7.00, with a line for each, in the CDR too."""
    elements = [
        {
            "price_components": [{"type": "TIME", "price": "6.00"}],
            "restrictions": {"reservation": "RESERVATION"},
        },
        {"price_components": [{"type": "ENERGY", "price": "0.40"}]},
    ]
    kept = msgspec.convert({"elements": elements}, Tariff, strict=False)
    tariff_id = await tariffs.add(node.ctx, node.tenant_id, "Kept", kept)
    driver = await node.client(Role.DRIVER)
    async with charge_point(node) as station:
        await DB.run("UPDATE connector SET tariff = $1", tariff_id)
        sent, _ = await reserve(station, driver, await of_first(operator))
        await DB.run("UPDATE reservation SET created_at = now() - interval '90 minutes'")
        session = Session16(station, token=sent["idTag"])
        await session.started(1_000, minutes_ago=60, reservationId=sent["reservationId"])
        await session.stopped(11_000, minutes_ago=30)
        (row,) = await DB.run("SELECT id FROM transaction WHERE state <> 'reserved'")
        path = f"/api/v1/transactions/{row['id']}"
        receipt = await eventually(driver, f"{path}/receipt", lambda told: "lines" in told, 20)
        assert [(line["kind"], round(float(line["amount"]), 1)) for line in receipt["lines"]] == [
            ("reservation", 3.0),
            ("energy", 4.0),
        ]
        (cdr,) = (await operator.get(f"{path}/receipt/cdr")).json()["items"]
        assert cdr["charging_periods"][0]["dimensions"][0]["type"] == "RESERVATION_TIME"
        assert cdr["start_date_time"] == cdr["charging_periods"][0]["start_date_time"]
        assert round(cdr["total_reservation_cost"]["excl_vat"], 1) == 3.0
        lines = sum(Decimal(line["amount_incl"]) for line in receipt["lines"])
        assert abs(lines + Decimal(receipt["rounding"]) - Decimal(receipt["total_incl"]["amount"])) < Decimal("0.01")
        (replay,) = await replaying.replay(node.ctx, receipt["number"])
        assert (replay.differences, replay.left) == ([], Decimal(receipt["total_incl"]["amount"]))
        answer = await operator.post(f"{path}/corrections", json={"reason": "Nothing worked"}, headers=key())
        assert answer.status_code == 202, answer.text
        kinds = [(line["kind"], Decimal(line["amount"]) < 0) for line in answer.json()["lines"]]
        assert kinds == [("reservation", True), ("energy", True)]
        records = (await operator.get(f"{path}/receipt/cdr")).json()["items"]
        assert sum(Decimal(str(one["total_cost"]["incl_vat"])) for one in records) == 0
        (replay,) = await replaying.replay(node.ctx, receipt["number"])
        assert (replay.differences, replay.left) == ([], 0)
