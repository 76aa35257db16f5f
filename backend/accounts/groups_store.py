"""Queries of groups of drivers and of who is in them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from backend.db.engine import DB

Row = dict[str, Any]


async def page(tenant_id: UUID, after: tuple[str, UUID] | None, limit: int) -> Sequence[Row]:
    name, group_id = after or (None, None)
    return await DB.run(
        """SELECT g.*, lower(g.name) AS sorted_by,
            (SELECT count(*)::int FROM account a WHERE a.driver_group = g.id) AS drivers,
            (SELECT count(*)::int FROM tariff_where w WHERE w.driver_group = g.id) AS rules
        FROM driver_group g WHERE g.tenant = $1
        AND ($2::text IS NULL OR (lower(g.name), g.id) > ($2, $3::uuid)) ORDER BY lower(g.name), g.id LIMIT $4""",
        tenant_id,
        name,
        group_id,
        limit,
    )


async def one(tenant_id: UUID, group_id: UUID) -> Row | None:
    rows = await DB.run(
        """SELECT g.*, (SELECT count(*)::int FROM account a WHERE a.driver_group = g.id) AS drivers,
            (SELECT count(*)::int FROM tariff_where w WHERE w.driver_group = g.id) AS rules
        FROM driver_group g WHERE g.tenant = $1 AND g.id = $2""",
        tenant_id,
        group_id,
    )
    return rows[0] if rows else None


async def add(tenant_id: UUID, name: str, now: datetime) -> UUID | None:
    """None: there is one of this name."""
    rows = await DB.run(
        """INSERT INTO driver_group (id, tenant, name, created_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (tenant, lower(name)) DO NOTHING RETURNING id""",
        uuid4(),
        tenant_id,
        name,
        now,
    )
    return rows[0]["id"] if rows else None


async def rename(tenant_id: UUID, group_id: UUID, name: str) -> bool:
    """False: another one has this name."""
    rows = await DB.run(
        """UPDATE driver_group SET name = $3 WHERE tenant = $1 AND id = $2 AND NOT EXISTS
            (SELECT 1 FROM driver_group o WHERE o.tenant = $1 AND lower(o.name) = lower($3) AND o.id <> $2)
        RETURNING id""",
        tenant_id,
        group_id,
        name,
    )
    return bool(rows)


async def remove(tenant_id: UUID, group_id: UUID) -> bool:
    """Its drivers pay what everybody pays; the rules for it go too."""
    return bool(
        await DB.run("DELETE FROM driver_group WHERE tenant = $1 AND id = $2 RETURNING id", tenant_id, group_id)
    )


async def drivers(
    tenant_id: UUID, *, group_id: UUID | None, search: str | None, after: tuple[str, UUID] | None, limit: int
) -> Sequence[Row]:
    """By name; of one group, or of all."""
    name, account_id = after or (None, None)
    return await DB.run(
        """SELECT a.id, a.name, a.email, a.driver_group, a.disabled_at, g.name AS group_name, a.created_at,
            lower(a.name) AS sorted_by
        FROM account a LEFT JOIN driver_group g ON g.id = a.driver_group
        WHERE a.tenant = $1 AND a.role = 'driver' AND ($2::uuid IS NULL OR a.driver_group = $2)
        AND ($3::text IS NULL OR strpos(lower(a.name || ' ' || a.email), lower($3)) > 0)
        AND ($4::text IS NULL OR (lower(a.name), a.id) > ($4, $5::uuid)) ORDER BY lower(a.name), a.id LIMIT $6""",
        tenant_id,
        group_id,
        search,
        name,
        account_id,
        limit,
    )


async def driver(tenant_id: UUID, account_id: UUID) -> Row | None:
    rows = await DB.run(
        """SELECT a.id, a.name, a.email, a.driver_group, a.disabled_at, g.name AS group_name, a.created_at
        FROM account a LEFT JOIN driver_group g ON g.id = a.driver_group
        WHERE a.tenant = $1 AND a.id = $2 AND a.role = 'driver'""",
        tenant_id,
        account_id,
    )
    return rows[0] if rows else None


async def put(account_id: UUID, group_id: UUID | None) -> None:
    await DB.run("UPDATE account SET driver_group = $2 WHERE id = $1", account_id, group_id)
