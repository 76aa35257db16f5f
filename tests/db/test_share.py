"""A part of the database's connections: who asks most waits longest, and nobody's turn is lost."""

import asyncio
import random

import httpx
import pytest

from backend.db import engine
from backend.db.share import CUSTOMER, Customer, Share
from backend.web import turnstile
from backend.web.turnstile import Turnstile


async def test_everybody_has_a_turn_after_the_other() -> None:
    share, served = Share(1), list[str]()

    async def come(who: str) -> None:
        async with share.turn(who):
            served.append(who)
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group:
        for who in ("first", *["many"] * 6, "one", "two", "two"):
            group.create_task(come(who))
    assert served == ["first", "many", "one", "two", "many", "two", *["many"] * 4]


async def test_no_turn_is_lost_however_they_give_up() -> None:
    share, chance, inside, most = Share(3), random.Random(5), 0, 0

    async def come(who: int) -> None:
        nonlocal inside, most
        async with share.turn(who):
            inside += 1
            most = max(most, inside)
            try:
                await asyncio.sleep(chance.random() / 1000)
            finally:
                inside -= 1

    tasks = [asyncio.create_task(come(number % 7)) for number in range(500)]
    while not all(task.done() for task in tasks):
        await asyncio.sleep(0)
        chance.choice(tasks).cancel()
    assert inside == 0
    async with asyncio.timeout(1):
        for _ in range(3):
            await share.take("anybody")
    assert most <= 3


async def test_how_long_the_line_is() -> None:
    share = Share(1)
    share.pace_s = 0.5
    assert share.expected_s("mine") == 0
    await share.take("mine")
    waiting = [asyncio.create_task(share.take(who)) for who in ("mine", "mine", "other")]
    await asyncio.sleep(0)
    assert (share.expected_s("mine"), share.expected_s("other"), share.expected_s("new")) == (2.0, 1.0, 0.0)
    for task in waiting:
        task.cancel()


async def test_requests_leave_the_others_their_connections(db: str) -> None:
    """Ten are in the pool; what people ask uses two of them, whoever asks and however it ends."""
    share, at_once, most = Share(2), 0, 0

    async def ask(who: str) -> None:
        nonlocal at_once, most
        CUSTOMER.set(Customer(share, lambda: who))
        async with engine.transaction():
            at_once += 1
            most = max(most, at_once)
            await engine.DB.run("SELECT pg_sleep(0.02)")
            at_once -= 1
        with pytest.raises(Exception, match="division"):
            async with engine.transaction():
                await engine.DB.run("SELECT 1 / 0")

    crowd = [asyncio.create_task(ask(f"{number % 3}")) for number in range(12)]
    async with asyncio.timeout(5):
        await engine.DB.run("SELECT 1")  # not behind them
        assert not all(task.done() for task in crowd)
        await asyncio.gather(*crowd)
    assert most == 2
    assert share.expected_s("0") == 0


async def test_who_has_much_open_is_turned_away_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turnstile, "FAIR", 2)
    goes_on = asyncio.Event()

    async def app(_scope: object, _receive: object, send: object) -> None:
        await goes_on.wait()
        await send({"type": "http.response.start", "status": 204, "headers": []})  # type: ignore[operator]
        await send({"type": "http.response.body", "body": b""})  # type: ignore[operator]

    gate = Turnstile(app, Share(1), most_open=5)

    async def ask(address: str, path: str = "/") -> int:
        transport = httpx.ASGITransport(app=gate, client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            answer = await client.get(path)
        if answer.status_code == 503:
            assert answer.headers["Retry-After"] == "1"
            assert answer.json()["code"] == "busy"
        return answer.status_code

    flood = [asyncio.create_task(ask("10.0.0.1")) for _ in range(8)]
    await asyncio.sleep(0.05)
    assert [task.result() for task in flood if task.done()] == [503] * 3
    others = [asyncio.create_task(ask(f"10.0.0.{number}")) for number in (2, 2, 2, 3)]
    health = asyncio.create_task(ask("10.0.0.1", "/health/ready"))
    await asyncio.sleep(0.05)
    assert [task.done() for task in others] == [False, False, True, False]
    goes_on.set()
    assert [await task for task in others] == [204, 204, 503, 204]
    assert [await task for task in flood].count(204) == 5
    assert await health == 204
    assert await ask("10.0.0.1") == 204
