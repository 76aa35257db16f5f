"""Id tokens over HTTP, for operators."""

from typing import Annotated
from uuid import UUID

from litestar import delete, get, patch, post, put
from litestar.params import Parameter

from backend.authorization import tokens
from backend.context import Context
from backend.web.guards import Actor
from backend.web.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, encode_cursor
from shared.accounts import Role
from shared.base import Page
from shared.tokens import Token, TokenChange, TokenGroup, TokenGroupChange, TokenNew, TokenState

Search = Annotated[str, Parameter(max_length=100, description="Part of the number, the label, the group or the name")]


@get("/api/v1/tokens", role=Role.OPERATOR, summary="Cards and other tokens, by their number")
async def listed(
    ctx: Context,
    actor: Actor,
    search: Search = "",
    token_state: Annotated[TokenState | None, Parameter(query="state")] = None,
    group: str | None = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[Token]:
    after = decode_cursor(cursor, tuple[str])
    found = await tokens.page(
        ctx, actor.tenant_id, search=search, state=token_state, group=group, after=after and after[0], limit=limit + 1
    )
    more = encode_cursor([found[limit - 1].value.lower()]) if len(found) > limit else None
    return Page(items=found[:limit], next_cursor=more)


@post("/api/v1/tokens", role=Role.OPERATOR, summary="Add a card")
async def add(ctx: Context, actor: Actor, data: TokenNew) -> Token:
    return await tokens.add(ctx, actor.tenant_id, data)


@get("/api/v1/tokens/{token_id:uuid}", role=Role.OPERATOR, summary="One card")
async def read(ctx: Context, actor: Actor, token_id: UUID) -> Token:
    return await tokens.one(ctx, actor.tenant_id, token_id)


@patch("/api/v1/tokens/{token_id:uuid}", role=Role.OPERATOR, summary="Block, free or change a card")
async def change(ctx: Context, actor: Actor, token_id: UUID, data: TokenChange) -> Token:
    return await tokens.change(ctx, actor.tenant_id, token_id, data)


@delete("/api/v1/tokens/{token_id:uuid}", role=Role.OPERATOR, summary="Remove a card")
async def remove(ctx: Context, actor: Actor, token_id: UUID) -> None:
    """Sessions keep the number they were started with."""
    await tokens.remove(ctx, actor.tenant_id, token_id)


@get("/api/v1/token-groups", role=Role.OPERATOR, summary="Groups of cards, by name")
async def groups(ctx: Context, actor: Actor, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT) -> Page[TokenGroup]:
    after = decode_cursor(cursor, tuple[str])
    found = await tokens.groups(ctx, actor.tenant_id, after and after[0], limit + 1)
    more = encode_cursor([found[limit - 1].name.lower()]) if len(found) > limit else None
    return Page(items=found[:limit], next_cursor=more)


@put("/api/v1/token-groups", role=Role.OPERATOR, summary="Say whether a group of cards is the master pass")
async def put_group(ctx: Context, actor: Actor, data: TokenGroupChange) -> TokenGroupChange:
    """Its cards stop every session at stations with OCPP 2.0.1, which are told so; they start none."""
    await tokens.put_group(ctx, actor.tenant_id, data)
    return data


routes = [listed, add, read, change, remove, groups, put_group]
