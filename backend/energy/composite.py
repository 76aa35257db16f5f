"""What several charging profiles come to at each moment (1.6 3.13, 2.0.1 K01 and Part 2 3.). Exact, and pure.

For one EVSE: the profile of the transaction, or else the default one, says what is wanted; the higher stack level
wins within a purpose. The maximum of the station and external constraints then lower it. Where no profile speaks,
the station's own limit holds. For the station as a whole (EVSE 0) its EVSEs are added up first, each below the limits
that others set for it alone.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

import msgspec

from shared.energy import DAY_S, ChargingSchedule, Kind, Purpose, RateUnit, Recurrency, SchedulePeriod

VOLTAGE = Decimal(230)
PHASES = 3
RECURRENCE_S = {Recurrency.DAILY: DAY_S, Recurrency.WEEKLY: 7 * DAY_S}


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A profile that a station holds. evse 0: for all. begun_at: when the transaction of a TxProfile began."""

    evse: int
    purpose: Purpose
    kind: Kind
    stack_level: int
    schedule: ChargingSchedule
    recurrency: Recurrency | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None


class Supply(msgspec.Struct, frozen=True, kw_only=True):
    """What stands behind: `default_a` where no profile speaks; an EVSE of DC has no phases, and counts as three."""

    default_a: Decimal = Decimal(48)
    phases: int = PHASES
    voltage: Decimal = VOLTAGE


class _Said(NamedTuple):
    limit: Decimal
    unit: RateUnit
    phases: int | None


def composite(
    held: Sequence[Held],
    *,
    evse: int,
    evses: Sequence[int],
    starts_at: datetime,
    duration_s: int,
    unit: RateUnit,
    begun: Mapping[int, datetime] | None = None,
    supply: Supply | None = None,
) -> list[SchedulePeriod]:
    """Periods from `starts_at` on, never none of them. `begun`: EVSE → since when its transaction runs.

    Times count in whole seconds, as on the wire. Limits are exact; the wire has one decimal.
    """
    begun, supply = begun or {}, supply or Supply()
    start = starts_at.replace(microsecond=0)
    edges = {0}
    for one in held:
        for number in _affected(one, evse, evses):
            edges.update(_edges(one, begun.get(number), start, duration_s))
    found: list[SchedulePeriod] = []
    for offset in sorted(edge for edge in edges if 0 <= edge < duration_s):
        limit, phases = _at(held, evse, evses, start, offset, unit, begun, supply)
        if not found or (found[-1].limit, found[-1].phases) != (limit, phases):
            found.append(SchedulePeriod(start_s=offset, limit=limit, phases=phases))
    return found


def _affected(one: Held, evse: int, evses: Sequence[int]) -> Iterable[int]:
    """The EVSEs of the question in which this profile may say something."""
    asked = evses or (0,) if evse == 0 else (evse,)
    return asked if one.evse == 0 else [number for number in asked if number == one.evse]


# --- when a profile says something -------------------------------------------------------------------


def _begin(one: Held, begun_at: datetime | None, start: datetime) -> datetime:
    """From when its periods count: relative ones from the begin of the transaction, else from that of the question."""
    if one.kind is Kind.RELATIVE or one.schedule.starts_at is None:
        return (begun_at or start).replace(microsecond=0)
    return one.schedule.starts_at.replace(microsecond=0)


def _length(one: Held) -> int | None:
    """How long its schedule lasts (once); None: for ever."""
    length = one.schedule.duration_s
    if one.kind is Kind.RECURRING and one.recurrency is not None:
        return min(length or RECURRENCE_S[one.recurrency], RECURRENCE_S[one.recurrency])
    return length


