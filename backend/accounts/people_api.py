"""An operator's people over HTTP. Everything here is for admins."""

from typing import Annotated
from uuid import UUID

from litestar import get, patch, post
from litestar.params import Parameter

from backend.accounts import people
from backend.context import Context
from backend.errors import InvalidInput
from backend.web.guards import Actor
from backend.web.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, encode_cursor
from shared.accounts import Person, PersonChange, PersonNew, PersonWithPassword, Role
from shared.base import Page

Roles = Annotated[
    str | None, Parameter(query="role", description="driver, operator, admin; several with commas; else the staff")
]


@get("/api/v1/people", role=Role.ADMIN, summary="Who has an account, by name")
async def list_people(
    ctx: Context,
    actor: Actor,
    roles: Roles = None,
    search: str | None = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[Person]:
    items, following = await people.page(
        ctx,
        actor.tenant_id,
        roles=_roles(roles),
        search=search,
        after=decode_cursor(cursor, tuple[str, UUID]),
        limit=limit,
    )
    return Page(items=items, next_cursor=None if following is None else encode_cursor(following))


@post("/api/v1/people", role=Role.ADMIN, status_code=201, summary="Add somebody, with a password for the first days")
async def add_person(ctx: Context, actor: Actor, data: PersonNew) -> PersonWithPassword:
    return await people.add(ctx, actor.tenant_id, data)


@patch("/api/v1/people/{account_id:uuid}", role=Role.ADMIN, summary="Change somebody's name, role, or whether they may")
async def change_person(ctx: Context, actor: Actor, account_id: UUID, data: PersonChange) -> Person:
    return await people.change(ctx, actor, account_id, data)


@post(
    "/api/v1/people/{account_id:uuid}/password",
    role=Role.ADMIN,
    status_code=200,
    summary="A new password for somebody who forgot theirs",
)
async def new_password(ctx: Context, actor: Actor, account_id: UUID) -> PersonWithPassword:
    return await people.new_password(ctx, actor, account_id)


def _roles(text: str | None) -> tuple[Role, ...]:
    if not text:
        return people.STAFF
    try:
        return tuple(Role(word.strip()) for word in text.split(",") if word.strip())
    except ValueError:
        raise InvalidInput("This is not a role.", fields=[("$.role", "driver, operator or admin")]) from None


routes = [list_people, add_person, change_person, new_password]
