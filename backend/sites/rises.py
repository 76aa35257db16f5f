"""How far another load may rise while limits still hold that were given before: learned from its own meter. Pure."""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from shared.sites import PowerNode

DAYS, ENOUGH = timedelta(days=28), timedelta(days=7)
"""What a meter showed in the last four weeks counts; before a week of it nothing is known of a load."""
MORE = 1.25
"""So much further than ever before it may rise."""


def learned(before: Mapping[str, Any] | None, at: datetime, amps: Sequence[float], window_s: float) -> dict[str, Any]:
    """What is kept of a meter beside its last reading.

    `lows`: of each phase the least of each minute of the window; `rises`: of each day the largest rise within one.
    """
    known = before or {}
    oldest, minute = at - timedelta(seconds=window_s + 60), at.replace(second=0, microsecond=0).isoformat()
    lows = {when: low for when, low in known.get("lows", {}).items() if datetime.fromisoformat(when) > oldest}
    now = lows.get(minute, amps)
    lows[minute] = [min(low, one) for low, one in zip(now, amps, strict=True)]
    least = [min(phase) for phase in zip(*lows.values(), strict=True)]
    first_day = (at - DAYS).date().isoformat()
    rises = {day: rise for day, rise in known.get("rises", {}).items() if day >= first_day}
    since = known["since"] if rises and "since" in known else at.isoformat()
    today, rise = at.date().isoformat(), max(one - low for one, low in zip(amps, least, strict=True))
    rises[today] = round(max(rise, rises.get(today, 0.0)), 2)
    return {"since": since, "lows": lows, "rises": rises}


def rise_a(node: PowerNode, told: Mapping[str, Any] | None, now: datetime) -> float:
    """Amperes of each phase. Of a load that nobody has told about, nor learned enough, everything up to its limit."""
    if node.rise_a is not None:
        return float(node.rise_a)
    known = told or {}
    if "since" not in known or now - datetime.fromisoformat(known["since"]) < ENOUGH:
        return math.inf
    return max(known["rises"].values(), default=math.inf) * MORE
