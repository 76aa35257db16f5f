"""The peak that a site pays for: what it is this month already, and what it will likely come to."""

from datetime import datetime, timedelta
from typing import NamedTuple

from backend.energy.core.cars import Demand
from backend.sites import past_store, signals, store
from shared.sites import SitePolicy

LIKE_BEFORE = 0.9
"""So much of the last month's peak will likely be reached again, so nobody waits to stay far below it."""


class Peak(NamedTuple):
    """In watts. `paid`: of this month; `likely`: what it will come to at least."""

    paid: int
    likely: int


async def known(row: store.Row, policy: SitePolicy, now: datetime) -> Peak | None:
    """None where no peak is paid for."""
    if not policy.demand_charge:
        return None
    begins, _ = signals.month_of(signals.month_at(now, row["time_zone"]), row["time_zone"])
    before, _ = signals.month_of(f"{begins - timedelta(days=2):%Y-%m}", row["time_zone"])
    paid = await past_store.peak_w(row["location"], begins, now)
    return Peak(paid, max(paid, round(LIKE_BEFORE * await past_store.peak_w(row["location"], before, begins))))


def demand(policy: SitePolicy, peak: Peak | None, others_w: float) -> Demand | None:
    """`others_w`: what flows through the connection besides the cars, and besides the sun that is foreseen."""
    if peak is None or not policy.demand_charge:
        return None
    return Demand(price=float(policy.demand_charge), peak_kw=peak.likely / 1000, others_kw=others_w / 1000)
