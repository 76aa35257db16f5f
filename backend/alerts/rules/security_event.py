"""A security event of a station that somebody must look at: reported by it, or seen at its door."""

from backend.alerts.rules.base import Finding, SecurityFacts
from shared.operations import Severity


def judge(facts: SecurityFacts) -> Finding:
    info = f" ({facts.info})" if facts.info else ""
    return Finding(
        severity=Severity.CRITICAL,
        title="Security event",
        detail=f"Seen at or reported by the station: {facts.kind}{info}.",
        advice="Look at the station's security events and ask for its security log. Close this when it is explained.",
    )
