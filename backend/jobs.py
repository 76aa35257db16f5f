"""Durable jobs: what must happen even if every process is killed now. Kept in PostgreSQL by pgqueuer.

`enqueue` joins the open transaction, so a job exists exactly if the fact that causes it does. A worker runs it at
least once: after a crash, or when the database was lost at the wrong moment, a second time. Handlers must therefore
be idempotent: look at what is already done before doing it.

A job that fails is tried again, later each time; after the last try it is kept as failed (`failed_jobs`) and can be
tried once more by hand (`retry_failed`).
"""

# Longer than 400 lines: putting a job in and taking it out know the same columns and keys of one queue.

import asyncio
import contextlib
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import structlog
from pgqueuer import PgQueuer
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment, QueryQueueBuilder, QuerySchedulerBuilder
from pgqueuer.db import AsyncpgDriver
from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.errors import RetryRequested
from pgqueuer.models import Job, Schedule
from pgqueuer.queries import Queries
from pgqueuer.types import Channel

from backend.db.engine import DB, LOST_HOST

log = structlog.get_logger(__name__)

Payload = dict[str, Any]
Handler = Callable[[Payload], Awaitable[None]]
CronHandler = Callable[[], Awaitable[None]]

STOP_PATIENCE_S = 2.0
HEARTBEAT_TIMEOUT = timedelta(seconds=15)  # a job of a killed worker is taken over after this
DEQUEUE_TIMEOUT = timedelta(seconds=5)  # how long a missed notification can delay a job
LOG_KEPT = timedelta(days=7)
RUNS = " (runs)"
"""Behind the key of a job that has begun: its key is free for the next one, which waits until this is gone."""
LOOK_AGAIN_S = 0.1

# Every name is given: pgqueuer would take those left out from environment variables as common as CHANNEL or TRIGGER.
_NAMES = DBSettings(
    prefix="",
    db_schema=None,
    channel=Channel("ch_pgqueuer"),
    function="fn_pgqueuer_changed",
    trigger="tg_pgqueuer_changed",
    queue_table="pgqueuer",
    queue_table_log="pgqueuer_log",
    statistics_table="pgqueuer_statistics",
    schedules_table="pgqueuer_schedules",
    queue_status_type="pgqueuer_status",
    durability=Durability.durable,
)
_BUILDERS = (QueryBuilderEnvironment(_NAMES), QueryQueueBuilder(_NAMES), QuerySchedulerBuilder(_NAMES))


def _queries(connection: asyncpg.Connection) -> Queries:
    return Queries(AsyncpgDriver(connection), *_BUILDERS)


async def enqueue(
    name: str,
    payload: Payload | None = None,
    *,
    dedupe: str | None = None,
    delay: timedelta = timedelta(0),
    priority: int = 0,
) -> int | None:
    """Add a job, in the open transaction of this task or at once; its id.

    `payload` is what JSON can say (UUIDs, dates and decimals become text). With `dedupe`, nothing is added and None
    returned while a job of this name and key waits. One that runs already may have looked before what this one is
    for: then a job is added, and runs after that one. `delay` counts from now; a higher `priority` goes first.
    """
    keys = None if dedupe is None else [dedupe]
    return (await enqueue_all(name, [payload or {}], dedupe=keys, delay=delay, priority=priority))[0]


async def enqueue_all(
    name: str,
    payloads: Sequence[Payload],
    *,
    dedupe: Sequence[str] | None = None,
    delay: timedelta = timedelta(0),
    priority: int = 0,
) -> Sequence[int | None]:
    """The same for many, in one statement. `dedupe`: a key for each."""
    many = len(payloads)
    if not many:
        return []
    said: list[bytes | None] = [msgspec.json.encode(one) for one in payloads]
    keys: list[str | None] = [None] * many if dedupe is None else [f"{name}:{key}" for key in dedupe]
    delays: list[timedelta | None] = [delay] * many
    async with DB.connection() as connection:
        queries = _queries(connection)
        return await queries.enqueue([name] * many, said, [priority] * many, delays, keys, on_conflict="skip")


