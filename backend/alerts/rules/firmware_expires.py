"""The vendor stands by a station's firmware no longer, or soon no longer."""

from backend.alerts.rules.base import Finding, FirmwareFacts
from shared.operations import Severity


def judge(facts: FirmwareFacts, *, warn_days: float = 60) -> Finding | None:
    if facts.days_left is None or facts.days_left > warn_days:
        return None
    over = facts.days_left <= 0
    ends = "is over" if over else f"ends in {facts.days_left} day{'' if facts.days_left == 1 else 's'}"
    return Finding(
        severity=Severity.WARNING if over else Severity.INFO,
        title="Firmware runs out",
        detail=f"The vendor's support of firmware {facts.firmware} {ends}.",
        advice="Plan an update of these stations as a bulk action.",
        evidence={"firmware": facts.firmware, "days_left": facts.days_left},
    )
