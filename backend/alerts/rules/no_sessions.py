"""A station has had no session for longer than its own past and its peers suggest. A quiet place is no alarm."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import exp
from typing import Any

from backend.alerts.rules.base import BusinessFacts, Finding
from shared.operations import Severity

OUT = frozenset({"unavailable", "faulted", "unknown"})
TELLING = 3.0
"""Of others at least so many sessions must be usual in the time: fewer say nothing by staying away."""


def judge(
    facts: BusinessFacts, *, chance_percent: float = 0.1, times_longest: float = 1.5, least_hours: float = 12
) -> Finding | None:
    """If sessions came by chance at the usual rate, as far as the peers have theirs (a holiday is quiet for all), a
    gap as long would have less than `chance_percent`; and it is `times_longest` the longest gap so far."""
    expected = facts.usual_per_day * min(1.0, 1.0 if facts.peers is None else facts.peers) * facts.quiet_s / 86400
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
            "peers": "–" if facts.peers is None else f"{facts.peers:.0%}",
        },
    )


def part_of(had: int, usual: float) -> float | None:
    """What others had, of what is usual."""
    return None if usual < TELLING else had / usual


def usable_s(
    outlets: Mapping[Any, str],
    changes: Sequence[tuple[datetime, Any | None, str]],
    since: datetime,
    now: datetime,
) -> float:
    """In how much of the time somebody could have charged: it was connected, and an outlet in order.

    `outlets`: what each says now. `changes`: when an outlet, or the station (None), came to say something else, in the
    order of time. A session has just ended at `since`, so what changed later was in order then.
    """
    changed = {outlet for _, outlet, _ in changes}
    says = {outlet: "available" if outlet in changed else status for outlet, status in outlets.items()}
    online, whole, at, total = True, True, since, 0.0
    for moment, outlet, status in (*changes, (now, None, "")):
        if online and whole and any(one not in OUT for one in says.values()):
            total += max(0.0, (moment - at).total_seconds())
        at = moment
        if outlet is not None:
            says[outlet] = status
        elif status in ("online", "offline"):
            online = status == "online"
        else:
            whole = status not in OUT
    return total
