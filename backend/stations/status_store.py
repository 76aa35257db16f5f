"""Queries of what outlets do."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from backend.db.engine import DB
from backend.stations.rules import StatusFacts
from backend.stations.store import REF, Row

_ASKED = """FROM unnest($1::uuid[], $2::int[], $3::int[]) WITH ORDINALITY AS q (station, evse, number, n)
    JOIN connector c ON c.station = q.station AND c.evse = q.evse AND c.number = q.number"""


async def states(outlets: Sequence[tuple[UUID, int, int]]) -> dict[tuple[UUID, int, int], Row]:
    """Of (station, evse, number), those that are known."""
    rows = await DB.run(
        f"SELECT c.station, c.evse, c.number, c.status, c.error_code, c.error_info, c.withheld {_ASKED}",
        *(list(column) for column in zip(*outlets, strict=True)),
    )
    return {(row["station"], row["evse"], row["number"]): row for row in rows}


async def lock(outlets: Sequence[tuple[UUID, int, int]]) -> dict[int, Row]:
    """The same with the station, by place in `outlets`, locked; without those that somebody else has locked."""
    rows = await DB.run(
        f"""SELECT (q.n - 1)::int AS n, c.status, c.error_code, c.error_info, c.withheld, {REF}, c.station, c.id
        {_ASKED} JOIN charging_station s ON s.id = c.station
        ORDER BY c.id FOR NO KEY UPDATE OF c SKIP LOCKED""",
        *(list(column) for column in zip(*outlets, strict=True)),
    )
    return {row["n"]: row for row in rows}


async def state(station_id: UUID, evse: int, number: int) -> Row | None:
    """Locked."""
    rows = await DB.run(
        """SELECT id, status, error_code, error_info, withheld FROM connector
        WHERE station = $1 AND evse = $2 AND number = $3 FOR NO KEY UPDATE""",
        station_id,
        evse,
        number,
    )
    return rows[0] if rows else None


async def change(changes: Sequence[tuple[UUID, UUID, datetime, StatusFacts]]) -> None:
    """What outlets do from now on, and their history. Rows: connector, station, since when, what."""
    rows = [
        (connector, station, said.status, at, said.error_code, said.error_info, said.withheld)
        for connector, station, at, said in changes
    ]
    await DB.run(
        """WITH said AS MATERIALIZED (
            SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::timestamptz[], $5::text[], $6::text[],
                                 $7::bool[]) AS v (connector, station, status, at, error_code, error_info, withheld)
        ), known AS (
            UPDATE connector c SET status = said.status, status_at = said.at, error_code = said.error_code,
                error_info = said.error_info, withheld = said.withheld
            FROM said WHERE c.id = said.connector
        )
        INSERT INTO status_change (station, connector, at, status, error_code, info)
        SELECT station, connector, at, status, error_code, error_info FROM said""",
        *(list(column) for column in zip(*rows, strict=True)),
    )


async def of_station(station_id: UUID) -> Row | None:
    """What the station last reported of itself (evse 0)."""
    rows = await DB.run(
        """SELECT status, error_code, info AS error_info, false AS withheld FROM status_change
        WHERE station = $1 AND connector IS NULL AND status NOT IN ('online', 'offline')
        ORDER BY id DESC LIMIT 1""",
        station_id,
    )
    return rows[0] if rows else None


async def stations_after(last: UUID, most: int = 200) -> list[UUID]:
    """In the order of their ids."""
    rows = await DB.run("SELECT id FROM charging_station WHERE id > $1 ORDER BY id LIMIT $2", last, most)
    return [row["id"] for row in rows]


async def delete_changes(stations: Sequence[UUID], before: datetime, most: int = 20_000) -> int:
    """Older ones, in steps that hold no lock for long; how many went. The last one before `before` of each outlet, of
    a station and of its link stays: it held on."""
    gone = await DB.run(
        """WITH old AS (
            SELECT id, row_number() OVER (
                PARTITION BY station, connector, status IN ('online', 'offline') ORDER BY at DESC, id DESC
            ) AS back
            FROM status_change WHERE station = ANY ($1::uuid[]) AND at < $2
        ), gone AS (
            DELETE FROM status_change WHERE id IN (SELECT id FROM old WHERE back > 1 ORDER BY id LIMIT $3) RETURNING 1
        )
        SELECT count(*)::int AS n FROM gone""",
        stations,
        before,
        most,
    )
    return int(gone[0]["n"])
