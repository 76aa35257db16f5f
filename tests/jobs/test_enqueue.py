"""A job exists exactly if the fact that causes it does."""

import os
import subprocess
import sys
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from backend import jobs
from backend.db.engine import DB, transaction


async def waiting() -> list[dict[str, Any]]:
    return await DB.run("SELECT * FROM pgqueuer ORDER BY id")


@pytest.mark.usefixtures("db")
class TestEnqueue:
    async def test_alone(self) -> None:
        number = await jobs.enqueue("money.capture", {"id": UUID(int=7)}, priority=3)
        (job,) = await waiting()
        assert job["id"] == number
        assert (job["entrypoint"], job["payload"], job["priority"], job["status"]) == (
            "money.capture",
            b'{"id":"00000000-0000-0000-0000-000000000007"}',
            3,
            "queued",
        )

    async def test_committed_with_the_transaction(self) -> None:
        async with transaction():
            await DB.run("CREATE TEMP TABLE fact (n int)")
            await jobs.enqueue("money.capture")
        assert len(await waiting()) == 1

    async def test_gone_with_the_transaction(self) -> None:
        with suppress(ZeroDivisionError):
            async with transaction():
                await jobs.enqueue("money.capture")
                assert len(await waiting()) == 1
                raise ZeroDivisionError
        assert await waiting() == []

    async def test_gone_with_the_savepoint(self) -> None:
        async with transaction():
            await jobs.enqueue("first")
            with suppress(ZeroDivisionError):
                async with transaction():
                    await jobs.enqueue("second")
                    raise ZeroDivisionError
            await jobs.enqueue("third")
        assert [job["entrypoint"] for job in await waiting()] == ["first", "third"]

    async def test_dedupe_keeps_the_first_and_the_transaction_usable(self) -> None:
        first = await jobs.enqueue("money.capture", {"try": 1}, dedupe="payment-1")
        async with transaction():
            assert await jobs.enqueue("money.capture", {"try": 2}, dedupe="payment-1") is None
            other = await jobs.enqueue("money.capture", dedupe="payment-2")
            same_key = await jobs.enqueue("money.release", dedupe="payment-1")
        assert [job["id"] for job in await waiting()] == [first, other, same_key]

    async def test_delay(self) -> None:
        await jobs.enqueue("later", delay=timedelta(minutes=5))
        (row,) = await DB.run("SELECT execute_after - created AS delay FROM pgqueuer")
        assert row["delay"] == timedelta(minutes=5)

    async def test_sizes(self) -> None:
        await jobs.enqueue("a")
        await jobs.enqueue("a")
        await jobs.enqueue("b", delay=timedelta(hours=1))
        assert await jobs.queue_sizes() == {("a", "queued"): 2, ("b", "queued"): 1}


def test_environment_variables_of_others_change_no_name() -> None:
    """pgqueuer reads CHANNEL, TRIGGER, FUNCTION … wherever a name is left out."""
    code = "from backend import jobs; print(jobs._NAMES.channel, jobs._NAMES.function, jobs._NAMES.queue_table)"
    environment = {**os.environ, "CHANNEL": "news", "FUNCTION": "f", "QUEUE_TABLE": "t", "PGQUEUER_PREFIX": "x_"}
    said = subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True)
    assert said.stdout.split() == ["ch_pgqueuer", "fn_pgqueuer_changed", "pgqueuer"]
