"""What keeps one station, or all of them at once, from taking the node away from the others.

A station that talks too much is read more slowly: nothing it says is lost, and the others don't wait for it. When
thousands dial at the same moment they stand in line, and are let in as fast as the database can tell who they are.
"""

import asyncio
import math
import random
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from prometheus_client import Counter, Gauge

from backend.db.share import Share

SLOWED = Counter("wattline_ocpp_slowed_total", "Messages and pings of stations that talked too much, read more slowly")
IN_LINE = Gauge("wattline_ocpp_in_line", "Stations that dialled and wait to be let in")

BURST_S = 20
"""So many seconds' worth of messages may come at once: a station that was offline has much to tell."""
MOST_IN_LINE_S = 8.0
"""Who would wait longer is told when to come again; before a station gives up, and before the upgrade times out."""
MOST_SENT_AWAY = 50_000
LONGEST_RETRY_S = 60
DIALS, COMES, LEAVES = "dials", "comes", "leaves"
"""The lines of those who arrive and go: each has its turn after the others, as a station goes through them."""
STEPS = 2
"""Turns that a station needs until it is there."""


def allowance(left: float, since_s: float, rate: int) -> float:
    """How many messages a station may still send at once, after one more; below 0: it is too fast."""
    return min(rate * BURST_S, left + since_s * rate) - 1


def control_counted(left: float, since_s: float, rate: int) -> tuple[float, float]:
    """After one more control frame, `since_s` after the last message: (what is left to reckon with at the next one,
    for how many seconds nothing more is read). A second at most: our own pings must be answered meanwhile."""
    now = max(-rate, allowance(left, since_s, rate))
    return now - since_s * rate, max(0.0, -now / rate)


class SentAway(Exception):
    """The line is too long."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"come again in {retry_after_s} s")
        self.retry_after_s = retry_after_s


class Line:
    """Who dialled takes turns with those that are let in and arrive, so nobody is let in faster than can be served.

    Who would wait too long gets an appointment, as many a second as are served; nobody is sent away twice.
    """

    def __init__(self, arrivals: Share) -> None:
        self._arrivals = arrivals
        self._sent_away: OrderedDict[str, None] = OrderedDict()

    @asynccontextmanager
    async def turn(self, who: str) -> AsyncIterator[None]:
        """Wait for it, and serve while the block lasts. Raises SentAway."""
        known = self._sent_away.pop(who, 0) is None
        expected_s = self._arrivals.expected_s(DIALS)
        if expected_s > MOST_IN_LINE_S and not known:
            raise self._send_away(who, expected_s)
        IN_LINE.inc()
        try:
            async with asyncio.timeout(None if known else MOST_IN_LINE_S):
                await self._arrivals.take(DIALS)
        except TimeoutError:
            raise self._send_away(who, self._arrivals.expected_s(DIALS)) from None
        finally:
            IN_LINE.dec()
        try:
            yield
        finally:
            self._arrivals.give()

    def _send_away(self, who: str, expected_s: float) -> SentAway:
        self._sent_away[who] = None
        if len(self._sent_away) > MOST_SENT_AWAY:
            self._sent_away.popitem(last=False)
        return SentAway(self._appointment(expected_s))

    def _appointment(self, expected_s: float) -> int:
        """In how many seconds: behind the line, and among those who were sent away too."""
        others_s = len(self._sent_away) * STEPS * self._arrivals.pace_s
        return max(1, min(LONGEST_RETRY_S, math.ceil(expected_s + random.random() * others_s)))
