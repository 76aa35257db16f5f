"""The bus of a single process: everything stays in memory."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog

from backend.bus.base import (
    INBOX_SIZE,
    MAX_MESSAGE,
    Bus,
    Inbox,
    NobodyListens,
    RequestFailed,
    RequestTimeout,
    Server,
    check_pattern,
    check_topic,
    matches,
)

log = structlog.get_logger(__name__)
MOST_WAYS = 10_000


class LocalBus(Bus):
    def __init__(self) -> None:
        self._inboxes: dict[Inbox, list[str]] = {}
        self._ways: dict[str, tuple[Inbox, ...]] = {}
        """By topic: who hears it. Worked out once, until somebody comes or goes."""
        self._servers: dict[str, list[_Service]] = {}
        self._working: set[asyncio.Task[None]] = set()
        self._running = False

    async def start(self) -> None:
        self._running = True

    async def close(self) -> None:
        self._running = False
        for inbox in self._inboxes:
            inbox.close()
        self._servers.clear()
        for task in self._working:
            task.cancel()
        await asyncio.gather(*self._working, return_exceptions=True)

    def serves(self, topic: str) -> bool:
        return topic in self._servers

    def listen(self, inbox: Inbox, pattern: str) -> None:
        self._inboxes[inbox] = check_pattern(pattern)
        self._ways.clear()

    def ignore(self, inbox: Inbox) -> None:
        self._inboxes.pop(inbox, None)
        self._ways.clear()

    def when_back(self, work: Callable[[], None]) -> None:
        """Never: nobody else is there."""

    @property
    def healthy(self) -> bool:
        return self._running

    async def publish(self, topic: str, message: bytes) -> None:
        ways = self._ways.get(topic)
        if ways is None or len(message) > MAX_MESSAGE:
            ways = self._heard_by(topic, message)
        for inbox in ways:
            inbox.put(topic, message)

    def _heard_by(self, topic: str, message: bytes) -> tuple[Inbox, ...]:
        check_topic(topic, message)
        if len(self._ways) >= MOST_WAYS:
            self._ways.clear()
        words = topic.split(".")
        ways = self._ways[topic] = tuple(one for one, pattern in self._inboxes.items() if matches(pattern, words))
        return ways

    @asynccontextmanager
    async def subscribe(self, pattern: str, *, size: int = INBOX_SIZE) -> AsyncIterator[Inbox]:
        inbox = Inbox(size)
        self.listen(inbox, pattern)
        try:
            yield inbox
        finally:
            self.ignore(inbox)
            inbox.close()

    async def request(self, topic: str, message: bytes, timeout: float) -> bytes:
        check_topic(topic, message)
        services = self._servers.get(topic)
        if not services:
            raise NobodyListens(topic)
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[bytes] = loop.create_future()
        # A task of its own: the work goes on when nobody waits any more, as it would on another node.
        task = loop.create_task(self._work(services[-1], topic, message, answer))
        self._working.add(task)
        task.add_done_callback(self._working.discard)
        try:
            async with asyncio.timeout(timeout):
                return await answer
        except TimeoutError:
            raise RequestTimeout(topic) from None

    async def _work(self, service: "_Service", topic: str, message: bytes, answer: "asyncio.Future[bytes]") -> None:
        """Whoever asked goes on right behind it, without a turn of the loop for this task's own end."""
        said: bytes | None = None
        try:
            said = await service.work(message)
        except Exception as error:
            log.error("a request failed", exc_info=error)
        finally:
            if answer.done():
                pass
            elif said is None:
                answer.set_exception(RequestFailed(topic))
            else:
                answer.set_result(said)

    async def serve(self, topic: str, server: Server) -> "_Service":
        check_topic(topic)
        service = _Service(self._servers, topic, server)
        self._servers.setdefault(topic, []).append(service)
        return service


class _Service:
    __slots__ = ("_server", "_servers", "_topic")

    def __init__(self, servers: dict[str, list["_Service"]], topic: str, server: Server) -> None:
        self._servers = servers
        self._topic = topic
        self._server = server

    async def work(self, message: bytes) -> bytes:
        return await self._server(message)

    async def close(self) -> None:
        services = self._servers.get(self._topic, [])
        if self in services:
            services.remove(self)
        if not services:
            self._servers.pop(self._topic, None)
