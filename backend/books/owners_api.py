"""Owners of locations and their settlements over HTTP."""

from enum import StrEnum
from typing import Annotated
from uuid import UUID

from litestar import Response, delete, get, post, put
from litestar.params import Parameter

from backend.books import owners
from backend.books.api import Period
from backend.context import Context
from backend.web.files import attachment, of_either
from backend.web.guards import Actor
from backend.web.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, page_of
from shared.accounts import Role
from shared.base import Page
from shared.books import LocationOwner, LocationOwnerNew, OwnerStatements, OwnerStatementsNew

Language = Annotated[str | None, Parameter(max_length=10, description="de or en; else the operator's country's")]


class SheetForm(StrEnum):
    PDF = "pdf"
    CSV = "csv"


AsForm = Annotated[SheetForm, Parameter(query="format", description="pdf or csv")]
MEDIA = {SheetForm.PDF: "application/pdf", SheetForm.CSV: "text/csv"}


@get("/api/v1/owners", role=Role.OPERATOR, summary="Owners of locations, by name")
async def list_owners(
    ctx: Context, actor: Actor, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Page[LocationOwner]:
    return page_of(*await owners.page(ctx, actor.tenant_id, decode_cursor(cursor, tuple[str, UUID]), limit))


@post("/api/v1/owners", role=Role.OPERATOR, summary="A new owner, with their locations and their share")
async def add_owner(ctx: Context, actor: Actor, data: LocationOwnerNew) -> LocationOwner:
    return await owners.add(ctx, actor.tenant_id, data)


@get("/api/v1/owners/{owner_id:uuid}", role=Role.OPERATOR, summary="One owner")
async def one_owner(ctx: Context, actor: Actor, owner_id: UUID) -> LocationOwner:
    return await owners.one(ctx, actor.tenant_id, owner_id)


@put("/api/v1/owners/{owner_id:uuid}", role=Role.OPERATOR, summary="Change an owner, their share, their locations")
async def change_owner(ctx: Context, actor: Actor, owner_id: UUID, data: LocationOwnerNew) -> LocationOwner:
    """`locations` are all that are theirs from now on; one that had another owner changes hands."""
    return await owners.change(ctx, actor.tenant_id, owner_id, data)


@delete("/api/v1/owners/{owner_id:uuid}", role=Role.OPERATOR, summary="Forget an owner; the locations stay")
async def remove_owner(ctx: Context, actor: Actor, owner_id: UUID) -> None:
    await owners.remove(ctx, actor.tenant_id, owner_id)


@get("/api/v1/books/owners", role=Role.OPERATOR, summary="What of a month is whose")
async def statements(ctx: Context, actor: Actor, period: Period) -> OwnerStatements:
    return await owners.statements(ctx, actor.tenant_id, period)


@get(
    "/api/v1/owners/{owner_id:uuid}/settlement",
    role=Role.OPERATOR,
    media_type="application/pdf",
    operation_class=of_either(MEDIA.values()),
    summary="The sheet of a month for an owner, as PDF or CSV",
)
async def settlement_sheet(
    ctx: Context,
    actor: Actor,
    owner_id: UUID,
    period: Period,
    form: AsForm = SheetForm.PDF,
    language: Language = None,
) -> Response[bytes]:
    name, content = await owners.sheet(ctx, actor.tenant_id, owner_id, period, language, form)
    return attachment(name, content, MEDIA[form])


@post(
    "/api/v1/owners/{owner_id:uuid}/statements",
    role=Role.OPERATOR,
    status_code=200,
    summary="Issue an owner's statements of a month: numbered, and never changed from then on",
)
async def issue_statements(ctx: Context, actor: Actor, owner_id: UUID, data: OwnerStatementsNew) -> OwnerStatements:
    """Issued already: they are answered as they are. Later corrections are in the next statement."""
    return await owners.issue(ctx, actor.tenant_id, owner_id, data.period)


@get(
    "/api/v1/books/settlement/table",
    role=Role.OPERATOR,
    media_type="text/csv",
    operation_class=of_either(MEDIA.values()),
    summary="A month, location by location, as CSV or PDF",
)
async def settlement_table(
    ctx: Context, actor: Actor, period: Period, form: AsForm = SheetForm.CSV, language: Language = None
) -> Response[bytes]:
    return attachment(*await owners.tenant_sheet(ctx, actor.tenant_id, period, language, form), MEDIA[form])


routes = [
    list_owners,
    add_owner,
    one_owner,
    change_owner,
    remove_owner,
    statements,
    issue_statements,
    settlement_sheet,
    settlement_table,
]
