"""Tokens as operators keep them. Each change is told, so that the lists that stations keep follow."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import msgspec

from backend.accounts import service as accounts
from backend.authorization import rules, store
from backend.context import Context
from backend.errors import Conflict, InvalidInput, NotFound
from backend.events import MasterPassChanged, TokensChanged
from shared.tokens import Token, TokenChange, TokenGroup, TokenGroupChange, TokenNew, TokenState

NO_TOKEN = "This card doesn't exist."


def _token(ctx: Context, row: Mapping[str, Any]) -> Token:
    return Token(
        id=str(row["id"]),
        value=row["value"],
        type=row["type"],
        state=TokenState(rules.decide(rules.known(row), ctx.now()).status),
        label=row["label"],
        group=row["parent"],
        account_id=str(row["account"]) if row["account"] else None,
        account_name=row["account_name"] or "",
        expires_at=row["expires_at"],
        created_at=row["created_at"],
    )


async def page(
    ctx: Context,
    tenant_id: UUID,
    *,
    search: str = "",
    state: TokenState | None = None,
    group: str | None = None,
    after: str | None = None,
    limit: int,
) -> list[Token]:
    """By value, from behind `after` (in lower case)."""
    rows = await store.page(
        tenant_id, search=search, state=state and state.value, group=group, now=ctx.now(), after=after, limit=limit
    )
    return [_token(ctx, row) for row in rows]


async def one(ctx: Context, tenant_id: UUID, token_id: UUID) -> Token:
    row = await store.by_id(tenant_id, token_id)
    if row is None:
        raise NotFound(NO_TOKEN)
    return _token(ctx, row)


async def add(ctx: Context, tenant_id: UUID, new: TokenNew) -> Token:
    """Raises Conflict (card_taken) and InvalidInput."""
    value = new.value.strip()
    if not rules.may_be_token(value):
        raise InvalidInput("This is no card number.", fields=[("$.value", "up to 36 visible characters")])
    _zoned(new.expires_at)
    account_id = await _account(ctx, tenant_id, new.account_id)
    async with ctx.unit() as unit:
        made = await store.add(
            tenant_id,
            value,
            type=new.type.value,
            account_id=account_id,
            label=new.label.strip(),
            parent=new.group.strip(),
            expires_at=new.expires_at,
            at=ctx.now(),
        )
        if made is None:
            raise Conflict("This card is known already.", code="card_taken")
        unit.emit(TokensChanged(tenant_id=tenant_id, at=ctx.now()))
    return await one(ctx, tenant_id, made)


def _zoned(at: Any) -> None:
    if isinstance(at, msgspec.UnsetType) or at is None or at.tzinfo is not None:
        return
    raise InvalidInput("A time needs its zone.", fields=[("$.expires_at", "such as 2030-01-01T12:00:00Z")])


async def _account(ctx: Context, tenant_id: UUID, account_id: str | None) -> UUID | None:
    if account_id is None:
        return None
    unknown = InvalidInput("This person doesn't exist.", fields=[("$.account_id", "unknown")])
    try:
        found = await accounts.get(ctx, UUID(account_id))
    except (ValueError, NotFound):
        raise unknown from None
    if found.tenant != tenant_id:
        raise unknown
    return found.id


async def change(ctx: Context, tenant_id: UUID, token_id: UUID, wanted: TokenChange) -> Token:
    """Raises NotFound and InvalidInput. A card that was blocked stays so from the first time on."""
    _zoned(wanted.expires_at)
    values: dict[str, Any] = {}
    for name, column in (("label", "label"), ("group", "parent")):
        value = getattr(wanted, name)
        if value is not msgspec.UNSET:
            values[column] = value.strip()
    if wanted.expires_at is not msgspec.UNSET:
        values["expires_at"] = wanted.expires_at
    if wanted.blocked is not msgspec.UNSET:
        values["blocked_at"] = ctx.now() if wanted.blocked else None
    if wanted.type is not msgspec.UNSET:
        values["type"] = wanted.type.value
    async with ctx.unit() as unit:
        row = await store.by_id(tenant_id, token_id) if "type" in values else None
        if row is not None and values["type"] != row["type"] and not rules.may_change_type(row["type"], row["account"]):
            raise Conflict("The app starts sessions by this token; its type stays.", code="app_token")
        if not await store.change(tenant_id, token_id, values):
            raise NotFound(NO_TOKEN)
        unit.emit(TokensChanged(tenant_id=tenant_id, at=ctx.now()))
    return await one(ctx, tenant_id, token_id)


async def remove(ctx: Context, tenant_id: UUID, token_id: UUID) -> None:
    async with ctx.unit() as unit:
        if not await store.remove(tenant_id, token_id):
            raise NotFound(NO_TOKEN)
        unit.emit(TokensChanged(tenant_id=tenant_id, at=ctx.now()))


async def groups(ctx: Context, tenant_id: UUID, after: str | None, limit: int) -> list[TokenGroup]:
    """By name, from behind `after` (in lower case)."""
    return [TokenGroup(**row) for row in await store.groups(tenant_id, after, limit)]


async def put_group(ctx: Context, tenant_id: UUID, wanted: TokenGroupChange) -> None:
    """Raises InvalidInput. Stations that know a master pass are told of it."""
    name = wanted.name.strip()
    if not name:
        raise InvalidInput("A group needs a name.", fields=[("$.name", "empty")])
    async with ctx.unit() as unit:
        before = await store.master_pass(tenant_id)
        name = await store.spelling(tenant_id, name)
        await store.put_group(tenant_id, name, wanted.master_pass, ctx.now())
        await store.forget_empty_groups(tenant_id)
        if await store.master_pass(tenant_id) != before:
            unit.emit(MasterPassChanged(tenant_id=tenant_id, at=ctx.now()))
            unit.emit(TokensChanged(tenant_id=tenant_id, at=ctx.now()))
