"""Drivers' reports over HTTP."""

from datetime import datetime
from uuid import UUID

from litestar import get, post

from backend.context import Context
from backend.driver_reports import rules, service
from backend.web.guards import Actor
from backend.web.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, page_of
from shared.accounts import Role
from shared.base import Page
from shared.driver_reports import DriverReport, DriverReportNew


def _who(actor: Actor) -> service.Reporter:
    return service.Reporter(rules.of_account(actor.account_id), account_id=actor.account_id)


@post(
    "/api/v1/connectors/{connector_id:uuid}/driver-reports", status_code=201, summary="Report a problem at a connector"
)
async def report(ctx: Context, actor: Actor, connector_id: UUID, data: DriverReportNew) -> DriverReport:
    """One open report a person and connector: said again, it is renewed. At most five connectors an hour."""
    return await service.report(ctx, actor.tenant_id, connector_id, _who(actor), data)


@get("/api/v1/me/driver-reports", summary="What I reported and what became of it")
async def own_reports(ctx: Context, actor: Actor) -> list[DriverReport]:
    """Open ones, and those that ended in the last seven days; at most 50, newest first."""
    return await service.own(ctx, _who(actor))


@get("/api/v1/stations/{identity:str}/driver-reports", role=Role.OPERATOR, summary="What drivers report of a station")
async def station_reports(
    ctx: Context, actor: Actor, identity: str, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Page[DriverReport]:
    """Newest first, also what is over. Who reported it is not told."""
    key = decode_cursor(cursor, tuple[datetime, UUID])
    return page_of(*await service.at_station(ctx, actor.tenant_id, identity, key, limit))


routes = [report, own_reports, station_reports]
