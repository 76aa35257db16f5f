"""Queries of incidents, and of the facts that rules look at."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from backend.alerts.rules import Finding
from backend.db.engine import DB

Row = Mapping[str, Any]
LABEL = "CASE WHEN c.number = 1 THEN c.evse::text ELSE c.evse || '-' || c.number END"


async def _one(sql: str, *arguments: Any) -> Row | None:
    rows = await DB.run(sql, *arguments)
    return rows[0] if rows else None


# --- incidents ---------------------------------------------------------------------------------------


async def lock_open(station_id: UUID, connector_id: UUID | None, rule: str) -> Row | None:
    """The incident of this place and rule that isn't closed. Whoever else asks waits until this transaction ends,
    so there is never a second one."""
    await DB.run(
        "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"incident {station_id} {connector_id} {rule}"
    )
    return await _one(
        """SELECT id, state FROM incident WHERE station = $1 AND connector IS NOT DISTINCT FROM $2
        AND rule = $3 AND state <> 'closed'""",
        station_id,
        connector_id,
        rule,
    )


async def is_open(station_id: UUID, connector_id: UUID | None, rule: str) -> bool:
    """Without the lock: enough to skip a closing that has nothing to close."""
    row = await _one(
        """SELECT 1 FROM incident WHERE station = $1 AND connector IS NOT DISTINCT FROM $2
        AND rule = $3 AND state <> 'closed'""",
        station_id,
        connector_id,
        rule,
    )
    return row is not None


async def add(
    tenant_id: UUID, station_id: UUID, connector_id: UUID | None, rule: str, finding: Finding, at: datetime
) -> UUID:
    incident_id = uuid4()
    await DB.run(
        """INSERT INTO incident
            (id, tenant, station, connector, rule, severity, title, detail, advice, opened_at, seen_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)""",
        incident_id,
        tenant_id,
        station_id,
        connector_id,
        rule,
        finding.severity.value,
        finding.title,
        finding.detail,
        finding.advice,
        at,
    )
    return incident_id


async def see_again(incident_id: UUID, finding: Finding, at: datetime, *, more: int) -> None:
    """`more`: how many occurrences are added; 0: only its words are better now."""
    await DB.run(
        """UPDATE incident SET occurrences = occurrences + $7, seen_at = $2, severity = $3, title = $4, detail = $5,
            advice = $6 WHERE id = $1""",
        incident_id,
        at,
        finding.severity.value,
        finding.title,
        finding.detail,
        finding.advice,
        more,
    )


async def set_acknowledged(incident_id: UUID, account_id: UUID, at: datetime) -> None:
    await DB.run(
        "UPDATE incident SET state = 'acknowledged', acknowledged_by = $2, acknowledged_at = $3 WHERE id = $1",
        incident_id,
        account_id,
        at,
    )


async def set_closed(incident_id: UUID, at: datetime, account_id: UUID | None = None) -> None:
    """Without an account: its condition ended by itself."""
    await DB.run(
        "UPDATE incident SET state = 'closed', closed_at = $2, closed_by = $3 WHERE id = $1",
        incident_id,
        at,
        account_id,
    )


async def lock(tenant_id: UUID, incident_id: UUID) -> Row | None:
    return await _one(
        "SELECT id, station, state FROM incident WHERE tenant = $1 AND id = $2 FOR UPDATE", tenant_id, incident_id
    )


_INCIDENT = f"""
    SELECT i.*, coalesce(s.identity, '') AS identity, coalesce(s.name, '') AS station_name,
        coalesce(l.name, '') AS location, coalesce({LABEL}, '') AS label, coalesce(a.name, '') AS by,
        coalesce(z.name, '') AS closer
    FROM incident i
    LEFT JOIN charging_station s ON s.id = i.station
    LEFT JOIN location l ON l.id = s.location
    LEFT JOIN connector c ON c.id = i.connector
    LEFT JOIN account a ON a.id = i.acknowledged_by
    LEFT JOIN account z ON z.id = i.closed_by
    WHERE i.tenant = $1"""


async def incident(tenant_id: UUID, incident_id: UUID) -> Row | None:
    return await _one(f"{_INCIDENT} AND i.id = $2", tenant_id, incident_id)


async def incidents(
    tenant_id: UUID,
    states: Sequence[str],
    *,
    identity: str | None = None,
    after: tuple[datetime, UUID] | None = None,
    limit: int | None = None,
) -> Sequence[Row]:
    """Newest first."""
    at, incident_id = after or (None, None)
    return await DB.run(
        f"""{_INCIDENT} AND i.state = ANY ($2::text[]) AND ($3::text IS NULL OR s.identity = $3)
        AND ($4::timestamptz IS NULL OR (i.opened_at, i.id) < ($4, $5::uuid))
        ORDER BY i.opened_at DESC, i.id DESC LIMIT $6""",
        tenant_id,
        list(states),
        identity,
        at,
        incident_id,
        limit,
    )


# --- facts -------------------------------------------------------------------------------------------


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
