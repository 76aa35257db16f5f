"""Key figures from facts. Pure.

A port (an EVSE) serves one car at a time, whatever number of plugs it has: shares of time are counted in ports.

- utilisation: port time in use / port time (a transaction holds its port from begin to end).
- uptime: port time not in outage / port time. Outage: every plug of the port says faulted or unavailable, or its
  station is offline (after 23 CFR 680.116(b), without the exclusions that need evidence). Not knowing is no outage.
- load: energy / what the ports could have given at their rated power.
- reliability, of rapid ports (50 kW and more) alone: port time in which it doesn't say that it is faulted or out of
  service / port time (UK Public Charge Point Regulations 2023, regulation 7: what the network doesn't know of counts as
  reliable, so a lost connection is no failure; places are taken to be open day and night).
- success: sessions that gave at least 0.1 kWh / all tries. A start from the app that never began is a try.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import zip_longest
from uuid import UUID
from zoneinfo import ZoneInfo

from shared.operations import DailyRow

SUCCESS_WH = 100
OUTAGE = frozenset({"faulted", "unavailable", "offline"})
UNRELIABLE = frozenset({"faulted", "unavailable"})
"""OCPI's OUTOFORDER and INOPERATIVE."""
RAPID_W = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFact:
    """One try to charge. `begun_at` None: it never began. An active one has no `ended_at`."""

    location_id: UUID | None
    begun_at: datetime | None
    ended_at: datetime | None
    tried_at: datetime
    energy_wh: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EarnedFact:
    """A bill, also that of a reservation nobody used, or a correction of one (negative where it gives back)."""

    location_id: UUID | None
    written_at: datetime
    gross: Decimal
    net: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusFact:
    """From `at` on, a connector (or with connector_id None the whole station) is in this state."""

    station_id: UUID
    connector_id: UUID | None
    at: datetime
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorFact:
    connector_id: UUID
    station_id: UUID
    evse: int
    location_id: UUID | None
    since: datetime
    """When it came into the network: time before counts for nothing."""
    power_w: int = 0


@dataclass(slots=True)
class _Sum:
    sessions: int = 0
    successful: int = 0
    energy_wh: int = 0
    revenue: Decimal = Decimal(0)
    revenue_excl: Decimal = Decimal(0)
    used: timedelta = timedelta(0)
    there: timedelta = timedelta(0)
    out: timedelta = timedelta(0)
    able_wh: float = 0.0
    rapid: timedelta = timedelta(0)
    unreliable: timedelta = timedelta(0)

    def add(self, other: "_Sum") -> None:
        self.sessions += other.sessions
        self.successful += other.successful
        self.energy_wh += other.energy_wh
        self.revenue += other.revenue
        self.revenue_excl += other.revenue_excl
        self.used += other.used
        self.there += other.there
        self.out += other.out
        self.able_wh += other.able_wh
        self.rapid += other.rapid
        self.unreliable += other.unreliable


Key = tuple[date, UUID | None]
Span = tuple[datetime, datetime]


@dataclass(slots=True)
class Figures:
    """Sums by (day, location); combine them into rows with `row`."""

    sums: dict[Key, _Sum] = field(default_factory=lambda: defaultdict(_Sum))

    def row(self, day: date, location_id: UUID | None, location: str, keys: Iterable[Key], currency: str) -> DailyRow:
        total = _Sum()
        for key in keys:
            if key in self.sums:
                total.add(self.sums[key])
        return DailyRow(
            day=day,
            location_id=str(location_id) if location_id else None,
            location=location,
            sessions=total.sessions,
            successful_sessions=total.successful,
            energy_wh=total.energy_wh,
            revenue=total.revenue,
            revenue_excl=total.revenue_excl,
            currency=currency,
            utilisation=_share(total.used, total.there),
            uptime=None if (out := _share(total.out, total.there)) is None else 1 - out,
            success=total.successful / total.sessions if total.sessions else None,
            load=min(1.0, total.energy_wh / total.able_wh) if total.able_wh else None,
            reliability=None if (bad := _share(total.unreliable, total.rapid)) is None else 1 - bad,
        )


def _share(part: timedelta, whole: timedelta) -> float | None:
    return min(1.0, part / whole) if whole else None


