"""A session that nobody hears of any more although its station is there, or that goes on while its outlet is free."""

from backend.alerts.rules.base import Finding, RunningFacts, of
from shared.operations import Severity


def judge(facts: RunningFacts, *, silent_minutes: float = 120, free_minutes: float = 5) -> Finding | None:
    quiet_s = (facts.now - facts.heard_at).total_seconds()
    free = facts.status == "available" and quiet_s >= free_minutes * 60
    if not facts.online or not (free or quiet_s >= silent_minutes * 60):
        return None
    why = "its outlet says that it is free" if free else "nothing was heard of it"
    return Finding(
        severity=Severity.WARNING,
        title="Session that doesn't end",
        detail=f"{of(facts.label)}: session {facts.number} is still open, and {why} for {quiet_s / 60:.0f} minutes.",
        advice="Ask the station for the session's state, then stop it; it is closed with its last reading.",
        cause="A stop that the station never sent, after a restart or a loss of power",
        down=0.5,
        evidence={"minutes": round(quiet_s / 60), "transaction": facts.transaction},
    )
