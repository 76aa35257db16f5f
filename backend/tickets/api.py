"""Service partners and tickets over HTTP, and the page behind a ticket's link."""

from datetime import datetime
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import msgspec
from litestar import Request, Response, delete, get, post, put

from backend.context import Context
from backend.errors import Conflict, NotFound
from backend.tenants.rules import language
from backend.tickets import pages, service
from backend.web.guards import Actor
from backend.web.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, page_of
from shared.accounts import Role
from shared.base import Page
from shared.tickets import Partner, Partners, PartnerSet, Ticket, TicketAnswer, TicketNew, TicketShown

PARTNERS = "/api/v1/service-partners"
TICKETS = "/api/v1/tickets"
AnyRequest = Request[Any, Any, Any]


@get(PARTNERS, role=Role.OPERATOR, summary="Who repairs stations")
async def list_partners(ctx: Context, actor: Actor) -> Partners:
    return Partners(partners=await service.partners(ctx, actor.tenant_id, secret=actor.may(Role.ADMIN)))


@post(PARTNERS, role=Role.ADMIN, status_code=201, summary="Add a service partner")
async def add_partner(ctx: Context, actor: Actor, data: PartnerSet) -> Partner:
    return await service.put_partner(ctx, actor.tenant_id, None, data)


@put(f"{PARTNERS}/{{partner_id:uuid}}", role=Role.ADMIN, summary="Change a service partner")
async def change_partner(ctx: Context, actor: Actor, partner_id: UUID, data: PartnerSet) -> Partner:
    return await service.put_partner(ctx, actor.tenant_id, partner_id, data)


@delete(f"{PARTNERS}/{{partner_id:uuid}}", role=Role.ADMIN, summary="Remove a service partner")
async def remove_partner(ctx: Context, actor: Actor, partner_id: UUID) -> None:
    await service.remove_partner(ctx, actor.tenant_id, partner_id)


@get(TICKETS, role=Role.OPERATOR, summary="Service tickets, newest first")
async def list_tickets(
    ctx: Context, actor: Actor, incident: UUID | None = None, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Page[Ticket]:
    key = decode_cursor(cursor, tuple[datetime, UUID])
    return page_of(*await service.listed(ctx, actor.tenant_id, incident, key, limit))


@post(
    "/api/v1/incidents/{incident_id:uuid}/tickets",
    role=Role.OPERATOR,
    status_code=201,
    summary="Send an incident to a service partner",
)
async def send_ticket(ctx: Context, actor: Actor, incident_id: UUID, data: TicketNew) -> Ticket:
    """By e-mail or signed webhook; a partner has one ticket about an incident at a time."""
    return await service.send(ctx, actor.tenant_id, incident_id, actor.account_id, data)


@post(
    f"{TICKETS}/{{ticket_id:uuid}}/retry",
    role=Role.OPERATOR,
    status_code=202,
    summary="Send a ticket again that failed",
)
async def retry_ticket(ctx: Context, actor: Actor, ticket_id: UUID) -> Ticket:
    return await service.again(ctx, actor.tenant_id, ticket_id)


# --- for service partners ----------------------------------------------------------------------------


@post("/api/v1/ticket-answers/{token:str}", public=True, status_code=200, summary="A service partner's answer")
async def answer_ticket(ctx: Context, token: str, data: TicketAnswer) -> TicketShown:
    """`answer_url` of the ticket: the token stands for a sign-in. The same answer twice changes nothing."""
    return await service.answer(ctx, token, data)


def _html(text: str, status: int = 200) -> Response[str]:
    return Response(content=text, media_type="text/html", status_code=status, headers=pages.HEADERS)


def _wanted(request: AnyRequest) -> str:
    return request.headers.get("accept-language", "")


def _unknown(request: AnyRequest) -> Response[str]:
    return _html(pages.unknown(language(_wanted(request), "")), 404)


@get("/ticket/{token:str}", public=True, include_in_schema=False)
async def ticket_page(ctx: Context, request: AnyRequest, token: str) -> Response[str]:
    try:
        return _html(pages.page(*await service.seen(ctx, token, _wanted(request))))
    except NotFound:
        return _unknown(request)


@post("/ticket/{token:str}", public=True, include_in_schema=False, status_code=200)
async def answer_page(ctx: Context, request: AnyRequest, token: str) -> Response[str]:
    body = (await request.body())[:20_000].decode("utf-8", "replace")
    fields = {name: values[0] for name, values in parse_qs(body).items()}
    trouble = ""
    try:
        wanted = msgspec.convert({"state": fields.get("state"), "note": fields.get("note", "")[:2000]}, TicketAnswer)
        await service.answer(ctx, token, wanted)
    except msgspec.ValidationError:
        trouble = "Please press one of the buttons."
    except Conflict as error:
        trouble = error.detail
    except NotFound:
        return _unknown(request)
    return _html(pages.page(*await service.seen(ctx, token, _wanted(request)), trouble), 409 if trouble else 200)


routes = [
    list_partners,
    add_partner,
    change_partner,
    remove_partner,
    list_tickets,
    send_ticket,
    retry_ticket,
    answer_ticket,
    ticket_page,
    answer_page,
]
