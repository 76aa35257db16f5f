"""A session says that it charges, and no energy flows."""

from backend.alerts.rules.base import Finding, RunningFacts, of
from shared.operations import Severity

LEAST_A = 6
"""With less of each phase no car charges (IEC 61851-1)."""


def judge(facts: RunningFacts, *, minutes: float = 10, least_wh: float = 50) -> Finding | None:
    """Nobody is blamed where a limit leaves too little to charge with."""
    known = [one for one in facts.moments if one.energy_wh is not None]
    withheld = facts.allowed_a is not None and facts.allowed_a < LEAST_A
    if not facts.charging or withheld or len(known) < 3 or any((one.power_w or 0) > 500 for one in known):
        return None
    span_s = (known[-1].at - known[0].at).total_seconds()
    gained = (known[-1].energy_wh or 0) - (known[0].energy_wh or 0)
    if span_s < minutes * 60 or not 0 <= gained < least_wh or (facts.soc_percent or 0) >= 95:
        return None
    return Finding(
        severity=Severity.WARNING,
        title="Charging without energy",
        detail=f"{of(facts.label)}: session {facts.number} says it charges; {gained} Wh came in "
        f"{span_s / 60:.0f} minutes.",
        advice="Restart the session. If the next car gets nothing either, take the connector out of service.",
        cause="A contactor that doesn't close, or a car that doesn't ask",
        down=0.5,
        evidence={"gained_wh": gained, "minutes": round(span_s / 60), "transaction": facts.transaction},
    )
