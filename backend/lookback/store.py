"""Queries of looks back: what was recorded of a station, and what would have been found."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from backend.db.engine import DB

Row = Mapping[str, Any]
MOST_ROWS = 20_000
"""Of one kind, one station and one day: a station that floods tells nothing new after that."""
LABEL = "CASE WHEN c.number = 1 THEN c.evse::text ELSE c.evse || '-' || c.number END"
LIVE = "('queued', 'running')"


async def _one(sql: str, *arguments: Any) -> Row | None:
    rows = await DB.run(sql, *arguments)
    return rows[0] if rows else None


# --- looks back --------------------------------------------------------------------------------------


async def add(values: Mapping[str, Any]) -> bool:
    """False: one is under way."""
    names = list(values)
    marks = ", ".join(f"${number}" for number in range(1, len(names) + 1))
    rows = await DB.run(
        f"""INSERT INTO look_back ({", ".join(names)}) VALUES ({marks})
        ON CONFLICT (tenant) WHERE state IN {LIVE} DO NOTHING RETURNING id""",
        *values.values(),
    )
    return bool(rows)


_FULL = """SELECT b.*, coalesce(a.name, '') AS by FROM look_back b LEFT JOIN account a ON a.id = b.account"""


async def get(look_back_id: UUID, tenant_id: UUID | None = None) -> Row | None:
    return await _one(f"{_FULL} WHERE b.id = $1 AND ($2::uuid IS NULL OR b.tenant = $2)", look_back_id, tenant_id)


async def page(tenant_id: UUID, after: tuple[datetime, UUID] | None, limit: int) -> Sequence[Row]:
    at, last = after or (None, None)
    return await DB.run(
        f"""{_FULL} WHERE b.tenant = $1 AND ($2::timestamptz IS NULL OR (b.created_at, b.id) < ($2, $3::uuid))
        ORDER BY b.created_at DESC, b.id DESC LIMIT $4""",
        tenant_id,
        at,
        last,
        limit,
    )


async def end(look_back_id: UUID, state: str, now: datetime, error: str = "") -> None:
    await DB.run(
        f"UPDATE look_back SET state = $2, ended_at = $3, error = $4 WHERE id = $1 AND state IN {LIVE}",
        look_back_id,
        state,
        now,
        error,
    )


async def advance(
    look_back_id: UUID, before: UUID | None, station_id: UUID, tally: Mapping[str, Any], recorded_from: datetime | None
) -> bool:
    """False: stopped meanwhile, or another run was first."""
    rows = await DB.run(
        """UPDATE look_back SET state = 'running', done = done + 1, last_station = $3, tally = $4,
            recorded_from = least(recorded_from, $5)
        WHERE id = $1 AND last_station IS NOT DISTINCT FROM $2 AND state IN ('queued', 'running') RETURNING id""",
        look_back_id,
        before,
        station_id,
        dict(tally),
        recorded_from,
    )
    return bool(rows)


async def forget(before: datetime) -> None:
    await DB.run("DELETE FROM look_back WHERE created_at < $1", before)


_MEANT = """s.tenant = $1 AND s.registration = 'accepted' AND ($2 = '' OR lower(s.vendor) = lower($2))
    AND ($3 = '' OR lower(s.model) = lower($3)) AND ($4::uuid IS NULL OR s.location = $4)"""


async def count_stations(tenant_id: UUID, vendor: str, model: str, location_id: UUID | None) -> int:
    sql = f"SELECT count(*)::int AS n FROM charging_station s WHERE {_MEANT}"
    return int((await DB.run(sql, tenant_id, vendor, model, location_id))[0]["n"])


async def next_station(
    tenant_id: UUID, vendor: str, model: str, location_id: UUID | None, after: UUID | None
) -> Row | None:
    return await _one(
        f"""SELECT s.id, s.vendor, s.model, s.ocpp_version, b.drops_per_day, coalesce(l.time_zone, t.time_zone) AS zone,
            EXISTS (SELECT 1 FROM network_profile n WHERE n.station = s.id AND n.active
                AND n.interface LIKE 'Wireless%') AS wireless
        FROM charging_station s JOIN tenant t ON t.id = s.tenant LEFT JOIN location l ON l.id = s.location
        LEFT JOIN station_baseline b ON b.station = s.id
        WHERE {_MEANT} AND ($5::uuid IS NULL OR s.id > $5) ORDER BY s.id LIMIT 1""",
        tenant_id,
        vendor,
        model,
        location_id,
        after,
    )


# --- what was recorded -------------------------------------------------------------------------------


async def first_frame(station_id: UUID, begin: datetime, end: datetime) -> Row:
    """When the log of a station begins in a span, and when it said its last word there."""
    rows = await DB.run(
        """SELECT min(at) AS first, max(at) AS last FROM ocpp_frame
        WHERE station_id = $1 AND direction = 'in' AND at >= $2 AND at < $3""",
        station_id,
        begin,
        end,
    )
    return rows[0]


async def standing(station_id: UUID, begin: datetime) -> Sequence[Row]:
    """What was known when the span began: the last state of the link and of each outlet."""
    return await DB.run(
        f"""SELECT DISTINCT ON (h.connector, h.status IN ('online', 'offline')) coalesce({LABEL}, '') AS label,
            h.status, h.error_code, h.info
        FROM status_change h LEFT JOIN connector c ON c.id = h.connector WHERE h.station = $1 AND h.at < $2
        ORDER BY h.connector, h.status IN ('online', 'offline'), h.at DESC, h.id DESC""",
        station_id,
        begin,
    )


async def changes(station_id: UUID, begin: datetime, end: datetime) -> Sequence[Row]:
    return await DB.run(
        f"""SELECT h.at, coalesce({LABEL}, '') AS label, h.status, h.error_code, h.info
        FROM status_change h LEFT JOIN connector c ON c.id = h.connector
        WHERE h.station = $1 AND h.at >= $2 AND h.at < $3 ORDER BY h.at, h.id LIMIT {MOST_ROWS}""",
        station_id,
        begin,
        end,
    )


async def frames(
    station_id: UUID, begin: datetime, end: datetime, actions: Sequence[str], silence: timedelta
) -> Sequence[Row]:
    """Calls of a station that say something about faults; and its first word after a silence (`since`)."""
    return await DB.run(
        f"""SELECT at, action, payload, size, kind, CASE WHEN at - before >= $5 THEN before END AS since FROM (
            SELECT id, at, kind, action, payload, size, lag(at) OVER (ORDER BY id) AS before FROM ocpp_frame
            WHERE station_id = $1 AND direction = 'in' AND at >= $2::timestamptz - interval '1 day' AND at < $3) f
        WHERE at >= $2 AND ((kind = 'call' AND action = ANY ($4::text[])) OR at - before >= $5)
        ORDER BY at, id LIMIT {MOST_ROWS}""",
        station_id,
        begin,
        end,
        list(actions),
        silence,
    )


async def sessions(station_id: UUID, begin: datetime, end: datetime) -> Sequence[Row]:
    """Sessions that began, ended or failed in a span."""
    return await DB.run(
        f"""SELECT t.id, t.number, t.state, t.failure, t.flags, t.created_at, t.begun_at, t.ended_at, t.energy_wh,
            t.stop_reason, coalesce(t.account::text, t.id_token) AS driver, {LABEL} AS label, c.power_type,
            c.max_power_w
        FROM transaction t JOIN connector c ON c.id = t.connector
        WHERE t.station = $1 AND ((t.begun_at >= $2 AND t.begun_at < $3) OR (t.ended_at >= $2 AND t.ended_at < $3)
            OR (t.state = 'failed' AND t.created_at >= $2 AND t.created_at < $3))
        ORDER BY t.created_at LIMIT {MOST_ROWS}""",
        station_id,
        begin,
        end,
    )


async def readings(station_id: UUID, begin: datetime, end: datetime) -> Sequence[Row]:
    return await DB.run(
        f"""SELECT r.transaction, r.at, r.energy_wh, r.power_w, r.voltage_v::float8 AS voltage_v, r.phase_voltages,
            r.phase_currents, r.offered_w, r.soc_percent, r.charging_state
        FROM transaction t JOIN transaction_reading r ON r.transaction = t.id AND r.at >= $2 AND r.at < $3
        WHERE t.station = $1 AND t.begun_at < $3 AND coalesce(t.ended_at, 'infinity') >= $2
        ORDER BY r.at LIMIT {MOST_ROWS}""",
        station_id,
        begin,
        end,
    )


async def incidents(station_id: UUID, rules: Sequence[str], begin: datetime, end: datetime) -> Sequence[Row]:
    """The latest, the oldest of them first."""
    rows = await DB.run(
        f"""SELECT i.id::text AS id, i.rule, coalesce({LABEL}, '') AS label, i.opened_at,
            coalesce(i.repaired_at, i.closed_at) AS closed_at
        FROM incident i LEFT JOIN connector c ON c.id = i.connector
        WHERE i.station = $1 AND i.rule = ANY ($2::text[]) AND i.opened_at < $4
        AND coalesce(i.repaired_at, i.closed_at, 'infinity') >= $3 ORDER BY i.opened_at DESC LIMIT 5000""",
        station_id,
        list(rules),
        begin,
        end,
    )
    return rows[::-1]


async def sent(station_id: UUID, actions: Sequence[str], begin: datetime, end: datetime) -> Sequence[Row]:
    """Commands of these kinds, the oldest first."""
    rows = await DB.run(
        """SELECT action, at, coalesce((request->>'hard')::bool, false) AS hard FROM station_command
        WHERE station = $1 AND action = ANY ($2::text[]) AND at >= $3 AND at < $4 ORDER BY at DESC LIMIT 5000""",
        station_id,
        list(actions),
        begin,
        end,
    )
    return rows[::-1]


async def charged(station_id: UUID, begin: datetime, end: datetime) -> Sequence[Row]:
    """Sessions that ran in a span."""
    return await DB.run(
        f"""SELECT coalesce({LABEL}, '') AS outlet, t.begun_at, t.ended_at
        FROM transaction t LEFT JOIN connector c ON c.id = t.connector
        WHERE t.station = $1 AND t.begun_at < $3 AND coalesce(t.ended_at, 'infinity') > $2""",
        station_id,
        begin,
        end,
    )


# --- what would have been found ----------------------------------------------------------------------

COLUMNS = (
    "look_back",
    "station",
    "incident",
    "rule",
    "label",
    "title",
    "detail",
    "severity",
    "code",
    "fired_at",
    "ended_at",
    "occurrences",
    "outcome",
    "held",
)


async def add_firings(rows: Sequence[tuple[Any, ...]]) -> None:
    await DB.copy("look_back_firing", COLUMNS, list(rows))


async def figures(look_back_id: UUID) -> Sequence[Row]:
    return await DB.run(
        """SELECT f.rule, f.outcome, s.vendor, s.model, count(*)::int AS fired, count(f.incident)::int AS happened,
            array_agg(DISTINCT f.station) AS stations
        FROM look_back_firing f JOIN charging_station s ON s.id = f.station WHERE f.look_back = $1
        GROUP BY f.rule, f.outcome, s.vendor, s.model""",
        look_back_id,
    )


async def firings(
    look_back_id: UUID, rule: str | None, after: tuple[datetime, int] | None, limit: int
) -> Sequence[Row]:
    at, last = after or (None, None)
    return await DB.run(
        """SELECT f.*, s.identity, s.name, s.model FROM look_back_firing f JOIN charging_station s ON s.id = f.station
        WHERE f.look_back = $1 AND ($2::text IS NULL OR f.rule = $2)
        AND ($3::timestamptz IS NULL OR (f.fired_at, f.id) < ($3, $4::bigint))
        ORDER BY f.fired_at DESC, f.id DESC LIMIT $5""",
        look_back_id,
        rule,
        at,
        last,
        limit,
    )
