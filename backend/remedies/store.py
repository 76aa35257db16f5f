"""Queries of playbooks, their versions, runs and steps."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from backend.db.engine import DB

Row = Mapping[str, Any]
LIVE = "('running', 'waiting', 'asks')"
_COVERS = """($2::int IS NULL OR {0} IS NULL OR {0} = $2) AND ($3::int IS NULL OR {1} IS NULL OR {1} = $3)"""


async def _one(sql: str, *arguments: Any) -> Row | None:
    rows = await DB.run(sql, *arguments)
    return rows[0] if rows else None


# --- playbooks ---------------------------------------------------------------------------------------


async def known_keys(tenant_id: UUID) -> set[str]:
    rows = await DB.run("SELECT key FROM playbook WHERE tenant = $1 AND key <> ''", tenant_id)
    return {row["key"] for row in rows}


async def add(tenant_id: UUID, key: str, plan: Any, place: int, account_id: UUID | None, now: datetime) -> UUID | None:
    """None: the tenant has this built-in one already."""
    rows = await DB.run(
        """INSERT INTO playbook (tenant, key, plan, place, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5)
        ON CONFLICT (tenant, key) WHERE key <> '' DO NOTHING RETURNING id""",
        tenant_id,
        key,
        plan,
        place,
        now,
    )
    if not rows:
        return None
    await _add_version(rows[0]["id"], 1, plan, account_id, now)
    return UUID(str(rows[0]["id"]))


async def _add_version(playbook_id: UUID, version: int, plan: Any, account_id: UUID | None, now: datetime) -> None:
    await DB.run(
        "INSERT INTO playbook_version (playbook, version, plan, account, at) VALUES ($1, $2, $3, $4, $5)",
        playbook_id,
        version,
        plan,
        account_id,
        now,
    )


async def change(tenant_id: UUID, playbook_id: UUID, plan: Any, account_id: UUID, now: datetime) -> bool:
    rows = await DB.run(
        """UPDATE playbook SET version = version + 1, plan = $3, updated_at = $4
        WHERE tenant = $1 AND id = $2 AND removed_at IS NULL RETURNING version""",
        tenant_id,
        playbook_id,
        plan,
        now,
    )
    if rows:
        await _add_version(playbook_id, rows[0]["version"], plan, account_id, now)
    return bool(rows)


async def remove(tenant_id: UUID, playbook_id: UUID, now: datetime) -> bool:
    return bool(
        await DB.run(
            "UPDATE playbook SET removed_at = $3 WHERE tenant = $1 AND id = $2 AND removed_at IS NULL RETURNING 1",
            tenant_id,
            playbook_id,
            now,
        )
    )


_COUNTS = """count(r.id)::int AS runs, count(r.id) FILTER (WHERE r.state = 'mended')::int AS mended,
    count(r.id) FILTER (WHERE r.state = 'failed')::int AS failed"""


async def playbooks(tenant_id: UUID, since: datetime, playbook_id: UUID | None = None) -> Sequence[Row]:
    return await DB.run(
        f"""SELECT p.*, {_COUNTS} FROM playbook p LEFT JOIN remedy r ON r.playbook = p.id AND r.created_at > $2
        WHERE p.tenant = $1 AND p.removed_at IS NULL AND ($3::uuid IS NULL OR p.id = $3)
        GROUP BY p.id ORDER BY p.place, p.created_at, p.id""",
        tenant_id,
        since,
        playbook_id,
    )


async def versions(playbook_id: UUID) -> Sequence[Row]:
    return await DB.run(
        f"""SELECT v.version, v.plan, v.at, coalesce(a.name, '') AS by, {_COUNTS} FROM playbook_version v
        LEFT JOIN account a ON a.id = v.account
        LEFT JOIN remedy r ON r.playbook = v.playbook AND r.version = v.version
        WHERE v.playbook = $1 GROUP BY v.id, a.name ORDER BY v.version DESC LIMIT 50""",
        playbook_id,
    )


async def models(playbook_id: UUID, since: datetime) -> Sequence[Row]:
    return await DB.run(
        f"""SELECT r.model, r.firmware, {_COUNTS} FROM remedy r WHERE r.playbook = $1 AND r.created_at > $2
        GROUP BY r.model, r.firmware ORDER BY runs DESC, r.model, r.firmware LIMIT 100""",
        playbook_id,
        since,
    )


# --- runs --------------------------------------------------------------------------------------------


async def place(incident_id: UUID) -> Row | None:
    """The incident and its station, as a run needs them."""
    return await _one(
        """SELECT i.id, i.tenant, i.state, i.closed_by, i.rule, i.code, i.title, i.parent, i.station, i.connector,
            s.model, s.firmware, s.online, c.evse, c.number, coalesce(l.time_zone, t.time_zone) AS zone
        FROM incident i JOIN charging_station s ON s.id = i.station JOIN tenant t ON t.id = i.tenant
        LEFT JOIN connector c ON c.id = i.connector LEFT JOIN location l ON l.id = s.location WHERE i.id = $1""",
        incident_id,
    )


async def begin(values: Mapping[str, Any]) -> bool:
    """False: a run is under way at this station."""
    names = list(values)
    marks = ", ".join(f"${number}" for number in range(1, len(names) + 1))
    rows = await DB.run(
        f"INSERT INTO remedy ({', '.join(names)}) VALUES ({marks}) ON CONFLICT DO NOTHING RETURNING 1", *values.values()
    )
    return bool(rows)


async def lock(remedy_id: UUID) -> Row | None:
    return await _one("SELECT * FROM remedy WHERE id = $1 FOR UPDATE", remedy_id)


async def live_of(incident_id: UUID) -> UUID | None:
    row = await _one(f"SELECT id FROM remedy WHERE incident = $1 AND state IN {LIVE}", incident_id)
    return None if row is None else row["id"]


async def update(remedy_id: UUID, **values: Any) -> None:
    pairs = ", ".join(f"{name} = ${number}" for number, name in enumerate(values, 2))
    await DB.run(f"UPDATE remedy SET {pairs} WHERE id = $1", remedy_id, *values.values())


async def lock_station(station_id: UUID) -> None:
    """As transactions do (transactions.store): no session begins between the look and the step's own row."""
    await DB.run("SELECT pg_advisory_xact_lock(hashtextextended($1::text, 17))", str(station_id))


