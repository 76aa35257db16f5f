"""From meter readings to the periods that are priced. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from itertools import pairwise

import msgspec

from backend.tariffs.model import Period, PeriodKind

Hold = tuple[datetime, datetime]
"""From when until when the station was told to give nothing."""


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """A moment of a session: the register (Wh), the power then, and whether energy flows from here on.

    charging None: not told; a stretch that brought energy was charging, one that brought none was not.
    waiting: from here on the station withholds the power; declined: the car takes none of its own accord.
    """

    at: datetime
    energy_wh: int | Decimal
    power_w: int | None = None
    current_a: Decimal | None = None
    charging: bool | None = None
    waiting: bool = False
    declined: bool = False


MOMENT = timedelta(microseconds=1)
NOTHING_WH = 5
"""Meters creep: a stretch with less than this per quarter of an hour brought nothing."""


def from_readings(
    readings: Sequence[Reading], ends_at: datetime | None = None, holds: Sequence[Hold] = ()
) -> list[Period]:
    """Stretches between readings: charging; waiting where the station withheld the power or was told to (`holds`);
    parking where nothing flowed otherwise. Never negative energy.

    Readings in any order; of several at one moment the highest register counts. The last state goes on until
    `ends_at`. A hold, and the station's word that it withholds, count only for a car that took power, or would have:
    not for one that was full before.
    """
    ordered: list[Reading] = []
    for reading in sorted(readings, key=lambda one: (one.at, one.energy_wh)):
        if ordered and ordered[-1].at == reading.at:
            ordered[-1] = reading
        else:
            ordered.append(reading)
    if ends_at is not None and ordered and ordered[-1].at < ends_at:
        last = ordered[-1]
        ordered.append(msgspec.structs.replace(last, at=ends_at, charging=None))
    held = list(_that_count(ordered, holds)) if ordered else []
    found: list[Period] = []
    first = top = Decimal(ordered[0].energy_wh) if ordered else Decimal(0)
    full = False
    for one, following in pairwise(ordered):
        if not one.waiting:
            full = one.declined and top > first + NOTHING_WH
        wh = max(Decimal(following.energy_wh) - top, Decimal(0))
        top = max(top, Decimal(following.energy_wh))
        for begins_at, ends, share, withheld in _parts(one.at, following.at, wh, held):
            found.append(
                Period(
                    kind=_kind(one, ends - begins_at, share, withheld, full),
                    begins_at=begins_at,
                    ends_at=ends,
                    energy_wh=share,
                    current_a=one.current_a,
                )
            )
    return found


def _that_count(ordered: Sequence[Reading], holds: Sequence[Hold]) -> Iterator[Hold]:
    for begins_at, ends_at in sorted(holds):
        before = next((one for one in reversed(ordered) if one.at <= begins_at and not one.waiting), ordered[0])
        if begins_at < ends_at and not before.declined:
            yield begins_at, ends_at


def _parts(
    begin: datetime, end: datetime, wh: Decimal, held: Sequence[Hold]
) -> Iterator[tuple[datetime, datetime, Decimal, bool]]:
    """A stretch cut at the edges of holds: begin, end, energy, whether the power was withheld. What came flowed while
    it was not, evenly; where it always was, it flowed all the same."""
    if not held:  # as in most sessions, of which each running one comes here every few seconds
        yield begin, end, wh, False
        return
    edges = {begin, end, *(edge for hold in held for edge in hold if begin < edge < end)}
    parts = [(a, b, any(low <= a and b <= high for low, high in held)) for a, b in pairwise(sorted(edges))]
    free = sum((b - a for a, b, withheld in parts if not withheld), timedelta(0))
    never_free = not free
    for a, b, withheld in parts:
        share = Decimal(0)
        if not withheld:
            share = wh if b - a == free else (wh * ((b - a) // MOMENT) / (free // MOMENT)).to_integral_value(ROUND_DOWN)
            free -= b - a
            wh -= share
        elif never_free and b == end:
            share = wh
        yield a, b, share, withheld


def _kind(one: Reading, span: timedelta, wh: Decimal, withheld: bool, full: bool) -> PeriodKind:
    if one.waiting and not full:
        return PeriodKind.WAITING
    if withheld and not _some(span, wh):
        return PeriodKind.WAITING
    charging = _some(span, wh) if one.charging is None else one.charging or wh > 0
    return PeriodKind.CHARGING if charging else PeriodKind.PARKING


def _some(span: timedelta, wh: Decimal) -> bool:
    """Whether so much is more than a meter that creeps."""
    quarters = Decimal(span.total_seconds()) / 900
    return wh > NOTHING_WH * max(quarters, Decimal("0.01"))
