"""The server and its database are killed under load, again and again: what was answered is stored, once.

`KILLS=50 KILLS_SEED=7 make test ARGS="-n0 tests/ocpp/test_killed.py"` is the long run of docs/performance.md.
"""

import asyncio
import contextlib
import os
import random
import shutil
import signal
import socket
import tempfile
from collections.abc import AsyncIterator, Iterator
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from backend.db.embedded import EmbeddedPostgres
from backend.db.migrate import migrate
from tests import world
from tests.support import forked
from tests.support.reconciled import exactly_what_was_said, furnish
from tests.support.stubborn_station import StubbornStation

KILLS = int(os.environ.get("KILLS", "15"))
MOST_IN_A_ROW = 3
"""Of the database: started more than five times in a minute it is taken for broken, and left alone."""
STATIONS = 8
SEED = int(os.environ.get("KILLS_SEED", "20161"))


def victims(chance: random.Random) -> list[str]:
    """So many, in an order that nobody chose."""
    left = MOST_IN_A_ROW
    found: list[str] = []
    while len(found) < KILLS:
        victim = chance.choice(("server", "database", "database", "database")) if left else "server"
        left = MOST_IN_A_ROW if victim == "server" else left - 1
        found.append(victim)
    return found


class Server:
    """`wattline serve` on a data folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"ws://127.0.0.1:{self.port}/ocpp"
        self.log = folder / "serve.log"
        self.process: ForkServerProcess | None = None

    def start(self) -> None:
        kept = {name: one for name, one in os.environ.items() if not name.startswith(("WATTLINE_", "DATABASE_"))}
        self.process = forked.wattline(
            ["serve", "--roles", "ocpp,worker", "--ocpp-port", str(self.port)],
            kept | {"WATTLINE_DATA": str(self.folder), "WATTLINE_SECRET": world.SECRET},
            self.log,
        )

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.join()

    def kill_database(self) -> bool:
        """False: there is none at this moment."""
        location = self.folder / "postgres" / "cluster" / "postmaster.pid"
        try:
            os.kill(int(location.read_text().split("\n", 1)[0]), signal.SIGKILL)
        except (OSError, ValueError):
            return False
        return True

    def stop(self) -> None:
        if self.process is not None and self.process.is_alive():
            self.process.terminate()
            self.process.join()

    async def query(self, sql: str) -> list[Any]:
        home = self.folder / "postgres"
        password, port = (home / "password").read_text().strip(), (home / "port").read_text().strip()
        connection = await asyncpg.connect(f"postgresql://wattline:{password}@127.0.0.1:{port}/postgres")
        try:
            return list(await connection.fetch(sql))
        finally:
            await connection.close()


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="wattline-killed-"))
    made.chmod(0o711)  # root's database server runs as another user
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture
async def server(folder: Path) -> AsyncIterator[Server]:
    with EmbeddedPostgres(folder) as url:
        await migrate(url)
        await furnish(url, [f"CP-{number}" for number in range(STATIONS)])
    one = Server(folder)
    one.start()
    try:
        yield one
    finally:
        one.stop()
        print(one.log.read_text()[-8000:])  # noqa: T201 - shown when the test fails


async def progress(stations: list[StubbornStation], messages: int) -> None:
    """Until the stations were answered so many times more."""
    wanted = sum(one.answers for one in stations) + messages
    async with asyncio.timeout(60):
        while sum(one.answers for one in stations) < wanted:  # noqa: ASYNC110 - they count in other tasks
            await asyncio.sleep(0.01)


async def test_killed_again_and_again_everything_answered_is_stored_once(server: Server) -> None:
    chance = random.Random(SEED)
    stations = [
        StubbornStation(server.url, f"CP-{number}", ("1.6", "2.0.1")[number % 2], SEED + number)
        for number in range(STATIONS)
    ]
    running = [asyncio.create_task(one.run()) for one in stations]
    for victim in victims(chance):
        await progress(stations, chance.randrange(1, 30))
        if victim == "server":
            server.kill()
            server.start()
        else:
            while not server.kill_database():  # noqa: ASYNC110 - another process starts it
                await asyncio.sleep(0.02)
    await progress(stations, 50)
    for one in stations:
        one.over.set()
    async with asyncio.timeout(60):
        await asyncio.gather(*running)
    assert [one.errors for one in stations] == [[]] * STATIONS
    assert all(one.done for one in stations)

    await exactly_what_was_said(server.query, stations)
    await _online_is_who_is_there(server, stations)


async def _online_is_who_is_there(server: Server, stations: list[StubbornStation]) -> None:
    """Also right after a kill, before anybody came back."""
    online = "SELECT count(*) AS n FROM charging_station WHERE online"
    await asyncio.gather(*(one.stay() for one in stations))
    assert (await server.query(online))[0]["n"] == STATIONS
    server.kill()
    for one in stations:
        await one.close()
    server.start()
    await stations[0].stay()
    assert (await server.query(online))[0]["n"] == 1
    await stations[0].close()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(5):
            while (await server.query(online))[0]["n"]:  # noqa: ASYNC110 - in another process
                await asyncio.sleep(0.1)
    assert (await server.query(online))[0]["n"] == 0
