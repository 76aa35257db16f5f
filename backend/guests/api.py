"""Guests' pages over HTTP: HTML at short addresses."""

# Longer than 400 lines: all pages of guests share what stands around each, in this file.

from typing import Any
from urllib.parse import parse_qs

from litestar import Request, Response, get, post
from litestar.response import Redirect

from backend.context import Context
from backend.errors import InvalidInput, NotFound, WattlineError
from backend.guests import pages, reporting, rules, service, targeting
from backend.guests.words import GuestVoice
from backend.mail import service as mail
from backend.papers import rules as paper_rules
from backend.payments import cards
from backend.tenants import service as tenants
from backend.transactions.requests import GUEST
from backend.web.files import attachment
from shared.accounts import Brand
from shared.driver_reports import DriverReport, DriverReportNew, ProblemKind

LANGUAGES = ("de", "en")
CARD_PAGES = ("https://checkout.stripe.com",)
"""Where a form may lead to after it was sent here."""
Web = Request[Any, Any, Any]


# --- around each page ----------------------------------------------------------------------------------------


def _lang(request: Web) -> str:
    """What was chosen by hand."""
    wanted = request.query_params.get("lang", "")
    return wanted if wanted in LANGUAGES else ""


def _voice(request: Web, brand: Brand, zone: str = "") -> GuestVoice:
    fallback = paper_rules.language(None, brand.country)
    spoken = _lang(request) or rules.language(request.headers.get("accept-language", ""), fallback)
    return GuestVoice(spoken, zone or brand.time_zone)


def _html(text: str, brand: Brand, status: int = 200, *targets: str) -> Response[str]:
    headers = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": pages.policy(brand.seed_color, *targets),
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Vary": "Accept-Language",
    }
    return Response(content=text, media_type="text/html", status_code=status, headers=headers)


async def _lost(ctx: Context, request: Web, error: NotFound) -> Response[str]:
    brand = await tenants.brand(ctx)
    nexts = {
        "This link is not known": "Scan the code on the charger once more.",
        "This charger is not known": "Check the code on the charger, or ask the operator.",
    }
    title = error.detail if error.detail in nexts else "This link is not known"
    return _html(pages.lost(brand, _voice(request, brand), title, nexts[title]), brand, 404)


async def _form(request: Web) -> dict[str, str]:
    """Fields of a form. What is no text counts as not sent."""
    body = (await request.body())[:20_000].decode("utf-8", "replace")
    return {name: values[0].replace("\0", "").strip() for name, values in parse_qs(body).items()}


def _from_here(request: Web) -> bool:
    headers = {name: request.headers.get(name, "") for name in ("sec-fetch-site", "origin")}
    return rules.own_site({name: value for name, value in headers.items() if value}, request.headers.get("host", ""))


def _address(request: Web) -> str:
    return request.client.host if request.client else ""


def _visit_path(token: str) -> str:
    return f"/visit/{token}"


def _query(request: Web) -> str:
    return f"?lang={_lang(request)}" if _lang(request) else ""


# --- pages ---------------------------------------------------------------------------------------------------


@get("/qr/{identity:str}", public=True, include_in_schema=False)
async def station(ctx: Context, request: Web, identity: str) -> Response[Any]:
    try:
        places = await service.outlets(ctx, identity)
    except NotFound as error:
        return await _lost(ctx, request, error)
    if len(places) == 1:
        return Redirect(places[0].path + _query(request))
    brand = await tenants.brand(ctx, places[0].tenant_id)
    return _html(pages.station(places, brand, _voice(request, brand)), brand)


@get("/qr/{identity:str}/{label:str}", public=True, include_in_schema=False)
async def connector(ctx: Context, request: Web, identity: str, label: str) -> Response[Any]:
    try:
        place = await service.place(ctx, identity, label)
    except NotFound as error:
        return await _lost(ctx, request, error)
    return await _connector(ctx, request, place)


async def _connector(
    ctx: Context,
    request: Web,
    place: service.Place,
    *,
    email: str = "",
    problem: tuple[str, str] | None = None,
    status: int = 200,
    wish: tuple[str, str] = ("", ""),
) -> Response[Any]:
    brand = await tenants.brand(ctx, place.tenant_id)
    hosted = await cards.hosted(ctx, place.tenant_id)
    text = pages.connector(
        place,
        brand,
        _voice(request, brand),
        key=service.form_key(ctx, place),
        lang=_lang(request),
        hosted=hosted,
        email=email,
        problem=problem,
        wish=wish,
    )
    return _html(text, brand, status, *(CARD_PAGES if hosted else ()))


