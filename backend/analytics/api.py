"""Overview and analytics for operators."""

from datetime import date
from typing import Any
from uuid import UUID

from litestar import Response, get

from backend.analytics import service
from backend.context import Context
from backend.web.guards import Actor
from shared.accounts import Role
from shared.operations import AnalyticsReport, Overview, RepairReport


@get("/api/v1/overview", role=Role.OPERATOR, summary="What needs me now, and how the network does")
async def overview(ctx: Context, actor: Actor) -> Overview:
    return await service.overview(ctx, actor.tenant_id)


@get("/api/v1/analytics", role=Role.OPERATOR, summary="Key figures by day and location")
async def report(
    ctx: Context,
    actor: Actor,
    begins_on: date | None = None,
    ends_on: date | None = None,
    location_id: UUID | None = None,
) -> AnalyticsReport:
    return await service.report(ctx, actor.tenant_id, begins_on, ends_on, location_id)


@get("/api/v1/analytics.csv", role=Role.OPERATOR, media_type="text/csv", summary="The same as a table for spreadsheets")
async def report_csv(
    ctx: Context,
    actor: Actor,
    begins_on: date | None = None,
    ends_on: date | None = None,
    location_id: UUID | None = None,
) -> Response[Any]:
    found = await service.report(ctx, actor.tenant_id, begins_on, ends_on, location_id)
    name = f"wattline-{found.begins_on}-{found.ends_on}.csv"
    return Response(
        service.as_csv(found),
        media_type="text/csv",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@get("/api/v1/repairs", role=Role.OPERATOR, summary="How stations fail and are mended, by site and model")
async def repairs(
    ctx: Context,
    actor: Actor,
    begins_on: date | None = None,
    ends_on: date | None = None,
    location_id: UUID | None = None,
) -> RepairReport:
    """Mean time between failures, medians of the times to detect, acknowledge and repair, first-time fixes, visits."""
    return await service.repairs(ctx, actor.tenant_id, begins_on, ends_on, location_id)


routes = [overview, report, report_csv, repairs]
