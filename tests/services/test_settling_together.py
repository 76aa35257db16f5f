"""Sessions that ended together are billed together: numbered without gaps, each once, and a bad one fails alone."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from backend import wiring
from backend.context import Context
from backend.db.engine import DB
from backend.events import TransactionEnded
from backend.transactions import settling
from tests import world
from tests.conftest import Clock

pytestmark = pytest.mark.usefixtures("db")
PRICE = {"elements": [{"price_components": [{"type": "ENERGY", "price": "0.50"}]}]}


class Ended:
    """Sessions that ended and wait for their bill; the one numbered n took n kWh."""

    def __init__(self, ctx: Context, ids: Sequence[UUID]) -> None:
        self.ctx = ctx
        self.ids = ids
        self.names = [str(one) for one in ids]

    async def bills(self) -> list[dict[str, Any]]:
        return await DB.run(
            """SELECT c.number, c.total_incl, t.energy_wh, t.cost, t.tenant, c.transaction, c.xmin::text AS written_by,
                (SELECT count(*) FROM paper p WHERE p.cdr = c.id AND p.number = c.number) AS papers,
                (SELECT count(*) FROM transaction_curve k WHERE k.transaction = t.id) AS curves
            FROM cdr c JOIN transaction t ON t.id = c.transaction ORDER BY t.tenant, c.number"""
        )

    async def waiting(self) -> list[list[str]]:
        """What jobs will settle."""
        rows = await DB.run("SELECT payload FROM pgqueuer WHERE entrypoint = $1 ORDER BY id", settling.JOB)
        return [msgspec.json.decode(row["payload"])["transactions"] for row in rows]

    async def work(self) -> list[str]:
        """Do the jobs that wait, as the worker would; what failed."""
        failed: list[str] = []
        while jobs := await self.waiting():
            await DB.run("DELETE FROM pgqueuer WHERE entrypoint = $1", settling.JOB)
            for names in jobs:
                try:
                    await settling.settle(self.ctx, {"transactions": names})
                except Exception:
                    failed += names
        return failed


async def build(clock: Clock, sessions: int, tenants: int = 1) -> Ended:
    ctx = world.make_context(clock, wiring.EVENTS)
    await ctx.bus.start()
    ids = []
    for number in range(tenants):
        tenant_id = await world.add_tenant(f"tenant-{number}")
        tariff = await DB.run(
            "INSERT INTO tariff (tenant, name, currency, definition) VALUES ($1, 'Usual', 'EUR', $2) RETURNING id",
            tenant_id,
            PRICE,
        )
        station = await world.add_station(tenant_id, f"CP-{number}")
        for n in range(1, sessions + 1):
            values: dict[str, Any] = {
                "begun_at": clock.now() - timedelta(hours=2),
                "ended_at": clock.now() - timedelta(hours=1),
                "meter_start_wh": 100,
                "meter_last_wh": 100 + n * 1000,
                "tariff": tariff[0]["id"],
                "energy_wh": n * 1000,
            }
            ids.append(await world.add_transaction(station, state="ended", flags=[], **values))
    return Ended(ctx, ids)


async def test_a_group_shares_a_database_transaction_and_its_numbers_have_no_gaps(clock: Clock) -> None:
    ended = await build(clock, 6, tenants=2)
    mixed = [*ended.names[::2], *ended.names[1::2]]
    await settling.settle(ended.ctx, {"transactions": mixed})
    bills = await ended.bills()
    assert len({one["written_by"] for one in bills}) == 1
    year = (clock.now() - timedelta(hours=1)).year
    assert [one["number"] for one in bills] == [f"{year}-{n:06d}" for n in range(1, 7)] * 2
    assert all(one["total_incl"] == one["cost"] == Decimal(one["energy_wh"]) / 2000 for one in bills)
    assert {(one["papers"], one["curves"]) for one in bills} == {(1, 1)}


async def test_done_twice_each_is_billed_once(clock: Clock) -> None:
    ended = await build(clock, 4)
    await settling.settle(ended.ctx, {"transactions": ended.names[:2]})
    await settling.settle(ended.ctx, {"transactions": ended.names})
    await settling.settle(ended.ctx, {"transactions": ended.names})
    await settling.settle(ended.ctx, {"transaction_id": ended.names[0]})  # as an older version enqueued it
    bills = await ended.bills()
    assert [one["number"][-1] for one in bills] == ["1", "2", "3", "4"]
    assert len({one["transaction"] for one in bills}) == 4


async def test_a_session_that_can_not_be_billed_fails_alone(clock: Clock) -> None:
    ended = await build(clock, 7)
    rows = await DB.run(
        "INSERT INTO tariff (tenant, name, currency, definition) SELECT tenant, 'Bad', 'EUR', $1 FROM transaction"
        " LIMIT 1 RETURNING id",
        {"elements": "nonsense"},
    )
    await DB.run("UPDATE transaction SET tariff = $2 WHERE id = $1", ended.ids[3], rows[0]["id"])
    await settling.settle(ended.ctx, {"transactions": ended.names})
    assert await ended.bills() == []
    assert await ended.waiting() == [ended.names[:3], ended.names[3:]]
    assert await ended.work() == [ended.names[3]]
    bills = await ended.bills()
    assert {one["transaction"] for one in bills} == set(ended.ids) - {ended.ids[3]}
    assert [int(one["number"][-6:]) for one in bills] == [1, 2, 3, 4, 5, 6]


async def test_only_what_was_paid_for_is_captured_and_a_doubt_is_opened(clock: Clock) -> None:
    ended = await build(clock, 3)
    await DB.run(
        """INSERT INTO payment (id, tenant, transaction, provider, payer, state, currency, hold_amount, created_at,
            updated_at) SELECT $1, tenant, id, 'demo', '', 'held', 'EUR', 50, $3, $3 FROM transaction WHERE id = $2""",
        uuid4(),
        ended.ids[1],
        clock.now(),
    )
    await DB.run("""UPDATE transaction SET flags = '["meter_jump"]' WHERE id = $1""", ended.ids[2])
    await settling.settle(ended.ctx, {"transactions": ended.names})
    rows = await DB.run("SELECT payload FROM pgqueuer WHERE entrypoint = 'payments.capture'")
    captures = [msgspec.json.decode(row["payload"]) for row in rows]
    assert [(one["transaction_id"], Decimal(one["due"])) for one in captures] == [(ended.names[1], Decimal(1))]
    doubts = await DB.run("SELECT transaction FROM meter_doubt")
    assert [row["transaction"] for row in doubts] == [ended.ids[2]]


async def test_what_ends_together_is_settled_by_few_jobs(clock: Clock) -> None:
    ended = await build(clock, settling.MOST_TOGETHER + 3)
    rows = await DB.run("SELECT id, tenant, station FROM transaction ORDER BY energy_wh")
    async with ended.ctx.unit() as unit:
        await settling.on_ended(ended.ctx, unit, [_event(clock, row) for row in rows])
    assert [len(names) for names in await ended.waiting()] == [settling.MOST_TOGETHER, 3]
    assert await ended.work() == []
    assert len(await ended.bills()) == settling.MOST_TOGETHER + 3


def _event(clock: Clock, row: dict[str, Any]) -> TransactionEnded:
    return TransactionEnded(
        tenant_id=row["tenant"],
        at=clock.now(),
        transaction_id=row["id"],
        station_id=row["station"],
        identity="CP-0",
        connector_id=None,
        account_id=None,
        stop_reason="Local",
    )


async def test_a_register_that_does_not_fit_its_neighbours_is_not_billed_and_asks_somebody(clock: Clock) -> None:
    ended = await build(clock, 1)
    begun_at = clock.now() - timedelta(hours=2)
    for minutes, wh in ((10, 200), (20, 1000), (30, 400), (40, 600)):
        at = begun_at + timedelta(minutes=minutes)
        values = (ended.ids[0], at, wh)
        await DB.run("INSERT INTO transaction_reading (transaction, at, energy_wh) VALUES ($1, $2, $3)", *values)
    await settling.settle(ended.ctx, {"transactions": ended.names})
    assert [one["energy_wh"] for one in await ended.bills()] == [1000]
    trusted = await DB.run("SELECT energy_wh FROM transaction_reading WHERE trusted ORDER BY at")
    assert [one["energy_wh"] for one in trusted] == [200, 400, 600]
    assert (await DB.run("SELECT flags FROM transaction"))[0]["flags"] == ["meter_backwards", "needs_decision"]
    assert [one["flags"] for one in await DB.run("SELECT flags FROM meter_doubt")] == [["meter_backwards"]]
