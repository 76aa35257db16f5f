"""Outlets, starts and stops against the book, named by the habit: no session is lost, doubled or mispriced."""

from decimal import Decimal
from typing import Any

import pytest

from backend.db.engine import DB
from shared.accounts import Role
from tests.support.node import Node
from tests.support.scripted_station import ScriptedStation
from tests.support.wire import (
    Meter201,
    Session16,
    asked,
    bill,
    card,
    eventually,
    messages,
    only_session,
    sessions,
    stamp,
    until,
)

VERSIONS = pytest.mark.parametrize("version", ["1.6", "2.0.1"])


async def state_of(node: Node, identity: str = "CP-1") -> dict[str, Any]:
    return dict((await (await node.client()).get(f"/api/v1/stations/{identity}")).json()["row"])


async def say_status(station: ScriptedStation, word: str, connector: int = 1, **more: Any) -> Any:
    said = {"connectorId": connector, "errorCode": "NoError", "status": word} | more
    return await station.call("StatusNotification", said)


# --- outlets and their state -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "evse", "connector"),
    [("1.6", 0, 1), ("2.0.1", 0, 0), ("2.0.1", 1, 0), ("2.0.1", None, None), ("2.0.1", 1, None)],
)
async def test_connector_0_or_evse_0_where_none_is_meant(
    node: Node, version: str, evse: int | None, connector: int | None
) -> None:
    """A station with one outlet can mean only that: the session is priced with its tariff and keeps it busy."""
    await node.add_tariff(components=[{"type": "ENERGY", "price": "9.99"}])
    tariff = await node.add_tariff()
    (outlet,) = await node.add_station("CP-1", tariff_id=tariff)
    await card(node)
    operator, driver = await node.client(), await node.client(Role.DRIVER)
    async with node.booted("CP-1", version) as station:
        if version == "1.6":
            assert await say_status(station, "Available", connector=0) == {}
            old = Session16(station, connector=0)
            await old.started(0)
        else:
            meter = Meter201(station, evse=evse, connector=connector)
            await meter.started(minutes_ago=30, wh=0, token="CARD-1")
        taken = await driver.post(
            "/api/v1/transactions", json={"connector_id": str(outlet)}, headers={"Idempotency-Key": "key-00000001"}
        )
        assert (taken.status_code, taken.json()["code"]) == (409, "connector_taken")
        if version == "1.6":
            await old.stopped(1000)
        else:
            await meter.ended(wh=1000)
        session = await only_session(operator)
        assert session["connector_id"] == str(outlet)
        assert await bill(operator, session["id"]) == (Decimal("0.40"), 1000)


@VERSIONS
async def test_a_connector_announced_late_or_never(node: Node, version: str) -> None:
    """It takes its neighbour's price."""
    await node.add_tariff(components=[{"type": "ENERGY", "price": "9.99"}])
    tariff = await node.add_tariff()
    await node.add_station("CP-1", tariff_id=tariff)
    await card(node)
    operator = await node.client()
    async with node.booted("CP-1", version) as station:
        if version == "1.6":
            old = Session16(station, connector=2)
            await old.started(0)
            await old.stopped(1000)
        else:
            meter = Meter201(station, evse=2)
            await meter.started(minutes_ago=30, wh=0, token="CARD-1")
            await meter.ended(wh=1000)
        session = await only_session(operator)
        assert session["connector"] == "2"
        assert await bill(operator, session["id"]) == (Decimal("0.40"), 1000)
        assert len((await state_of(node))["connectors"]) == 2


async def test_faulted_with_no_error_unknown_error_code_and_the_same_status_many_times(node: Node) -> None:
    await node.add_station("CP-1")
    async with node.booted("CP-1") as station:
        assert await say_status(station, "Faulted") == {}
        assert (await state_of(node))["connectors"][0]["status"] == "faulted"
        assert await say_status(station, "Faulted", errorCode="VendorSpecificDrama") == {}
        assert (await state_of(node))["connectors"][0]["error_code"] == "OtherError"
        before = len(await DB.run("SELECT 1 FROM status_change"))
        for _ in range(20):
            await say_status(station, "Available", timestamp=stamp())
        assert len(await DB.run("SELECT 1 FROM status_change")) == before + 1


async def test_charging_before_the_start_and_a_start_without_authorize_on_a_faulted_connector(node: Node) -> None:
    await node.add_station("CP-1")
    await card(node)
    async with node.booted("CP-1") as station:
        await say_status(station, "Charging")
        await say_status(station, "Faulted", errorCode="GroundFailure")
        session = Session16(station)
        assert (await session.started(0))["idTagInfo"]["status"] == "Accepted"
        await session.stopped(800)
        assert (await only_session(await node.client()))["energy_wh"] == 800


