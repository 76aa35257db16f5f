"""Readings outside of transactions: what meters say while nobody charges."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.db.engine import DB

Row = dict[str, Any]


async def charging(outlets: Sequence[tuple[UUID, int]]) -> set[tuple[UUID, int]]:
    """Of (station, evse) those where a transaction runs."""
    rows = await DB.run(
        """SELECT q.station, q.evse FROM unnest($1::uuid[], $2::int[]) AS q (station, evse)
        WHERE EXISTS (SELECT 1 FROM transaction t
                      WHERE t.station = q.station AND t.evse = q.evse AND t.state = 'active')""",
        [station for station, _ in outlets],
        [evse for _, evse in outlets],
    )
    return {(row["station"], row["evse"]) for row in rows}


async def add(rows: Sequence[tuple[Any, ...]]) -> None:
    """Rows: station, evse, at, energy_wh, power_w, soc_percent, current_a, voltage_v, context. Those of a moment that
    is known already are left out."""
    await DB.run(
        """
        INSERT INTO station_reading
            (station, evse, at, energy_wh, power_w, soc_percent, current_a, voltage_v, context)
        SELECT * FROM unnest($1::uuid[], $2::int[], $3::timestamptz[], $4::bigint[], $5::int[], $6::int[],
                             $7::numeric[], $8::numeric[], $9::text[])
        ON CONFLICT (station, evse, at) DO NOTHING""",
        *(list(column) for column in zip(*rows, strict=True)),
    )


async def latest(station_id: UUID) -> list[Row]:
    """The newest of each meter of a station: by index, however many there are."""
    return await DB.run(
        """SELECT r.evse, r.at, r.energy_wh, r.power_w, r.current_a, r.voltage_v
        FROM (SELECT 0 AS evse UNION SELECT evse FROM connector WHERE station = $1) AS e
        CROSS JOIN LATERAL (
            SELECT * FROM station_reading s WHERE s.station = $1 AND s.evse = e.evse ORDER BY s.at DESC LIMIT 1
        ) AS r ORDER BY r.evse""",
        station_id,
    )


async def keep_partitions(before: datetime) -> None:
    await DB.run("SELECT keep_partitions('station_reading', 'month', now(), 2)")
    await DB.run("SELECT drop_partitions('station_reading', 'month', $1)", before)
    await DB.run("DELETE FROM station_reading_default WHERE at < $1", before)
