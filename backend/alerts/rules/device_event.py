"""A 2.0.1 station reports a problem of one of its components, or that a monitor of it was passed (N07)."""

from backend.alerts.rules import codes
from backend.alerts.rules.base import EventFacts, Finding
from backend.alerts.rules.connector_faulted import nameless, worded
from shared.operations import Severity


def judge(facts: EventFacts, *, worst: float = 5) -> Finding | None:
    """`worst`: the highest number of severity that counts (0 danger, 5 alert, 9 debug)."""
    if facts.over or facts.severity > worst:
        return None
    told = codes.told(codes.UNNAMED_ERROR, facts.tech_code, facts.tech_info, facts.component)
    named = facts.meaning is not None or not nameless(told)
    words, cause, name = worded(told, facts.tech_code, facts.meaning)
    info = f" It says: {told.info}" if told.info else ""
    code = f" ({facts.tech_code})" if facts.tech_code else ""
    return Finding(
        severity=Severity.CRITICAL if facts.severity <= 2 else Severity.WARNING,
        title=words.title if named else "Problem of a component",
        detail=f"{facts.component}/{facts.variable} is {facts.value or 'true'}{code}.{info}",
        advice=words.advice if named else "Look its code up in the manual; restart it.",
        cause=cause if named else "",
        code=name,
        down=0.5,
        evidence={"component": facts.component, "variable": facts.variable, "value": facts.value},
    )
