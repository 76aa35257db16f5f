"""What keeps one station, or all of them at once, from taking the node away from the others.

A station that talks too much is read more slowly: nothing it says is lost, and the others don't wait for it. When
thousands dial at the same moment they stand in line, and are let in as fast as the database can tell who they are.
"""

import asyncio
import math
import random
import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from prometheus_client import Counter, Gauge

SLOWED = Counter("wattline_ocpp_slowed_total", "Messages of stations that talked too much, read later than they came")
IN_LINE = Gauge("wattline_ocpp_in_line", "Stations that dialled and wait to be let in")

BURST_S = 20
"""So many seconds' worth of messages may come at once: a station that was offline has much to tell."""
MOST_IN_LINE_S = 8.0
"""Who would wait longer is told when to come again; before a station gives up, and before the upgrade times out."""
MOST_SENT_AWAY = 50_000
LONGEST_RETRY_S = 60


def allowance(left: float, since_s: float, rate: int) -> float:
    """How many messages a station may still send at once, after one more; below 0: it is too fast."""
    return min(rate * BURST_S, left + since_s * rate) - 1


class SentAway(Exception):
    """The line is too long."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"come again in {retry_after_s} s")
        self.retry_after_s = retry_after_s


class Line:
    """`at_once` are served at the same time, the others in the order in which they came. Nobody is sent away twice."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._slots = asyncio.Semaphore(at_once)
        self._waiting = 0
        self._took_s = 0.0
        self._sent_away: OrderedDict[str, None] = OrderedDict()

    @property
    def expected_s(self) -> float:
        """How long who comes now will wait."""
        return self._waiting * self._took_s / self._at_once

    @asynccontextmanager
    async def turn(self, who: str) -> AsyncIterator[None]:
        """Wait for it, and serve while the block lasts. Raises SentAway."""
        known = self._sent_away.pop(who, 0) is None
        expected_s = self.expected_s
        if expected_s > MOST_IN_LINE_S and not known:
            self._sent_away[who] = None
            if len(self._sent_away) > MOST_SENT_AWAY:
                self._sent_away.popitem(last=False)
            # Not all at the same moment again.
            raise SentAway(min(LONGEST_RETRY_S, math.ceil(expected_s * random.uniform(1.0, 2.0))))
        self._waiting += 1
        IN_LINE.inc()
        try:
            await self._slots.acquire()
        finally:
            self._waiting -= 1
            IN_LINE.dec()
        began = time.monotonic()
        try:
            yield
        finally:
            self._slots.release()
            self._took_s += (time.monotonic() - began - self._took_s) * 0.1
