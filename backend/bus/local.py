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
        self._working: set[asyncio.Task[bytes]] = set()
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
        # A task of its own: the work goes on when nobody waits any more, as it would on another node.
        task = asyncio.get_running_loop().create_task(services[-1].work(message))
        self._working.add(task)
        task.add_done_callback(self._worked)
        done, _ = await asyncio.wait({task}, timeout=timeout)
        if not done:
            raise RequestTimeout(topic)
        if task.cancelled() or task.exception() is not None:
            raise RequestFailed(topic)
        return task.result()

    def _worked(self, task: "asyncio.Task[bytes]") -> None:
        self._working.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a request failed", exc_info=error)

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
