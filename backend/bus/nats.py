"""The bus of many nodes, over a NATS server. Topics are below `wattline.` there.

What is served in this process is asked here, without the server: it is quicker, and goes on while that is away.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import urlsplit

import structlog
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.aio.subscription import Subscription as NatsSubscription
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError
from prometheus_client import Counter

from backend.bus.base import (
    INBOX_SIZE,
    MAX_MESSAGE,
    Bus,
    BusDown,
    Inbox,
    NobodyListens,
    RequestFailed,
    RequestTimeout,
    Server,
    Subscription,
    check_pattern,
    check_topic,
)
from backend.bus.local import LocalBus
from backend.bus.parcels import Parcel, unpacked
from backend.errors import StartRefused

log = structlog.get_logger(__name__)

START_PATIENCE_S = 10.0
FLUSH_PATIENCE_S = 5
PING_S = 2
PINGS_UNANSWERED = 2
"""A connection over which nothing comes any more is given up after some six seconds: a cable that was pulled closes
no socket."""
MOST_UNSENT = 1_000_000
"""Bytes that may wait to be sent. What comes then is not published: whoever publishes must never wait."""
STOP_PATIENCE_S = 1.0
"""Answers under way may still leave when a node stops."""
STOOD_STILL_S = 5.0
"""A process that stood still for so long counts as dead by its lease, and who had asked it was told so. What waited for
it meanwhile must not be done when it goes on."""
DOUBT_S = 1.0
"""How long reading what waited may take."""
FAILED = "Wattline-Failed"  # header of an answer that is none
DROPPED = Counter("wattline_bus_dropped_total", "Messages that were not published: the connection to NATS is blocked")


class _Client(Client):
    async def _process_op_err(self, e: Exception) -> None:
        """The client waits until the broken connection has sent what it holds, which one that carries nothing never
        does. It is of no use any more, so it goes at once."""
        if self._transport is not None and self.is_connected:
            _abort(self._transport)
        await super()._process_op_err(e)


class NatsBus(Bus):
    """`url` as nats://user:password@host:4222, several with commas. Reconnects by itself, for as long as it takes."""

    def __init__(self, url: str, *, prefix: str = "wattline") -> None:
        self._urls = [one.strip() for one in url.split(",")]
        self._prefix = prefix + "."
        self._client = _Client()
        self._here = LocalBus()
        self._back_again: list[Callable[[], None]] = []
        self._inboxes: set[Inbox] = set()
        self._working: set[asyncio.Task[None]] = set()
        self._watching: asyncio.Task[None] | None = None
        self._doubtful_until = 0.0
        self._unsent: deque[Parcel] = deque()
        self._sending: asyncio.Task[None] | None = None

    async def start(self) -> None:
        try:
            async with asyncio.timeout(START_PATIENCE_S):
                await self._client.connect(
                    servers=self._urls,
                    name="wattline",
                    no_echo=True,  # what is told here is heard here without the server
                    connect_timeout=3,
                    reconnect_time_wait=1,
                    max_reconnect_attempts=-1,
                    ping_interval=PING_S,
                    max_outstanding_pings=PINGS_UNANSWERED,
                    error_cb=self._trouble,
                    disconnected_cb=self._lost,
                    reconnected_cb=self._back,
                )
        except (OSError, TimeoutError, ValueError, NatsError) as error:
            with suppress(Exception):  # half connected: nothing of it is needed
                await self._client.close()
            where = ", ".join(urlsplit(one).netloc.rsplit("@", 1)[-1] or one for one in self._urls)
            raise StartRefused(
                f"The NATS server at {where} can't be reached; start it, correct NATS_URL, "
                "or leave NATS_URL empty when one process does everything."
            ) from error
        await self._here.start()
        self._watching = asyncio.get_running_loop().create_task(self._notice_standstill())

    async def _notice_standstill(self) -> None:
        while True:
            began = time.monotonic()
            await asyncio.sleep(STOOD_STILL_S / 10)
            if time.monotonic() - began > STOOD_STILL_S:
                log.warning("this process stood still; what it was asked meanwhile is not done")
                self._doubtful_until = time.monotonic() + DOUBT_S

    async def close(self) -> None:
        if self._watching is not None:
            self._watching.cancel()
        await self._sent()
        for inbox in self._inboxes:
            inbox.close()
        await self._here.close()
        if self._working:
            await asyncio.wait(self._working, timeout=STOP_PATIENCE_S)
        for task in self._working:
            task.cancel()
        await asyncio.gather(*self._working, return_exceptions=True)
        if not self._client.is_closed:
            with suppress(OSError, TimeoutError, NatsError):
                await self._client.close()

    @property
    def healthy(self) -> bool:
        return self._client.is_connected

    async def _trouble(self, error: Exception) -> None:
        log.debug("trouble with NATS", error=str(error) or type(error).__name__)

    async def _lost(self) -> None:
        if not self._client.is_closed:
            log.warning("the connection to NATS is lost; other nodes can't be reached")

    async def _back(self) -> None:
        log.info("the connection to NATS is back")
        for work in self._back_again:
            work()

    def when_back(self, work: Callable[[], None]) -> None:
        self._back_again.append(work)

    # --- publish and subscribe ---------------------------------------------------------------------------

    async def publish(self, topic: str, message: bytes) -> None:
        await self._here.publish(topic, message)
        if not self._client.is_connected:
            return
        if self._client.pending_data_size > MOST_UNSENT:
            DROPPED.inc()
            return
        last = self._unsent[-1] if self._unsent else None
        if last is not None and last.topic == topic and last.size + len(message) < MAX_MESSAGE:
            last.add(message)
            return
        self._unsent.append(Parcel(topic, message))
        if self._sending is None or self._sending.done():
            self._sending = asyncio.get_running_loop().create_task(self._send_out())

    async def _send_out(self) -> None:
        """What was published in one turn of the loop: a group of sessions tells hundreds of things on one topic."""
        while self._unsent:
            parcel = self._unsent.popleft()
            try:
                await self._client.publish(self._prefix + parcel.topic, parcel.packed())
            except (OSError, NatsError) as error:
                log.debug("messages were not published", topic=parcel.topic, error=str(error))

    async def _sent(self) -> None:
        """Wait until what was published is on its way; whoever is cancelled meanwhile takes nothing with them."""
        if self._sending is not None:
            await asyncio.wait({self._sending})

    @asynccontextmanager
    async def subscribe(self, pattern: str, *, size: int = INBOX_SIZE) -> AsyncIterator[Inbox]:
        check_pattern(pattern)
        inbox = Inbox(size)
        cut = len(self._prefix)

        async def arrived(message: Msg) -> None:
            topic = message.subject[cut:]
            try:
                told = unpacked(message.data)
            except ValueError:
                log.warning("what another program told over NATS can't be read", topic=topic)
                return
            for one in told:
                inbox.put(topic, one)

        subscription = await self._client.subscribe(self._prefix + pattern, cb=arrived)
        self._inboxes.add(inbox)
        self._here.listen(inbox, pattern)
        try:
            await self.settle()
            yield inbox
        finally:
            self._inboxes.discard(inbox)
            self._here.ignore(inbox)
            inbox.close()
            await _unsubscribe(subscription)

    async def settle(self) -> None:
        """Wait until the server knows what was begun and ended here: what is sent from now on goes the right way."""
        await self._sent()
        if not self._client.is_connected:
            return  # it will be told when it is back
        with suppress(TimeoutError, OSError, NatsError):
            for _ in range(2):  # the client's ping overtakes what waits to be sent: the second one comes after it
                await self._client.flush(FLUSH_PATIENCE_S)

    # --- request and reply -------------------------------------------------------------------------------

    async def request(self, topic: str, message: bytes, timeout: float) -> bytes:
        check_topic(topic, message)
        if self._here.serves(topic):
            return await self._here.request(topic, message, timeout)
        if not self._client.is_connected or self._client.pending_data_size > MOST_UNSENT:
            raise BusDown(topic)
        try:
            answer = await self._client.request(self._prefix + topic, message, timeout=timeout)
        except NoRespondersError:
            raise NobodyListens(topic) from None
        except TimeoutError:
            raise RequestTimeout(topic) from None
        except (OSError, NatsError) as error:
            raise RequestFailed(f"{topic}: {error}") from error
        if answer.headers and FAILED in answer.headers:
            raise RequestFailed(topic)
        return answer.data

    async def serve(self, topic: str, server: Server) -> "_Service":
        check_topic(topic)

        async def work(message: Msg) -> None:
            try:
                if time.monotonic() < self._doubtful_until:
                    answer, headers = b"", {FAILED: "1"}
                else:
                    answer, headers = await server(message.data), None
            except Exception:
                log.exception("a request failed", topic=topic)
                answer, headers = b"", {FAILED: "1"}
            with suppress(OSError, NatsError):  # who asked will time out
                await self._client.publish(message.reply, answer, headers=headers)

        async def arrived(message: Msg) -> None:
            task = asyncio.get_running_loop().create_task(work(message))
            self._working.add(task)
            task.add_done_callback(self._working.discard)

        here = await self._here.serve(topic, server)
        subscription = await self._client.subscribe(self._prefix + topic, cb=arrived)
        await self.settle()
        return _Service(self, subscription, here)


class _Service:
    __slots__ = ("_bus", "_here", "_subscription")

    def __init__(self, bus: NatsBus, subscription: NatsSubscription, here: Subscription) -> None:
        self._bus = bus
        self._subscription = subscription
        self._here = here

    async def close(self) -> None:
        await self._here.close()
        if self._bus.healthy:
            # What the server has sent already is served still: who asked would hear nothing.
            with suppress(OSError, TimeoutError, NatsError, ValueError):
                async with asyncio.timeout(FLUSH_PATIENCE_S):
                    await self._subscription.drain()
        else:
            await _unsubscribe(self._subscription)
        await self._bus.settle()


def _abort(transport: Any) -> None:
    """Of whatever kind: over WebSockets there is no writer, and closing waits for nothing."""
    writer = getattr(transport, "_io_writer", None)
    if writer is not None:
        writer.transport.abort()


async def _unsubscribe(subscription: NatsSubscription) -> None:
    with suppress(OSError, NatsError, ValueError):  # the connection is closed: it ended with it
        await subscription.unsubscribe()
