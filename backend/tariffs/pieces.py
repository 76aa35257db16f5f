"""A session cut where a restriction of its tariff begins or ends to hold: the same elements apply in a piece. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from backend.tariffs.model import (
    WEEKDAYS,
    Period,
    PeriodKind,
    ReservationPart,
    Restrictions,
    Tariff,
)

HOUR = 3600
MICROSECOND, A_SECOND = timedelta(microseconds=1), 1_000_000
RESERVATION_PARTS: dict[PeriodKind, tuple[ReservationPart, ...]] = {
    PeriodKind.RESERVATION: (ReservationPart.RESERVATION,),
    PeriodKind.RESERVATION_EXPIRED: (ReservationPart.RESERVATION_EXPIRES, ReservationPart.RESERVATION),
    PeriodKind.RESERVATION_CANCELLED: (ReservationPart.RESERVATION,),
}
"""Whose elements price a reservation, the first one before the second: who lets it expire pays for the time that was
reserved, as anybody does, and what expiring costs (OCPI 2.2.1, ReservationRestrictionType). One that is given back
costs its time until then: it doesn't expire."""
UNUSED = frozenset({PeriodKind.RESERVATION_EXPIRED, PeriodKind.RESERVATION_CANCELLED})
"""No session follows."""


Exact = int | Fraction
"""Whole numbers wherever they do: fractions cost ten times as much. Never divide one by another without a Fraction."""


@dataclass(slots=True)
class Piece:
    """A part of a period in which the same elements apply, or of several that follow each other."""

    period: Period
    begin: datetime
    end: datetime
    energy_wh: Exact
    energy_before: Exact
    elapsed: Exact

    @property
    def seconds(self) -> Exact:
        return span_s(self.end - self.begin)

    @property
    def micros(self) -> int:
        return (self.end - self.begin) // MICROSECOND