async def lock_treatments(tenant_id: UUID) -> None:
    """Who counts the stations under treatment and adds one counts alone."""
    await DB.run("SELECT pg_advisory_xact_lock(hashtextextended($1::text, 53))", str(tenant_id))


async def waiting(station_id: UUID) -> Sequence[UUID]:
    """Incidents at a station that no playbook has tried since they opened, or came back; the oldest first."""
    rows = await DB.run(
        """SELECT i.id FROM incident i WHERE i.station = $1 AND i.parent IS NULL AND i.state IN ('open', 'acknowledged')
            AND NOT EXISTS (SELECT 1 FROM remedy r WHERE r.incident = i.id
                AND r.created_at >= coalesce(i.watched_at, i.opened_at))
        ORDER BY i.opened_at, i.id""",
        station_id,
    )
    return [row["id"] for row in rows]


async def facts(remedy: Row, evse: int | None, since: datetime, *, aside: UUID | None) -> Row:
    """An outlet that charges is a session, whether there is a row of it or not; `aside`: but for this one."""
    rows = await DB.run(
        """WITH busy AS (
            SELECT t.evse FROM transaction t WHERE t.station = $1 AND t.state IN ('requested', 'active')
            UNION ALL SELECT c.evse FROM connector c WHERE c.station = $1 AND c.status IN ('charging', 'suspended')
                AND c.id IS DISTINCT FROM $5)
        SELECT s.online,
            (SELECT count(*)::int FROM busy) AS all_sessions,
            (SELECT count(*)::int FROM busy b WHERE $2::int IS NULL OR b.evse IS NULL OR b.evse = $2) AS sessions,
            EXISTS (SELECT 1 FROM incident i WHERE i.station = s.id AND i.state = 'in_repair') AS in_repair,
            (SELECT count(DISTINCT r.id)::int FROM remedy r JOIN remedy_step x ON x.remedy = r.id AND x.kind <> 'wait'
                WHERE r.station = s.id AND r.id <> $3 AND x.sent_at > $4) AS runs_today,
            (SELECT count(*)::int FROM remedy r WHERE r.tenant = s.tenant AND r.state = 'running' AND r.phase <> 'ready'
                AND r.id <> $3) AS at_once
        FROM charging_station s WHERE s.id = $1""",
        remedy["station"],
        evse,
        remedy["id"],
        since,
        aside,
    )
    return rows[0]


