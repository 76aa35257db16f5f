"""Queries of where tariffs apply."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from backend.db.engine import DB

Row = dict[str, Any]


async def book(tenant_id: UUID, account_id: UUID | None, since: date) -> Row:
    """All that decides a price, in one query: the first tariff, the driver's group, and the rules that aren't over."""
    rows = await DB.run(
        """SELECT (SELECT id FROM tariff WHERE tenant = $1 AND retired_at IS NULL ORDER BY created_at, id LIMIT 1)
            AS general,
        (SELECT driver_group FROM account WHERE id = $2) AS driver_group,
        (SELECT coalesce(json_agg(json_build_object('id', w.id, 'tariff', w.tariff, 'location', w.location,
            'station', w.station, 'group', w.driver_group, 'valid_from', w.valid_from, 'valid_to', w.valid_to,
            'created_at', w.created_at)), '[]')::text
            FROM tariff_where w WHERE w.tenant = $1 AND (w.valid_to IS NULL OR w.valid_to >= $3::date)) AS rules""",
        tenant_id,
        account_id,
        since,
    )
    return rows[0]


async def page(
    tenant_id: UUID,
    *,
    tariff_id: UUID | None,
    location_id: UUID | None,
    station_id: UUID | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> Sequence[Row]:
    """Of one tariff, or what holds at a place: a station's own rules, its location's, and those of everywhere."""
    created_at, rule_id = after or (None, None)
    return await DB.run(
        """SELECT w.*, f.name AS tariff_name, l.name AS location_name, g.name AS group_name,
            s.identity, coalesce(nullif(s.name, ''), s.identity) AS station_name,
            coalesce(l.time_zone, p.time_zone, n.time_zone) AS time_zone
        FROM tariff_where w JOIN tariff f ON f.id = w.tariff JOIN tenant n ON n.id = w.tenant
        LEFT JOIN location l ON l.id = w.location LEFT JOIN charging_station s ON s.id = w.station
        LEFT JOIN location p ON p.id = s.location LEFT JOIN driver_group g ON g.id = w.driver_group
        WHERE w.tenant = $1 AND ($2::uuid IS NULL OR w.tariff = $2)
        AND (($3::uuid IS NULL AND $4::uuid IS NULL) OR (w.location IS NULL AND w.station IS NULL)
            OR w.station = $4 OR w.location = coalesce($3, (SELECT location FROM charging_station WHERE id = $4)))
        AND ($5::timestamptz IS NULL OR (w.created_at, w.id) > ($5, $6::uuid))
        ORDER BY w.created_at, w.id LIMIT $7""",
        tenant_id,
        tariff_id,
        location_id,
        station_id,
        created_at,
        rule_id,
        limit,
    )


async def add(
    tenant_id: UUID,
    tariff_id: UUID,
    location_id: UUID | None,
    station_id: UUID | None,
    group_id: UUID | None,
    valid_from: date | None,
    valid_to: date | None,
    now: datetime,
) -> UUID:
    """Said before: it stays as it is."""
    rows = await DB.run(
        """INSERT INTO tariff_where (id, tenant, tariff, location, station, driver_group, valid_from, valid_to,
            created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        ON CONFLICT (tenant, tariff, location, station, driver_group, valid_from, valid_to)
        DO UPDATE SET tariff = excluded.tariff RETURNING id""",
        uuid4(),
        tenant_id,
        tariff_id,
        location_id,
        station_id,
        group_id,
        valid_from,
        valid_to,
        now,
    )
    found: UUID = rows[0]["id"]
    return found


async def remove(tenant_id: UUID, rule_id: UUID) -> Row | None:
    rows = await DB.run("DELETE FROM tariff_where WHERE tenant = $1 AND id = $2 RETURNING *", tenant_id, rule_id)
    return rows[0] if rows else None


OWNED = {
    "location": "SELECT 1 FROM location WHERE tenant = $1 AND id = $2",
    "station": "SELECT 1 FROM charging_station WHERE tenant = $1 AND id = $2",
    "group": "SELECT 1 FROM driver_group WHERE tenant = $1 AND id = $2",
    "tariff": "SELECT 1 FROM tariff WHERE tenant = $1 AND id = $2 AND retired_at IS NULL FOR SHARE",
}


async def owned(tenant_id: UUID, kind: str, row_id: UUID) -> bool:
    return bool(await DB.run(OWNED[kind], tenant_id, row_id))


async def touched(tenant_id: UUID, location_id: UUID | None, station_id: UUID | None) -> Sequence[UUID]:
    """The locations whose prices a rule changes."""
    rows = await DB.run(
        """SELECT l.id FROM location l WHERE l.tenant = $1 AND (($2::uuid IS NULL AND $3::uuid IS NULL) OR l.id = $2
            OR l.id = (SELECT location FROM charging_station WHERE id = $3))""",
        tenant_id,
        location_id,
        station_id,
    )
    return [row["id"] for row in rows]


async def own_tariffs(tenant_id: UUID, location_id: UUID | None, station_id: UUID | None) -> int:
    """Connectors there with a tariff of their own."""
    rows = await DB.run(
        """SELECT count(*) AS n FROM connector c JOIN charging_station s ON s.id = c.station
        WHERE s.tenant = $1 AND c.tariff IS NOT NULL AND (s.location = $2 OR s.id = $3)""",
        tenant_id,
        location_id,
        station_id,
    )
    count: int = rows[0]["n"]
    return count
