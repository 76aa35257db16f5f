"""Workers: at least once, tried again, given up in sight, stopped in time, and back after whatever happens."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from backend import jobs
from backend.db.engine import DB

QUICK = jobs.Retries(tries=3, first_s=0.01)


async def until(condition: Callable[[], Any], seconds: float = 30.0) -> None:
    """Patient: a job whose next try was not due yet when the queue looked waits for its next look, 5 s later."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - the conditions are plain lists
            await asyncio.sleep(0.01)


async def drained(seconds: float = 30.0) -> None:
    """Until no job waits or runs."""
    async with asyncio.timeout(seconds):
        while await DB.run("SELECT 1 FROM pgqueuer WHERE status <> 'failed'"):  # noqa: ASYNC110 - in the database
            await asyncio.sleep(0.02)


@contextlib.asynccontextmanager
async def working(worker: jobs.Worker) -> AsyncIterator[jobs.Worker]:
    running = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        await worker.stop()
        async with asyncio.timeout(3):
            await running


async def test_jobs_are_done_in_order_of_priority(db: str) -> None:
    done: list[int] = []

    async def handle(payload: dict[str, Any]) -> None:
        done.append(payload["n"])

    for n, priority in ((1, 0), (2, 5), (3, 0)):
        await jobs.enqueue("test.job", {"n": n}, priority=priority)
    async with working(jobs.Worker(db, {"test.job": handle}, concurrency=2)):
        await until(lambda: len(done) == 3)
        await drained()
    assert done[0] == 2
    assert sorted(done) == [1, 2, 3]


async def test_a_new_job_begins_at_once(db: str) -> None:
    began = asyncio.Event()

    async def handle(_: dict[str, Any]) -> None:
        began.set()

    async with working(jobs.Worker(db, {"test.job": handle})) as worker:
        await until(lambda: worker.healthy)
        await asyncio.sleep(0.3)
        at = time.monotonic()
        await jobs.enqueue("test.job")
        async with asyncio.timeout(5):
            await began.wait()
        assert time.monotonic() - at < jobs.DEQUEUE_TIMEOUT.total_seconds() / 2  # notified, not polled


async def test_a_delayed_job_waits(db: str) -> None:
    at: list[float] = []

    async def handle(_: dict[str, Any]) -> None:
        at.append(time.monotonic())

    async with working(jobs.Worker(db, {"test.job": handle})) as worker:
        await until(lambda: worker.healthy)
        began = time.monotonic()
        await jobs.enqueue("test.job", delay=timedelta(seconds=1))
        await until(lambda: at)
        assert at[0] - began >= 1


async def test_what_comes_while_the_same_job_runs_is_done_after_it(db: str) -> None:
    """It may have looked already before the fact that the new one is for. Never two at a time."""
    facts, seen = 1, list[int]()
    inside = most = 0

    async def handle(_: dict[str, Any]) -> None:
        nonlocal facts, inside, most
        inside += 1
        most = max(most, inside)
        looked = facts
        if looked == 1:
            facts = 2
            assert await jobs.enqueue("test.job", dedupe="one") is not None
            assert await jobs.enqueue("test.job", dedupe="one") is None  # the one that waits will see this too
            await asyncio.sleep(0.3)
        seen.append(looked)
        inside -= 1

    await jobs.enqueue("test.job", dedupe="one")
    async with working(jobs.Worker(db, {"test.job": handle})):
        await drained()
    assert seen == [1, 2]
    assert most == 1


async def test_a_job_that_failed_does_not_keep_the_next_one_waiting(db: str) -> None:
    tried: list[int] = []

    async def handle(payload: dict[str, Any]) -> None:
        tried.append(payload["n"])
        if payload["n"] == 1 and tried.count(1) == 1:
            await jobs.enqueue("test.job", {"n": 2}, dedupe="one")
            raise ConnectionError("not yet")

    await jobs.enqueue("test.job", {"n": 1}, dedupe="one")
    async with working(jobs.Worker(db, {"test.job": handle}, retries=jobs.Retries(tries=3, first_s=0.5))):
        await drained()
    assert sorted(tried) == [1, 1, 2]
    assert tried[:2] == [1, 2]


