"""A bulk action stopped by itself, and waits for somebody to decide."""

from backend.alerts.rules.base import CampaignFacts, Finding
from shared.operations import Severity


def judge(facts: CampaignFacts) -> Finding | None:
    if not facts.halted:
        return None
    return Finding(
        severity=Severity.WARNING,
        title="Bulk action halted",
        detail=f"{facts.name}: {facts.failed} of {facts.finished} stations failed or refused, this one last.",
        advice="Look at the results of its stations, then let it go on or cancel it.",
    )
