"""A process that stands still, or whose host is gone, must not keep others waiting for what it has locked."""

import asyncio

import asyncpg
import pytest

from backend.db import engine
from backend.db.engine import DB, transaction


async def test_a_transaction_that_was_left_open_is_ended_and_its_locks_go(
    db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await engine.disconnect()
    monkeypatch.setattr(engine, "IDLE_TRANSACTION_MS", 200)
    await engine.connect(db, pool_min=1, pool_max=2)
    other = await asyncpg.connect(db, command_timeout=5)
    try:
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
            await _left_open(other)
        assert await DB.run("SELECT 1 AS one") == [{"one": 1}]
    finally:
        await other.close()


async def _left_open(other: asyncpg.Connection) -> None:
    async with transaction():
        await DB.run("SELECT pg_advisory_xact_lock(4711)")
        await other.execute("SELECT pg_advisory_xact_lock(4711)")  # while this one does nothing
        await asyncio.sleep(0.1)
        await DB.run("SELECT 1")


async def test_the_server_forgets_a_host_that_is_gone_within_a_minute(db: str) -> None:
    """Of which no packet comes any more: without these settings it takes two hours, with all its locks."""
    names = ("tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_keepalives_count")
    told = [int((await DB.run(f"SELECT current_setting('{name}') AS value"))[0]["value"]) for name in names]
    idle_s, interval_s, count = told
    assert 0 < idle_s + interval_s * count < 60
