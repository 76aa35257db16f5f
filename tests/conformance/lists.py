"""What the cases of tokens and local lists of both versions share."""

import asyncio
from typing import Any

import httpx

from tests.conformance.flows import STATION
from tests.support.scripted_station import ScriptedStation
from tests.support.wire import Json, eventually, key

LIST = f"{STATION}/local-list"


async def add_token(operator: httpx.AsyncClient, value: str, **more: Any) -> str:
    """A card, as an operator enters it; its id."""
    answer = await operator.post("/api/v1/tokens", json={"value": value} | more)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def change_token(operator: httpx.AsyncClient, token_id: str, **values: Any) -> None:
    answer = await operator.patch(f"/api/v1/tokens/{token_id}", json=values)
    assert answer.status_code == 200, answer.text


async def sent_list(station: ScriptedStation, reply: str = "Accepted") -> Json:
    """The next update of the list, which the background sends by itself."""
    message_id, payload = await station.expect_call("SendLocalList")
    await station.answer(message_id, {"status": reply})
    return payload


async def choose(operator: httpx.AsyncClient, mode: str = "all", groups: tuple[str, ...] = ()) -> None:
    answer = await operator.put(LIST, json={"mode": mode, "groups": list(groups)})
    assert answer.status_code == 200, answer.text


async def state_is(operator: httpx.AsyncClient, state: str) -> Json:
    return dict(await eventually(operator, LIST, lambda one: one["state"] == state))


async def held(operator: httpx.AsyncClient) -> dict[str, str]:
    """What the station is known to keep: number → status."""
    items = (await operator.get(f"{LIST}/entries")).json()["items"]
    return {one["value"]: one["status"] for one in items}


async def ask_version(station: ScriptedStation, operator: httpx.AsyncClient, reply: Json) -> httpx.Response:
    post = asyncio.create_task(operator.post(f"{LIST}/version"))
    message_id, payload = await station.expect_call("GetLocalListVersion")
    assert payload == {}
    await station.answer(message_id, reply)
    return await post


async def clear_cache(station: ScriptedStation, operator: httpx.AsyncClient, reply: str) -> Json:
    post = asyncio.create_task(operator.post(f"{STATION}/clear-cache", headers=key()))
    message_id, payload = await station.expect_call("ClearCache")
    assert payload == {}
    await station.answer(message_id, {"status": reply})
    answer = await post
    assert answer.status_code == 200, answer.text
    return dict(answer.json())
