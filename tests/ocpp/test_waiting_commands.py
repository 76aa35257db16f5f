"""Commands for stations that are offline: refused at once, or kept in order, as the caller chose."""

import asyncio

import httpx

from backend.commands import Trigger
from backend.db.engine import DB
from backend.stations import waiting
from tests.conformance.conftest import node, node_settings, operator  # noqa: F401  # fixtures
from tests.support.node import Node
from tests.support.wire import Json, eventually, key

STATION = "/api/v1/stations/CP-1"


async def queue(client: httpx.AsyncClient, room: str, body: Json, seconds: int | None = 3600) -> httpx.Response:
    params = {} if seconds is None else {"queue_for_s": seconds}
    return await client.post(f"{STATION}/{room}", json=body, params=params, headers=key())


async def states(client: httpx.AsyncClient) -> list[tuple[str, str, str]]:
    """Oldest first."""
    items = (await client.get(f"{STATION}/commands")).json()["items"]
    return [(one["action"], one["state"], one["status"]) for one in reversed(items)]


async def test_refused_at_once_or_kept_in_order(node: Node, operator: httpx.AsyncClient) -> None:  # noqa: F811
    await node.add_station("CP-1")
    refused = await queue(operator, "reset", {"kind": "soft"}, None)
    assert (refused.status_code, refused.json()["code"]) == (409, "station_offline")
    for room, body in (
        ("availability", {"operative": False}),
        ("trigger", {"message": "Heartbeat"}),
        ("reset", {"kind": "hard"}),
    ):
        answer = await queue(operator, room, body)
        assert (answer.status_code, answer.json()["status"], answer.json()["accepted"]) == (200, "Queued", False)
        assert answer.json()["queued_until"]
    gone = answer.json()["command_id"]
    cancel = f"{STATION}/commands/{gone}/cancel"
    assert (await operator.post(cancel)).status_code == 204
    assert (await operator.post(cancel)).json()["code"] == "not_queued"
    async with node.booted("CP-1") as station:
        message_id, sent = await station.expect_call("ChangeAvailability")
        assert sent == {"connectorId": 0, "type": "Inoperative"}
        await station.expect_nothing(0.2)  # one at a time
        await station.answer(message_id, {"status": "Accepted"})
        message_id, _ = await station.expect_call("TriggerMessage")
        await station.answer(message_id, {"status": "Rejected"})
        await eventually(operator, f"{STATION}/commands", lambda page: page["items"][1]["state"] == "answered")
        await station.expect_nothing(0.2)
    assert await states(operator) == [
        ("Reset", "failed", "The station is not connected"),
        ("SetAvailability", "answered", "Accepted"),
        ("Trigger", "answered", "Rejected"),
        ("Reset", "failed", "Cancelled"),
    ]


async def test_one_that_is_there_is_asked_now(
    node: Node,  # noqa: F811  # the fixture
    operator: httpx.AsyncClient,  # noqa: F811  # the fixture
) -> None:
    await node.add_station("CP-1")
    async with node.booted("CP-1") as station:
        post = asyncio.create_task(queue(operator, "trigger", {"message": "Heartbeat"}))
        message_id, _ = await station.expect_call("TriggerMessage")
        await station.answer(message_id, {"status": "Accepted"})
        assert (await post).json()["accepted"]


async def test_too_late_and_interrupted_ones_are_told(node: Node, operator: httpx.AsyncClient) -> None:  # noqa: F811
    await node.add_station("CP-1")
    await queue(operator, "trigger", {"message": "Heartbeat"})
    await queue(operator, "trigger", {"message": "BootNotification"})
    await DB.run(
        "UPDATE station_command SET expires_at = now() - interval '1 minute' WHERE request::text LIKE '%Heart%'"
    )
    await DB.run(
        """UPDATE station_command SET state = 'sent', answered_at = now() - interval '1 hour'
        WHERE request::text LIKE '%Boot%'"""
    )
    await waiting.expire(node.ctx)
    assert await states(operator) == [("Trigger", "failed", "Expired"), ("Trigger", "failed", "Unknown")]
    async with node.booted("CP-1") as station:
        await station.expect_nothing(0.3)


async def test_two_workers_send_each_once(node: Node, operator: httpx.AsyncClient) -> None:  # noqa: F811
    await node.add_station("CP-1")
    for _ in range(6):
        await queue(operator, "trigger", {"message": "Heartbeat"})
    (row,) = await DB.run("SELECT id FROM charging_station")
    asked = []

    async def answer() -> None:
        while True:
            message_id, _ = await one.expect_call("TriggerMessage")
            asked.append(message_id)
            await one.answer(message_id, {"status": "Accepted"})

    async with node.booted("CP-1") as one:
        answering = asyncio.create_task(answer())
        await asyncio.gather(*(waiting.deliver(node.ctx, {"station_id": str(row["id"])}) for _ in range(3)))
        await eventually(
            operator, f"{STATION}/commands", lambda page: all(each["state"] == "answered" for each in page["items"])
        )
        answering.cancel()
    assert len(asked) == len(set(asked)) == 6
    assert Trigger.__name__ == (await states(operator))[0][0]
