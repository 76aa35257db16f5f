"""A car is plugged in and nothing begins."""

from backend.alerts.rules.base import Finding, OutletFacts, of
from shared.operations import Severity


def judge(facts: OutletFacts, *, minutes: float = 30) -> Finding | None:
    waited_s = (facts.now - facts.since).total_seconds()
    if facts.status != "occupied" or waited_s < minutes * 60:
        return None
    return Finding(
        severity=Severity.WARNING,
        title="Plugged in and not charging",
        detail=f"{of(facts.label)}: a plug has been in for {waited_s / 60:.0f} minutes and no session has begun.",
        advice="See whether a driver waits there. Without a car, restart the station: it may be stuck.",
        cause="A driver who couldn't identify, or a station stuck in Preparing",
        down=1.0,
        began_at=facts.since,
        evidence={"minutes": round(waited_s / 60)},
    )
