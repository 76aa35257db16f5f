"""How a link answers pings: counted on the way, asked for now and then."""

import time
from dataclasses import dataclass

LEAST = 10
"""Pings before anything is said of a link."""


@dataclass(frozen=True, slots=True)
class Answered:
    """Of `asked` pings `heard` were answered, in `round_trip_ms` on average (None: none was)."""

    asked: int
    heard: int
    round_trip_ms: float | None


class PingTally:
    """Of one socket. A ping that is out while it is read counts with the next ones."""

    __slots__ = ("_asked", "_at", "_ever", "_heard", "_ms", "_open")

    def __init__(self) -> None:
        self._asked = self._heard = 0
        self._ms = self._at = 0.0
        self._open = self._ever = False

    def sent(self) -> None:
        if self._open:
            self._asked += 1
        self._open, self._at = True, time.monotonic()

    def answered(self) -> None:
        """The last one was."""
        if self._open:
            self._open, self._ever = False, True
            self._asked += 1
            self._heard += 1
            self._ms += (time.monotonic() - self._at) * 1000

    def read(self) -> Answered | None:
        """Since it was read last. None: too few, or a station that never answers one (which means nothing)."""
        if self._asked < LEAST or not self._ever:
            return None
        found = Answered(self._asked, self._heard, self._ms / self._heard if self._heard else None)
        self._asked = self._heard = 0
        self._ms = 0.0
        return found