async def session_at(station_id: UUID, evse: int | None) -> UUID | None:
    row = await _one(
        """SELECT id FROM transaction
        WHERE station = $1 AND state = 'active' AND ($2::int IS NULL OR evse = $2) ORDER BY begun_at DESC LIMIT 1""",
        station_id,
        evse,
    )
    return None if row is None else row["id"]


async def charges(station_id: UUID, connector_id: UUID | None, since: datetime) -> bool:
    """Whether a session runs at an outlet, or began there since."""
    row = await _one(
        """SELECT 1 FROM transaction WHERE station = $1 AND ($2::uuid IS NULL OR connector = $2)
        AND (state = 'active' OR begun_at >= $3) LIMIT 1""",
        station_id,
        connector_id,
        since,
    )
    return row is not None


async def closed(station_id: UUID, evse: int | None, number: int | None) -> bool:
    """Whether an outlet of the place was asked to be out of service."""
    sql = f"SELECT 1 FROM connector WHERE station = $1 AND NOT operative AND {_COVERS.format('evse', 'number')}"
    return await _one(f"{sql} LIMIT 1", station_id, evse, number) is not None


async def wishes(station_id: UUID, evse: int | None, number: int | None, since: datetime) -> Sequence[Row]:
    """What a place was asked to be, the latest first: `operative`, `by_people`, and whether it `answered`."""
    asked = _COVERS.format("(request->>'evse')::int", "(request->>'connector')::int")
    return await DB.run(
        f"""SELECT coalesce((request->>'operative')::bool, false) AS operative, account IS NOT NULL AS by_people,
            state = 'answered' AS answered
        FROM station_command WHERE station = $1 AND action = 'SetAvailability' AND at >= $4 AND {asked}
        ORDER BY at DESC, id DESC""",
        station_id,
        evse,
        number,
        since,
    )


async def healthy(station_id: UUID, connector_id: UUID | None, since: datetime) -> bool:
    """It has booted since then, is connected, and no outlet of the place is faulted."""
    row = await _one(
        """SELECT s.online AND s.booted_at > $3 AND NOT EXISTS (SELECT 1 FROM connector c WHERE c.station = s.id
            AND ($2::uuid IS NULL OR c.id = $2) AND c.status IN ('faulted', 'unavailable')) AS good
        FROM charging_station s WHERE s.id = $1""",
        station_id,
        connector_id,
        since,
    )
    return bool(row and row["good"])


async def spoke(station_id: UUID, since: datetime) -> bool:
    """It is connected and has said something since then, on the connection that it has now."""
    row = await _one(
        """SELECT online AND last_seen_at > greatest($2, connected_at) AS spoke FROM charging_station WHERE id = $1""",
        station_id,
        since,
    )
    return bool(row and row["spoke"])


# --- steps -------------------------------------------------------------------------------------------


async def add_step(remedy_id: UUID, number: int, kind: str, now: datetime) -> bool:
    """False: it was begun before."""
    rows = await DB.run(
        """INSERT INTO remedy_step (id, remedy, number, kind, sent_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (remedy, number) DO NOTHING RETURNING 1""",
        uuid4(),
        remedy_id,
        number,
        kind,
        now,
    )
    return bool(rows)


