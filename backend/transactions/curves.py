"""The curve of a session: of a running one from its readings, of an ended one from the few points kept of it."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from backend.context import Context
from backend.transactions import rollup_store, shown, store
from shared.transactions import Reading, TransactionState

Row = store.Row


class Curve(msgspec.Struct, frozen=True):
    """`states`: when the charging state became another. `left_out`: how many readings weren't trusted."""

    points: list[Reading]
    states: list[tuple[datetime, str]]
    left_out: int


def drawn(row: Row, readings: Sequence[Row]) -> Curve:
    """From all readings of a transaction, in the order of time; as many points as a plot can show."""
    rows = list(readings)
    return Curve(shown.readings(row, rows), shown.states(rows), sum(not one["trusted"] for one in rows))


async def of(ctx: Context, row: Row) -> Curve:
    """A kept one counts only where it was drawn from the same start: a late StartTransaction moves it."""
    if row["state"] == TransactionState.ENDED:
        kept = await rollup_store.curve(row["id"])
        if kept is not None and kept["meter_start_wh"] == row["meter_start_wh"]:
            return msgspec.convert({name: kept[name] for name in Curve.__struct_fields__}, Curve)
        if kept is None:
            return await _anew(ctx, row)
    return drawn(row, await store.readings(row["id"]))


async def _anew(ctx: Context, row: Row) -> Curve:
    """Of an ended one that has none, or whose curve is void: kept, so that the next look finds it. Not while a message
    of the station is written, which may bring another reading; and one that a bill keeps meanwhile counts more."""
    async with ctx.unit():
        alone = await store.try_lock_station(row["station"]) and await rollup_store.try_lock(row["id"])
        readings = await store.readings(row["id"])
        curve = drawn(row, readings)
        if alone and readings:
            await rollup_store.keep_curves([_values(row, curve)], over=False)
    return curve


def _values(row: Row, curve: Curve) -> tuple[Any, ...]:
    """As `rollup_store.keep_curves` takes them."""
    return row["id"], row["meter_start_wh"], curve.points, curve.states, curve.left_out


async def keep(row: Row, readings: Sequence[Row]) -> None:
    """Of an ended transaction. What comes late makes it void (`store.add_readings`)."""
    await keep_all([(row, readings)])


async def keep_all(sessions: Sequence[tuple[Row, Sequence[Row]]]) -> None:
    """The same for many: rows with their readings."""
    curves = []
    for row, readings in sessions:
        curves.append(_values(row, drawn(row, readings)))
        await asyncio.sleep(0)  # those of thousands of readings take a while, and messages come meanwhile
    await rollup_store.keep_curves(curves)


async def keep_before(before: datetime) -> None:
    """Whatever has none yet, and whose readings are about to go."""
    for transaction_id in await rollup_store.without_curve(before):
        row = await store.by_id(transaction_id)
        readings = await store.readings(transaction_id)
        if row is not None and readings:
            await keep(row, readings)
