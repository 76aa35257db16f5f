"""Block E, endings: why a transaction ends, and what is asked of a transaction's state."""

import httpx
import pytest

from tests.conformance.flows import (
    SEEN,
    Step,
    authorize,
    charging_station,
    drive,
    ended,
    shown,
    started,
    status,
    updated,
)
from tests.support.node import Node
from tests.support.wire import Json, Meter201, asked, bill

BEGIN = [
    started("CablePluggedIn", "EVConnected", evse=1),
    updated("Authorized", "EVConnected", token=True),
    updated("ChargingStateChanged", "Charging"),
]


async def prove(node: Node, operator: httpx.AsyncClient, rest: list[Step], reason: str, free: bool = True) -> None:
    """A charging session that goes on with `rest` is ended, for this reason, and billed by what flowed."""
    async with charging_station(node) as station:
        await status(station, "Occupied")
        await authorize(station)
        await drive(station, [*BEGIN, *rest])
        session = await shown(operator, state="ended", stop_reason=reason, energy_wh=2500, flags=[])
        assert await bill(operator, session["id"]) == (pytest.approx(1), 2500)
        if free:
            await status(station, "Available")
            detail = (await operator.get("/api/v1/stations/CP-1")).json()
            assert detail["row"]["connectors"][0]["status"] == "available"


async def test_TC_E_07_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """PowerPathClosed is the stop point: it ends when a card opens the power path."""
    await prove(node, operator, [ended("StopAuthorized", "Local", "EVConnected", token=True)], "Local")


async def test_TC_E_08_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """EnergyTransfer is the stop point."""
    rest = [updated("StopAuthorized", "Charging", token=True), ended("ChargingStateChanged", "Local", "EVConnected")]
    await prove(node, operator, rest, "Local")


async def test_TC_E_14_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """EVConnected is the stop point: first the card, then the cable at the station's side."""
    rest = [
        updated("StopAuthorized", "EVConnected", token=True, wh=3500),
        ended("EVCommunicationLost", "EVDisconnected", "Idle"),
    ]
    await prove(node, operator, rest, "EVDisconnected")


async def test_TC_E_15_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await prove(node, operator, [ended("StopAuthorized", "Local", "EVConnected", token=True)], "Local")


async def test_TC_E_16_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """The card turns out to be worth nothing: the answer says so, and the station ends what it began."""
    async with charging_station(node, known_card=False) as station:
        meter = Meter201(station, evse=None)
        answers = await drive(station, [started("Authorized", "Charging", evse=1, token=True)], meter, ago=10)
        assert answers[0]["idTokenInfo"]["status"] == "Invalid"
        await drive(station, [ended("Deauthorized", "DeAuthorized", "EVConnected", wh=1000)], meter)
        await shown(operator, state="failed", energy_wh=0)


async def test_TC_E_17_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """The car's side of the cable is pulled: no longer authorised."""
    await prove(node, operator, [ended("EVCommunicationLost", "EVDisconnected", "Idle")], "EVDisconnected")


async def test_TC_E_19_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """ParkingBayOccupancy is the stop point: it ends when the car has left."""
    rest = [
        updated("StopAuthorized", "EVConnected", token=True, wh=3500),
        updated("EVCommunicationLost", "Idle"),
        ended("EVDeparted", "Local"),
    ]
    await prove(node, operator, rest, "Local")


async def test_TC_E_20_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await prove(node, operator, [ended("EVCommunicationLost", "EVDisconnected", "Idle")], "EVDisconnected")


async def test_TC_E_21_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """An operator stops it from afar."""
    async with charging_station(node) as station:
        await authorize(station)
        meter = Meter201(station, evse=None)
        await drive(station, BEGIN, meter, ago=10)
        session = await shown(operator, state="active")
        path = f"/api/v1/transactions/{session['id']}/stop"
        payload, answer = await asked(station, operator, path, {}, "RequestStopTransaction", {"status": "Accepted"})
        assert (payload, answer.status_code) == ({"transactionId": meter.ref}, 202)
        assert (await shown(operator, state="active"))["stopping"]
        await drive(station, [ended("RemoteStop", "Remote", "EVConnected")], meter)
        await shown(operator, state="ended", stop_reason="Remote", energy_wh=2500, stopping=False)


