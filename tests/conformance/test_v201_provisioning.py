"""Block B: variables and resets of a station as a whole."""

import httpx

from tests.support.node import Node
from tests.support.wire import Json, asked, eventually

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
