"""What waits to be sent to one socket: bounded, whatever the reader does."""

import asyncio
from collections import deque

MOST_WAITING = 32
MOST_BYTES = 256_000
"""Messages of one topic, and their bytes. A reader that is further behind is better off with a new snapshot."""
MOST_IN_ALL = 1_000_000
"""Bytes of all topics together: a socket may follow fifty."""


class Outbox:
    """Topics take turns, so that a busy one doesn't hold up the others.

    When too much of a topic waits, all of it is thrown away and the topic is `stale`: `next` then names it, and the
    sender loads a fresh snapshot when it gets there. Memory stays bounded and the screen ends up right.
    """

    def __init__(self) -> None:
        self._waiting: dict[str, deque[bytes]] = {}
        self._bytes = 0
        self._stale: set[str] = set()
        self._ready = asyncio.Event()

    def push(self, topic: str, message: bytes) -> None:
        if topic in self._stale:
            return
        queue = self._waiting.setdefault(topic, deque())
        size = len(message)
        much = bool(queue) and sum(map(len, queue)) + size > MOST_BYTES
        if len(queue) >= MOST_WAITING or much or (self._bytes and self._bytes + size > MOST_IN_ALL):
            self._drop(queue)
            self._stale.add(topic)
        else:
            queue.append(message)
            self._bytes += size
        self._ready.set()

    def replace(self, topic: str, message: bytes) -> None:
        """A snapshot makes what waited before it superfluous."""
        self._stale.discard(topic)
        self._drop(self._waiting.get(topic))
        self._waiting[topic] = deque([message])
        self._bytes += len(message)
        self._ready.set()

    def reload(self, topic: str) -> None:
        """The sender loads a fresh snapshot, whatever waits."""
        self._drop(self._waiting.setdefault(topic, deque()))
        self._stale.add(topic)
        self._ready.set()

    def forget(self, topic: str) -> None:
        self._stale.discard(topic)
        self._drop(self._waiting.pop(topic, None))

    def _drop(self, queue: deque[bytes] | None) -> None:
        if queue:
            self._bytes -= sum(map(len, queue))
            queue.clear()

    async def next(self) -> tuple[str, bytes | None]:
        """The next (topic, message); None in place of a message where a fresh snapshot is needed."""
        while not self._waiting:
            self._ready.clear()
            await self._ready.wait()
        topic, queue = next(iter(self._waiting.items()))
        del self._waiting[topic]
        if topic in self._stale:
            self._stale.discard(topic)
            return topic, None
        message = queue.popleft()
        self._bytes -= len(message)
        if queue:
            self._waiting[topic] = queue
        return topic, message
