"""A station has had no session for longer than its own past and its peers suggest. A quiet place is no alarm."""

from math import exp

from backend.alerts.rules.base import BusinessFacts, Finding
from shared.operations import Severity


def judge(
    facts: BusinessFacts, *, chance_percent: float = 0.1, times_longest: float = 1.5, least_hours: float = 12
) -> Finding | None:
    """If sessions came by chance at the usual rate, as far as the peers have theirs (a holiday is quiet for all), a
    gap as long would have less than `chance_percent`; and it is `times_longest` the longest gap so far."""
    expected = facts.usual_per_day * min(1.0, facts.peers) * facts.quiet_s / 86400
    if facts.quiet_s < least_hours * 3600 or exp(-min(expected, 700)) * 100 >= chance_percent:
        return None
    if facts.longest_gap_s is not None and facts.quiet_s < facts.longest_gap_s * times_longest:
        return None
    return Finding(
        severity=Severity.WARNING,
        title="No sessions for long",
        detail=f"No session for {facts.quiet_s / 3600:.0f} hours; {facts.usual_per_day:.1f} a day are usual here.",
        advice="Try a charge on site, or restart it. See whether the place can be reached and is shown rightly.",
        cause="Something that the station doesn't notice: a blocked place, a broken reader, screen or plug",
        down=1.0,
        evidence={
            "hours": round(facts.quiet_s / 3600, 1),
            "usual a day": round(facts.usual_per_day, 2),
            "peers": f"{facts.peers:.0%}",
        },
    )
