"""Device models over HTTP: variables read and changed, reports asked for and followed."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post

from backend.commands import SetVariable, VariableKey, VariableValue
from backend.context import Context
from backend.devices import service
from backend.stations import catalog, waiting
from backend.stations import errands as later
from backend.stations import service as stations
from backend.stations.errands import KEPT, QueueFor
from backend.stations.model import StationRef
from backend.stations.shown import told
from backend.stations.waiting import Errand
from backend.web.guards import Actor
from backend.web.idempotency import HEADER
from backend.web.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, page_of
from shared.accounts import Role
from shared.base import Page
from shared.devices import Report, StartReport
from shared.stations import CommandAnswer, ReadVariables, VariableChange, VariableChanges, VariableOutcome

AnyRequest = Request[Any, Any, Any]
STATION = "/api/v1/stations/{identity:str}"


async def _change(ctx: Context, station: StationRef, by: UUID | None, wanted: VariableChange) -> CommandAnswer:
    command = SetVariable(**msgspec.structs.asdict(wanted))
    return told(await stations.send(ctx, station.id, command, account_id=by))


async def _changes(
    ctx: Context, station: StationRef, by: UUID | None, wanted: VariableChanges
) -> list[VariableOutcome]:
    changes = [VariableValue(**msgspec.structs.asdict(one)) for one in wanted.changes]
    return await service.change(ctx, station, by, changes)


async def _read(ctx: Context, station: StationRef, by: UUID | None, wanted: ReadVariables) -> CommandAnswer:
    keys = [VariableKey(**msgspec.structs.asdict(one)) for one in wanted.variables]
    return told(await service.read(ctx, station, by, wanted.names, keys))


async def _no_secret(_ctx: Context, _station: StationRef, wanted: VariableChange) -> None:
    waiting.refuse_secrets([wanted.name])


async def _no_secrets(_ctx: Context, _station: StationRef, wanted: VariableChanges) -> None:
    waiting.refuse_secrets(one.name for one in wanted.changes)


CHANGE = Errand("SetVariable", VariableChange, _change, _no_secret)
CHANGES = Errand("SetVariables", VariableChanges, _changes, _no_secrets)
READ = Errand("GetVariables", ReadVariables, _read)
REPORT = Errand("GetReport", StartReport, service.start_report, service.check_report)
errands = [CHANGE, CHANGES, READ, REPORT]


@post(
    f"{STATION}/variables",
    role=Role.OPERATOR,
    status_code=200,
    responses=KEPT,
    summary="Change a configuration key or variable",
)
async def change_variable(
    ctx: Context, actor: Actor, identity: str, data: VariableChange, queue_for_s: QueueFor = None
) -> Response[CommandAnswer]:
    """`component` is empty for OCPP 1.6. Setting the same value twice does no harm, so no key is needed. A secret
    doesn't wait for a station that is offline."""
    return await later.now_or_later(ctx, actor, identity, CHANGE, data, queue_for_s)


@post(
    f"{STATION}/variables/change",
    role=Role.OPERATOR,
    status_code=200,
    responses=KEPT,
    summary="Change several configuration keys or variables",
)
async def change_variables(
    ctx: Context, actor: Actor, identity: str, data: VariableChanges, queue_for_s: QueueFor = None
) -> Response[list[VariableOutcome]]:
    """What became of each, in order. They go out in as few messages as the station takes."""
    return await later.now_or_later(ctx, actor, identity, CHANGES, data, queue_for_s)


@post(
    f"{STATION}/variables/read",
    role=Role.OPERATOR,
    status_code=200,
    responses=KEPT,
    summary="Ask the station for its configuration",
)
async def read_variables(
    ctx: Context, actor: Actor, identity: str, data: ReadVariables, queue_for_s: QueueFor = None
) -> Response[CommandAnswer]:
    """What is asked for goes out in as many messages as the station's limits need; the answers come as one."""
    return await later.now_or_later(ctx, actor, identity, READ, data, queue_for_s)


@post(
    f"{STATION}/reports",
    role=Role.OPERATOR,
    status_code=200,
    responses=KEPT,
    summary="Ask for a report of the device model",
)
async def start_report(
    ctx: Context, actor: Actor, request: AnyRequest, identity: str, data: StartReport, queue_for_s: QueueFor = None
) -> Response[Any]:
    """OCPP 2.0.1. The report comes in parts; what they tell is listed under variables. With an Idempotency-Key header
    it is asked for once."""
    if request.headers.get(HEADER):
        return await later.once(ctx, actor, request, identity, REPORT, data, queue_for_s)
    return await later.now_or_later(ctx, actor, identity, REPORT, data, queue_for_s)


@get(f"{STATION}/reports", role=Role.OPERATOR, summary="Reports that were asked for, newest first")
async def list_reports(
    ctx: Context, actor: Actor, identity: str, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Page[Report]:
    station = await catalog.find(ctx, actor.tenant_id, identity)
    after = decode_cursor(cursor, tuple[datetime, UUID])
    items, following = await service.reports(ctx, station, (*service.MODEL, "monitoring"), after, limit)
    return page_of(items, following)


@get(f"{STATION}/reports/{{report_id:uuid}}", role=Role.OPERATOR, summary="How far a report is")
async def read_report(ctx: Context, actor: Actor, identity: str, report_id: UUID) -> Report:
    station = await catalog.find(ctx, actor.tenant_id, identity)
    return await service.report(ctx, station, (*service.MODEL, "monitoring"), report_id)


routes = [change_variable, change_variables, read_variables, start_report, list_reports, read_report]
