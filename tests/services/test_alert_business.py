"""Stations without sessions for long: missed where they could have had some, and only there."""

from datetime import timedelta
from uuid import UUID

import pytest

from backend.alerts import business, incidents
from backend.context import Context
from backend.db.engine import DB
from tests import world
from tests.conftest import Clock

pytestmark = pytest.mark.usefixtures("db")


async def add(clock: Clock, tenant_id: UUID, name: str, each_h: int) -> UUID:
    """A connected station with 50 days of sessions of an hour, the last of which ends now."""
    station_id = await world.add_station(tenant_id, name)
    connector_id = await world.add_connector(station_id)
    await DB.run(
        "UPDATE charging_station SET online = true, created_at = $2 WHERE id = $1",
        station_id,
        clock.now() - timedelta(days=60),
    )
    await DB.run("UPDATE connector SET status = 'available' WHERE id = $1", connector_id)
    await DB.run(
        """INSERT INTO transaction (tenant, station, state, begun_at, ended_at, created_at, cost, energy_wh)
        SELECT $1, $2, 'ended', at, at + interval '1 hour', at, 10, 9000
        FROM generate_series($3::timestamptz, $4::timestamptz, make_interval(hours => $5)) at""",
        tenant_id,
        station_id,
        clock.now() - timedelta(days=50, hours=1),
        clock.now() - timedelta(hours=1),
        each_h,
    )
    return station_id


async def says(station_id: UUID, clock: Clock, status: str) -> None:
    """Of the station where it is about its connection, else of its outlet."""
    of_station = status in ("online", "offline")
    await DB.run(
        """INSERT INTO status_change (station, connector, at, status)
        SELECT $1, CASE WHEN $4 THEN NULL ELSE id END, $2, $3 FROM connector WHERE station = $1""",
        station_id,
        clock.now(),
        status,
        of_station,
    )
    if not of_station:
        await DB.run("UPDATE connector SET status = $2 WHERE station = $1", station_id, status)


async def missed(ctx: Context, *tenants: UUID) -> list[str]:
    await business.look(ctx)
    found = [one for tenant_id in tenants for one in await incidents.open_incidents(ctx, tenant_id)]
    assert {one.rule for one in found} <= {"no_sessions"}
    return sorted(one.station_identity for one in found)


async def test_a_quiet_station_is_missed_and_priced(clock: Clock) -> None:
    ctx, tenant_id = world.make_context(clock), await world.add_tenant()
    for name, each_h in (("busy", 8), ("rural", 24 * 9)):
        await add(clock, tenant_id, name, each_h)
    await business.compute_baselines(ctx)
    assert await missed(ctx, tenant_id) == []
    clock.advance(hours=83)
    assert await missed(ctx, tenant_id) == ["busy"]
    [found] = await incidents.open_incidents(ctx, tenant_id)
    clock.advance(hours=24)
    assert await missed(ctx, tenant_id) == ["busy"]
    priced = await incidents.incident(ctx, tenant_id, UUID(found.id))
    assert priced.lost is not None
    assert 2.5 < priced.lost_sessions < 3.5
    assert 25 < priced.lost.amount < 35


async def test_nobody_is_missed_where_nobody_could_charge_and_a_single_station_is(clock: Clock) -> None:
    ctx, tenants = world.make_context(clock), [await world.add_tenant(name) for name in ("Nord", "Sued", "West")]
    _, shut, away = [
        await add(clock, tenant_id, name, 8) for tenant_id, name in zip(tenants, ("alone", "shut", "away"), strict=True)
    ]
    await business.compute_baselines(ctx)
    clock.advance(minutes=10)
    await says(shut, clock, "unavailable")
    await says(away, clock, "offline")
    clock.advance(hours=71)
    await says(away, clock, "online")
    clock.advance(hours=1)
    assert await missed(ctx, *tenants) == ["alone"]
    await says(shut, clock, "available")
    clock.advance(hours=12)
    assert await missed(ctx, *tenants) == ["alone"]
    clock.advance(hours=60)
    assert await missed(ctx, *tenants) == ["alone", "away", "shut"]


async def test_others_are_compared_with_in_the_same_time_and_without_itself(clock: Clock) -> None:
    ctx, tenant_id = world.make_context(clock), await world.add_tenant()
    await add(clock, tenant_id, "quiet", 2)
    other = await add(clock, tenant_id, "other", 2)
    await business.compute_baselines(ctx)
    begin = clock.now()
    clock.advance(hours=36)
    assert await missed(ctx, tenant_id) == []  # nobody comes to any of them: a holiday
    await DB.run(
        """INSERT INTO transaction (tenant, station, state, begun_at, ended_at, created_at)
        SELECT $1, $2, 'ended', at, at + interval '1 hour', at
        FROM generate_series($3::timestamptz, $4::timestamptz, interval '1 hour') at""",
        tenant_id,
        other,
        begin,
        begin + timedelta(hours=18),  # none in the last hours, which alone say nothing
    )
    assert await missed(ctx, tenant_id) == ["quiet"]
