"""Queries of tasks, firmware files and security events."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from backend.db.engine import DB

Row = Mapping[str, Any]
TASK = """id, station, firmware_file, kind, request_id, status, history, location, expires_at, used_at, file_name,
    file_size, created_at, ended_at"""


async def add_file(file_id: UUID, tenant_id: UUID, account_id: UUID, values: Mapping[str, Any], at: datetime) -> Row:
    rows = await DB.run(
        """INSERT INTO firmware_file (id, tenant, account, name, size, sha256, md5, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING *""",
        file_id,
        tenant_id,
        account_id,
        values["name"],
        values["size"],
        values["sha256"],
        values["md5"],
        at,
    )
    found: Row = rows[0]
    return found


async def file(tenant_id: UUID, file_id: UUID) -> Row | None:
    return next(
        iter(await DB.run("SELECT * FROM firmware_file WHERE tenant = $1 AND id = $2", tenant_id, file_id)), None
    )


async def files(tenant_id: UUID, after: tuple[datetime, UUID] | None, limit: int) -> Sequence[Row]:
    at, file_id = after or (None, None)
    return await DB.run(
        """SELECT * FROM firmware_file WHERE tenant = $1
        AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3::uuid))
        ORDER BY created_at DESC, id DESC LIMIT $4""",
        tenant_id,
        at,
        file_id,
        limit,
    )


async def request_id() -> int:
    return int((await DB.run("SELECT nextval('maintenance_request')::int AS n"))[0]["n"])


async def add_task(values: Mapping[str, Any]) -> UUID:
    task_id = uuid4()
    row = {"id": task_id, **values}
    columns = ", ".join(row)
    marks = ", ".join(f"${number}" for number in range(1, len(row) + 1))
    await DB.run(f"INSERT INTO maintenance_task ({columns}) VALUES ({marks})", *row.values())
    return task_id


async def step(task_id: UUID, status: str, at: datetime, *, over: bool, detail: str = "", answer: bool = False) -> None:
    """Another state of a task. `answer`: it is what the station answered at first, so it stands right after the
    question; a report that overtook it stays the state."""
    await DB.run(
        """UPDATE maintenance_task SET
            status = CASE WHEN $6 AND status <> 'Requested' THEN status ELSE $2 END,
            history = jsonb_insert(history, CASE WHEN $6 THEN '{1}' ELSE '{-1}' END::text[],
                jsonb_build_object('status', $2::text, 'at', $3::timestamptz, 'detail', $5::text), NOT $6),
            ended_at = CASE WHEN $4 THEN coalesce(ended_at, $3) ELSE ended_at END
        WHERE id = $1""",
        task_id,
        status,
        at,
        over,
        detail,
        answer,
    )


async def name_file(task_id: UUID, name: str) -> None:
    await DB.run("UPDATE maintenance_task SET file_name = $2 WHERE id = $1 AND file_name = ''", task_id, name[:255])


async def by_request(station_id: UUID, kinds: Sequence[str], request: int | None) -> Row | None:
    """The task that a report is about: by its number, else the latest that goes on."""
    rows = await DB.run(
        f"""SELECT {TASK} FROM maintenance_task WHERE station = $1 AND kind = ANY($2::text[])
        AND (request_id = $3 OR ($3::int IS NULL AND ended_at IS NULL))
        ORDER BY created_at DESC, request_id DESC LIMIT 1 FOR UPDATE""",
        station_id,
        list(kinds),
        request,
    )
    return next(iter(rows), None)


async def going_on(station_id: UUID, kinds: Sequence[str], but: UUID) -> Sequence[Row]:
    """Older ones than `but` that haven't ended."""
    return await DB.run(
        f"""SELECT {TASK} FROM maintenance_task WHERE station = $1 AND kind = ANY($2::text[]) AND ended_at IS NULL
        AND id <> $3 AND created_at <= (SELECT created_at FROM maintenance_task WHERE id = $3)""",
        station_id,
        list(kinds),
        but,
    )


