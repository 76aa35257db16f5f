"""An outlet says that it charges and there is no session: energy that nobody pays."""

from backend.alerts.rules.base import Finding, OutletFacts, of
from shared.operations import Severity


def judge(facts: OutletFacts, *, minutes: float = 15) -> Finding | None:
    waited_s = (facts.now - facts.since).total_seconds()
    if facts.status not in ("charging", "suspended") or waited_s < minutes * 60:
        return None
    return Finding(
        severity=Severity.WARNING,
        title="Charging without a session",
        detail=f"{of(facts.label)} says it is {facts.status}, and for {waited_s / 60:.0f} minutes there is no session.",
        advice="Ask the station for its status (Trigger), then restart it.",
        cause="A start that never arrived, or a status that is not true any more",
        down=0.5,
        began_at=facts.since,
        evidence={"minutes": round(waited_s / 60)},
    )
