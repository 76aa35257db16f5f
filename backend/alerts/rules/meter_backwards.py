"""The energy register of a session went backwards: the bill of this one may be wrong."""

from backend.alerts.rules.base import Finding, SessionFacts, of
from shared.operations import Severity

FLAG = "meter_backwards"


def judge(facts: SessionFacts) -> Finding | None:
    """Ends with the next session at this outlet whose register behaves."""
    if FLAG not in facts.flags:
        return None
    return Finding(
        severity=Severity.WARNING,
        title="Meter ran backwards",
        detail=f"{of(facts.label)}: the energy register of session {facts.number} fell while it was charging.",
        advice="Check the bill of this session, then have the meter or its connection to the station checked.",
    )
