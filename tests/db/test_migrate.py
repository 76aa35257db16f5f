"""One chain, applied once, whoever starts at the same time; and it says the same as the tables."""

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest
from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment

from backend.db.migrate import Migration, chain, migrate
from backend.db.tables import TABLES
from backend.errors import StartRefused
from tests import database


async def rows(address: str, sql: str, *arguments: Any) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(address)
    try:
        return await connection.fetch(sql, *arguments)
    finally:
        await connection.close()


async def tables(address: str) -> set[str]:
    return {
        row["tablename"] for row in await rows(address, "SELECT tablename FROM pg_tables WHERE schemaname='public'")
    }


ONE = Migration(1, "0001_one", "CREATE TABLE one (n int); INSERT INTO one VALUES (1)")
TWO = Migration(
    2, "0002_two", "CREATE FUNCTION f() RETURNS int AS $$ BEGIN RETURN 1; END; $$ LANGUAGE plpgsql; SELECT f();"
)


class TestChain:
    async def test_all_of_it_once(self, empty_database: str) -> None:
        names = [migration.name for migration in chain()]
        assert names[:2] == ["0001_initial", "0002_job_queue"]
        assert await migrate(empty_database) == names
        assert await migrate(empty_database) == []
        applied = await rows(empty_database, "SELECT name, applied_at FROM schema_migration ORDER BY number")
        assert [row["name"] for row in applied] == names

    async def test_many_processes_at_once(self, empty_database: str) -> None:
        results = await asyncio.gather(*(migrate(empty_database) for _ in range(8)))
        assert sorted(len(result) for result in results) == [0] * 7 + [len(chain())]

    async def test_one_after_the_other(self, empty_database: str) -> None:
        assert await migrate(empty_database, migrations=[ONE]) == ["0001_one"]
        assert await migrate(empty_database, migrations=[ONE, TWO]) == ["0002_two"]

    async def test_all_or_nothing(self, empty_database: str) -> None:
        broken = Migration(2, "0002_broken", "CREATE TABLE two (n int); SELECT 1/0")
        with pytest.raises(asyncpg.DivisionByZeroError):
            await migrate(empty_database, migrations=[ONE, broken])
        assert await tables(empty_database) == set()
        assert await migrate(empty_database, migrations=[ONE, TWO]) == ["0001_one", "0002_two"]

    async def test_a_database_of_a_newer_wattline(self, empty_database: str) -> None:
        await migrate(empty_database, migrations=[ONE, TWO])
        with pytest.raises(StartRefused, match=r"newer Wattline \(0002_two\)"):
            await migrate(empty_database, migrations=[ONE])

    async def test_a_migration_that_was_changed_afterwards(self, empty_database: str) -> None:
        await migrate(empty_database, migrations=[ONE])
        with pytest.raises(StartRefused, match="0001_one"):
            await migrate(empty_database, migrations=[Migration(1, "0001_one", ONE.sql + " "), TWO])
        assert await tables(empty_database) == {"one", "schema_migration"}

    async def test_no_database(self) -> None:
        with pytest.raises(StartRefused, match=r"127\.0\.0\.1:1 "):
            await migrate("postgresql://wattline:hidden@127.0.0.1:1/wattline")

    async def test_a_database_that_may_not_be_written(self, empty_database: str) -> None:
        with pytest.raises(StartRefused, match="The database is read-only: a standby"):
            await migrate(f"{empty_database}?default_transaction_read_only=on", migrations=[ONE])

    async def test_a_role_that_may_not_connect_or_create(self, empty_database: str) -> None:
        role = f"narrow_{uuid4().hex}"
        parts = urlsplit(empty_database)
        address = parts._replace(netloc=f"{role}:narrow@{parts.hostname}:{parts.port}").geturl()
        await rows(empty_database, f"CREATE ROLE {role} LOGIN PASSWORD 'narrow' CONNECTION LIMIT 0")
        try:
            with pytest.raises(StartRefused, match=r"takes no more connections \(too many.*lower WATTLINE_POOL_MIN"):
                await migrate(address, migrations=[ONE])
            await rows(empty_database, f"ALTER ROLE {role} CONNECTION LIMIT -1")
            with pytest.raises(StartRefused, match=r"permission denied for schema public\); make that role the owner"):
                await migrate(address, migrations=[ONE])
        finally:
            await rows(empty_database, f"DROP ROLE {role}")

    @pytest.mark.parametrize(
        "names", [["0002_second.sql"], ["0001_a.sql", "0003_c.sql"], ["0001_a.sql", "0001_b.sql"], ["first.sql"]]
    )
    def test_names_that_are_no_chain(self, tmp_path: Path, names: list[str]) -> None:
        for name in names:
            (tmp_path / name).write_text("SELECT 1")
        with pytest.raises(ValueError, match="next migration"):
            chain(tmp_path)


