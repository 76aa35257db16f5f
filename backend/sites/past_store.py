"""Queries of what happened at a site: its sessions, their energy, and what is usual."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from backend.db.engine import DB
from backend.sites.store import Row


async def habits(location_id: UUID, accounts: Sequence[UUID], since: datetime) -> Sequence[Row]:
    """How long these drivers stay here and what they take, and (account null) everybody: so that most are in time."""
    return await DB.run(
        """WITH past AS (SELECT t.account, extract(epoch FROM t.ended_at - t.begun_at)::float8 AS stay_s, t.energy_wh
            FROM transaction t JOIN charging_station s ON s.id = t.station
            WHERE s.location = $1 AND t.state = 'ended' AND t.begun_at > $3 AND t.ended_at IS NOT NULL
            AND t.energy_wh > 500)
        SELECT account, count(*)::int AS sessions, percentile_cont(0.25) WITHIN GROUP (ORDER BY stay_s) AS stay_s,
            percentile_cont(0.75) WITHIN GROUP (ORDER BY energy_wh) AS energy_wh
        FROM past WHERE account = ANY($2) GROUP BY account HAVING count(*) >= 3
        UNION ALL SELECT NULL, count(*)::int, percentile_cont(0.25) WITHIN GROUP (ORDER BY stay_s),
            percentile_cont(0.75) WITHIN GROUP (ORDER BY energy_wh) FROM past HAVING count(*) >= 20""",
        location_id,
        list(accounts),
        since,
    )


async def sessions(
    location_id: UUID,
    begins: datetime,
    ends: datetime,
    transaction_id: UUID | None,
    account_id: UUID | None = None,
) -> Sequence[Row]:
    return await DB.run(
        """SELECT t.id, t.begun_at, coalesce(t.ended_at, t.meter_last_at, t.begun_at) AS ended_at, t.energy_wh,
            t.max_power_w, s.identity, t.evse, coalesce(nullif(c.max_power_w, 0), 11040) AS outlet_w
        FROM transaction t JOIN charging_station s ON s.id = t.station LEFT JOIN connector c ON c.id = t.connector
        WHERE s.location = $1 AND t.begun_at >= $2 AND t.begun_at < $3 AND t.state IN ('active', 'ended')
        AND t.energy_wh > 0 AND ($4::uuid IS NULL OR t.id = $4)
        AND ($5::uuid IS NULL OR t.account = $5) ORDER BY t.begun_at LIMIT 50000""",
        location_id,
        begins,
        ends,
        transaction_id,
        account_id,
    )


async def peak_w(location_id: UUID, begins: datetime, ends: datetime) -> int:
    """The highest quarter of an hour through the connection, as its plans noted it."""
    rows = await DB.run(
        """SELECT coalesce(max(mean_w), 0)::int AS peak_w FROM (SELECT avg(peak_w) AS mean_w FROM power_interval
        WHERE location = $1 AND at >= $2 AND at < $3 GROUP BY date_bin('15 minutes', at, 'epoch')) AS quarters""",
        location_id,
        begins,
        ends,
    )
    return int(rows[0]["peak_w"])


async def through_w(location_id: UUID, begins: datetime, ends: datetime) -> dict[datetime, float]:
    """What came through the connection, by quarter of an hour, as its plans noted it."""
    rows = await DB.run(
        """SELECT date_bin('15 minutes', at, 'epoch') AS quarter, avg(peak_w)::float8 AS mean_w FROM power_interval
        WHERE location = $1 AND at >= $2 AND at < $3 GROUP BY 1""",
        location_id,
        begins,
        ends,
    )
    return {row["quarter"]: row["mean_w"] for row in rows}


async def sites_of_driver(account_id: UUID, begins: datetime, ends: datetime) -> list[UUID]:
    rows = await DB.run(
        """SELECT DISTINCT p.location FROM transaction t JOIN charging_station s ON s.id = t.station
        JOIN power_site p ON p.location = s.location
        WHERE t.account = $1 AND t.begun_at >= $2 AND t.begun_at < $3""",
        account_id,
        begins,
        ends,
    )
    return [row["location"] for row in rows]


async def energies(transactions: Sequence[UUID]) -> Sequence[Row]:
    """Wh of each session in each quarter of an hour, from its own register: even between two readings."""
    return await DB.run(
        """WITH steps AS (SELECT transaction, at AS ends, lag(at) OVER (PARTITION BY transaction ORDER BY at) AS begins,
            energy_wh - lag(energy_wh) OVER (PARTITION BY transaction ORDER BY at)
            AS wh FROM transaction_reading WHERE transaction = ANY($1) AND energy_wh IS NOT NULL AND trusted)
        SELECT transaction, quarter AS at, sum(wh * extract(epoch FROM least(ends, quarter + interval '15 minutes')
            - greatest(begins, quarter)) / extract(epoch FROM ends - begins))::float8 AS wh
        FROM steps,
            generate_series(date_bin('15 minutes', begins, 'epoch'), ends - interval '1 us', '15 minutes') AS quarter
        WHERE wh > 0 AND ends > begins GROUP BY 1, 2 ORDER BY 2""",
        list(transactions),
    )
