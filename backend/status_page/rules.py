"""What the public may know of a place. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from shared.stations import ConnectorStatus as Status

State = Literal["working", "partly", "offline"]
GOOD = frozenset(
    {Status.AVAILABLE, Status.OCCUPIED, Status.CHARGING, Status.SUSPENDED, Status.FINISHING, Status.RESERVED}
)
WORDS: dict[State, str] = {"working": "Working", "partly": "Partly working", "offline": "Out of service"}
NOBODY_YET = "There are no places to charge yet."
HEADS: dict[State, str] = {
    "working": "Everything works",
    "partly": "Some chargers don't work",
    "offline": "Most chargers don't work",
}


@dataclass(frozen=True, slots=True)
class Day:
    day: date
    state: State


@dataclass(frozen=True, slots=True)
class Place:
    name: str
    city: str
    state: State
    working: int
    total: int
    days: Sequence[Day]

    @property
    def uptime_percent(self) -> int:
        """Of the days that are shown: whole ones count one, those with trouble a half."""
        parts = [{"working": 1.0, "partly": 0.5, "offline": 0.0}[one.state] for one in self.days]
        return round(100 * sum(parts) / len(parts)) if parts else 100


def state(working: int, total: int) -> State:
    if total and working == total:
        return "working"
    return "partly" if working else "offline"


def works(status: str) -> bool:
    return status in GOOD


def day_state(affected: int, outlets: int, minutes: float) -> State:
    """Of a day with so many outlets in trouble; less than five minutes are nothing."""
    if not affected or minutes < 5:
        return "working"
    return "offline" if affected >= outlets and minutes >= 60 else "partly"


def worst_first(places: Sequence[Place]) -> list[Place]:
    """What doesn't work is what people look for; the others stay as they come."""
    order: tuple[State, ...] = ("offline", "partly", "working")
    return sorted(places, key=lambda one: order.index(one.state))


def head(places: Sequence[Place]) -> str:
    """What the page says first. Where there is nothing, nothing works either."""
    return HEADS[overall(places)] if places else NOBODY_YET


def overall(places: Sequence[Place]) -> State:
    """Of all together."""
    total = sum(one.total for one in places)
    working = sum(one.working for one in places)
    if working == total:
        return "working"
    return "partly" if working * 2 >= total else "offline"