COLUMNS = """
    SELECT c.relname AS "table", a.attname AS "column", format_type(a.atttypid, a.atttypmod) AS type,
        a.attnotnull AS required, pg_get_expr(d.adbin, d.adrelid) AS "default",
        (SELECT f.confrelid::regclass::text || ' ' || f.confdeltype::text FROM pg_constraint f
            WHERE f.contype = 'f' AND f.conrelid = c.oid AND f.conkey = ARRAY[a.attnum]) AS refers_to,
        EXISTS (SELECT 1 FROM pg_constraint u
            WHERE u.contype IN ('u', 'p') AND u.conrelid = c.oid AND u.conkey = ARRAY[a.attnum]) AS is_unique
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = 'public'::regnamespace
"""
# What Piccolo takes for a column that says no default; such a column is to be given by whoever writes a row.
UNSAID = {None, "''", "'\\x'", "0", "0.0", "'0'", "now", "gen_random_uuid", "'{}'"}
# Partitioned: unique in a partition only, so PostgreSQL can't promise it.
COUNTS_ONLY = {
    ("ocpp_frame", "id", "is_unique"),
    ("transaction_reading", "id", "is_unique"),
    ("station_reading", "id", "is_unique"),
}
# Made by the database only.
OURS = {
    ("transaction", "number"): "nextval('transaction_number'::regclass)",
    ("reservation", "number"): "nextval('reservation_number'::regclass)",
}


def plain(default: str | None) -> str | None:
    """A default without its casts, which depend on how it was written."""
    if default is None or default.startswith("nextval"):
        return default
    default = default.split("::")[0].removeprefix("(").removesuffix("()")
    return {"CURRENT_TIMESTAMP": "now", "NULL": None}.get(default, default)


async def test_the_tables_say_what_the_migrations_made(worker_database: str, empty_database: str) -> None:
    """Piccolo makes its own idea of the tables in an empty database; the two are compared column by column."""
    for table in TABLES:
        for ddl in table.create_table().ddl:
            await rows(empty_database, ddl)
    expected = {(row["table"], row["column"]): row for row in await rows(empty_database, COLUMNS)}
    found = {
        (row["table"], row["column"]): row
        for row in await rows(worker_database, COLUMNS)
        if row["table"] != "schema_migration" and not row["table"].startswith("pgqueuer")
    }
    assert set(found) == set(expected)
    differences = []
    for key, theirs in expected.items():
        ours = found[key]
        for aspect in ("type", "required", "refers_to", "is_unique"):
            if ours[aspect] != theirs[aspect] and (*key, aspect) not in COUNTS_ONLY:
                differences.append(f"{key} {aspect}: migrated {ours[aspect]!r}, table {theirs[aspect]!r}")
        default, wanted = plain(ours["default"]), OURS.get(key, plain(theirs["default"]))
        if default != wanted and not (default is None and wanted in UNSAID):
            differences.append(f"{key} default: migrated {default!r}, table {wanted!r}")
    assert not differences, "\n".join(differences)


async def test_every_reference_has_an_index(worker_database: str) -> None:
    """Otherwise deleting or joining the row it refers to reads the whole table."""
    missing = await rows(
        worker_database,
        """SELECT f.conrelid::regclass::text || '.' || a.attname AS name
        FROM pg_constraint f JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = f.conkey[1]
        WHERE f.contype = 'f' AND f.connamespace = 'public'::regnamespace AND NOT EXISTS (
            SELECT 1 FROM pg_index i
            WHERE i.indrelid = f.conrelid AND i.indkey[0] = f.conkey[1] AND i.indpred IS NULL
        )""",
    )
    assert [row["name"] for row in missing] == []


QUEUE_SCHEMA = {
    "columns": """SELECT table_name, column_name, data_type, udt_name, is_nullable, column_default, is_identity
        FROM information_schema.columns WHERE table_name LIKE 'pgqueuer%' ORDER BY 1, 2""",
    "indexes": "SELECT indexname, indexdef FROM pg_indexes WHERE tablename LIKE 'pgqueuer%' ORDER BY 1",
    "constraints": """SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
        WHERE conrelid::regclass::text LIKE 'pgqueuer%' ORDER BY 1, 2""",
    "states": "SELECT enumtypid::regtype::text, enumlabel FROM pg_enum ORDER BY 1, enumsortorder",
    "function": "SELECT prosrc FROM pg_proc WHERE proname LIKE '%pgqueuer%' ORDER BY proname",
    "triggers": """SELECT pg_get_triggerdef(oid) FROM pg_trigger
        WHERE NOT tgisinternal AND tgname LIKE '%pgqueuer%' ORDER BY 1""",
    "persistence": "SELECT relname, relpersistence FROM pg_class WHERE relname LIKE 'pgqueuer%' ORDER BY 1",
}


async def test_the_job_queue_is_what_pgqueuer_installs(worker_database: str, empty_database: str) -> None:
    """Fails after an update of pgqueuer that changed its schema: then a migration of ours must follow."""
    connection = await asyncpg.connect(empty_database)
    await connection.execute(QueryBuilderEnvironment().build_install_query())
    await connection.close()
    for what, sql in QUEUE_SCHEMA.items():
        theirs = [tuple(row) for row in await rows(empty_database, sql)]
        assert theirs, what
        assert [tuple(row) for row in await rows(worker_database, sql)] == theirs, what


async def test_every_open_incident_is_one_of_its_kind(worker_database: str) -> None:
    """NULL station and connector count as equal: an index that takes them as different would let doubles in."""
    (index,) = await rows(worker_database, "SELECT indexdef FROM pg_indexes WHERE indexname = 'incident_open'")
    assert "NULLS NOT DISTINCT" in index["indexdef"]


async def test_cleaning_begins_every_sequence_anew(worker_database: str) -> None:
    connection = await asyncpg.connect(worker_database)
    try:
        await connection.fetchval("SELECT nextval('transaction_number')")
        await database.empty_tables(connection)
        assert await connection.fetchval("SELECT nextval('transaction_number')") == 1
    finally:
        await connection.close()
