"""What if, asked of a site with a past: in the same days, beside what else drew then."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from backend.db.engine import DB
from backend.sites import aside, service, store, whatif
from backend.sites.whatif_rules import Frame, side
from shared.sites import EnergyTariff, NodeKind, PolicyName, PowerNode, SitePolicy, SiteSet
from shared.what_if import WhatIf
from tests import world
from tests.conftest import Clock


async def test_the_same_days_and_the_load_as_it_was(db: str, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    async def here(frame: Frame, sides: Sequence[Any]) -> list[Any]:
        return [side(frame, *one) for one in sides]  # that a process of its own says the same is tested elsewhere

    monkeypatch.setattr(aside, "answers", here)
    ctx = world.make_context(clock)
    tenant_id = await world.add_tenant()
    location_id = await world.add_location(tenant_id)
    station_id = await world.add_station(tenant_id, "CP-1", location_id=location_id)
    connector_id = await world.add_connector(station_id, 1, max_power_w=22_000)
    nodes = [
        PowerNode(key="grid", kind=NodeKind.GRID, limit_a=Decimal(40)),
        PowerNode(key="hall", kind=NodeKind.LOAD, parent="grid", limit_a=Decimal(30), rise_a=Decimal(0)),
        PowerNode(key="a", kind=NodeKind.STATION, parent="grid", station="CP-1"),
    ]
    wanted = SiteSet(nodes=nodes, policy=SitePolicy(name=PolicyName.EQUAL), tariff=EnergyTariff())
    await service.put(ctx, tenant_id, location_id, wanted)
    begun_at = ctx.now() - timedelta(days=3)
    for day in range(3):
        ended = {"begun_at": begun_at + timedelta(days=day), "state": "ended"}
        ended["ended_at"] = ended["begun_at"] + timedelta(hours=1)
        one = await world.add_transaction(station_id, connector_id, evse=1, energy_wh=15_000, **ended)
        await DB.run("UPDATE transaction SET max_power_w = 16000 WHERE id = $1", one)
    row = await service.row_of(tenant_id, location_id)
    asked = WhatIf(node="grid", connectors=0)
    worst = await whatif.ask(ctx, row, asked)
    assert (worst.now.sessions, worst.since, worst.not_counted) == (3, None, ["loads"])
    assert worst.now.complete_share == 0  # 10 A beside the hall at its limit

    told = {"at": ctx.now().isoformat(), "currents_a": [0, 0, 0], "since": (begun_at - timedelta(days=1)).isoformat()}
    await store.put_reading(location_id, "hall", told)
    for quarter in range(4):
        for day in range(3):
            at = begun_at + timedelta(days=day, minutes=15 * quarter)
            await store.note(location_id, at, {"drawn_w": 0, "limit_w": None, "planned_w": 0, "price": None})
    monkeypatch.setattr(whatif, "MOST_SESSIONS", 2)
    rested = await whatif.ask(ctx, await service.row_of(tenant_id, location_id), asked)
    assert (rested.now.sessions, rested.then.sessions) == (2, 2)
    assert (rested.since, rested.not_counted) == (begun_at + timedelta(days=1), [])
    assert rested.now.complete_share == 1
