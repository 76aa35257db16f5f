"""The one database engine of the process: `DB`. Tables bind to it when imported; `connect` gives it an address.

Differences from Piccolo's own engine, each of which has cost somebody a night:

- nothing connects at import time, and nothing works without the pool;
- a transaction always returns its connection and clears its context, also when COMMIT fails or the
  connection was killed;
- a nested transaction is a savepoint, so that a caught inner error undoes the inner work;
- a transaction belongs to the task that opened it. A task started inside runs outside of it, on a connection
  of its own. (`asyncio.wait_for` starts a task on Python 3.11: inside a transaction use `asyncio.timeout`.)
- JSONB is Python values both ways, and a datetime without time zone is refused.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import asyncpg
import msgspec
from piccolo.engine.postgres import PostgresEngine, PostgresTransaction

from backend.db.share import CUSTOMER, Share
from backend.db.timed import TIMED
from backend.errors import StartRefused

ACQUIRE_TIMEOUT_S = 30.0
COMMAND_TIMEOUT_S = 60.0
# How long a query waits for a database that is restarting before its error reaches the caller.
RESTART_PATIENCE_S = 5.0

COPY_PIECE = 1 << 20
IDLE_TRANSACTION_MS = 15_000
"""A process that stands still or whose host is gone leaves its open transaction, and with it the locks: the server ends
that. Nothing here waits for anybody else while a transaction is open."""
LOST_HOST = {"tcp_keepalives_idle": "10", "tcp_keepalives_interval": "5", "tcp_keepalives_count": "3"}
"""Seconds and tries after which the server forgets a connection whose other end is gone, and not after two hours."""

_RESTARTING = (ConnectionError, asyncpg.CannotConnectNowError, asyncpg.ConnectionDoesNotExistError)
_BROKEN = (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
_FAREWELL = asyncpg.InternalClientError
"""What the first statement of a pooled connection raises while the last words of a dying server are being read:
nothing was sent, so it can be said over another connection."""
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def _encode_json(value: Any) -> bytes:
    """Text is taken for JSON already: Piccolo encodes before asyncpg does."""
    return b"\x01" + (value.encode() if isinstance(value, str) else msgspec.json.encode(value))


def _decode_json(data: bytes) -> Any:
    try:
        return json.loads(data[1:])
    except ValueError:  # PostgreSQL writes 1e5000 out in full, and Python refuses to read that as an integer
        return json.loads(data[1:], parse_int=float)


def _encode_time(value: datetime) -> tuple[int]:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise ValueError(f"a datetime with time zone is needed, not {value!r}")
    return ((value - _EPOCH) // _MICROSECOND,)


def _decode_time(value: tuple[int]) -> datetime:
    return _EPOCH + timedelta(microseconds=value[0])


async def prepare_connection(connection: asyncpg.Connection) -> None:
    """Codecs of every connection of the process: JSONB as Python values, timestamptz always aware (UTC)."""
    await connection.set_type_codec(
        "jsonb", schema="pg_catalog", format="binary", encoder=_encode_json, decoder=_decode_json
    )
    await connection.set_type_codec(
        "timestamptz", schema="pg_catalog", format="tuple", encoder=_encode_time, decoder=_decode_time
    )


async def _keep_session(_: asyncpg.Connection) -> None:
    """Instead of the pool's RESET ALL, which costs a round trip each time; open transactions are rolled back anyway.

    So nothing may change a session: SET LOCAL instead of SET, locks that end with the transaction.
    """


def terminate(connection: asyncpg.Connection) -> None:
    """End a connection that is of no use any more; it still has to be released."""
    with suppress(asyncpg.InterfaceError):  # gone already
        connection.terminate()


class Transaction(PostgresTransaction):
    """A transaction, or a savepoint when one is open in this task already. `connection` is asyncpg's.

    Leaving with an exception rolls back; leaving without commits, and an error of the COMMIT is raised.
    """

    __slots__ = ("_outer", "_token", "task")

    engine: "Engine"

    def __init__(self, engine: "Engine") -> None:
        super().__init__(engine)
        self._outer: Transaction | None = None

    async def __aenter__(self) -> Self:
        self.task = asyncio.current_task()
        self._outer = self.engine.current_transaction.get()
        if self._outer is not None:
            self.connection = self._outer.connection
            await self._begin()
        else:
            while not await self._begun_anew():
                pass
        self._token = self.engine.current_transaction.set(self)
        return self

    async def _begin(self) -> None:
        self.transaction = self.connection.transaction()
        with TIMED:
            await self.transaction.start()

    async def commit(self) -> None:
        with TIMED:
            await super().commit()

    async def _begun_anew(self) -> bool:
        """On a connection of its own. False: that one is dying; take another."""
        self.connection = await self.engine.acquire()
        try:
            await self._begin()
        except _FAREWELL:
            terminate(self.connection)
            await self.engine.release(self.connection)
            return False
        except BaseException:
            await self.engine.release(self.connection)
            raise
        return True

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        try:
            if self._committed or self._rolled_back:
                pass
            elif error is None:
                await self.commit()
            else:
                await self._undo()
        finally:
            self.engine.current_transaction.reset(self._token)
            if self._outer is None:
                await self.engine.release(self.connection)
        return False

    async def _undo(self) -> None:
        """Roll back; where that fails the connection goes, and the caller sees the first error, not this one."""
        try:
            await self.rollback()
        except _BROKEN:
            terminate(self.connection)


class _OfThisTask:
    """The context variable of Piccolo, blind to transactions of other tasks."""

    def __init__(self) -> None:
        self._variable: ContextVar[Transaction | None] = ContextVar("transaction", default=None)
        self.set = self._variable.set
        self.reset = self._variable.reset

    def get(self) -> Transaction | None:
        current = self._variable.get()
        if current is None:
            return None
        try:
            return current if current.task is asyncio.current_task() else None
        except RuntimeError:  # a thread without an event loop
            return None


class Engine(PostgresEngine):
    """Piccolo's engine on one asyncpg pool, plus raw SQL: `run` and `copy`."""

    pool: asyncpg.Pool | None

    def __init__(self) -> None:
        super().__init__(config={})
        self._shared: dict[asyncpg.Connection, Share] = {}
        self.current_transaction: Any = _OfThisTask()

    async def check_version(self) -> None:
        """Nothing: the pool connects when the program starts, not when a module is imported."""

    async def prep_database(self) -> None:
        """Nothing: migrations prepare the database."""

    def transaction(self, allow_nested: bool = True) -> Transaction:
        return Transaction(self)

    async def acquire(self) -> asyncpg.Connection:
        """A pooled connection; give it back with `release`. Waits a little while the server restarts.

        For a request of people it is one of their share.
        """
        customer = CUSTOMER.get()
        if customer is None:
            return await self._acquire()
        with TIMED:
            async with asyncio.timeout(ACQUIRE_TIMEOUT_S):
                await customer.share.take(customer.who())
        try:
            connection = await self._acquire()
        except BaseException:
            customer.share.give()
            raise
        self._shared[connection] = customer.share
        return connection

    async def _acquire(self) -> asyncpg.Connection:
        give_up_at = asyncio.get_running_loop().time() + RESTART_PATIENCE_S
        pause = 0.05
        while True:
            if self.pool is None:
                raise RuntimeError("the database is not connected: await backend.db.engine.connect(...) first")
            try:
                # Not its own `timeout=`: on Python 3.11 that makes a task for every query.
                with TIMED:
                    async with asyncio.timeout(ACQUIRE_TIMEOUT_S):
                        return await self.pool.acquire()
            except _RESTARTING:
                if asyncio.get_running_loop().time() + pause > give_up_at:
                    raise
            await asyncio.sleep(pause)
            pause *= 2

    async def release(self, connection: asyncpg.Connection) -> None:
        """Never raises: a connection that can't be reset is closed, and one of a closed pool is gone already."""
        share = self._shared.pop(connection, None)
        if share is not None:
            share.give()
        if self.pool is not None:
            with suppress(*_BROKEN):
                await self.pool.release(connection)

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[asyncpg.Connection]:
        """The connection of this task's transaction, or a pooled one for the moment."""
        current = self.current_transaction.get()
        if current is not None:
            with TIMED:
                yield current.connection
            return
        connection = await self.acquire()
        try:
            with TIMED:
                yield connection
        finally:
            await self.release(connection)

    async def run(self, sql: str, *arguments: Any) -> list[dict[str, Any]]:
        """Raw SQL with $1, $2…, in the open transaction or alone. The rows, as dicts."""
        return [dict(row) for row in await self._fetch(sql, arguments)]

    async def records(self, sql: str, *arguments: Any) -> list[asyncpg.Record]:
        """The same where there are thousands of rows, as they come: read by name, never changed."""
        return await self._fetch(sql, arguments)

    async def _fetch(self, sql: str, arguments: Sequence[Any]) -> list[asyncpg.Record]:
        current = self.current_transaction.get()
        if current is not None:
            with TIMED:
                return await current.connection.fetch(sql, *arguments)
        tries = 1 + (self.pool.get_max_size() if self.pool is not None else 0)
        while True:
            tries -= 1
            connection = await self.acquire()
            try:
                with TIMED:
                    return await connection.fetch(sql, *arguments)
            except _FAREWELL:
                # Each connection may be dying, and once more: then it is the statement, whose types can't be read.
                terminate(connection)
                if tries <= 0:
                    raise
            finally:
                await self.release(connection)

    async def copy(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """COPY rows into a table: the fastest way in, all of them or none."""
        async with self.connection() as connection:
            await connection.copy_records_to_table(table, columns=list(columns), records=rows)

    async def copy_block(self, table: str, columns: Sequence[str], block: bytes) -> None:
        """COPY rows that are in PostgreSQL's binary format already: faster still, where there are very many."""

        async def pieces() -> AsyncIterator[bytes]:
            for begin in range(0, len(block), COPY_PIECE):
                yield block[begin : begin + COPY_PIECE]

        async with self.connection() as connection:
            await connection.copy_to_table(table, columns=list(columns), source=pieces(), format="binary")

    async def get_new_connection(self) -> asyncpg.Connection:
        """Outside the pool: only Piccolo's `batch` and `run_sync` come here."""
        if not self.config:
            raise RuntimeError("the database is not connected: await backend.db.engine.connect(...) first")
        connection = await asyncpg.connect(**self.config)
        await prepare_connection(connection)
        return connection

    async def _run_in_pool(self, query: str, args: Sequence[Any] | None = None) -> list[asyncpg.Record]:
        return await self._fetch(query, args or ())


DB = Engine()


async def connect(dsn: str, *, pool_min: int = 2, pool_max: int = 20) -> None:
    """Open the pool. Raises StartRefused, with the remedy, when the database can't be reached."""
    if DB.pool is not None:
        raise RuntimeError("the database is connected already")
    try:
        DB.pool = await asyncpg.create_pool(
            dsn,
            min_size=pool_min,
            max_size=pool_max,
            command_timeout=COMMAND_TIMEOUT_S,
            timeout=10,
            init=prepare_connection,
            reset=_keep_session,
            server_settings={
                "application_name": "wattline",
                "timezone": "UTC",
                "jit": "off",
                "idle_in_transaction_session_timeout": str(IDLE_TRANSACTION_MS),
                **LOST_HOST,
            },
        )
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        raise unreachable(dsn, error) from error
    DB.config = {"dsn": dsn}


def unreachable(dsn: str, error: Exception) -> StartRefused:
    """What to tell a person whose database doesn't answer, or takes no more connections; never shows the password."""
    try:
        parts = urlsplit(dsn)
        where = f"{parts.hostname or 'localhost'}:{parts.port or 5432}"
    except ValueError:
        where = "the given address"
    reason = str(error).strip().rstrip(".") or type(error).__name__
    if isinstance(error, asyncpg.TooManyConnectionsError):
        return StartRefused(
            f"The database at {where} takes no more connections ({reason}); lower WATTLINE_POOL_MIN and "
            "WATTLINE_POOL_MAX, stop what else is connected, or raise the limit in PostgreSQL."
        )
    return StartRefused(
        f"The database at {where} can't be used ({reason}); start PostgreSQL there or correct DATABASE_URL."
    )


async def disconnect() -> None:
    """Close the pool: politely for two seconds, then at once. Harmless when not connected."""
    pool, DB.pool, DB.config = DB.pool, None, {}
    if pool is None:
        return
    try:
        async with asyncio.timeout(2):
            await pool.close()
    except TimeoutError:
        pool.terminate()


def transaction() -> Transaction:
    """`async with transaction():` – one database transaction; inside an open one, a savepoint."""
    return DB.transaction()


def current_connection() -> asyncpg.Connection:
    """The asyncpg connection of this task's open transaction. Raises RuntimeError when there is none."""
    current = DB.current_transaction.get()
    if current is None:
        raise RuntimeError("no transaction is open in this task")
    return current.connection
