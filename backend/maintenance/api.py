"""Firmware, logs and security events over HTTP, and the addresses that stations fetch from and send to."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post, put
from litestar.params import Parameter
from litestar.response import File

from backend import commands
from backend.context import Context
from backend.maintenance import service
from backend.stations import catalog
from backend.stations import errands as later
from backend.stations import service as stations
from backend.stations.errands import KEPT, QueueFor
from backend.stations.model import StationRef
from backend.stations.shown import told
from backend.stations.waiting import Errand
from backend.web.guards import Actor
from backend.web.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, page_of
from shared.accounts import Role
from shared.base import Page
from shared.maintenance import (
    FirmwareFile,
    MaintenanceTask,
    SecurityEvent,
    StartFirmware,
    StartLog,
    StartPublish,
    Unpublish,
)
from shared.stations import CommandAnswer

AnyRequest = Request[Any, Any, Any]
STATION = "/api/v1/stations/{identity:str}"


def _after(cursor: str | None) -> tuple[datetime, UUID] | None:
    key: tuple[datetime, UUID] | None = decode_cursor(cursor, tuple[datetime, UUID])
    return key


@post("/api/v1/firmware-files", role=Role.OPERATOR, request_max_body_size=None, summary="Upload a firmware file")
async def add_firmware(
    ctx: Context,
    actor: Actor,
    request: AnyRequest,
    name: Annotated[str, Parameter(min_length=1, max_length=120, description="Name of the file")],
) -> FirmwareFile:
    """The body is the file itself."""
    return await service.add_firmware(ctx, actor.tenant_id, actor.account_id, name, request.stream())


@get("/api/v1/firmware-files", role=Role.OPERATOR, summary="Firmware files, newest first")
async def list_firmware(
    ctx: Context, actor: Actor, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Page[FirmwareFile]:
    return page_of(*await service.firmware_files(ctx, actor.tenant_id, _after(cursor), limit))


async def _unpublish(ctx: Context, station: StationRef, by: UUID | None, wanted: Unpublish) -> CommandAnswer:
    command = commands.UnpublishFirmware(checksum=wanted.checksum)
    return told(await stations.send(ctx, station.id, command, account_id=by))


UPDATE = Errand("UpdateFirmware", StartFirmware, service.start_update, service.check_update)
PUBLISH = Errand("PublishFirmware", StartPublish, service.start_publish, service.check_publish)
UNPUBLISH = Errand("UnpublishFirmware", Unpublish, _unpublish)
LOG = Errand("GetLog", StartLog, service.start_log)
errands = [UPDATE, PUBLISH, UNPUBLISH, LOG]


@post(f"{STATION}/firmware", role=Role.OPERATOR, status_code=200, responses=KEPT, summary="Update a station's firmware")
async def start_firmware(
    ctx: Context, actor: Actor, request: AnyRequest, identity: str, data: StartFirmware, queue_for_s: QueueFor = None
) -> Response[MaintenanceTask]:
    """Needs an Idempotency-Key header."""
    return await later.once(ctx, actor, request, identity, UPDATE, data, queue_for_s)


@post(
    f"{STATION}/firmware/publish",
    role=Role.OPERATOR,
    status_code=200,
    responses=KEPT,
    summary="Publish firmware on a controller",
)
async def publish_firmware(
    ctx: Context, actor: Actor, request: AnyRequest, identity: str, data: StartPublish, queue_for_s: QueueFor = None
) -> Response[MaintenanceTask]:
    """OCPP 2.0.1: a local controller offers the file to its stations. Needs an Idempotency-Key header."""
    return await later.once(ctx, actor, request, identity, PUBLISH, data, queue_for_s)


@post(
    f"{STATION}/firmware/unpublish",
    role=Role.OPERATOR,
    status_code=200,
    responses=KEPT,
    summary="Stop publishing firmware",
)
async def unpublish_firmware(
    ctx: Context, actor: Actor, identity: str, data: Unpublish, queue_for_s: QueueFor = None
) -> Response[CommandAnswer]:
    return await later.now_or_later(ctx, actor, identity, UNPUBLISH, data, queue_for_s)


@get(f"{STATION}/firmware", role=Role.OPERATOR, summary="Firmware updates of a station, newest first")
async def list_updates(
    ctx: Context, actor: Actor, identity: str, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Page[MaintenanceTask]:
    station = await catalog.find(ctx, actor.tenant_id, identity)
    return page_of(*await service.tasks(ctx, station, service.FIRMWARE, _after(cursor), limit))


@get(f"{STATION}/firmware/{{task_id:uuid}}", role=Role.OPERATOR, summary="One firmware update")
async def read_update(ctx: Context, actor: Actor, identity: str, task_id: UUID) -> MaintenanceTask:
    station = await catalog.find(ctx, actor.tenant_id, identity)
    return await service.task(ctx, station, service.FIRMWARE, task_id)


@post(f"{STATION}/logs", role=Role.OPERATOR, status_code=200, responses=KEPT, summary="Ask a station for a log file")
async def start_log(
    ctx: Context, actor: Actor, request: AnyRequest, identity: str, data: StartLog, queue_for_s: QueueFor = None
) -> Response[MaintenanceTask]:
    """Needs an Idempotency-Key header."""
    return await later.once(ctx, actor, request, identity, LOG, data, queue_for_s)


@get(f"{STATION}/logs", role=Role.OPERATOR, summary="Log files of a station, newest first")
async def list_logs(
    ctx: Context, actor: Actor, identity: str, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Page[MaintenanceTask]:
    station = await catalog.find(ctx, actor.tenant_id, identity)
    return page_of(*await service.tasks(ctx, station, service.LOGS, _after(cursor), limit))


@get(f"{STATION}/logs/{{task_id:uuid}}", role=Role.OPERATOR, summary="One log file and how it came")
async def read_log(ctx: Context, actor: Actor, identity: str, task_id: UUID) -> MaintenanceTask:
    station = await catalog.find(ctx, actor.tenant_id, identity)
    return await service.task(ctx, station, service.LOGS, task_id)


@get(f"{STATION}/logs/{{task_id:uuid}}/file", role=Role.OPERATOR, summary="Download a log file")
async def download_log(ctx: Context, actor: Actor, identity: str, task_id: UUID) -> File:
    station = await catalog.find(ctx, actor.tenant_id, identity)
    path, name = await service.uploaded(ctx, station, task_id)
    return File(path=path, filename=name, media_type="application/octet-stream")


@get(f"{STATION}/security-events", role=Role.OPERATOR, summary="Security events of a station, newest first")
async def list_security_events(
    ctx: Context, actor: Actor, identity: str, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Page[SecurityEvent]:
    station = await catalog.find(ctx, actor.tenant_id, identity)
    key = decode_cursor(cursor, tuple[int])
    return page_of(*await service.security_events(ctx, station, key[0] if key else None, limit))


# --- for stations: the address itself is the permission ----------------------------------------------

UPLOADS = ["/api/v1/uploads/{token:str}", "/api/v1/uploads/{token:str}/{filename:str}"]


@put(UPLOADS, public=True, status_code=204, request_max_body_size=None, summary="A station sends a log file")
async def put_upload(ctx: Context, request: AnyRequest, token: str, filename: str = "") -> None:
    """The body is the file itself. Each address works once, and only for a day."""
    await service.receive(ctx, token, filename, request.stream())


@post(UPLOADS, public=True, status_code=204, request_max_body_size=None, summary="A station sends a log file")
async def post_upload(ctx: Context, request: AnyRequest, token: str, filename: str = "") -> None:
    """As PUT, for stations that can't."""
    await service.receive(ctx, token, filename, request.stream())


@get("/api/v1/firmware/{token:str}/{filename:str}", public=True, summary="A station fetches its firmware")
async def fetch_firmware(ctx: Context, token: str, filename: str) -> File:
    path = await service.firmware_for_station(ctx, token)
    return File(path=path, filename=filename, media_type="application/octet-stream")


routes = [
    add_firmware,
    list_firmware,
    start_firmware,
    publish_firmware,
    unpublish_firmware,
    list_updates,
    read_update,
    start_log,
    list_logs,
    read_log,
    download_log,
    list_security_events,
    put_upload,
    post_upload,
    fetch_firmware,
]
