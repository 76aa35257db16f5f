"""Read models of stations and locations: what a list row or a page needs, in one query each.

They read transactions and incidents beside the stations' own tables; nothing here writes.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from backend.db.engine import DB
from backend.stations.rules import STATION_ORDER, WORST_FIRST, like

Row = Mapping[str, Any]


def _array(words: Sequence[str]) -> str:
    return "ARRAY[" + ", ".join(f"'{word}'" for word in words) + "]::text[]"


_WORST = _array([status.value for status in WORST_FIRST])
_ORDER = _array([status.value for status in STATION_ORDER])

_CONNECTORS = f"""
    LEFT JOIN LATERAL (
        SELECT min(array_position({_WORST}, c.status::text)) AS worst,
            json_agg(json_build_object(
                'id', c.id, 'evse', c.evse, 'number', c.number, 'standard', c.standard, 'power_type', c.power_type,
                'max_power_w', c.max_power_w, 'tariff_id', c.tariff, 'status', c.status, 'status_at', c.status_at,
                'error_code', c.error_code, 'error_info', c.error_info, 'transaction_id',
                (SELECT t.id FROM transaction t
                    WHERE t.station = c.station AND t.state = 'active' AND t.connector = c.id
                    ORDER BY t.begun_at DESC LIMIT 1)
            ) ORDER BY c.evse, c.number)::text AS lines
        FROM connector c WHERE c.station = s.id
    ) c ON true"""

_STATION = f"""
    SELECT s.id, s.tenant, s.identity, s.name, s.location AS location_id, coalesce(l.name, '') AS location,
        s.vendor, s.model, s.ocpp_version, s.registration, s.online, s.last_seen_at,
        coalesce(c.lines, '[]') AS connectors,
        CASE WHEN s.online THEN coalesce(({_WORST})[c.worst], 'unknown') ELSE 'offline' END AS status,
        CASE WHEN s.online THEN t.power_w ELSE 0 END AS power_w, i.open_incidents,
        s.serial, s.firmware, s.password_hash <> '' AS has_password, s.security_profile, s.pending_profile,
        s.pending_passwords <> '[]' AS password_pending, s.connected_at, s.booted_at, s.boot_reason,
        s.created_at, coalesce(l.time_zone, 'UTC') AS time_zone,
        coalesce(l.address, '') AS address, coalesce(l.postal_code, '') AS postal_code, coalesce(l.city, '') AS city
    FROM charging_station s
    LEFT JOIN location l ON l.id = s.location
    {_CONNECTORS}
    LEFT JOIN LATERAL (
        SELECT coalesce(sum(power_w), 0)::int AS power_w FROM transaction WHERE station = s.id AND state = 'active'
    ) t ON true
    LEFT JOIN LATERAL (
        SELECT count(*)::int AS open_incidents FROM incident WHERE station = s.id AND state <> 'closed'
    ) i ON true"""

_DOUBT = """SELECT
    EXISTS (SELECT 1 FROM incident i WHERE i.station = s.id AND i.state IN ('open', 'acknowledged', 'in_repair')
        AND i.severity <> 'info' AND i.down > 0 AND i.rule <> 'driver_reports') AS known_fault,
    EXISTS (SELECT 1 FROM incident i WHERE i.station = s.id AND i.state IN ('open', 'acknowledged', 'in_repair')
        AND i.severity <> 'info' AND i.rule = 'driver_reports') AS reported,
    (SELECT max(x.ended_at) FROM transaction x WHERE x.station = s.id AND x.state = 'ended' AND x.energy_wh > 0
        AND x.created_at > now() - interval '90 days') AS last_charge_at,
    (SELECT count(*)::int FROM transaction x WHERE x.station = s.id AND x.state = 'failed'
        AND x.created_at > now() - interval '24 hours' AND x.created_at > coalesce((SELECT max(y.begun_at)
            FROM transaction y WHERE y.station = s.id AND y.energy_wh > 0
            AND y.created_at > now() - interval '48 hours'), '-infinity')) AS failed_starts"""
"""Why a driver should not rely on a station `s`. What takes nothing from drivers (a clock that drifts, a certificate
that runs out) is the operator's affair."""


async def doubts(station_ids: Sequence[UUID]) -> Mapping[UUID, Row]:
    rows = await DB.run(
        f"""SELECT s.id, d.* FROM charging_station s CROSS JOIN LATERAL ({_DOUBT}) d
        WHERE s.id = ANY ($1::uuid[])""",
        list(station_ids),
    )
    return {row["id"]: row for row in rows}


async def free_stations(tenant_id: UUID, location_ids: Sequence[UUID]) -> Mapping[UUID, list[UUID]]:
    """The stations of these locations that have a free connector now."""
    rows = await DB.run(
        """SELECT s.location, array_agg(DISTINCT s.id) AS ids FROM charging_station s
        JOIN connector c ON c.station = s.id
        WHERE s.tenant = $1 AND s.location = ANY ($2::uuid[]) AND s.registration = 'accepted' AND s.online
        AND c.status = 'available' GROUP BY s.location""",
        tenant_id,
        list(location_ids),
    )
    return {row["location"]: row["ids"] for row in rows}


