"""Meter values outside of transactions: of outlets where nobody charges, and of a station's main meter.

Written in groups: what comes while one commit is under way goes with the next. No money hangs on them, so nothing is
judged here; the newest of each meter is shown with its station.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from backend.context import Context
from backend.transactions import loose_store
from backend.transactions.model import Sample
from shared.meters import MeterReading

GROUP = "station_readings"
MOST_CURRENT_A = 999_999
"""What the columns of currents and voltages hold."""


class Said(NamedTuple):
    station_id: UUID
    evse: int
    readings: Sequence[Sample]


async def record(ctx: Context, said: Sequence[Said]) -> list[bool]:
    """For each: whether it is written. False: a transaction runs there, and it belongs to that."""
    async with ctx.unit():
        taken = await loose_store.charging([(one.station_id, one.evse) for one in said])
        ours = [(one.station_id, one.evse) not in taken for one in said]
        rows = [row for one, own in zip(said, ours, strict=True) if own for row in _rows(one)]
        if rows:
            await loose_store.add(rows)
    return ours


def _rows(said: Said) -> list[tuple[Any, ...]]:
    return [
        (
            said.station_id,
            said.evse,
            one.at,
            one.energy_wh,
            one.power_w,
            one.soc_percent,
            one.current_a if one.current_a is None or abs(one.current_a) < MOST_CURRENT_A else None,
            one.voltage_v if one.voltage_v is None or abs(one.voltage_v) < MOST_CURRENT_A else None,
            one.context[:30],
        )
        for one in said.readings
    ]


async def latest(station_id: UUID) -> list[MeterReading]:
    return [MeterReading(**row) for row in await loose_store.latest(station_id)]


async def forget(ctx: Context) -> None:
    """Cron: kept as long as the readings of sessions, in whole months."""
    async with ctx.unit():
        await loose_store.keep_partitions(ctx.now() - timedelta(days=ctx.settings.reading_days))
