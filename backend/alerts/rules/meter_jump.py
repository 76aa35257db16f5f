"""The energy register leaps by more than the outlet can give in the time."""

from itertools import pairwise

from backend.alerts.rules.base import Finding, RunningFacts, of
from shared.operations import Severity


def judge(facts: RunningFacts, *, times: float = 2, slack_wh: float = 2000) -> Finding | None:
    """More than `times` what the outlet's power gives between two readings, and `slack_wh`."""
    known = [one for one in facts.moments if one.energy_wh is not None]
    power_w = facts.max_power_w or 350_000
    for before, after in pairwise(known):
        gained = (after.energy_wh or 0) - (before.energy_wh or 0)
        possible = power_w * max(0.0, (after.at - before.at).total_seconds()) / 3600
        if gained > possible * times + slack_wh:
            return Finding(
                severity=Severity.WARNING,
                title="Meter jumped",
                detail=f"{of(facts.label)}: the energy register rose by {gained / 1000:.1f} kWh, where "
                f"{possible / 1000:.1f} kWh were possible (session {facts.number}).",
                advice="Check the bill of this session, then have the meter or its connection checked.",
                cause="A meter that restarted or was exchanged, or a reading in another unit",
                down=0.2,
                evidence={"gained_wh": gained, "possible_wh": round(possible), "transaction": facts.transaction},
            )
    return None