async def test_a_failing_job_is_tried_again(db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "DEQUEUE_TIMEOUT", timedelta(seconds=0.3))
    seen: list[jobs.Finished] = []
    tries = 0

    async def handle(_: dict[str, Any]) -> None:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise ConnectionError("not yet")

    await jobs.enqueue("test.job")
    async with working(jobs.Worker(db, {"test.job": handle}, retries=QUICK, observe=seen.append)):
        await until(lambda: len(seen) == 3)
        await drained()
    assert [finished.outcome for finished in seen] == ["again", "again", "done"]
    assert all(finished.name == "test.job" and finished.seconds >= 0 for finished in seen)
    assert await jobs.failed_jobs() == []


async def test_a_job_that_never_works_is_kept_in_sight_and_can_be_tried_again(
    db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "DEQUEUE_TIMEOUT", timedelta(seconds=0.3))  # the next try is seen by looking again
    works = False
    seen: list[str] = []

    async def handle(_: dict[str, Any]) -> None:
        if not works:
            raise ValueError("the bank said no\0\ud800")  # neither NUL nor half a character fits into PostgreSQL

    number = await jobs.enqueue("test.job", {"payment": 7})
    async with working(
        jobs.Worker(db, {"test.job": handle}, retries=QUICK, observe=lambda finished: seen.append(finished.outcome))
    ):
        await until(lambda: len(seen) == 3)
        await drained()
        (failed,) = await jobs.failed_jobs()
        assert seen == ["again", "again", "failed"]
        assert (failed.id, failed.name, failed.payload, failed.tries) == (number, "test.job", {"payment": 7}, 3)
        assert failed.error == "ValueError: the bank said no\N{SYMBOL FOR NULL}?"
        assert await jobs.queue_sizes() == {("test.job", "failed"): 1}

        works = True
        await jobs.retry_failed([failed.id])
        await until(lambda: seen[-1] == "done")
        await drained()
    assert await jobs.failed_jobs() == []


async def test_a_job_that_takes_too_long_has_failed(db: str) -> None:
    async def handle(_: dict[str, Any]) -> None:
        await asyncio.sleep(60)

    await jobs.enqueue("test.job")
    async with working(jobs.Worker(db, {"test.job": handle}, retries=jobs.Retries(tries=1), timeout_s=0.1)):
        await drained()
    (failed,) = await jobs.failed_jobs()
    assert failed.error == "TimeoutError"


async def test_a_handler_that_cancels_itself_loses_no_job(db: str) -> None:
    async def handle(_: dict[str, Any]) -> None:
        raise asyncio.CancelledError

    await jobs.enqueue("test.job")
    async with working(jobs.Worker(db, {"test.job": handle}, retries=jobs.Retries(tries=1))):
        await drained()
    assert len(await jobs.failed_jobs()) == 1


async def test_a_job_without_a_handler_waits_for_a_worker_that_has_one(db: str) -> None:
    done: list[str] = []

    def handler(name: str) -> jobs.Handler:
        async def handle(_: dict[str, Any]) -> None:
            done.append(name)

        return handle

    await jobs.enqueue("new.job")
    await jobs.enqueue("old.job")
    async with working(jobs.Worker(db, {"old.job": handler("old")})):
        await until(lambda: done == ["old"])
    assert await jobs.queue_sizes() == {("new.job", "queued"): 1}
    async with working(jobs.Worker(db, {"new.job": handler("new")})):
        await until(lambda: done == ["old", "new"])


async def test_several_workers_share_the_work_and_repeat_nothing(db: str) -> None:
    done: list[tuple[str, int]] = []

    def handler(name: str) -> jobs.Handler:
        async def handle(payload: dict[str, Any]) -> None:
            await asyncio.sleep(0.05)
            done.append((name, payload["n"]))

        return handle

    async with (
        working(jobs.Worker(db, {"test.job": handler("a")}, concurrency=4)),
        working(jobs.Worker(db, {"test.job": handler("b")}, concurrency=4)),
    ):
        for n in range(60):
            await jobs.enqueue("test.job", {"n": n})
        await drained()
    assert sorted(n for _, n in done) == list(range(60))
    assert {name for name, _ in done} == {"a", "b"}


async def test_stopping_lets_a_short_job_end(db: str) -> None:
    began, ended = asyncio.Event(), asyncio.Event()

    async def handle(_: dict[str, Any]) -> None:
        began.set()
        await asyncio.sleep(0.3)
        ended.set()

    await jobs.enqueue("test.job")
    async with working(jobs.Worker(db, {"test.job": handle})):
        async with asyncio.timeout(5):
            await began.wait()
    assert ended.is_set()
    assert await jobs.queue_sizes() == {}


