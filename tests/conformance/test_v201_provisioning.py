"""Block B: variables and resets of a station as a whole."""

import httpx

from backend.db.engine import DB
from tests.support.node import Node
from tests.support.scripted_station import station as connected
from tests.support.wire import Json, Meter201, asked, card, eventually, only_session, stamp

STATION = "/api/v1/stations/CP-1"


def variable(component: str, name: str, **more: str) -> Json:
    return {"component": {"name": component}, "variable": {"name": name}} | more


async def read(node: Node, operator: httpx.AsyncClient, values: dict[tuple[str, str], str]) -> None:
    """Asked in one request, and shown afterwards."""
    await node.add_station("CP-1")
    async with node.booted("CP-1", "2.0.1") as station:
        body: Json = {"names": [".".join(one) for one in values]}
        results = [variable(*one, attributeStatus="Accepted", attributeValue=value) for one, value in values.items()]
        reply: Json = {"getVariableResult": results}
        sent, answer = await asked(station, operator, f"{STATION}/variables/read", body, "GetVariables", reply)
    assert sent == {"getVariableData": [variable(*one) for one in values]}
    assert answer.status_code == 200
    assert answer.json()["accepted"]
    wanted = {(*one, value) for one, value in values.items()}
    await eventually(
        operator,
        f"{STATION}/variables",
        lambda it: {(v["component"], v["name"], v["value"]) for v in it["items"]} == wanted,
    )


async def test_TC_B_06_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await read(node, operator, {("OCPPCommCtrlr", "HeartbeatInterval"): "300"})


async def test_TC_B_07_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await read(
        node, operator, {("OCPPCommCtrlr", "HeartbeatInterval"): "300", ("AuthCtrlr", "AuthorizeRemoteStart"): "true"}
    )


async def test_TC_B_09_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await node.add_station("CP-1")
    async with node.booted("CP-1", "2.0.1") as station:
        body: Json = {"component": "OCPPCommCtrlr", "name": "HeartbeatInterval", "value": "60"}
        one = variable("OCPPCommCtrlr", "HeartbeatInterval")
        reply: Json = {"setVariableResult": [one | {"attributeStatus": "Accepted"}]}
        sent, answer = await asked(station, operator, f"{STATION}/variables", body, "SetVariables", reply)
    assert sent == {"setVariableData": [one | {"attributeValue": "60"}]}
    assert answer.json()["accepted"]
    await eventually(operator, f"{STATION}/variables", lambda it: [v["value"] for v in it["items"]] == ["60"])


async def restart(node: Node, operator: httpx.AsyncClient, kind: str, word: str, status: str) -> None:
    """What was asked, what came back, and the station's history of commands."""
    await node.add_station("CP-1")
    async with node.booted("CP-1", "2.0.1") as station:
        sent, answer = await asked(station, operator, f"{STATION}/reset", {"kind": kind}, "Reset", {"status": status})
    assert sent == {"type": word}
    assert (answer.json()["accepted"], answer.json()["status"]) == (True, status)
    history = (await operator.get(f"{STATION}/commands")).json()["items"]
    assert [one["status"] for one in history if one["action"] == "Reset"] == [status]


async def test_TC_B_20_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await restart(node, operator, "soft", "OnIdle", "Accepted")


async def restart_while_charging(
    node: Node, operator: httpx.AsyncClient, kind: str, word: str, reply: str, trigger: str, reason: str
) -> None:
    """The session goes on until the station, or its driver, ends it."""
    await node.add_station("CP-1")
    await card(node)
    async with node.booted("CP-1", "2.0.1") as station:
        meter = Meter201(station)
        await meter.started(wh=0, minutes_ago=5, token="CARD-1", info={"chargingState": "Charging"})
        sent, answer = await asked(station, operator, f"{STATION}/reset", {"kind": kind}, "Reset", {"status": reply})
        assert sent == {"type": word}
        assert (answer.json()["accepted"], answer.json()["status"]) == (True, reply)
        assert (await only_session(operator))["ended_at"] is None
        await meter.ended(trigger, wh=500, info={"stoppedReason": reason})
    session = await only_session(operator)
    assert session["ended_at"] is not None
    assert session["energy_wh"] == 500


async def test_TC_B_21_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await restart_while_charging(node, operator, "soft", "OnIdle", "Scheduled", "StopAuthorized", "Local")


async def test_TC_B_22_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await restart_while_charging(node, operator, "hard", "Immediate", "Accepted", "ResetCommand", "ImmediateReset")


async def test_TC_B_30_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """B02.FR.09: nothing but a boot is taken from a station that is not accepted."""
    await node.add_station("CP-1")
    await DB.run("UPDATE charging_station SET registration = 'pending' WHERE identity = 'CP-1'")
    boot: Json = {"chargingStation": {"vendorName": "Test", "model": "One"}, "reason": "PowerUp"}
    status: Json = {"timestamp": stamp(), "connectorStatus": "Faulted", "evseId": 1, "connectorId": 1}
    async with connected(node.ocpp_url, "CP-1", version="2.0.1") as station:
        assert (await station.call("BootNotification", boot))["status"] == "Pending"
        assert (await station.call("StatusNotification", status))["error"] == "SecurityError"
        detail = (await operator.get(STATION)).json()
        assert detail["row"]["registration"] == "pending"
        assert "faulted" not in {one["status"] for one in detail["row"]["connectors"]}


async def test_TC_B_31_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """A waiting station may be asked to boot again; accepted in between, it works from then on."""
    await node.add_station("CP-1")
    await DB.run("UPDATE charging_station SET registration = 'pending' WHERE identity = 'CP-1'")
    boot: Json = {"chargingStation": {"vendorName": "Test", "model": "One"}, "reason": "Triggered"}
    async with connected(node.ocpp_url, "CP-1", version="2.0.1") as station:
        assert (await station.call("BootNotification", boot))["status"] == "Pending"
        body: Json = {"message": "BootNotification"}
        sent, answer = await asked(
            station, operator, f"{STATION}/trigger", body, "TriggerMessage", {"status": "Accepted"}
        )
        assert sent == {"requestedMessage": "BootNotification"}
        assert answer.json()["accepted"]
        await DB.run("UPDATE charging_station SET registration = 'accepted' WHERE identity = 'CP-1'")
        assert (await station.call("BootNotification", boot))["status"] == "Accepted"
    assert (await operator.get(STATION)).json()["boot_reason"] == "Triggered"


async def test_TC_B_02_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """Accepted by an operator, the station is asked to boot again at once, and then may work."""
    await node.add_station("CP-1")
    await DB.run("UPDATE charging_station SET registration = 'pending' WHERE identity = 'CP-1'")
    boot: Json = {"chargingStation": {"vendorName": "Test", "model": "One"}, "reason": "PowerUp"}
    status: Json = {"timestamp": stamp(), "connectorStatus": "Available", "evseId": 1, "connectorId": 1}
    async with connected(node.ocpp_url, "CP-1", version="2.0.1") as station:
        assert (await station.call("BootNotification", boot))["status"] == "Pending"
        assert (await operator.post(f"{STATION}/accept")).status_code == 200
        message_id, sent = await station.expect_call("TriggerMessage")
        assert sent == {"requestedMessage": "BootNotification"}
        await station.answer(message_id, {"status": "Accepted"})
        assert (await station.call("BootNotification", boot))["status"] == "Accepted"
        assert await station.call("StatusNotification", status) == {}
        row = (await operator.get(STATION)).json()["row"]
        assert row["registration"] == "accepted"
        assert [one["status"] for one in row["connectors"]] == ["available"]
