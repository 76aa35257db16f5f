"""Queries of sessions that stop by themselves."""

from uuid import UUID

from backend.db.engine import DB


async def running(station_id: UUID | None = None) -> list[UUID]:
    rows = await DB.run(
        """SELECT id FROM transaction WHERE target IS NOT NULL AND state = 'active'
        AND ($1::uuid IS NULL OR station = $1)""",
        station_id,
    )
    return [row["id"] for row in rows]
