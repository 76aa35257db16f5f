"""One chain of migrations: the SQL files of `migrations/`, applied in order of their number, in one transaction.

Any number of processes may start at once: an advisory lock lets one of them migrate and the others find nothing
left to do. A file that was applied somewhere never changes again; its checksum is remembered.
"""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from backend.db.engine import unreachable
from backend.errors import StartRefused

MIGRATIONS = Path(__file__).with_name("migrations")
OLDEST_SERVER = 15  # unique indexes that take NULLs as equal
LOCK = 0x77617474  # any number that nobody else uses: "watt"

_NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")


@dataclass(frozen=True, slots=True)
class Migration:
    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.sql.encode()).hexdigest()


def chain(folder: Path = MIGRATIONS) -> list[Migration]:
    """All migrations in order. Raises ValueError for a name or a numbering that isn't a chain."""
    found: list[Migration] = []
    for path in sorted(folder.glob("*.sql")):
        match = _NAME.fullmatch(path.name)
        if match is None or int(match[1]) != len(found) + 1:
            raise ValueError(f"{path.name} is not the next migration; it must begin with {len(found) + 1:04}_")
        found.append(Migration(int(match[1]), path.stem, path.read_text(encoding="utf-8")))
    return found


async def migrate(dsn: str, *, migrations: list[Migration] | None = None) -> list[str]:
    """Bring the database up to date; the names of what was applied, empty if nothing was left to do.

    All or nothing. Raises StartRefused for a database that can't be reached or changed, is too old a PostgreSQL,
    was migrated by a newer Wattline, or by one whose migration said something else.
    """
    try:
        connection = await asyncpg.connect(dsn, timeout=10, server_settings={"application_name": "wattline migrate"})
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError) as error:
        raise unreachable(dsn, error) from error
    try:
        server = connection.get_server_version()
        if server.major < OLDEST_SERVER:
            raise StartRefused(f"The database is PostgreSQL {server.major}; Wattline needs {OLDEST_SERVER} or newer.")
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
            return await _apply(connection, chain() if migrations is None else migrations)
    except asyncpg.ReadOnlySQLTransactionError:
        raise StartRefused(
            "The database is read-only: a standby, or one with default_transaction_read_only; "
            "correct DATABASE_URL, or let it be written to."
        ) from None
    except asyncpg.InsufficientPrivilegeError as error:
        raise StartRefused(
            f"The database can't be changed by the role of DATABASE_URL ({error}); "
            "make that role the owner of the database, or use the one that owns it."
        ) from None
    finally:
        await connection.close()


async def _apply(connection: asyncpg.Connection, migrations: list[Migration]) -> list[str]:
    await connection.execute(
        """CREATE TABLE IF NOT EXISTS schema_migration (
            number integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL,
            applied_at timestamptz NOT NULL DEFAULT now()
        )"""
    )
    applied = await connection.fetch("SELECT number, name, checksum FROM schema_migration ORDER BY number")
    for row, ours in zip(applied, migrations, strict=False):
        if row["checksum"] != ours.checksum:
            raise StartRefused(
                f"Migration {row['name']} of this database is not the one that this Wattline brings; "
                "use the Wattline that made the database, or begin with an empty one."
            )
    if len(applied) > len(migrations):
        raise StartRefused(
            f"This database was migrated by a newer Wattline ({applied[-1]['name']}); "
            "update this one, or give it a backup made before."
        )
    pending = migrations[len(applied) :]
    for migration in pending:
        await connection.execute(migration.sql)
        await connection.execute(
            "INSERT INTO schema_migration (number, name, checksum) VALUES ($1, $2, $3)",
            migration.number,
            migration.name,
            migration.checksum,
        )
    return [migration.name for migration in pending]
