"""Updates, logs and security events: started by operators, told by stations."""

import hashlib
import secrets
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

from backend import addresses, commands, jobs
from backend.context import Context, Unit
from backend.errors import Conflict, InvalidInput, NotFound, WattlineError
from backend.events import Event, SecurityEventReported, StationBooted, StationChanged
from backend.maintenance import files, rules, store
from backend.stations import service as stations
from backend.stations.model import StationRef
from shared.maintenance import (
    FirmwareFile,
    LogKind,
    MaintenanceTask,
    SecurityEvent,
    StartFirmware,
    StartLog,
    StartPublish,
    TaskStep,
)

UPDATES = ("update",)
PUBLICATIONS = ("publish",)
FIRMWARE = UPDATES + PUBLICATIONS
LOGS = ("diagnostics", "security")
ADDRESS_LIFE = timedelta(days=1)
"""How long a station may use an address that it was given, counted from when it shall begin."""
NO_FILE = "This file doesn't exist."
NO_TASK = "This task doesn't exist."
Key = list[Any] | None


# --- firmware files ----------------------------------------------------------------------------------


async def add_firmware(
    ctx: Context, tenant_id: UUID, account_id: UUID, name: str, stream: AsyncIterator[bytes]
) -> FirmwareFile:
    file_id = uuid4()
    stored = await files.write(stream, files.firmware_path(ctx, file_id), files.MAX_FIRMWARE)
    values = {"name": _safe(name), "size": stored.size, "sha256": stored.sha256, "md5": stored.md5}
    return _file(await store.add_file(file_id, tenant_id, account_id, values, ctx.now()))


def _safe(name: str) -> str:
    """A file name that fits into an address and into a header."""
    return "".join(one if one.isalnum() or one in "._-" else "_" for one in name)[:120].strip(".") or "file"


def _file(row: store.Row) -> FirmwareFile:
    return FirmwareFile(
        id=str(row["id"]),
        name=row["name"],
        size=row["size"],
        sha256=row["sha256"],
        md5=row["md5"],
        created_at=row["created_at"],
    )


async def firmware_files(
    ctx: Context, tenant_id: UUID, after: tuple[datetime, UUID] | None, limit: int
) -> tuple[list[FirmwareFile], Key]:
    rows = await store.files(tenant_id, after, limit + 1)
    more = len(rows) > limit
    return [_file(row) for row in rows[:limit]], [rows[limit - 1][k] for k in ("created_at", "id")] if more else None


async def _source(ctx: Context, tenant_id: UUID, file_id: str, url: str) -> store.Row | None:
    """The file of ours that is named, or None for an address elsewhere. Raises InvalidInput."""
    if bool(file_id) == bool(url):
        raise InvalidInput("Name either a file or an address.", fields=[("$.file_id", "one of file_id and url")])
    if url:
        if problem := rules.url_problem(url):
            raise InvalidInput(problem, fields=[("$.url", problem)])
        if await addresses.leads_inside(url, ctx.settings.file_hosts):
            problem = "This address leads into our own network. Upload the file, or allow its host in the settings."
            raise InvalidInput(problem, fields=[("$.url", problem)], code="address_inside")
        return None
    try:
        row = await store.file(tenant_id, UUID(file_id))
    except ValueError:
        row = None
    if row is None:
        raise InvalidInput(NO_FILE, fields=[("$.file_id", NO_FILE)])
    return row


# --- starting a task ---------------------------------------------------------------------------------


async def check_update(ctx: Context, station: StationRef, wanted: StartFirmware) -> store.Row | None:
    """The file of ours, if it is one. Raises InvalidInput for what no station could do."""
    if bool(wanted.signature) != bool(wanted.certificate):
        raise InvalidInput("Signature and certificate belong together; send both or none.")
    return await _source(ctx, station.tenant_id, wanted.file_id, wanted.url)


