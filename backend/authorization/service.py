"""Who may charge, asked by stations and by the app."""

from datetime import datetime
from uuid import UUID

from backend.authorization import rules, store
from backend.authorization.rules import Decision as Decision
from backend.authorization.rules import TokenStatus as TokenStatus
from backend.context import Context
from backend.errors import Conflict, NotFound


async def authorize(ctx: Context, tenant_id: UUID, value: str) -> Decision:
    """Whether a token may charge now. Never raises for what a station sends: nonsense is INVALID."""
    if not rules.may_be_token(value):
        return rules.decide(None, ctx.now())
    row = await store.by_value(tenant_id, rules.normal(value))
    known = row and rules.KnownToken(
        id=row["id"],
        account_id=row["account"],
        parent=row["parent"],
        blocked_at=row["blocked_at"],
        expires_at=row["expires_at"],
        account_disabled_at=row["disabled_at"],
    )
    return rules.decide(known or None, ctx.now())


async def token_for_account(ctx: Context, account_id: UUID) -> str:
    """What a station gets to hear when this person starts from the app; made at the first start.

    Raises NotFound for an account that doesn't exist.
    """
    value = await store.central_value(account_id)
    if value is not None:
        return value
    async with ctx.unit():
        tenant_id = await store.lock_account(account_id)
        if tenant_id is None:
            raise NotFound("This account doesn't exist any more.")
        value = await store.central_value(account_id)
        while value is None:
            candidate = rules.new_central_value()
            if await store.add(
                tenant_id,
                candidate,
                type="Central",
                account_id=account_id,
                label="App",
                parent="",
                expires_at=None,
                at=ctx.now(),
            ):
                value = candidate
    return value


async def add_card(
    ctx: Context,
    tenant_id: UUID,
    value: str,
    *,
    account_id: UUID | None = None,
    label: str = "",
    parent: str = "",
    expires_at: datetime | None = None,
) -> None:
    """A card or fob that may charge. Raises Conflict if the operator has it already."""
    made = rules.may_be_token(value) and await store.add(
        tenant_id,
        value.strip(),
        type="ISO14443",
        account_id=account_id,
        label=label,
        parent=parent,
        expires_at=expires_at,
        at=ctx.now(),
    )
    if not made:
        raise Conflict("This card is known already, or is no card number.", code="card_taken")
