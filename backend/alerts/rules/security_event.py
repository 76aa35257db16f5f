"""A station reported a security event that somebody must look at."""

from backend.alerts.rules.base import Finding, SecurityFacts
from shared.operations import Severity


def judge(facts: SecurityFacts) -> Finding:
    info = f" ({facts.info})" if facts.info else ""
    return Finding(
        severity=Severity.CRITICAL,
        title="Security event",
        detail=f"The station reported {facts.kind}{info}.",
        advice="Look at the station's security events and ask for its security log. Close this when it is explained.",
    )
