"""After an outage thousands of stations tell their clocks at once: noted in groups, judged each by itself."""

import asyncio
from uuid import UUID

import pytest
from prometheus_client import REGISTRY

from backend.alerts import incidents, service
from backend.context import Context
from backend.db.engine import DB
from backend.events import ClockTold, IncidentChanged
from shared.operations import IncidentState
from tests import world
from tests.conftest import Clock

pytestmark = pytest.mark.usefixtures("db")
MANY = 40


async def tell(ctx: Context, tenant_id: UUID, clocks: dict[UUID, float]) -> None:
    await asyncio.gather(
        *(
            ctx.tell_together(
                one, ClockTold(tenant_id=tenant_id, at=ctx.now(), station_id=one, identity="-", off_s=off_s)
            )
            for one, off_s in clocks.items()
        )
    )


async def wrong(ctx: Context, tenant_id: UUID) -> set[str | None]:
    found, _ = await incidents.incidents(ctx, tenant_id, states=(IncidentState.OPEN,))
    assert {one.rule for one in found} <= {"clock_drift"}
    return {one.station_identity for one in found}


async def test_those_that_are_wrong_and_those_that_are_right_again(clock: Clock) -> None:
    handlers, heard = world.listening(IncidentChanged)
    ctx = world.make_context(clock, handlers | world.handlers_of(service))
    tenant_id = await world.add_tenant()
    ids = {f"C-{n}": await world.add_station(tenant_id, f"C-{n}") for n in range(MANY)}
    before = REGISTRY.get_sample_value("wattline_group_size_count", {"group": "ClockTold"}) or 0
    await tell(ctx, tenant_id, {one: 7200.0 if name in ("C-3", "C-7") else 1.0 for name, one in ids.items()})
    groups = REGISTRY.get_sample_value("wattline_group_size_count", {"group": "ClockTold"}) or 0
    assert 0 < groups - before < MANY / 4, "hardly more than a database transaction for each"
    assert await wrong(ctx, tenant_id) == {"C-3", "C-7"}
    rows = await DB.run("SELECT identity, clock_off_s, clock_off_at FROM charging_station")
    assert {row["identity"]: row["clock_off_s"] for row in rows} == {
        name: 7200.0 if name in ("C-3", "C-7") else 1.0 for name in ids
    }
    assert {row["clock_off_at"] for row in rows} == {clock.now()}
    await tell(ctx, tenant_id, {one: 3600.0 if name == "C-7" else 0.0 for name, one in ids.items()})
    assert await wrong(ctx, tenant_id) == {"C-7"}
    assert [event.state for event in heard.of(IncidentChanged)].count("closed") == 1
