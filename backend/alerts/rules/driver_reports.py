"""Drivers report a problem at an outlet. Who tried to charge there counts full; all others together count one."""

from collections import Counter

from backend.alerts.rules.base import Finding, ReportFacts, of
from shared.driver_reports import ProblemKind
from shared.operations import Severity

DANGER = 2.0
"""What one report of damage counts: somebody could get hurt, so that nobody waits for a second one."""
ELSEWHERE = 0.5
"""What somebody counts who didn't try to charge there. All of them together count one at most: accounts are cheap."""
TITLES = {
    ProblemKind.WONT_START: "Drivers report: charging doesn't start",
    ProblemKind.SCREEN_DARK: "Drivers report: the screen is dark",
    ProblemKind.CABLE_STUCK: "Drivers report: the cable is stuck",
    ProblemKind.PAYMENT: "Drivers report: paying doesn't work",
    ProblemKind.BLOCKED: "Drivers report: the place is blocked",
    ProblemKind.DAMAGE: "Drivers report: something is damaged",
    ProblemKind.OTHER: "Drivers report a problem",
}
ADVICE = {
    ProblemKind.WONT_START: "Try a start yourself and read the station's log. If it refuses, restart it.",
    ProblemKind.SCREEN_DARK: "Restart the station. If the screen stays dark, send somebody.",
    ProblemKind.CABLE_STUCK: "Unlock the connector from here. If it stays stuck, send somebody.",
    ProblemKind.PAYMENT: "Look at the terminal and at the payments of the last hours.",
    ProblemKind.BLOCKED: "Ask whoever looks after the place to have it cleared.",
    ProblemKind.DAMAGE: "Take it out of service and send somebody before anyone gets hurt.",
    ProblemKind.OTHER: "Read what the drivers wrote, and try a charge.",
}
DOWN = {
    ProblemKind.WONT_START: 0.7,
    ProblemKind.SCREEN_DARK: 0.3,
    ProblemKind.CABLE_STUCK: 0.7,
    ProblemKind.PAYMENT: 0.5,
    ProblemKind.BLOCKED: 1.0,
    ProblemKind.DAMAGE: 0.8,
    ProblemKind.OTHER: 0.3,
}


def judge(facts: ReportFacts, *, hint_weight: float = 1, warning_weight: float = 2) -> Finding | None:
    """From `hint_weight` on for information; from `warning_weight` on a warning, which drivers see on the map too."""
    there = [one for one in facts.reports if one.there]
    counted = sum(DANGER if one.kind is ProblemKind.DAMAGE else 1.0 for one in there)
    counted += min(1.0, ELSEWHERE * (len(facts.reports) - len(there)))
    if not facts.reports or counted < hint_weight:
        return None
    kinds = Counter(one.kind for one in facts.reports)
    danger = sum(one.kind is ProblemKind.DAMAGE for one in there)
    worst = ProblemKind.DAMAGE if danger else kinds.most_common(1)[0][0]
    sure = counted >= warning_weight
    severity = Severity.CRITICAL if danger > 1 else Severity.WARNING if sure else Severity.INFO
    count = len(facts.reports)
    said = "one driver reports a problem" if count == 1 else f"{count} drivers report a problem"
    return Finding(
        severity=severity,
        title=TITLES[worst],
        detail=f"{of(facts.label)}: {said}, {len(there)} of them tried to charge here.",
        advice=ADVICE[worst],
        cause="Something that the station doesn't notice: a blocked place, a broken reader, screen or plug",
        down=DOWN[worst] if sure else 0.0,
        began_at=min(one.at for one in facts.reports),
        evidence={"reports": count, "tried here": len(there)},
    )
