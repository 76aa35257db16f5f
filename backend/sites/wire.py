"""What a station is sent: our limits as charging profiles, in the unit that it wants. Pure."""

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any

from backend.energy.core.safety import Message
from backend.sites import rules
from backend.sites.rules import Lane
from shared.energy import ChargingProfile, ChargingSchedule, Kind, Purpose, RateUnit, SchedulePeriod

OURS_FROM = 1_000_000_000
"""Numbers of the controller's own profiles: above it."""
TENTH = Decimal("0.1")
GUARD = timedelta(seconds=60)
"""Clocks differ: in the station a limit above the fallback ends so much earlier than it counts here."""
BEGUN = timedelta(seconds=5)
Row = Mapping[str, Any]


def tenth(current_a: float | Decimal) -> Decimal:
    return Decimal(str(round(float(current_a), 4))).quantize(TENTH, ROUND_DOWN)


def in_watts(outlet: Row) -> bool:
    """As the station wants it: direct current always, and one that knows no amperes."""
    units = (outlet["units"] or "").lower()
    return bool(outlet["dc"]) or (bool(units) and not any(word in units.split(",") for word in ("a", "current")))


def as_told(lane: Lane, outlet: Row) -> Lane:
    """Of a station that is told watts. What knows amperes behind it needs its least at the usual voltage, too."""
    if not in_watts(outlet):
        return lane
    more = 1.0 if outlet["dc"] else rules.VOLTAGE / rules.LOW_VOLTAGE
    least = min(lane.maximum_a, math.ceil(lane.minimum_a * more * 10 - 1e-6) / 10)
    reaches = lane.efficiency if outlet["dc"] else 1.0
    return replace(lane, volts=rules.LOW_VOLTAGE, minimum_a=least, efficiency=reaches)


def fallback(outlet: Row, lane: Lane, current_a: float, level: int, now: datetime) -> ChargingProfile:
    schedule = _schedule(outlet, lane, current_a, lane.phases, now, None)
    return _profile(OURS_FROM + lane.evse * 10, Purpose.DEFAULT, level, schedule)


def limit(outlet: Row, lane: Lane, phases: int, message: Message, level: int, now: datetime) -> ChargingProfile:
    """`phases`: on which the car charges, as far as is known; in watts they tell how much a current is."""
    holds_s = None
    if not math.isinf(message.until):
        ends = datetime.fromtimestamp(message.until, UTC)
        ends += GUARD if message.amps < lane.fallback_a else -GUARD
        holds_s = max(1, int((ends - now + BEGUN).total_seconds()))
    told = phases if in_watts(outlet) else message.phases or lane.phases
    schedule = _schedule(outlet, lane, message.amps, told, now, holds_s)
    return _profile(OURS_FROM + lane.evse * 10 + 1, Purpose.TRANSACTION, level, schedule)


def maximum(outlet: Row, current_a: Decimal, level: int, now: datetime) -> ChargingProfile:
    """Of a station as a whole."""
    volts = Decimal(str(rules.LOW_VOLTAGE)) * rules.PHASES
    watts = in_watts(outlet)
    schedule = ChargingSchedule(
        unit=RateUnit.WATT if watts else RateUnit.AMPERE,
        periods=[SchedulePeriod(start_s=0, limit=current_a * volts if watts else current_a)],
        starts_at=now.replace(microsecond=0) - BEGUN,
    )
    return _profile(OURS_FROM, Purpose.STATION_MAX, level, schedule)


def _schedule(
    outlet: Row, lane: Lane, current_a: float, phases: int, now: datetime, holds_s: int | None
) -> ChargingSchedule:
    told, watts = tenth(current_a), in_watts(outlet)
    if watts:
        reaches = Decimal(str(lane.efficiency)) if outlet["dc"] else Decimal(1)
        told = (told * Decimal(str(lane.volts)) * phases * reaches).quantize(TENTH, ROUND_DOWN)
    return ChargingSchedule(
        unit=RateUnit.WATT if watts else RateUnit.AMPERE,
        periods=[SchedulePeriod(start_s=0, limit=told, phases=None if watts else phases)],
        starts_at=now.replace(microsecond=0) - BEGUN,
        duration_s=holds_s,
    )


def _profile(number: int, purpose: Purpose, level: int, schedule: ChargingSchedule) -> ChargingProfile:
    return ChargingProfile(number=number, purpose=purpose, kind=Kind.ABSOLUTE, stack_level=level, schedules=[schedule])
