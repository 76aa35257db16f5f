"""Too much of everything, at real nodes: a slow database, screens that read nothing, floods of a station and of HTTP, a
crowd that comes back at once, sockets that drip or never end. Who asks for little has it soon, memory stays bounded,
and whoever floods waits for itself.

Times are generous: the machine of a test run does other things, too. Without what holds floods back they are exceeded
many times over.
"""

import asyncio
import json
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import psutil
import pytest
from websockets.asyncio.client import connect

from backend.bench.load import Crowd
from tests.cluster.conftest import Cluster
from tests.cluster.steps import added, booted, commanded, online, says, whole, within
from tests.support.program import Program
from tests.support.scripted_station import ScriptedStation
from tests.support.sockets import masked, request
from tests.support.wire import eventually

SOON_S = 1.5
"""What needs nothing that is flooded."""
MEMORY = 50_000_000


@pytest.fixture
async def api(cluster: Cluster) -> AsyncIterator[httpx.AsyncClient]:
    async with cluster.api() as client:
        try:
            yield client
        finally:
            cluster.one_database.delay_s = 0


def memory(node: Program) -> int:
    assert node.process is not None
    return int(psutil.Process(node.process.pid).memory_info().rss)


async def took(work: Awaitable[Any]) -> float:
    began = time.monotonic()
    await work
    return time.monotonic() - began


def status(number: int) -> dict[str, Any]:
    """Another one each time: it has to be stored."""
    return {"connectorId": 1, "errorCode": "NoError", "status": ("Available", "Preparing")[number % 2]}


async def beside(work: Awaitable[Any], *asked: Callable[[int], Awaitable[Any]]) -> tuple[Any, list[list[float]]]:
    """What `work` gives, and how long each of `asked` took, again and again meanwhile."""
    over, times = asyncio.Event(), [list[float]() for _ in asked]

    async def ask(number: int) -> None:
        count = 0
        while not over.is_set():
            times[number].append(await took(asked[number](count)))
            count += 1
            await asyncio.sleep(0.05)

    tasks = [asyncio.create_task(ask(number)) for number in range(len(asked))]
    try:
        done = await work
    finally:
        over.set()
        await asyncio.gather(*tasks)
    return done, times


