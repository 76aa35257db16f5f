"""What charging at the right time saved: of a site by month, of a session, and of a driver."""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import msgspec

from backend.context import Context
from backend.errors import NotFound
from backend.sites import past_store, service, signals, store
from backend.sites.signals import Known, Session
from backend.transactions import views
from backend.web.guards import Actor
from shared.sites import EnergyTariff, OwnSaving, Saving, SignalKind, SitePolicy


async def of_site(
    ctx: Context,
    row: store.Row,
    month: str | None,
    *,
    transaction_id: UUID | None = None,
    account_id: UUID | None = None,
) -> Saving:
    """Of one month, or of one session whenever it was; `account_id`: this driver's only.

    Measured: every session's own register against the prices, and the same energy at full power on arrival.
    """
    zone = row["time_zone"]
    name = month or signals.month_at(ctx.now(), zone)
    begins, ends = signals.month_of(name, zone)
    if transaction_id is not None:
        begins, ends = ctx.now() - service.KEPT, ctx.now() + timedelta(days=1)
    told = await past_store.sessions(row["location"], begins, ends, transaction_id, account_id)
    wh: dict[UUID, dict[datetime, float]] = {}
    for one in await past_store.energies([one["id"] for one in told]):
        wh.setdefault(one["transaction"], {})[one["at"]] = one["wh"]
    # A car that can't take what its outlet gives doesn't count as if it could: what it showed at most is its power.
    sessions = [
        Session(one["begun_at"], one["ended_at"], float(min(one["outlet_w"], one["max_power_w"] or one["outlet_w"])),
                wh[one["id"]])
        for one in told if one["id"] in wh
    ]  # fmt: skip
    tariff = msgspec.convert(row["tariff"], EnergyTariff, strict=False)
    known = [
        Known(one["starts_at"], one["ends_at"], one["value"])
        for one in await store.signals(row["location"], begins, ends)
        if one["kind"] == SignalKind.PRICE.value
    ]
    policy = msgspec.convert(row["policy"], SitePolicy, strict=False)
    of_all = transaction_id is None and account_id is None
    charge = (policy.demand_charge or Decimal(0)) if of_all else Decimal(0)
    came = signals.came_to(sessions, lambda at: signals.price_at(tariff, known, at, zone))
    demand_cost, free_demand = (signals.demand_cost(charge, peak) for peak in (came.peak_w, came.free_peak_w))
    return Saving(
        month=name,
        energy_wh=came.energy_wh,
        cost=came.cost,
        uncontrolled_cost=came.free_cost,
        saved=came.free_cost + free_demand - came.cost - demand_cost,
        currency=tariff.currency,
        peak_w=came.peak_w,
        uncontrolled_peak_w=came.free_peak_w,
        demand_cost=demand_cost,
        uncontrolled_demand_cost=free_demand,
    )


async def of_session(ctx: Context, actor: Actor, transaction_id: UUID) -> Saving:
    """Of one session, for its driver too. Raises NotFound."""
    await views.one(ctx, actor, transaction_id)
    row = await store.site_of_transaction(transaction_id)
    if row is None:
        raise NotFound("This session's location has no power tree.", code="no_power_tree")
    return await of_site(ctx, row, None, transaction_id=transaction_id)


async def of_driver(ctx: Context, actor: Actor, month: str | None) -> OwnSaving:
    """Their sessions of a month at every site that shares power, summed for each currency. The month is that of the
    site, where it may be another one than here."""
    day = timedelta(days=1)
    begins, ends = signals.month_of(month, "UTC") if month else (ctx.now() - 31 * day, ctx.now())
    found: dict[str, Saving] = {}
    for location_id in await past_store.sites_of_driver(actor.account_id, begins - day, ends + day):
        row = await store.site(location_id, actor.tenant_id)
        if row is None:
            continue
        one = await of_site(ctx, row, month, account_id=actor.account_id)
        known = found.get(one.currency)
        found[one.currency] = one if known is None else _both(known, one)
    return OwnSaving(items=list(found.values()))


def _both(one: Saving, other: Saving) -> Saving:
    return Saving(
        month=one.month,
        energy_wh=one.energy_wh + other.energy_wh,
        cost=one.cost + other.cost,
        uncontrolled_cost=one.uncontrolled_cost + other.uncontrolled_cost,
        saved=one.saved + other.saved,
        currency=one.currency,
        peak_w=max(one.peak_w, other.peak_w),
        uncontrolled_peak_w=max(one.uncontrolled_peak_w, other.uncontrolled_peak_w),
    )