async def start_update(
    ctx: Context, station: StationRef, account_id: UUID | None, wanted: StartFirmware
) -> MaintenanceTask:
    source = await check_update(ctx, station, wanted)
    begin = _whole(ctx, wanted.retrieve_at)
    task_id, number, location = await _begin(
        ctx, station, account_id, "update", source=source, url=wanted.url, begin=begin
    )
    command = commands.UpdateFirmware(
        request_id=number,
        location=location,
        retrieve_at=begin,
        install_at=wanted.install_at,
        retries=wanted.retries,
        retry_interval_s=wanted.retry_interval_s,
        signature=wanted.signature,
        certificate=wanted.certificate,
    )
    return await _ask(ctx, station, account_id, task_id, UPDATES, command)


async def check_publish(ctx: Context, station: StationRef, wanted: StartPublish) -> tuple[store.Row | None, str]:
    """The file of ours, if it is one, and its checksum. Raises InvalidInput."""
    source = await _source(ctx, station.tenant_id, wanted.file_id, wanted.url)
    checksum = wanted.checksum or (source["md5"] if source else None)
    if checksum is None:
        raise InvalidInput("A file elsewhere needs its checksum.", fields=[("$.checksum", "missing")])
    return source, checksum


async def start_publish(
    ctx: Context, station: StationRef, account_id: UUID | None, wanted: StartPublish
) -> MaintenanceTask:
    source, checksum = await check_publish(ctx, station, wanted)
    task_id, number, location = await _begin(
        ctx, station, account_id, "publish", source=source, url=wanted.url, begin=ctx.now()
    )
    command = commands.PublishFirmware(
        request_id=number,
        location=location,
        checksum=checksum,
        retries=wanted.retries,
        retry_interval_s=wanted.retry_interval_s,
    )
    return await _ask(ctx, station, account_id, task_id, PUBLICATIONS, command)


async def start_log(ctx: Context, station: StationRef, account_id: UUID | None, wanted: StartLog) -> MaintenanceTask:
    task_id, number, location = await _begin(ctx, station, account_id, wanted.kind.value, begin=ctx.now())
    command = commands.GetLog(
        request_id=number,
        location=location,
        security=wanted.kind is LogKind.SECURITY,
        extended=wanted.extended,
        oldest=wanted.oldest,
        latest=wanted.latest,
        retries=wanted.retries,
        retry_interval_s=wanted.retry_interval_s,
    )
    return await _ask(ctx, station, account_id, task_id, LOGS, command)


def _whole(ctx: Context, at: datetime | None) -> datetime:
    """Whole seconds: more than that some stations can't read."""
    return (at or ctx.now()).replace(microsecond=0)


async def _begin(
    ctx: Context,
    station: StationRef,
    account_id: UUID | None,
    kind: str,
    *,
    begin: datetime,
    source: store.Row | None = None,
    url: str = "",
) -> tuple[UUID, int, str]:
    """The row, its number, and the address for the station. The row keeps a digest of it only."""
    now, number, token = ctx.now(), await store.request_id(), secrets.token_urlsafe(24)
    base = f"{ctx.settings.app_url}/api/v1"
    location = url or (f"{base}/firmware/{token}/{quote(source['name'])}" if source else f"{base}/uploads/{token}")
    task_id = await store.add_task(
        {
            "station": station.id,
            "account": account_id,
            "firmware_file": source["id"] if source else None,
            "kind": kind,
            "request_id": number,
            "status": rules.SENDING,
            "history": [{"status": rules.SENDING, "at": now, "detail": ""}],
            "location": location.replace(token, "…"),
            "token_hash": None if url else _digest(token),
            "expires_at": max(now, begin) + ADDRESS_LIFE,
            "created_at": now,
        }
    )
    return task_id, number, location


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