@VERSIONS
async def test_status_before_boot_and_reconnect_without_boot(node: Node, version: str) -> None:
    from tests.support.scripted_station import station as connect

    await node.add_station("CP-1")
    status: dict[str, Any] = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
    if version == "2.0.1":
        status = {"timestamp": stamp(), "connectorStatus": "Available", "evseId": 1, "connectorId": 1}
    async with connect(node.ocpp_url, "CP-1", version=version) as station:
        assert await station.call("StatusNotification", status) == {}
        assert (await state_of(node))["connectors"][0]["status"] == "available"
    async with connect(node.ocpp_url, "CP-1", version=version) as station:
        assert "currentTime" in await station.call("Heartbeat")
        wish, answer = await asked(
            station,
            await node.client(),
            "/api/v1/stations/CP-1/reset",
            {"kind": "soft"},
            "Reset",
            {"status": "Accepted"},
        )
        assert wish["type"] in ("Soft", "OnIdle")
        assert answer.json()["accepted"]


# --- starts and stops that don't fit -----------------------------------------------------------------------------


@pytest.mark.parametrize("node_settings", [{"start_timeout_s": 1}])
async def test_accepted_and_then_nothing_after_a_remote_start(node: Node) -> None:
    tariff = await node.add_tariff()
    (outlet,) = await node.add_station("CP-1", tariff_id=tariff)
    driver = await node.client(Role.DRIVER)
    async with node.booted("CP-1") as station:
        _, answer = await asked(
            station,
            driver,
            "/api/v1/transactions",
            {"connector_id": str(outlet)},
            "RemoteStartTransaction",
            {"status": "Accepted"},
        )
        found = await eventually(
            driver,
            f"/api/v1/transactions/{answer.json()['id']}",
            lambda d: d["payment"]["state"] == "released",
        )
        assert found["transaction"]["state"] == "failed"
        assert "in time" in found["transaction"]["failure"]
        # The station begins after all: the session is the driver's, and it is billed.
        token = (await DB.run("SELECT value FROM id_token"))[0]["value"]
        late = Session16(station, token=token)
        await late.started(0, minutes_ago=1)
        await late.stopped(1000)
        _, newer = await sessions(driver)
        assert await bill(driver, newer["id"]) == (Decimal("0.40"), 1000)


async def test_a_remote_start_without_a_connector_begins_where_the_station_likes(node: Node) -> None:
    tariff = await node.add_tariff()
    outlets = await node.add_station("CP-1", connectors=2, tariff_id=tariff)
    driver = await node.client(Role.DRIVER)
    async with node.booted("CP-1") as station:
        wish, answer = await asked(
            station,
            driver,
            "/api/v1/transactions",
            {"connector_id": str(outlets[0])},
            "RemoteStartTransaction",
            {"status": "Accepted"},
        )
        session = Session16(station, connector=2, token=wish["idTag"])
        assert (await session.started(0))["transactionId"] == answer.json()["number"]
        found = await only_session(driver)
        assert (found["state"], found["connector"]) == ("active", "2")


async def test_an_id_tag_of_21_characters_and_an_empty_one(node: Node) -> None:
    await node.add_station("CP-1")
    await card(node, "A" * 21)
    operator = await node.client()
    async with node.booted("CP-1") as station:
        assert (await station.call("Authorize", {"idTag": "A" * 21}))["idTagInfo"]["status"] == "Accepted"
        session = Session16(station, token="A" * 21)
        assert (await session.started(0))["idTagInfo"]["status"] == "Accepted"
        await session.stopped(100)
        assert (await Session16(station, token="").started(0, minutes_ago=1))["idTagInfo"]["status"] == "Invalid"
        assert (await Session16(station, token="B" * 50).started(0, minutes_ago=1))["idTagInfo"]["status"] == "Invalid"
        assert [one["state"] for one in await sessions(operator)] == ["ended", "failed", "failed"]


async def test_a_stop_without_id_tag_or_reason_and_meter_values_without_transaction_and_after_the_stop(
    node: Node,
) -> None:
    tariff = await node.add_tariff()
    await node.add_station("CP-1", tariff_id=tariff)
    await card(node)
    operator = await node.client()
    async with node.booted("CP-1") as station:
        session = Session16(station)
        await session.started(0)
        await session.meter(10, {"value": "700"}, transactionId=None)
        assert (await only_session(operator))["energy_wh"] == 700
        await session.stopped(1000, minutes_ago=5)
        await session.meter(4, {"value": "90000"})
        await session.meter(6, {"value": "950"}, transactionId=None)
        found = await only_session(operator)
        assert (found["state"], found["energy_wh"]) == ("ended", 1000)
        assert await bill(operator, found["id"]) == (Decimal("0.40"), 1000)


