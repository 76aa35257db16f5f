"""A part of the database's connections, for work of which any number may come at once.

Requests of people are one such part, stations that arrive or leave another: a flood of either waits for itself, and
what else needs the database still gets it.
"""

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Hashable
from contextlib import asynccontextmanager
from contextvars import ContextVar

PACE_OVER_S = 1.0


class Share:
    """`most` are served at once. Of those who wait, everybody in turn: who asks most waits longest."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._free = most
        self.pace_s = 0.0
        """How long after one turn the next one came, all lines together, when there was a line last."""
        self._begun: float | None = None
        self._ended = 0
        self._lines: OrderedDict[Hashable, deque[asyncio.Future[None]]] = OrderedDict()

    def expected_s(self, who: Hashable) -> float:
        """How long who comes now will wait."""
        line = self._lines.get(who)
        return len(line) * len(self._lines) * self.pace_s if line else 0.0

    async def take(self, who: Hashable = None) -> None:
        """Wait for one's turn; it must be given back."""
        if self._free:
            self._free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._lines.setdefault(who, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self.give()  # it came at the same moment
            raise

    def give(self) -> None:
        self._note_pace()
        while self._lines:
            who, line = self._lines.popitem(last=False)
            turn = line.popleft()
            if line:
                self._lines[who] = line  # behind the others
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1

    def _note_pace(self) -> None:
        """Over a second at least: a single turn may have waited for anything."""
        now = time.monotonic()
        if not self._lines:
            self._begun = None
        elif self._begun is None:
            self._begun, self._ended = now, 0
        else:
            self._ended += 1
            if now - self._begun >= PACE_OVER_S:
                self.pace_s = (now - self._begun) / self._ended
                self._begun, self._ended = now, 0

    @asynccontextmanager
    async def turn(self, who: Hashable = None) -> AsyncIterator[None]:
        await self.take(who)
        try:
            yield
        finally:
            self.give()


class Customer:
    """Whose work this is, and of which share it uses connections."""

    __slots__ = ("share", "who")

    def __init__(self, share: Share, who: Callable[[], Hashable]) -> None:
        self.share = share
        self.who = who


CUSTOMER: ContextVar[Customer | None] = ContextVar("customer", default=None)
"""There while somebody's request is served. Tasks that it starts are its own; groups (`db/groups.py`) are nobody's."""