@post("/qr/{identity:str}/{label:str}", public=True, include_in_schema=False, status_code=303)
async def start(ctx: Context, request: Web, identity: str, label: str) -> Response[Any]:
    """Reserve and start; then on to the page of the visit."""
    try:
        place = await service.place(ctx, identity, label)
    except NotFound as error:
        return await _lost(ctx, request, error)
    form = await _form(request)
    brand = await tenants.brand(ctx, place.tenant_id)
    if not _from_here(request):
        return await _connector(
            ctx, request, place, problem=("form_old", "Please look at the price once more"), status=403
        )
    payer = f"declined@{GUEST}" if form.get("card") == "declined" else GUEST
    wish = (form.get("target_kind", ""), form.get("target_value", "")[:8])
    try:
        onward = await service.start(
            ctx,
            place,
            key=form.get("key", ""),
            email=form.get("email", "")[:254],
            payer=payer,
            language=_voice(request, brand).language,
            address=_address(request),
            wish=wish,
        )
    except WattlineError as error:
        problem = service.problem(error)
        place = await service.place(ctx, identity, label)
        return await _connector(
            ctx, request, place, email=form.get("email", "")[:254], problem=problem, status=error.status, wish=wish
        )
    return Redirect(onward if "://" in onward else onward + _query(request), status_code=303)


@get("/visit/{token:str}/paid", public=True, include_in_schema=False)
async def paid(ctx: Context, request: Web, token: str) -> Response[Any]:
    """Where the provider's page sends people back to; the session is asked for once."""
    try:
        await service.go_on(ctx, token)
    except NotFound as error:
        return await _lost(ctx, request, error)
    return Redirect(_visit_path(token), status_code=303)


@get("/visit/{token:str}", public=True, include_in_schema=False)
async def visit(ctx: Context, request: Web, token: str) -> Response[Any]:
    return await _visit(ctx, request, token)


async def _visit(
    ctx: Context, request: Web, token: str, *, problem: tuple[str, str] | None = None, status: int = 200
) -> Response[Any]:
    try:
        found = await service.visit(ctx, token)
    except NotFound as error:
        return await _lost(ctx, request, error)
    brand = await tenants.brand(ctx, found.tenant_id)
    text = pages.visit(
        found,
        brand,
        _voice(request, brand),
        path=_visit_path(token),
        now=ctx.now(),
        timeout_s=ctx.settings.start_timeout_s,
        lang=_lang(request),
        can_mail=mail.configured(ctx),
        sent_to=found.email if request.query_params.get("sent") else "",
        problem=problem,
    )
    return _html(text, brand, status)


@post("/visit/{token:str}/stop", public=True, include_in_schema=False, status_code=303)
async def stop(ctx: Context, request: Web, token: str) -> Response[Any]:
    """Whoever holds the link may stop; the link itself is the proof."""
    try:
        await service.stop(ctx, token)
    except NotFound as error:
        return await _lost(ctx, request, error)
    except WattlineError as error:
        if error.problem_code != "not_running":
            return await _visit(ctx, request, token, problem=service.problem(error), status=error.status)
    return Redirect(_visit_path(token) + _query(request), status_code=303)


@get("/visit/{token:str}/target", public=True, include_in_schema=False)
async def target_form(ctx: Context, request: Web, token: str) -> Response[Any]:
    return await _target_form(ctx, request, token)


@post("/visit/{token:str}/target", public=True, include_in_schema=False, status_code=303)
async def target(ctx: Context, request: Web, token: str) -> Response[Any]:
    """Set, changed or taken away; the link itself is the proof."""
    form = await _form(request)
    wish = form.get("target_kind", ""), form.get("target_value", "")[:8]
    try:
        await targeting.change(ctx, token, *wish)
    except NotFound as error:
        return await _lost(ctx, request, error)
    except WattlineError as error:
        if error.problem_code != "not_running":
            return await _target_form(ctx, request, token, wish, error)
    return Redirect(_visit_path(token) + _query(request), status_code=303)


async def _target_form(
    ctx: Context, request: Web, token: str, wish: tuple[str, str] | None = None, error: WattlineError | None = None
) -> Response[Any]:
    try:
        found = await service.visit(ctx, token)
    except NotFound as missing:
        return await _lost(ctx, request, missing)
    brand = await tenants.brand(ctx, found.tenant_id)
    text = pages.target(
        found,
        brand,
        _voice(request, brand),
        path=_visit_path(token),
        lang=_lang(request),
        wish=wish or targeting.form_of(found),
        problem=service.problem(error) if error else None,
    )
    return _html(text, brand, error.status if error else 200)


@post("/visit/{token:str}/mail", public=True, include_in_schema=False, status_code=303)
async def send(ctx: Context, request: Web, token: str) -> Response[Any]:
    form = await _form(request)
    try:
        await service.send_receipt(ctx, token, form.get("email", "")[:254], _address(request))
    except NotFound as error:
        return await _lost(ctx, request, error)
    except WattlineError as error:
        return await _visit(ctx, request, token, problem=service.problem(error), status=error.status)
    chosen = f"&lang={_lang(request)}" if _lang(request) else ""
    return Redirect(f"{_visit_path(token)}?sent=1{chosen}", status_code=303)


