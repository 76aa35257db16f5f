"""Starts fail one after the other at the same outlet, although it looks well."""

from backend.alerts.rules.base import Finding, StartFacts, of
from shared.operations import Severity

ENOUGH = 3


def judge(facts: StartFacts, *, enough: float = ENOUGH) -> Finding | None:
    if facts.failures < enough:
        return None
    reason = f" The last one: {facts.last_failure}" if facts.last_failure else ""
    return Finding(
        severity=Severity.WARNING,
        title="Charging doesn't start",
        detail=f"{of(facts.label)}: {facts.failures} starts failed within an hour and none succeeded since.{reason}",
        advice="Try a start yourself and read the station's log. If it refuses, restart it.",
        cause="A station that takes no starts from afar, or cars that can't be talked to",
        down=0.7,
        evidence={"failed starts": facts.failures},
    )
