"""The certificate with which a station gets in ends soon."""

from backend.alerts.rules.base import CertificateFacts, Finding
from shared.operations import Severity


def judge(facts: CertificateFacts, *, warn_days: float = 30) -> Finding | None:
    if facts.days_left > warn_days:
        return None
    over = facts.days_left <= 0
    days = f"in {facts.days_left} day{'' if facts.days_left == 1 else 's'}"
    return Finding(
        severity=Severity.CRITICAL if over else Severity.WARNING,
        title="Certificate expires",
        detail=f"The station's certificate {'has expired' if over else f'expires {days}'}.",
        advice="Let the station renew its certificate; without one it can't connect any more.",
    )
