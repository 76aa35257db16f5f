"""What a guest's session still owes, and how it is paid after all: there is no account to settle it in."""

from decimal import Decimal
from uuid import UUID

from backend.context import Context
from backend.errors import PaymentRefused
from backend.payments import paying, rules, service, store

Row = store.Row


async def payment_of(transaction_id: UUID) -> Row | None:
    """The payment of a session whose card didn't pay, and which can be paid now: its debt, or before the next try."""
    row = await store.of_transaction(transaction_id)
    if row is None or row["account"] is not None:
        return None
    if row["state"] == rules.FAILED and row["next_try_at"] is not None:
        return row
    debt = await store.debt_of(row["id"])
    return row if debt is not None and debt["settling"] is None else None


async def tried(transaction_id: UUID) -> bool:
    """Whether the money of a bill was asked for in vain, and not only a hold before the session."""
    row = await store.of_transaction(transaction_id)
    return row is not None and row["tries"] > 0


async def pay(ctx: Context, transaction_id: UUID, billed: Decimal, payer: str = "") -> None:
    """Ask the card that was entered last. billed: what the bill asks for; payer: another one than before.

    Raises PaymentRefused, Conflict. Paid already: nothing happens.
    """
    row = await payment_of(transaction_id)
    if row is None:
        return
    if payer:
        await store.change(row["id"], ctx.now(), {"payer": payer[:254]})
        row |= {"payer": payer}
    if row["state"] != rules.FAILED or row["next_try_at"] is None:
        await paying.settle_for_guest(ctx, row)
        return
    await service.capture(ctx, {"transaction_id": str(transaction_id), "due": str(billed), "tries": row["tries"]})
    after = await store.of_transaction(transaction_id)
    if after is not None and after["state"] == rules.FAILED:
        raise PaymentRefused(after["failure"], code="payment_declined")
