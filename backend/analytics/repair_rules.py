"""How often stations fail, how fast that is seen, taken and mended, and how often somebody had to drive there. Pure.

There is no norm for these figures, only definitions of the trade; the ones here stand in docs/figures.md.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from uuid import UUID

from shared.operations import RepairRow

HOLDS = timedelta(days=7)
"""A repair after which the same doesn't come back for so long was one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StationFact:
    station_id: UUID
    location: str
    model: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureFact:
    """An incident that kept a station or an outlet from its business. `visits`: of service partners, because of it."""

    station_id: UUID
    connector_id: UUID | None
    rule: str
    began_at: datetime | None
    opened_at: datetime
    acknowledged_at: datetime | None
    repaired_at: datetime | None
    visits: int = 0


def figures(
    name: str,
    stations: Sequence[StationFact],
    failures: Sequence[FailureFact],
    begin: datetime,
    end: datetime,
) -> RepairRow:
    """Of the failures of these stations that opened in begin…end. `end` is not later than now."""
    mine = {one.station_id for one in stations}
    known = [one for one in failures if one.station_id in mine]
    counted = [one for one in known if begin <= one.opened_at < end]
    repaired = [one for one in counted if one.repaired_at is not None and one.repaired_at <= end]
    proven = [held for one in repaired if (held := held_at_once(one, known, end)) is not None]
    up_h = sum(_hours(max(one.since, begin), end) for one in stations) - _down_h(known, begin, end)
    return RepairRow(
        name=name,
        stations=len(stations),
        failures=len(counted),
        between_failures_h=max(0.0, up_h) / len(counted) if counted else None,
        detect_s=_middle((one.opened_at - one.began_at) for one in counted if one.began_at is not None),
        acknowledge_s=_middle((one.acknowledged_at - one.opened_at) for one in counted if one.acknowledged_at),
        repair_s=_middle((one.repaired_at - one.opened_at) for one in repaired if one.repaired_at),
        first_time_fix=sum(proven) / len(proven) if proven else None,
        without_visit=sum(not one.visits for one in repaired) / len(repaired) if repaired else None,
        visits=sum(one.visits for one in counted),
    )


def held_at_once(one: FailureFact, failures: Iterable[FailureFact], now: datetime) -> bool | None:
    """Whether one repair was enough: one visit at most, and the same didn't come back at the place within seven days.
    None: it is too early to tell."""
    assert one.repaired_at is not None
    until = one.repaired_at + HOLDS
    place = (one.station_id, one.connector_id, one.rule)
    back = any(
        (other.station_id, other.connector_id, other.rule) == place and one.repaired_at <= other.opened_at < until
        for other in failures
        if other is not one
    )
    if back or one.visits > 1:
        return False
    return None if now < until else True


def _hours(begin: datetime, end: datetime) -> float:
    return max(0.0, (end - begin).total_seconds() / 3600)


def _middle(spans: Iterable[timedelta]) -> float | None:
    """The median in seconds; None of none."""
    found = [max(0.0, one.total_seconds()) for one in spans]
    return median(found) if found else None


def _down_h(failures: Iterable[FailureFact], begin: datetime, end: datetime) -> float:
    """Hours in which a station failed in some way; what overlaps at a station counts once."""
    total, reached = 0.0, dict[UUID, datetime]()
    for one in sorted(failures, key=lambda one: one.began_at or one.opened_at):
        start = max(one.began_at or one.opened_at, begin, reached.get(one.station_id, begin))
        stop = min(one.repaired_at or end, end)
        total += _hours(start, stop)
        reached[one.station_id] = max(stop, reached.get(one.station_id, begin))
    return total
