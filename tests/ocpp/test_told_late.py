"""What a station tells of a session after the house has gone on: a stop after its bill, a start after its price."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from backend.db.engine import DB
from backend.stations import service as stations
from backend.transactions import pricing, settling
from backend.transactions import service as transactions
from tests.ocpp.test_quirks_sessions import say_status, state_of
from tests.support.node import Node
from tests.support.wire import Session16, bill, card, key, only_session, sessions


@pytest.mark.parametrize("billed", [False, True])
async def test_a_stop_that_comes_after_the_outlet_denied_its_session_still_counts(node: Node, billed: bool) -> None:
    """The session was closed for the station, estimated; its own stop, late from its queue, corrects the bill. Where
    that is written already an operator decides."""
    tariff = await node.add_tariff()
    await node.add_station("CP-1", tariff_id=tariff)
    await card(node)
    operator = await node.client()
    async with node.booted("CP-1") as station:
        session = Session16(station)
        await session.started(0, minutes_ago=90)
        await session.meter(80, {"value": "900"})
        await say_status(station, "Available")
        await DB.run("UPDATE transaction SET updated_at = now() - interval '6 minutes'")
        await DB.run("UPDATE connector SET status_at = now() - interval '6 minutes', status = 'available'")
        await DB.run("UPDATE charging_station SET connected_at = now() - interval '6 minutes'")
        await transactions.close_zombies(node.ctx)
        found = await only_session(operator)
        assert (found["state"], found["energy_wh"]) == ("ended", 900)
        assert {"estimated", "zombie"} <= set(found["flags"])
        if billed:
            await settling.settle(node.ctx, {"transactions": [found["id"]]})
            assert await bill(operator, found["id"]) == (Decimal("0.36"), 900)
        await session.meter(70, {"value": "1400"})
        await session.stopped(1500, minutes_ago=60)
        found = await only_session(operator)
        if billed:
            assert {"late_stop", "needs_decision"} <= set(found["flags"])
            path = f"/api/v1/transactions/{found['id']}"
            doubt = (await operator.get(f"{path}/corrections")).json()["doubt"]
            assert (doubt["flags"], doubt["trusted_wh"], doubt["reported_wh"]) == (["late_stop"], 900, 1500)
            body = {"decision": "reported", "note": "It told us late"}
            assert (await operator.post(f"{path}/decision", json=body, headers=key())).status_code == 202
            shown = (await operator.get(f"{path}/corrections")).json()
            assert [Decimal(one["total_incl"]["amount"]) for one in shown["corrections"]] == [Decimal("0.24")]
            assert "needs_decision" not in (await only_session(operator))["flags"]
            return
        assert (found["energy_wh"], "estimated" in found["flags"]) == (1500, False)
        assert await bill(operator, found["id"]) == (Decimal("0.60"), 1500)
        assert len(await DB.run("SELECT 1 FROM cdr")) == 1


async def test_a_session_that_began_offline_has_the_price_of_then(node: Node) -> None:
    """It is told after two changes of its tariff: each session keeps the version that held when it began."""
    tariff: Any = await node.add_tariff()
    await node.add_station("CP-1", tariff_id=tariff)
    await card(node)
    operator = await node.client()
    for price, changed_ago in (("0.50", 120), ("0.80", 60)):
        definition = {"elements": [{"price_components": [{"type": "ENERGY", "price": price}]}]}
        answer = await operator.put(f"/api/v1/tariffs/{tariff}", json={"name": "Test", "definition": definition})
        since = f"now() - interval '{changed_ago} minutes'"
        await DB.run(f"UPDATE tariff SET retired_at = {since} WHERE id = $1::uuid", str(tariff))
        tariff = answer.json()["id"]
    async with node.booted("CP-1") as station:
        for minutes_ago in (150, 90, 30):
            session = Session16(station)
            await session.started(0, minutes_ago=minutes_ago)
            await session.stopped(1000, minutes_ago=minutes_ago - 20)
    totals = [(await bill(operator, one["id"]))[0] for one in await sessions(operator)]
    assert totals == [Decimal("0.40"), Decimal("0.50"), Decimal("0.80")]
    ref = await stations.connector_by_wire(node.ctx, UUID((await state_of(node))["id"]), 1, 1)
    kept = [
        (await pricing.tariff_for(node.ctx, node.tenant_id, ref, None, datetime.now(UTC) - timedelta(minutes=ago)))[0]
        for ago in (0, 90, 150)
    ]
    assert len(set(kept)) == 3
    assert str(kept[0]) == tariff
