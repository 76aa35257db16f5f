"""What a payment could not take: a debt, and the letters about it."""

from decimal import Decimal
from uuid import uuid4

from babel.numbers import format_currency

from backend.context import Context
from backend.mail import service as mail
from backend.payments import rules, store
from backend.tenants import service as tenants

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
    tenant = await tenants.get(ctx, row["tenant"])
    usual = rules.letters(tenant.country)
    sum_ = format_currency(amount, row["currency"], locale="de_DE" if usual is rules.GERMAN_LETTERS else "en_GB")
    own = await store.settings(row["tenant"]) or {}

    def said(part: str) -> str:
        text = own.get(part) or usual[part]
        return rules.filled(text, name=person["name"], amount=sum_, operator=tenant.name)

    subject = " ".join(said("letter_subject").split())[:250]
    text = said("letter_last" if last else "letter_retry")
    await mail.send(ctx, person["email"], subject, text, tenant_id=row["tenant"])
