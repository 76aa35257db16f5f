"""What a corrected bill means for money that was taken, is owed, or is still to be taken."""

from decimal import Decimal
from uuid import UUID

from backend.context import Context
from backend.errors import Conflict
from backend.payments import dunning, refunds, rules, store
from shared.payments import RefundTarget

Row = store.Row
UNDER_WAY = frozenset({rules.PENDING, rules.HELD, rules.CAPTURING, rules.RELEASING})


async def credit(
    ctx: Context, transaction_id: UUID, amount: Decimal, to: RefundTarget, reason: str, made_by: UUID | None
) -> Decimal:
    """Inside the caller's unit: so much less is to pay. What is owed shrinks first, then money goes back to the card,
    or into the wallet where that was wished or the card paid less. What went back.

    Raises Conflict (payment_under_way) while the money is being taken, and what a refund raises.
    """
    row = await _payment(ctx, transaction_id)
    if row is None:
        return Decimal(0)
    if row["state"] == rules.FAILED and row["next_try_at"] is not None:
        await store.change(row["id"], ctx.now(), {"credited": row["credited"] + amount})
        return Decimal(0)
    rest = amount - await store.lessen_debt(row["id"], amount, ctx.now())
    given = Decimal(0)
    for one in (row, *await store.settling(row["id"])):
        given += await _give_back(ctx, one, rest - given, to, reason, made_by)
    return given


async def _give_back(
    ctx: Context, row: Row, wanted: Decimal, to: RefundTarget, reason: str, made_by: UUID | None
) -> Decimal:
    """Of one payment, at most what it took; how much."""
    disputed = await refunds.disputed(row["id"])
    back = min(wanted, refunds.refundable(row, disputed))
    card = min(back, refunds.to_card(row, disputed)) if to is RefundTarget.CARD else Decimal(0)
    for part, target in ((card, RefundTarget.CARD), (back - card, RefundTarget.WALLET)):
        if part > 0:
            await refunds.refund(ctx, row["tenant"], row["id"], part, reason, target, made_by=made_by)
    return back


async def charge_more(ctx: Context, transaction_id: UUID, amount: Decimal, reason: str) -> None:
    """Inside the caller's unit: so much more is to pay. It is a debt that the driver settles, or part of the next try.

    Raises Conflict (payment_under_way).
    """
    row = await _payment(ctx, transaction_id)
    if row is None:
        return
    if row["state"] == rules.FAILED and row["next_try_at"] is not None:
        await store.change(row["id"], ctx.now(), {"credited": row["credited"] - amount})
        return
    if not await store.raise_debt(row["id"], amount):
        await dunning.open_debt(ctx, row, amount, reason)


async def _payment(ctx: Context, transaction_id: UUID) -> Row | None:
    row = await store.of_transaction(transaction_id)
    if row is None:
        return None
    row = await store.by_id(row["id"], lock=True)
    settling = [] if row is None else await store.settling(row["id"])
    if row is not None and (row["state"] in UNDER_WAY or any(one["state"] == rules.PENDING for one in settling)):
        raise Conflict(
            "The money for this bill is being taken just now. Try again in a minute.", code="payment_under_way"
        )
    return row