async def _ask(
    ctx: Context,
    station: StationRef,
    account_id: UUID | None,
    task_id: UUID,
    kinds: Sequence[str],
    command: commands.AnyCommand,
) -> MaintenanceTask:
    """Send it and keep the answer: refused tasks are over; AcceptedCanceled ends what went on before."""
    try:
        answer = await stations.send(ctx, station.id, command, account_id=account_id)
    except WattlineError as failure:
        await store.step(task_id, "Failed", ctx.now(), over=True, detail=failure.detail or failure.title)
        raise
    async with ctx.unit():
        if answer.status == "AcceptedCanceled":
            for older in await store.going_on(station.id, kinds, task_id):
                await store.step(older["id"], "Canceled", ctx.now(), over=True)
        status = "Accepted" if answer.accepted else answer.status
        await store.step(task_id, status, ctx.now(), over=not answer.accepted, answer=True)
        await store.name_file(task_id, str(answer.result.get("file_name", "")))
    return await task(ctx, station, kinds, task_id)


# --- what stations tell ------------------------------------------------------------------------------


async def reported(
    ctx: Context,
    station: StationRef,
    kinds: Sequence[str],
    word: str,
    request: int | None,
    *,
    at: datetime,
    detail: str = "",
) -> None:
    """Another state of a task, told `at`. One that nobody asked for (Idle, after a trigger) is only in the OCPP log."""
    async with ctx.unit() as unit:
        found = await store.by_request(station.id, kinds, request)
        if found is None or word == "Idle":
            return
        await store.step(
            found["id"], rules.shown_status(word), at, over=rules.is_over(word), detail=detail.replace("\0", "")
        )
        unit.emit(_changed(ctx, station))


async def on_booted(ctx: Context, unit: Unit, events: Sequence[Event]) -> None:
    """What stations had under way may be lost by their restart: looked at when they had time to go on with it."""
    booted = {event.station_id: event for event in events if isinstance(event, StationBooted)}
    under_way = await store.unfinished_kinds(list(booted))
    for station_id, delay in {(station_id, rules.patience(kind)) for station_id, kind in under_way}:
        payload = {"station_id": str(station_id), "booted_at": booted[station_id].at.isoformat()}
        await jobs.enqueue("maintenance.after_boot", payload, delay=delay)


async def after_boot(ctx: Context, payload: dict[str, Any]) -> None:
    """Job: end what a restart interrupted."""
    station = await stations.station(ctx, UUID(payload["station_id"]))
    booted_at = datetime.fromisoformat(payload["booted_at"])
    if station is None:
        return
    async with ctx.unit() as unit:
        for row in await store.unfinished(station.id):
            heard = datetime.fromisoformat(row["history"][-1]["at"])
            waited = ctx.now() - booted_at >= rules.patience(row["kind"])
            if waited and rules.interrupted(row["status"], heard, booted_at):
                here = row["file_size"] is not None  # the log came, only its report was lost
                detail = "" if here else "The station restarted and said no more of it."
                word = "Uploaded" if here else rules.INTERRUPTED
                await store.step(row["id"], word, ctx.now(), over=True, detail=detail)
                unit.emit(_changed(ctx, station))


async def watch(ctx: Context) -> None:
    """Cron: nothing goes on for ever. A report that comes later all the same is shown as it comes."""
    for row in await store.expired(ctx.now()):
        station = await stations.station(ctx, row["station"])
        if station is None or not rules.overdue(row["status"], row["expires_at"], ctx.now()):
            continue
        async with ctx.unit() as unit:
            detail = "The station said no more of it, and the address it was given has expired."
            await store.step(row["id"], rules.TIMED_OUT, ctx.now(), over=True, detail=detail)
            unit.emit(_changed(ctx, station))


def _changed(ctx: Context, station: StationRef) -> StationChanged:
    return StationChanged(tenant_id=station.tenant_id, at=ctx.now(), station_id=station.id, identity=station.identity)


