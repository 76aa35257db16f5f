"""Guests report a problem: from the page of a charger, or from that of their session."""

from datetime import timedelta

from backend.accounts.rules import Throttle
from backend.context import Context
from backend.driver_reports import rules as report_rules
from backend.driver_reports import service as driver_reports
from backend.guests import service
from backend.guests.service import Place
from shared.driver_reports import DriverReport, DriverReportNew

reports = Throttle(limit=10, window=timedelta(minutes=10))


def _passer_by(ctx: Context, address: str) -> driver_reports.Reporter:
    return driver_reports.Reporter(report_rules.of_address(ctx.settings.secret, address))


async def here(ctx: Context, place: Place, address: str) -> list[DriverReport]:
    """What somebody without a session reported of this connector."""
    found = await driver_reports.own(ctx, _passer_by(ctx, address))
    return [one for one in found if one.connector_id == str(place.connector_id)]


async def report(ctx: Context, place: Place, wanted: DriverReportNew, address: str) -> None:
    """By somebody who stands in front of it, or says so. Raises InvalidInput, TooManyRequests."""
    service.count(reports, address, ctx)
    await driver_reports.report(ctx, place.tenant_id, place.connector_id, _passer_by(ctx, address), wanted)


async def report_of_visit(ctx: Context, token: str, wanted: DriverReportNew, address: str) -> None:
    """By whoever holds the link of a session. Raises NotFound, InvalidInput, TooManyRequests."""
    row = await service.visit_row(ctx, token)
    service.count(reports, address, ctx)
    await driver_reports.report(ctx, row["tenant"], row["connector"], service.visitor(row["id"]), wanted)
