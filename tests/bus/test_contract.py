"""What every bus does, whatever carries it: the same tests in one process and over a real NATS server."""

import asyncio
import time

import pytest

from backend.bus.base import MAX_MESSAGE, Bus, NobodyListens, RequestFailed, RequestTimeout
from tests.bus.conftest import until

Buses = tuple[Bus, Bus]


async def take(messages, count: int) -> list[tuple[str, bytes]]:
    async with asyncio.timeout(5):
        return [await anext(messages) for _ in range(count)]


@pytest.mark.parametrize(
    ("pattern", "heard"),
    [
        ("event.a.Started", ["event.a.Started"]),
        ("event.*.Started", ["event.a.Started", "event.b.Started"]),
        ("event.a.*", ["event.a.Started", "event.a.Ended"]),
        ("event.>", ["event.a.Started", "event.a.Ended", "event.b.Started", "event.a.Ended.late"]),
        ("*.a.>", ["event.a.Started", "event.a.Ended", "event.a.Ended.late"]),
        ("event.a", []),
        (">", ["event.a.Started", "event.a.Ended", "event.b.Started", "event", "event.a.Ended.late", "last"]),
    ],
)
async def test_a_pattern_decides_what_is_heard(buses: Buses, pattern: str, heard: list[str]) -> None:
    one, other = buses
    async with one.subscribe(pattern) as messages, one.subscribe("last") as end:
        for topic in ("event.a.Started", "event.a.Ended", "event.b.Started", "event", "event.a.Ended.late", "last"):
            await other.publish(topic, topic.encode())
        await take(end, 1)
        assert await take(messages, len(heard)) == [(topic, topic.encode()) for topic in heard]
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await anext(messages)


async def test_every_subscriber_hears_and_each_in_order(buses: Buses) -> None:
    one, other = buses
    async with one.subscribe("n.>") as first, one.subscribe("n.*") as second, other.subscribe("n.x") as third:
        for number in range(100):
            await other.publish("n.x", str(number).encode())
        for messages in (first, second, third):
            assert [int(text) for _, text in await take(messages, 100)] == list(range(100))


async def test_a_slow_reader_loses_the_oldest_and_slows_nobody(buses: Buses) -> None:
    one, other = buses
    async with one.subscribe("n.>", size=10) as slow, one.subscribe("n.>") as quick:
        for number in range(500):
            await other.publish("n.x", str(number).encode())
        assert [int(text) for _, text in await take(quick, 500)] == list(range(500))
        assert [int(text) for _, text in await take(slow, 10)] == list(range(490, 500))


async def test_nothing_is_heard_after_the_end(buses: Buses) -> None:
    one, other = buses
    async with one.subscribe("n.>") as messages:
        pass
    await other.publish("n.x", b"late")
    assert [message async for message in messages] == []


async def test_published_to_nobody(buses: Buses) -> None:
    await buses[0].publish("n.x", b"nobody listens")


async def test_closing_the_bus_ends_the_iteration(buses: Buses) -> None:
    one, other = buses
    heard = []

    async def follow() -> None:
        async with one.subscribe("n.>") as messages:
            async for _, message in messages:
                heard.append(message)

    follower = asyncio.create_task(follow())
    await asyncio.sleep(0.05)
    await other.publish("n.x", b"1")
    await until(lambda: heard == [b"1"])
    await one.close()
    async with asyncio.timeout(2):
        await follower
    await one.close()


async def test_request_and_reply(buses: Buses) -> None:
    one, other = buses

    async def shout(message: bytes) -> bytes:
        return message.upper()

    service = await one.serve("station.7", shout)
    assert await other.request("station.7", b"reset", timeout=2) == b"RESET"
    assert await one.request("station.7", b"unlock", timeout=2) == b"UNLOCK"
    await service.close()
    with pytest.raises(NobodyListens):
        await other.request("station.7", b"reset", timeout=2)


async def test_nobody_listens_is_known_at_once(buses: Buses) -> None:
    began = time.monotonic()
    with pytest.raises(NobodyListens):
        await buses[0].request("station.unknown", b"", timeout=30)
    assert time.monotonic() - began < 5


async def test_a_request_times_out_and_the_work_goes_on(buses: Buses) -> None:
    one, other = buses
    finished = asyncio.Event()

    async def slow(message: bytes) -> bytes:
        await asyncio.sleep(0.3)
        finished.set()
        return message

    await one.serve("station.7", slow)
    with pytest.raises(RequestTimeout) as caught:
        await other.request("station.7", b"", timeout=0.1)
    assert isinstance(caught.value, TimeoutError)
    async with asyncio.timeout(2):
        await finished.wait()


async def test_a_failing_server_says_so(buses: Buses) -> None:
    one, other = buses

    async def fail(message: bytes) -> bytes:
        raise ValueError("a secret reason")

    await one.serve("station.7", fail)
    with pytest.raises(RequestFailed) as caught:
        await other.request("station.7", b"", timeout=2)
    assert "secret" not in str(caught.value)


async def test_requests_are_answered_side_by_side(buses: Buses) -> None:
    """The second is answered before the first: a slow station holds up no other request."""
    one, other = buses
    gate = asyncio.Event()

    async def wait(message: bytes) -> bytes:
        if message == b"open":
            gate.set()
        await gate.wait()
        return message

    await one.serve("station.7", wait)
    async with asyncio.timeout(5):
        answers = await asyncio.gather(
            other.request("station.7", b"first", timeout=5), other.request("station.7", b"open", timeout=5)
        )
    assert answers == [b"first", b"open"]


async def test_another_takes_over_a_topic(buses: Buses) -> None:
    """A station connects anew before its old connection is gone; the old one's end takes nothing away."""
    one, other = buses

    async def old(message: bytes) -> bytes:
        await asyncio.sleep(60)
        return b"old"

    async def new(message: bytes) -> bytes:
        return b"new"

    first = await one.serve("station.7", old)
    await other.serve("station.7", new)
    assert await other.request("station.7", b"", timeout=2) == b"new"
    await first.close()
    assert await one.request("station.7", b"", timeout=2) == b"new"


@pytest.mark.parametrize("topic", ["", "a..b", "a b", "a.*", "a.>", ".a", "a."])
async def test_what_is_no_topic(buses: Buses, topic: str) -> None:
    with pytest.raises(ValueError, match="is not a topic"):
        await buses[0].publish(topic, b"")
    with pytest.raises(ValueError, match="is not a topic"):
        await buses[0].request(topic, b"", timeout=1)


@pytest.mark.parametrize("pattern", ["", "a..b", "a.>.b", "a*", "a b"])
async def test_what_is_no_pattern(buses: Buses, pattern: str) -> None:
    with pytest.raises(ValueError, match="is not a pattern"):
        async with buses[0].subscribe(pattern):
            pass


async def test_sizes(buses: Buses) -> None:
    one, other = buses
    async with one.subscribe("n.x") as messages:
        await other.publish("n.x", b"x" * MAX_MESSAGE)
        assert len((await take(messages, 1))[0][1]) == MAX_MESSAGE
    with pytest.raises(ValueError, match="too large"):
        await other.publish("n.x", b"x" * (MAX_MESSAGE + 1))
