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
    taken = (row["captured_amount"] or Decimal(0)) - row["refunded_amount"]
    back = min(rest, taken) if row["state"] == rules.CAPTURED else Decimal(0)
    to_card = min(back, row["card_amount"] - row["card_refunded"]) if to is RefundTarget.CARD else Decimal(0)
    for part, target in ((to_card, RefundTarget.CARD), (back - to_card, RefundTarget.WALLET)):
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
    if row is not None and row["state"] in UNDER_WAY:
        raise Conflict(
            "The money for this bill is being taken just now. Try again in a minute.", code="payment_under_way"
        )
    return row
