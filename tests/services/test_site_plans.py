"""Which plan of a site makes another one needless."""

import asyncio
import contextvars
from datetime import timedelta
from decimal import Decimal

from backend.db.engine import DB
from backend.sites import plan_store, service
from backend.sites.scene import look
from shared.sites import NodeKind, PolicyName, PowerNode, SitePolicy, SiteSet
from tests import world
from tests.conftest import Clock


async def test_a_plan_knows_only_what_was_committed_when_it_looked(db: None) -> None:
    async with DB.transaction():
        number = await plan_store.transaction_number()
        # Younger than the wish, and still blind to it: what it is about isn't committed.
        younger = await asyncio.create_task(plan_store.snapshot(), context=contextvars.Context())
    assert not await plan_store.was_seen(number, younger)
    assert await plan_store.was_seen(number, await plan_store.snapshot())
    assert not await plan_store.was_seen(number, None)


async def test_a_driver_who_tells_nothing_is_expected_to_stay_as_usual(db: None, clock: Clock) -> None:
    now = clock.now()
    ctx = world.make_context(clock)
    tenant_id = await world.add_tenant()
    location_id = await world.add_location(tenant_id)
    station_id = await world.add_station(tenant_id, "CP-1", location_id=location_id, online=True)
    connector_id = await world.add_connector(station_id, 1)
    account_id = await world.add_account(tenant_id)
    for day, hours in ((1, 2), (2, 4), (3, 6), (4, 8)):
        begun_at = now - timedelta(days=day)
        times = {"begun_at": begun_at, "ended_at": begun_at + timedelta(hours=hours), "state": "ended"}
        await world.add_transaction(
            station_id, connector_id, evse=1, account=account_id, energy_wh=hours * 1000, **times
        )
    begun = {"begun_at": now - timedelta(hours=1), "account": account_id, "energy_wh": 500, "state": "active"}
    await world.add_transaction(station_id, connector_id, evse=1, **begun)
    nodes = [
        PowerNode(key="grid", kind=NodeKind.GRID, limit_a=Decimal(40)),
        PowerNode(key="a", kind=NodeKind.STATION, parent="grid", station="CP-1"),
    ]
    for policy, learned in ((PolicyName.CHEAPEST, True), (PolicyName.EQUAL, False)):
        site = SiteSet(nodes=nodes, policy=SitePolicy(name=policy))
        await service.put(ctx, tenant_id, location_id, site)
        scene = await look(ctx, await service.row_of(tenant_id, location_id))
        wanted = scene.wanted(("CP-1", 1))
        assert wanted.learned == learned
        if learned:
            assert wanted.departs_at == now + timedelta(hours=2.5)  # three out of four stay longer than 3.5 hours
            assert wanted.energy_wh == 6500
