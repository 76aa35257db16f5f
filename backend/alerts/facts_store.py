"""Queries of the facts that rules look at."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.db.engine import DB

Row = Mapping[str, Any]
LABEL = "CASE WHEN c.number = 1 THEN c.evse::text ELSE c.evse || '-' || c.number END"


async def _one(sql: str, *arguments: Any) -> Row | None:
    rows = await DB.run(sql, *arguments)
    return rows[0] if rows else None


async def label(connector_id: UUID) -> str:
    row = await _one(f"SELECT {LABEL} AS label FROM connector c WHERE c.id = $1", connector_id)
    return row["label"] if row else ""


async def presence(station_id: UUID) -> Row | None:
    return await _one(
        """SELECT tenant, registration, online, disconnected_at, last_seen_at FROM charging_station WHERE id = $1""",
        station_id,
    )


async def presence_suspects(silent_before: datetime, gone_before: datetime) -> Sequence[UUID]:
    """Stations whose presence a rule should look at again: something is wrong and no incident says so, or an
    incident says so and it is over."""
    rows = await DB.run(
        """SELECT s.id FROM charging_station s
        LEFT JOIN incident o ON o.station = s.id AND o.rule = 'station_offline' AND o.state <> 'closed'
        LEFT JOIN incident q ON q.station = s.id AND q.rule = 'station_silent' AND q.state <> 'closed'
        WHERE (o.id IS NULL AND s.registration = 'accepted' AND NOT s.online AND s.disconnected_at <= $2)
        OR (q.id IS NULL AND s.registration = 'accepted' AND s.online AND s.last_seen_at <= $1)
        OR (o.id IS NOT NULL AND (s.online OR s.registration <> 'accepted'))
        OR (q.id IS NOT NULL AND
            (NOT s.online OR s.registration <> 'accepted' OR s.last_seen_at > $1))""",
        silent_before,
        gone_before,
    )
    return [row["id"] for row in rows]


async def start_failures(connector_id: UUID, since: datetime) -> Row:
    """Failed starts at a connector after `since` and after its last session, with its place and label."""
    rows = await DB.run(
        f"""SELECT s.tenant, s.id AS station, {LABEL} AS label,
            count(t.id)::int AS failures, coalesce((array_agg(t.failure ORDER BY t.created_at DESC))[1], '') AS failure
        FROM connector c JOIN charging_station s ON s.id = c.station
        LEFT JOIN transaction t ON t.connector = c.id AND t.state = 'failed' AND t.created_at > greatest($2,
            (SELECT max(begun_at) FROM transaction
                WHERE connector = c.id AND begun_at > $2 AND created_at > $2::timestamptz - interval '1 hour'))
        WHERE c.id = $1 GROUP BY s.tenant, s.id, c.evse, c.number""",
        connector_id,
        since,
    )
    return rows[0]


async def connectors_with_open(rule: str) -> Sequence[UUID]:
    rows = await DB.run(
        "SELECT connector FROM incident WHERE rule = $1 AND state <> 'closed' AND connector IS NOT NULL", rule
    )
    return [row["connector"] for row in rows]


async def session(transaction_id: UUID) -> Row | None:
    return await _one(
        f"""SELECT t.number, t.flags, coalesce({LABEL}, '') AS label
        FROM transaction t LEFT JOIN connector c ON c.id = t.connector WHERE t.id = $1""",
        transaction_id,
    )


async def connector_on(station_id: UUID, evse: int) -> UUID | None:
    rows = await DB.run("SELECT id FROM connector WHERE station = $1 AND evse = $2 ORDER BY number", station_id, evse)
    return rows[0]["id"] if len(rows) == 1 else None