@pytest.mark.parametrize("stubborn", [False, True])
async def test_stopping_puts_a_long_job_back(db: str, stubborn: bool) -> None:
    """Within three seconds, even if the job doesn't let itself be cancelled; nothing is lost."""
    began = asyncio.Event()
    over = False

    async def handle(_: dict[str, Any]) -> None:
        began.set()
        while not over:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                if not stubborn:
                    raise

    await jobs.enqueue("test.job")
    try:
        async with working(jobs.Worker(db, {"test.job": handle})):
            async with asyncio.timeout(5):
                await began.wait()
            stopping = time.monotonic()
        assert time.monotonic() - stopping < 3.2
        (job,) = await DB.run("SELECT status::text FROM pgqueuer")
        assert job["status"] == ("picked" if stubborn else "queued")  # picked: taken over when its heartbeat is old
    finally:
        over = True
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()


async def cut_worker_connections() -> int:
    rows = await DB.run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE application_name = 'wattline worker' AND datname = current_database()"
    )
    return len(rows)


async def test_a_worker_whose_connection_is_cut_goes_on(db: str) -> None:
    done: list[int] = []
    gate = asyncio.Event()

    async def handle(payload: dict[str, Any]) -> None:
        if payload["n"] == 1:
            await gate.wait()
        done.append(payload["n"])

    async with working(jobs.Worker(db, {"test.job": handle})) as worker:
        await jobs.enqueue("test.job", {"n": 1})
        await until(lambda: worker._runs)
        before = worker._manager
        assert await cut_worker_connections() == 1
        await until(lambda: worker._manager != before or not worker.healthy)  # it may be back before anybody looks
        await jobs.enqueue("test.job", {"n": 2})
        gate.set()
        # Sooner than by its heartbeat: the worker knows what it had under way. (It may run twice: that's the deal.)
        await until(lambda: set(done) == {1, 2}, jobs.HEARTBEAT_TIMEOUT.total_seconds() / 2)
        await drained()


async def test_a_killed_worker_loses_no_job(db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """kill -9 while the job runs: another worker takes it over when its heartbeat is old."""
    monkeypatch.setattr(jobs, "HEARTBEAT_TIMEOUT", timedelta(seconds=1))
    await jobs.enqueue("test.job", {"number": 42})
    victim = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.jobs.worker_process",
        db,
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        env=os.environ,
    )
    assert victim.stdout
    async with asyncio.timeout(20):
        assert await victim.stdout.readline() == b"began 42\n"
    victim.send_signal(signal.SIGKILL)
    await victim.wait()

    done: list[int] = []

    async def handle(payload: dict[str, Any]) -> None:
        done.append(payload["number"])

    async with working(jobs.Worker(db, {"test.job": handle})):
        await until(lambda: done == [42])
        await drained()


async def test_timed_tasks_run_once_among_several_workers(db: str) -> None:
    ticks: list[str] = []

    def task(name: str) -> jobs.CronHandler:
        async def act() -> None:
            ticks.append(name)

        return act

    async def broken() -> None:
        raise RuntimeError("this one fails and disturbs nobody")

    every_second = "* * * * * *"
    async with (
        working(jobs.Worker(db, {}, {"tick": (every_second, task("a")), "broken": (every_second, broken)})),
        working(jobs.Worker(db, {}, {"tick": (every_second, task("b")), "broken": (every_second, broken)})),
    ):
        await asyncio.sleep(4.5)
    assert 2 <= len(ticks) <= 5
    (row,) = await DB.run("SELECT count(*) AS n FROM pgqueuer_schedules WHERE entrypoint = 'jobs.prune_log'")
    assert row["n"] == 1


async def test_the_log_is_pruned(db: str) -> None:
    async with contextlib.AsyncExitStack() as stack:
        connection = await asyncpg.connect(db)
        stack.push_async_callback(connection.close)
        await connection.execute(
            "INSERT INTO pgqueuer_log (job_id, status, priority, entrypoint, created)"
            " SELECT n, 'successful', 0, 'test.job', now() - n * interval '1 day' FROM generate_series(1, 10) n"
        )
    await jobs.prune_log()
    rows = await DB.run("SELECT job_id FROM pgqueuer_log ORDER BY job_id")
    assert [row["job_id"] for row in rows] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(("tries", "pause_s"), [(1, 1.0), (2, 2.0), (5, 16.0), (10, 512.0), (11, 900.0), (1000, 900.0)])
def test_pauses_grow_to_a_limit(tries: int, pause_s: float) -> None:
    assert jobs.Retries().pause_s(tries) == pause_s
