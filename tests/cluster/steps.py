"""What the tests of several nodes do again and again."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx

from tests.cluster.conftest import Cluster
from tests.support.program import Program
from tests.support.scripted_station import ScriptedStation, station

BOOT = {"chargePointVendor": "Test", "chargePointModel": "One"}


def ocpp(node: Program) -> str:
    return f"ws://127.0.0.1:{node.ocpp_port}/ocpp"


async def within(seconds: float, condition: Callable[[], Awaitable[Any]]) -> float:
    """Until it holds; how long that took."""
    began = time.monotonic()
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.1)
    return time.monotonic() - began


async def added(api: httpx.AsyncClient, *identities: str) -> None:
    for identity in identities:
        answer = await api.post("/api/v1/stations", json={"identity": identity, "name": identity})
        assert answer.status_code == 201, answer.text


@asynccontextmanager
async def booted(node: Program | str, identity: str) -> AsyncIterator[ScriptedStation]:
    async with station(node if isinstance(node, str) else ocpp(node), identity, version="1.6") as one:
        answer = await one.call("BootNotification", BOOT)
        assert answer["status"] == "Accepted", answer
        message_id, _ = await one.expect_call("GetConfiguration")
        await one.answer_error(message_id, "NotSupported")
        yield one


async def answered(one: ScriptedStation) -> None:
    """The station takes the next TriggerMessage."""
    message_id, _ = await one.expect_call("TriggerMessage")
    await one.answer(message_id, {"status": "Accepted"})


def ask(api: httpx.AsyncClient, identity: str) -> "asyncio.Task[httpx.Response]":
    path = f"/api/v1/stations/{identity}/trigger"
    return asyncio.create_task(api.post(path, json={"message": "Heartbeat"}))


async def commanded(api: httpx.AsyncClient, one: ScriptedStation, identity: str) -> None:
    asking = ask(api, identity)
    taking = asyncio.create_task(answered(one))
    await asyncio.wait({asking, taking}, return_when=asyncio.FIRST_COMPLETED)
    assert taking.done() or asking.result().status_code == 200, asking.result().text
    await taking
    answer = await asking
    assert answer.status_code == 200, answer.text
    assert answer.json()["accepted"]


async def online(api: httpx.AsyncClient, identity: str) -> bool:
    return bool((await api.get(f"/api/v1/stations/{identity}")).json()["row"]["online"])


async def shows(api: httpx.AsyncClient, identity: str, status: str) -> bool:
    """On its first outlet."""
    outlets = (await api.get(f"/api/v1/stations/{identity}")).json()["row"]["connectors"]
    return bool(outlets) and outlets[0]["status"] == status


async def says(cluster: Cluster, node: Program, part: str) -> bool:
    """That this part is ill."""
    told = await cluster.ready(node)
    return told["status_code"] == 503 and told[part] != "ok"


async def whole(cluster: Cluster, node: Program) -> Any:
    return (await cluster.ready(node))["status_code"] == 200
