"""Queries of the public status page."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.db.engine import DB

Row = Mapping[str, Any]


async def tenant(slug: str) -> UUID | None:
    rows = await DB.run("SELECT id FROM tenant WHERE slug = $1", slug)
    return rows[0]["id"] if rows else None


async def places(tenant_id: UUID) -> Sequence[Row]:
    """Locations where drivers can charge, with the states of their connectors."""
    return await DB.run(
        """SELECT l.id, l.name, l.city,
            array_agg(CASE WHEN s.online THEN c.status::text ELSE 'offline' END) AS statuses
        FROM location l JOIN charging_station s ON s.location = l.id AND s.registration = 'accepted'
        JOIN connector c ON c.station = s.id WHERE l.tenant = $1
        GROUP BY l.id ORDER BY lower(l.name), l.id LIMIT 1000""",
        tenant_id,
    )


async def troubles(tenant_id: UUID, since: datetime, now: datetime, zone: str) -> Sequence[Row]:
    """By location and day: how many outlets were in trouble that drivers feel, and for how many minutes at most. Of a
    greater incident its parts tell which ones."""
    return await DB.run(
        """SELECT s.location AS place, d.day::date AS day, count(DISTINCT c.id)::int AS affected,
            max(extract(epoch FROM least(coalesce(i.repaired_at, i.closed_at, $3),
                (d.day + interval '1 day') AT TIME ZONE $4)
                - greatest(i.opened_at, d.day AT TIME ZONE $4)))::float8 / 60 AS minutes
        FROM incident i JOIN charging_station s ON s.id = i.station
        JOIN connector c ON c.station = s.id AND (i.connector IS NULL OR c.id = i.connector)
        CROSS JOIN LATERAL generate_series(date_trunc('day', greatest(i.opened_at, $2) AT TIME ZONE $4),
            date_trunc('day', coalesce(i.repaired_at, i.closed_at, $3) AT TIME ZONE $4), interval '1 day') AS d(day)
        WHERE i.tenant = $1 AND i.severity = 'critical' AND i.down > 0
        AND coalesce(i.repaired_at, i.closed_at, $3) > $2 AND s.location IS NOT NULL GROUP BY 1, 2""",
        tenant_id,
        since,
        now,
        zone,
    )
