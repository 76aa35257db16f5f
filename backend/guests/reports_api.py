"""Guests report a problem, over HTTP: from the page of a charger, or from that of their session."""

from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from backend.context import Context
from backend.errors import InvalidInput, WattlineError
from backend.guests import around, pages, reporting, service
from backend.guests.around import Web
from backend.tenants import service as tenants
from shared.accounts import Brand
from shared.driver_reports import DriverReport, DriverReportNew, ProblemKind


@get("/qr/{identity:str}/{label:str}/report", public=True, include_in_schema=False)
@around.or_lost
async def report_form(ctx: Context, request: Web, identity: str, label: str) -> Response[Any]:
    place = await service.place(ctx, identity, label)
    return await _report_here(ctx, request, place)


@post("/qr/{identity:str}/{label:str}/report", public=True, include_in_schema=False, status_code=303)
@around.or_lost
async def report(ctx: Context, request: Web, identity: str, label: str) -> Response[Any]:
    place = await service.place(ctx, identity, label)
    form = await around.fields(request)
    try:
        await reporting.report(ctx, place, _wanted(request, form), around.address(request))
    except WattlineError as error:
        return await _report_here(ctx, request, place, error=error, kept=form)
    return _reported(request, f"{place.path}/report")


@get("/visit/{token:str}/report", public=True, include_in_schema=False)
@around.or_lost
async def visit_report_form(ctx: Context, request: Web, token: str) -> Response[Any]:
    return await _report_of_visit(ctx, request, token)


@post("/visit/{token:str}/report", public=True, include_in_schema=False, status_code=303)
@around.or_lost
async def visit_report(ctx: Context, request: Web, token: str) -> Response[Any]:
    """The link itself is the proof."""
    form = await around.fields(request)
    try:
        await reporting.report_of_visit(ctx, token, _wanted(request, form), around.address(request))
    except WattlineError as error:
        return await _report_of_visit(ctx, request, token, error=error, kept=form)
    return _reported(request, f"{around.visit_path(token)}/report")


def _wanted(request: Web, form: dict[str, str]) -> DriverReportNew:
    """Raises InvalidInput for a form that isn't ours or says nothing."""
    if not around.from_here(request) or form.get("kind") not in list(ProblemKind):
        raise InvalidInput("Choose what is wrong.", code="no_choice")
    return DriverReportNew(kind=ProblemKind(form["kind"]), words=form.get("words", "")[:500])


def _reported(request: Web, path: str) -> Response[Any]:
    return Redirect(path + around.query(request, sent="1"), status_code=303)


async def _report_here(
    ctx: Context,
    request: Web,
    place: service.Place,
    *,
    error: WattlineError | None = None,
    kept: dict[str, str] | None = None,
) -> Response[Any]:
    brand = await tenants.brand(ctx, place.tenant_id)
    where = f"{place.station.name or place.identity} · {place.connector.label}"
    told = await reporting.here(ctx, place, around.address(request))
    return _report_page(request, brand, place.path, where, told, error, kept)


async def _report_of_visit(
    ctx: Context,
    request: Web,
    token: str,
    *,
    error: WattlineError | None = None,
    kept: dict[str, str] | None = None,
) -> Response[Any]:
    found = await service.visit(ctx, token)
    brand = await tenants.brand(ctx, found.tenant_id)
    where = found.session.transaction.station_name if found.session else ""
    return _report_page(request, brand, around.visit_path(token), where, found.reports, error, kept)


def _report_page(
    request: Web,
    brand: Brand,
    path: str,
    where: str,
    told: list[DriverReport],
    error: WattlineError | None,
    kept: dict[str, str] | None,
) -> Response[Any]:
    text = pages.report(
        brand,
        around.voice(request, brand),
        action=f"{path}/report{around.query(request)}",
        back=path + around.query(request),
        where=where,
        reports=told,
        sent=bool(request.query_params.get("sent")),
        problem=service.problem(error) if error else None,
        kept=kept,
    )
    return around.html(text, brand, error.status if error else 200)


routes = [report_form, report, visit_report_form, visit_report]
