"""Sessions that stop by themselves, against a station on a socket."""

import asyncio
import re
from decimal import Decimal

import httpx

from backend.db.engine import DB
from shared.accounts import Role
from tests.ocpp.test_payments import tap
from tests.support.node import Node
from tests.support.scripted_station import station as scripted
from tests.support.wire import Session16, eventually, key


async def measured(session: Session16, wh: int, power_w: int) -> None:
    values = [
        {"measurand": "Energy.Active.Import.Register", "value": str(wh), "unit": "Wh"},
        {"measurand": "Power.Active.Import", "value": str(power_w), "unit": "W"},
    ]
    await session.meter(0, *values)


async def test_a_session_stops_at_its_money(node: Node) -> None:
    """0.40 a kWh: at 5.00 after 12.5 kWh. The stop comes in time, and the receipt says why it stopped."""
    tariff = await node.add_tariff()
    (outlet,) = await node.add_station("CP-1", tariff_id=tariff)
    driver = await node.client(Role.DRIVER)
    async with node.booted("CP-1") as station:
        transaction = await tap(station, driver, outlet)
        path = f"/api/v1/transactions/{transaction['id']}"
        assert (await driver.put(f"{path}/target", json={"money": "NaN"})).status_code == 400
        both = await driver.put(f"{path}/target", json={"money": "5", "minutes": 3})
        assert (both.status_code, both.json()["code"]) == (400, "target_impossible")
        stranger = await node.client(Role.DRIVER)
        assert (await stranger.put(f"{path}/target", json={"minutes": 3})).status_code == 404
        answer = await driver.put(f"{path}/target", json={"money": "5.00"})
        assert answer.json()["target"]["state"] == "waiting"
        token = (await DB.run("SELECT id_token FROM transaction WHERE id = $1::uuid", transaction["id"]))[0]["id_token"]
        session = Session16(station, token=token)
        await session.started(0, minutes_ago=30)
        await measured(session, 11_000, 11_000)
        shown = await eventually(driver, path, lambda d: d["transaction"]["target"]["share"] == "0.880")
        assert shown["transaction"]["target"]["state"] == "waiting"
        await measured(session, 12_495, 11_000)
        message_id, _ = await station.expect_call("RemoteStopTransaction")
        await station.answer(message_id, {"status": "Accepted"})
        await eventually(driver, path, lambda d: d["transaction"]["target"]["state"] == "reached")
        await session.stopped(12_499)
        receipt = await eventually(driver, f"{path}/receipt", lambda _: True)
        assert Decimal(receipt["total_incl"]["amount"]) == Decimal("5.00")
        assert Decimal(receipt["target"]["money"]["amount"]) == 5
        steps = [one["kind"] for one in (await driver.get(path)).json()["timeline"]]
        assert steps.index("target_reached") < steps.index("ended")
        late = await driver.put(f"{path}/target", json={"minutes": 3})
        assert (late.status_code, late.json()["code"]) == (409, "not_running")


async def test_an_offline_station_is_told_when_it_is_back(node: Node) -> None:
    tariff = await node.add_tariff()
    (outlet,) = await node.add_station("CP-1", tariff_id=tariff)
    driver = await node.client(Role.DRIVER)
    async with node.booted("CP-1") as station:
        answer = await driver.post(
            "/api/v1/transactions",
            json={"connector_id": str(outlet), "target": {"money": "0"}},
            headers=key(),
        )
        assert answer.status_code == 400
        transaction = await tap(station, driver, outlet)
        token = (await DB.run("SELECT id_token FROM transaction WHERE id = $1::uuid", transaction["id"]))[0]["id_token"]
        await Session16(station, token=token).started(0, minutes_ago=30)
    path = f"/api/v1/transactions/{transaction['id']}"
    assert (await driver.put(f"{path}/target", json={"minutes": 1})).status_code == 200
    shown = await eventually(driver, path, lambda d: d["transaction"]["target"]["state"] == "blocked")
    assert "offline" in shown["transaction"]["target"]["trouble"]
    async with scripted(node.ocpp_url, "CP-1") as station:  # its network was gone, not its power
        message_id, _ = await station.expect_call("RemoteStopTransaction")
        await station.answer(message_id, {"status": "Accepted"})
        shown = await eventually(driver, path, lambda d: d["transaction"]["target"]["state"] == "reached")
        assert shown["transaction"]["target"]["trouble"] == ""
        assert (await driver.delete(f"{path}/target")).status_code == 204


async def test_a_guest_chooses_energy(node: Node) -> None:
    tariff = await node.add_tariff()
    await node.add_station("HH-01", tariff_id=tariff)
    transport = httpx.ASGITransport(app=node.app)
    english = {"Accept-Language": "en"}
    async with (
        node.booted("HH-01") as station,
        httpx.AsyncClient(transport=transport, base_url="http://t", headers=english) as guest,
    ):
        await station.call("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Available"})
        page = await guest.get("/qr/HH-01/1")
        form = {"key": re.findall(r'name="key" value="([^"]+)"', page.text)[0], "target_kind": "energy"}
        wrong = await guest.post("/qr/HH-01/1", data=form | {"target_value": "lots"})
        assert (wrong.status_code, "Choose a higher target" in wrong.text) == (400, True)
        started = asyncio.ensure_future(guest.post("/qr/HH-01/1", data=form | {"target_value": "2,5"}))
        message_id, asked = await station.expect_call("RemoteStartTransaction")
        await station.answer(message_id, {"status": "Accepted"})
        visit = (await started).headers["location"]
        session = Session16(station, token=asked["idTag"])
        await session.started(0, minutes_ago=30)
        await measured(session, 1_000, 0)
        assert "Stops by itself at 2.5 kWh" in (await guest.get(visit)).text
        await measured(session, 2_500, 11_000)
        message_id, _ = await station.expect_call("RemoteStopTransaction")
        await station.answer(message_id, {"status": "Accepted"})
        await session.stopped(2_501)
