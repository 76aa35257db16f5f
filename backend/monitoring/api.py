"""Monitoring over HTTP: base and level, monitors, events, and the data of customers. OCPP 2.0.1 only."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, delete, get, post, put
from litestar.params import Parameter

from backend.context import Context
from backend.monitoring import service
from backend.stations import catalog
from backend.stations.shown import told
from backend.web.guards import Actor
from backend.web.idempotency import once
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


@get(f"{STATION}/monitoring", role=Role.OPERATOR, summary="Which events a station was asked to tell")
async def read_monitoring(ctx: Context, actor: Actor, identity: str) -> Monitoring:
    return await service.monitoring(await catalog.find(ctx, actor.tenant_id, identity))


@put(f"{STATION}/monitoring/base", role=Role.OPERATOR, summary="Choose which monitors a station has")
async def set_base(ctx: Context, actor: Actor, identity: str, data: MonitoringBase) -> CommandAnswer:
    """HardWiredOnly and FactoryDefault take every monitor that was set from here."""
    station = await catalog.find(ctx, actor.tenant_id, identity)
    return told(await service.set_base(ctx, station, actor.account_id, data.base))


@put(f"{STATION}/monitoring/level", role=Role.OPERATOR, summary="Choose how severe an event must be to be told")
async def set_level(ctx: Context, actor: Actor, identity: str, data: MonitoringLevel) -> CommandAnswer:
    station = await catalog.find(ctx, actor.tenant_id, identity)
    return told(await service.set_level(ctx, station, actor.account_id, data.severity))


@get(f"{STATION}/monitors", role=Role.OPERATOR, summary="Monitors of a station's variables, by number")
async def list_monitors(
    ctx: Context, actor: Actor, identity: str, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Page[Monitor]:
    station = await catalog.find(ctx, actor.tenant_id, identity)
    after = decode_cursor(cursor, tuple[int])
    return page_of(*await service.monitors(station, after[0] if after else None, limit))


@post(f"{STATION}/monitors", role=Role.OPERATOR, status_code=200, summary="Watch variables of a station")
async def set_monitors(
    ctx: Context, actor: Actor, request: AnyRequest, identity: str, data: MonitorsNew
) -> Response[list[MonitorOutcome]]:
    """What became of each, in order. They go out in as few messages as the station takes. Needs an Idempotency-Key
    header."""

    async def work() -> list[MonitorOutcome]:
        station = await catalog.find(ctx, actor.tenant_id, identity)
        return await service.set_monitors(ctx, station, actor.account_id, data.monitors)

    return await once(ctx, request, actor.account_id, work, status=200)


@post(f"{STATION}/monitors/clear", role=Role.OPERATOR, status_code=200, summary="Remove monitors from a station")
async def clear_monitors(ctx: Context, actor: Actor, identity: str, data: MonitorsClear) -> list[MonitorOutcome]:
    station = await catalog.find(ctx, actor.tenant_id, identity)
    return await service.clear_monitors(ctx, station, actor.account_id, list(dict.fromkeys(data.numbers)))


@post(f"{STATION}/monitors/read", role=Role.OPERATOR, status_code=200, summary="Ask a station for its monitors")
async def read_monitors(ctx: Context, actor: Actor, identity: str, data: StartMonitoringReport) -> Report:
    """They come in parts, and are then listed. How far it is stands under `reports`."""
    station = await catalog.find(ctx, actor.tenant_id, identity)
    return await service.start_report(ctx, station, actor.account_id, data)


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
    summary="Ask what a station keeps of a customer, or have it deleted",
)
async def ask_customer(
    ctx: Context, actor: Actor, request: AnyRequest, identity: str, data: CustomerRequest
) -> Response[CustomerReport]:
    """Needs an Idempotency-Key header."""

    async def work() -> CustomerReport:
        station = await catalog.find(ctx, actor.tenant_id, identity)
        return await service.ask_customer(ctx, station, actor.account_id, data)

    return await once(ctx, request, actor.account_id, work, status=200)


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
