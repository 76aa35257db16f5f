"""What most messages of running transactions are: meter values. They are written in groups, all in one database
transaction with a few statements, and answered after its commit.

Whatever is not plain (a card, an outlet nobody knows, a repetition, a transaction that has ended …) is left to the
general way of `service`, message by message.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from backend.context import Context
from backend.events import TransactionUpdated
from backend.stations.model import StationRef
from backend.transactions import group_store, pricing, recording, rules, targets
from backend.transactions.model import StartReply, Updated

GROUP = "transactions"


class Said(NamedTuple):
    """`mark`: what it is remembered by; "" for 1.6, where the moment of a reading is what makes it the same."""

    station: StationRef
    report: Updated
    mark: str


def plain(report: Updated) -> bool:
    """Whether it says nothing that concerns more than its own transaction."""
    named = bool(report.ref) or (report.number is not None and report.number > 0)
    return named and not report.signed and report.id_token is None and report.reservation is None


async def write(points: Sequence[tuple[Any, ...]]) -> None:
    """(transaction, then a reading as it is stored) in one statement; those of a moment that is known are left out."""
    await group_store.add_readings(points)


async def record(ctx: Context, said: Sequence[Said]) -> list[StartReply | None]:
    """For each, in order: its answer, or None for what must go the general way."""
    answers: list[StartReply | None] = [None] * len(said)
    async with ctx.unit() as unit:
        free = await group_store.lock_stations([one.station.id for one in said])
        rows = await group_store.running(
            [
                (n, one.station.id, one.report.ref, one.report.number)
                for n, one in enumerate(said)
                if one.station.id in free
            ]
        )
        rows = {n: row for n, row in rows.items() if _fits(said[n].report, row)}
        new = await _remembered(ctx, said, rows)
        rows = {n: row for n, row in rows.items() if not said[n].mark or (said[n].station.id, said[n].mark) in new}
        now, points, changed = ctx.now(), [], []
        for n, row in rows.items():
            more, values = rules.follow(row, said[n].report, row["power_limit_w"], running=True, now=now)
            points += [(row["id"], *point) for point in more]
            row |= values
            changed.append(row)
        if points:
            await write(points)
        if changed:
            await group_store.follow(changed, now)
            await pricing.with_costs(ctx, changed)
            await targets.watch(changed)
        for n, row in rows.items():
            unit.emit(recording.event(ctx, TransactionUpdated, said[n].station, row))
            answers[n] = StartReply(transaction_id=row["id"], number=row["number"], decision=None, cost=row["cost"])
    return answers


def _fits(report: Updated, row: group_store.Row) -> bool:
    same_outlet = report.evse in (None, 0, row["evse"]) and report.connector == row["outlet"]
    return same_outlet and not row["may_be_asked_for"]


async def _remembered(ctx: Context, said: Sequence[Said], rows: dict[int, group_store.Row]) -> set[tuple[object, str]]:
    now = ctx.now()
    messages = [
        (one.station.id, row["id"], one.mark, "updated", one.report.seq_no, one.report.at, now, one.report.raw)
        for one, row in ((said[n], row) for n, row in rows.items())
        if one.mark
    ]
    return {*await group_store.remember(messages)} if messages else set()
