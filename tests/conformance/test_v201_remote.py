"""Block F: starts, stops, unlocking and triggers from afar."""

import httpx

from shared.accounts import Role
from tests.conformance.flows import STATION, charging_station, drive, ended, outlets, shown, started, status, updated
from tests.support.node import Node
from tests.support.scripted_station import ScriptedStation
from tests.support.wire import Json, Meter201, asked, eventually, stamp


async def start(node: Node, station: ScriptedStation, operator: httpx.AsyncClient) -> tuple[httpx.AsyncClient, Json]:
    """A driver taps Start: (the driver, what the station was asked)."""
    driver = await node.client(Role.DRIVER)
    body = {"connector_id": (await outlets(operator))[0]["id"]}
    reply = {"status": "Accepted"}
    sent, answer = await asked(station, driver, "/api/v1/transactions", body, "RequestStartTransaction", reply)
    assert answer.status_code == 202, answer.text
    assert (sent["evseId"], sent["idToken"]["type"]) == (1, "Central")
    return driver, sent


async def test_TC_F_01_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """The cable is in already: the running transaction learns whose it is."""
    async with charging_station(node) as station:
        await status(station, "Occupied")
        meter = Meter201(station, evse=None)
        await drive(station, [started("CablePluggedIn", "EVConnected", evse=1)], meter, ago=5)
        _, sent = await start(node, station, operator)
        more = {"idToken": sent["idToken"], "info": {"remoteStartId": sent["remoteStartId"]}}
        await drive(
            station,
            [updated("RemoteStart", "EVConnected", more=more), updated("ChargingStateChanged", "Charging", wh=2000)],
            meter,
        )
        await shown(operator, state="active", charging_state="charging", energy_wh=1000, driver="driver")


async def before_cable(node: Node, operator: httpx.AsyncClient, asks_itself: bool) -> None:
    async with charging_station(node) as station:
        _, sent = await start(node, station, operator)
        if asks_itself:
            answer = await station.call("Authorize", {"idToken": sent["idToken"]})
            assert answer["idTokenInfo"]["status"] == "Accepted"
        await status(station, "Occupied")
        more = {"idToken": sent["idToken"], "info": {"remoteStartId": sent["remoteStartId"]}}
        answers = await drive(
            station,
            [
                started("RemoteStart", evse=1, more=more),
                updated("CablePluggedIn", "EVConnected"),
                updated("ChargingStateChanged", "Charging", wh=2000),
            ],
        )
        assert answers[0]["idTokenInfo"]["status"] == "Accepted"
        await shown(operator, state="active", charging_state="charging", energy_wh=1000, driver="driver", flags=[])


async def test_TC_F_02_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await before_cable(node, operator, True)


async def test_TC_F_03_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await before_cable(node, operator, False)


async def test_TC_F_04_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """The cable never comes: the station ends what it began, and nothing is owed."""
    async with charging_station(node) as station:
        _, sent = await start(node, station, operator)
        more = {"idToken": sent["idToken"], "info": {"remoteStartId": sent["remoteStartId"]}}
        await drive(
            station,
            [started("RemoteStart", evse=1, more=more), ended("EVConnectTimeout", "Timeout", wh=1000)],
        )
        await shown(operator, state="ended", stop_reason="Timeout", energy_wh=0)


async def test_TC_F_06_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charging_station(node) as station:
        body = {"connector_id": (await outlets(operator))[0]["id"]}
        reply = {"status": "Unlocked"}
        sent, answer = await asked(station, operator, f"{STATION}/unlock", body, "UnlockConnector", reply)
        assert sent == {"evseId": 1, "connectorId": 1}
        assert (answer.json()["accepted"], answer.json()["status"]) == (True, "Unlocked")


async def triggered(
    station: ScriptedStation, operator: httpx.AsyncClient, message: str, evse: int | None, reply: str = "Accepted"
) -> Json:
    """The operator asks for a message; what the station was asked."""
    body: Json = {"message": message}
    if evse is not None:
        body["connector_id"] = (await outlets(operator))[evse - 1]["id"]
    answer_of = {"status": reply}
    sent, answer = await asked(station, operator, f"{STATION}/trigger", body, "TriggerMessage", answer_of)
    assert (answer.json()["status"], answer.json()["accepted"]) == (reply, reply == "Accepted")
    return sent


