"""What the meter of an outlet shows, held against what its station was told. Pure."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from backend.sites.rules import HIGH_VOLTAGE, LOW_VOLTAGE, VOLTAGE, Lane

STEADY_A = 3.0


class Shown(NamedTuple):
    """What the meter of an outlet shows: watts over all, and of one phase amperes and volts, as far as it tells."""

    power_w: float | None = None
    current_a: float | None = None
    volts: float | None = None


def shown(car: Mapping[str, Any], *, direct: bool) -> Shown:
    """`car`: a row of `store.cars`. Amperes and volts of direct current say nothing about the mains."""
    power, amps, volts = (
        None if car[name] is None else float(car[name]) for name in ("power_w", "current_a", "voltage_v")
    )
    return Shown(power) if direct else Shown(power, amps, volts)


def phases_of(told: Shown, most: int) -> int | None:
    """On how many phases a car charges, from what the meter shows; None: it doesn't tell."""
    if not told.power_w or not told.current_a or told.current_a < STEADY_A:
        return None
    return max(1, min(most, round(told.power_w / (told.current_a * VOLTAGE))))


def drawn_a(told: Shown, lane: Lane, phases: int) -> float:
    """Amperes of each phase, to be held against those it was given. Watts are compared with what was told in watts; a
    current counts for itself, as far as the watts don't show that it can't be true."""
    power_w, amps = told.power_w or 0.0, max(told.current_a or 0.0, 0.0)
    if lane.volts < VOLTAGE:
        return max(amps, power_w / (lane.volts * phases * lane.efficiency))
    if told.current_a is not None:
        return max(amps, power_w / (HIGH_VOLTAGE * phases))
    volts = told.volts or VOLTAGE
    return power_w / ((volts if LOW_VOLTAGE <= volts <= HIGH_VOLTAGE else VOLTAGE) * phases)


def said_most_a(car: Mapping[str, Any], lane: Lane, *, direct: bool) -> float:
    """As the car told its station (NotifyEVChargingNeeds); else what the outlet gives. `car`: a row of `store.cars`."""
    if direct:
        said = (car["needs_w"] or 0) / (lane.volts * lane.phases * lane.efficiency)
    else:
        said = (car["needs_a"] or 0) * VOLTAGE / lane.volts
    return min(lane.maximum_a, max(lane.minimum_a, said)) if said > 0 else lane.maximum_a
