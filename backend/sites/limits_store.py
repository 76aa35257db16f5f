"""Queries of the limits of a grid operator."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from backend.db.engine import DB
from backend.sites.limits import Announced
from backend.sites.store import Row


async def active(tenant_id: UUID, now: datetime) -> list[tuple[UUID, Announced]]:
    """By location."""
    rows = await DB.run(
        """SELECT g.* FROM grid_limit g JOIN location l ON l.id = g.location
        WHERE l.tenant = $1 AND g.cancelled_at IS NULL AND g.starts_at <= $2 AND g.ends_at > $2""",
        tenant_id,
        now,
    )
    return [(one["location"], Announced(one["starts_at"], one["ends_at"], one["limit_w"])) for one in rows]


async def put(location_id: UUID, ref: str, begins: datetime, ends: datetime, watts: int, at: datetime) -> Row:
    rows = await DB.run(
        """INSERT INTO grid_limit (location, ref, starts_at, ends_at, limit_w, created_at)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (location, ref) DO UPDATE SET starts_at = excluded.starts_at,
            ends_at = excluded.ends_at, limit_w = excluded.limit_w, cancelled_at = NULL,
            created_at = excluded.created_at RETURNING *""",
        location_id,
        ref,
        begins,
        ends,
        watts,
        at,
    )
    return rows[0]


async def cancel(location_id: UUID, ref: str, at: datetime) -> Row | None:
    rows = await DB.run(
        """UPDATE grid_limit SET cancelled_at = coalesce(cancelled_at, $3) WHERE location = $1 AND ref = $2
        RETURNING *""",
        location_id,
        ref,
        at,
    )
    return rows[0] if rows else None


async def listed(location_id: UUID, since: datetime, after: str | None = None, limit: int = 100) -> Sequence[Row]:
    return await DB.run(
        """SELECT * FROM grid_limit WHERE location = $1 AND ends_at > $2 AND ($3::text IS NULL OR ref > $3)
        ORDER BY ref LIMIT $4""",
        location_id,
        since,
        after,
        limit,
    )


async def ahead(location_id: UUID, now: datetime, until: datetime) -> list[Announced]:
    """All of the grid operator's that hold in this time."""
    rows = await DB.run(
        """SELECT starts_at, ends_at, limit_w FROM grid_limit
        WHERE location = $1 AND cancelled_at IS NULL AND ends_at > $2 AND starts_at < $3""",
        location_id,
        now,
        until,
    )
    return [Announced(one["starts_at"], one["ends_at"], one["limit_w"]) for one in rows]