def middle(times: list[float]) -> float:
    return sorted(times)[len(times) // 2]


async def test_a_slow_database(cluster: Cluster, api: httpx.AsyncClient) -> None:
    """Of one node. What must be stored waits in the station's own socket; the node says so only when it is of no use
    any more, and heals by itself."""
    await added(api, "SLOW", "CALM", "FAR")
    async with (
        booted(cluster.one, "SLOW") as slow,
        booted(cluster.one, "CALM") as calm,
        booted(cluster.two, "FAR") as far,
    ):
        before = memory(cluster.one)
        cluster.one_database.delay_s = 0.3
        ids = [await slow.send("StatusNotification", status(number)) for number in range(200)]
        _, (beats, stored) = await beside(
            asyncio.sleep(2),
            lambda _: calm.call("Heartbeat"),
            lambda number: far.call("StatusNotification", status(number)),
        )
        assert max(beats) < SOON_S
        assert max(stored) < SOON_S
        assert not slow.answered(ids[20])
        await within(10, lambda: whole(cluster, cluster.one))
        cluster.one_database.delay_s = 4
        await within(20, lambda: says(cluster, cluster.one, "database"))
        assert await took(calm.call("Heartbeat")) < SOON_S
        await within(10, lambda: _measured_ill(cluster.one, "database"))
        cluster.one_database.delay_s = 0
        await within(30, lambda: whole(cluster, cluster.one))
        assert memory(cluster.one) - before < MEMORY
        await within(20, lambda: online(api, "CALM"))
        await commanded(api, calm, "CALM")
        assert (await slow.answer_to(ids[0]))[0] == 3


async def _measured_ill(node: Program, part: str) -> bool:
    async with httpx.AsyncClient(timeout=10) as client:
        return f'wattline_healthy{{part="{part}"}} 0.0' in (await client.get(f"{node.url}/metrics")).text


async def test_screens_that_read_nothing(cluster: Cluster, api: httpx.AsyncClient) -> None:
    """They get a new snapshot when they read again; the others see what happens at once."""
    names = [f"SHOWN-{number}" for number in range(3)]
    await added(api, *names)
    url = cluster.web.url.replace("http", "ws") + "/api/v1/live"
    topics = ["stations", *(f"frames:{name}" for name in names)]

    async def open_screen() -> Any:
        narrow = socket.socket()
        narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        narrow.setblocking(False)
        await asyncio.get_running_loop().sock_connect(narrow, ("127.0.0.1", cluster.web.port))
        screen = await connect(url, sock=narrow, max_size=None, max_queue=1, compression=None, ping_interval=None)
        await screen.send(json.dumps({"type": "authenticate", "token": cluster.token}))
        for topic in topics:
            await screen.send(json.dumps({"type": "subscribe", "topic": topic}))
        return screen

    async def shown(screen: Any, accept: Callable[[Any], bool]) -> list[str]:
        kinds = []
        async with asyncio.timeout(20):
            while True:
                told = json.loads(await screen.recv())
                kinds.append(told["kind"])
                if accept(told):
                    return kinds

    stuck = [await open_screen() for _ in range(8)]
    quick = await open_screen()
    seen: list[str] = []

    async def read() -> None:
        async for text in quick:
            if '"topic":"stations"' in text[:60]:
                seen.append(text)

    reading = asyncio.create_task(read())
    before = memory(cluster.web)
    delays = []
    async with booted(cluster.two, names[0]) as one, booted(cluster.two, names[1]) as two:
        for number in range(8):
            for station in (one, two):
                said = [await station.send("DataTransfer", {"vendorId": "x", "data": "x" * 15_000}) for _ in range(40)]
                await station.answer_to(said[-1])
            seen.clear()
            delays.append(await took(one.call("StatusNotification", status(number))))
            delays[-1] += await within(20, lambda: _any_of(seen, names[0]))
        await one.call("DataTransfer", {"vendorId": "x", "data": "the last one"})

        def newest(told: Any) -> bool:
            return told["topic"] == topics[1] and "the last one" in json.dumps(told)

        for screen in stuck[:2]:
            kinds = await shown(screen, newest)
            assert kinds.count("snapshot") > len(topics)  # anew
    assert max(delays) < 2 * SOON_S
    assert memory(cluster.web) - before < MEMORY
    reading.cancel()
    for screen in (*stuck, quick):
        screen.transport.abort()


async def _any_of(seen: list[str], name: str) -> bool:
    return any(name in text for text in seen)


async def test_a_station_that_floods(cluster: Cluster, api: httpx.AsyncClient) -> None:
    """It is read more slowly, and the operator is told; neighbours on its node notice nothing."""
    await added(api, "LOUD", "NEXT")
    async with booted(cluster.one, "LOUD") as loud, booted(cluster.one, "NEXT") as following:
        before = memory(cluster.one)

        async def flood() -> None:
            for number in range(1500):
                await loud.send(*(("Heartbeat", {}) if number % 20 else ("StatusNotification", status(number // 20))))

            def told(page: Any) -> bool:
                return any(
                    one["rule"] == "station_floods" and one["station_identity"] == "LOUD" for one in page["items"]
                )

            await eventually(api, "/api/v1/incidents", told, seconds=40)

        _, (beats, stored) = await beside(
            flood(),
            lambda _: following.call("Heartbeat"),
            lambda number: following.call("StatusNotification", status(number)),
        )
        assert middle(beats) < SOON_S / 3
        assert middle(stored) < SOON_S
        assert memory(cluster.one) - before < MEMORY
        loud.vanish()


async def test_a_flood_of_http(cluster: Cluster, api: httpx.AsyncClient) -> None:
    """At a node that serves stations, too: they keep their part of the database, and who is signed in has turns."""
    await added(api, "BESIDE")
    asks = b"GET /api/v1/meta HTTP/1.1\r\nHost: x\r\n\r\n"
    until = time.monotonic() + 4
    answers = 0

    async def flood() -> None:
        nonlocal answers
        reader, writer = await asyncio.open_connection("127.0.0.1", cluster.web.port)
        try:
            while time.monotonic() < until:
                writer.write(asks)
                head = await reader.readuntil(b"\r\n\r\n")
                size = head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]
                await reader.readexactly(int(size))
                answers += 1
        finally:
            writer.close()

    async with booted(cluster.web, "BESIDE") as one:
        before = memory(cluster.web)
        crowd = asyncio.gather(*(flood() for _ in range(300)))
        _, (stored, asked) = await beside(
            crowd,
            lambda number: one.call("StatusNotification", status(number)),
            lambda _: api.get("/api/v1/stations/BESIDE"),
        )
        assert answers >= 300  # everybody's turn came
        assert middle(stored) < SOON_S
        assert middle(asked) < SOON_S
        assert memory(cluster.web) - before < MEMORY
        assert (await cluster.ready(cluster.web))["status_code"] == 200


async def test_a_crowd_that_comes_back_at_once(cluster: Cluster, api: httpx.AsyncClient) -> None:
    """All are let in as fast as the node stores them, nobody is sent away twice, and who is there goes on."""
    crowd_of = 500
    await added(api, "THERE")
    await cluster.query(
        """INSERT INTO charging_station (id, tenant, identity, registration, created_at)
        SELECT gen_random_uuid(), (SELECT tenant FROM charging_station WHERE identity = 'THERE'),
            'B' || lpad(n::text, 5, '0'), 'accepted', now() FROM generate_series(0, $1::int - 1) AS n""",
        crowd_of,
    )
    crowd = Crowd()

    async def come() -> None:
        await crowd.connect(cluster.one.ocpp_port, "heartbeats", crowd_of, at_once=crowd_of, tries=3)

    async with booted(cluster.one, "THERE") as there:
        before = memory(cluster.one)
        _, (beats, stored) = await beside(
            come(),
            lambda _: there.call("Heartbeat"),
            lambda number: there.call("StatusNotification", status(number)),
        )
        assert crowd.twice == 0
        assert middle(beats) < SOON_S / 3
        assert middle(stored) < SOON_S
        assert memory(cluster.one) - before < MEMORY
        present = "SELECT count(*) AS n FROM charging_station WHERE online AND identity LIKE 'B_____'"
        assert (await cluster.query(present))[0]["n"] == crowd_of
        for one in crowd._stations:
            one.close()

        async def gone() -> bool:
            return bool((await cluster.query(present))[0]["n"] == 0)

        await beside(within(60, gone), lambda number: there.call("StatusNotification", status(number)))
    await cluster.query("DELETE FROM charging_station WHERE identity LIKE 'B_____'")


HUGE = 1 << 40
HOSTILE: dict[str, bytes] = {
    "a head that drips": b"GET /ocpp/CP-X HTTP/1.1\r\nHo",
    "a head without end": b"GET /ocpp/CP-X HTTP/1.1\r\n" + b"X-More: " + b"y" * 100_000,
    "a frame of a terabyte": request("/ocpp/{}") + bytes((0x81, 0xFF)) + HUGE.to_bytes(8, "big") + b"\0" * 4,
    "a message in pieces without end": request("/ocpp/{}") + masked(0x01, b"[2") + masked(0x00, b"x" * 60_000) * 20,
    "half a frame": request("/ocpp/{}") + masked(0x81, b"x" * 200_000)[:150_000],
    "brackets": request("/ocpp/{}") + masked(0x81, b"[" * 200_000),
    "a number of many digits": request("/ocpp/{}") + masked(0x81, b'[2,"1","Heartbeat",{"n":' + b"9" * 200_000 + b"}]"),
    "a thousand pings": request("/ocpp/{}") + masked(0x89, b"x" * 125) * 1000,
}


async def test_sockets_that_drip_or_never_end(cluster: Cluster, api: httpx.AsyncClient) -> None:
    """Twenty of each kind at once; and a station whose meter values fill the largest message."""
    await added(api, "GOOD", "WORDY", *(f"BAD-{number}" for number in range(len(HOSTILE))))
    writers = []

    async def attack() -> None:
        for number, said in enumerate(HOSTILE.values()):
            for _ in range(20):
                _, writer = await asyncio.open_connection("127.0.0.1", cluster.one.ocpp_port)
                writer.write(said.replace(b"{}", b"BAD-%d" % number))
                writers.append(writer)
        for _ in range(3):
            await asyncio.sleep(0.5)
            for writer in writers[:20]:
                writer.write(b"s")

    async with booted(cluster.one, "GOOD") as good, booted(cluster.one, "WORDY") as wordy:
        before = memory(cluster.one)
        _, (beats, stored) = await beside(
            asyncio.gather(attack(), _many_values(wordy)),
            lambda _: good.call("Heartbeat"),
            lambda number: good.call("StatusNotification", status(number)),
        )
        assert middle(beats) < SOON_S / 3
        assert middle(stored) < SOON_S
        assert memory(cluster.one) - before < MEMORY
    for writer in writers:
        writer.transport.abort()


async def _many_values(one: ScriptedStation) -> None:
    """A message of nearly 256 KB, some 3,000 samples, ten times."""
    sampled = [{"value": "1", "measurand": "Energy.Active.Import.Register", "unit": "Wh"} for _ in range(3000)]
    values = [{"timestamp": "2026-01-01T00:00:00Z", "sampledValue": sampled}]
    for _ in range(10):
        assert await one.call("MeterValues", {"connectorId": 1, "meterValue": values}) == {}


async def test_http_heads_that_never_end(cluster: Cluster) -> None:
    """They are refused when they are too long, and cost nothing until then."""
    before = memory(cluster.web)
    for _ in range(5):
        reader, writer = await asyncio.open_connection("127.0.0.1", cluster.web.port)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-More: yyyyyyyyyyyyyyy\r\n" * 10_000)
        assert (await reader.readline()).startswith(b"HTTP/1.1 431")
        writer.close()
    assert memory(cluster.web) - before < MEMORY
