"""The engine: transactions that never leak, values that come back as they went in."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from piccolo.columns import JSONB, UUID, Text, Timestamptz
from piccolo.table import Table

from backend.db import engine
from backend.db.engine import DB, current_connection, transaction
from backend.errors import StartRefused


class Note(Table, db=DB, tablename="note"):
    id = UUID(primary_key=True)
    text = Text(default="")
    facts = JSONB(null=True, default=None)
    at = Timestamptz(null=True, default=None)


@pytest.fixture
async def notes(db: str) -> AsyncIterator[None]:
    await DB.run("CREATE TABLE note (id uuid PRIMARY KEY, text text UNIQUE DEFERRABLE, facts jsonb, at timestamptz)")
    try:
        yield
    finally:
        await DB.run("DROP TABLE note")


async def add(text: str) -> None:
    await Note(id=uuid4(), text=text).save()


async def texts() -> list[str]:
    return sorted(row["text"] for row in await Note.select(Note.text))


def assert_nothing_leaked() -> None:
    """All connections are back in the pool, and no transaction is open in this task."""
    assert DB.pool is not None
    assert DB.pool.get_idle_size() == DB.pool.get_size()
    assert DB.current_transaction.get() is None


class Oops(Exception):
    pass


BROKEN = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError)  # a connection that isn't there any more


@asynccontextmanager
async def transaction_that_fails_with(*errors: type[BaseException]) -> AsyncIterator[None]:
    with pytest.raises(errors):
        async with transaction():
            yield


@pytest.mark.usefixtures("notes")
class TestTransactions:
    async def test_commit(self) -> None:
        async with transaction():
            await add("kept")
        assert await texts() == ["kept"]
        assert_nothing_leaked()

    async def test_roll_back(self) -> None:
        async with transaction_that_fails_with(Oops):
            await add("lost")
            raise Oops
        assert await texts() == []
        assert_nothing_leaked()

    async def test_a_caught_inner_error_undoes_the_inner_work_only(self) -> None:
        async with transaction():
            await add("outer")
            async with transaction_that_fails_with(Oops):
                await add("inner")
                raise Oops
            async with transaction():
                await add("second")
            await add("after")
        assert await texts() == ["after", "outer", "second"]

    async def test_a_caught_database_error_leaves_the_outer_usable(self) -> None:
        async with transaction():
            await add("outer")
            async with transaction_that_fails_with(asyncpg.UndefinedTableError):
                await DB.run("SELECT * FROM nowhere")
            await add("after")
        assert await texts() == ["after", "outer"]

    async def test_an_outer_error_undoes_all(self) -> None:
        async with transaction_that_fails_with(Oops):
            async with transaction():
                await add("inner")
            raise Oops
        assert await texts() == []

    async def test_every_way_to_the_database_joins(self) -> None:
        async with transaction_that_fails_with(Oops):
            await add("by Piccolo")
            await DB.run("INSERT INTO note (id, text) VALUES ($1, 'by SQL')", uuid4())
            await DB.copy("note", ["id", "text"], [(uuid4(), "by COPY")])
            await current_connection().execute("INSERT INTO note VALUES (gen_random_uuid(), 'by asyncpg')")
            async with DB.connection() as connection:
                assert connection is current_connection()
            assert len(await texts()) == 4
            raise Oops
        assert await texts() == []

    async def test_a_task_started_inside_is_outside(self) -> None:
        async with transaction():
            await add("mine")

            async def other() -> list[str]:
                await add("its own")
                return await texts()

            assert await asyncio.create_task(other()) == ["its own"]
            with pytest.raises(RuntimeError, match="no transaction"):
                await asyncio.create_task(asyncio.to_thread(current_connection))
        assert await texts() == ["its own", "mine"]

    async def test_a_task_that_outlives_the_transaction_works(self) -> None:
        gate = asyncio.Event()

        async def later() -> None:
            await gate.wait()
            await add("later")

        async with transaction():
            task = asyncio.create_task(later())
        gate.set()
        await task
        assert await texts() == ["later"]

    async def test_commit_that_fails(self) -> None:
        """A deferred constraint speaks up at COMMIT only."""
        async with transaction_that_fails_with(asyncpg.UniqueViolationError):
            await DB.run("SET CONSTRAINTS ALL DEFERRED")
            await add("twice")
            await add("twice")
        assert_nothing_leaked()
        await add("next")
        assert await texts() == ["next"]

    async def test_a_connection_killed_under_way(self) -> None:
        async with transaction_that_fails_with(*BROKEN):
            await add("lost")
            await kill(current_connection())
            await add("never")
        assert_nothing_leaked()
        await add("next")
        assert await texts() == ["next"]

    async def test_a_connection_killed_before_commit(self) -> None:
        async with transaction_that_fails_with(*BROKEN):
            await add("lost")
            await kill(current_connection())
        assert_nothing_leaked()
        assert await texts() == []

    async def test_the_first_error_is_the_one_that_is_seen(self) -> None:
        async with transaction_that_fails_with(Oops):
            await kill(current_connection())
            raise Oops
        assert_nothing_leaked()

    async def test_a_connection_killed_inside_a_savepoint(self) -> None:
        async with transaction_that_fails_with(*BROKEN), transaction():
            await kill(current_connection())
            await add("never")
        assert_nothing_leaked()
        assert await texts() == []

    @pytest.mark.parametrize("alone", [True, False])
    async def test_the_last_words_of_a_dying_server(self, alone: bool) -> None:
        """A crash tells every connection; what waits in the pool has heard it, and is not closed yet."""
        async with DB.connection() as connection:
            said = b"SFATAL\0VFATAL\0C57P02\0Mcrash of another server process\0\0"
            words = b"E" + (len(said) + 4).to_bytes(4, "big") + said
            connection._con._protocol.data_received(words)  # as from the socket
        if alone:
            await add("over another connection")
        else:
            async with transaction():
                await add("over another connection")
        assert await texts() == ["over another connection"]
        assert_nothing_leaked()

    async def test_cancelled(self) -> None:
        inside = asyncio.Event()

        async def work() -> None:
            async with transaction():
                await add("lost")
                inside.set()
                await DB.run("SELECT pg_sleep(60)")

        task = asyncio.create_task(work())
        await inside.wait()
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert_nothing_leaked()
        assert await texts() == []

    async def test_a_hundred_failures_use_up_no_connection(self, db: str) -> None:
        await engine.disconnect()
        await engine.connect(db, pool_min=1, pool_max=2)
        for number in range(100):
            async with transaction_that_fails_with(Oops), transaction():
                if number % 10 == 0:
                    await kill(current_connection())
                raise Oops
        async with asyncio.timeout(5):
            async with transaction():
                await add("still here")
        assert_nothing_leaked()

    async def test_piccolos_batches(self) -> None:
        for number in range(25):
            await add(f"{number:02}")
        seen = []
        async with await Note.select(Note.text).order_by(Note.text).batch(batch_size=10) as batches:
            async for rows in batches:
                seen.append([row["text"] for row in rows])
        assert [len(rows) for rows in seen] == [10, 10, 5]


async def kill(connection: asyncpg.Connection) -> None:
    """From another session, as an administrator would; until the client has noticed."""
    assert DB.pool is not None
    async with DB.pool.acquire() as other:
        await other.execute("SELECT pg_terminate_backend($1, 5000)", connection.get_server_pid())
    async with asyncio.timeout(5):
        with suppress(asyncpg.InterfaceError):  # what the pool's proxy says once it has noticed
            while not connection.is_closed():  # noqa: ASYNC110 - asyncpg has no event for it
                await asyncio.sleep(0.005)


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(st.characters(codec="utf-8", exclude_characters="\0")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcé", max_size=4), inner, max_size=4),
    max_leaves=15,
)


@pytest.mark.usefixtures("notes")
class TestValues:
    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(JSON_VALUES, max_size=3) | st.dictionaries(st.text("abc"), JSON_VALUES, max_size=3))
    async def test_json_is_python(self, value: Any) -> None:
        number = uuid4()
        await Note(id=number, text=str(number), facts=value).save()
        (row,) = await Note.select(Note.facts).where(Note.id == number)
        assert row["facts"] == value
        note = await Note.objects().get(Note.id == number)
        assert note is not None
        await note.save()  # as read: nothing is encoded twice
        (raw,) = await DB.run("SELECT facts, facts::text AS text FROM note WHERE id = $1", number)
        assert raw["facts"] == value
        (same,) = await DB.run("SELECT facts = $2 AS same FROM note WHERE id = $1", number, value)
        assert same["same"] is True
        other = uuid4()
        await DB.copy("note", ["id", "text", "facts"], [(other, str(other), value)])
        (copied,) = await DB.run("SELECT facts FROM note WHERE id = $1", other)
        assert copied["facts"] == value

    async def test_json_takes_what_our_values_are(self) -> None:
        at, number = datetime(2026, 5, 1, 12, tzinfo=UTC), uuid4()
        (row,) = await DB.run("SELECT $1::jsonb AS facts", {"at": at, "id": number, "amount": Decimal("1.50")})
        assert row["facts"] == {"at": "2026-05-01T12:00:00Z", "id": str(number), "amount": "1.50"}

    async def test_json_null_and_no_value(self) -> None:
        (row,) = await DB.run("SELECT $1::jsonb AS absent, 'null'::jsonb AS json_null", None)
        assert row == {"absent": None, "json_null": None}

    async def test_a_number_beyond_reason_can_be_read(self) -> None:
        (row,) = await DB.run("SELECT jsonb_build_array(7, 1e5000) AS numbers")
        assert row["numbers"] == [7, float("inf")]

    @settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        st.integers(-(10**16), 10**16),
        st.integers(-14 * 60, 14 * 60),
    )
    async def test_times_are_aware_and_exact(self, microseconds: int, offset_minutes: int) -> None:
        at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
        at = at.astimezone(timezone(timedelta(minutes=offset_minutes)))
        (row,) = await DB.run(
            "SELECT $1::timestamptz AS at, array_agg(x) AS several FROM unnest($2::timestamptz[]) x", at, [at]
        )
        assert row["at"] == at
        assert row["at"].tzinfo is UTC
        assert row["several"] == [at]

    async def test_a_time_without_zone_is_refused(self) -> None:
        naive = datetime(2026, 5, 1, tzinfo=UTC).replace(tzinfo=None)
        for attempt in (
            DB.run("SELECT $1::timestamptz", naive),
            Note(id=uuid4(), at=naive).save(),
            Note.select().where(Note.at > naive),
            DB.copy("note", ["id", "at"], [(uuid4(), naive)]),
            DB.run("SELECT $1::timestamptz[]", [naive]),
        ):
            with pytest.raises((asyncpg.DataError, ValueError), match="time zone"):
                await attempt

    async def test_copy_is_all_or_nothing(self) -> None:
        number = uuid4()
        with pytest.raises(asyncpg.UniqueViolationError):
            await DB.copy("note", ["id", "text"], [(uuid4(), "a"), (number, "b"), (number, "c")])
        assert await texts() == []

    async def test_run_gives_plain_dicts(self) -> None:
        assert await DB.run("SELECT $1::int AS n, 'x' AS t", 5) == [{"n": 5, "t": "x"}]
        assert await DB.run("SELECT 1 WHERE false") == []


class TestConnection:
    async def test_nothing_works_before_connect(self) -> None:
        with pytest.raises(RuntimeError, match="not connected"):
            await DB.run("SELECT 1")
        with pytest.raises(RuntimeError, match="not connected"):
            await Note.select()
        with pytest.raises(RuntimeError, match="not connected"):
            async with transaction():
                pass
        assert DB.current_transaction.get() is None

    async def test_twice(self, db: str) -> None:
        with pytest.raises(RuntimeError, match="already"):
            await engine.connect(db)
        await engine.disconnect()
        await engine.disconnect()

    @pytest.mark.parametrize(
        ("address", "about"),
        [
            ("postgresql://wattline:hidden@127.0.0.1:1/wattline", "127.0.0.1:1"),
            ("postgresql://wattline:hidden@no-such-host.invalid/wattline", "no-such-host.invalid:5432"),
            ("mysql://wattline:hidden@127.0.0.1:1/wattline", "DATABASE_URL"),
        ],
    )
    async def test_unreachable_is_one_sentence(self, address: str, about: str) -> None:
        with pytest.raises(StartRefused) as caught:
            await engine.connect(address)
        assert about in str(caught.value)
        assert "hidden" not in str(caught.value)
        assert "\n" not in str(caught.value)

    async def test_a_wrong_password_is_one_sentence(self, pg_url: str) -> None:
        with pytest.raises(StartRefused, match="password authentication failed"):
            await engine.connect(pg_url.replace("wattline:", "wattline:x"))
        assert DB.pool is None

    async def test_disconnect_waits_for_nobody_for_long(self, db: str) -> None:
        inside = asyncio.Event()

        async def work() -> None:
            async with transaction():
                inside.set()
                await DB.run("SELECT pg_sleep(60)")

        task = asyncio.create_task(work())
        await inside.wait()
        async with asyncio.timeout(4):
            await engine.disconnect()
            with pytest.raises(BROKEN):
                await task


@pytest.mark.usefixtures("db")
async def test_a_statement_whose_types_cant_be_read_fails_and_is_not_repeated_for_ever() -> None:
    async with asyncio.timeout(20):
        with pytest.raises(asyncpg.InternalClientError):
            await DB.run("SELECT array_agg(ROW(ARRAY[1.5::float8]))")
    assert await DB.run("SELECT 1 AS n") == [{"n": 1}]
