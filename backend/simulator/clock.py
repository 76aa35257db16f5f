"""The time that stations and people live by: real, or a past day lived faster until it has caught up with now."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

LAG = timedelta(hours=12)


class Clock:
    """With `speed` above 1 it begins half a day ago, so that no time stamp ever lies in the future and registers,
    powers and times fit each other."""

    def __init__(self, speed: float = 1.0) -> None:
        self.speed = max(speed, 1.0)
        self._origin = time.monotonic()
        self._began_at = datetime.now(UTC) - (LAG if self.speed > 1 else timedelta())

    def seconds(self) -> float:
        """Since the clock was made, in its own time."""
        passed = time.monotonic() - self._origin
        if self.speed == 1:
            return passed
        return min(passed * self.speed, passed + LAG.total_seconds())

    @property
    def caught_up(self) -> bool:
        passed = time.monotonic() - self._origin
        return self.speed == 1 or passed * self.speed >= passed + LAG.total_seconds()

    def now(self) -> datetime:
        return self._began_at + timedelta(seconds=self.seconds())

    def real_s(self, seconds: float) -> float:
        """How long so many seconds of this clock really take."""
        return seconds if self.caught_up else seconds / self.speed

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(self.real_s(seconds))
