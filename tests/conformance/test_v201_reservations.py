"""Block H: reservations."""

import httpx

from backend.reservations import service as reservations
from shared.accounts import Role
from tests.conformance.flows import charging_station, drive, ended, outlets, shown, started, status, updated
from tests.conformance.lists import add_token
from tests.conformance.test_v16_reservations import PATH, cancel, kept, of_first, reserve
from tests.support.node import Node
from tests.support.scripted_station import ScriptedStation
from tests.support.wire import Json, Meter201


async def uses(station: ScriptedStation, sent: Json, token: Json) -> None:
    """The token comes, and the station says which reservation it took."""
    meter = Meter201(station, evse=None)
    more = {"idToken": token, "reservationId": sent["id"]}
    await drive(
        station,
        [started("Authorized", "EVConnected", evse=1, more=more), updated("ChargingStateChanged", "Charging")],
        meter,
        ago=5,
    )
    await drive(station, [ended("StopAuthorized", "Local")], meter)


async def test_TC_H_01_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    driver = await node.client(Role.DRIVER)
    async with charging_station(node) as station:
        sent, answer = await reserve(station, driver, await of_first(operator))
        assert answer.json()["state"] == "held"
        assert sent.keys() == {"id", "expiryDateTime", "idToken", "evseId"}
        assert (sent["evseId"], sent["idToken"]["type"], sent["id"]) == (1, "Central", answer.json()["number"])
        await status(station, "Reserved")
        answer = await station.call("Authorize", {"idToken": sent["idToken"]})
        assert answer["idTokenInfo"]["status"] == "Accepted"
        await uses(station, sent, sent["idToken"])
        session = await shown(operator, state="ended", energy_wh=2500, driver="driver")
        await kept(driver, state="used", transaction_id=session["id"])


async def test_TC_H_07_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """The station says itself that the time is over; our own clock finds nothing left to end."""
    driver = await node.client(Role.DRIVER)
    async with charging_station(node) as station:
        sent, _ = await reserve(station, driver, await of_first(operator))
        told = {"reservationId": sent["id"], "reservationUpdateStatus": "Expired"}
        assert await station.call("ReservationStatusUpdate", told) == {}
        await status(station, "Available")
        gone = await kept(driver, state="expired")
        await reservations.expire(node.ctx, {"reservation_id": gone["id"]})
        assert await kept(driver) == gone
        assert await station.call("ReservationStatusUpdate", told | {"reservationId": 999}) == {}


async def test_TC_H_08_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charging_station(node, outlets=2) as station:
        sent, answer = await reserve(station, operator, {"station": "CP-1"})
        assert "evseId" not in sent
        assert answer.json()["state"] == "held"
        await uses(station, sent, sent["idToken"])
        await kept(operator, state="used", connector="")


async def test_TC_H_14_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """As many as there are EVSEs; for one more the station has no room."""
    async with charging_station(node, outlets=2) as station:
        for number in ("ONE-1", "TWO-2"):
            await add_token(operator, number)
            _, answer = await reserve(station, operator, {"station": "CP-1", "id_token": number})
            assert answer.json()["state"] == "held"
        for evse in (1, 2):
            await status(station, "Reserved", evse)
        _, answer = await reserve(station, operator, {"station": "CP-1"}, "Occupied")
        assert (answer.status_code, answer.json()["code"]) == (502, "reserve_occupied")
        assert [one["status"] for one in await outlets(operator)] == ["reserved", "reserved"]
        items = (await operator.get(PATH, params={"station": "CP-1", "open": True})).json()["items"]
        assert {one["id_token"] for one in items} == {"•••NE-1", "•••WO-2"}


async def test_TC_H_15_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charging_station(node) as station:
        sent, answer = await reserve(station, operator, {"station": "CP-1", "connector_type": "cType2"})
        assert (sent["connectorType"], answer.json()["connector_type"]) == ("cType2", "cType2")
        answer = await operator.post(
            PATH, json={"station": "CP-1", "connector_type": "cMade"}, headers={"Idempotency-Key": "made-up-type"}
        )
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_payload")
        await station.expect_nothing(0.1)


async def test_TC_H_17_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charging_station(node) as station:
        sent, _ = await reserve(station, operator, await of_first(operator))
        await status(station, "Reserved")
        asked_for, answer = await cancel(station, operator, "Accepted")
        assert asked_for == {"reservationId": sent["id"]}
        assert answer.json()["state"] == "cancelled"
        await status(station, "Available")
        assert [one["status"] for one in await outlets(operator)] == ["available"]
        gone = await kept(operator, state="cancelled")
        again, answer = await reserve(station, operator, await of_first(operator))
        assert answer.json()["state"] == "held"
        assert again["id"] != sent["id"]
        assert answer.json()["id"] != gone["id"]


async def test_TC_H_19_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    group = {"idToken": "FAMILY", "type": "Central"}
    second = {"idToken": "FAMILY-2", "type": "ISO14443"}
    for number in ("FAMILY-1", "FAMILY-2"):
        await add_token(operator, number, group="FAMILY")
    async with charging_station(node) as station:
        sent, _ = await reserve(station, operator, await of_first(operator, id_token="FAMILY-1"))
        assert (sent["idToken"]["idToken"], sent["groupIdToken"]) == ("FAMILY-1", group)
        answer = await station.call("Authorize", {"idToken": second})
        assert answer["idTokenInfo"] == {"status": "Accepted", "groupIdToken": group}
        await uses(station, sent, second)
        await kept(operator, state="used")


async def test_TC_H_20_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    driver = await node.client(Role.DRIVER)
    async with charging_station(node) as station:
        sent, _ = await reserve(station, driver, await of_first(operator))
        await status(station, "Faulted")
        told = {"reservationId": sent["id"], "reservationUpdateStatus": "Removed"}
        assert await station.call("ReservationStatusUpdate", told) == {}
        assert "fault" in (await kept(driver, state="removed"))["detail"]


async def test_TC_H_22_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charging_station(node) as station:
        _, answer = await reserve(station, operator, await of_first(operator), "Rejected")
        assert (answer.status_code, answer.json()["code"]) == (502, "reserve_rejected")
        await kept(operator, state="refused", detail="This charger takes no reservations.")
