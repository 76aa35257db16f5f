"""Queries of what stations told and were told: configuration, commands, and the OCPP log."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import msgspec

from backend.db.engine import DB
from backend.stations import frame_rows
from backend.stations.frame_rows import FrameRows
from backend.stations.model import StationName, VariableReport
from backend.stations.store import REF

Row = Mapping[str, Any]


async def put_variables(station_id: UUID, reports: Sequence[VariableReport], at: datetime) -> None:
    """Each variable once. Rows are touched in one order, so two reports can't lock each other out; what a report
    doesn't say stays as known."""
    ordered = sorted(reports, key=lambda report: report.key)
    await DB.run(
        """INSERT INTO station_variable (station, component, evse, connector, name, value, read_only, attributes,
            characteristics, updated_at)
        SELECT $1, v.component, v.evse, v.connector, v.name, CASE WHEN v.actual THEN v.value ELSE old.value END,
            coalesce(v.read_only, old.read_only, false), coalesce(old.attributes, '{}') || v.attributes,
            coalesce(v.characteristics, old.characteristics), $11
        FROM unnest($2::text[], $3::int[], $4::int[], $5::text[], $6::text[], $7::bool[], $8::bool[], $9::jsonb[],
                $10::jsonb[])
            AS v (component, evse, connector, name, value, actual, read_only, attributes, characteristics)
        LEFT JOIN station_variable old ON old.station = $1
            AND (old.component, old.evse, old.connector, old.name) = (v.component, v.evse, v.connector, v.name)
        ORDER BY v.component, v.evse, v.connector, v.name
        ON CONFLICT (station, component, evse, connector, name) DO UPDATE SET value = excluded.value,
            read_only = excluded.read_only, attributes = excluded.attributes,
            characteristics = excluded.characteristics, updated_at = excluded.updated_at""",
        station_id,
        [report.component for report in ordered],
        [report.evse for report in ordered],
        [report.connector for report in ordered],
        [report.name for report in ordered],
        [report.value for report in ordered],
        [report.actual for report in ordered],
        [report.read_only for report in ordered],
        [dict(report.attributes) for report in ordered],
        [None if report.characteristics is None else dict(report.characteristics) for report in ordered],
        at,
    )


async def variable(station_id: UUID, component: str, name: str) -> str | None:
    rows = await DB.run(
        """SELECT value FROM station_variable
        WHERE station = $1 AND component = $2 AND name = $3 AND evse = 0 AND connector = 0""",
        station_id,
        component,
        name,
    )
    return rows[0]["value"] if rows else None


async def variables(
    station_id: UUID, after: Sequence[Any] | None, limit: int, component: str | None = None, search: str | None = None
) -> Sequence[Row]:
    """`search`: a pattern for ILIKE on component, name and value."""
    last, name, evse, connector = after or (None, None, None, None)
    return await DB.run(
        """SELECT component, name, evse, connector, value, read_only, attributes, characteristics, updated_at
        FROM station_variable WHERE station = $1
        AND ($2::text IS NULL OR (component, name, evse, connector) > ($2, $3::text, $4::int, $5::int))
        AND ($7::text IS NULL OR component = $7)
        AND ($8::text IS NULL OR component || '.' || name || ' ' || coalesce(value, '') ILIKE $8)
        ORDER BY component, name, evse, connector LIMIT $6""",
        station_id,
        last,
        name,
        evse,
        connector,
        limit,
        component,
        search,
    )


async def values(station_ids: Sequence[UUID], names: Sequence[str]) -> Sequence[Row]:
    """What these stations told of variables with these names."""
    return await DB.run(
        """SELECT station, component, evse, connector, name, value, read_only, attributes FROM station_variable
        WHERE station = ANY($1::uuid[]) AND name = ANY($2::text[])""",
        list(station_ids),
        list(names),
    )


async def facts(tenant_id: UUID | None, station_id: UUID | None, after: str | None, limit: int) -> Sequence[Row]:
    """What accepted stations of a tenant are, by identity, or one station."""
    return await DB.run(
        """SELECT s.id, s.identity, s.name, s.vendor, s.model, s.firmware, s.ocpp_version, s.online,
            EXISTS (SELECT 1 FROM station_variable v WHERE v.station = s.id) AS told
        FROM charging_station s
        WHERE (s.id = $2 OR ($2::uuid IS NULL AND s.tenant = $1 AND s.registration = 'accepted'))
        AND ($3::text IS NULL OR s.identity > $3) ORDER BY s.identity LIMIT $4""",
        tenant_id,
        station_id,
        after,
        limit,
    )


async def of_component(station_id: UUID, component: str) -> Sequence[Row]:
    return await DB.run(
        "SELECT name, value FROM station_variable WHERE station = $1 AND component = $2", station_id, component
    )


async def variable_values(station_id: UUID, names: Sequence[tuple[str, str]]) -> Sequence[Row]:
    """Of the station as a whole (evse 0), by (component, name)."""
    return await DB.run(
        """SELECT v.component, v.name, v.value FROM station_variable v
        JOIN unnest($2::text[], $3::text[]) AS wanted (component, name) USING (component, name)
        WHERE v.station = $1 AND v.evse = 0""",
        station_id,
        [component for component, _ in names],
        [name for _, name in names],
    )


