"""Queries of power sites, what was granted, signals and wishes."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.db.engine import DB
from shared.sites import SignalKind

Row = Mapping[str, Any]


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()


async def _one(sql: str, *arguments: Any) -> Row | None:
    rows = await DB.run(sql, *arguments)
    return rows[0] if rows else None


# --- the site ----------------------------------------------------------------------------------------


async def location(tenant_id: UUID, location_id: UUID) -> Row | None:
    return await _one("SELECT id, name, time_zone FROM location WHERE tenant = $1 AND id = $2", tenant_id, location_id)


async def site(location_id: UUID, tenant_id: UUID | None = None) -> Row | None:
    """tenant None: of whichever; only jobs and keys may ask so."""
    return await _one(
        """SELECT p.*, l.name, l.time_zone FROM power_site p JOIN location l ON l.id = p.location
        WHERE p.location = $1 AND ($2::uuid IS NULL OR p.tenant = $2)""",
        location_id,
        tenant_id,
    )


async def put_site(tenant_id: UUID, location_id: UUID, values: Row, at: datetime) -> None:
    await DB.run(
        """INSERT INTO power_site (location, tenant, enabled, tree, policy, tariff, updated_at)
        VALUES ($1, $2, $3, $4::text::jsonb, $5::text::jsonb, $6::text::jsonb, $7)
        ON CONFLICT (location) DO UPDATE SET enabled = excluded.enabled, tree = excluded.tree,
            policy = excluded.policy, tariff = excluded.tariff, updated_at = excluded.updated_at""",
        location_id,
        tenant_id,
        values["enabled"],
        _json(values["tree"]),
        _json(values["policy"]),
        _json(values["tariff"]),
        at,
    )


async def delete_site(location_id: UUID) -> None:
    """With all that belongs to it, but not what it came to."""
    for table in ("power_key", "grid_limit", "power_signal", "power_feed", "power_site"):
        await DB.run(f"DELETE FROM {table} WHERE location = $1", location_id)


async def readings(location_id: UUID) -> dict[str, Any]:
    """By node; nobody else writes one before the transaction ends."""
    row = await _one("SELECT readings FROM power_site WHERE location = $1 FOR UPDATE", location_id)
    return dict(row["readings"]) if row else {}


async def put_reading(location_id: UUID, node: str, reading: Any) -> None:
    await DB.run(
        """UPDATE power_site SET readings = readings || jsonb_build_object($2::text, $3::text::jsonb)
        WHERE location = $1""",
        location_id,
        node,
        _json(reading),
    )


async def enabled_sites() -> list[UUID]:
    rows = await DB.run("SELECT location FROM power_site WHERE enabled")
    return [row["location"] for row in rows]


async def sites_of_stations(stations: Collection[UUID]) -> dict[UUID, UUID]:
    """The location, by station, of those at a site that is controlled."""
    rows = await DB.run(
        """SELECT s.id, p.location FROM charging_station s JOIN power_site p ON p.location = s.location
        WHERE s.id = ANY($1::uuid[]) AND p.enabled""",
        list(stations),
    )
    return {row["id"]: row["location"] for row in rows}


async def site_of_transaction(transaction_id: UUID) -> Row | None:
    return await _one(
        """SELECT p.*, l.time_zone, s.identity, t.evse, t.energy_wh, t.begun_at, t.state FROM transaction t
        JOIN charging_station s ON s.id = t.station JOIN power_site p ON p.location = s.location
        JOIN location l ON l.id = p.location WHERE t.id = $1""",
        transaction_id,
    )


# --- stations and cars -------------------------------------------------------------------------------


async def sites_now(tenant_id: UUID) -> Sequence[Row]:
    """Locations with accepted stations: location, name, city, time_zone; enabled, tree, readings, plan, planned_at (all
    None without a power tree); stations, silent ones, cars and their cars_w, and how many of them wait for power."""
    return await DB.run(
        """SELECT l.id AS location, l.name, l.city, l.time_zone,
            p.enabled, p.tree, p.readings, p.plan, p.planned_at, n.stations, n.silent, coalesce(t.cars, 0) AS cars,
            coalesce(t.cars_w, 0) AS cars_w, coalesce(t.waiting, 0) AS waiting
        FROM location l
        JOIN (SELECT location, count(*) AS stations, count(*) FILTER (WHERE NOT online) AS silent
            FROM charging_station WHERE tenant = $1 AND registration = 'accepted' GROUP BY location) n
            ON n.location = l.id
        LEFT JOIN power_site p ON p.location = l.id
        LEFT JOIN (SELECT s.location, count(*) AS cars, coalesce(sum(t.power_w), 0)::bigint AS cars_w,
                count(*) FILTER (WHERE g.acked_a <= 0) AS waiting
            FROM transaction t JOIN charging_station s ON s.id = t.station
            LEFT JOIN power_grant g ON g.station = t.station AND g.evse = t.evse
            WHERE s.tenant = $1 AND t.state = 'active' GROUP BY s.location) t ON t.location = l.id
        WHERE l.tenant = $1""",
        tenant_id,
    )


async def stations(location_id: UUID) -> Sequence[Row]:
    """By EVSE: station, identity, tenant, registration, ocpp_version, online, evse, max_power_w, dc, rate units."""
    return await DB.run(
        """SELECT s.id, s.tenant, s.identity, s.registration, s.ocpp_version, s.online, c.evse,
            max(c.max_power_w) AS max_power_w, bool_or(c.power_type = 'DC') AS dc,
            (SELECT max(v.value) FROM station_variable v WHERE v.station = s.id AND
                (v.component, v.name) IN (('SmartChargingCtrlr', 'RateUnit'),
                    ('', 'ChargingScheduleAllowedChargingRateUnit'))) AS units
        FROM charging_station s JOIN connector c ON c.station = s.id AND c.evse > 0
        WHERE s.location = $1 AND s.registration = 'accepted'
        GROUP BY s.id, c.evse ORDER BY s.identity, c.evse""",
        location_id,
    )


async def cars(location_id: UUID) -> Sequence[Row]:
    return await DB.run(
        """SELECT t.id, s.identity, t.evse, t.begun_at, t.energy_wh, t.power_w, t.soc_percent, t.charging_state,
            t.meter_last_at, t.account, r.current_a, r.voltage_v, w.departs_at, w.energy_wh AS wanted_wh,
            n.departs_at AS needs_departs_at, n.energy_wh AS needs_wh,
            n.max_current_a AS needs_a, n.max_power_w AS needs_w, a.driver_group,
            dg.name AS driver_group_name, k.parent AS card_group, f.name AS tariff_name
        FROM transaction t JOIN charging_station s ON s.id = t.station
        LEFT JOIN LATERAL (SELECT current_a, voltage_v FROM transaction_reading r WHERE r.transaction = t.id
            ORDER BY at DESC LIMIT 1) r ON true
        LEFT JOIN charge_wish w ON w.transaction = t.id
        LEFT JOIN account a ON a.id = t.account LEFT JOIN driver_group dg ON dg.id = a.driver_group
        LEFT JOIN id_token k ON k.tenant = t.tenant AND lower(k.value) = lower(t.id_token)
        LEFT JOIN tariff f ON f.id = t.tariff
        LEFT JOIN charging_needs n ON n.station = t.station AND n.evse = t.evse AND n.asked_at >= t.begun_at
        WHERE s.location = $1 AND t.state = 'active' AND t.evse IS NOT NULL ORDER BY t.begun_at""",
        location_id,
    )


async def without_session(location_id: UUID, since: datetime) -> Sequence[Row]:
    """The newest meter value of each outlet that draws although no session runs there, as far as the last one had ended
    by then: identity, evse, at, power_w, current_a, voltage_v."""
    return await DB.run(
        """SELECT s.identity, r.evse, r.at, r.power_w, r.current_a, r.voltage_v
        FROM charging_station s
        CROSS JOIN LATERAL (SELECT DISTINCT evse FROM connector WHERE station = s.id AND evse > 0) AS c
        CROSS JOIN LATERAL (SELECT * FROM station_reading r WHERE r.station = s.id AND r.evse = c.evse AND r.at > $2
            ORDER BY r.at DESC LIMIT 1) AS r
        WHERE s.location = $1 AND (r.power_w > 0 OR r.current_a > 0)
            AND NOT EXISTS (SELECT 1 FROM transaction t WHERE t.station = s.id AND t.evse = c.evse
                AND (t.state = 'active' OR t.ended_at >= r.at))""",
        location_id,
        since,
    )


async def levels(location_id: UUID, ours_from: int) -> Sequence[Row]:
    """The highest stack level that somebody else uses, and ours, by station, EVSE and purpose."""
    return await DB.run(
        """SELECT s.identity, p.evse, p.purpose, max(p.stack_level) FILTER (WHERE p.number < $2) AS hand,
            max(p.stack_level) FILTER (WHERE p.number >= $2) AS ours
        FROM charging_profile p JOIN charging_station s ON s.id = p.station
        WHERE s.location = $1 GROUP BY 1, 2, 3""",
        location_id,
        ours_from,
    )


# --- grants ------------------------------------------------------------------------------------------


async def grants(location_id: UUID) -> Sequence[Row]:
    return await DB.run(
        """SELECT g.*, s.identity FROM power_grant g JOIN charging_station s ON s.id = g.station
        WHERE s.location = $1""",
        location_id,
    )


async def put_grant(station_id: UUID, evse: int, values: Row) -> None:
    names = list(values)
    marks = ", ".join(f"${number}" for number in range(3, len(names) + 3))
    told = ", ".join(f"{name} = excluded.{name}" for name in names)
    await DB.run(
        f"""INSERT INTO power_grant (station, evse, {", ".join(names)}) VALUES ($1, $2, {marks})
        ON CONFLICT (station, evse) DO UPDATE SET {told}""",
        station_id,
        evse,
        *values.values(),
    )


async def forget_grants(station_id: UUID, evse: int | None, *, fallback: bool) -> Sequence[int]:
    """A session began or ended; `fallback`: the station may have lost what it kept, too. EVSEs that drew too much."""
    rows = await DB.run(
        f"""UPDATE power_grant g SET acked_a = NULL, acked_at = NULL, acked_until = NULL,
            acked_phases = NULL, sent_a = NULL, sent_at = NULL, sent_until = NULL, sent_phases = NULL,
            switched_at = NULL, over_since = NULL, detail = ''
        {", fallback_a = NULL" if fallback else ""} FROM power_grant b
        WHERE b.station = g.station AND b.evse = g.evse AND g.station = $1 AND ($2::int IS NULL OR g.evse = $2)
        RETURNING b.evse, b.over_since""",
        station_id,
        evse,
    )
    return [row["evse"] for row in rows if row["over_since"] is not None]


async def evse_of(transaction_id: UUID) -> int | None:
    row = await _one("SELECT evse FROM transaction WHERE id = $1", transaction_id)
    return row["evse"] if row else None


# --- keys --------------------------------------------------------------------------------------------


async def add_key(location_id: UUID, purpose: str, digest: str, at: datetime) -> Row:
    rows = await DB.run(
        "INSERT INTO power_key (location, purpose, hash, created_at) VALUES ($1, $2, $3, $4) RETURNING *",
        location_id,
        purpose,
        digest,
        at,
    )
    return rows[0]


async def keys(location_id: UUID) -> Sequence[Row]:
    return await DB.run("SELECT * FROM power_key WHERE location = $1 ORDER BY created_at, id", location_id)


async def drop_key(location_id: UUID, key_id: UUID) -> bool:
    return bool(await DB.run("DELETE FROM power_key WHERE location = $1 AND id = $2 RETURNING id", location_id, key_id))


async def use_key(digest: str, at: datetime) -> Row | None:
    return await _one("UPDATE power_key SET used_at = $2 WHERE hash = $1 RETURNING location, purpose", digest, at)


# --- signals -----------------------------------------------------------------------------------------


async def put_signals(location_id: UUID, kind: str, points: Sequence[tuple[datetime, datetime, Any]]) -> None:
    await DB.run(
        """INSERT INTO power_signal (location, kind, starts_at, ends_at, value)
        SELECT $1, $2, * FROM unnest($3::timestamptz[], $4::timestamptz[], $5::numeric[])
        ON CONFLICT (location, kind, starts_at) DO UPDATE SET ends_at = excluded.ends_at, value = excluded.value""",
        location_id,
        kind,
        [one[0] for one in points],
        [one[1] for one in points],
        [one[2] for one in points],
    )


async def signals(location_id: UUID, begins: datetime, ends: datetime) -> Sequence[Row]:
    """And of a kind that stopped before, its last day: those hours hold, however long ago that was. A value is of a day
    at most, so older ones needn't be looked through."""
    return await DB.run(
        """SELECT p.kind, p.starts_at, p.ends_at, p.value FROM unnest($4::text[]) AS asked (kind)
        CROSS JOIN LATERAL (SELECT least($2, ends_at - interval '1 day') AS since FROM power_signal
            WHERE location = $1 AND kind = asked.kind AND starts_at < $3 ORDER BY starts_at DESC LIMIT 1) AS last
        JOIN power_signal p ON p.location = $1 AND p.kind = asked.kind AND p.starts_at < $3
            AND p.starts_at >= last.since - interval '1 day' AND p.ends_at > last.since
        ORDER BY p.kind, p.starts_at LIMIT 20000""",
        location_id,
        begins,
        ends,
        [kind.value for kind in SignalKind],
    )


