"""Monitoring over HTTP: base and level, monitors, events, and the data of customers. OCPP 2.0.1 only."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, delete, get, post, put
from litestar.params import Parameter

from backend.context import Context
from backend.monitoring import service
from backend.stations import catalog
from backend.stations import errands as later
from backend.stations.errands import KEPT, QueueFor
from backend.stations.model import StationRef
from backend.stations.shown import told
from backend.stations.waiting import Errand
from backend.web.guards import Actor
from backend.web.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, page_of
from shared.accounts import Role
from shared.base import Page
from shared.devices import Report
from shared.monitoring import (
    CustomerReport,
    CustomerRequest,
    Monitor,
    Monitoring,
    MonitoringBase,
    MonitoringLevel,
    MonitorOutcome,
    MonitorsClear,
    MonitorsNew,
    StartMonitoringReport,
    StationEvent,
)
from shared.stations import CommandAnswer

AnyRequest = Request[Any, Any, Any]
STATION = "/api/v1/stations/{identity:str}"
Trigger = Annotated[str | None, Parameter(pattern="^(Alerting|Delta|Periodic)$", description="Why it was told")]
Component = Annotated[str | None, Parameter(max_length=101, description="Only of this component")]


async def _base(ctx: Context, station: StationRef, by: UUID | None, wanted: MonitoringBase) -> CommandAnswer:
    return told(await service.set_base(ctx, station, by, wanted.base))


async def _level(ctx: Context, station: StationRef, by: UUID | None, wanted: MonitoringLevel) -> CommandAnswer:
    return told(await service.set_level(ctx, station, by, wanted.severity))


BASE = Errand("SetMonitoringBase", MonitoringBase, _base)
LEVEL = Errand("SetMonitoringLevel", MonitoringLevel, _level)
SET = Errand(
    "SetMonitors", MonitorsNew, lambda ctx, station, by, new: service.set_monitors(ctx, station, by, new.monitors)
)
CLEAR = Errand(
    "ClearMonitors",
    MonitorsClear,
    lambda ctx, station, by, which: service.clear_monitors(ctx, station, by, list(dict.fromkeys(which.numbers))),
)
READ = Errand("GetMonitoringReport", StartMonitoringReport, service.start_report)
CUSTOMER = Errand("CustomerInformation", CustomerRequest, service.ask_customer, service.check_customer)
errands = [BASE, LEVEL, SET, CLEAR, READ, CUSTOMER]


@get(f"{STATION}/monitoring", role=Role.OPERATOR, summary="Which events a station was asked to tell")
async def read_monitoring(ctx: Context, actor: Actor, identity: str) -> Monitoring:
    return await service.monitoring(await catalog.find(ctx, actor.tenant_id, identity))


@put(f"{STATION}/monitoring/base", role=Role.OPERATOR, responses=KEPT, summary="Choose which monitors a station has")
async def set_base(
    ctx: Context, actor: Actor, identity: str, data: MonitoringBase, queue_for_s: QueueFor = None
) -> Response[CommandAnswer]:
    """HardWiredOnly and FactoryDefault take every monitor that was set from here."""
    return await later.now_or_later(ctx, actor, identity, BASE, data, queue_for_s)


@put(
    f"{STATION}/monitoring/level",
    role=Role.OPERATOR,
    responses=KEPT,
    summary="Choose how severe an event must be to be told",
)
async def set_level(
    ctx: Context, actor: Actor, identity: str, data: MonitoringLevel, queue_for_s: QueueFor = None
) -> Response[CommandAnswer]:
    return await later.now_or_later(ctx, actor, identity, LEVEL, data, queue_for_s)


@get(f"{STATION}/monitors", role=Role.OPERATOR, summary="Monitors of a station's variables, by number")
async def list_monitors(
    ctx: Context, actor: Actor, identity: str, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Page[Monitor]:
    station = await catalog.find(ctx, actor.tenant_id, identity)
    after = decode_cursor(cursor, tuple[int])
    return page_of(*await service.monitors(station, after[0] if after else None, limit))


@post(
    f"{STATION}/monitors", role=Role.OPERATOR, status_code=200, responses=KEPT, summary="Watch variables of a station"
)
async def set_monitors(
    ctx: Context, actor: Actor, request: AnyRequest, identity: str, data: MonitorsNew, queue_for_s: QueueFor = None
) -> Response[list[MonitorOutcome]]:
    """What became of each, in order. They go out in as few messages as the station takes. Needs an Idempotency-Key
    header."""
    return await later.once(ctx, actor, request, identity, SET, data, queue_for_s)


@post(
    f"{STATION}/monitors/clear",
    role=Role.OPERATOR,
    status_code=200,
    responses=KEPT,
    summary="Remove monitors from a station",
)
async def clear_monitors(
    ctx: Context, actor: Actor, identity: str, data: MonitorsClear, queue_for_s: QueueFor = None
) -> Response[list[MonitorOutcome]]:
    return await later.now_or_later(ctx, actor, identity, CLEAR, data, queue_for_s)


@post(
    f"{STATION}/monitors/read",
    role=Role.OPERATOR,
    status_code=200,
    responses=KEPT,
    summary="Ask a station for its monitors",
)
async def read_monitors(
    ctx: Context, actor: Actor, identity: str, data: StartMonitoringReport, queue_for_s: QueueFor = None
) -> Response[Report]:
    """They come in parts, and are then listed. How far it is stands under `reports`."""
    return await later.now_or_later(ctx, actor, identity, READ, data, queue_for_s)


@get(f"{STATION}/events", role=Role.OPERATOR, summary="What a station told of its variables, newest first")
async def list_events(
    ctx: Context,
    actor: Actor,
    identity: str,
    trigger: Trigger = None,
    component: Component = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[StationEvent]:
    station = await catalog.find(ctx, actor.tenant_id, identity)
    before = decode_cursor(cursor, tuple[int])
    return page_of(*await service.events(station, before[0] if before else None, limit, trigger, component))


@post(
    f"{STATION}/customer-information",
    role=Role.OPERATOR,
    status_code=200,
    responses=KEPT,
    summary="Ask what a station keeps of a customer, or have it deleted",
)
async def ask_customer(
    ctx: Context, actor: Actor, request: AnyRequest, identity: str, data: CustomerRequest, queue_for_s: QueueFor = None
) -> Response[CustomerReport]:
    """Needs an Idempotency-Key header."""
    return await later.once(ctx, actor, request, identity, CUSTOMER, data, queue_for_s)


@get(f"{STATION}/customer-information", role=Role.OPERATOR, summary="What was asked of customers, newest first")
async def list_customers(
    ctx: Context, actor: Actor, identity: str, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Page[CustomerReport]:
    station = await catalog.find(ctx, actor.tenant_id, identity)
    return page_of(*await service.customers(ctx, station, decode_cursor(cursor, tuple[datetime, UUID]), limit))


@get(f"{STATION}/customer-information/{{report_id:uuid}}", role=Role.OPERATOR, summary="What came of one request")
async def read_customer(ctx: Context, actor: Actor, identity: str, report_id: UUID) -> CustomerReport:
    return await service.customer(ctx, await catalog.find(ctx, actor.tenant_id, identity), report_id)


@delete(
    f"{STATION}/customer-information/{{report_id:uuid}}",
    role=Role.OPERATOR,
    summary="Delete what a station told of a customer",
)
async def forget_customer(ctx: Context, actor: Actor, identity: str, report_id: UUID) -> None:
    await service.forget_customer(await catalog.find(ctx, actor.tenant_id, identity), report_id)


routes = [
    read_monitoring,
    set_base,
    set_level,
    list_monitors,
    set_monitors,
    clear_monitors,
    read_monitors,
    list_events,
    ask_customer,
    list_customers,
    read_customer,
    forget_customer,
]
