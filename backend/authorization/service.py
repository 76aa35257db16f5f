"""Who may charge, asked by stations and by the app."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from backend.authorization import rules, store
from backend.authorization.rules import Decision as Decision
from backend.authorization.rules import Listed as Listed
from backend.authorization.rules import TokenStatus as TokenStatus
from backend.context import Context
from backend.errors import Conflict, NotFound
from backend.events import TokensChanged

GUEST_LIFE = timedelta(days=1)


async def authorize(ctx: Context, tenant_id: UUID, value: str) -> Decision:
    """Whether a token may charge now. Never raises for what a station sends: nonsense is INVALID."""
    if not rules.may_be_token(value):
        return rules.decide(None, ctx.now())
    row = await store.by_value(tenant_id, rules.normal(value))
    return rules.decide(rules.known(row) if row else None, ctx.now())


async def authorize_all(ctx: Context, cards: Collection[tuple[UUID, str]]) -> dict[tuple[UUID, str], Decision]:
    """The same for many of (tenant, token), in one query."""
    asked = {card: (card[0], rules.normal(card[1])) for card in cards if rules.may_be_token(card[1])}
    found = await store.by_values(list(asked.values())) if asked else {}
    rows = {card: found.get(asked[card]) if card in asked else None for card in cards}
    return {card: rules.decide(rules.known(row) if row else None, ctx.now()) for card, row in rows.items()}


def to_start(decision: Decision | None) -> Decision | None:
    """What holds of a token that begins a session."""
    return rules.to_start(decision)


async def master_pass(ctx: Context, tenant_id: UUID) -> str | None:
    """The group whose cards stop every session; None: there is none."""
    return await store.master_pass(tenant_id)


async def token_for_account(ctx: Context, account_id: UUID) -> str:
    """What a station gets to hear when this person starts from the app; made at the first start.

    Raises NotFound for an account that doesn't exist.
    """
    value = await store.central_value(account_id)
    if value is not None:
        return value
    async with ctx.unit() as unit:
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
                unit.emit(TokensChanged(tenant_id=tenant_id, at=ctx.now()))
    return value


async def token_for_guest(ctx: Context, tenant_id: UUID) -> str:
    """One that is good for a day and one session of somebody without an account. No list of cards knows it."""
    while True:
        value = rules.new_guest_value()
        made = await store.add(
            tenant_id,
            value,
            type="Central",
            account_id=None,
            label=rules.GUEST_LABEL,
            parent="",
            expires_at=ctx.now() + GUEST_LIFE,
            at=ctx.now(),
        )
        if made:
            return value


async def forget_guests(ctx: Context) -> None:
    """Cron: the tokens of guests whose day is over."""
    await store.forget_guests(rules.GUEST_LABEL, ctx.now() - GUEST_LIFE)


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
    async with ctx.unit() as unit:
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
        if made:
            unit.emit(TokensChanged(tenant_id=tenant_id, at=ctx.now()))
    if not made:
        raise Conflict("This card is known already, or is no card number.", code="card_taken")


async def listed(ctx: Context, tenant_id: UUID, groups: Sequence[str] | None) -> list[Listed]:
    """The tokens of a tenant, or of some of its groups, each with what holds of it now; by value."""
    found = []
    for row in await store.listed(tenant_id, groups):
        if rules.is_guest(row["value"]):
            continue
        decision = rules.decide(rules.known(row), ctx.now())
        found.append(Listed(value=row["value"], type=row["type"], decision=decision))
    return found
