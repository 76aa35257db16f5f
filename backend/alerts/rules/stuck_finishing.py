"""An outlet doesn't become free after its session: the cable is still in, or the station thinks so."""

from backend.alerts.rules.base import Finding, OutletFacts, of
from shared.operations import Severity


def judge(facts: OutletFacts, *, hours: float = 12) -> Finding | None:
    waited_s = (facts.now - facts.since).total_seconds()
    if facts.status != "finishing" or waited_s < hours * 3600:
        return None
    return Finding(
        severity=Severity.INFO,
        title="Outlet doesn't become free",
        detail=f"{of(facts.label)}: its session ended {waited_s / 3600:.0f} hours ago and it is still occupied.",
        advice="Unlock the cable. If no car is there, restart the station.",
        cause="A car that stays after charging, or a station stuck in Finishing",
        down=1.0,
        began_at=facts.since,
        evidence={"hours": round(waited_s / 3600, 1)},
    )