@get("/visit/{token:str}/receipt.pdf", public=True, include_in_schema=False)
async def receipt(ctx: Context, request: Web, token: str) -> Response[Any]:
    brand = await tenants.brand(ctx)
    try:
        return attachment(*await service.receipt_pdf(ctx, token, _voice(request, brand).language))
    except NotFound as error:
        return await _lost(ctx, request, error)


@get("/visit/{token:str}/corrections/{number:str}", public=True, include_in_schema=False)
async def correction(ctx: Context, request: Web, token: str, number: str) -> Response[Any]:
    brand = await tenants.brand(ctx)
    try:
        return attachment(*await service.correction_pdf(ctx, token, number, _voice(request, brand).language))
    except NotFound as error:
        return await _lost(ctx, request, error)


@get("/visit/{token:str}/signed.xml", public=True, include_in_schema=False)
async def signed(ctx: Context, request: Web, token: str) -> Response[Any]:
    try:
        content = await service.signed_xml(ctx, token)
    except NotFound as error:
        return await _lost(ctx, request, error)
    return attachment("signed-meter-data.xml", content.encode(), "application/xml")


# --- reports of problems -------------------------------------------------------------------------------------


@get("/qr/{identity:str}/{label:str}/report", public=True, include_in_schema=False)
async def report_form(ctx: Context, request: Web, identity: str, label: str) -> Response[Any]:
    try:
        place = await service.place(ctx, identity, label)
    except NotFound as error:
        return await _lost(ctx, request, error)
    return await _report_here(ctx, request, place)


@post("/qr/{identity:str}/{label:str}/report", public=True, include_in_schema=False, status_code=303)
async def report(ctx: Context, request: Web, identity: str, label: str) -> Response[Any]:
    try:
        place = await service.place(ctx, identity, label)
    except NotFound as error:
        return await _lost(ctx, request, error)
    form = await _form(request)
    try:
        await reporting.report(ctx, place, _wanted(request, form), _address(request))
    except WattlineError as error:
        return await _report_here(ctx, request, place, error=error, kept=form)
    return _reported(request, f"{place.path}/report")


@get("/visit/{token:str}/report", public=True, include_in_schema=False)
async def visit_report_form(ctx: Context, request: Web, token: str) -> Response[Any]:
    return await _report_of_visit(ctx, request, token)


@post("/visit/{token:str}/report", public=True, include_in_schema=False, status_code=303)
async def visit_report(ctx: Context, request: Web, token: str) -> Response[Any]:
    """The link itself is the proof."""
    form = await _form(request)
    try:
        await reporting.report_of_visit(ctx, token, _wanted(request, form), _address(request))
    except NotFound as error:
        return await _lost(ctx, request, error)
    except WattlineError as error:
        return await _report_of_visit(ctx, request, token, error=error, kept=form)
    return _reported(request, f"{_visit_path(token)}/report")


def _wanted(request: Web, form: dict[str, str]) -> DriverReportNew:
    """Raises InvalidInput for a form that isn't ours or says nothing."""
    if not _from_here(request) or form.get("kind") not in list(ProblemKind):
        raise InvalidInput("Choose what is wrong.", code="no_choice")
    return DriverReportNew(kind=ProblemKind(form["kind"]), words=form.get("words", "")[:500])


def _reported(request: Web, path: str) -> Response[Any]:
    chosen = f"&lang={_lang(request)}" if _lang(request) else ""
    return Redirect(f"{path}?sent=1{chosen}", status_code=303)


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
    told = await reporting.here(ctx, place, _address(request))
    return _report_page(request, brand, place.path, where, told, error, kept)


async def _report_of_visit(
    ctx: Context,
    request: Web,
    token: str,
    *,
    error: WattlineError | None = None,
    kept: dict[str, str] | None = None,
) -> Response[Any]:
    try:
        found = await service.visit(ctx, token)
    except NotFound as missing:
        return await _lost(ctx, request, missing)
    brand = await tenants.brand(ctx, found.tenant_id)
    where = found.session.transaction.station_name if found.session else ""
    return _report_page(request, brand, _visit_path(token), where, found.reports, error, kept)


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
        _voice(request, brand),
        action=f"{path}/report{_query(request)}",
        back=path + _query(request),
        where=where,
        reports=told,
        sent=bool(request.query_params.get("sent")),
        problem=service.problem(error) if error else None,
        kept=kept,
    )
    return _html(text, brand, error.status if error else 200)


routes = [
    station,
    connector,
    start,
    paid,
    visit,
    stop,
    target_form,
    target,
    send,
    receipt,
    correction,
    signed,
    report_form,
    report,
    visit_report_form,
    visit_report,
]
