"""Queries of service partners and tickets."""

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


async def partners(tenant_id: UUID) -> Sequence[Row]:
    return await DB.run(
        """SELECT p.*, (SELECT count(*)::int FROM service_ticket t WHERE t.partner = p.id
            AND t.state IN ('queued', 'sent', 'acknowledged')) AS open_tickets
        FROM service_partner p WHERE p.tenant = $1 AND p.removed_at IS NULL ORDER BY p.created_at, p.id""",
        tenant_id,
    )


async def partner(tenant_id: UUID, partner_id: UUID) -> Row | None:
    return await _one(
        "SELECT * FROM service_partner WHERE tenant = $1 AND id = $2 AND removed_at IS NULL", tenant_id, partner_id
    )


async def add_partner(tenant_id: UUID, values: Mapping[str, Any]) -> UUID:
    names = list(values)
    marks = ", ".join(f"${number}" for number in range(2, len(names) + 2))
    sql = f"INSERT INTO service_partner (tenant, {', '.join(names)}) VALUES ($1, {marks}) RETURNING id"
    return (await DB.run(sql, tenant_id, *values.values()))[0]["id"]


async def change_partner(partner_id: UUID, **values: Any) -> None:
    pairs = ", ".join(f"{name} = ${number}" for number, name in enumerate(values, 2))
    await DB.run(f"UPDATE service_partner SET {pairs} WHERE id = $1", partner_id, *values.values())


async def locations(tenant_id: UUID) -> set[str]:
    return {row["id"] for row in await DB.run("SELECT id::text AS id FROM location WHERE tenant = $1", tenant_id)}


# --- tickets -----------------------------------------------------------------------------------------


async def add(values: Mapping[str, Any]) -> int | None:
    """Its number. None: this partner has a ticket about this incident already."""
    names = list(values)
    marks = ", ".join(f"${number}" for number in range(1, len(names) + 1))
    rows = await DB.run(
        f"""INSERT INTO service_ticket ({", ".join(names)}) VALUES ({marks})
        ON CONFLICT (incident, partner) WHERE state IN ('queued', 'sent', 'acknowledged') DO NOTHING
        RETURNING number""",
        *values.values(),
    )
    return int(rows[0]["number"]) if rows else None


async def change(ticket_id: UUID, **values: Any) -> None:
    pairs = ", ".join(f"{name} = ${number}" for number, name in enumerate(values, 2))
    await DB.run(f"UPDATE service_ticket SET {pairs} WHERE id = $1", ticket_id, *values.values())


async def live_about(incident_id: UUID) -> bool:
    """Whether any partner has a ticket about an incident under way."""
    sql = "SELECT 1 FROM service_ticket WHERE incident = $1 AND state IN ('queued', 'sent', 'acknowledged')"
    return await _one(sql, incident_id) is not None


async def other_live(ticket_id: UUID) -> bool:
    """Whether its partner has another ticket about the same incident under way."""
    sql = """SELECT 1 FROM service_ticket t JOIN service_ticket o ON o.incident = t.incident AND o.partner = t.partner
        AND o.id <> t.id AND o.state IN ('queued', 'sent', 'acknowledged') WHERE t.id = $1"""
    return await _one(sql, ticket_id) is not None


_FULL = """SELECT t.*, coalesce(a.name, '') AS by, i.tenant, m.state AS mail_state, m.error AS mail_error,
        m.settled_at AS mailed_at
    FROM service_ticket t JOIN incident i ON i.id = t.incident LEFT JOIN account a ON a.id = t.account
    LEFT JOIN mail m ON m.id = t.mail"""


async def lock(ticket_id: UUID) -> Row | None:
    await DB.run("SELECT 1 FROM service_ticket WHERE id = $1 FOR UPDATE", ticket_id)
    return await _one(f"{_FULL} WHERE t.id = $1", ticket_id)


async def get(ticket_id: UUID) -> Row | None:
    return await _one(f"{_FULL} WHERE t.id = $1", ticket_id)


async def page(
    tenant_id: UUID, incident_id: UUID | None, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Row]:
    at, last = after or (None, None)
    return await DB.run(
        f"""{_FULL} WHERE i.tenant = $1 AND ($2::uuid IS NULL OR t.incident = $2)
        AND ($3::timestamptz IS NULL OR (t.created_at, t.id) < ($3, $4::uuid))
        ORDER BY t.created_at DESC, t.id DESC LIMIT $5""",
        tenant_id,
        incident_id,
        at,
        last,
        limit,
    )


async def case(incident_id: UUID) -> Row | None:
    """What a partner must know of an incident."""
    return await _one(
        f"""SELECT i.id, i.tenant, i.title, i.severity, i.state, i.detail, i.cause, i.advice, i.evidence,
            coalesce(i.began_at, i.opened_at) AS opened_at, coalesce({LABEL}, '') AS connector,
            coalesce(s.name, '') AS station, coalesce(s.identity, '') AS identity, coalesce(s.vendor, '') AS vendor,
            coalesce(s.model, '') AS model, coalesce(s.serial, '') AS serial, coalesce(s.firmware, '') AS firmware,
            coalesce(l.id::text, '') AS location, coalesce(l.name, '') AS place,
            concat_ws(', ', nullif(l.address, ''), nullif(concat_ws(' ', l.postal_code, l.city), '')) AS address,
            coalesce(l.time_zone, t.time_zone) AS zone, t.name AS sender, t.support_email AS contact,
            t.country, t.time_zone
        FROM incident i JOIN tenant t ON t.id = i.tenant LEFT JOIN charging_station s ON s.id = i.station
        LEFT JOIN connector c ON c.id = i.connector
        LEFT JOIN location l ON l.id = coalesce(i.location, s.location) WHERE i.id = $1""",
        incident_id,
    )
