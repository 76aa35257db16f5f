"""A session cut where a restriction of its tariff begins or ends to hold: the same elements apply in a piece. Pure."""

from collections.abc import Iterator, Sequence
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


@dataclass(slots=True)
class Piece:
    """A part of a period in which the same elements apply."""

    period: Period
    begin: datetime
    end: datetime
    energy_wh: Fraction
    energy_before: Fraction
    elapsed: Fraction

    @property
    def seconds(self) -> Fraction:
        return span_s(self.end - self.begin)


def span_s(span: timedelta) -> Fraction:
    return Fraction(span // timedelta(microseconds=1), 1_000_000)


def pieces(tariff: Tariff, periods: Sequence[Period], zone: ZoneInfo) -> Iterator[Piece]:
    energy, elapsed = Fraction(0), Fraction(0)
    rules = [element.restrictions for element in tariff.elements if element.restrictions]
    began: datetime | None = None
    for period in sorted(periods, key=lambda one: one.begins_at):
        whole = span_s(period.ends_at - period.begins_at)
        wh = max(Fraction(period.energy_wh), Fraction(0))
        own = period.kind in RESERVATION_PARTS
        if not own:
            began = began or period.begins_at
            elapsed = span_s(period.begins_at - began)  # a gap is part of the session
        if whole <= 0:
            if wh > 0:
                yield Piece(period, period.begins_at, period.begins_at, wh, energy, elapsed)
                energy += wh
            continue
        cuts = {Fraction(0), whole}
        for rule in rules:
            cuts.update(_time_cuts(rule, period, whole, zone))
            if not own:
                cuts.update(Fraction(edge) - elapsed for edge in (rule.min_duration, rule.max_duration) if edge)
                if wh:
                    for edge in (rule.min_kwh, rule.max_kwh):
                        if edge:
                            cuts.add((Fraction(edge) * 1000 - energy) / wh * whole)
        inside = sorted(cut for cut in cuts if 0 <= cut <= whole)
        for begin, end in pairwise(inside):
            part = (end - begin) / whole
            yield Piece(
                period,
                _moment(period, begin),
                _moment(period, end),
                wh * part,
                energy + wh * begin / whole,
                elapsed + (Fraction(0) if own else begin),
            )
        energy += wh


def _time(text: str | None) -> time:
    return time.fromisoformat(text) if text else time(0)


def _moment(period: Period, offset: Fraction) -> datetime:
    return period.begins_at + timedelta(microseconds=round(offset * 1_000_000))


def _time_cuts(rule: Restrictions, period: Period, whole: Fraction, zone: ZoneInfo) -> Iterator[Fraction]:
    """Offsets (s) at which the clock or the calendar may change the answer."""
    if not (rule.start_time or rule.end_time or rule.day_of_week or rule.start_date or rule.end_date):
        return
    day = period.begins_at.astimezone(zone).date()
    last = period.ends_at.astimezone(zone).date()
    while day <= last:
        for edge in {time(0), _time(rule.start_time), _time(rule.end_time)}:
            for fold in (0, 1):  # where the clock is put back, a time of the day comes twice
                at = datetime.combine(day, edge, zone).replace(fold=fold).astimezone(UTC)
                yield span_s(at - period.begins_at)
        if (changed := _clock_change(day, zone)) is not None:
            yield span_s(changed - period.begins_at)
        day += timedelta(days=1)


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
        and _within(piece.energy_before / 1000, rule.min_kwh, rule.max_kwh)
        and _measured(_power_kw(piece), rule.min_power, rule.max_power)
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


def _within(value: Fraction, low: Decimal | int | None, high: Decimal | int | None) -> bool:
    return (low is None or value >= Fraction(low)) and (high is None or value < Fraction(high))


def _measured(value: Fraction | Decimal | None, low: Decimal | None, high: Decimal | None) -> bool:
    if low is None and high is None:
        return True
    return value is not None and _within(Fraction(value), low, high)


def _power_kw(piece: Piece) -> Fraction | None:
    if piece.period.power_w is not None:
        return Fraction(piece.period.power_w) / 1000
    seconds = piece.seconds
    return piece.energy_wh * HOUR / seconds / 1000 if seconds else None
