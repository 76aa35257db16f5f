"""I02: the running cost on the screens of stations that say they can show it, no more often than people can read."""

from datetime import datetime, timedelta
from decimal import Decimal
from weakref import WeakKeyDictionary

from backend.commands import ShowCost
from backend.ocpp.session import Session
from backend.stations import service as stations

EVERY = timedelta(seconds=30)
"""For one transaction; stations write it to a slow display over a narrow link."""
MOST_REMEMBERED = 500
"""Transactions of one connection: a station has few, and one that invents them must not fill the memory."""
COMPONENT = "TariffCostCtrlr"
_told: WeakKeyDictionary[Session, dict[str, tuple[datetime, Decimal]]] = WeakKeyDictionary()


def due(session: Session, ref: str, cost: Decimal) -> bool:
    """False where it was told a moment ago, hasn't changed, or was found not to be shown by this station just now."""
    last = _told.get(session, {}).get(ref)
    return last is None or (last[1] != cost and session.ctx.now() - last[0] >= EVERY)


async def show(session: Session, ref: str, cost: Decimal) -> None:
    """Nothing where the station shows no costs; that is asked no more often than costs are told."""
    told = _told.setdefault(session, {})
    if not due(session, ref, cost):
        return
    if len(told) >= MOST_REMEMBERED:
        told.clear()
    told[ref] = (session.ctx.now(), cost)
    if await _shows_costs(session):
        await session.execute(ShowCost(transaction_ref=ref, total=float(cost)))


def forget(session: Session, ref: str) -> None:
    """The transaction is over: its answer carries the total."""
    _told.get(session, {}).pop(ref, None)


async def _shows_costs(session: Session) -> bool:
    """Enabled says whether it does; where that is missing, Available whether it can."""
    for name in ("Enabled/Cost", "Available/Cost"):
        value = await stations.variable(session.ctx, session.station.id, COMPONENT, name)
        if value is not None:
            return value.lower() == "true"
    return False