def span_s(span: timedelta) -> Exact:
    if not span.microseconds:
        return span.days * 86_400 + span.seconds
    return Fraction(span // MICROSECOND, A_SECOND)


@lru_cache(4_096)
def exactly(number: Decimal | int) -> Exact:
    whole = int(number)
    return whole if whole == number else Fraction(number)


def pieces(tariff: Tariff, periods: Sequence[Period], zone: ZoneInfo) -> Iterator[Piece]:
    rules = [element.restrictions for element in tariff.elements if element.restrictions]
    ordered = sorted(periods, key=lambda one: one.begins_at)
    edges = _clock_edges(rules, ordered, zone)
    found = _pieces(rules, ordered, edges)
    return found if any(map(_measures, rules)) else _joined(found, frozenset(edges))


def _measures(rule: Restrictions) -> bool:
    """Whether it asks for more than the clock and the calendar."""
    return any(
        edge is not None
        for edge in (
            *(rule.min_kwh, rule.max_kwh, rule.min_duration, rule.max_duration),
            *(rule.min_power, rule.max_power, rule.min_current, rule.max_current),
        )
    )


def _joined(found: Iterable[Piece], edges: Collection[datetime]) -> Iterator[Piece]:
    """The same in fewer pieces, where only the clock decides: what follows without a gap and without an edge."""
    last: Piece | None = None
    for one in found:
        if last is not None:
            same = last.period.kind is one.period.kind and one.period.kind not in RESERVATION_PARTS
            if same and last.end == one.begin and one.begin not in edges:
                last.end = one.end
                last.energy_wh += one.energy_wh
                continue
            yield last
        last = one
    if last is not None:
        yield last


def _pieces(rules: Sequence[Restrictions], periods: Sequence[Period], edges: Sequence[datetime]) -> Iterator[Piece]:
    energy: Exact = 0
    elapsed: Exact = 0
    durations = [edge for rule in rules for edge in (rule.min_duration, rule.max_duration) if edge]
    energies = [exactly(edge * 1000) for rule in rules for edge in (rule.min_kwh, rule.max_kwh) if edge]
    began: datetime | None = None
    if not rules:
        yield from _uncut(periods)
        return
    for period in periods:
        whole = span_s(period.ends_at - period.begins_at)
        wh = max(exactly(period.energy_wh), 0)
        own = period.kind in RESERVATION_PARTS
        if not own:
            began = began or period.begins_at
            elapsed = span_s(period.begins_at - began)  # a gap is part of the session
        if whole <= 0:
            if wh > 0:
                yield Piece(period, period.begins_at, period.begins_at, wh, energy, elapsed)
                energy += wh
            continue
        first, last = bisect_right(edges, period.begins_at), bisect_left(edges, period.ends_at)
        cuts: set[Exact] = {span_s(edge - period.begins_at) for edge in edges[first:last]}
        if not own:
            cuts.update(edge - elapsed for edge in durations)
            if wh:
                cuts.update(Fraction(edge - energy) / wh * whole for edge in energies)
        inside = sorted(cut for cut in cuts if 0 < cut < whole)
        if not inside:
            yield Piece(period, period.begins_at, period.ends_at, wh, energy, elapsed)
        else:
            for begin, end in pairwise((0, *inside, whole)):
                yield Piece(
                    period,
                    _moment(period, begin),
                    _moment(period, end),
                    wh * (Fraction(end - begin) / whole),
                    energy + wh * (Fraction(begin) / whole),
                    elapsed + (0 if own else begin),
                )
        energy += wh


def _uncut(periods: Sequence[Period]) -> Iterator[Piece]:
    """Where nothing restricts a price nobody asks what was before."""
    for period in periods:
        wh = max(exactly(period.energy_wh), 0)
        if period.ends_at > period.begins_at:
            yield Piece(period, period.begins_at, period.ends_at, wh, 0, 0)
        elif wh > 0:
            yield Piece(period, period.begins_at, period.begins_at, wh, 0, 0)


@lru_cache(1_000)
def _time(text: str | None) -> time:
    return time.fromisoformat(text) if text else time(0)


def _moment(period: Period, offset: Exact) -> datetime:
    return period.begins_at + timedelta(microseconds=round(offset * 1_000_000))


def _clock_edges(rules: Sequence[Restrictions], periods: Sequence[Period], zone: ZoneInfo) -> list[datetime]:
    """The moments of a session at which the clock or the calendar may change the answer, in order."""
    found: set[datetime] = set()
    if not periods:
        return []
    first = periods[0].begins_at.astimezone(zone).date()
    last = max(period.ends_at for period in periods).astimezone(zone).date()
    for rule in rules:
        if not (rule.start_time or rule.end_time or rule.day_of_week or rule.start_date or rule.end_date):
            continue
        day = first
        while day <= last:
            for edge in {time(0), _time(rule.start_time), _time(rule.end_time)}:
                for fold in (0, 1):  # where the clock is put back, a time of the day comes twice
                    found.add(datetime.combine(day, edge, zone).replace(fold=fold).astimezone(UTC))
            if (changed := _clock_change(day, zone)) is not None:
                found.add(changed)
            day += timedelta(days=1)
    return sorted(found)


@lru_cache(1_000)
def _clock_change(day: date, zone: ZoneInfo) -> datetime | None:
    """When the clock of this day is put forward or back, to the minute: an edge that it skips lies there."""
    low = datetime.combine(day, time(0), zone).astimezone(UTC)
    high = datetime.combine(day + timedelta(days=1), time(0), zone).astimezone(UTC)
    before = low.astimezone(zone).utcoffset()
    if before == high.astimezone(zone).utcoffset():
        return None
    while high - low > timedelta(minutes=1):
        middle = low + (high - low) // timedelta(minutes=2) * timedelta(minutes=1)
        if middle.astimezone(zone).utcoffset() == before:
            low = middle
        else:
            high = middle
    return high


def parts(piece: Piece) -> tuple[ReservationPart | None, ...]:
    """What the `reservation` of an element must be to price the piece, in order of precedence."""
    return RESERVATION_PARTS.get(piece.period.kind, (None,))


def applies(rule: Restrictions | None, piece: Piece, zone: ZoneInfo, part: ReservationPart | None) -> bool:
    """`part`: one of `parts(piece)`."""
    if rule is None:
        return part is None
    if rule.reservation is not part:
        return False
    local = piece.begin.astimezone(zone)
    return (
        _clock(rule, local)
        and _within(piece.elapsed, rule.min_duration, rule.max_duration)
        and _within(Fraction(piece.energy_before, 1000), rule.min_kwh, rule.max_kwh)
        and (rule.min_power is rule.max_power is None or _measured(_power_kw(piece), rule.min_power, rule.max_power))
        and _measured(piece.period.current_a, rule.min_current, rule.max_current)
    )


def _clock(rule: Restrictions, local: datetime) -> bool:
    if rule.day_of_week and WEEKDAYS[local.weekday()] not in rule.day_of_week:
        return False
    if rule.start_date and local.date() < rule.start_date:
        return False
    if rule.end_date and local.date() >= rule.end_date:
        return False
    begin, end, now = _time(rule.start_time), _time(rule.end_time), local.time()
    if begin < end:
        return begin <= now < end
    return now >= begin or now < end


def _within(value: Exact, low: Decimal | int | None, high: Decimal | int | None) -> bool:
    return (low is None or value >= exactly(low)) and (high is None or value < exactly(high))


def _measured(value: Exact | Decimal | None, low: Decimal | None, high: Decimal | None) -> bool:
    if low is None and high is None:
        return True
    return value is not None and _within(value if isinstance(value, int | Fraction) else exactly(value), low, high)


def _power_kw(piece: Piece) -> Fraction | None:
    if piece.period.power_w is not None:
        return Fraction(piece.period.power_w) / 1000
    seconds = piece.seconds
    return Fraction(piece.energy_wh) * HOUR / seconds / 1000 if seconds else None
