"""From a station's report on a real socket to the push that reaches the phones' service over HTTP, in real time.

A whole node with its worker on a PostgreSQL that flushes; 10,000 stations of a hundred operators are in the database,
some hundreds of them are connected, and each of these reports a fault. Firebase's own client sends to an endpoint of
this process that answers as FCM does.
"""

import asyncio
import json
import random
import re
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import firebase_admin
import google.auth.credentials
from firebase_admin import credentials, messaging
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from backend.bench.fault_rows import Row, quantile
from backend.context import Context
from backend.db.embedded_host import free_port
from backend.db.engine import DB
from backend.main import database, node
from backend.settings import Settings

OPERATORS = 100
EACH_S = 0.2
"""Between two reports: five a second are what 10,000 stations send on a bad day."""
PATIENCE_S = 30
CODES = ("GroundFailure", "OverCurrentFailure", "PowerSwitchFailure", "PowerMeterFailure", "InternalError")
NAME = "bench"
IDENTITY = re.compile(r"P-\d{5}")


class _Token(google.auth.credentials.Credentials):
    """A bearer token that nobody has to be asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.token = "bench"

    def refresh(self, request: Any) -> None:
        self.token = "bench"


class _Static(credentials.Base):
    def get_credential(self) -> Any:
        return _Token()


class Phones:
    """The endpoint: when the push of a station came first."""

    def __init__(self) -> None:
        self.came: dict[str, float] = {}
        self.requests = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                size = re.search(rb"(?i)content-length: *(\d+)", head)
                body = await reader.readexactly(int(size[1]) if size else 0)
                self.take(json.loads(body), time.perf_counter())
                answer = b'{"name": "projects/bench/messages/1"}'
                writer.write(
                    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(answer)
                )
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the client is done
        finally:
            writer.close()

    def take(self, body: Any, at: float) -> None:
        self.requests += 1
        note = body["message"]["notification"]
        for identity in IDENTITY.findall(f"{note['title']} {note['body']}"):
            self.came.setdefault(identity, at)


@asynccontextmanager
async def phones() -> AsyncIterator[Phones]:
    """Firebase's client of this process is led to it meanwhile."""
    one, before = Phones(), messaging._MessagingService.FCM_URL
    server = await asyncio.start_server(one.serve, "127.0.0.1", 0)
    messaging._MessagingService.FCM_URL = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/{{0}}"
    app = firebase_admin.initialize_app(_Static(), {"projectId": "bench"}, f"wattline:{NAME}")
    try:
        yield one
    finally:
        messaging._MessagingService.FCM_URL = before
        await asyncio.to_thread(firebase_admin.delete_app, app)
        server.close()


async def people(stations: int) -> None:
    """Operators, each with one person, a phone, and their share of the stations, each at a site of its own."""
    tenants = [uuid4() for _ in range(min(OPERATORS, stations))]
    accounts = [uuid4() for _ in tenants]
    await DB.run(
        "INSERT INTO tenant (id, slug, name) SELECT id, 'bench-' || id, 'Operator' FROM unnest($1::uuid[]) id", tenants
    )
    await DB.run(
        """INSERT INTO account (id, tenant, email, password_hash, name, role)
        SELECT a, t, a || '@example.com', '', 'On call', 'operator' FROM unnest($1::uuid[], $2::uuid[]) AS q (a, t)""",
        accounts,
        tenants,
    )
    await DB.run(
        """INSERT INTO push_device (account, token, platform)
        SELECT a, 'phone-' || a, 'android' FROM unnest($1::uuid[]) a""",
        accounts,
    )
    places: list[UUID] = [uuid4() for _ in range(stations)]
    owners = [tenants[number % len(tenants)] for number in range(stations)]
    await DB.run(
        """INSERT INTO location (id, tenant, name, latitude, longitude)
        SELECT l, t, 'Site', 0, 0 FROM unnest($1::uuid[], $2::uuid[]) AS q (l, t)""",
        places,
        owners,
    )
    await DB.run(
        """INSERT INTO charging_station (tenant, identity, registration, location, online, last_seen_at)
        SELECT t, 'P-' || lpad((n - 1)::text, 5, '0'), 'accepted', l, false, now()
        FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS q (l, t, n)""",
        places,
        owners,
    )
    await DB.run("INSERT INTO connector (station, evse) SELECT id, 1 FROM charging_station")
    await DB.run("ANALYZE")


class Station:
    def __init__(self, identity: str, socket: ClientConnection) -> None:
        self.identity, self.socket = identity, socket
        self.reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        """What it is asked is refused politely; answers to its own calls need nothing done."""
        async for text in self.socket:
            frame = json.loads(text)
            if frame[0] == 2:
                with suppress(ConnectionClosed):  # asked while we hang up
                    await self.socket.send(json.dumps([4, frame[1], "NotSupported", "", {}]))

    async def report(self, code: str) -> float:
        payload = {"connectorId": 1, "status": "Faulted", "errorCode": code}
        begun = time.perf_counter()
        await self.socket.send(json.dumps([2, uuid4().hex, "StatusNotification", payload]))
        return begun


async def timed(settings: Settings, url: str, stations: int, sockets: int) -> list[Row]:
    async def prepare(_ctx: Context) -> None:
        await people(stations)

    async with phones() as heard, node(settings, url, prepare=prepare):
        connected = []
        for number in range(min(sockets, stations)):
            identity = f"P-{number:05}"
            address = f"ws://127.0.0.1:{settings.ocpp_port}/ocpp/{identity}"
            connected.append(Station(identity, await connect(address, subprotocols=["ocpp1.6"], compression=None)))  # type: ignore[list-item]
        begun, chance = {}, random.Random(6)
        for station in connected:
            begun[station.identity] = await station.report(chance.choice(CODES))
            await asyncio.sleep(EACH_S)
        give_up = time.perf_counter() + PATIENCE_S
        while len(heard.came) < len(connected) and time.perf_counter() < give_up:  # noqa: ASYNC110 - other tasks fill it
            await asyncio.sleep(0.05)
        for station in connected:
            await station.socket.close()
            await station.reader
    return rows_of(begun, heard.came, stations)


def rows_of(begun: dict[str, float], came: dict[str, float], stations: int) -> list[Row]:
    """One that never came counts as endless."""
    took = [came.get(identity, float("inf")) - at for identity, at in begun.items()]
    p50, p99 = quantile(took, 0.5), quantile(took, 0.99)
    lost = sum(identity not in came for identity in begun)
    return [
        Row(name="stations in the database while pushes are timed", value=stations),
        Row(name="of these connected, and reporting a fault", value=len(begun)),
        Row(name="pushes that never came", value=lost, goal="0", met=lost == 0),
        Row(name="reported fault to delivered push, p50", value=round(p50, 3), unit="s"),
        Row(name="reported fault to delivered push, p99", value=round(p99, 3), unit="s", goal="≤ 2", met=p99 <= 2),
    ]


def measured(stations: int, sockets: int) -> list[Row]:
    """On a database of its own, which is removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="wattline-bench-"))
    folder.chmod(0o711)  # root's database server runs as another user
    settings = replace(
        Settings(data_dir=folder / "data", port=free_port(), ocpp_port=free_port(), roles=("ocpp", "worker")),
        fcm_credentials=NAME,
        log_level="error",
    )
    try:
        with database(settings) as url:
            return asyncio.run(timed(settings, url, stations, sockets))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
