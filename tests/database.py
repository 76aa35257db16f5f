"""The PostgreSQL of a test run: one embedded server for all xdist workers, one database a worker.

The controlling process owns the server and starts it when the first test asks; it stops with the run. A worker
asks by leaving a file in a folder that both know, and finds the address there.
"""

import asyncio
import shutil
import tempfile
import threading
import time
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from backend.db.embedded import EmbeddedPostgres
from backend.db.migrate import migrate

TEMPLATE = "wattline_template"
START_PATIENCE_S = 60.0
# The data of a test run needs to survive nothing.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}


class ServerOfTheRun:
    """Lives in the controlling process."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="wattline-tests-"))
        self.folder.chmod(0o711)  # root's server runs as another user
        self._server = EmbeddedPostgres(self.folder / "data", options=FAST)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="test-database", daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while not (self.folder / "wanted").exists():
            if self._over.wait(0.02):
                return
        try:
            answer = self._server.start()
        except Exception as error:
            answer = f"error: {error}"
        (self.folder / "answer.new").write_text(answer)
        (self.folder / "answer.new").rename(self.folder / "answer")

    def close(self) -> None:
        self._over.set()
        self._thread.join(START_PATIENCE_S)
        self._server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def ask_for_server(folder: Path) -> str:
    """The address of the server, started if nobody asked before."""
    (folder / "wanted").touch()
    deadline = time.monotonic() + START_PATIENCE_S
    while time.monotonic() < deadline:
        if (folder / "answer").exists():
            answer = (folder / "answer").read_text()
            if answer.startswith("error: "):
                raise RuntimeError(answer)
            return answer
        time.sleep(0.02)
    raise RuntimeError("the test database didn't start")


def run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run a coroutine from a synchronous fixture, far from the event loop of the tests."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, work).result()


def address(server: str, database: str) -> str:
    return urlunsplit(urlsplit(server)._replace(path=f"/{database}"))


async def make_database(server: str, name: str) -> str:
    """A copy of the migrated template, which the first to come makes."""
    admin = await asyncpg.connect(server)
    try:
        await admin.execute("SELECT pg_advisory_lock(1)")
        if not await admin.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", TEMPLATE):
            await admin.execute("CREATE DATABASE wattline_new")
            await migrate(address(server, "wattline_new"))
            await admin.execute(f"ALTER DATABASE wattline_new RENAME TO {TEMPLATE}")
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        await admin.execute("SELECT pg_advisory_unlock(1)")
    finally:
        await admin.close()
    return address(server, name)


async def drop_database(server: str, name: str) -> None:
    admin = await asyncpg.connect(server)
    try:
        await admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    finally:
        await admin.close()


class Cleaner:
    """Keeps one connection over all tests of a worker, with a loop in a thread of its own, and empties the tables.

    A new connection would first have to learn all tables: that takes ten times as long as emptying them.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: asyncpg.Connection | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="test-cleaner", daemon=True)
        self._thread.start()

    async def clean(self) -> None:
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(self._clean(), self._loop))

    async def _clean(self) -> None:
        if self._connection is None or self._connection.is_closed():  # a test may have ended all connections
            self._connection = await asyncpg.connect(self._url, server_settings={"application_name": "cleaner"})
        await empty_tables(self._connection)

    def close(self) -> None:
        if self._connection is not None:
            asyncio.run_coroutine_threadsafe(self._connection.close(timeout=5), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def empty_tables(connection: asyncpg.Connection) -> None:
    """Delete all rows and begin every sequence anew.

    Not by TRUNCATE: it makes new files for each table and index, several hundred for the few rows of a test. A
    connection that replicates asks no foreign key and no trigger that keeps a ledger as it is.
    """
    await connection.execute(
        """DO $$ DECLARE one name; BEGIN
            SET LOCAL session_replication_role = replica;
            FOR one IN SELECT relname FROM pg_class
                WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
                AND relname <> 'schema_migration'
            LOOP EXECUTE 'DELETE FROM ' || quote_ident(one); END LOOP;
            PERFORM setval(seqrelid, seqstart, false) FROM pg_sequence
                JOIN pg_sequences ON seqrelid = format('%I.%I', schemaname, sequencename)::regclass
                WHERE last_value IS NOT NULL;
        END $$"""
    )
