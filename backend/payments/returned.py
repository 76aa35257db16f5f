"""Refunds as the provider has them: whatever it reports of one, its own list is asked, and ours are made to agree."""

from decimal import Decimal
from uuid import UUID, uuid4

from backend.context import Context
from backend.payments import choosing, ledger, ledger_store, refund_rules, refunds, store
from backend.payments.refund_rules import DONE, FAILED, Do, Step
from shared.payments import RefundTarget

Row = store.Row
CAME_BACK = "The bank didn't take the money back to this card: give it back another way."
OUTSIDE = "Made at the payment provider"


async def look(ctx: Context, payment: Row) -> None:
    """Ask the provider what was given back of a payment. Call it outside of every database transaction.

    Raises Unavailable, to be tried again later, and Declined.
    """
    terms = await choosing.terms(ctx, payment["tenant"], provider=payment["provider"])
    told = await terms.provider.refunds(reference=payment["reference"], currency=payment["currency"])
    async with ctx.unit():
        row = await store.by_id(payment["id"], lock=True)
        assert row is not None
        known = [_known(one) for one in await store.refunds_of(row["id"]) if one["target"] == RefundTarget.CARD]
        left = refund_rules.room(known, told)
        for step in refund_rules.steps(known, told):
            if step.do is Do.BOOK:
                left -= await _book(ctx, payment["id"], step, left)
            else:
                await _take(ctx, payment["id"], step)


def _known(row: Row) -> refund_rules.Known:
    return refund_rules.Known(
        id=row["id"],
        key=refunds.key_of(row["id"]),
        reference=row["reference"],
        amount=row["amount"],
        state=row["state"],
    )


async def _take(ctx: Context, payment_id: UUID, step: Step) -> None:
    if step.do is Do.NOTE:
        await _write(ctx, payment_id, step, step.amount, FAILED)
        return
    assert step.refund is not None
    match step.do:
        case Do.DONE:
            await refunds.settled(ctx, step.refund, DONE, reference=step.reference)
        case Do.FAILED:
            await refunds.settled(ctx, step.refund, FAILED, reference=step.reference, failure=CAME_BACK)
        case Do.NAME:
            await store.change_refund(step.refund, ctx.now(), DONE, step.reference, "")
        case Do.CAME_BACK:
            await _came_back(ctx, step)


async def _write(ctx: Context, payment_id: UUID, step: Step, amount: Decimal, state: str) -> Row:
    payment = await store.by_id(payment_id)
    assert payment is not None
    row = {
        "id": uuid4(),
        "tenant": payment["tenant"],
        "payment": payment_id,
        "amount": amount,
        "currency": payment["currency"],
        "target": str(RefundTarget.CARD),
        "reason": OUTSIDE,
        "state": state,
        "reference": step.reference,
        "failure": CAME_BACK if state == FAILED else "",
        "created_at": ctx.now(),
        "updated_at": ctx.now(),
    }
    await store.insert("refund", row)
    return row


async def _book(ctx: Context, payment_id: UUID, step: Step, left: Decimal) -> Decimal:
    """Of a refund that was not made through us, what we still had; how much."""
    payment = await store.by_id(payment_id)
    assert payment is not None
    amount = min(
        step.amount,
        left,
        payment["card_amount"] - payment["card_refunded"],
        (payment["captured_amount"] or Decimal(0)) - payment["refunded_amount"],
    )
    if amount <= 0:
        return Decimal(0)
    row = await _write(ctx, payment_id, step, amount, DONE)
    values = {
        "refunded_amount": payment["refunded_amount"] + amount,
        "card_refunded": payment["card_refunded"] + amount,
    }
    await store.change(payment_id, ctx.now(), values)
    of_wallet = Decimal(0)
    if payment["purpose"] == refunds.TOPUP:  # what was spent already is the operator's loss
        of_wallet = await ledger.set_aside(ctx, payment["tenant"], payment["account"], amount, payment["currency"])
    parts: list[ledger.Part] = [
        ("wallet", payment["account"], -of_wallet),
        ("revenue", None, of_wallet - amount),
        ("provider", None, amount),
    ]
    await ledger.transfer(
        ctx, payment["tenant"], f"refund-{row['id']}", "refund", parts, payment["currency"], payment=payment_id
    )
    return amount


async def _came_back(ctx: Context, step: Step) -> None:
    """A refund that was done: the bank didn't take it, and the money is with the provider again."""
    assert step.refund is not None
    row = await store.refund(step.refund)
    assert row is not None
    payment = await store.by_id(row["payment"])
    assert payment is not None
    await store.change_refund(row["id"], ctx.now(), FAILED, step.reference, CAME_BACK)
    back = {
        "refunded_amount": payment["refunded_amount"] - row["amount"],
        "card_refunded": payment["card_refunded"] - row["amount"],
    }
    await store.change(payment["id"], ctx.now(), back)
    out = await ledger_store.parts_of(row["tenant"], f"refund-{row['id']}")
    parts = [_owner(of, owner, -amount) for of, owner, amount in out]
    key = f"refund-{row['id']}-came-back"
    await ledger.transfer(ctx, row["tenant"], key, "refund", parts, row["currency"], payment=payment["id"])


def _owner(of: str, owner: UUID | None, amount: Decimal) -> ledger.Part:
    """What had been set aside of a wallet can be spent again."""
    return ("wallet" if of == "reserved" else of, owner, amount)
