"""A car charges with much less than the station offers it, and is not full."""

from backend.alerts.rules.base import Finding, Moment, RunningFacts, of
from shared.operations import Severity

VOLTAGE, PHASES = 230, 3
LEAST_READINGS = 3
"""However far apart they are: a battery that fills up passes through one or two."""


def judge(facts: RunningFacts, *, percent: float = 30, minutes: float = 10, full_percent: float = 70) -> Finding | None:
    """Below `percent` of the offer in every reading of the last `minutes`; a limit that a station forgets to tell makes
    the offer smaller. Nobody is blamed for a battery that is nearly full."""
    known = [one for one in facts.moments if one.power_w is not None and one.offered_w]
    if not facts.charging or len(known) < 3 or (facts.soc_percent or 0) >= full_percent:
        return None
    lately = [one for one in known if (known[-1].at - one.at).total_seconds() <= minutes * 60]
    latest = lately if len(lately) >= LEAST_READINGS else known[-LEAST_READINGS:]
    if (known[-1].at - known[0].at).total_seconds() < minutes * 60:
        return None
    if not all(0 <= (one.power_w or 0) < _offer(one, facts) * percent / 100 for one in latest):
        return None
    last = latest[-1]
    return Finding(
        severity=Severity.WARNING,
        title="Less power than offered",
        detail=f"{of(facts.label)}: {(last.power_w or 0) / 1000:.1f} kW for {minutes:.0f} minutes, while "
        f"{_offer(last, facts) / 1000:.1f} kW are offered.",
        advice="If several cars get as little, have power modules, contactors and the cable's cooling checked.",
        cause="A power module that failed, heat, or a car that can't take more",
        down=0.3,
        evidence={"power_w": last.power_w, "offered_w": last.offered_w, "transaction": facts.transaction},
    )


def _offer(one: Moment, facts: RunningFacts) -> float:
    told = float(one.offered_w or 0)
    return told if facts.allowed_a is None else min(told, facts.allowed_a * VOLTAGE * PHASES)
