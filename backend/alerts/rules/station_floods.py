"""A station talks so much that it is read more slowly, so that the others don't suffer."""

from backend.alerts.rules.base import Finding, FloodFacts
from shared.operations import Severity


def judge(facts: FloodFacts) -> Finding | None:
    if not facts.floods:
        return None
    return Finding(
        severity=Severity.WARNING,
        title="Station sends too much",
        detail=f"The station sends more than {facts.rate} messages a second; it is read more slowly, nothing is lost.",
        advice="Look at its OCPP log for what it repeats; where nothing is there it is pings, which aren't logged. "
        "Often a restart or newer firmware ends it.",
    )
