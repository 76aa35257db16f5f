"""Queries of the facts that rules look at."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.alerts.rules import Finding, PresenceFacts
from backend.db.engine import DB

Row = Mapping[str, Any]
LABEL = "CASE WHEN c.number = 1 THEN c.evse::text ELSE c.evse || '-' || c.number END"


async def _one(sql: str, *arguments: Any) -> Row | None:
    rows = await DB.run(sql, *arguments)
    return rows[0] if rows else None


async def label(connector_id: UUID) -> str:
    row = await _one(f"SELECT {LABEL} AS label FROM connector c WHERE c.id = $1", connector_id)
    return row["label"] if row else ""


def presence_facts(row: Row, silence_s: int, now: datetime) -> PresenceFacts:
    """Of a row of `presence` or `silents`."""
    return PresenceFacts(
        accepted=row["registration"] == "accepted",
        online=row["online"],
        disconnected_at=row["disconnected_at"],
        last_seen_at=row["last_seen_at"],
        silence_s=silence_s,
        now=now,
    )


async def presence(stations: Sequence[UUID]) -> Sequence[Row]:
    return await DB.run(
        """SELECT id, tenant, registration, online, disconnected_at, last_seen_at, vendor, model
        FROM charging_station WHERE id = ANY($1::uuid[])""",
        list(stations),
    )


async def start_failures(connectors: Collection[UUID], since: datetime) -> Sequence[Row]:
    """Failed starts at connectors after `since` and after its last session, with its place and label."""
    return await DB.run(
        f"""SELECT s.tenant, s.id AS station, c.id AS connector, {LABEL} AS label,
            count(t.id)::int AS failures, coalesce((array_agg(t.failure ORDER BY t.created_at DESC))[1], '') AS failure
        FROM connector c JOIN charging_station s ON s.id = c.station
        LEFT JOIN transaction t ON t.connector = c.id AND t.state = 'failed' AND t.created_at > greatest($2,
            (SELECT max(begun_at) FROM transaction
                WHERE connector = c.id AND begun_at > $2 AND created_at > $2::timestamptz - interval '1 hour'))
        WHERE c.id = ANY($1::uuid[]) GROUP BY s.tenant, s.id, c.id, c.evse, c.number""",
        list(connectors),
        since,
    )


async def connectors_with_open(rule: str) -> Sequence[UUID]:
    rows = await DB.run(
        "SELECT connector FROM incident WHERE rule = $1 AND state <> 'closed' AND connector IS NOT NULL", rule
    )
    return [row["connector"] for row in rows]


async def sessions(transactions: Sequence[UUID]) -> Mapping[UUID, Row]:
    rows = await DB.run(
        f"""SELECT t.id, t.number, t.flags, coalesce({LABEL}, '') AS label
        FROM transaction t LEFT JOIN connector c ON c.id = t.connector WHERE t.id = ANY($1::uuid[])""",
        list(transactions),
    )
    return {row["id"]: row for row in rows}


async def connector_on(station_id: UUID, evse: int) -> UUID | None:
    rows = await DB.run("SELECT id FROM connector WHERE station = $1 AND evse = $2 ORDER BY number", station_id, evse)
    return rows[0]["id"] if len(rows) == 1 else None


# --- sweeps: all at once -----------------------------------------------------------------------------


async def open_of(rules: Sequence[str]) -> Sequence[Row]:
    """Incidents of these rules that aren't closed, of all tenants."""
    return await DB.run("SELECT * FROM incident WHERE rule = ANY ($1::text[]) AND state <> 'closed'", list(rules))


async def absents() -> Sequence[Row]:
    """Accepted stations that lost their connection, with their own incident, where there is one."""
    return await DB.run(
        """SELECT s.id, s.tenant, s.location, s.vendor, s.model, s.disconnected_at, i.id AS incident, i.parent
        FROM charging_station s
        LEFT JOIN incident i ON i.station = s.id AND i.rule = 'station_offline' AND i.state <> 'closed'
        WHERE s.registration = 'accepted' AND NOT s.online AND s.disconnected_at IS NOT NULL"""
    )


async def site_sizes(locations: Sequence[UUID]) -> dict[UUID, int]:
    rows = await DB.run(
        """SELECT location, count(*)::int AS n FROM charging_station
        WHERE location = ANY ($1::uuid[]) AND registration = 'accepted' GROUP BY location""",
        list(locations),
    )
    return {row["location"]: row["n"] for row in rows}


