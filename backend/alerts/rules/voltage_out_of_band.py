"""The mains voltage leaves its band while a car charges (EN 50160: 230 V, 10 % up and down)."""

from backend.alerts.rules.base import Finding, RunningFacts, of
from shared.operations import Severity


def judge(
    facts: RunningFacts,
    *,
    nominal_v: float = 230,
    low_percent: float = 12,
    high_percent: float = 12,
    readings: float = 2,
) -> Finding | None:
    """So many readings in a row; of an AC outlet, since a DC one tells the battery's voltage."""
    told = [one.voltages or (one.voltage_v,) for one in facts.moments if one.voltages or one.voltage_v is not None]
    latest = told[-int(readings) :]
    low, high = nominal_v * (1 - low_percent / 100), nominal_v * (1 + high_percent / 100)
    if facts.dc or len(latest) < readings:
        return None
    if all(any(v is not None and v > high for v in values) for values in latest):
        word, worst = "high", max(v for values in latest for v in values if v is not None)
    elif all(any(v is not None and 50 < v < low for v in values) for values in latest):
        word, worst = "low", min(v for values in latest for v in values if v is not None)
    else:
        return None
    return Finding(
        severity=Severity.WARNING,
        title=f"Mains voltage too {word}",
        detail=f"{of(facts.label)}: {worst:.0f} V while charging; {low:.0f} to {high:.0f} V are in order.",
        advice="Wait for the grid to recover. If it lasts, measure the supply and call the network operator.",
        cause="The grid, or a feed that is too weak for what it carries",
        code="OverVoltage" if word == "high" else "UnderVoltage",
        evidence={"voltage_v": round(worst, 1), "transaction": facts.transaction},
    )
