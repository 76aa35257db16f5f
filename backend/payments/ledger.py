"""Money that changes hands, in double entry. An amount above zero is owed to whom the account is of.

`provider` is what the payment provider owes us (so it goes below zero as money comes in), `revenue` what was earned,
`promotion` what was given away, `wallet` what people can spend, `reserved` what their running session may cost.
"""

from decimal import Decimal
from uuid import UUID

from backend.context import Context
from backend.payments import ledger_store

Part = tuple[str, UUID | None, Decimal]


async def transfer(
    ctx: Context,
    tenant_id: UUID,
    key: str,
    kind: str,
    parts: list[Part],
    currency: str,
    *,
    payment: UUID | None = None,
    note: str = "",
) -> bool:
    """(kind, owner, amount) for each account. Inside the caller's unit. False: done before, by the same key."""
    wanted = [
        (await ledger_store.account(tenant_id, owner, of, currency), amount) for of, owner, amount in parts if amount
    ]
    if not wanted:
        return False
    await ledger_store.lock([one for one, _ in wanted])
    return await ledger_store.post(tenant_id, key, kind, wanted, currency, ctx.now(), payment=payment, note=note)


async def reserve(ctx: Context, tenant_id: UUID, owner: UUID, payment: UUID, wanted: Decimal, currency: str) -> Decimal:
    """Set aside up to `wanted` of a wallet for a payment; what could be. Inside the caller's unit."""
    wallet = await ledger_store.account(tenant_id, owner, "wallet", currency)
    reserved = await ledger_store.account(tenant_id, owner, "reserved", currency)
    balance = (await ledger_store.lock([wallet, reserved]))[wallet]
    amount = min(balance, wanted)
    if amount <= 0:
        return Decimal(0)
    parts: list[Part] = [("wallet", owner, -amount), ("reserved", owner, amount)]
    await transfer(ctx, tenant_id, f"{payment}-reserve", "reserve", parts, currency, payment=payment)
    return amount


async def set_aside(ctx: Context, tenant_id: UUID, owner: UUID, wanted: Decimal, currency: str) -> Decimal:
    """How much of `wanted` is in a wallet, which stays locked until the caller's unit ends."""
    wallet = await ledger_store.account(tenant_id, owner, "wallet", currency)
    return min((await ledger_store.lock([wallet]))[wallet], wanted)


async def restore(ctx: Context, tenant_id: UUID, owner: UUID, payment: UUID, amount: Decimal, currency: str) -> None:
    """What was set aside and isn't needed goes back. Inside the caller's unit."""
    parts: list[Part] = [("reserved", owner, -amount), ("wallet", owner, amount)]
    await transfer(ctx, tenant_id, f"{payment}-restore", "restore", parts, currency, payment=payment)


async def spend(ctx: Context, tenant_id: UUID, owner: UUID, payment: UUID, amount: Decimal, currency: str) -> None:
    """What was set aside is earned. Inside the caller's unit."""
    parts: list[Part] = [("reserved", owner, -amount), ("revenue", None, amount)]
    await transfer(ctx, tenant_id, f"{payment}-spend", "spend", parts, currency, payment=payment)


async def earned_by_card(ctx: Context, tenant_id: UUID, payment: UUID, amount: Decimal, currency: str) -> None:
    parts: list[Part] = [("provider", None, -amount), ("revenue", None, amount)]
    await transfer(ctx, tenant_id, f"{payment}-card", "card", parts, currency, payment=payment)