async def security_event(ctx: Context, station: StationRef, kind: str, at: datetime, info: str) -> None:
    kind, info, critical = kind.replace("\0", ""), info.replace("\0", ""), rules.critical(kind)
    async with ctx.unit() as unit:
        if await store.add_event(station.id, at, ctx.now(), kind, info, critical) and critical:
            unit.emit(
                SecurityEventReported(
                    tenant_id=station.tenant_id,
                    at=ctx.now(),
                    station_id=station.id,
                    identity=station.identity,
                    kind=kind,
                    info=info,
                )
            )


# --- files that come and go by an address ------------------------------------------------------------


async def _addressed(ctx: Context, token: str) -> store.Row:
    row = await store.by_token(_digest(token))
    if row is None or row["expires_at"] is None or row["expires_at"] < ctx.now():
        raise NotFound("This address doesn't exist, or not any more.")
    return row


async def receive(ctx: Context, token: str, name: str, stream: AsyncIterator[bytes]) -> None:
    """A station sends a log file. Raises NotFound, Conflict (used already), TooLarge."""
    row = await _addressed(ctx, token)
    if row["kind"] not in LOGS:
        raise NotFound("This address doesn't exist, or not any more.")
    if not await store.claim(row["id"], ctx.now()):
        raise Conflict("This address was used already.", code="address_used")
    try:
        stored = await files.write(stream, files.upload_path(ctx, row["id"]), files.MAX_UPLOAD)
    except BaseException:
        await store.release(row["id"])
        raise
    await store.received(row["id"], _safe(name) if name else "", stored.size)


async def firmware_for_station(ctx: Context, token: str) -> Path:
    """Where the file lies. It may be fetched again until it expires: stations retry."""
    row = await _addressed(ctx, token)
    path = files.firmware_path(ctx, row["firmware_file"]) if row["firmware_file"] else None
    if row["kind"] not in FIRMWARE or path is None or not path.exists():
        raise NotFound("This address doesn't exist, or not any more.")
    return path


async def uploaded(ctx: Context, station: StationRef, task_id: UUID) -> tuple[Path, str]:
    row = await store.task(station.id, LOGS, task_id)
    path = files.upload_path(ctx, task_id)
    if row is None or row["file_size"] is None or not path.exists():
        raise NotFound(NO_FILE)
    return path, _safe(row["file_name"] or f"{station.identity}.log")


# --- shown -------------------------------------------------------------------------------------------


def _task(row: store.Row) -> MaintenanceTask:
    return MaintenanceTask(
        id=str(row["id"]),
        kind=row["kind"],
        request_id=row["request_id"],
        status=row["status"],
        location=row["location"],
        history=[TaskStep(**(one | {"at": datetime.fromisoformat(one["at"])})) for one in row["history"]],
        file_name=row["file_name"],
        file_size=row["file_size"],
        created_at=row["created_at"],
        ended_at=row["ended_at"],
    )


async def task(ctx: Context, station: StationRef, kinds: Sequence[str], task_id: UUID) -> MaintenanceTask:
    row = await store.task(station.id, kinds, task_id)
    if row is None:
        raise NotFound(NO_TASK)
    return _task(row)


async def tasks(
    ctx: Context, station: StationRef, kinds: Sequence[str], after: tuple[datetime, UUID] | None, limit: int
) -> tuple[list[MaintenanceTask], Key]:
    rows = await store.tasks(station.id, kinds, after, limit + 1)
    more = len(rows) > limit
    return [_task(row) for row in rows[:limit]], [rows[limit - 1][k] for k in ("created_at", "id")] if more else None


async def security_events(
    ctx: Context, station: StationRef, before: int | None, limit: int
) -> tuple[list[SecurityEvent], Key]:
    rows = await store.events(station.id, before, limit + 1)
    shown = [SecurityEvent(**{k: row[k] for k in row if k != "id"}) for row in rows[:limit]]
    return shown, [rows[limit - 1]["id"]] if len(rows) > limit else None