@pytest.mark.parametrize("number", [0, -1])
async def test_a_stop_with_transaction_id_0_or_minus_1_is_matched_where_there_is_no_doubt(
    node: Node, number: int
) -> None:
    await node.add_station("CP-1", connectors=2)
    await card(node)
    await card(node, "CARD-2")
    operator = await node.client()
    async with node.booted("CP-1") as station:
        one, two = Session16(station), Session16(station, connector=2, token="CARD-2")
        await one.started(0)
        await two.started(0)
        stop = {"transactionId": number, "meterStop": 500, "timestamp": stamp(1)}
        assert "error" not in await station.call("StopTransaction", stop)
        assert [found["state"] for found in await sessions(operator)] == ["active", "active"]
        assert [kept["transaction"] for kept in await messages("ended")] == [None]
        await two.stopped(800)
        stop["timestamp"] = stamp(0)
        assert "error" not in await station.call("StopTransaction", stop)
        assert [found["state"] for found in await sessions(operator)] == ["ended", "ended"]


async def test_ended_for_id_0_is_kept_and_begins_nothing(node: Node) -> None:
    await node.add_station("CP-1")
    await card(node)
    operator = await node.client()
    async with node.booted("CP-1", "2.0.1") as station:
        running = Meter201(station)
        await running.started(token="CARD-1", wh=0)
        nobody = Meter201(station, "0")
        await nobody.ended(seq_no=0)
        await nobody.ended(seq_no=3)
        assert (await only_session(operator))["state"] == "active"
        assert [kept["transaction"] for kept in await messages("ended")] == [None, None]


@pytest.mark.parametrize("stop_first", [True, False])
async def test_after_a_power_loss_available_first_and_then_the_stop_or_the_reverse(
    node: Node, stop_first: bool
) -> None:
    tariff = await node.add_tariff()
    await node.add_station("CP-1", tariff_id=tariff)
    await card(node)
    operator = await node.client()
    async with node.booted("CP-1") as station:
        session = Session16(station)
        await session.started(0, minutes_ago=90)
        await say_status(station, "Charging", timestamp=stamp(89))
        await session.meter(80, {"value": "900"})
        station.vanish()
    async with node.booted("CP-1") as station:
        session.station = station
        if stop_first:
            await session.stopped(1000, minutes_ago=79, reason="PowerLoss")
            await say_status(station, "Available", timestamp=stamp(0))
        else:
            await say_status(station, "Available", timestamp=stamp(0))
            await session.stopped(1000, minutes_ago=79, reason="PowerLoss")
        found = await only_session(operator)
        assert (found["state"], found["energy_wh"], found["stop_reason"]) == ("ended", 1000, "PowerLoss")
        assert found["ended_at"] < stamp(78)
        assert await bill(operator, found["id"]) == (Decimal("0.40"), 1000)
        assert (await state_of(node))["status"] == "available"


@VERSIONS
async def test_500_queued_messages_in_one_burst_after_a_day_offline(node: Node, version: str) -> None:
    tariff = await node.add_tariff()
    await node.add_station("CP-1", tariff_id=tariff)
    await card(node)
    async with node.booted("CP-1", version) as station:
        ids = []
        if version == "1.6":
            for session in range(50):
                start = {"connectorId": 1, "idTag": "CARD-1", "meterStart": session * 1000}
                began = await station.call("StartTransaction", start | {"timestamp": stamp(1440 - session * 20)})
                number = began["transactionId"]
                for step in range(1, 9):
                    reading = {"value": str(session * 1000 + step * 100)}
                    at = stamp(1440 - session * 20 - step)
                    meter = {"connectorId": 1, "transactionId": number}
                    ids.append(
                        await station.send(
                            "MeterValues", meter | {"meterValue": [{"timestamp": at, "sampledValue": [reading]}]}
                        )
                    )
                stop = {"transactionId": number, "meterStop": session * 1000 + 1000}
                ids.append(await station.send("StopTransaction", stop | {"timestamp": stamp(1430 - session * 20)}))
        else:
            for session in range(50):
                one, base, ago = Meter201(station), session * 1000, 1440 - session * 20
                events = [one.event("Started", "Authorized", minutes_ago=ago, wh=base, token="CARD-1", offline=True)]
                events += [
                    one.event(
                        "Updated", "MeterValuePeriodic", minutes_ago=ago - step, wh=base + step * 100, offline=True
                    )
                    for step in range(1, 9)
                ]
                events.append(one.event("Ended", "EVDeparted", minutes_ago=ago - 10, wh=base + 1000, offline=True))
                ids += [await station.send("TransactionEvent", event) for event in events]
        assert {(await station.answer_to(one))[0] for one in ids} == {3}
        totals = await DB.run("SELECT count(*) AS n, sum(energy_wh) AS wh FROM transaction WHERE state = 'ended'")
        assert (totals[0]["n"], totals[0]["wh"]) == (50, 50_000)
        await until("SELECT count(*) FROM cdr WHERE total_incl = 0.40", 50)