async def step(remedy_id: UUID, number: int) -> Row | None:
    return await _one("SELECT * FROM remedy_step WHERE remedy = $1 AND number = $2", remedy_id, number)


async def end_step(remedy_id: UUID, number: int, outcome: str, now: datetime, detail: str | None = None) -> None:
    await DB.run(
        """UPDATE remedy_step SET outcome = $3, ended_at = $4, detail = coalesce($5, detail)
        WHERE remedy = $1 AND number = $2""",
        remedy_id,
        number,
        outcome,
        now,
        detail,
    )


async def answered(remedy_id: UUID, number: int, detail: str, now: datetime) -> None:
    await DB.run(
        "UPDATE remedy_step SET answered_at = $4, detail = $3 WHERE remedy = $1 AND number = $2",
        remedy_id,
        number,
        detail,
        now,
    )


async def steps(remedy_ids: Sequence[UUID]) -> Sequence[Row]:
    return await DB.run(
        "SELECT * FROM remedy_step WHERE remedy = ANY ($1::uuid[]) ORDER BY remedy, number", list(remedy_ids)
    )


async def page(
    tenant_id: UUID,
    *,
    remedy_id: UUID | None = None,
    incident_id: UUID | None = None,
    playbook_id: UUID | None = None,
    state: str | None = None,
    after: tuple[datetime, UUID] | None = None,
    limit: int = 1,
) -> Sequence[Row]:
    at, last = after or (None, None)
    return await DB.run(
        """SELECT r.*, i.title, s.identity, s.name FROM remedy r JOIN incident i ON i.id = r.incident
        JOIN charging_station s ON s.id = r.station
        WHERE r.tenant = $1 AND ($2::uuid IS NULL OR r.incident = $2) AND ($3::uuid IS NULL OR r.playbook = $3)
        AND ($4::text IS NULL OR r.state = $4) AND ($8::uuid IS NULL OR r.id = $8)
        AND ($5::timestamptz IS NULL OR (r.created_at, r.id) < ($5, $6::uuid))
        ORDER BY r.created_at DESC, r.id DESC LIMIT $7""",
        tenant_id,
        incident_id,
        playbook_id,
        state,
        at,
        last,
        limit,
        remedy_id,
    )


# --- the past ----------------------------------------------------------------------------------------


async def past(
    tenant_id: UUID, rules: Sequence[str], since: datetime, patience: timedelta, limit: int
) -> Sequence[Row]:
    """The latest incidents at stations, the oldest of them first, with the sessions that ran there until `patience`
    after they opened, and the commands until they ended."""
    return await DB.run(
        """SELECT * FROM (SELECT i.id, i.rule, i.code, i.station, i.opened_at, i.closed_at, i.closed_by, i.repaired_at,
            s.model, coalesce(l.time_zone, t.time_zone) AS zone,
            coalesce(i.connector::text, '') AS outlet,
            coalesce((SELECT json_agg(json_build_object(
                    'outlet', coalesce(x.connector::text, ''), 'begun_at', x.begun_at, 'ended_at', x.ended_at))::text
                FROM transaction x WHERE x.station = i.station AND x.begun_at <= i.opened_at + $4
                AND coalesce(x.ended_at, 'infinity') > i.opened_at), '[]') AS sessions,
            coalesce((SELECT json_agg(json_build_object(
                    'action', k.action, 'at', k.at, 'request', k.request) ORDER BY k.at)::text
                FROM station_command k WHERE k.station = i.station AND k.at >= i.opened_at
                AND k.at <= coalesce(i.repaired_at, i.closed_at, now())), '[]') AS commands
        FROM incident i JOIN charging_station s ON s.id = i.station JOIN tenant t ON t.id = i.tenant
        LEFT JOIN location l ON l.id = s.location
        WHERE i.tenant = $1 AND i.rule = ANY ($2::text[]) AND i.opened_at > $3
        ORDER BY i.opened_at DESC LIMIT $5) latest ORDER BY opened_at""",
        tenant_id,
        list(rules),
        since,
        patience,
        limit,
    )
