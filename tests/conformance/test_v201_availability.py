"""Block G: outlets, EVSEs and stations in and out of service."""

from typing import Any

import httpx

from tests.conformance.flows import STATION, charging_station, drive, ended, outlets, started, status
from tests.support.node import Node
from tests.support.wire import Json, Meter201, asked, eventually, stamp


async def switch(
    node: Node, operator: httpx.AsyncClient, operative: bool, *, whole: bool, connector: bool = False
) -> None:
    """The command on the wire, its answer, and what is shown once the station has told its new state."""
    async with charging_station(node, outlets=2) as station:
        if operative:
            for evse in (1, 2):
                await status(station, "Unavailable", evse)
        body: Json = {"operative": operative}
        if not whole:
            body["connector_id"] = (await outlets(operator))[0]["id"]
        reply = {"status": "Accepted"}
        if connector or whole:
            sent, answer = await asked(station, operator, f"{STATION}/availability", body, "ChangeAvailability", reply)
        else:
            raw = {"operationalStatus": "Operative" if operative else "Inoperative", "evse": {"id": 1}}
            sent, answer = await asked(
                station, operator, f"{STATION}/ocpp/ChangeAvailability", raw, "ChangeAvailability", reply
            )
        assert answer.status_code == 200
        assert sent["operationalStatus"] == ("Operative" if operative else "Inoperative")
        wanted = None if whole else {"id": 1, "connectorId": 1} if connector else {"id": 1}
        assert sent.get("evse") == wanted
        word = "Available" if operative else "Unavailable"
        for evse in (1, 2) if whole else (1,):
            await status(station, word, evse)
        before = "unavailable" if operative else "available"
        other = word.lower() if whole else before
        assert [one["status"] for one in await outlets(operator)] == [word.lower(), other]


async def test_TC_G_03_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await switch(node, operator, False, whole=False)


async def test_TC_G_04_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await switch(node, operator, True, whole=False)


async def test_TC_G_05_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await switch(node, operator, False, whole=True)


async def test_TC_G_06_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await switch(node, operator, True, whole=True)


async def test_TC_G_07_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await switch(node, operator, False, whole=False, connector=True)


async def test_TC_G_08_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await switch(node, operator, True, whole=False, connector=True)


async def scheduled(node: Node, operator: httpx.AsyncClient, path: str, body: Any, expected: Json) -> None:
    """While a car charges: the station promises it, the session goes on, and then the outlet is out of service."""
    async with charging_station(node) as station:
        meter = Meter201(station, evse=None)
        await drive(station, [started("Authorized", "Charging", evse=1, token=True)], meter, ago=5)
        if body is None:
            body = {"operative": False, "connector_id": (await outlets(operator))[0]["id"]}
        reply = {"status": "Scheduled"}
        sent, answer = await asked(station, operator, f"{STATION}/{path}", body, "ChangeAvailability", reply)
        assert (sent, answer.status_code) == (expected, 200)
        assert answer.json()["status"] == "Scheduled"
        assert [one["status"] for one in await outlets(operator)] == ["charging"]
        await drive(station, [ended("StopAuthorized", "Local", "EVConnected", token=True)], meter)
        await status(station, "Unavailable")
        assert [one["status"] for one in await outlets(operator)] == ["unavailable"]


async def test_TC_G_11_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    wanted: Json = {"operationalStatus": "Inoperative", "evse": {"id": 1}}
    await scheduled(node, operator, "ocpp/ChangeAvailability", wanted, wanted)


async def test_TC_G_14_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await scheduled(node, operator, "availability", {"operative": False}, {"operationalStatus": "Inoperative"})


async def test_TC_G_17_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    wanted: Json = {"operationalStatus": "Inoperative", "evse": {"id": 1, "connectorId": 1}}
    await scheduled(node, operator, "availability", None, wanted)


async def test_TC_G_20_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """A lock that fails comes as an event; it is shown at its outlet, and an incident tells of it."""
    async with charging_station(node) as station:
        event: Json = {
            "eventId": 1,
            "timestamp": stamp(),
            "trigger": "Alerting",
            "actualValue": "true",
            "techCode": "LOCK",
            "techInfo": "ConnectorLockFailure",
            "eventNotificationType": "HardWiredNotification",
            "component": {"name": "ConnectorPlugRetentionLock", "evse": {"id": 1, "connectorId": 1}},
            "variable": {"name": "Problem"},
        }
        told = {"generatedAt": stamp(), "seqNo": 0, "eventData": [event]}
        assert await station.call("NotifyEvent", told) == {}
        (outlet,) = await outlets(operator)
        assert outlet["error_code"] == "ConnectorLockFailure"
        await status(station, "Faulted")
        found = await eventually(operator, "/api/v1/incidents", lambda it: it["items"])
        assert found["items"][0]["station_identity"] == "CP-1"
