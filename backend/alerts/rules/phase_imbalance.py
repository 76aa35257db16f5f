"""One phase gives much less than the others while a car charges with all three: a blown fuse, a burnt contact."""

from collections.abc import Callable, Sequence

from backend.alerts.rules.base import Finding, RunningFacts, of
from shared.operations import Severity

NONE_V = 50
"""What a wire without supply may still show."""
TWO_PHASES_W = 2 * 16 * 230


def judge(
    facts: RunningFacts,
    *,
    voltage_percent: float = 8,
    current_percent: float = 50,
    least_a: float = 6,
    readings: float = 3,
) -> Finding | None:
    """One phase without voltage, or voltages apart by more than `voltage_percent`; or a phase that carried current in
    this session, now below the others by `current_percent`. A car that uses one or two phases leaves the others their
    voltage, and an outlet that has one phase only has none on two: neither is an alarm."""
    if facts.dc:
        return None
    voltages, currents = [[getattr(one, what) for one in facts.moments] for what in ("voltages", "currents")]
    volts, amps = _latest(voltages, readings), _latest(currents, readings)
    dead = _each(volts, _one_dead) and not 0 < facts.max_power_w <= TWO_PHASES_W
    if dead or _each(volts, lambda one: _apart(one, NONE_V) * 100 > voltage_percent):
        what, seen = "voltages", volts[-1]
    elif any(_three(one, least_a) for one in currents) and _each(
        amps, lambda one: max(one) >= least_a and _apart(one, -1) * 100 > current_percent
    ):
        what, seen = "currents", amps[-1]
    else:
        return None
    unit = "V" if what == "voltages" else "A"
    return Finding(
        severity=Severity.WARNING,
        title="Phases out of balance",
        detail=f"{of(facts.label)}: the {what} of its phases are {', '.join(f'{one:.0f}' for one in seen)} {unit}.",
        advice="Have fuses, terminals and the feed of this station measured before a contact burns.",
        cause="A blown fuse, a loose terminal or a contactor that lost a phase",
        down=0.3,
        evidence={what: ", ".join(f"{one:.1f}" for one in seen), "transaction": facts.transaction},
    )


def _latest(told: Sequence[tuple[float, ...]], readings: float) -> list[tuple[float, ...]]:
    """Those that say something: what comes in between may tell of energy only. Fewer than asked for say nothing."""
    latest = [one for one in told if one][-int(readings) :]
    return latest if len(latest) >= readings else []


def _each(told: Sequence[tuple[float, ...]], wrong: Callable[[tuple[float, ...]], bool]) -> bool:
    return bool(told) and all(map(wrong, told))


def _three(values: tuple[float, ...], least: float) -> bool:
    return len(values) >= 3 and min(values) >= least


def _one_dead(values: tuple[float, ...]) -> bool:
    """One of three has no voltage, and the two others have."""
    if len(values) < 3:
        return False
    lowest, *others = sorted(values)
    return lowest <= NONE_V and others[0] > NONE_V and others[0] >= others[-1] / 2


def _apart(values: tuple[float, ...], least: float) -> float:
    """How far the lowest is below the highest, 0 to 1."""
    if len(values) < 3 or max(values) <= 0 or min(values) <= least:
        return 0.0
    return 1 - min(values) / max(values)