@dataclass(frozen=True, slots=True)
class FailedJob:
    id: int
    name: str
    payload: Payload
    tries: int
    error: str
    failed_at: datetime


async def failed_jobs(limit: int = 100) -> list[FailedJob]:
    """Jobs that were given up, the latest first."""
    rows = await DB.run(
        """SELECT job.id, job.entrypoint, job.payload, job.attempts, job.updated, entry.traceback
        FROM pgqueuer job LEFT JOIN LATERAL (
            SELECT traceback FROM pgqueuer_log WHERE job_id = job.id AND status = 'failed' ORDER BY id DESC LIMIT 1
        ) entry ON true
        WHERE job.status = 'failed' ORDER BY job.updated DESC, job.id DESC LIMIT $1""",
        limit,
    )
    return [
        FailedJob(
            id=row["id"],
            name=row["entrypoint"],
            payload=msgspec.json.decode(row["payload"] or b"{}"),
            tries=row["attempts"] + 1,
            error=row["traceback"]["exception_message"] if row["traceback"] else "",
            failed_at=row["updated"],
        )
        for row in rows
    ]


async def retry_failed(ids: Sequence[int]) -> None:
    """Try failed jobs again, from the first try on."""
    async with DB.connection() as connection:
        await connection.execute(_BUILDERS[1].build_requeue_jobs_query(), list(ids))


async def queue_sizes() -> dict[tuple[str, str], int]:
    """How many jobs there are by (name, state); state is queued, picked or failed."""
    rows = await DB.run("SELECT entrypoint, status::text AS status, count(*) AS n FROM pgqueuer GROUP BY 1, 2")
    return {(row["entrypoint"], row["status"]): row["n"] for row in rows}


async def prune_log() -> None:
    """Forget what was done long ago. The worker runs it daily."""
    await DB.run("DELETE FROM pgqueuer_log WHERE created < now() - $1::interval", LOG_KEPT)


# --- the worker --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Retries:
    """When to try a failed job again: after `first_s`, twice as long each time up to `longest_s`, `tries` in all.

    The default gives up after about an hour and a quarter.
    """

    tries: int = 15
    first_s: float = 1.0
    longest_s: float = 900.0

    def pause_s(self, tries_so_far: int) -> float:
        """Without the jitter; `tries_so_far` is 1 after the first failure."""
        return min(self.longest_s, self.first_s * 2.0 ** min(tries_so_far - 1, 60))


@dataclass(frozen=True, slots=True)
class Finished:
    """One run of a job, for metrics. `outcome`: done, again (failed, tried later), failed (given up), stopped."""

    name: str
    outcome: str
    seconds: float
    waited_s: float


