"""Queries of sessions that stop by themselves."""

from collections.abc import Sequence
from uuid import UUID

from backend.db.engine import DB


async def running(stations: Sequence[UUID] | None = None) -> list[UUID]:
    """Of these stations, or of all."""
    rows = await DB.run(
        """SELECT id FROM transaction WHERE target IS NOT NULL AND state = 'active'
        AND ($1::uuid[] IS NULL OR station = ANY($1))""",
        None if stations is None else list(stations),
    )
    return [row["id"] for row in rows]