# What a list is chosen, filtered and sorted by. Subqueries that a list doesn't use cost nothing.
_CHOICE = f"""
    SELECT s.id, s.identity::text AS identity, coalesce(nullif(s.name, ''), s.identity) AS name, s.vendor, s.model,
        s.registration, s.last_seen_at, s.location AS location_id, coalesce(l.name, '') AS location,
        CASE WHEN s.online THEN coalesce(({_WORST})[
            (SELECT min(array_position({_WORST}, c.status::text)) FROM connector c WHERE c.station = s.id)
        ], 'unknown') ELSE 'offline' END AS status,
        CASE WHEN s.online THEN (
            SELECT coalesce(sum(power_w), 0)::int FROM transaction WHERE station = s.id AND state = 'active'
        ) ELSE 0 END AS power_w,
        (SELECT count(*)::int FROM incident WHERE station = s.id AND state <> 'closed') AS open_incidents
    FROM charging_station s LEFT JOIN location l ON l.id = s.location WHERE s.tenant = $1"""

SORTS = {
    "identity": ("r.identity", "text"),
    "name": ("lower(r.name)", "text"),
    "location": ("lower(r.location)", "text"),
    "status": (f"array_position({_ORDER}, r.status)", "int"),
    "last_seen": ("coalesce(extract(epoch FROM r.last_seen_at), 0)::float8", "float8"),
    "power": ("r.power_w", "int"),
    "incidents": ("r.open_incidents", "int"),
}
"""What a station list can be sorted by: the expression and the type of its value in a cursor."""


async def stations(
    tenant_id: UUID,
    *,
    search: str = "",
    status: str | None = None,
    location_id: UUID | None = None,
    registration: str | None = None,
    sort: str = "identity",
    descending: bool = False,
    after: Sequence[Any] | None = None,
    limit: int | None = None,
) -> Sequence[Row]:
    """A page of stations with `sort_value`; `after` is the (sort value, identity) of the last row before it."""
    expression, kind = SORTS[sort]
    direction, beyond = ("DESC", "<") if descending else ("ASC", ">")
    value, identity = after or (None, None)
    return await DB.run(
        f"""WITH chosen AS MATERIALIZED (
            SELECT r.id, {expression} AS sort_value FROM ({_CHOICE}) r
            WHERE ($2::text IS NULL OR r.identity ILIKE $2 OR r.name ILIKE $2 OR r.location ILIKE $2
                OR r.vendor ILIKE $2 OR r.model ILIKE $2)
            AND ($3::text IS NULL OR r.status = $3)
            AND ($4::uuid IS NULL OR r.location_id = $4)
            AND ($5::text IS NULL OR r.registration = $5)
            AND ($7::text IS NULL OR ({expression}, r.identity) {beyond} ($6::{kind}, $7::text))
            ORDER BY {expression} {direction}, r.identity {direction} LIMIT $8
        )
        SELECT r.*, chosen.sort_value FROM chosen JOIN ({_STATION}) r ON r.id = chosen.id
        ORDER BY chosen.sort_value {direction}, r.identity::text {direction}""",
        tenant_id,
        like(search) if search.strip() else None,
        status,
        location_id,
        registration,
        value,
        identity,
        limit,
    )


async def station(tenant_id: UUID, *, identity: str | None = None, station_id: UUID | None = None) -> Row | None:
    rows = await DB.run(
        f"{_STATION} WHERE s.tenant = $1 AND (s.identity = $2 OR s.id = $3)", tenant_id, identity, station_id
    )
    return rows[0] if rows else None


async def stations_by_id(tenant_id: UUID, station_ids: Sequence[UUID]) -> Sequence[Row]:
    return await DB.run(f"{_STATION} WHERE s.tenant = $1 AND s.id = ANY ($2::uuid[])", tenant_id, list(station_ids))


async def locations_of(tenant_id: UUID, station_ids: Sequence[UUID]) -> Mapping[UUID, UUID | None]:
    rows = await DB.run(
        "SELECT id, location FROM charging_station WHERE tenant = $1 AND id = ANY ($2::uuid[])",
        tenant_id,
        list(station_ids),
    )
    return {row["id"]: row["location"] for row in rows}


async def stations_at(tenant_id: UUID, location_id: UUID) -> Sequence[Row]:
    """The accepted stations of a location."""
    return await DB.run(
        f"""{_STATION} WHERE s.tenant = $1 AND s.location = $2 AND s.registration = 'accepted'
        ORDER BY s.name, s.identity""",
        tenant_id,
        location_id,
    )


