"""Which wait that took too long is called the database's."""

import asyncio

import httpx
import pytest
from litestar import Litestar, get

from backend.db import engine
from backend.db.engine import DB
from backend.db.timed import TimedOut
from backend.web import problems

pytestmark = pytest.mark.usefixtures("db")


@get("/query")
async def query() -> None:
    async with DB.connection() as connection:
        await connection.execute("SELECT pg_sleep(5)", timeout=0.05)


@get("/crowded")
async def crowded() -> None:
    """Every connection is somebody's, and stays it."""
    assert DB.pool is not None
    held = [await DB.pool.acquire() for _ in range(DB.pool.get_max_size())]
    try:
        await DB.run("SELECT 1")
    finally:
        for one in held:
            await DB.pool.release(one)


@get("/other")
async def other() -> None:
    """Somebody else's server, a station, a bus."""
    async with asyncio.timeout(0.01):
        await asyncio.sleep(5)


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/query", 503, "not_ready"),
        ("/crowded", 503, "not_ready"),
        ("/other", 500, "internal_error"),
    ],
)
async def test_only_a_wait_for_the_database_says_so(
    path: str, status: int, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "ACQUIRE_TIMEOUT_S", 0.05)
    app = Litestar([query, crowded, other], exception_handlers=problems.HANDLERS, logging_config=None)
    transport = httpx.ASGITransport(app=app)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert ("database" in answer.json()["title"]) is (status == 503)


async def test_a_statement_that_takes_too_long_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    real = engine.asyncpg.Connection.fetch

    async def brief(self: object, *arguments: object, **named: object) -> object:
        return await real(self, *arguments, **named, timeout=0.05)  # type: ignore[arg-type]

    monkeypatch.setattr(engine.asyncpg.Connection, "fetch", brief)
    with pytest.raises(TimedOut):
        await DB.run("SELECT pg_sleep(5)")
    with pytest.raises(TimedOut):
        async with engine.transaction():
            await DB.run("SELECT pg_sleep(5)")


async def test_an_own_limit_around_a_query_stays_the_caller_s() -> None:
    with pytest.raises(TimeoutError) as caught:
        async with asyncio.timeout(0.05):
            await DB.run("SELECT pg_sleep(5)")
    assert not isinstance(caught.value, TimedOut)
