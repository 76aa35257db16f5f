"""All sites of a tenant in one list: closest to its limit first, and only this tenant's."""

from datetime import timedelta
from decimal import Decimal

from backend.sites import listing, service
from backend.sites import store as sites_store
from shared.sites import GridLimitSet, NodeKind, PowerNode, Reading, SiteSet
from tests import world
from tests.conftest import Clock

GRID = PowerNode(key="grid", kind=NodeKind.GRID, limit_a=Decimal(50))
HOUSE = PowerNode(key="house", kind=NodeKind.LOAD, parent="grid", limit_a=Decimal(30))


async def test_what_flows_against_what_may(db: None, clock: Clock) -> None:
    ctx = world.make_context(clock)
    tenant, other = await world.add_tenant("Nord"), await world.add_tenant("Süd")
    names = ("Busy", "Calm", "Bare", "Empty")
    busy, calm, bare, empty = [await world.add_location(tenant, name=name) for name in names]
    strange = await world.add_location(other, name="Strange")
    for identity, place in (("A", busy), ("B", calm), ("C", bare), ("D", strange)):
        owner = other if place == strange else tenant
        station = await world.add_station(owner, identity, location_id=place)
        connector = await world.add_connector(station, 1)
        if identity in "AC":
            await world.add_transaction(station, connector, evse=1, begun_at=ctx.now(), energy_wh=100, power_w=11_000)
        if identity == "A":
            await sites_store.put_grant(station, 1, {"acked_a": 0, "acked_at": ctx.now()})
    for place in (busy, calm):
        await service.put(ctx, tenant, place, SiteSet(nodes=[GRID, HOUSE]))
    row = await service.row_of(tenant, busy)
    await service.read(ctx, row, [Reading(node="house", currents_a=[9, 9, 9], at=ctx.now() + timedelta(minutes=4))])
    now = Reading(node="house", currents_a=[10, 10, 10])
    late = Reading(node="house", currents_a=[1, 1, 1], at=ctx.now() - timedelta(seconds=30))
    await service.read(ctx, row, [now, late])  # what was before doesn't hide what is, nor does what can't be yet
    kept = (await service.row_of(tenant, busy))["readings"]["house"]
    assert (kept["currents_a"], kept["at"]) == ([10, 10, 10], ctx.now().isoformat())

    found = await listing.rows(ctx, tenant)
    assert [one.name for one in found] == ["Busy", "Calm", "Bare"]  # not Empty: nothing stands there
    first, second, last = found
    assert (first.power_w, first.limit_w, first.cars, first.waiting) == (11_000 + 6_900, 34_500, 1, 1)
    assert (first.warnings, second.warnings) == (0, 1)  # of the second one the house is silent
    assert (last.enabled, last.power_w, last.limit_w) == (None, 11_000, None)
    assert str(empty) not in {one.location_id for one in found}

    limit = GridLimitSet(ref="r1", starts_at=ctx.now() - timedelta(minutes=1), duration_s=3600, limit_w=5_000)
    await service.set_grid_limit(ctx, await service.row_of(tenant, calm), limit)
    calm_now = next(one for one in await listing.rows(ctx, tenant) if one.name == "Calm")
    assert (calm_now.limit_w, calm_now.limited) == (5_000, True)
