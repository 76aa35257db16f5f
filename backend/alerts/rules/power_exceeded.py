"""An outlet draws more than it was given: its neighbours get less, and the fuse may be in danger."""

from backend.alerts.rules.base import Finding, PowerFacts, of
from shared.operations import Severity


def judge(facts: PowerFacts) -> Finding | None:
    if not facts.exceeded:
        return None
    return Finding(
        severity=Severity.CRITICAL,
        title="Draws more than it was given",
        detail=f"{of(facts.label)} draws {facts.drawn_a:g} A and was given {facts.given_a:g} A.",
        advice="Its neighbours get less meanwhile. Stop the session or take the outlet out of service if it goes on.",
    )