async def station_of_connector(tenant_id: UUID, connector_id: UUID, *, waiting: bool = False) -> Row | None:
    rows = await DB.run(
        f"""{_STATION} WHERE s.tenant = $1 AND ($3::bool OR s.registration = 'accepted')
        AND s.id = (SELECT station FROM connector WHERE id = $2)""",
        tenant_id,
        connector_id,
        waiting,
    )
    return rows[0] if rows else None


async def stations_by_code(tenant_id: UUID, code: str, limit: int) -> Sequence[Row]:
    """Accepted stations at a location whose identity or name holds the code; those that begin with it first."""
    return await DB.run(
        f"""{_STATION} WHERE s.tenant = $1 AND s.registration = 'accepted' AND s.location IS NOT NULL
        AND (s.identity::text ILIKE $2 OR s.name ILIKE $2)
        ORDER BY position(lower($3) in lower(s.identity::text)) <> 1, s.identity LIMIT $4""",
        tenant_id,
        like(code),
        code.strip(),
        limit,
    )


_USABLE = """FROM charging_station s JOIN connector c ON c.station = s.id
    WHERE s.location = l.id AND s.registration = 'accepted'"""

_LOCATION = f"""
    SELECT l.id, l.name, l.address, l.postal_code, l.city, l.country, l.latitude, l.longitude, l.time_zone,
        l.description, a.*
    FROM location l LEFT JOIN LATERAL (
        SELECT array_agg(CASE WHEN s.online THEN c.status::text ELSE 'offline' END) AS statuses,
            coalesce(max(c.max_power_w), 0) AS max_power_w,
            array_agg(DISTINCT c.power_type::text ORDER BY c.power_type::text) AS power_types,
            jsonb_agg(DISTINCT jsonb_build_array(s.id, c.tariff))::text AS priced
        {_USABLE}
    ) a ON true"""
"""With `statuses` of the connectors that drivers can use: none where nobody can charge."""

_DISTANCE = """CASE WHEN $2::float8 IS NULL THEN NULL ELSE round(12742000 * asin(sqrt(least(1,
    power(sin(radians(l.latitude - $2) / 2), 2)
    + cos(radians($2)) * cos(radians(l.latitude)) * power(sin(radians(l.longitude - $3::float8) / 2), 2)
))))::int END"""


async def locations(
    tenant_id: UUID,
    *,
    latitude: float | None = None,
    longitude: float | None = None,
    search: str = "",
    available: bool = False,
    power_type: str | None = None,
    empty: bool = False,
    after: Sequence[Any] | None = None,
    limit: int | None = None,
) -> Sequence[Row]:
    """Locations with at least one accepted connector: nearest first where a place is given, else by name.

    `empty`: the others too, and with each the number of `stations` that are assigned to it.

    `after` is the (sort value, id) of the last row before the page; the sort value is the distance in metres
    (12,742 km is the earth's mean diameter) or the name.
    """
    near = latitude is not None and longitude is not None
    expression, kind = (_DISTANCE, "int") if near else ("lower(l.name)", "text")
    value, location_id = after or (None, None)
    return await DB.run(
        f"""WITH chosen AS MATERIALIZED (
            SELECT l.id, {_DISTANCE} AS distance_m, {expression} AS sort_value FROM location l
            WHERE l.tenant = $1 AND ($10::bool OR EXISTS (SELECT 1 {_USABLE}))
            AND ($4::text IS NULL OR l.name ILIKE $4 OR l.address ILIKE $4 OR l.city ILIKE $4)
            AND (NOT $5::bool OR EXISTS (SELECT 1 {_USABLE} AND s.online AND c.status = 'available'))
            AND ($6::text IS NULL OR EXISTS (SELECT 1 {_USABLE} AND c.power_type = $6))
            AND ($8::uuid IS NULL OR ({expression}, l.id) > ($7::{kind}, $8))
            ORDER BY {expression}, l.id LIMIT $9
        )
        SELECT r.*, chosen.distance_m, chosen.sort_value, CASE WHEN $10::bool
            THEN (SELECT count(*)::int FROM charging_station s WHERE s.location = r.id) END AS stations
        FROM chosen JOIN ({_LOCATION}) r ON r.id = chosen.id
        ORDER BY chosen.sort_value, r.id""",
        tenant_id,
        latitude if near else None,
        longitude if near else None,
        like(search) if search.strip() else None,
        available,
        power_type,
        value,
        location_id,
        limit,
        empty,
    )


async def locations_by_id(tenant_id: UUID, location_ids: Sequence[UUID], *, empty: bool = False) -> Sequence[Row]:
    """`empty`: also those at which nobody can charge."""
    return await DB.run(
        f"{_LOCATION} WHERE l.tenant = $1 AND l.id = ANY ($2::uuid[]) AND ($3::bool OR a.statuses IS NOT NULL)",
        tenant_id,
        list(location_ids),
        empty,
    )
