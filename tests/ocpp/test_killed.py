"""The server and its database are killed under load, again and again: what was answered is stored, once."""

import asyncio
import contextlib
import itertools
import os
import random
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
import pytest

from backend.authorization import service as authorization
from backend.bus.local import LocalBus
from backend.context import Context
from backend.db import engine
from backend.db.embedded import EmbeddedPostgres
from backend.db.migrate import migrate
from backend.settings import Settings
from backend.tariffs import service as tariffs
from backend.tariffs.model import Tariff
from backend.tenants import service as tenants
from tests import world
from tests.support import forked
from tests.support.stubborn_station import StubbornStation

KILLS = 50
MOST_IN_A_ROW = 3
"""Of the database: started more than five times in a minute it is taken for broken, and left alone."""
STATIONS = 8
SEED = 20_161


def victims(chance: random.Random) -> list[str]:
    """Fifty, in an order that nobody chose."""
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
        await engine.connect(url, pool_min=1, pool_max=2)
        try:
            ctx = Context(settings=Settings(secret=world.SECRET), bus=LocalBus())
            tenant = await tenants.ensure(ctx, name="Test")
            prices = {"elements": [{"price_components": [{"type": "ENERGY", "price": "0.40"}]}]}
            await tariffs.add(ctx, tenant.id, "Test", msgspec.convert(prices, Tariff, strict=False))
            await authorization.add_card(ctx, tenant.id, "CARD-1")
            for number in range(STATIONS):
                await world.add_connector(await world.add_station(tenant.id, f"CP-{number}"))
        finally:
            await engine.disconnect()
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


async def test_killed_fifty_times_everything_answered_is_stored_once(server: Server) -> None:
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

    await _exactly_what_was_said(server, stations)
    await _online_is_who_is_there(server, stations)


async def _exactly_what_was_said(server: Server, stations: list[StubbornStation]) -> None:
    for one in stations:
        identity = one.url.rsplit("/", 1)[1]
        rows = await server.query(
            f"""SELECT t.energy_wh, t.state, t.flags, t.meter_start_wh,
                (SELECT count(*) FROM transaction_message m WHERE m.transaction = t.id) AS messages,
                ARRAY(SELECT energy_wh FROM transaction_reading r WHERE r.transaction = t.id ORDER BY at) AS readings
            FROM transaction t JOIN charging_station s ON s.id = t.station
            WHERE s.identity = '{identity}' ORDER BY t.number"""
        )
        assert [row["energy_wh"] for row in rows] == one.done, identity
        assert {(row["state"], row["flags"]) for row in rows} == {("ended", "[]")}
        messages, parts = {"1.6": (2, (0.3, 0.6, 1)), "2.0.1": (4, (0, 0.3, 0.6, 1))}[one.version]
        assert {row["messages"] for row in rows} == {messages}
        begins = [0, *itertools.accumulate(one.done[:-1])]  # the register, at the begin of each session
        assert [row["meter_start_wh"] for row in rows] == begins, identity
        told = [[begin + int(wh * part) for part in parts] for begin, wh in zip(begins, one.done, strict=True)]
        assert [row["readings"] for row in rows] == told, identity
    assert await server.query("SELECT 1 FROM transaction_message WHERE transaction IS NULL") == []
    sold = [Decimal(wh) * Decimal("0.40") / 1000 for one in stations for wh in one.done]
    expected = sorted(amount.quantize(Decimal("0.01")) for amount in sold)
    bills: list[Decimal] = []
    deadline = time.monotonic() + 40
    while len(bills) < len(expected) and time.monotonic() < deadline:
        bills = sorted(row["total_incl"] for row in await server.query("SELECT total_incl FROM cdr"))
        await asyncio.sleep(0.2)
    assert len(bills) == len(expected)
    assert all(abs(one - other) <= Decimal("0.005") for one, other in zip(bills, expected, strict=True))


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