async def logged(operator: httpx.AsyncClient, action: str, count: int = 1) -> None:
    """The triggered message is seen in the OCPP log."""
    await eventually(operator, f"{STATION}/frames?action={action}&direction=in", lambda it: len(it["items"]) >= count)


def reading(evse: int) -> Json:
    sampled = [{"value": 1234, "context": "Trigger"}]
    return {"evseId": evse, "meterValue": [{"timestamp": stamp(), "sampledValue": sampled}]}


async def test_TC_F_11_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charging_station(node, outlets=2) as station:
        sent = await triggered(station, operator, "MeterValues", 1)
        assert sent == {"requestedMessage": "MeterValues", "evse": {"id": 1}}
        assert await station.call("MeterValues", reading(1)) == {}
        await logged(operator, "MeterValues")


async def test_TC_F_12_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charging_station(node, outlets=2) as station:
        assert await triggered(station, operator, "MeterValues", None) == {"requestedMessage": "MeterValues"}
        for evse in (1, 2):
            assert await station.call("MeterValues", reading(evse)) == {}
        await logged(operator, "MeterValues", 2)


async def test_TC_F_13_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charging_station(node, outlets=2) as station:
        meter = Meter201(station, evse=None)
        await drive(station, [started("Authorized", "Charging", evse=1, token=True)], meter, ago=5)
        sent = await triggered(station, operator, "TransactionEvent", 1)
        assert sent == {"requestedMessage": "TransactionEvent", "evse": {"id": 1}}
        await drive(station, [updated("Trigger", "Charging", wh=2500)], meter)
        await shown(operator, energy_wh=1500, flags=[])


async def test_TC_F_14_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charging_station(node, outlets=2) as station:
        meters = [Meter201(station, evse=None) for _ in range(2)]
        for evse, meter in enumerate(meters, 1):
            await drive(station, [started("Authorized", "Charging", evse=evse, token=True)], meter, ago=5)
        assert await triggered(station, operator, "TransactionEvent", None) == {"requestedMessage": "TransactionEvent"}
        for meter in meters:
            await drive(station, [updated("Trigger", "Charging", wh=2000)], meter)
        items = (await operator.get("/api/v1/transactions")).json()["items"]
        assert [one["energy_wh"] for one in items] == [1000, 1000]


async def test_TC_F_15_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charging_station(node) as station:
        sent = await triggered(station, operator, "LogStatusNotification", None)
        assert sent == {"requestedMessage": "LogStatusNotification"}
        assert await station.call("LogStatusNotification", {"status": "Idle"}) == {}
        await logged(operator, "LogStatusNotification")


async def test_TC_F_18_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charging_station(node) as station:
        sent = await triggered(station, operator, "FirmwareStatusNotification", None)
        assert sent == {"requestedMessage": "FirmwareStatusNotification"}
        assert await station.call("FirmwareStatusNotification", {"status": "Idle"}) == {}
        await logged(operator, "FirmwareStatusNotification")


async def test_TC_F_20_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charging_station(node) as station:
        assert await triggered(station, operator, "Heartbeat", None) == {"requestedMessage": "Heartbeat"}
        assert "currentTime" in await station.call("Heartbeat")
        await logged(operator, "Heartbeat")


async def test_TC_F_23_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await status_triggered(node, operator, "Available")


async def test_TC_F_24_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await status_triggered(node, operator, "Occupied")


async def status_triggered(node: Node, operator: httpx.AsyncClient, word: str) -> None:
    """For this message the outlet of the EVSE is named too (F06.FR.12)."""
    async with charging_station(node) as station:
        sent = await triggered(station, operator, "StatusNotification", 1)
        assert sent == {"requestedMessage": "StatusNotification", "evse": {"id": 1, "connectorId": 1}}
        await status(station, word)
        assert [one["status"] for one in await outlets(operator)] == [word.lower()]


async def test_TC_F_27_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """The station doesn't know the message: told, and nothing else."""
    async with charging_station(node) as station:
        await triggered(station, operator, "SignV2GCertificate", None, "NotImplemented")
        newest = (await operator.get(f"{STATION}/commands")).json()["items"][0]
        assert (newest["state"], newest["status"]) == ("answered", "NotImplemented")