class Note(NamedTuple):
    """Of a command. account_id: who asked; None: Wattline itself. request: without secrets."""

    id: UUID
    account_id: UUID | None
    action: str
    request: Any
    at: datetime

    @property
    def columns(self) -> tuple[Any, ...]:
        """id, account, action, request, at, as they are stored."""
        return self.id, self.account_id, self.action, msgspec.json.encode(self.request).decode(), self.at


_NOTE = """INSERT INTO station_command (id, account, action, request, at, station)
    SELECT $1, $2, $3, $4::text::jsonb, $5, id"""


async def add_command(asked: UUID | StationName, note: Note) -> Row | None:
    """The station; None where there is no such station. One statement: somebody waits for it."""
    station_id, (tenant_id, identity) = (asked, (None, None)) if isinstance(asked, UUID) else (None, asked)
    rows = await DB.run(
        f"""WITH asked AS (
            SELECT {REF} FROM charging_station s WHERE s.id = $6
            UNION ALL SELECT {REF} FROM charging_station s WHERE s.tenant = $7 AND s.identity = $8
        ), noted AS ({_NOTE} FROM asked) SELECT * FROM asked""",
        *note.columns,
        station_id,
        tenant_id,
        identity,
    )
    return rows[0] if rows else None


async def note_command(station_id: UUID, note: Note) -> bool:
    """The same of a station that is known. False: it was deleted meanwhile."""
    return bool(await DB.run(f"{_NOTE} FROM charging_station WHERE id = $6 RETURNING id", *note.columns, station_id))


async def name_command(command_id: UUID, action: str, request: Any) -> None:
    """What waited in a room's own words, and is now on its way in those of a command."""
    await DB.run(
        "UPDATE station_command SET action = $2, request = $3::text::jsonb WHERE id = $1",
        command_id,
        action,
        msgspec.json.encode(request).decode(),
    )


async def forget_command(command_id: UUID) -> None:
    await DB.run("DELETE FROM station_command WHERE id = $1", command_id)


async def queue_command(
    station_id: UUID,
    account_id: UUID | None,
    action: str,
    request: Any,
    command: bytes,
    at: datetime,
    expires_at: datetime,
) -> UUID:
    """Kept as it will be sent, until the station is there."""
    command_id = uuid4()
    await DB.run(
        """INSERT INTO station_command (id, station, account, action, request, command, state, at, expires_at)
        VALUES ($1, $2, $3, $4, $5::text::jsonb, $6::text::jsonb, 'queued', $7, $8)""",
        command_id,
        station_id,
        account_id,
        action,
        msgspec.json.encode(request).decode(),
        command.decode(),
        at,
        expires_at,
    )
    return command_id


async def waiting(station_id: UUID, now: datetime) -> bool:
    rows = await DB.run(
        "SELECT 1 FROM station_command WHERE station = $1 AND state = 'queued' AND expires_at > $2 LIMIT 1",
        station_id,
        now,
    )
    return bool(rows)


async def waiting_of(stations: Sequence[UUID], now: datetime) -> Sequence[UUID]:
    """For which of these stations a command waits."""
    rows = await DB.run(
        """SELECT DISTINCT station FROM station_command
        WHERE station = ANY($1::uuid[]) AND state = 'queued' AND expires_at > $2""",
        list(stations),
        now,
    )
    return [row["station"] for row in rows]


async def claim_next(station_id: UUID, now: datetime) -> Row | None:
    """The oldest one that waits, from now on sent: nobody else sends it, also if this process dies. None: nothing
    waits, or the one before it is still on its way. Inside a transaction."""
    await DB.run("SELECT pg_advisory_xact_lock(hashtextextended($1::text, 19))", str(station_id))
    rows = await DB.run(
        """UPDATE station_command SET state = 'sent', answered_at = $2 WHERE id = (
            SELECT id FROM station_command WHERE station = $1 AND state = 'queued' AND expires_at > $2
            ORDER BY at, id LIMIT 1
        ) AND NOT EXISTS (
            SELECT 1 FROM station_command WHERE station = $1 AND state = 'sent' AND command IS NOT NULL
        ) RETURNING id, account, command""",
        station_id,
        now,
    )
    return rows[0] if rows else None


async def stations_with_waiting(now: datetime) -> list[UUID]:
    """Those that are there, and have commands that wait."""
    rows = await DB.run(
        """SELECT DISTINCT c.station FROM station_command c JOIN charging_station s ON s.id = c.station
        WHERE c.state = 'queued' AND c.expires_at > $1 AND s.online""",
        now,
    )
    return [row["station"] for row in rows]


async def requeue(command_id: UUID) -> None:
    """It never left: the station was not there."""
    await DB.run(
        "UPDATE station_command SET state = 'queued', answered_at = NULL WHERE id = $1 AND state = 'sent'", command_id
    )


