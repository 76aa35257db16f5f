"""Simulated stations against a real node, in both versions: what the meter counted is what is stored and billed."""

import asyncio
from decimal import Decimal
from typing import Any

import httpx
import pytest

from backend.db.engine import DB
from backend.simulator.model import Fault
from shared.accounts import Role
from tests.simulator.conftest import CAR, Site, site
from tests.support.node import Node
from tests.support.wire import bill, eventually, key, only_session

FAULTS = "/api/v1/incidents?rule=connector_faulted"

pytestmark = pytest.mark.parametrize("version", ["1.6", "2.0.1"])


async def no_errors() -> None:
    """Neither side refused or misread a message, and nothing was put aside."""
    wrong = await DB.run("SELECT kind, direction, action, payload FROM ocpp_frame WHERE kind IN ('error', 'malformed')")
    assert wrong == []
    aside = await DB.run("SELECT kind, note FROM transaction_message WHERE transaction IS NULL OR note <> ''")
    assert aside == []


async def state_of(client: httpx.AsyncClient, one: Site, accept: set[str]) -> dict[str, Any]:
    def found(station: dict[str, Any]) -> Any:
        return station["row"]["connectors"][0]["status"] in accept

    return dict(await eventually(client, "/api/v1/stations/CP-1", found))


async def ended_as_counted(client: httpx.AsyncClient, start_wh: int, stop_wh: int) -> dict[str, Any]:
    """The only session: energy and price are those of the station's own register."""
    session = await only_session(client)
    session = (
        await eventually(
            client, f"/api/v1/transactions/{session['id']}", lambda d: d["transaction"]["state"] == "ended"
        )
    )["transaction"]
    assert session["energy_wh"] == stop_wh - start_wh
    assert (await bill(client, session["id"]))[1] == stop_wh - start_wh
    price = (Decimal(stop_wh - start_wh) * Decimal("0.40") / 1000).quantize(Decimal("0.01"))
    assert abs((await bill(client, session["id"]))[0] - price) <= Decimal("0.01")
    return dict(session)


async def test_a_whole_session_with_a_card(node: Node, version: str) -> None:
    operator = await node.client()
    async with site(node, version, signs=True) as one:
        await state_of(operator, one, {"available"})
        await one.plug_and_card(soc=79.4, target=80.0)
        await state_of(operator, one, {"charging"})
        await one.until(lambda: one.station.phase(one.outlet) == "SuspendedEV")
        await state_of(operator, one, {"suspended"})
        one.station.card_again(1)
        await state_of(operator, one, {"finishing"})
        one.station.unplug(1)
        await state_of(operator, one, {"available"})
        session = await ended_as_counted(operator, 1_000_000, one.register_wh)
        assert (session["stop_reason"], session["flags"]) == ("Local", [])
        assert 350 < session["energy_wh"] < 450
        await no_errors()
        if version == "2.0.1":
            path = f"/api/v1/transactions/{session['id']}/receipt/signed"
            signed = await eventually(operator, path, lambda found: found["state"] == "verified")
            assert signed["energy_wh"] == signed["billed_wh"] == session["energy_wh"]


async def test_start_and_stop_from_the_app(node: Node, version: str) -> None:
    """Nobody has plugged in yet: the driver does after the tap, as in the demo."""
    driver = await node.client(Role.DRIVER)
    async with site(node, version) as one:
        one.station.granted = lambda outlet: one.station.plug(outlet.number, CAR, 30, 80)
        answer = await driver.post("/api/v1/transactions", json={"connector_id": str(one.connectors[0])}, headers=key())
        assert answer.status_code == 202, answer.text
        path = f"/api/v1/transactions/{answer.json()['id']}"
        running = await eventually(driver, path, lambda d: d["transaction"]["energy_wh"] > 100)
        assert running["transaction"]["state"] == "active"
        answer = await driver.post(f"{path}/stop", json={}, headers=key())
        assert answer.status_code == 202, answer.text
        session = await ended_as_counted(driver, 1_000_000, one.register_wh)
        assert session["stop_reason"] == "Remote"
        await eventually(driver, path, lambda d: d["payment"]["state"] == "captured")
        assert one.station.phase(one.outlet) == "Finishing"
        await no_errors()


async def test_a_lost_link_loses_and_doubles_nothing(node: Node, version: str) -> None:
    operator = await node.client()
    async with site(node, version) as one:
        await one.plug_and_card()
        await one.charged(200)
        one.link.drop(for_s=120)
        await one.until(lambda: not one.station.online)
        await one.charged(400)
        assert len(one.station.memory.outbox) >= 2
        one.station.card_again(1)
        one.station.unplug(1)
        stop_wh = one.register_wh
        await one.plug_and_card(soc=40)  # offline: the card is known
        await one.charged(50)
        assert not one.station.online
        await one.silence()
        await one.charged(100)
        one.station.unplug(1)
        await one.silence()
        second_wh = one.register_wh - stop_wh

        page = "/api/v1/transactions?sort=oldest"
        found = (await eventually(operator, page, lambda p: [i["state"] for i in p["items"]] == ["ended"] * 2))["items"]
        assert [item["energy_wh"] for item in found] == [stop_wh - 1_000_000, second_wh]
        assert all(set(item["flags"]) <= {"offline"} for item in found)
        numbers = await DB.run(
            "SELECT transaction, seq_no FROM transaction_message WHERE seq_no IS NOT NULL ORDER BY id"
        )
        for transaction in {row["transaction"] for row in numbers}:
            seen = [row["seq_no"] for row in numbers if row["transaction"] == transaction]
            assert seen == list(range(len(seen)))
        readings = await DB.run("SELECT count(*) AS n, count(DISTINCT (transaction, at)) AS d FROM transaction_reading")
        assert readings[0]["n"] == readings[0]["d"]
        await no_errors()


