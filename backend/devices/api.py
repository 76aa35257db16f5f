"""Device models over HTTP: variables read and changed, reports asked for and followed."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post

from backend.commands import SetVariable, VariableKey, VariableValue
from backend.context import Context
from backend.devices import service
from backend.stations import catalog
from backend.stations import service as stations
from backend.stations.shown import told
from backend.web.guards import Actor
from backend.web.idempotency import HEADER, once
from backend.web.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, page_of
from shared.accounts import Role
from shared.base import Page
from shared.devices import Report, StartReport
from shared.stations import CommandAnswer, ReadVariables, VariableChange, VariableChanges, VariableOutcome

AnyRequest = Request[Any, Any, Any]
STATION = "/api/v1/stations/{identity:str}"


@post(
    f"{STATION}/variables",
    role=Role.OPERATOR,
    status_code=200,
    summary="Change a configuration key or variable",
)
async def change_variable(ctx: Context, actor: Actor, identity: str, data: VariableChange) -> CommandAnswer:
    """`component` is empty for OCPP 1.6. Setting the same value twice does no harm, so no key is needed."""
    station = await catalog.find(ctx, actor.tenant_id, identity)
    command = SetVariable(**msgspec.structs.asdict(data))
    answer = await stations.send(ctx, station.id, command, account_id=actor.account_id)
    return told(answer)


@post(
    f"{STATION}/variables/change",
    role=Role.OPERATOR,
    status_code=200,
    summary="Change several configuration keys or variables",
)
async def change_variables(ctx: Context, actor: Actor, identity: str, data: VariableChanges) -> list[VariableOutcome]:
    """What became of each, in order. They go out in as few messages as the station takes."""
    station = await catalog.find(ctx, actor.tenant_id, identity)
    changes = [VariableValue(**msgspec.structs.asdict(one)) for one in data.changes]
    return await service.change(ctx, station, actor.account_id, changes)


@post(
    f"{STATION}/variables/read",
    role=Role.OPERATOR,
    status_code=200,
    summary="Ask the station for its configuration",
)
async def read_variables(ctx: Context, actor: Actor, identity: str, data: ReadVariables) -> CommandAnswer:
    """What is asked for goes out in as many messages as the station's limits need; the answers come as one."""
    station = await catalog.find(ctx, actor.tenant_id, identity)
    wanted = [VariableKey(**msgspec.structs.asdict(one)) for one in data.variables]
    answer = await service.read(ctx, station, actor.account_id, data.names, wanted)
    return told(answer)


@post(f"{STATION}/reports", role=Role.OPERATOR, status_code=200, summary="Ask for a report of the device model")
async def start_report(
    ctx: Context, actor: Actor, request: AnyRequest, identity: str, data: StartReport
) -> Response[Any]:
    """OCPP 2.0.1. The report comes in parts; what they tell is listed under variables. With an Idempotency-Key header
    it is asked for once."""
    station = await catalog.find(ctx, actor.tenant_id, identity)

    async def ask() -> Report:
        return await service.start_report(ctx, station, actor.account_id, data)

    if request.headers.get(HEADER):
        return await once(ctx, request, actor.account_id, ask, status=200)
    return Response(content=await ask(), status_code=200)


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
