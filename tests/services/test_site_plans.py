"""Which plan of a site makes another one needless."""

import asyncio
import contextvars
import json
from datetime import time, timedelta
from decimal import Decimal

from backend import wiring
from backend.db.engine import DB
from backend.energy import others
from backend.sites import control, kept_store, leaving, live, plan_store, savings, service, wire
from backend.sites.asking import cars_of
from backend.sites.scene import look
from backend.stations import service as stations
from backend.web.guards import Actor
from shared.accounts import Role
from shared.sites import EnergyTariff, NodeKind, PolicyName, PowerNode, SitePolicy, SiteSet, TariffStep
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


async def test_a_driver_sees_what_their_month_saved(db: None, clock: Clock) -> None:
    """10 kWh at night, that would have been drawn in the evening; another's session doesn't count."""
    ctx = world.make_context(clock)
    tenant_id = await world.add_tenant()
    location_id = await world.add_location(tenant_id)
    station_id = await world.add_station(tenant_id, "CP-1", location_id=location_id)
    connector_id = await world.add_connector(station_id, 1, max_power_w=11_000)
    account_id = await world.add_account(tenant_id)
    night = TariffStep(begins=time(22), ends=time(6), price=Decimal("0.10"))
    site = SiteSet(
        nodes=[PowerNode(key="grid", kind=NodeKind.GRID, limit_a=Decimal(40))],
        tariff=EnergyTariff(base=Decimal("0.40"), steps=[night]),
    )
    await service.put(ctx, tenant_id, location_id, site)
    begun_at = clock.now().replace(day=1, hour=17)  # 18:00 in Hamburg
    begun = {"begun_at": begun_at, "ended_at": begun_at + timedelta(hours=8), "state": "ended", "energy_wh": 10_000}
    for account in (account_id, await world.add_account(tenant_id, "Other")):
        mine = await world.add_transaction(station_id, connector_id, evse=1, account=account, **begun)
        for hours, wh in ((0, 0), (5, 0), (6, 10_000)):
            await DB.run(
                "INSERT INTO transaction_reading (transaction, at, energy_wh) VALUES ($1, $2, $3)",
                mine,
                begun_at + timedelta(hours=hours),
                wh,
            )
    actor = Actor(account_id=account_id, tenant_id=tenant_id, role=Role.DRIVER, name="Dana")
    (month,) = (await savings.of_driver(ctx, actor, None)).items
    assert (month.energy_wh, month.cost, month.uncontrolled_cost) == (10_000, Decimal("1.00"), Decimal("4.00"))
    whole = await savings.of_site(ctx, await service.row_of(tenant_id, location_id), "2026-03")
    assert (whole.energy_wh, whole.saved) == (20_000, Decimal("6.00"))


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
    # The car itself knows better (NotifyEVChargingNeeds), and how much it takes at most.
    station = await stations.station(ctx, station_id)
    assert station is not None
    leaves = now + timedelta(hours=5)
    needs = others.Needs(energy_wh=20_500, departs_at=leaves, max_current_a=16)
    assert await others.needs_told(ctx, station, 1, needs)
    (car,) = cars_of(await look(ctx, await service.row_of(tenant_id, location_id)))
    assert (car.departs_at, car.still_wh, car.takes_a) == (leaves, 20_000, 16.0)


async def test_the_curve_shows_what_is_foreseen_for_a_car_that_waits(db: None, clock: Clock) -> None:
    """It is given nothing now, and 10 A of three phases from the second hour on."""
    now = clock.now()
    ctx = world.make_context(clock)
    tenant_id = await world.add_tenant()
    location_id = await world.add_location(tenant_id)
    station_id = await world.add_station(tenant_id, "CP-1", location_id=location_id, online=True)
    connector_id = await world.add_connector(station_id, 1, max_power_w=11_000)
    await world.add_transaction(station_id, connector_id, evse=1, begun_at=now, state="active")
    nodes = [
        PowerNode(key="grid", kind=NodeKind.GRID, limit_a=Decimal(40)),
        PowerNode(key="a", kind=NodeKind.STATION, parent="grid", station="CP-1"),
    ]
    await service.put(ctx, tenant_id, location_id, SiteSet(nodes=nodes, policy=SitePolicy(name=PolicyName.CHEAPEST)))
    scene = await look(ctx, await service.row_of(tenant_id, location_id))
    later = [(now.timestamp(), 0.0), ((now + timedelta(hours=1)).timestamp(), 10.0)]
    plan = {"cars": [{"station": "CP-1", "evse": 1, "later": later}]}
    found = {one.at: one.planned_w for one in await live.points(scene, [], plan) if one.at > now}
    assert {watts for at, watts in found.items() if at < now + timedelta(hours=1)} == {0}
    assert {watts for at, watts in found.items() if at >= now + timedelta(hours=1)} == {6_900}


async def test_each_minute_every_controlled_site_is_planned_whatever_happened(db: None, clock: Clock) -> None:
    ctx = world.make_context(clock)
    tenant_id = await world.add_tenant()
    nodes = [PowerNode(key="grid", kind=NodeKind.GRID, limit_a=Decimal(63))]
    controlled, left_alone = await world.add_location(tenant_id), await world.add_location(tenant_id)
    for location_id in (controlled, left_alone):
        wanted = SiteSet(nodes=nodes, enabled=location_id == controlled, policy=SitePolicy(), tariff=EnergyTariff())
        await service.put(ctx, tenant_id, location_id, wanted)
    await DB.run("DELETE FROM pgqueuer")
    assert wiring.CRON["sites.tick"] == ("* * * * *", control.tick)
    await control.tick(ctx)
    (job,) = await DB.run("SELECT entrypoint, payload FROM pgqueuer")
    assert (job["entrypoint"], json.loads(job["payload"])["location_id"]) == ("sites.plan", str(controlled))
    await control.plan(ctx, json.loads(job["payload"]))
    [site] = await DB.run("SELECT planned_at FROM power_site WHERE location = $1", controlled)
    assert site["planned_at"] == clock.now()


async def test_who_was_out_of_reach_is_rid_of_our_limits_when_it_is_back(db: None, clock: Clock) -> None:
    ctx = world.make_context(clock)
    tenant_id = await world.add_tenant()
    location_id = await world.add_location(tenant_id)
    station_id = await world.add_station(tenant_id, "CP-1", location_id=location_id)
    await DB.run(
        """INSERT INTO charging_profile (station, evse, number, purpose, stack_level, profile)
        VALUES ($1, 1, $2, 'TxDefaultProfile', 0, '{}'), ($1, 1, 7, 'TxDefaultProfile', 1, '{}')""",
        station_id, wire.OURS_FROM + 10,
    )  # fmt: skip

    async def asked_for() -> list[str]:
        jobs = await DB.run("SELECT payload FROM pgqueuer WHERE entrypoint = 'sites.leave'")
        await DB.run("DELETE FROM pgqueuer")
        return [json.loads(job["payload"])["location_id"] for job in jobs]

    async with ctx.unit():
        await leaving.on_connected({station_id})
    await leaving.sweep(ctx)
    assert await asked_for() == []  # it isn't there yet
    await DB.run("UPDATE charging_station SET online = true")
    async with ctx.unit():
        await leaving.on_connected({station_id})
    assert await asked_for() == [str(location_id)]
    await leaving.sweep(ctx)
    assert await asked_for() == [str(location_id)]
    rows = leaving.left_over(await kept_store.at(wire.OURS_FROM, location_id), [])
    assert [row["number"] for row in rows] == [wire.OURS_FROM + 10]  # what was set by hand stays