async def add_parts(tenant_id: UUID, parent: UUID, stations: Sequence[UUID], finding: Finding, at: datetime) -> None:
    """An incident for each of many stations, as parts of a greater one."""
    await DB.run(
        """INSERT INTO incident (id, tenant, station, rule, severity, title, detail, advice, cause, down, began_at,
            opened_at, seen_at, parent)
        SELECT gen_random_uuid(), $1, s.id, 'station_offline', $4, $5, $6, $7, $8, $9, s.disconnected_at, $10, $10, $2
        FROM charging_station s WHERE s.id = ANY ($3::uuid[]) AND NOT EXISTS (SELECT 1 FROM incident i
            WHERE i.station = s.id AND i.rule = 'station_offline' AND i.state <> 'closed')""",
        tenant_id,
        parent,
        list(stations),
        finding.severity.value,
        finding.title,
        finding.detail,
        finding.advice,
        finding.cause,
        finding.down,
        at,
    )


async def adopt(parent: UUID, incidents: Sequence[UUID]) -> None:
    await DB.run("UPDATE incident SET parent = $1 WHERE id = ANY ($2::uuid[])", parent, list(incidents))


async def release(parent: UUID) -> Sequence[Row]:
    """Parts that are still open stand for themselves from now on."""
    return await DB.run("UPDATE incident SET parent = NULL WHERE parent = $1 AND state <> 'closed' RETURNING *", parent)


async def greater() -> Sequence[Row]:
    """Greater incidents that aren't closed, with how many of their parts are open, and when the last one joined."""
    return await DB.run(
        """SELECT g.*, count(p.id) FILTER (WHERE p.state <> 'closed')::int AS parts_open, count(p.id)::int AS parts,
            max(p.opened_at) AS last_part_at
        FROM incident g JOIN incident p ON p.parent = g.id WHERE g.state <> 'closed' GROUP BY g.id"""
    )


async def lately(tenant_id: UUID, rule: str, station_id: UUID, since: datetime) -> Row:
    """How many incidents of a rule were opened since, in all and at the site of a station."""
    rows = await DB.run(
        """SELECT count(DISTINCT i.station)::int AS stations,
            count(*) FILTER (WHERE s.location = m.location)::int AS at_site, m.location,
            array_agg(i.id) AS ids, array_agg(i.id) FILTER (WHERE s.location = m.location) AS site_ids
        FROM charging_station m
        LEFT JOIN incident i ON i.tenant = $1 AND i.opened_at > $4 AND i.rule = $2 AND i.parent IS NULL
            AND i.state <> 'closed'
        LEFT JOIN charging_station s ON s.id = i.station
        WHERE m.id = $3 GROUP BY m.location""",
        tenant_id,
        rule,
        station_id,
        since,
    )
    return rows[0]


async def alone_since(rule: str, since: datetime) -> Sequence[Row]:
    """Incidents at stations that belong to nothing greater."""
    return await DB.run(
        """SELECT i.id, i.tenant, i.station, i.title, s.location FROM incident i
        JOIN charging_station s ON s.id = i.station
        WHERE i.rule = $1 AND i.opened_at > $2 AND i.parent IS NULL AND i.state <> 'closed' ORDER BY i.opened_at""",
        rule,
        since,
    )


async def opened_between(tenant_id: UUID, rule: str, after: datetime, before: datetime) -> int:
    rows = await DB.run(
        """SELECT count(*)::int AS n FROM incident
        WHERE tenant = $1 AND rule = $2 AND opened_at > $3 AND opened_at <= $4""",
        tenant_id,
        rule,
        after,
        before,
    )
    return int(rows[0]["n"])


async def count_parts(incident_id: UUID, parts: int) -> None:
    await DB.run("UPDATE incident SET affected = $2 WHERE id = $1", incident_id, parts)


async def greater_open(tenant_id: UUID, location_id: UUID | None, rule: str, since: datetime) -> Row | None:
    """A greater incident of the tenant or of the site that is fresh enough to belong to."""
    return await _one(
        """SELECT id, location FROM incident WHERE tenant = $1 AND station IS NULL AND rule = $3 AND state <> 'closed'
        AND (location IS NULL OR location = $2) AND seen_at > $4 ORDER BY location NULLS FIRST LIMIT 1""",
        tenant_id,
        location_id,
        rule,
        since,
    )