async def last_signals(location_id: UUID, kind: str, count: int) -> Sequence[Row]:
    return await DB.run(
        """SELECT starts_at, ends_at, value FROM power_signal WHERE location = $1 AND kind = $2
        ORDER BY starts_at DESC LIMIT $3""",
        location_id,
        kind,
        count,
    )


async def put_feed(location_id: UUID, kind: str, values: Row) -> None:
    names = list(values)
    marks = ", ".join(f"${number}" for number in range(3, len(names) + 3))
    told = ", ".join(f"{name} = excluded.{name}" for name in names)
    await DB.run(
        f"""INSERT INTO power_feed (location, kind, {", ".join(names)}) VALUES ($1, $2, {marks})
        ON CONFLICT (location, kind) DO UPDATE SET {told}""",
        location_id,
        kind,
        *values.values(),
    )


async def feeds(location_id: UUID | None) -> Sequence[Row]:
    """None: those of all sites that are fetched."""
    return await DB.run(
        """SELECT * FROM power_feed WHERE ($1::uuid IS NULL AND url <> '') OR location = $1
        ORDER BY location, kind""",
        location_id,
    )


# --- what it came to ---------------------------------------------------------------------------------


async def note(location_id: UUID, at: datetime, values: Row) -> None:
    await DB.run(
        """INSERT INTO power_interval (location, at, peak_w, limit_w, planned_w, price) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (location, at) DO UPDATE SET peak_w = greatest(power_interval.peak_w, excluded.peak_w),
            limit_w = least(power_interval.limit_w, excluded.limit_w),
            planned_w = excluded.planned_w, price = excluded.price""",
        location_id,
        at,
        values["drawn_w"],
        values["limit_w"],
        values["planned_w"],
        values["price"],
    )


async def intervals(location_id: UUID, since: datetime) -> Sequence[Row]:
    return await DB.run(
        "SELECT * FROM power_interval WHERE location = $1 AND at >= $2 ORDER BY at LIMIT 5000", location_id, since
    )


# --- wishes ------------------------------------------------------------------------------------------


async def put_wish(transaction_id: UUID, departs_at: datetime | None, energy_wh: int | None, at: datetime) -> None:
    await DB.run(
        """INSERT INTO charge_wish (transaction, departs_at, energy_wh, asked_at) VALUES ($1, $2, $3, $4)
        ON CONFLICT (transaction) DO UPDATE SET departs_at = excluded.departs_at, energy_wh = excluded.energy_wh,
            asked_at = excluded.asked_at""",
        transaction_id,
        departs_at,
        energy_wh,
        at,
    )


async def wish(transaction_id: UUID) -> Row | None:
    return await _one("SELECT * FROM charge_wish WHERE transaction = $1", transaction_id)


async def forget_before(at: datetime) -> None:
    await DB.run("DELETE FROM power_interval WHERE at < $1", at)
    await DB.run("DELETE FROM power_signal WHERE ends_at < $1", at)
