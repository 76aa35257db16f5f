"""Money given back: to the card that paid, or into the wallet. Never more than was taken, however many ask at once."""

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from backend import jobs
from backend.context import Context
from backend.errors import Conflict, InvalidInput, NotFound
from backend.payments import choosing, ledger, ledger_store, rules, store
from backend.payments.providers.base import Declined
from backend.payments.refund_rules import DONE, FAILED, PENDING
from shared.payments import RefundTarget

Row = store.Row
TOPUP = "topup"


async def refund(
    ctx: Context,
    tenant_id: UUID,
    payment_id: UUID,
    amount: Decimal,
    reason: str = "",
    to: RefundTarget = RefundTarget.CARD,
    *,
    made_by: UUID | None = None,
) -> UUID:
    """Write a refund down; to a wallet it is done with that, to a card by a job. Its id.

    Raises NotFound, InvalidInput for an impossible amount, Conflict (code refund_too_much, nothing_captured,
    no_wallet, wallet_spent) for one that can't be given back. A top-up that goes back to its card leaves the wallet.
    """
    refund_id = uuid4()
    async with ctx.unit():
        row = await store.by_id(payment_id, lock=True)
        if row is None or row["tenant"] != tenant_id:
            raise NotFound("This payment doesn't exist.")
        _check(row, amount, to, await disputed(payment_id))
        if row["purpose"] == TOPUP:
            await _out_of_wallet(ctx, row, refund_id, amount)
        await store.insert(
            "refund",
            {
                "id": refund_id,
                "tenant": tenant_id,
                "payment": payment_id,
                "amount": amount,
                "currency": row["currency"],
                "target": str(to),
                "reason": reason,
                "state": DONE if to is RefundTarget.WALLET else PENDING,
                "made_by": made_by,
                "created_at": ctx.now(),
                "updated_at": ctx.now(),
            },
        )
        values: Row = {"refunded_amount": row["refunded_amount"] + amount}
        if to is RefundTarget.CARD:
            values["card_refunded"] = row["card_refunded"] + amount
            await jobs.enqueue("payments.refund", {"refund_id": str(refund_id)}, dedupe=str(refund_id))
        else:
            await _into_wallet(ctx, row, refund_id, amount, reason)
        await store.change(payment_id, ctx.now(), values)
    return refund_id


async def disputed(payment_id: UUID) -> Decimal:
    """What the bank has taken back of a payment and not returned."""
    return (await ledger_store.disputed([payment_id])).get(payment_id, Decimal(0))


def refundable(row: Row, taken: Decimal) -> Decimal:
    """What was paid, is not given back and was not `taken` back by the bank."""
    return max((row["captured_amount"] or Decimal(0)) - row["refunded_amount"] - taken, Decimal(0))


def to_card(row: Row, taken: Decimal) -> Decimal:
    """How much of that the card can have."""
    return min(refundable(row, taken), max(row["card_amount"] - row["card_refunded"] - taken, Decimal(0)))


def _check(row: Row, amount: Decimal, to: RefundTarget, taken: Decimal) -> None:
    if why := rules.why_not_amount(amount, row["currency"]):
        raise InvalidInput(why, fields=[("$.amount", why)])
    if not row["captured_amount"]:
        raise Conflict("Nothing was taken that could be given back.", code="nothing_captured")
    left = refundable(row, taken)
    if to is RefundTarget.CARD:
        left = to_card(row, taken)
    elif row["account"] is None:
        raise Conflict("Guests have no wallet; refund to the card.", code="no_wallet")
    elif row["purpose"] == TOPUP:
        raise Conflict("The money is in the wallet already; refund to the card.", code="no_wallet")
    if amount > left:
        why = f" The bank took {taken.normalize():f} back in a dispute." if taken else ""
        most = f"At most {left.normalize():f} {row['currency']} can be given back."
        raise Conflict(most + why, code="refund_too_much")


async def _out_of_wallet(ctx: Context, row: Row, refund_id: UUID, amount: Decimal) -> None:
    """A top-up is given back from what is still there: set aside until the provider has answered."""
    there = await ledger.set_aside(ctx, row["tenant"], row["account"], amount, row["currency"])
    if there < amount:
        raise Conflict(
            f"Only {there.normalize():f} {row['currency']} of it are still in the wallet.", code="wallet_spent"
        )
    parts: list[ledger.Part] = [("wallet", row["account"], -amount), ("reserved", row["account"], amount)]
    key = f"refund-{refund_id}-set-aside"
    await ledger.transfer(ctx, row["tenant"], key, "refund", parts, row["currency"], payment=row["id"])


async def _into_wallet(ctx: Context, row: Row, refund_id: UUID, amount: Decimal, note: str) -> None:
    parts: list[ledger.Part] = [("revenue", None, -amount), ("wallet", row["account"], amount)]
    await ledger.transfer(
        ctx, row["tenant"], f"refund-{refund_id}", "refund", parts, row["currency"], payment=row["id"], note=note
    )


def key_of(refund_id: UUID) -> str:
    """What the provider knows a refund of ours by."""
    return f"{refund_id}-refund"


async def execute(ctx: Context, payload: dict[str, Any]) -> None:
    """Job: have the provider give it back. Raises Unavailable, to be tried again later."""
    refund_id = UUID(payload["refund_id"])
    row = await store.refund(refund_id)
    if row is None or row["state"] != PENDING:
        return
    payment = await store.by_id(row["payment"])
    assert payment is not None
    terms = await choosing.terms(ctx, row["tenant"], provider=payment["provider"])
    try:
        reference = await terms.provider.refund(
            key=key_of(refund_id), reference=payment["reference"], amount=row["amount"], currency=row["currency"]
        )
    except Declined as declined:
        await settled(ctx, refund_id, FAILED, failure=str(declined))
        return
    await settled(ctx, refund_id, DONE, reference=reference)


async def settled(ctx: Context, refund_id: UUID, state: str, *, reference: str = "", failure: str = "") -> None:
    """How a refund that was on its way ended; nothing where that is known already."""
    async with ctx.unit():
        row = await store.refund(refund_id)
        assert row is not None  # who asks has it
        payment = await store.by_id(row["payment"], lock=True)  # its refunds change only under its lock
        row = await store.refund(refund_id)
        if payment is None or row is None or row["state"] != PENDING:
            return
        await store.change_refund(refund_id, ctx.now(), state, reference, failure)
        if state == FAILED:
            back = {
                "refunded_amount": payment["refunded_amount"] - row["amount"],
                "card_refunded": payment["card_refunded"] - row["amount"],
            }
            await store.change(payment["id"], ctx.now(), back)
            if payment["purpose"] == TOPUP:
                owner, key = payment["account"], f"refund-{refund_id}-came-back"
                again: list[ledger.Part] = [("reserved", owner, -row["amount"]), ("wallet", owner, row["amount"])]
                await ledger.transfer(ctx, row["tenant"], key, "refund", again, row["currency"], payment=payment["id"])
            return
        source: ledger.Part = ("revenue", None, -row["amount"])
        if payment["purpose"] == TOPUP:
            source = ("reserved", payment["account"], -row["amount"])
        parts: list[ledger.Part] = [source, ("provider", None, row["amount"])]
        await ledger.transfer(
            ctx, row["tenant"], f"refund-{refund_id}", "refund", parts, row["currency"], payment=payment["id"]
        )
