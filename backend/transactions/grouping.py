"""What most messages of running transactions are: meter values. They are written in groups, all in one database
transaction with a few statements, and answered after its commit.

Whatever is not plain (a card, an outlet nobody knows, a repetition, a transaction that has ended …) is left to the
general way of `service`, message by message.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from backend.context import Context, Unit
from backend.events import TransactionUpdated
from backend.stations.model import StationRef
from backend.transactions import group_store, pricing, recording, remembered, remembered_store, rules, targets
from backend.transactions.model import Report, StartReply, Updated

Row = group_store.Row
GROUP = "transactions"
_NOTHING: dict[str, Any] = {}
"""What is kept of such a message as it came: it is in the OCPP log, and what it says in readings."""


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
    await _record_known(ctx, said, answers)
    rest = [n for n, answer in enumerate(answers) if answer is None]
    if rest:
        for n, answer in zip(rest, await record_anew(ctx, [said[n] for n in rest]), strict=True):
            answers[n] = answer
    return answers


async def _record_known(ctx: Context, said: Sequence[Said], answers: list[StartReply | None]) -> None:
    """Those of transactions that are remembered: by one statement, which leaves out what it can't be sure of."""
    if ctx.handlers.get(TransactionUpdated):
        return  # they act in the same database transaction
    now = ctx.now()
    rows, messages, points = list[Row](), list[tuple[Any, ...]](), list[tuple[Any, ...]]()
    whose: dict[UUID, tuple[int, Row]] = {}
    for n, one in enumerate(said):
        report = one.report
        row = remembered.get(one.station.id, _name(report), now)
        if row is None or not _fits(report, row):
            continue
        more, values = rules.follow(row, report, row["power_limit_w"], running=True, now=now)
        row = row | values
        rows.append(row)
        whose[row["id"]] = n, row
        messages.append((one.station.id, one.mark, report.seq_no, report.at))
        points += [(row["id"], *point) for point in more]
    if not rows:
        return
    try:
        versions = await remembered_store.write(rows, messages, points, now)
    except BaseException:
        remembered.forget_all()
        raise
    written = []
    for id_, (_, row) in whose.items():
        row["version"] = versions.get(id_)
        if row["version"] is not None:
            written.append(row)
    await pricing.with_costs(ctx, written)
    news = Unit(ctx)
    for row in rows:
        n = whose[row["id"]][0]
        _keep(said[n], row)
        if row["id"] in versions:
            news.emit(recording.event(ctx, TransactionUpdated, said[n].station, row))
            answers[n] = _answer(row)
    await news.announce()


async def record_anew(ctx: Context, said: Sequence[Said]) -> list[StartReply | None]:
    """The same without what is remembered: their rows are read first."""
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
            row["looked_at"] = now
            changed.append(row)
        if points:
            await write(points)
        if changed:
            version = await group_store.follow(changed, now)
            for row in changed:
                row["version"] = version
            await pricing.with_costs(ctx, changed)
            await targets.watch(changed)
        for n, row in rows.items():
            unit.emit(recording.event(ctx, TransactionUpdated, said[n].station, row))
            answers[n] = _answer(row)
    for n, row in rows.items():
        _keep(said[n], row)
    return answers


def forget(station_id: UUID, report: Report) -> None:
    """Its transaction is over: nothing more of it is remembered."""
    remembered.forget(station_id, _name(report))


def _name(report: Report) -> remembered.Name:
    return report.ref if report.ref is not None else report.number or 0


def _keep(said: Said, row: Row) -> None:
    """Remember a row as it is in the database now, if that is known."""
    if row["version"] is not None and remembered.usable(row):
        remembered.keep(said.station.id, _name(said.report), row, row["looked_at"])
    else:
        remembered.forget(said.station.id, _name(said.report))


def _answer(row: Row) -> StartReply:
    return StartReply(transaction_id=row["id"], number=row["number"], decision=None, cost=row["cost"])


def _fits(report: Updated, row: Row) -> bool:
    same_outlet = report.evse in (None, 0, row["evse"]) and report.connector == row["outlet"]
    return same_outlet and not row["may_be_asked_for"]


async def _remembered(ctx: Context, said: Sequence[Said], rows: dict[int, Row]) -> set[tuple[object, str]]:
    now = ctx.now()
    messages = [
        (one.station.id, row["id"], one.mark, "updated", one.report.seq_no, one.report.at, now, _NOTHING)
        for one, row in ((said[n], row) for n, row in rows.items())
        if one.mark
    ]
    return {*await group_store.remember(messages)} if messages else set()
