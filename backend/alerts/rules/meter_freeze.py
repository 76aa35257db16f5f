"""A car draws power and the energy register stands still: energy that nobody pays."""

from backend.alerts.rules.base import Finding, RunningFacts, of
from shared.operations import Severity


def judge(facts: RunningFacts, *, minutes: float = 10, least_w: float = 1000) -> Finding | None:
    """Power of at least `least_w` in every reading of `minutes`, with one and the same register."""
    known = [one for one in facts.moments if one.energy_wh is not None and one.power_w is not None]
    if len(known) < 3:
        return None
    latest = [one for one in known if one.energy_wh == known[-1].energy_wh]
    span_s = (latest[-1].at - latest[0].at).total_seconds()
    if known[-len(latest) :] != latest or span_s < minutes * 60:
        return None
    if not all((one.power_w or 0) >= least_w for one in latest):
        return None
    return Finding(
        severity=Severity.WARNING,
        title="Meter stands still",
        detail=f"{of(facts.label)}: {(latest[-1].power_w or 0) / 1000:.1f} kW flow, and the register shows the same "
        f"for {span_s / 60:.0f} minutes (session {facts.number}).",
        advice="Restart the station after this session, then have the meter checked. The bill will be too low.",
        cause="A meter that hangs, or lost its connection to the station",
        down=0.3,
        evidence={"energy_wh": latest[-1].energy_wh, "power_w": latest[-1].power_w, "transaction": facts.transaction},
    )