async def test_power_loss_and_reboot(node: Node, version: str) -> None:
    operator = await node.client()
    async with site(node, version) as one:
        await one.plug_and_card()
        await one.charged(150)
        one.station.cut_power()
        one.link.drop(for_s=5)
        stop_wh = one.register_wh
        await one.until(lambda: not one.station.online)
        await asyncio.sleep(0.2)
        assert one.register_wh == stop_wh
        one.station.start_up("PowerUp")
        await one.silence()
        session = await ended_as_counted(operator, 1_000_000, stop_wh)
        assert session["stop_reason"] == "PowerLoss"
        boots = await DB.run("SELECT count(*) AS n FROM ocpp_frame WHERE action = 'BootNotification' AND kind = 'call'")
        assert boots[0]["n"] >= 1
        # Its plug is still in: 2.0.1 says no more than Occupied of it, and the session was ended.
        await state_of(operator, one, {"finishing" if version == "2.0.1" else "occupied"})
        await no_errors()


async def test_a_fault_and_its_recovery(node: Node, version: str) -> None:
    operator = await node.client()
    async with site(node, version) as one:
        await one.plug_and_card()
        await one.charged(100)
        one.station.break_down(1, Fault("GroundFailure", "E-107", "Residual current device tripped"))
        stop_wh = one.register_wh
        await state_of(operator, one, {"faulted"})
        # 1.6 says it in the status, 2.0.1 in an event of its own.
        # The clock of this test runs for the simulator only, so that is an incident too.
        fault = await eventually(operator, FAULTS, lambda page: [i for i in page["items"] if "E-107" in i["detail"]])
        (incident,) = fault["items"]
        assert "Residual current device tripped" in incident["detail"]
        await ended_as_counted(operator, 1_000_000, stop_wh)
        one.station.unplug(1)
        one.station.recover(1)
        await state_of(operator, one, {"available"})
        await eventually(operator, FAULTS, lambda page: all(item["state"] == "closed" for item in page["items"]))
        await no_errors()


async def test_resets_end_what_runs_and_boot_again(node: Node, version: str) -> None:
    operator = await node.client()
    async with site(node, version) as one:
        await one.plug_and_card()
        await one.charged(100)
        answer = await operator.post("/api/v1/stations/CP-1/reset", json={"kind": "hard"}, headers=key())
        assert answer.status_code == 200, answer.text
        assert answer.json()["status"] == "Accepted"
        await one.until(lambda: one.link.connects == 2)
        await one.silence()
        session = await ended_as_counted(operator, 1_000_000, one.register_wh)
        assert session["stop_reason"] == ("HardReset" if version == "1.6" else "ImmediateReset")
        await no_errors()


async def test_what_an_operator_asks(node: Node, version: str) -> None:
    """Availability, unlock, trigger, variables."""
    operator = await node.client()
    async with site(node, version) as one:
        station = "/api/v1/stations/CP-1"
        learned = await eventually(operator, f"{station}/variables", lambda page: len(page["items"]) > 10)
        name = {"1.6": ("", "MeterValueSampleInterval"), "2.0.1": ("SampledDataCtrlr", "TxUpdatedInterval")}[version]
        assert name in {(item["component"], item["name"]) for item in learned["items"]}
        change = {"component": name[0], "name": name[1], "value": "25"}
        answer = await operator.post(f"{station}/variables", json=change, headers=key())
        assert answer.json()["accepted"], answer.text
        assert one.station.settings.number("sample_s") == 25
        answer = await operator.post(f"{station}/variables", json={**change, "value": "often"}, headers=key())
        assert not answer.json()["accepted"]

        await one.plug_and_card()
        outlet = {"connector_id": str(one.connectors[0])}
        body = {"operative": False, **outlet}
        answer = await operator.post(f"{station}/availability", json=body, headers=key())
        assert answer.json()["status"] == "Scheduled", answer.text
        one.station.unplug(1)
        await state_of(operator, one, {"unavailable"})
        await operator.post(f"{station}/availability", json={**body, "operative": True}, headers=key())
        await state_of(operator, one, {"available"})
        for path, body in (
            ("unlock", outlet),
            ("trigger", {"message": "StatusNotification", **outlet}),
            ("trigger", {"message": "Heartbeat"}),
            ("trigger", {"message": "MeterValues", **outlet}),
            ("trigger", {"message": "BootNotification"}),
        ):
            answer = await operator.post(f"{station}/{path}", json=body, headers=key())
            assert answer.json().get("accepted"), (path, body, answer.text)
        await one.silence()
        await no_errors()