def day_edges(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When a local day begins and ends; 23 or 25 hours apart at clock changes."""
    return (
        datetime.combine(day, time(), zone),
        datetime.combine(day + timedelta(days=1), time(), zone),
    )


def split_days(
    begin: datetime, end: datetime, first: date, last: date, zone: ZoneInfo
) -> Iterator[tuple[date, timedelta]]:
    """How much of begin…end falls on each local day of first…last."""
    day = max(first, begin.astimezone(zone).date())
    while day <= last:
        from_, to = day_edges(day, zone)
        if from_ >= end:
            return
        # Differences of aware times in one zone are taken on the wall clock: go through timestamps.
        seconds = min(end, to).timestamp() - max(begin, from_).timestamp()
        if seconds > 0:
            yield day, timedelta(seconds=seconds)
        day += timedelta(days=1)


def figures(
    first: date,
    last: date,
    zone: ZoneInfo,
    now: datetime,
    sessions: Iterable[SessionFact],
    connectors: Sequence[ConnectorFact],
    statuses: Iterable[StatusFact],
    earned: Iterable[EarnedFact] = (),
) -> Figures:
    """Everything of first…last (local days, both included). A session counts on the day it ended or failed, revenue on
    the day its bill or correction was written, as exports and settlement count it."""
    found = Figures()
    for one in earned:
        day = one.written_at.astimezone(zone).date()
        if first <= day <= last:
            found.sums[day, one.location_id].revenue += one.gross
            found.sums[day, one.location_id].revenue_excl += one.net
    for session in sessions:
        _count_session(found, session, first, last, zone, now)
    told = list(statuses)
    outages = _outages(connectors, told, now, OUTAGE)
    failures = _outages(connectors, told, now, UNRELIABLE)
    for plugs in _ports(connectors):
        since, place = min(one.since for one in plugs), plugs[0].location_id
        power_w = max(one.power_w for one in plugs)
        for day, there in split_days(since, now, first, last, zone):
            total = found.sums[day, place]
            total.there += there
            total.able_wh += power_w * there.total_seconds() / 3600
            total.rapid += there if power_w >= RAPID_W else timedelta(0)
        for begin, end in _common([outages[one.connector_id] for one in plugs]):
            for day, out in split_days(max(begin, since), end, first, last, zone):
                found.sums[day, place].out += out
        if power_w < RAPID_W:
            continue
        for begin, end in _common([failures[one.connector_id] for one in plugs]):
            for day, out in split_days(max(begin, since), end, first, last, zone):
                found.sums[day, place].unreliable += out
    return found


def _count_session(
    found: Figures, session: SessionFact, first: date, last: date, zone: ZoneInfo, now: datetime
) -> None:
    day = (session.ended_at or session.tried_at).astimezone(zone).date()
    if first <= day <= last and (session.ended_at or session.begun_at is None):
        total = found.sums[day, session.location_id]
        total.sessions += 1
        total.successful += session.energy_wh >= SUCCESS_WH
        total.energy_wh += session.energy_wh
    if session.begun_at:
        for used_day, used in split_days(session.begun_at, session.ended_at or now, first, last, zone):
            found.sums[used_day, session.location_id].used += used


def _ports(connectors: Iterable[ConnectorFact]) -> Iterable[list[ConnectorFact]]:
    ports: dict[tuple[UUID, int], list[ConnectorFact]] = defaultdict(list)
    for one in connectors:
        ports[one.station_id, one.evse].append(one)
    return ports.values()


def _outages(
    connectors: Sequence[ConnectorFact], statuses: Iterable[StatusFact], now: datetime, bad: frozenset[str]
) -> Mapping[UUID, list[Span]]:
    """When each connector was out, by its own word or because its station was: overlaps are counted once."""
    own: dict[UUID, list[StatusFact]] = defaultdict(list)
    whole: dict[UUID, list[StatusFact]] = defaultdict(list)
    for status in statuses:
        if status.connector_id is None:
            whole[status.station_id].append(status)
        else:
            own[status.connector_id].append(status)
    return {
        one.connector_id: _union([*_bad(own[one.connector_id], now, bad), *_bad(whole[one.station_id], now, bad)])
        for one in connectors
    }


def _bad(history: list[StatusFact], now: datetime, bad: frozenset[str]) -> Iterator[Span]:
    ordered = sorted(history, key=lambda one: one.at)
    for one, following in zip_longest(ordered, ordered[1:]):
        if one.status in bad:
            yield one.at, following.at if following else now


def _common(histories: Sequence[list[Span]]) -> list[Span]:
    """When all of them are out at once."""
    found = histories[0]
    for other in histories[1:]:
        both = [(max(a, c), min(b, d)) for a, b in found for c, d in other]
        found = [(begin, end) for begin, end in both if begin < end]
    return found


def _union(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for begin, end in sorted(spans):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged


def spread(value: str) -> str:
    """A cell of a CSV that no spreadsheet takes for a formula."""
    return f"'{value}" if value[:1] in ("=", "+", "-", "@", "\t", "\r") else value
