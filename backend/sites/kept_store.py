"""Queries of what stations still keep of ours."""

from collections.abc import Collection, Sequence
from uuid import UUID

from backend.db.engine import DB
from backend.sites.store import Row

OF_OURS = """FROM charging_profile p JOIN charging_station s ON s.id = p.station
    WHERE p.number >= $1 AND s.online AND s.registration = 'accepted'"""


async def locations(ours_from: int, stations: Collection[UUID] | None = None) -> Sequence[UUID | None]:
    """Where stations that are there keep any; `stations` None: all of them."""
    rows = await DB.run(
        f"SELECT DISTINCT s.location {OF_OURS} AND ($2::uuid[] IS NULL OR s.id = ANY($2::uuid[]))",
        ours_from,
        None if stations is None else list(stations),
    )
    return [row["location"] for row in rows]


async def at(ours_from: int, location_id: UUID | None) -> Sequence[Row]:
    """By profile: the station, its EVSE, number and purpose."""
    return await DB.run(
        f"""SELECT s.id, s.tenant, s.identity, s.registration, s.ocpp_version, p.evse, p.number, p.purpose {OF_OURS}
        AND s.location IS NOT DISTINCT FROM $2 ORDER BY s.identity, p.number""",
        ours_from,
        location_id,
    )
