"""Queries of stations: presence, boot and connectors."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from backend.db.engine import DB
from backend.stations.model import LinkFacts
from backend.stations.rules import MAX_PENDING

Row = Mapping[str, Any]

REF = "s.id, s.tenant, s.identity, s.registration, s.ocpp_version"
SIGN_IN = "s.password_hash, s.security_profile, s.pending_passwords, s.pending_profile, s.vendor, s.model, s.firmware"


async def _one(sql: str, *arguments: Any) -> Row | None:
    rows = await DB.run(sql, *arguments)
    return rows[0] if rows else None


async def ref(station_id: UUID) -> Row | None:
    return await _one(f"SELECT {REF} FROM charging_station s WHERE s.id = $1", station_id)


async def is_online(station_id: UUID) -> bool:
    return await _one("SELECT 1 FROM charging_station WHERE id = $1 AND online", station_id) is not None


async def ref_by_identity(identity: str, tenant_id: UUID | None = None) -> Row | None:
    """With the password hash. `tenant_id` None looks in all tenants: only the OCPP edge may do that."""
    return await _one(
        f"""SELECT {REF}, {SIGN_IN}, s.online, s.node, s.connected_at FROM charging_station s
        WHERE s.identity = $1 AND ($2::uuid IS NULL OR s.tenant = $2)""",
        identity,
        tenant_id,
    )


async def add_pending(tenant_id: UUID, identity: str, password_hash: str, at: datetime) -> tuple[Row | None, bool]:
    """A row for a station that nobody entered, and whether it was made now; None if too many wait already."""
    await DB.run("SELECT pg_advisory_xact_lock(hashtextextended('stations.pending', 0))")
    made = await _one(
        f"""INSERT INTO charging_station AS s (id, tenant, identity, registration, password_hash, created_at)
        SELECT $1, $2, $3, 'pending', $4, $5
        WHERE (SELECT count(*) FROM charging_station WHERE registration = 'pending') < {MAX_PENDING}
        ON CONFLICT (identity) DO NOTHING RETURNING {REF}, {SIGN_IN}""",
        uuid4(),
        tenant_id,
        identity,
        password_hash,
        at,
    )
    return (made, True) if made else (await ref_by_identity(identity), False)


async def add(tenant_id: UUID, values: Mapping[str, Any]) -> Row | None:
    """None if the identity is taken, in whatever tenant."""
    return await _one(
        f"""INSERT INTO charging_station AS s
            (id, tenant, identity, name, location, registration, password_hash, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (identity) DO NOTHING RETURNING {REF}""",
        uuid4(),
        tenant_id,
        values["identity"],
        values["name"],
        values["location"],
        values["registration"],
        values["password_hash"],
        values["created_at"],
    )


CHANGEABLE = (
    "name",
    "location",
    "password_hash",
    "pending_passwords",
    "registration",
    "security_profile",
    "pending_profile",
)


async def change(station_id: UUID, values: Mapping[str, Any]) -> None:
    columns = [column for column in CHANGEABLE if column in values]
    assignments = ", ".join(f"{column} = ${number}" for number, column in enumerate(columns, start=2))
    await DB.run(
        f"UPDATE charging_station SET {assignments} WHERE id = $1",
        station_id,
        *(values[column] for column in columns),
    )


# --- new passwords -----------------------------------------------------------------------------------


async def add_new_password(station_id: UUID, password_hash: str, most: int) -> bool:
    """False: so many are on their way already."""
    made = await DB.run(
        """UPDATE charging_station SET pending_passwords = pending_passwords || to_jsonb($2::text)
        WHERE id = $1 AND jsonb_array_length(pending_passwords) < $3 RETURNING 1""",
        station_id,
        password_hash,
        most,
    )
    return bool(made)


async def drop_new_password(station_id: UUID, password_hash: str) -> None:
    await DB.run(
        "UPDATE charging_station SET pending_passwords = pending_passwords - $2::text WHERE id = $1",
        station_id,
        password_hash,
    )


async def use_new_password(station_id: UUID, password_hash: str) -> None:
    """The station signs in with it: it is the password now, and what came before it is no more."""
    await DB.run(
        """UPDATE charging_station SET password_hash = $2, pending_passwords = (
            SELECT coalesce(jsonb_agg(one.hash ORDER BY one.n), '[]')
            FROM jsonb_array_elements(pending_passwords) WITH ORDINALITY AS one (hash, n)
            WHERE one.n > (
                SELECT max(used.n) FROM jsonb_array_elements_text(pending_passwords) WITH ORDINALITY AS used (hash, n)
                WHERE used.hash = $2))
        WHERE id = $1 AND pending_passwords ? $2""",
        station_id,
        password_hash,
    )


async def expect_profile(station_id: UUID, profile: int) -> None:
    """None of its own where it has that one already."""
    await DB.run(
        """UPDATE charging_station SET pending_profile = CASE WHEN $2::int > security_profile THEN $2::int END
        WHERE id = $1""",
        station_id,
        profile,
    )


# --- presence ----------------------------------------------------------------------------------------


async def next_epoch() -> int:
    """Sockets are numbered in the order in which they came, over all nodes."""
    return int((await DB.run("SELECT nextval('connection_epoch') AS epoch"))[0]["epoch"])


async def set_connected(
    station_id: UUID, connection: UUID, epoch: int, node: str, ocpp_version: str, at: datetime
) -> Row | None:
    """The station with `was_online`, and `current`: whether no newer socket is known, on whatever node; only then
    anything changes. None if it doesn't exist any more."""
    return await _one(
        f"""WITH old AS (SELECT id, online, connection_epoch FROM charging_station WHERE id = $1 FOR NO KEY UPDATE),
        changed AS (UPDATE charging_station s
            SET online = true, connection = $2, connection_epoch = $6, node = $3, ocpp_version = $4,
                connected_at = $5, last_seen_at = $5
            FROM old WHERE s.id = old.id AND old.connection_epoch <= $6 RETURNING {REF})
        SELECT s.*, old.online AS was_online, true AS current FROM changed s, old
        UNION ALL
        SELECT {REF}, old.online, false FROM charging_station s JOIN old USING (id) WHERE old.connection_epoch > $6""",
        station_id,
        connection,
        node,
        ocpp_version,
        at,
        epoch,
    )


async def not_as_stored(connections: Mapping[UUID, UUID]) -> Sequence[Row]:
    """Of these stations and their sockets: those of which the database says something else."""
    return await DB.run(
        """SELECT s.id, s.connection_epoch AS epoch FROM charging_station s
        JOIN (SELECT unnest($1::uuid[]) AS id, unnest($2::uuid[]) AS connection) held USING (id)
        WHERE s.connection IS DISTINCT FROM held.connection""",
        list(connections),
        list(connections.values()),
    )


async def set_disconnected(station_id: UUID, connection: UUID, at: datetime) -> Row | None:
    """None if `connection` isn't the current one: a newer socket lives, and nothing changes."""
    return await _one(
        f"""UPDATE charging_station s SET online = false, connection = NULL, node = '', disconnected_at = $3
        WHERE s.id = $1 AND s.connection = $2 RETURNING {REF}""",
        station_id,
        connection,
        at,
    )


_HELD = """s.node = $1 AND s.online AND NOT coalesce(s.connection = ANY($2::uuid[]), false)
    AND coalesce(s.connected_at <= $3, true)"""


async def held_by(node: str, but: Sequence[UUID], before: datetime) -> bool:
    """Whether a station shows online through `node` by another connection than these, since before a moment."""
    sql = f"SELECT 1 FROM charging_station s WHERE {_HELD} LIMIT 1"
    return bool(await DB.run(sql, node, list(but), before))


async def forget_node(node: str, but: Sequence[UUID], before: datetime, at: datetime, most: int) -> Sequence[Row]:
    """Stations that show online through `node` by a connection that is no more, so many at a time, and those of a
    site together: it is planned anew once."""
    return await DB.run(
        f"""UPDATE charging_station s SET online = false, connection = NULL, node = '', disconnected_at = $4
        WHERE s.id IN (SELECT s.id FROM charging_station s WHERE {_HELD} ORDER BY s.location LIMIT $5
            FOR NO KEY UPDATE SKIP LOCKED)
        RETURNING {REF}""",
        node,
        list(but),
        before,
        at,
        most,
    )


async def set_seen(times: Mapping[UUID, datetime]) -> None:
    await DB.run(
        """UPDATE charging_station s SET last_seen_at = greatest(s.last_seen_at, seen.at)
        FROM (SELECT unnest($1::uuid[]) AS id, unnest($2::timestamptz[]) AS at ORDER BY 1) seen
        WHERE s.id = seen.id""",
        list(times),
        list(times.values()),
    )


async def set_links(noted: Mapping[UUID, LinkFacts], at: datetime) -> None:
    """Smoothed over the last two or so; what is usual follows slowly, so that a bad week doesn't become usual."""
    await DB.run(
        """INSERT INTO station_link AS l
            (station, at, round_trip_ms, lost_percent, usual_ms, usual_lost_percent)
        SELECT station, $4, coalesce(ms, 0), lost, coalesce(ms, 0), lost
        FROM unnest($1::uuid[], $2::float8[], $3::float8[]) AS x (station, ms, lost)
        WHERE EXISTS (SELECT 1 FROM charging_station WHERE id = x.station) ORDER BY station
        ON CONFLICT (station) DO UPDATE SET at = $4, spans = l.spans + 1,
            round_trip_ms = CASE WHEN EXCLUDED.round_trip_ms = 0 THEN l.round_trip_ms
                ELSE (l.round_trip_ms + EXCLUDED.round_trip_ms) / 2 END,
            lost_percent = (l.lost_percent + EXCLUDED.lost_percent) / 2,
            usual_ms = l.usual_ms + (least(EXCLUDED.round_trip_ms, 2 * l.usual_ms + 50) - l.usual_ms)
                * greatest(1.0 / (l.spans + 1), 0.001),
            usual_lost_percent = l.usual_lost_percent
                + (least(EXCLUDED.lost_percent, 2 * l.usual_lost_percent + 1) - l.usual_lost_percent)
                * greatest(1.0 / (l.spans + 1), 0.001)""",
        list(noted),
        [one.round_trip_ms for one in noted.values()],
        [one.lost_percent for one in noted.values()],
        at,
    )


async def add_history(
    station_ids: Sequence[UUID],
    connector_id: UUID | None,
    status: str,
    at: datetime,
    error_code: str = "",
    info: str = "",
) -> None:
    await DB.run(
        """INSERT INTO status_change (station, connector, at, status, error_code, info)
        SELECT unnest($1::uuid[]), $2::uuid, $3::timestamptz, $4::text, $5::text, $6::text""",
        list(station_ids),
        connector_id,
        at,
        status,
        error_code,
        info,
    )


async def set_booted(boots: Sequence[tuple[Any, ...]], at: datetime, *, wait: bool) -> Sequence[Row]:
    """Rows: station, vendor, model, serial, firmware, boot_reason, wireless; those that were written. Unless it may
    `wait`, without what somebody else has locked."""
    return await DB.run(
        f"""WITH said AS MATERIALIZED (
            SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bool[])
                AS v (id, vendor, model, serial, firmware, boot_reason, wireless)
        ), free AS MATERIALIZED (
            SELECT c.id FROM charging_station c JOIN said USING (id)
            ORDER BY c.id FOR NO KEY UPDATE OF c {"" if wait else "SKIP LOCKED"}
        )
        UPDATE charging_station s SET vendor = said.vendor, model = said.model, serial = said.serial,
            firmware = said.firmware, boot_reason = said.boot_reason, booted_at = $8, wireless = said.wireless
        FROM said JOIN free USING (id) WHERE s.id = said.id RETURNING {REF}""",
        *(list(column) for column in zip(*boots, strict=True)),
        at,
    )


# --- connectors --------------------------------------------------------------------------------------


async def add_connector(station_id: UUID, evse: int, number: int) -> None:
    """An outlet that a station announced. It takes the tariff of its neighbour."""
    await DB.run(
        """INSERT INTO connector (id, station, evse, number, tariff)
        SELECT $1, $2, $3, $4,
            (SELECT tariff FROM connector WHERE station = $2 AND tariff IS NOT NULL ORDER BY evse, number LIMIT 1)
        ON CONFLICT (station, evse, number) DO NOTHING""",
        uuid4(),
        station_id,
        evse,
        number,
    )


async def set_operative(station_id: UUID, evse: int | None, number: int | None, operative: bool) -> None:
    """What the operator last asked for; evse None: every outlet of the station."""
    await DB.run(
        """UPDATE connector SET operative = $4 WHERE station = $1
        AND ($2::int IS NULL OR evse = $2) AND ($3::int IS NULL OR number = $3)""",
        station_id,
        evse,
        number,
        operative,
    )


_CONNECTOR_REF = f"""
    SELECT c.id AS connector_id, c.evse, c.number, c.standard, c.power_type, c.max_power_w, c.tariff, c.status,
        c.operative, {REF}, s.name, s.online,
        l.id AS location_id, l.name AS location, l.address, l.postal_code, l.city, l.time_zone
    FROM connector c JOIN charging_station s ON s.id = c.station LEFT JOIN location l ON l.id = s.location"""


async def connector_by_wire(station_id: UUID, evse: int, number: int) -> Row | None:
    return await _one(
        f"{_CONNECTOR_REF} WHERE c.station = $1 AND c.evse = $2 AND c.number = $3", station_id, evse, number
    )


async def connectors_by_wire(named: Sequence[tuple[UUID, int, int]]) -> Sequence[Row]:
    return await DB.run(
        f"""{_CONNECTOR_REF.replace("SELECT", "SELECT c.station,", 1)}
        JOIN unnest($1::uuid[], $2::int[], $3::int[]) AS q (station, evse, number)
            ON q.station = c.station AND q.evse = c.evse AND q.number = c.number""",
        *(list(column) for column in zip(*named, strict=True)),
    )


async def only_connector(station_id: UUID) -> Row | None:
    """The connector of a station that has just one."""
    rows = await DB.run(f"{_CONNECTOR_REF} WHERE c.station = $1 LIMIT 2", station_id)
    return rows[0] if len(rows) == 1 else None


async def connector(tenant_id: UUID, connector_id: UUID) -> Row | None:
    return await _one(f"{_CONNECTOR_REF} WHERE c.id = $2 AND s.tenant = $1", tenant_id, connector_id)
