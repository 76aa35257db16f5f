"""One station that talks too much, a database that is slow, and thousands that dial at once: the others' latency."""

import asyncio
import json
import time
from typing import Any

import pytest
from prometheus_client import REGISTRY

from backend.db import engine
from backend.db.share import Share
from backend.ocpp import crowd
from tests.support.node import running_node

RATE = 20


@pytest.mark.parametrize(
    ("left", "since_s", "after"),
    [
        (RATE * crowd.BURST_S, 0.0, RATE * crowd.BURST_S - 1),
        (RATE * crowd.BURST_S, 900.0, RATE * crowd.BURST_S - 1),  # what isn't used isn't saved up for ever
        (0.0, 0.0, -1.0),
        (0.0, 0.05, 0.0),
        (-1.0, 0.05, -1.0),
    ],
)
def test_how_much_a_station_may_say(left: float, since_s: float, after: float) -> None:
    assert crowd.allowance(left, since_s, RATE) == pytest.approx(after)


def test_a_ping_counts_as_a_message() -> None:
    left = float(RATE * crowd.BURST_S)
    for _ in range(RATE * crowd.BURST_S):
        left, rest_s = crowd.control_counted(left, 60.0, RATE)  # all of them a minute after the last message
        assert rest_s == 0
    left, rest_s = crowd.control_counted(left, 60.0, RATE)
    assert rest_s == pytest.approx(1 / RATE)
    for _ in range(1000):
        left, rest_s = crowd.control_counted(left, 60.0, RATE)
    assert rest_s == 1.0
    assert crowd.allowance(left, 60.0, RATE) == pytest.approx(-RATE - 1)  # the next message, at once
    assert crowd.control_counted(left, 62.0, RATE)[1] == 0  # and two seconds later


async def test_a_line_lets_in_as_many_as_it_can_and_sends_nobody_away_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowd, "MOST_IN_LINE_S", 0.05)
    line = crowd.Line(Share(4))
    inside, most, sent_away, served, waits = 0, 0, list[str](), list[str](), list[int]()

    async def dial(who: str) -> None:
        nonlocal inside, most
        try:
            async with line.turn(who):
                inside += 1
                most = max(most, inside)
                await asyncio.sleep(0.005)
                inside -= 1
                served.append(who)
        except crowd.SentAway as away:
            waits.append(away.retry_after_s)
            sent_away.append(who)
            await asyncio.sleep(0)
            await dial(who)

    await dial("first")  # from here on it knows how long one takes
    await asyncio.gather(*(dial(f"CP-{number}") for number in range(1000)))
    assert most == 4
    assert all(1 <= wait <= crowd.LONGEST_RETRY_S for wait in waits)
    assert len(served) == 1001
    assert sent_away
    assert len(sent_away) == len(set(sent_away))


async def test_a_flood_is_slowed_and_told_and_the_others_keep_their_pace(db: str) -> None:
    before = REGISTRY.get_sample_value("wattline_ocpp_slowed_total") or 0.0
    async with running_node(db, station_rate=RATE) as node:
        await node.add_station("FLOOD")
        await node.add_station("CALM")
        operator = await node.client()
        async with node.booted("FLOOD") as flood, node.booted("CALM") as calm:
            number = RATE * crowd.BURST_S + RATE
            ids = [await flood.send("Heartbeat", {}) for _ in range(number)]
            worst = 0.0
            while not flood.answered(ids[-1]):
                began = time.perf_counter()
                await calm.call("Heartbeat")
                worst = max(worst, time.perf_counter() - began)
                await asyncio.sleep(0.05)
            assert worst < 0.5
            assert all(flood.answered(one) for one in ids)  # later, but all of them
            open_now = await _incidents(operator)
            assert [(one["rule"], one["station_identity"], one["state"]) for one in open_now] == [
                ("station_floods", "FLOOD", "open")
            ]
            assert "more than 20 messages a second" in open_now[0]["detail"]
        async with asyncio.timeout(5):
            while (await _incidents(operator))[0]["state"] != "closed":  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    assert (REGISTRY.get_sample_value("wattline_ocpp_slowed_total") or 0.0) > before


async def test_a_flood_of_pings_is_slowed_and_told_too(db: str) -> None:
    async with running_node(db, station_rate=RATE) as node:
        await node.add_station("PINGS")
        operator = await node.client()
        async with node.booted("PINGS") as one:
            [session] = node.listener.connections._sessions.values()
            session.last_heard -= 900
            assert session._count_control() == 0  # a pong after a quarter of an hour without a word
            session.answers()
            assert session._left > RATE  # its next word is not taken for a flood
            pongs = [await one.socket.ping() for _ in range(RATE * crowd.BURST_S + 2 * RATE)]
            began = time.perf_counter()
            await one.call("Heartbeat")
            assert time.perf_counter() - began > 0.3  # what comes behind them is read later
            await asyncio.gather(*pongs)  # nothing is lost
            async with asyncio.timeout(5):
                while not await _incidents(operator):  # noqa: ASYNC110  # over HTTP
                    await asyncio.sleep(0.02)


async def _incidents(operator: Any) -> list[dict[str, Any]]:
    found = (await operator.get("/api/v1/incidents")).json()["items"]
    return [one for one in found if one["rule"] == "station_floods"]


async def test_a_slow_database_holds_up_only_what_needs_it(db: str) -> None:
    """What waits for it is a few messages a station; the rest waits in the station's own socket."""
    async with running_node(db) as node:
        await node.add_station("WAITS")
        await node.add_station("CALM")
        async with node.booted("WAITS") as waits, node.booted("CALM") as calm:
            async with engine.transaction():
                await engine.DB.run("LOCK TABLE connector, status_change IN EXCLUSIVE MODE")
                status = {"connectorId": 1, "errorCode": "NoError", "status": "Preparing"}
                ids = [await waits.send("StatusNotification", status) for _ in range(50)]
                for _ in range(5):
                    began = time.perf_counter()
                    assert (await calm.call("Heartbeat"))["currentTime"]
                    assert time.perf_counter() - began < 0.5
                session = next(
                    one for one in node.listener.connections._sessions.values() if one.station.identity == "WAITS"
                )
                queue: list[bytes] = session.link._queue  # type: ignore[attr-defined]
                assert len(queue) <= 4
                assert not waits.answered(ids[0])
            answers = [await waits.answer_to(one) for one in ids]
            assert all(json.dumps(one[2]) == "{}" for one in answers)
