"""A station stays connected over a weak link: pings take long or are lost, more than is usual there."""

from backend.alerts.rules.base import Finding, LinkFacts
from shared.operations import Severity


def judge(
    facts: LinkFacts,
    *,
    wired_ms: float = 800,
    wireless_ms: float = 2000,
    wired_lost_percent: float = 10,
    wireless_lost_percent: float = 15,
    times_usual: float = 3,
    always_percent: float = 50,
) -> Finding | None:
    """More is borne of radio than of a cable.

    Above its limit and above `times_usual` what is usual there; or `always_percent` of pings lost, usual or not."""
    slow_ms = max(wireless_ms if facts.wireless else wired_ms, (facts.usual_ms or 0) * times_usual)
    lost = max(
        wireless_lost_percent if facts.wireless else wired_lost_percent, (facts.usual_lost_percent or 0) * times_usual
    )
    slow = facts.round_trip_ms is not None and facts.round_trip_ms >= slow_ms
    lossy = facts.lost_percent is not None and facts.lost_percent >= min(lost, always_percent)
    if not slow and not lossy:
        return None
    if lossy:
        seen = f"{facts.lost_percent or 0:.0f} % of its pings are lost."
    else:
        seen = f"An answer takes {(facts.round_trip_ms or 0) / 1000:.1f} seconds."
    return Finding(
        severity=Severity.WARNING,
        title="Weak link",
        detail=f"It is connected over {'radio' if facts.wireless else 'a cable, as far as it is known'}. {seen}",
        advice="Look at its antenna, its provider or its cable before it drops out. Commands may take long until then.",
        cause="A weak radio signal, or a crowded cell" if facts.wireless else "A bad cable, a router or its provider",
        down=0.05,
        evidence={
            "round_trip_ms": None if facts.round_trip_ms is None else round(facts.round_trip_ms),
            "lost pings in percent": None if facts.lost_percent is None else round(facts.lost_percent, 1),
            "usual_ms": None if facts.usual_ms is None else round(facts.usual_ms),
        },
    )