class Worker:
    """Runs jobs and what the clock demands, beside other workers, until stopped.

    `handlers` by job name; `cron` by name: (crontab expression in UTC, handler). One worker of all runs each tick.
    `dsn` is for a connection of its own, which listens for new jobs. A run longer than `timeout_s` has failed.
    """

    def __init__(
        self,
        dsn: str,
        handlers: Mapping[str, Handler],
        cron: Mapping[str, tuple[str, CronHandler]] | None = None,
        *,
        retries: Retries | None = None,
        concurrency: int = 20,
        timeout_s: float = 120.0,
        observe: Callable[[Finished], None] = lambda finished: None,
    ) -> None:
        self._dsn = dsn
        self._handlers = dict(handlers)
        self._cron = {"jobs.prune_log": ("23 3 * * *", prune_log), **(cron or {})}
        self._retries = retries or Retries()
        self._concurrency = concurrency
        self._timeout_s = timeout_s
        self._observe = observe
        self._stopping = asyncio.Event()
        self._runs: set[asyncio.Task[None]] = set()
        self._connected = False
        self._manager: UUID | None = None  # what the queue calls this worker

    @property
    def healthy(self) -> bool:
        """Whether jobs are being taken at the moment."""
        return self._connected

    async def run(self) -> None:
        """Until `stop`. A lost database is waited for; nothing is raised for it."""
        pause = 0.1
        while not self._stopping.is_set():
            began = time.monotonic()
            try:
                await self._run_connected()
            except Exception as error:  # whatever it is: jobs go on, and the reason is in the log
                log.warning("the job worker lost the database; trying again", error=f"{type(error).__name__}: {error}")
            if time.monotonic() - began > 10:
                pause = 0.1
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._stopping.wait()
            pause = min(pause * 2, 5.0)

    async def stop(self) -> None:
        """Take no more jobs; those under way get two seconds, then they are put back into the queue."""
        self._stopping.set()
        if self._runs:
            await asyncio.wait(self._runs, timeout=STOP_PATIENCE_S)
        for task in self._runs:
            task.cancel()

    async def _run_connected(self) -> None:
        named = LOST_HOST | {"application_name": "wattline worker"}
        connection = await asyncpg.connect(self._dsn, timeout=5, command_timeout=30, server_settings=named)
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _: lost.set())
        queuer = PgQueuer(AsyncpgDriver(connection), _NAMES.channel, queries=_queries(connection))
        for name, handler in self._handlers.items():
            queuer.entrypoint(name, on_failure="hold", accepts_context=False)(self._job(name, handler))
        for name, (expression, action) in self._cron.items():
            queuer.schedule(name, expression, accepts_context=False)(self._tick(name, action))
        loop = asyncio.get_running_loop()
        running = loop.create_task(self._take_over(connection, queuer))
        endings = [loop.create_task(self._stopping.wait()), loop.create_task(lost.wait())]
        try:
            await asyncio.wait({running, *endings}, return_when=asyncio.FIRST_COMPLETED)
            queuer.shutdown.set()
            # Lost: what the jobs under way did can't be noted any more, so they are run again. No reason to wait.
            await asyncio.wait({running}, timeout=0 if lost.is_set() else STOP_PATIENCE_S + 0.5)
            if running.done():
                await running
        finally:
            self._connected = False
            for ending in endings:
                ending.cancel()
            # Before the queuer is cancelled: it would note its jobs as cancelled, and so lose them.
            connection.terminate()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    async def _take_over(self, connection: asyncpg.Connection, queuer: PgQueuer) -> None:
        """Put back what this worker had under way when it lost the database, then work."""
        await connection.execute(
            "UPDATE pgqueuer SET status = 'queued', queue_manager_id = NULL, slot = NULL"
            " WHERE queue_manager_id = $1 AND status = 'picked'",
            self._manager,
        )
        self._manager = queuer.qm.queue_manager_id
        self._connected = True
        await queuer.run(
            dequeue_timeout=DEQUEUE_TIMEOUT,
            batch_size=max(1, self._concurrency // 2),
            max_concurrent_tasks=max(2, self._concurrency),
            shutdown_on_listener_failure=True,
            heartbeat_timeout=HEARTBEAT_TIMEOUT,
            log_aggregation_interval=timedelta(0),
        )

    def _job(self, name: str, handler: Handler) -> Callable[[Job], Awaitable[None]]:
        async def run(job: Job) -> None:
            waited_s = (job.updated - max(job.created, job.execute_after)).total_seconds()
            outcome, began = "stopped", time.monotonic()
            try:
                error = await self._run(_alone(job, handler))
                tries = job.attempts + 1
                if error is None:
                    outcome = "done"
                elif self._stopping.is_set() and isinstance(error, asyncio.CancelledError):
                    raise RetryRequested(timedelta(0), "the worker was stopped")
                elif tries >= self._retries.tries:
                    outcome = "failed"
                    log.error("a job failed for the last time", job=name, id=job.id, tries=tries, **_why(error))
                    raise JobFailed(_said(error))
                else:
                    outcome = "again"
                    await _give_key_back(job)
                    pause_s = self._retries.pause_s(tries) * random.uniform(0.8, 1.2)
                    log.warning("a job failed", job=name, id=job.id, tries=tries, again_in_s=pause_s, **_why(error))
                    raise RetryRequested(timedelta(seconds=pause_s), _said(error))
            finally:
                self._observe(Finished(name, outcome, time.monotonic() - began, max(0.0, waited_s)))

        return run

    def _tick(self, name: str, action: CronHandler) -> Callable[[Schedule], Awaitable[None]]:
        async def run(_: Schedule) -> None:
            outcome, began = "stopped", time.monotonic()
            try:
                error = await self._run(action())
                outcome = "done" if error is None else "failed"
                if error is not None:
                    log.error("a timed task failed; it runs again at its next time", task=name, exc_info=error)
            finally:
                self._observe(Finished(name, outcome, time.monotonic() - began, 0.0))

        return run

    async def _run(self, work: Awaitable[None]) -> BaseException | None:
        """Run a handler in a task of its own, which `stop` can end without ending the queuer's; its error."""

        async def bounded() -> None:
            async with asyncio.timeout(self._timeout_s):
                await work

        task = asyncio.get_running_loop().create_task(bounded())
        self._runs.add(task)
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:  # the database is lost; nobody could note how it ended
            task.cancel()
            raise
        finally:
            self._runs.discard(task)
        return asyncio.CancelledError() if task.cancelled() else task.exception()


async def _alone(job: Job, handler: Handler) -> None:
    """The handler, while no other job of the same key runs."""
    while await _keyed(job) and not await _key_taken(job):  # noqa: ASYNC110 - in the database
        await asyncio.sleep(LOOK_AGAIN_S)
    await handler(msgspec.json.decode(job.payload or b"{}"))


async def _keyed(job: Job) -> bool:
    """Asked before each change of a key: a change wakes the queue, and then a retry that comes after it waits for the
    next look."""
    return bool(await DB.run("SELECT 1 FROM pgqueuer WHERE id = $1 AND dedupe_key IS NOT NULL", job.id))


async def _key_taken(job: Job) -> bool:
    try:
        await DB.run(
            "UPDATE pgqueuer SET dedupe_key = dedupe_key || $2::text"
            " WHERE id = $1 AND dedupe_key IS NOT NULL AND right(dedupe_key, length($2::text)) <> $2::text",
            job.id,
            RUNS,
        )
    except asyncpg.UniqueViolationError:
        return False
    return True


async def _give_key_back(job: Job) -> None:
    """A job that waits for its next try has its key again; not where a newer one, which will do the same, has it."""
    free = (
        "UPDATE pgqueuer SET dedupe_key = left(dedupe_key, -length($2::text))"
        " WHERE id = $1 AND right(dedupe_key, length($2::text)) = $2::text"
    )
    try:
        if await _keyed(job):
            await DB.run(free, job.id, RUNS)
    except asyncpg.UniqueViolationError:
        await DB.run("UPDATE pgqueuer SET dedupe_key = NULL WHERE id = $1", job.id)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        log.warning("a job keeps its key while it waits", id=job.id, error=str(error))


class TryAgain(Exception):
    """What a handler raises where something outside doesn't answer now: nothing of ours is wrong, so the log has the
    reason in one line. Anything else that is raised is a mistake, and is logged with its trace."""


class JobFailed(Exception):
    """The last try of a job failed. The message is what its handler said."""


def _why(error: BaseException) -> dict[str, Any]:
    """For the log: a reason, or a trace."""
    return {"reason": " ".join(str(error).split())} if isinstance(error, TryAgain) else {"exc_info": error}


def _said(error: BaseException) -> str:
    """As PostgreSQL can store it: without NUL and half characters, and not endless."""
    text = f"{type(error).__name__}: {error}".strip(": ")
    return text.replace("\0", "\N{SYMBOL FOR NULL}").encode(errors="replace").decode()[:2000]
