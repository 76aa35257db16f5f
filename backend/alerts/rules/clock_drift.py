"""A station's clock is wrong: its readings and bills have wrong times, and certificates may not be believed."""

from backend.alerts.rules.base import ClockFacts, Finding
from shared.operations import Severity


def judge(facts: ClockFacts, *, seconds: float = 120) -> Finding | None:
    if abs(facts.off_s) < seconds:
        return None
    off = f"{abs(facts.off_s):.0f} seconds" if abs(facts.off_s) < 600 else f"{abs(facts.off_s) / 60:.0f} minutes"
    return Finding(
        severity=Severity.WARNING,
        title="Clock is wrong",
        detail=f"The station's clock is {off} {'ahead' if facts.off_s > 0 else 'behind'}.",
        advice="Ask for a heartbeat, whose answer sets it. If that doesn't help, look at its time server setting.",
        cause="A time server that can't be reached, or an empty buffer battery",
        evidence={"off_s": round(facts.off_s)},
    )