async def silents(before: datetime) -> Sequence[Row]:
    """Connected stations that said nothing since; those whose incident of that is open besides."""
    return await DB.run(
        """SELECT s.id, s.tenant, s.registration, s.online, s.disconnected_at, s.last_seen_at, s.vendor, s.model
        FROM charging_station s
        WHERE (s.registration = 'accepted' AND s.online AND s.last_seen_at <= $1)
        OR s.id IN (SELECT station FROM incident WHERE rule IN ('station_silent', 'station_offline')
            AND state <> 'closed' AND parent IS NULL)""",
        before,
    )


async def add_drops(stations: Sequence[UUID], at: datetime) -> None:
    await DB.run("INSERT INTO station_drop (station, at) SELECT unnest($1::uuid[]), $2", list(stations), at)


async def forget_drops(before: datetime) -> None:
    await DB.run("DELETE FROM station_drop WHERE at < $1", before)


_LINK = """SELECT s.id, s.tenant, s.vendor, s.model, count(d.id) FILTER (WHERE d.at > $1)::int AS drops,
        max(b.drops_per_day) AS usual,
        s.wireless OR coalesce(bool_or(n.interface LIKE 'Wireless%'), false) AS wireless,
        max(l.round_trip_ms) AS round_trip_ms, max(l.lost_percent) AS lost_percent,
        max(l.usual_ms) FILTER (WHERE l.spans >= $2) AS usual_ms,
        max(l.usual_lost_percent) FILTER (WHERE l.spans >= $2) AS usual_lost_percent
    FROM charging_station s
    LEFT JOIN station_drop d ON d.station = s.id AND d.at > $1
    LEFT JOIN station_baseline b ON b.station = s.id
    LEFT JOIN network_profile n ON n.station = s.id AND n.active
    LEFT JOIN station_link l ON l.station = s.id AND l.at > $1"""
SPANS_KNOWN = 36
"""How often a link was noted before what is usual there counts: six hours."""


async def links(since: datetime, noted_since: datetime) -> Sequence[Row]:
    """Stations that lost their connection more than once since, those whose link was noted a moment ago, and those of
    which an incident says something."""
    return await DB.run(
        f"""{_LINK} WHERE s.id IN (SELECT station FROM station_drop WHERE at > $1 GROUP BY station HAVING count(*) > 2)
        OR s.id IN (SELECT station FROM station_link WHERE at > $3)
        OR s.id IN (SELECT station FROM incident WHERE rule IN ('station_flapping', 'weak_link')
            AND state <> 'closed')
        GROUP BY s.id""",
        since,
        SPANS_KNOWN,
        noted_since,
    )


async def running(readings_since: datetime, latest: int) -> Sequence[Row]:
    """Sessions under way at accepted stations, each with its readings since, oldest first: the `latest` ones, and of
    each minute before the last one of what it tells. `limited`: something may hold its power down.

    Arrays inside of a record as JSON: a new connection can't read them otherwise.
    """
    return await DB.run(
        f"""SELECT t.id, t.tenant, t.station, t.connector, t.number, t.begun_at, t.charging_state, t.soc_percent,
            greatest(t.updated_at, t.meter_last_at, t.begun_at) AS heard_at, coalesce({LABEL}, '') AS label,
            coalesce(c.power_type, 'AC') AS power_type, coalesce(c.max_power_w, 0) AS max_power_w,
            coalesce(c.status, '') AS status, s.online, s.vendor, s.model, r.points,
            t.evse, jsonb_array_length(t.holds) > 0 OR EXISTS (SELECT 1 FROM charging_profile p WHERE p.station = s.id)
                OR EXISTS (SELECT 1 FROM external_limit e WHERE e.station = s.id) AS limited
        FROM transaction t JOIN charging_station s ON s.id = t.station
        LEFT JOIN connector c ON c.id = t.connector
        LEFT JOIN LATERAL (
            SELECT array_agg(ROW(p.at, p.energy_wh, p.power_w, p.voltage_v::float8, to_jsonb(p.phase_voltages),
                to_jsonb(p.phase_currents), p.offered_w) ORDER BY p.at) AS points
            FROM (SELECT *, row_number() OVER (ORDER BY at DESC) AS back, row_number() OVER (PARTITION BY
                    date_trunc('minute', at), energy_wh IS NULL, power_w IS NULL, offered_w IS NULL
                    ORDER BY at DESC) AS of_minute
                FROM transaction_reading WHERE transaction = t.id AND at > $1) p
            WHERE p.back <= $2 OR p.of_minute = 1
        ) r ON true
        WHERE t.state = 'active' AND s.registration = 'accepted'""",
        readings_since,
        latest,
    )