async def cancel_queued(station_id: UUID, command_id: UUID, at: datetime) -> bool:
    rows = await DB.run(
        """UPDATE station_command SET state = 'failed', status = 'Cancelled', command = NULL, answered_at = $3
        WHERE station = $1 AND id = $2 AND state = 'queued' RETURNING id""",
        station_id,
        command_id,
        at,
    )
    return bool(rows)


async def expire_queued(now: datetime, lost_before: datetime) -> None:
    """Too late for some; and of some that were sent by a process that died, nobody knows what became of them."""
    await DB.run(
        """UPDATE station_command SET state = 'failed', command = NULL, answered_at = $1,
            status = CASE WHEN state = 'queued' THEN 'Expired' ELSE 'Unknown' END,
            answer = jsonb_build_object('detail', CASE WHEN state = 'queued'
                THEN 'The station was not there in time.'
                ELSE 'Wattline was interrupted while it asked; look at the station before you try again.' END)
        WHERE (state = 'queued' AND expires_at <= $1)
            OR (state = 'sent' AND command IS NOT NULL AND answered_at < $2)
            OR (state = 'sent' AND at < $2 AND command IS NULL)""",
        now,
        lost_before,
    )


async def finish_command(command_id: UUID, state: str, status: str, answer: Any, at: datetime) -> None:
    """Alone, it is on disk a moment later: that it was sent is there already, and whoever asked waits. In a transaction
    it isn't: all else that is in there would be, too."""
    alone = not DB.transaction_exists()
    await DB.run(
        f"""UPDATE station_command SET state = $2, status = $3, answer = $4::text::jsonb, answered_at = $5,
            command = NULL
        {"FROM (SELECT set_config('synchronous_commit', 'off', true)) AS later" if alone else ""}
        WHERE id = $1""",
        command_id,
        state,
        status[:60],
        msgspec.json.encode(answer).decode(),
        at,
    )


async def fail_kept(command_id: UUID, status: str, detail: str, at: datetime) -> None:
    """What waited failed before its first message left; of one that left its own answer is on record."""
    await DB.run(
        """UPDATE station_command SET state = 'failed', status = $2, answer = jsonb_build_object('detail', $3::text),
            answered_at = $4, command = NULL WHERE id = $1 AND state = 'sent' AND command IS NOT NULL""",
        command_id,
        status[:60],
        detail,
        at,
    )


async def commands(
    station_id: UUID, after: tuple[datetime, UUID] | None, limit: int, state: str | None = None
) -> Sequence[Row]:
    at, command_id = after or (None, None)
    return await DB.run(
        """SELECT c.id, c.at, c.action, c.state, c.status, c.expires_at, coalesce(c.answer ->> 'detail', '') AS detail,
            coalesce(a.name, '') AS by
        FROM station_command c LEFT JOIN account a ON a.id = c.account
        WHERE c.station = $1 AND ($2::timestamptz IS NULL OR (c.at, c.id) < ($2, $3::uuid))
        AND ($5::text IS NULL OR c.state = $5)
        ORDER BY c.at DESC, c.id DESC LIMIT $4""",
        station_id,
        at,
        command_id,
        limit,
        state,
    )


async def add_frames(rows: FrameRows) -> None:
    await DB.copy_block("ocpp_frame", frame_rows.COLUMNS, rows.block())


async def keep_partitions(before: datetime) -> None:
    """Days before are dropped as a whole; the next ones are there before anybody needs them."""
    await DB.run("SELECT keep_partitions('ocpp_frame', 'day', now(), 3)")
    await DB.run("SELECT drop_partitions('ocpp_frame', 'day', $1)", before)


async def delete_frames(before: datetime, most: int = 20_000) -> int:
    """Of those that no day's partition took, in steps that hold no lock for long; how many went."""
    gone = await DB.run(
        """WITH old AS (SELECT id FROM ocpp_frame_default WHERE at < $1 ORDER BY id LIMIT $2),
        gone AS (DELETE FROM ocpp_frame_default f USING old WHERE f.id = old.id RETURNING 1)
        SELECT count(*)::int AS n FROM gone""",
        before,
        most,
    )
    return int(gone[0]["n"])


async def frames(
    station_id: UUID,
    *,
    direction: str | None = None,
    action: str | None = None,
    errors: bool = False,
    before: int | None = None,
    since: int | None = None,
    limit: int = 50,
) -> Sequence[Row]:
    """Newest first; `before` and `since` are frame ids, both exclusive. `errors`: only errors and what was no OCPP."""
    return await DB.run(
        """SELECT id, at, direction, kind, action, message_id, payload, size, latency_ms, error_code
        FROM ocpp_frame WHERE station_id = $1
        AND ($2::text IS NULL OR direction = $2) AND ($3::text IS NULL OR action = $3)
        AND ($4::bigint IS NULL OR id < $4) AND ($5::bigint IS NULL OR id > $5)
        AND (NOT $7::bool OR kind IN ('error', 'malformed'))
        ORDER BY id DESC LIMIT $6""",
        station_id,
        direction,
        action,
        before,
        since,
        limit,
        errors,
    )
