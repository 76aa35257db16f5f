"""Guests' pages over HTTP: HTML at short addresses."""

from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from backend.context import Context
from backend.errors import WattlineError
from backend.guests import around, pages, service, settling, targeting
from backend.guests.around import Web
from backend.mail import service as mail
from backend.payments import cards
from backend.tenants import service as tenants
from backend.transactions.requests import GUEST
from backend.web.files import attachment

CARD_PAGES = ("https://checkout.stripe.com",)
"""Where a form may lead to after it was sent here."""


@get("/qr/{identity:str}", public=True, include_in_schema=False)
@around.or_lost
async def station(ctx: Context, request: Web, identity: str) -> Response[Any]:
    places = await service.outlets(ctx, identity)
    if len(places) == 1:
        return Redirect(places[0].path + around.query(request))
    brand = await tenants.brand(ctx, places[0].tenant_id)
    return around.html(pages.station(places, brand, around.voice(request, brand)), brand)


@get("/qr/{identity:str}/{label:str}", public=True, include_in_schema=False)
@around.or_lost
async def connector(ctx: Context, request: Web, identity: str, label: str) -> Response[Any]:
    place = await service.place(ctx, identity, label)
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
        around.voice(request, brand),
        key=service.form_key(ctx, place),
        lang=around.lang(request),
        hosted=hosted,
        email=email,
        problem=problem,
        wish=wish,
    )
    return around.html(text, brand, status, *(CARD_PAGES if hosted else ()))


@post("/qr/{identity:str}/{label:str}", public=True, include_in_schema=False, status_code=303)
@around.or_lost
async def start(ctx: Context, request: Web, identity: str, label: str) -> Response[Any]:
    """Reserve and start; then on to the page of the visit."""
    place = await service.place(ctx, identity, label)
    form = await around.fields(request)
    brand = await tenants.brand(ctx, place.tenant_id)
    if not around.from_here(request):
        return await _connector(
            ctx, request, place, problem=("form_old", "Please look at the price once more"), status=403
        )
    wish = (form.get("target_kind", ""), form.get("target_value", "")[:8])
    try:
        onward = await service.start(
            ctx,
            place,
            key=form.get("key", ""),
            email=form.get("email", "")[:254],
            payer=_demo_payer(form),
            language=around.voice(request, brand).language,
            address=around.address(request),
            wish=wish,
        )
    except WattlineError as error:
        problem = service.problem(error)
        place = await service.place(ctx, identity, label)
        return await _connector(
            ctx, request, place, email=form.get("email", "")[:254], problem=problem, status=error.status, wish=wish
        )
    return Redirect(onward if "://" in onward else onward + around.query(request), status_code=303)


@get("/visit/{token:str}/paid", public=True, include_in_schema=False)
@around.or_lost
async def paid(ctx: Context, request: Web, token: str) -> Response[Any]:
    """Where the provider's page sends people back to; the session is asked for once."""
    await service.go_on(ctx, token)
    return Redirect(around.visit_path(token), status_code=303)


@get("/visit/{token:str}", public=True, include_in_schema=False)
@around.or_lost
async def visit(ctx: Context, request: Web, token: str) -> Response[Any]:
    return await _visit(ctx, request, token)


async def _visit(
    ctx: Context, request: Web, token: str, *, problem: tuple[str, str] | None = None, status: int = 200
) -> Response[Any]:
    found = await service.visit(ctx, token)
    brand = await tenants.brand(ctx, found.tenant_id)
    hosted = await cards.hosted(ctx, found.tenant_id)
    text = pages.visit(
        found,
        brand,
        around.voice(request, brand),
        path=around.visit_path(token),
        now=ctx.now(),
        timeout_s=ctx.settings.start_timeout_s,
        lang=around.lang(request),
        can_mail=mail.configured(ctx),
        hosted=hosted,
        sent_to=found.email if request.query_params.get("sent") else "",
        problem=problem,
    )
    return around.html(text, brand, status, *(CARD_PAGES if hosted else ()))


@post("/visit/{token:str}/card", public=True, include_in_schema=False, status_code=303)
@around.or_lost
async def card(ctx: Context, request: Web, token: str) -> Response[Any]:
    """To the provider's page once more, for who came back without a card."""
    try:
        page = await settling.enter_card(ctx, token)
    except WattlineError as error:
        return await _visit(ctx, request, token, problem=service.problem(error), status=error.status)
    return Redirect(page or around.visit_path(token) + around.query(request), status_code=303)