async def test_TC_E_22_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """The car takes no more: the station ends it by itself."""
    await prove(node, operator, [ended("ChargingStateChanged", "StoppedByEV", "SuspendedEV")], "StoppedByEV", False)


async def test_TC_E_26_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """StopTxOnEVSideDisconnect is off: the cable at the car's side only interrupts."""
    async with charging_station(node) as station:
        await authorize(station)
        meter = Meter201(station, evse=None)
        await drive(station, [*BEGIN, updated("EVCommunicationLost", "Idle", wh=2000)], meter, ago=10)
        await shown(operator, state="active", charging_state="idle", energy_wh=1000)
        await drive(
            station,
            [
                updated("CablePluggedIn", "EVConnected"),
                updated("ChargingStateChanged", "Charging"),
                ended("StopAuthorized", "Local", "EVConnected", token=True),
            ],
            meter,
        )
        await shown(operator, state="ended", energy_wh=2500, flags=[])


async def test_TC_E_39_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """The cable never comes: the station takes the permission back."""
    async with charging_station(node) as station:
        await authorize(station)
        meter = Meter201(station, evse=None)
        await drive(station, [started("Authorized", wh=None, token=True)], meter, ago=10)
        await drive(station, [ended("EVConnectTimeout", "Timeout", wh=None)], meter)
        await shown(operator, state="ended", stop_reason="Timeout", energy_wh=0, id_token=SEEN)


async def asked_status(node: Node, operator: httpx.AsyncClient, known: bool, reply: Json) -> None:
    """The operator asks; the question names the transaction, or nothing, and the answer is shown and kept."""
    async with charging_station(node) as station:
        await authorize(station)
        meter = Meter201(station, evse=None)
        await drive(station, BEGIN, meter, ago=10)
        if reply.get("ongoingIndicator") is False:
            await drive(station, [ended("StopAuthorized", "Local", "EVConnected", token=True)], meter)
        body: Json = {"transaction_id": (await shown(operator))["id"]} if known else {}
        path = "/api/v1/stations/CP-1/transaction-status"
        payload, answer = await asked(station, operator, path, body, "GetTransactionStatus", reply)
        assert payload == ({"transactionId": meter.ref} if known else {})
        assert answer.json() == {
            "ongoing": reply.get("ongoingIndicator"),
            "messages_in_queue": reply["messagesInQueue"],
            "closed": False,
        }
        newest = (await operator.get("/api/v1/stations/CP-1/commands")).json()["items"][0]
        assert (newest["action"], newest["state"]) == ("AskTransaction", "answered")


async def test_TC_E_29_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await asked_status(node, operator, True, {"ongoingIndicator": True, "messagesInQueue": True})


async def test_TC_E_30_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await asked_status(node, operator, True, {"ongoingIndicator": True, "messagesInQueue": False})


async def test_TC_E_31_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await asked_status(node, operator, True, {"ongoingIndicator": False, "messagesInQueue": True})


async def test_TC_E_33_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await asked_status(node, operator, False, {"messagesInQueue": True})


async def test_TC_E_34_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await asked_status(node, operator, False, {"messagesInQueue": False})


async def test_a_session_that_the_station_denies_is_closed(node: Node, operator: httpx.AsyncClient) -> None:
    """Neither running nor with messages on their way: its end was lost. A second question changes nothing."""
    async with charging_station(node) as station:
        await authorize(station)
        meter = Meter201(station, evse=None)
        await drive(station, [*BEGIN, updated("MeterValuePeriodic", wh=2500)], meter, ago=10)
        body: Json = {"transaction_id": (await shown(operator))["id"]}
        path = "/api/v1/stations/CP-1/transaction-status"
        reply: Json = {"ongoingIndicator": False, "messagesInQueue": False}
        for closed in (True, False):
            _, answer = await asked(station, operator, path, body, "GetTransactionStatus", reply)
            assert answer.json() == {"ongoing": False, "messages_in_queue": False, "closed": closed}
        session = await shown(operator, state="ended", energy_wh=1500, stop_reason="Lost")
        assert "estimated_close" in session["flags"]
        other = await operator.post(path, json={"transaction_id": "00000000-0000-4000-8000-000000000000"})
        assert other.status_code == 404
