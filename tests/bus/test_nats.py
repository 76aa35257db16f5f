"""What only a bus with a server can suffer."""

import asyncio
import time
from pathlib import Path
from uuid import uuid4

import nats
import pytest
from structlog.testing import capture_logs

from backend.bus import LocalBus, make_bus
from backend.bus.base import BusDown, RequestFailed
from backend.bus.nats import NatsBus
from backend.errors import StartRefused
from tests.bus.conftest import until
from tests.support.cable import Cable
from tests.support.nats import NatsServer


def test_the_address_decides() -> None:
    assert isinstance(make_bus(""), LocalBus)
    assert isinstance(make_bus("nats://somewhere:4222"), NatsBus)


async def test_no_server_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.bus.nats.START_PATIENCE_S", 0.3)
    with pytest.raises(StartRefused) as caught:
        await NatsBus("nats://wattline:hidden@127.0.0.1:1").start()
    assert "127.0.0.1:1 can't be reached" in str(caught.value)
    assert "hidden" not in str(caught.value)


async def test_a_server_that_comes_back(tmp_path: Path) -> None:
    """Publishing goes on without an error; subscriptions and services work again after the restart."""
    server = NatsServer(tmp_path)
    server.start()
    try:
        async with NatsBus(server.url) as one, NatsBus(server.url) as other, one.subscribe("n.>") as messages:

            async def answer(message: bytes) -> bytes:
                return message

            await one.serve("station.7", answer)
            server.stop()
            await until(lambda: not one.healthy and not other.healthy)
            await other.publish("n.x", b"into the void")
            with pytest.raises(BusDown):
                await other.request("station.7", b"", timeout=0.1)

            server.start()
            await until(lambda: one.healthy and other.healthy, 10)
            async with asyncio.timeout(10):
                while True:
                    await other.publish("n.x", b"again")
                    try:
                        async with asyncio.timeout(0.1):
                            while (await anext(messages))[1] != b"again":
                                pass
                            break
                    except TimeoutError:
                        continue
            assert await other.request("station.7", b"here", timeout=2) == b"here"
    finally:
        server.stop()


@pytest.mark.parametrize("directions", [(), ("up",), ("down",)], ids=["both", "up", "down"])
async def test_a_cable_that_carries_nothing_holds_up_nobody(
    nats_server: NatsServer, directions: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """No socket closes. It is known within seconds; who publishes never waits and fills no memory; requests are
    refused at once; joined again, it heals."""
    monkeypatch.setattr("backend.bus.nats.PING_S", 0.5)
    cable = Cable(nats_server.port)
    try:
        async with NatsBus(f"nats://127.0.0.1:{cable.port}") as one, NatsBus(nats_server.url) as other:

            async def answer(message: bytes) -> bytes:
                return message

            await other.serve("station.7", answer)
            assert await one.request("station.7", b"here", timeout=2) == b"here"
            cable.cut(*directions)
            slowest, began = 0.0, time.monotonic()
            while one.healthy and time.monotonic() - began < 15:
                at = time.monotonic()
                await one.publish("n.x", b"x" * 100_000)
                slowest = max(slowest, time.monotonic() - at)
                await asyncio.sleep(0.005)
            assert not one.healthy
            assert time.monotonic() - began < 10
            assert slowest < 0.5
            assert one._client.pending_data_size < 3_000_000
            with pytest.raises(BusDown):
                await one.request("station.7", b"", timeout=1)
            cable.join()
            await until(lambda: one.healthy, 10)
            assert await one.request("station.7", b"again", timeout=2) == b"again"
    finally:
        cable.close()


async def test_what_waited_for_a_process_that_stood_still_is_not_done(
    nats_server: NatsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who asked was told meanwhile that nobody answers; what is asked afterwards is done."""
    monkeypatch.setattr("backend.bus.nats.STOOD_STILL_S", 0.4)
    monkeypatch.setattr("backend.bus.nats.DOUBT_S", 0.3)
    asked: list[bytes] = []

    async def answer(message: bytes) -> bytes:
        asked.append(message)
        return message

    async with NatsBus(nats_server.url) as one, NatsBus(nats_server.url) as other:
        await one.serve("station.7", answer)
        await asyncio.sleep(0.1)
        late = asyncio.create_task(other.request("station.7", b"late", timeout=5))
        asyncio.get_running_loop().call_soon(time.sleep, 0.6)
        with pytest.raises(RequestFailed):
            await late
        assert asked == []
        await asyncio.sleep(0.4)
        assert await other.request("station.7", b"new", timeout=5) == b"new"


async def test_what_is_told_in_one_go_arrives_whole_and_in_order(nats_server: NatsServer) -> None:
    """It travels together where it has one topic, whatever is in it, and once: also to whoever told it."""
    prefix = f"test-{uuid4().hex}"
    said = [(f"event.{n // 40 % 3}", b"\0" * (n % 5) + f"{n}".encode() * (n % 7)) for n in range(500)]
    large = [("event.9", bytes([n]) * 400_000) for n in range(5)]
    async with (
        NatsBus(nats_server.url, prefix=prefix) as one,
        NatsBus(nats_server.url, prefix=prefix) as two,
        one.subscribe("event.*") as own,
        two.subscribe("event.*") as others,
        asyncio.timeout(20),
    ):
        for topic, message in (*said, *large):
            await one.publish(topic, message)
        for inbox in (own, others):
            assert [await anext(inbox) for _ in range(len(said) + len(large))] == [*said, *large]
        await one.publish("event.end", b"")
        for inbox in (own, others):
            assert await anext(inbox) == ("event.end", b"")


async def test_what_nobody_packed_takes_nothing_else_along(nats_server: NatsServer) -> None:
    prefix = f"test-{uuid4().hex}"
    stranger = await nats.connect(nats_server.url)
    async with NatsBus(nats_server.url, prefix=prefix) as one, one.subscribe("event.*") as heard, asyncio.timeout(20):
        with capture_logs() as logs:
            await stranger.publish(f"{prefix}.event.1", b"\0\xff\xff")
            await stranger.publish(f"{prefix}.event.2", b"{}")
            assert await anext(heard) == ("event.2", b"{}")
        assert [line["topic"] for line in logs if line["log_level"] == "warning"] == ["event.1"]
    await stranger.close()