async def unfinished(station_id: UUID) -> Sequence[Row]:
    return await DB.run(
        f"SELECT {TASK} FROM maintenance_task WHERE station = $1 AND ended_at IS NULL FOR UPDATE", station_id
    )


async def unfinished_kinds(stations: Sequence[UUID]) -> set[tuple[UUID, str]]:
    """(station, kind) of what these stations have under way."""
    rows = await DB.run(
        "SELECT DISTINCT station, kind FROM maintenance_task WHERE station = ANY($1::uuid[]) AND ended_at IS NULL",
        list(stations),
    )
    return {(row["station"], row["kind"]) for row in rows}


async def expired(now: datetime) -> Sequence[Row]:
    """Tasks that go on although their address is of no use any more."""
    return await DB.run(
        f"SELECT {TASK}, station FROM maintenance_task WHERE ended_at IS NULL AND expires_at < $1 LIMIT 500", now
    )


async def task(station_id: UUID, kinds: Sequence[str], task_id: UUID) -> Row | None:
    rows = await DB.run(
        f"SELECT {TASK} FROM maintenance_task WHERE station = $1 AND kind = ANY($2::text[]) AND id = $3",
        station_id,
        list(kinds),
        task_id,
    )
    return next(iter(rows), None)


async def tasks(
    station_id: UUID, kinds: Sequence[str], after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Row]:
    at, task_id = after or (None, None)
    return await DB.run(
        f"""SELECT {TASK} FROM maintenance_task WHERE station = $1 AND kind = ANY($2::text[])
        AND ($3::timestamptz IS NULL OR (created_at, id) < ($3, $4::uuid))
        ORDER BY created_at DESC, id DESC LIMIT $5""",
        station_id,
        list(kinds),
        at,
        task_id,
        limit,
    )


async def by_token(token_hash: bytes) -> Row | None:
    return next(iter(await DB.run(f"SELECT {TASK} FROM maintenance_task WHERE token_hash = $1", token_hash)), None)


async def claim(task_id: UUID, at: datetime) -> bool:
    """Whether this upload is the first."""
    return bool(
        await DB.run(
            "UPDATE maintenance_task SET used_at = $2 WHERE id = $1 AND used_at IS NULL RETURNING id", task_id, at
        )
    )


async def release(task_id: UUID) -> None:
    """The upload broke off or was refused: the station may try again."""
    await DB.run("UPDATE maintenance_task SET used_at = NULL WHERE id = $1", task_id)


async def received(task_id: UUID, name: str, size: int) -> None:
    await DB.run(
        """UPDATE maintenance_task SET file_size = $3, file_name = CASE WHEN $2 = '' THEN file_name ELSE $2 END
        WHERE id = $1""",
        task_id,
        name[:255],
        size,
    )


async def add_event(station_id: UUID, at: datetime, now: datetime, kind: str, info: str, critical: bool) -> bool:
    """False: the station said so before, in the same words and with the same time, within the hour."""
    rows = await DB.run(
        """INSERT INTO security_event (station, at, received_at, type, info, critical)
        SELECT $1::uuid, $2::timestamptz, $3::timestamptz, $4::text, $5::text, $6::bool WHERE NOT EXISTS (
            SELECT FROM (SELECT * FROM security_event WHERE station = $1 ORDER BY id DESC LIMIT 100) known
            WHERE known.at = $2 AND known.type = $4 AND known.info = $5
                AND known.received_at > $3 - interval '1 hour')
        RETURNING id""",
        station_id,
        at,
        now,
        kind,
        info,
        critical,
    )
    return bool(rows)


async def events(station_id: UUID, before: int | None, limit: int) -> Sequence[Row]:
    return await DB.run(
        """SELECT id, at, received_at, type, info, critical FROM security_event
        WHERE station = $1 AND ($2::bigint IS NULL OR id < $2) ORDER BY id DESC LIMIT $3""",
        station_id,
        before,
        limit,
    )