@post("/visit/{token:str}/pay", public=True, include_in_schema=False, status_code=303)
@around.or_lost
async def pay(ctx: Context, request: Web, token: str) -> Response[Any]:
    """What is still owed; the link itself is the proof."""
    form = await around.fields(request)
    try:
        page = await settling.pay(ctx, token, _demo_payer(form))
    except WattlineError as error:
        return await _visit(ctx, request, token, problem=service.problem(error), status=error.status)
    return Redirect(page or around.visit_path(token) + around.query(request), status_code=303)


@get("/visit/{token:str}/settled", public=True, include_in_schema=False)
@around.or_lost
async def settled(ctx: Context, request: Web, token: str) -> Response[Any]:
    """Where the provider's page sends people back to; the card is asked once."""
    try:
        await settling.settled(ctx, token)
    except WattlineError as error:
        return await _visit(ctx, request, token, problem=service.problem(error), status=error.status)
    return Redirect(around.visit_path(token), status_code=303)


def _demo_payer(form: dict[str, str]) -> str:
    return f"declined@{GUEST}" if form.get("card") == "declined" else GUEST


@post("/visit/{token:str}/stop", public=True, include_in_schema=False, status_code=303)
@around.or_lost
async def stop(ctx: Context, request: Web, token: str) -> Response[Any]:
    """Whoever holds the link may stop; the link itself is the proof."""
    try:
        await service.stop(ctx, token)
    except WattlineError as error:
        if error.problem_code != "not_running":
            return await _visit(ctx, request, token, problem=service.problem(error), status=error.status)
    return Redirect(around.visit_path(token) + around.query(request), status_code=303)


@get("/visit/{token:str}/target", public=True, include_in_schema=False)
@around.or_lost
async def target_form(ctx: Context, request: Web, token: str) -> Response[Any]:
    return await _target_form(ctx, request, token)


@post("/visit/{token:str}/target", public=True, include_in_schema=False, status_code=303)
@around.or_lost
async def target(ctx: Context, request: Web, token: str) -> Response[Any]:
    """Set, changed or taken away; the link itself is the proof."""
    form = await around.fields(request)
    wish = form.get("target_kind", ""), form.get("target_value", "")[:8]
    try:
        await targeting.change(ctx, token, *wish)
    except WattlineError as error:
        if error.problem_code != "not_running":
            return await _target_form(ctx, request, token, wish, error)
    return Redirect(around.visit_path(token) + around.query(request), status_code=303)


async def _target_form(
    ctx: Context, request: Web, token: str, wish: tuple[str, str] | None = None, error: WattlineError | None = None
) -> Response[Any]:
    found = await service.visit(ctx, token)
    brand = await tenants.brand(ctx, found.tenant_id)
    text = pages.target(
        found,
        brand,
        around.voice(request, brand),
        path=around.visit_path(token),
        lang=around.lang(request),
        wish=wish or targeting.form_of(found),
        problem=service.problem(error) if error else None,
    )
    return around.html(text, brand, error.status if error else 200)


@post("/visit/{token:str}/mail", public=True, include_in_schema=False, status_code=303)
@around.or_lost
async def send(ctx: Context, request: Web, token: str) -> Response[Any]:
    form = await around.fields(request)
    try:
        await service.send_receipt(ctx, token, form.get("email", "")[:254], around.address(request))
    except WattlineError as error:
        return await _visit(ctx, request, token, problem=service.problem(error), status=error.status)
    return Redirect(around.visit_path(token) + around.query(request, sent="1"), status_code=303)


@get("/visit/{token:str}/receipt.pdf", public=True, include_in_schema=False)
@around.or_lost
async def receipt(ctx: Context, request: Web, token: str) -> Response[Any]:
    brand = await tenants.brand(ctx)
    return attachment(*await service.receipt_pdf(ctx, token, around.voice(request, brand).language))


@get("/visit/{token:str}/corrections/{number:str}", public=True, include_in_schema=False)
@around.or_lost
async def correction(ctx: Context, request: Web, token: str, number: str) -> Response[Any]:
    brand = await tenants.brand(ctx)
    return attachment(*await service.correction_pdf(ctx, token, number, around.voice(request, brand).language))


@get("/visit/{token:str}/signed.xml", public=True, include_in_schema=False)
@around.or_lost
async def signed(ctx: Context, request: Web, token: str) -> Response[Any]:
    content = await service.signed_xml(ctx, token)
    return attachment("signed-meter-data.xml", content.encode(), "application/xml")


routes = [
    station,
    connector,
    start,
    paid,
    visit,
    card,
    pay,
    settled,
    stop,
    target_form,
    target,
    send,
    receipt,
    correction,
    signed,
]
