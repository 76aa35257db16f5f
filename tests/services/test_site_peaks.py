"""The peak that a site pays for: read from what its plans noted, asked of the scheduler, and in the month's saving."""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from backend.context import Context
from backend.db.engine import DB
from backend.errors import InvalidInput
from backend.sites import live, savings, service, store
from backend.sites.asking import question
from backend.sites.scene import look
from shared.sites import EnergyTariff, NodeKind, PowerNode, SitePolicy, SiteSet
from tests import world
from tests.conftest import Clock


async def a_site(ctx: Context, charge: Decimal | None) -> tuple[UUID, UUID]:
    tenant_id = await world.add_tenant()
    location_id = await world.add_location(tenant_id)
    nodes = [
        PowerNode(key="grid", kind=NodeKind.GRID, limit_a=Decimal(100)),
        PowerNode(key="hall", kind=NodeKind.LOAD, parent="grid", name="Hall", limit_a=Decimal(30)),
    ]
    policy = SitePolicy(demand_charge=charge)
    await service.put(ctx, tenant_id, location_id, SiteSet(nodes=nodes, policy=policy, tariff=EnergyTariff()))
    return tenant_id, location_id


async def noted(location_id: UUID, at: datetime, *watts: int) -> None:
    """Five minutes each."""
    for place, drawn in enumerate(watts):
        values = {"drawn_w": drawn, "limit_w": None, "planned_w": 0, "price": None}
        await store.note(location_id, at + timedelta(minutes=5 * place), values)


async def test_this_months_peak_is_paid_and_last_months_is_likely(db: str, clock: Clock) -> None:
    ctx = world.make_context(clock)
    tenant_id, location_id = await a_site(ctx, Decimal(9))
    month = ctx.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    await noted(location_id, month + timedelta(hours=5), 9_000, 12_000, 15_000)
    await noted(location_id, month - timedelta(days=9), 40_000, 40_000, 40_000)
    await noted(location_id, month - timedelta(days=80), 90_000, 90_000, 90_000)
    scene = await look(ctx, await service.row_of(tenant_id, location_id))
    assert scene.peak == (12_000, 36_000)
    asked = question(scene).demand
    assert asked is not None
    assert (asked.price, asked.peak_kw) == (9.0, 36.0)
    assert asked.others_kw == 0  # a meter that was never heard is no peak
    assert (await live.now(ctx, tenant_id, location_id)).paid_peak_w == 12_000
    # In New York it is still February, whose peak is paid for; in the house it is March already.
    await DB.run("UPDATE location SET time_zone = 'America/New_York' WHERE id = $1", location_id)
    clock.set(month + timedelta(hours=1))
    row = await service.row_of(tenant_id, location_id)
    assert (await look(ctx, row)).peak == (40_000, 40_000)
    assert (await savings.of_site(ctx, row, None)).month == f"{month - timedelta(days=1):%Y-%m}"
    # A station beside the tree hangs on the same fuse.
    await world.add_connector(await world.add_station(tenant_id, "CP-9", location_id=location_id), 1)
    (told,) = [one for one in (await live.now(ctx, tenant_id, location_id)).warnings if one.code == "not_in_tree"]
    assert told.text == "Not in the tree, so neither counted nor limited: CP-9."


async def test_what_else_flows_is_beside_the_cars(db: str, clock: Clock) -> None:
    ctx = world.make_context(clock)
    tenant_id, location_id = await a_site(ctx, Decimal(9))
    await store.put_reading(location_id, "hall", {"at": ctx.now().isoformat(), "currents_a": [10, 10, 10]})
    asked = question(await look(ctx, await service.row_of(tenant_id, location_id))).demand
    assert asked is not None
    assert asked.others_kw == pytest.approx(6.9)


async def test_without_a_price_no_peak_is_paid_for(db: str, clock: Clock) -> None:
    ctx = world.make_context(clock)
    tenant_id, location_id = await a_site(ctx, None)
    scene = await look(ctx, await service.row_of(tenant_id, location_id))
    assert (scene.peak, question(scene).demand) == (None, None)
    with pytest.raises(InvalidInput, match="not below zero"):
        await a_site(ctx, Decimal(-1))


async def test_the_month_counts_what_the_peak_costs(db: str, clock: Clock) -> None:
    """Two cars of 11 kW that came together, and charged one after the other: 11 kW instead of 22."""
    ctx = world.make_context(clock)
    tenant_id, location_id = await a_site(ctx, Decimal(10))
    begun_at = ctx.now().replace(day=2, hour=8, minute=0)
    for name, late in (("CP-1", 0), ("CP-2", 1)):
        station_id = await world.add_station(tenant_id, name, location_id=location_id)
        connector_id = await world.add_connector(station_id, 1, max_power_w=11_000)
        ended = {"begun_at": begun_at, "ended_at": begun_at + timedelta(hours=3), "state": "ended"}
        mine = await world.add_transaction(station_id, connector_id, evse=1, energy_wh=11_000, **ended)
        for hours, wh in {0: 0, late: 0, late + 1: 11_000}.items():
            await DB.run(
                "INSERT INTO transaction_reading (transaction, at, energy_wh) VALUES ($1, $2, $3)",
                mine,
                begun_at + timedelta(hours=hours),
                wh,
            )
    found = await savings.of_site(ctx, await service.row_of(tenant_id, location_id), f"{begun_at:%Y-%m}")
    assert (found.peak_w, found.uncontrolled_peak_w) == (11_000, 22_000)
    assert (found.demand_cost, found.uncontrolled_demand_cost) == (Decimal("110.00"), Decimal("220.00"))
    assert found.saved == Decimal("110.00")
