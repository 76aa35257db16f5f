"""Configuration keys of 1.6: read, changed, and refused."""

import httpx

from tests.support.node import Node
from tests.support.wire import Json, asked, eventually

VARIABLES = "/api/v1/stations/CP-1/variables"
KEY = {"key": "HeartbeatInterval", "readonly": False, "value": "300"}


async def shown(operator: httpx.AsyncClient, name: str, value: str) -> Json:
    """The page of variables once it has this value."""
    return dict(
        await eventually(
            operator, VARIABLES, lambda it: any((v["name"], v["value"]) == (name, value) for v in it["items"])
        )
    )


async def test_TC_019_1_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await node.add_station("CP-1")
    async with node.booted("CP-1") as station:
        reply: Json = {"configurationKey": [KEY], "unknownKey": []}
        sent, answer = await asked(station, operator, f"{VARIABLES}/read", {}, "GetConfiguration", reply)
    assert sent.get("key", []) == []
    assert answer.status_code == 200
    assert answer.json()["accepted"]
    await shown(operator, "HeartbeatInterval", "300")


async def test_TC_019_2_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await node.add_station("CP-1")
    async with node.booted("CP-1") as station:
        body: Json = {"names": ["HeartbeatInterval"]}
        reply: Json = {"configurationKey": [KEY]}
        sent, answer = await asked(station, operator, f"{VARIABLES}/read", body, "GetConfiguration", reply)
    assert sent == {"key": ["HeartbeatInterval"]}
    assert answer.status_code == 200
    await shown(operator, "HeartbeatInterval", "300")


async def change(node: Node, operator: httpx.AsyncClient, status: str) -> Json:
    await node.add_station("CP-1")
    async with node.booted("CP-1") as station:
        body: Json = {"name": "HeartbeatInterval", "value": "60"}
        sent, answer = await asked(station, operator, VARIABLES, body, "ChangeConfiguration", {"status": status})
    assert sent == {"key": "HeartbeatInterval", "value": "60"}
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_TC_021_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    assert (await change(node, operator, "Accepted"))["accepted"]
    await shown(operator, "HeartbeatInterval", "60")


async def refused(node: Node, operator: httpx.AsyncClient, status: str) -> None:
    """The refusal is shown, and the value that was not taken is not."""
    answer = await change(node, operator, status)
    assert (answer["accepted"], answer["status"]) == (False, status)
    assert (await operator.get(VARIABLES)).json()["items"] == []


async def test_TC_040_1_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await refused(node, operator, "NotSupported")


async def test_TC_040_2_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await refused(node, operator, "Rejected")
