"""Queries of visits: what is known of somebody without an account."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.db.engine import DB

Row = dict[str, Any]


async def place(identity: str, evse: int | None = None, number: int | None = None) -> list[Row]:
    """The connectors of an accepted station, by what is written on it."""
    return await DB.run(
        """SELECT c.id, c.evse, c.number, s.tenant, s.identity, s.name, s.location
        FROM charging_station s JOIN connector c ON c.station = s.id
        WHERE lower(s.identity) = lower($1) AND s.registration = 'accepted'
          AND ($2::int IS NULL OR c.evse = $2) AND ($3::int IS NULL OR c.number = $3)
        ORDER BY c.evse, c.number""",
        identity,
        evse,
        number,
    )


async def begin(visit_id: UUID, tenant_id: UUID, connector_id: UUID, email: str, language: str, at: datetime) -> bool:
    """False where the same form began it before."""
    rows = await DB.run(
        """INSERT INTO guest_visit (id, tenant, connector, email, language, created_at) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (id) DO NOTHING RETURNING id""",
        visit_id,
        tenant_id,
        connector_id,
        email,
        language,
        at,
    )
    return bool(rows)


async def get(visit_id: UUID) -> Row | None:
    rows = await DB.run(
        """SELECT v.*, s.identity, c.evse, c.number FROM guest_visit v JOIN connector c ON c.id = v.connector
        JOIN charging_station s ON s.id = c.station WHERE v.id = $1""",
        visit_id,
    )
    return rows[0] if rows else None


async def with_email(visits: Sequence[UUID]) -> list[UUID]:
    """Those of them whose guest left an e-mail."""
    rows = await DB.run("SELECT id FROM guest_visit WHERE id = ANY($1::uuid[]) AND email <> ''", list(visits))
    return [row["id"] for row in rows]


async def change(visit_id: UUID, values: Row) -> None:
    names = ", ".join(f"{name} = ${number}" for number, name in enumerate(values, start=2))
    await DB.run(f"UPDATE guest_visit SET {names} WHERE id = $1", visit_id, *values.values())


async def forget_emails(before: datetime) -> None:
    await DB.run("UPDATE guest_visit SET email = '' WHERE created_at < $1 AND email <> ''", before)


async def outlets(tenant_id: UUID, identity: str | None, location_id: UUID | None) -> list[Row]:
    """What a sheet of codes is made of."""
    return await DB.run(
        """SELECT s.identity, s.name, l.name AS location, c.evse, c.number, c.standard, c.max_power_w
        FROM connector c JOIN charging_station s ON s.id = c.station LEFT JOIN location l ON l.id = s.location
        WHERE s.tenant = $1 AND ($2::text IS NULL OR s.identity = $2) AND ($3::uuid IS NULL OR s.location = $3)
        ORDER BY s.identity, c.evse, c.number LIMIT 400""",
        tenant_id,
        identity,
        location_id,
    )


async def take_payer(visit_id: UUID) -> str:
    """Who pays, to the first who asks; empty for everybody after."""
    rows = await DB.run(
        """UPDATE guest_visit v SET payer = '' FROM (SELECT id, payer FROM guest_visit WHERE id = $1 FOR UPDATE) old
        WHERE v.id = old.id AND old.payer <> '' RETURNING old.payer""",
        visit_id,
    )
    return str(rows[0]["payer"]) if rows else ""
