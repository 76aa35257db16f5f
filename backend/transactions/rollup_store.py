"""Readings in the long run: partitions by month, and the rollups that plots of the past are drawn from."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.db.engine import DB

IN_FLIGHT = 20_000
"""Ids are given before rows are committed: so many of the last ones are looked at once more."""
POWER = "power"


async def keep_partitions(before: datetime) -> None:
    """Those of the next months are there, those before are gone; so is what lies between none."""
    await DB.run("SELECT keep_partitions('transaction_reading', 'month', now(), 2)")
    await DB.run("SELECT drop_partitions('transaction_reading', 'month', $1)", before)
    await DB.run("DELETE FROM transaction_reading_default WHERE at < $1", before)


async def forget_updates(before: datetime) -> None:
    """Of messages that only brought readings nothing is asked any more; starts, stops and what is put aside stay."""
    await DB.run(
        "DELETE FROM transaction_message WHERE received_at < $1 AND kind = 'updated' AND transaction IS NOT NULL",
        before,
    )


async def curve(transaction_id: UUID) -> dict[str, Any] | None:
    rows = await DB.run(
        "SELECT meter_start_wh, points, states, left_out FROM transaction_curve WHERE transaction = $1", transaction_id
    )
    return rows[0] if rows else None


async def try_lock(transaction_id: UUID) -> bool:
    """Whether nobody else writes to a transaction now: who settles it holds it, and keeps its curve too. Without this
    lock before the curve, each would wait for the other."""
    sql = "SELECT 1 FROM transaction WHERE id = $1 FOR KEY SHARE SKIP LOCKED"
    return bool(await DB.run(sql, transaction_id))


async def keep_curves(curves: Sequence[tuple[UUID, int | None, Any, Any, int]], *, over: bool = True) -> None:
    """Rows: transaction, meter_start_wh, points, states, left_out. `over`: also where one is kept already."""
    transactions, starts, points, states, left_out = zip(*curves, strict=True)
    else_do = """DO UPDATE SET meter_start_wh = excluded.meter_start_wh, points = excluded.points,
        states = excluded.states, left_out = excluded.left_out"""
    await DB.run(
        f"""INSERT INTO transaction_curve (transaction, meter_start_wh, points, states, left_out)
        SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::jsonb[], $4::jsonb[], $5::int[])
        ON CONFLICT (transaction) {else_do if over else "DO NOTHING"}""",
        transactions,
        starts,
        [msgspec.json.encode(one).decode() for one in points],  # a list of lists would be a matrix
        [msgspec.json.encode(one).decode() for one in states],
        left_out,
    )


async def without_curve(before: datetime) -> list[UUID]:
    """Ended transactions with readings older than this that nobody kept a curve of."""
    rows = await DB.run(
        """SELECT t.id FROM transaction t WHERE t.state = 'ended' AND t.id IN (
            SELECT r.transaction FROM transaction_reading r WHERE r.at < $1
        ) AND NOT EXISTS (SELECT 1 FROM transaction_curve c WHERE c.transaction = t.id)""",
        before,
    )
    return [row["id"] for row in rows]


async def lock() -> bool:
    """One at a time, on all nodes; until the end of the database transaction."""
    rows = await DB.run("SELECT pg_try_advisory_xact_lock(19, 1) AS mine")
    return bool(rows[0]["mine"])


async def touched() -> tuple[int, list[datetime]]:
    """(the newest reading's id, the quarters that readings since the last time lie in)."""
    rows = await DB.run("SELECT last_id FROM rollup_mark WHERE name = $1", POWER)
    since = rows[0]["last_id"] - IN_FLIGHT if rows else 0
    found: list[dict[str, Any]] = await DB.run(
        """SELECT date_bin('15 minutes', at, TIMESTAMPTZ '2000-01-01 00:00Z') AS quarter, max(id) AS newest
        FROM transaction_reading WHERE id > $1 GROUP BY 1 ORDER BY 1""",
        since,
    )
    newest = max((row["newest"] for row in found), default=since + IN_FLIGHT if rows else 0)
    return newest, [row["quarter"] for row in found]


async def add_up(begin: datetime, end: datetime) -> None:
    """The power of each tenant in each quarter of the span, anew from the readings: each transaction's mean, summed."""
    await DB.run(
        """INSERT INTO power_rollup AS p (tenant, at, power_w, sessions)
        SELECT tenant, quarter, sum(power_w)::bigint, count(*) FROM (
            SELECT t.tenant, date_bin('15 minutes', r.at, TIMESTAMPTZ '2000-01-01 00:00Z') AS quarter,
                avg(r.power_w) AS power_w
            FROM transaction_reading r JOIN transaction t ON t.id = r.transaction
            WHERE r.at >= $1 AND r.at < $2 AND r.power_w IS NOT NULL GROUP BY 1, 2, t.id
        ) AS each GROUP BY tenant, quarter
        ON CONFLICT (tenant, at) DO UPDATE SET power_w = excluded.power_w, sessions = excluded.sessions""",
        begin,
        end,
    )


async def note(last_id: int) -> None:
    await DB.run(
        """INSERT INTO rollup_mark (name, last_id) VALUES ($1, $2)
        ON CONFLICT (name) DO UPDATE SET last_id = excluded.last_id""",
        POWER,
        last_id,
    )