async def outlets(before: datetime) -> Sequence[Row]:
    """Outlets that say for some time that they are in use while no session runs there; and those of which an
    incident says so, whatever they say now. `since`: both hold; the session may have ended a moment ago."""
    return await DB.run(
        f"""SELECT c.id, s.id AS station, s.tenant, s.vendor, s.model, {LABEL} AS label, c.status,
            greatest(coalesce(c.status_at, $1), (SELECT t.ended_at FROM transaction t
                WHERE t.station = s.id AND t.evse = c.evse ORDER BY t.created_at DESC LIMIT 1)) AS since,
            EXISTS (SELECT 1 FROM transaction t WHERE t.station = s.id AND t.evse = c.evse
                AND t.state IN ('requested', 'active')) AS busy
        FROM connector c JOIN charging_station s ON s.id = c.station
        WHERE (c.status IN ('occupied', 'finishing', 'charging', 'suspended') AND c.status_at <= $1 AND s.online
            AND s.registration = 'accepted')
        OR c.id IN (SELECT connector FROM incident WHERE state <> 'closed'
            AND rule IN ('plugged_not_started', 'stuck_finishing', 'charging_without_session'))""",
        before,
    )


async def pasts(connectors: Collection[UUID], limit: int) -> Mapping[UUID, Sequence[Row]]:
    """The last sessions that ended at each of these outlets, the latest first."""
    rows = await DB.run(
        f"""SELECT c.id AS connector, {LABEL} AS label, t.*
        FROM connector c CROSS JOIN LATERAL (
            SELECT energy_wh, stop_reason, extract(epoch FROM ended_at - begun_at)::float8 AS seconds,
                coalesce(account::text, id_token) AS driver, created_at
            FROM transaction
            WHERE connector = c.id AND state = 'ended' AND begun_at IS NOT NULL AND ended_at IS NOT NULL
            ORDER BY created_at DESC LIMIT $2) t
        WHERE c.id = ANY($1::uuid[]) ORDER BY c.id, t.created_at DESC""",
        list(set(connectors)),
        limit,
    )
    found: dict[UUID, list[Row]] = {}
    for row in rows:
        found.setdefault(row["connector"], []).append(row)
    return found


async def firmwares() -> Sequence[Row]:
    """Stations whose firmware somebody set an end to; the most special one counts."""
    return await DB.run(
        """SELECT DISTINCT ON (s.id) s.id, s.tenant, s.vendor, s.model, s.firmware, f.ends_on
        FROM charging_station s LEFT JOIN firmware_support f ON f.tenant = s.tenant
            AND lower(f.vendor) = lower(s.vendor) AND lower(f.model) IN ('', lower(s.model)) AND f.firmware = s.firmware
        WHERE f.id IS NOT NULL OR s.id IN (SELECT station FROM incident
            WHERE rule = 'firmware_expires' AND state <> 'closed')
        ORDER BY s.id, f.model DESC NULLS LAST"""
    )


async def clock_off(station_id: UUID) -> float | None:
    """Seconds by which its clock was ahead when it last told the time; None: it never did."""
    rows = await DB.run("SELECT clock_off_s FROM charging_station WHERE id = $1", station_id)
    return rows[0]["clock_off_s"] if rows else None


async def set_clocks(off_s: Mapping[UUID, float], at: datetime) -> None:
    await DB.run(
        """WITH held AS (
            SELECT s.id, told.off_s FROM charging_station s
            JOIN unnest($1::uuid[], $2::float8[]) AS told (id, off_s) USING (id) ORDER BY s.id FOR NO KEY UPDATE OF s
        )
        UPDATE charging_station s SET clock_off_s = held.off_s, clock_off_at = $3 FROM held WHERE s.id = held.id""",
        list(off_s),
        list(off_s.values()),
        at,
    )


async def greater_size(parent: UUID) -> int:
    """Stations of a greater incident."""
    rows = await DB.run(
        "SELECT count(DISTINCT station)::int AS n FROM incident WHERE parent = $1 AND state <> 'closed'", parent
    )
    return rows[0]["n"]
