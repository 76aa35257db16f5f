"""What a payment could not take: a debt, and the letters about it."""

from decimal import Decimal
from uuid import uuid4

from backend.context import Context
from backend.mail import service as mail
from backend.payments import store

Row = store.Row


async def open_debt(ctx: Context, row: Row, amount: Decimal, reason: str) -> None:
    """Inside the caller's unit. One a payment."""
    await store.insert(
        "debt",
        {
            "id": uuid4(),
            "tenant": row["tenant"],
            "account": row["account"],
            "payment": row["id"],
            "amount": amount,
            "currency": row["currency"],
            "state": "open",
            "reason": reason,
            "created_at": ctx.now(),
        },
        once="payment",
    )


async def tell(ctx: Context, row: Row, amount: Decimal, *, last: bool) -> None:
    if row["account"] is None:
        return
    person = await store.person(row["account"])
    sum_ = f"{amount.normalize():f} {row['currency']}"
    told = f"Hello {person['name']},\n\nthe payment of {sum_} for your charging session failed."
    remedy = (
        "\n\nPlease settle it in the app under Me, Wallet. Until then you may not be able to charge."
        if last
        else "\n\nWe will try again. You can add another card in the app under Me, Wallet."
    )
    await mail.send(ctx, person["email"], "Your payment failed", told + remedy, tenant_id=row["tenant"])