def _runs(one: Held, begun_at: datetime | None, start: datetime, until: datetime) -> Iterator[datetime]:
    """The begins of its schedule that matter before `until`: one, or one for each recurrence."""
    first = _begin(one, begun_at, start)
    if one.kind is not Kind.RECURRING or one.recurrency is None:
        yield first
        return
    every = timedelta(seconds=RECURRENCE_S[one.recurrency])
    at = first + every * max(0, (start - first) // every)
    while at < until:
        yield at
        at += every


def _edges(one: Held, begun_at: datetime | None, start: datetime, duration_s: int) -> Iterator[int]:
    """The seconds after `start` at which it may begin to say something else."""
    until = start + timedelta(seconds=duration_s)
    for moment in (one.valid_from, one.valid_to):
        if moment is not None:
            yield _seconds(moment.replace(microsecond=0) - start)
    for begin in _runs(one, begun_at, start, until):
        at = _seconds(begin - start)
        for period in one.schedule.periods:
            yield at + period.start_s
        if (length := _length(one)) is not None:
            yield at + length


def _seconds(span: timedelta) -> int:
    return span // timedelta(seconds=1)


def _says(one: Held, begun_at: datetime | None, start: datetime, offset: int) -> _Said | None:
    at = start + timedelta(seconds=offset)
    if (one.valid_from and at < one.valid_from.replace(microsecond=0)) or (
        one.valid_to and at >= one.valid_to.replace(microsecond=0)
    ):
        return None
    length = _length(one)
    for begin in _runs(one, begun_at, start, at + timedelta(seconds=1)):
        into = _seconds(at - begin)
        if into < 0 or (length is not None and into >= length):
            continue
        period = next((each for each in reversed(one.schedule.periods) if each.start_s <= into), None)
        if period is not None:
            return _Said(period.limit, one.schedule.unit, period.phases)
    return None


# --- who wins ----------------------------------------------------------------------------------------


def _top(
    held: Sequence[Held], purpose: Purpose, evse: int, begun_at: datetime | None, start: datetime, offset: int
) -> _Said | None:
    """What the highest stack level of a purpose says that says anything. An EVSE's own wins over one for all."""
    fitting = [one for one in held if one.purpose is purpose and one.evse in (0, evse)]
    for one in sorted(fitting, key=lambda one: (one.stack_level, one.evse != 0), reverse=True):
        said = _says(one, begun_at, start, offset)
        if said is not None:
            return said
    return None


def _external(held: Sequence[Held], evse: int, start: datetime, offset: int) -> list[_Said]:
    """Limits of others for just this EVSE (0: the station): each of them holds, whoever set it, on whatever level."""
    found = (_says(one, None, start, offset) for one in held if one.purpose is Purpose.EXTERNAL and one.evse == evse)
    return [said for said in found if said is not None]


def _at(
    held: Sequence[Held],
    evse: int,
    evses: Sequence[int],
    start: datetime,
    offset: int,
    unit: RateUnit,
    begun: Mapping[int, datetime],
    supply: Supply,
) -> tuple[Decimal, int | None]:
    """(limit in the unit that was asked for, phases where a profile named them)."""
    top = _top(held, Purpose.STATION_MAX, 0, None, start, offset)
    caps = [*_external(held, 0, start, offset), *([top] if top else [])]
    outlets = [
        (_want(held, number, begun.get(number), start, offset), _external(held, number, start, offset))
        for number in ((evses or (-1,)) if evse == 0 else (evse,))
    ]
    spoken = [*caps, *(want for want, _ in outlets if want is not None), *(one for _, own in outlets for one in own)]
    named = [one.phases for one in spoken if one.phases is not None]
    phases = min(named) if named else None
    default = _Said(supply.default_a, RateUnit.AMPERE, None)
    if any(want is not None or own for want, own in outlets):
        limits = (min(_in(one, unit, phases, supply) for one in (want or default, *own)) for want, own in outlets)
        limit = sum(limits, Decimal(0))
    else:
        limit = _in(default, unit, phases, supply)
    return min([limit, *(_in(one, unit, phases, supply) for one in caps)]), phases


def _want(held: Sequence[Held], evse: int, begun_at: datetime | None, start: datetime, offset: int) -> _Said | None:
    """The profile of the running transaction, else the default one."""
    own = _top(held, Purpose.TRANSACTION, evse, begun_at, start, offset) if begun_at is not None else None
    return own or _top(held, Purpose.DEFAULT, evse, begun_at, start, offset)


def _in(said: _Said, unit: RateUnit, phases: int | None, supply: Supply) -> Decimal:
    """In the unit that was asked for; amperes are those of each phase."""
    if said.unit is unit:
        return said.limit
    volts = supply.voltage * (phases or supply.phases)
    return said.limit * volts if unit is RateUnit.WATT else said.limit / volts


def differ(told: Sequence[SchedulePeriod], computed: Sequence[SchedulePeriod], duration_s: int) -> int | None:
    """The first second at which two schedules differ by more than the wire can tell (0.1), or in phases that both
    name; None: nowhere."""
    tolerance = Decimal("0.1")
    for edge in sorted({one.start_s for one in (*told, *computed) if one.start_s < duration_s}):
        ours, theirs = _at_second(computed, edge), _at_second(told, edge)
        if ours is None or theirs is None or abs(ours.limit - theirs.limit) > tolerance:
            return edge
        if None not in (ours.phases, theirs.phases) and ours.phases != theirs.phases:
            return edge
    return None


def _at_second(periods: Sequence[SchedulePeriod], second: int) -> SchedulePeriod | None:
    return next((one for one in reversed(periods) if one.start_s <= second), None)


def limit_at(periods: Sequence[SchedulePeriod], second: int) -> Decimal | None:
    found = _at_second(periods, second)
    return None if found is None else found.limit


def within(plan: Sequence[SchedulePeriod], limits: Sequence[SchedulePeriod], duration_s: int) -> bool:
    """Whether a plan stays at or below the limits at every moment."""
    edges = sorted({one.start_s for one in (*plan, *limits) if one.start_s < duration_s})
    for edge, _ in pairwise([*edges, duration_s]):
        planned, limit = limit_at(plan, edge), limit_at(limits, edge)
        if planned is not None and limit is not None and planned > limit:
            return False
    return True
