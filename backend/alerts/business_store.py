"""Queries of what is usual at stations, and of how quiet they are."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from backend.db.engine import DB

Row = Mapping[str, Any]
PEERS_SPAN = timedelta(days=7)
"""How far back others are compared with: a longer silence of all is no chance any more."""


async def business(now: datetime) -> Sequence[Row]:
    """Connected stations with a baseline, and since when they are quiet (None: a session runs)."""
    return await DB.run(
        """SELECT s.id, s.tenant, s.vendor, s.model, b.sessions_per_day, b.longest_gap_s,
            CASE WHEN l.state = 'active' THEN NULL ELSE least($1, coalesce(l.ended_at, l.begun_at)) END AS quiet_since
        FROM station_baseline b JOIN charging_station s ON s.id = b.station
        JOIN LATERAL (SELECT state, begun_at, ended_at FROM transaction
            WHERE station = s.id AND begun_at IS NOT NULL ORDER BY created_at DESC LIMIT 1) l ON true
        WHERE s.online AND s.registration = 'accepted' AND b.days >= 14""",
        now,
    )


async def changes(quiet: Mapping[UUID, datetime]) -> Mapping[UUID, Sequence[Row]]:
    """Station → what it and its outlets did since then, in the order of time (outlet None: the station)."""
    rows = await DB.run(
        """SELECT q.station, x.connector, x.at, x.status
        FROM unnest($1::uuid[], $2::timestamptz[]) AS q (station, since)
        JOIN status_change x ON x.station = q.station AND x.at > q.since ORDER BY x.at, x.id""",
        list(quiet),
        list(quiet.values()),
    )
    found: dict[UUID, list[Row]] = {}
    for row in rows:
        found.setdefault(row["station"], []).append(row)
    return found


async def outlets(stations: Sequence[UUID]) -> Mapping[UUID, Mapping[UUID, str]]:
    """Station → its outlets and what each of them says now."""
    rows = await DB.run(
        "SELECT station, id, status FROM connector WHERE station = ANY($1::uuid[]) AND evse > 0", list(stations)
    )
    found: dict[UUID, dict[UUID, str]] = {}
    for row in rows:
        found.setdefault(row["station"], {})[row["id"]] = row["status"]
    return found


async def peers(quiet: Mapping[UUID, datetime], now: datetime) -> Mapping[UUID, Row]:
    """Station → how many sessions (`had`) the others of its tenant had since then, and how many were usual."""
    rows = await DB.run(
        """SELECT q.station,
            (SELECT count(*)::int FROM transaction t WHERE t.tenant = s.tenant AND t.station <> q.station
                AND t.begun_at > q.since AND t.begun_at <= $3) AS had,
            (SELECT coalesce(sum(b.sessions_per_day), 0) FROM station_baseline b JOIN charging_station o
                ON o.id = b.station WHERE o.tenant = s.tenant AND o.id <> q.station)
                * extract(epoch FROM $3 - q.since)::float8 / 86400 AS usual
        FROM unnest($1::uuid[], $2::timestamptz[]) AS q (station, since) JOIN charging_station s ON s.id = q.station""",
        list(quiet),
        [max(since, now - PEERS_SPAN) for since in quiet.values()],
        now,
    )
    return {row["station"]: row for row in rows}


async def compute_baselines(now: datetime, days: int) -> None:
    """What is usual at each station, from its sessions and lost connections of the last days."""
    await DB.run(
        """INSERT INTO station_baseline
            (station, days, sessions_per_day, session_amount, longest_gap_s, drops_per_day, computed_at)
        SELECT s.id, d.days, count(t.id) / d.days, coalesce(avg(t.cost) FILTER (WHERE t.cost IS NOT NULL), 0),
            max(extract(epoch FROM t.begun_at - t.before)),
            (SELECT count(*) FROM station_drop x WHERE x.station = s.id AND x.at > $1::timestamptz - interval '7 days')
                / least(7.0, d.days), $1::timestamptz
        FROM charging_station s
        CROSS JOIN LATERAL (SELECT least($2::float8, greatest(1.0,
            extract(epoch FROM $1::timestamptz - least(s.created_at, (SELECT min(begun_at) FROM transaction
                WHERE station = s.id AND begun_at > $1::timestamptz - make_interval(days => $2::int))))
            / 86400))::float8 AS days) d
        LEFT JOIN (SELECT station, id, cost, begun_at,
                lag(begun_at) OVER (PARTITION BY station ORDER BY begun_at) AS before
            FROM transaction WHERE begun_at > $1::timestamptz - make_interval(days => $2::int)
                AND begun_at <= $1::timestamptz) t
            ON t.station = s.id
        WHERE s.registration = 'accepted'
        GROUP BY s.id, d.days
        ON CONFLICT (station) DO UPDATE SET days = EXCLUDED.days, sessions_per_day = EXCLUDED.sessions_per_day,
            session_amount = EXCLUDED.session_amount, longest_gap_s = EXCLUDED.longest_gap_s,
            drops_per_day = EXCLUDED.drops_per_day, computed_at = EXCLUDED.computed_at""",
        now,
        days,
    )
