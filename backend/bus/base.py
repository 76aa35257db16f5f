"""What a bus can do. Best effort: nothing that matters tomorrow rides on it (that is what jobs are for).

Topics are words joined by dots, as in `event.<tenant>.<name>` or `station.<id>`. A pattern may hold `*` for one
word and `>` at its end for one or more.
"""

import asyncio
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Protocol, Self

MAX_MESSAGE = 1_000_000  # bytes; what a NATS server takes unless told otherwise
INBOX_SIZE = 1000  # messages

Server = Callable[[bytes], Awaitable[bytes]]


class BusError(Exception):
    """A request that got no answer."""


class NobodyListens(BusError):
    """Nobody serves this topic now, on any node."""


class BusDown(BusError):
    """Nobody here serves this topic, and other nodes can't be reached now. Nothing was sent."""


class RequestTimeout(BusError, TimeoutError):
    """Somebody serves the topic and didn't answer in time; the work may still go on there."""


class RequestFailed(BusError):
    """The one who serves the topic failed; the reason is in that node's log."""


class Subscription(Protocol):
    async def close(self) -> None:
        """Stop serving; what is under way is answered still."""


class Bus(ABC):
    """Use it from one event loop, between `start` and `close` (or as `async with`)."""

    @abstractmethod
    async def start(self) -> None:
        """Raises StartRefused when the server can't be reached."""

    @abstractmethod
    async def close(self) -> None:
        """Subscriptions end, their iterators too. Harmless when closed already."""

    @property
    @abstractmethod
    def healthy(self) -> bool:
        """Whether messages get through at the moment."""

    @abstractmethod
    async def publish(self, topic: str, message: bytes) -> None:
        """To everybody who follows the topic now. Never waits for them, and never raises for trouble on the way."""

    @abstractmethod
    def subscribe(self, pattern: str, *, size: int = INBOX_SIZE) -> AbstractAsyncContextManager["Inbox"]:
        """`async with bus.subscribe("event.>") as messages: async for topic, message in messages: …`

        In the order of each publisher. A reader that is `size` messages behind loses the oldest:
        `messages.dropped` counts them.
        """

    @abstractmethod
    async def request(self, topic: str, message: bytes, timeout: float) -> bytes:
        """The answer of the one who serves the topic, on whatever node. `timeout` in seconds.

        Raises NobodyListens and BusDown at once, RequestTimeout, RequestFailed.
        """

    @abstractmethod
    async def serve(self, topic: str, server: Server) -> Subscription:
        """Answer requests, several at a time. When two serve one topic for a moment, that of this process is
        asked (the newest of them), else the first answer counts."""

    @abstractmethod
    def when_back(self, work: Callable[[], None]) -> None:
        """Call this whenever other nodes can be reached again: what they published meanwhile is lost."""

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


class Inbox:
    """The messages of one subscription: an async iterator that forgets the oldest when its reader is slow."""

    def __init__(self, size: int) -> None:
        self.dropped = 0
        self._messages: deque[tuple[str, bytes]] = deque(maxlen=size)
        self._arrived = asyncio.Event()
        self._closed = False

    def put(self, topic: str, message: bytes) -> None:
        if len(self._messages) == self._messages.maxlen:
            self.dropped += 1
        self._messages.append((topic, message))
        self._arrived.set()

    def close(self) -> None:
        """What is in it can still be read; then the iteration ends."""
        self._closed = True
        self._arrived.set()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> tuple[str, bytes]:
        while not self._messages:
            if self._closed:
                raise StopAsyncIteration
            self._arrived.clear()
            await self._arrived.wait()
        return self._messages.popleft()


def check_topic(topic: str, message: bytes = b"") -> None:
    """Raises ValueError for what NATS would refuse, so that one process behaves as many do."""
    words = topic.split(".")
    if not all(words) or any(char in topic for char in " \t\r\n*>"):
        raise ValueError(f"{topic!r} is not a topic")
    if len(message) > MAX_MESSAGE:
        raise ValueError(f"a message of {len(message)} bytes is too large for {topic}; {MAX_MESSAGE} is the limit")


def check_pattern(pattern: str) -> list[str]:
    """The words of a pattern. Raises ValueError."""
    words = pattern.split(".")
    body = words[:-1] if words[-1] == ">" else words
    if any(not word or (word != "*" and any(char in word for char in " \t\r\n*>")) for word in body):
        raise ValueError(f"{pattern!r} is not a pattern of topics")
    return words


def matches(pattern: list[str], topic: list[str]) -> bool:
    if pattern[-1] == ">":
        if len(topic) < len(pattern):
            return False
        pattern, topic = pattern[:-1], topic[: len(pattern) - 1]
    return len(pattern) == len(topic) and all(p in ("*", t) for p, t in zip(pattern, topic, strict=True))
