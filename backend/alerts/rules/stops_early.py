"""Sessions at an outlet stop after seconds, and not because the driver wanted it."""

from backend.alerts.rules.base import Finding, PastFacts, of
from shared.operations import Severity

WANTED = frozenset(
    {"Local", "Remote", "DeAuthorized", "StoppedByEV", "SOCLimitReached", "TimeLimitReached", "EVDisconnected"}
)


def judge(facts: PastFacts, *, sessions: float = 3, seconds: float = 120) -> Finding | None:
    latest = facts.sessions[: int(sessions)]
    if len(latest) < sessions or any(one.seconds >= seconds or one.reason in WANTED for one in latest):
        return None
    reasons = ", ".join(sorted({one.reason or "none" for one in latest}))
    return Finding(
        severity=Severity.WARNING,
        title="Sessions stop after seconds",
        detail=f"{of(facts.label)}: the last {len(latest)} sessions stopped within {seconds:.0f} seconds ({reasons}).",
        advice="Restart the station. If the next session stops as well, take the connector out of service.",
        cause="A protection that trips under load, or a station that restarts",
        down=1.0,
        evidence={"reasons": reasons, "seconds": ", ".join(f"{one.seconds:.0f}" for one in latest)},
    )
