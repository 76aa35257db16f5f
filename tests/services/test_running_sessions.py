"""Sessions under way, looked at by the clock: their readings, however many, and the limits that hold them down."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from backend.alerts import incidents, service, watching
from backend.context import Context
from backend.db.engine import DB
from backend.energy import service as energy
from backend.energy import store as energy_store
from shared.energy import ChargingProfile, ChargingSchedule, Kind, Purpose, RateUnit, SchedulePeriod
from tests import world
from tests.conftest import Clock

pytestmark = pytest.mark.usefixtures("db")


async def charging(clock: Clock) -> tuple[Context, UUID, UUID, UUID]:
    """A session that charges: context, tenant, station, transaction."""
    ctx, tenant_id = world.make_context(clock, world.handlers_of(service)), await world.add_tenant()
    station_id = await world.add_station(tenant_id)
    connector_id = await world.add_connector(station_id)
    await DB.run("UPDATE charging_station SET online = true, last_seen_at = $1", clock.now())
    await DB.run("UPDATE connector SET status = 'charging'")
    transaction_id = await world.add_transaction(
        station_id, connector_id, evse=1, begun_at=clock.now(), updated_at=clock.now(), charging_state="charging"
    )
    return ctx, tenant_id, station_id, transaction_id


async def read(transaction_id: UUID, begin: datetime, end: datetime, each_s: int, **values: Any) -> None:
    names = ", ".join(values)
    await DB.run(
        f"""INSERT INTO transaction_reading (transaction, at, {names})
        SELECT $1, at, {", ".join(f"${n}" for n in range(5, 5 + len(values)))}
        FROM generate_series($2::timestamptz, $3::timestamptz, make_interval(secs => $4)) at""",
        transaction_id,
        begin,
        end,
        each_s,
        *values.values(),
    )


async def found(ctx: Context, tenant_id: UUID) -> list[str]:
    await watching.look_at_sessions(ctx, energy.allowed_a)
    return sorted(one.rule for one in await incidents.open_incidents(ctx, tenant_id))


async def limit(ctx: Context, station_id: UUID, amperes: int, *, purpose: Purpose = Purpose.DEFAULT) -> None:
    schedule = ChargingSchedule(unit=RateUnit.AMPERE, periods=[SchedulePeriod(start_s=0, limit=Decimal(amperes))])
    profile = ChargingProfile(number=1, purpose=purpose, kind=Kind.RELATIVE, stack_level=0, schedules=[schedule])
    await energy_store.put(station_id, 0, "CSO", profile, None, None, ctx.now())


async def test_readings_of_three_phases_are_looked_at(clock: Clock) -> None:
    ctx, tenant_id, _, transaction_id = await charging(clock)
    end = clock.now()
    await read(transaction_id, end - timedelta(minutes=2), end, 60, energy_wh=10, phase_voltages=[268.0, 269.0, 270.0])
    assert await found(ctx, tenant_id) == ["voltage_out_of_band"]


async def test_a_meter_that_is_read_each_ten_seconds_hides_nothing_nor_does_a_wide_limit(clock: Clock) -> None:
    ctx, tenant_id, station_id, transaction_id = await charging(clock)
    begin, end = clock.now(), clock.advance(minutes=12)
    await read(transaction_id, begin, end, 10, energy_wh=100, power_w=0)
    await limit(ctx, station_id, 32)
    assert await found(ctx, tenant_id) == ["no_power"]
    await limit(ctx, station_id, 0)
    assert await found(ctx, tenant_id) == []
    await limit(ctx, station_id, 6)
    assert await found(ctx, tenant_id) == ["no_power"]
    # It was told to wait a moment ago, and that profile is gone.
    holds = [[(end - timedelta(minutes=5)).isoformat(), (end - timedelta(minutes=1)).isoformat()]]
    await DB.run("UPDATE transaction SET holds = $1", holds)
    assert await found(ctx, tenant_id) == []


async def test_less_power_than_offered_is_seen_below_the_limit_in_force(clock: Clock) -> None:
    ctx, tenant_id, station_id, transaction_id = await charging(clock)
    begin, end = clock.now(), clock.advance(minutes=12)
    await DB.run(
        """INSERT INTO transaction_reading (transaction, at, energy_wh, power_w, offered_w)
        SELECT $1, at, extract(epoch FROM at - $2::timestamptz)::int, 2000, 22000
        FROM generate_series($2::timestamptz, $3::timestamptz, make_interval(secs => 10)) at""",
        transaction_id,
        begin,
        end,
    )
    await limit(ctx, station_id, 16)
    assert await found(ctx, tenant_id) == ["power_below_offer"]
    await limit(ctx, station_id, 8)  # 5.5 kW, whatever the station says that it offers
    assert await found(ctx, tenant_id) == []


async def test_limits_that_cant_be_reckoned_keep_nobody_from_looking(clock: Clock) -> None:
    ctx, tenant_id, station_id, transaction_id = await charging(clock)
    begin, end = clock.now(), clock.advance(minutes=12)
    await read(transaction_id, begin, end, 10, energy_wh=100, power_w=0, phase_voltages=[268.0, 269.0, 270.0])
    await limit(ctx, station_id, 32)

    async def broken(*_: object) -> float | None:
        raise ValueError("a profile that nobody foresaw")

    await watching.look_at_sessions(ctx, broken)
    rules = sorted(one.rule for one in await incidents.open_incidents(ctx, tenant_id))
    assert rules == ["no_power", "voltage_out_of_band"]
