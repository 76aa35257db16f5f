"""What the cases of firmware and logs of both versions share."""

from typing import Any
from urllib.parse import urlsplit

import httpx

from tests.support.node import Node
from tests.support.scripted_station import ScriptedStation
from tests.support.wire import Json, asked

BASE = "/api/v1/stations/CP-1"
URL = "https://files.example.com/firmware.bin"
AT = "2030-01-01T10:00:00Z"
SIGNED = {"signature": "c2lnbmF0dXJl", "certificate": "-----BEGIN CERTIFICATE-----"}


async def task_of(operator: httpx.AsyncClient, room: str, answer: httpx.Response) -> Json:
    """The task as it is shown now."""
    assert answer.status_code == 200, answer.text
    return dict((await operator.get(f"{BASE}/{room}/{answer.json()['id']}")).json())


def words(task: Json) -> list[str]:
    return [one["status"] for one in task["history"]]


async def told(station: ScriptedStation, action: str, *statuses: str, **more: Any) -> None:
    for status in statuses:
        assert await station.call(action, {"status": status} | more) == {}


async def upload(node: Node, location: str, body: bytes) -> httpx.Response:
    """As a station does: nobody is signed in."""
    transport = httpx.ASGITransport(app=node.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.put(urlsplit(location).path + "/log.zip", content=body)


async def ask_log(
    station: ScriptedStation, operator: httpx.AsyncClient, body: Json, action: str, reply: Json
) -> tuple[Json, httpx.Response]:
    return await asked(station, operator, f"{BASE}/logs", body, action, reply)
