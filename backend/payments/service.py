"""Holds, captures and releases. Each is written down before the provider is asked, so that a crash loses nothing:
the job that was enqueued with the row finishes what was begun, and the provider does nothing twice.
"""

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import structlog

from backend import jobs
from backend.context import Context
from backend.errors import PaymentRefused
from backend.events import PaymentChanged
from backend.payments import rules, store
from backend.payments.providers import DEFAULT, PROVIDERS
from backend.payments.providers.base import Declined, Unavailable
from shared.money import Money
from shared.transactions import PaymentInfo

log = structlog.get_logger(__name__)
Row = store.Row


async def hold(
    ctx: Context, tenant_id: UUID, transaction_id: UUID, account_id: UUID | None, customer: str, amount: Money
) -> None:
    """Reserve an amount for a session. Call it outside of every database transaction.

    Raises PaymentRefused (code payment_declined or payment_unavailable); nothing is held then.
    """
    payment_id = uuid4()
    async with ctx.unit():
        await store.add(
            {
                "id": payment_id,
                "tenant": tenant_id,
                "transaction": transaction_id,
                "account": account_id,
                "provider": DEFAULT,
                "state": rules.PENDING,
                "currency": amount.currency,
                "hold_amount": amount.amount,
                "created_at": ctx.now(),
                "updated_at": ctx.now(),
            }
        )
    provider = PROVIDERS[DEFAULT]
    try:
        held = await provider.hold(
            key=f"{payment_id}-hold", customer=customer, amount=amount.amount, currency=amount.currency
        )
    except Declined as declined:
        await _settle(ctx, transaction_id, rules.FAILED, failure=str(declined))
        raise PaymentRefused(str(declined), code="payment_declined") from None
    except Unavailable as trouble:
        await _settle(ctx, transaction_id, rules.FAILED, failure=str(trouble))
        raise PaymentRefused(
            "The payment service doesn't answer. Nothing was charged; please try again in a minute.",
            code="payment_unavailable",
        ) from None
    await _settle(ctx, transaction_id, rules.HELD, reference=held.reference, method=held.method)


async def _settle(ctx: Context, transaction_id: UUID, state: str, **values: Any) -> None:
    async with ctx.unit() as unit:
        row = await store.of_transaction(transaction_id, lock=True)
        if row is None or not rules.may_become(row["state"], state):
            return
        await store.change(row["id"], ctx.now(), {"state": state, **values})
        unit.emit(
            PaymentChanged(
                tenant_id=row["tenant"],
                at=ctx.now(),
                payment_id=row["id"],
                transaction_id=transaction_id,
                state=state,
            )
        )


async def want_release(transaction_id: UUID) -> None:
    """Inside the unit that makes a session fail: its hold will be given back."""
    await jobs.enqueue("payments.release", {"transaction_id": str(transaction_id)}, dedupe=f"release-{transaction_id}")


async def want_capture(transaction_id: UUID, due: Decimal) -> None:
    """Inside the unit that writes the bill: the amount will be captured."""
    await jobs.enqueue(
        "payments.capture",
        {"transaction_id": str(transaction_id), "due": str(due)},
        dedupe=f"capture-{transaction_id}",
    )


async def capture(ctx: Context, payload: dict[str, Any]) -> None:
    """Job. Raises Unavailable, to be tried again later."""
    transaction_id, due = UUID(payload["transaction_id"]), Decimal(payload["due"])
    row = await store.of_transaction(transaction_id)
    if row is None:
        return
    if due <= 0:
        await release(ctx, payload)
        return
    share = rules.split(due, row["hold_amount"])
    await _settle(ctx, transaction_id, rules.CAPTURING, due_amount=due)
    row = await store.of_transaction(transaction_id)
    if row is None or row["state"] != rules.CAPTURING:
        return
    try:
        await PROVIDERS[row["provider"]].capture(
            key=f"{row['id']}-capture", reference=row["reference"], amount=share.capture, currency=row["currency"]
        )
    except Declined as declined:
        await _settle(ctx, transaction_id, rules.FAILED, failure=str(declined))
        return
    failure = f"{share.owed} {row['currency']} more than was reserved: still owed." if share.owed else ""
    await _settle(ctx, transaction_id, rules.CAPTURED, captured_amount=share.capture, failure=failure)


async def release(ctx: Context, payload: dict[str, Any]) -> None:
    """Job. Raises Unavailable, to be tried again later."""
    transaction_id = UUID(payload["transaction_id"])
    row = await store.of_transaction(transaction_id)
    if row is None:
        return
    if row["state"] == rules.PENDING:
        # The process died while it asked for the hold: ask again with the same key, to learn what to give back.
        raise Unavailable("the hold is not settled yet")
    if not row["reference"]:
        return  # the hold was refused: there is nothing to give back
    await _settle(ctx, transaction_id, rules.RELEASING)
    row = await store.of_transaction(transaction_id)
    if row is None or row["state"] != rules.RELEASING:
        return
    try:
        await PROVIDERS[row["provider"]].release(key=f"{row['id']}-release", reference=row["reference"])
    except Declined as declined:
        await _settle(ctx, transaction_id, rules.FAILED, failure=str(declined))
        return
    await _settle(ctx, transaction_id, rules.RELEASED, captured_amount=Decimal(0))


async def finish_hold(ctx: Context, transaction_id: UUID, customer: str) -> None:
    """Settle a hold whose process died between the question and the answer: the same key gives the same hold."""
    row = await store.of_transaction(transaction_id)
    if row is None or row["state"] != rules.PENDING:
        return
    try:
        held = await PROVIDERS[row["provider"]].hold(
            key=f"{row['id']}-hold", customer=customer, amount=row["hold_amount"], currency=row["currency"]
        )
    except Declined as declined:
        await _settle(ctx, transaction_id, rules.FAILED, failure=str(declined))
        return
    await _settle(ctx, transaction_id, rules.HELD, reference=held.reference, method=held.method)


async def info(ctx: Context, transaction_id: UUID) -> PaymentInfo | None:
    row = await store.of_transaction(transaction_id)
    return shown(row) if row else None


def shown(row: Row) -> PaymentInfo:
    def money(amount: Decimal | None) -> Money | None:
        return None if amount is None else Money(amount=amount, currency=row["currency"])

    return PaymentInfo(
        id=str(row["id"]),
        state=row["state"],
        method=row["method"],
        held=money(row["hold_amount"]),
        captured=money(row["captured_amount"]),
        failure=row["failure"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )
