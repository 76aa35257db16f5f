"""What people pay by themselves: a top-up of their wallet, and their debts; and the credit an operator gives them."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from backend import jobs
from backend.context import Context
from backend.errors import Conflict, InvalidInput, NotFound, PaymentRefused
from backend.payments import choosing, ledger, rules, service, store
from backend.payments.providers.base import Declined, Unavailable
from backend.payments.service import payer_for

Row = store.Row
FINISH_AFTER = timedelta(minutes=2)
TOPUP, DEBT = "topup", "debt"


async def top_up(ctx: Context, tenant_id: UUID, account_id: UUID, amount: Decimal) -> UUID:
    """Charge the saved card and put it into the wallet. Raises InvalidInput, PaymentRefused."""
    terms = await choosing.terms(ctx, tenant_id)
    if why := rules.why_not_amount(amount, terms.currency):
        raise InvalidInput(why, fields=[("$.amount", why)])
    async with ctx.unit():
        payment_id = await _begin(ctx, terms, tenant_id, account_id, amount, terms.currency, TOPUP)
    await _finish(ctx, payment_id)
    return payment_id


async def settle_debt(ctx: Context, tenant_id: UUID, account_id: UUID, debt_id: UUID) -> UUID:
    """Pay what is owed: from the wallet first, the rest by card. Raises NotFound, Conflict, PaymentRefused."""
    terms = await choosing.terms(ctx, tenant_id)
    async with ctx.unit():
        debt = await store.debt(tenant_id, debt_id, lock=True)
        if debt is None or debt["account"] != account_id:
            raise NotFound("This debt doesn't exist.")
        if debt["state"] != "open":
            raise Conflict("This debt is settled already.", code="debt_closed")
        if debt["settling"] is not None:
            raise Conflict("This debt is being paid just now.", code="debt_being_paid")
        payment_id = await _begin(ctx, terms, tenant_id, account_id, debt["amount"], debt["currency"], DEBT)
        reserved = await ledger.reserve(ctx, tenant_id, account_id, payment_id, debt["amount"], debt["currency"])
        await store.change(payment_id, ctx.now(), {"wallet_amount": reserved, "settles": debt["payment"]})
        await store.settle_debt_with(debt_id, payment_id)
    await _finish(ctx, payment_id)
    return payment_id


async def settle_for_guest(ctx: Context, payment: Row) -> None:
    """Pay the debt of a guest's session with the card that `payer` of its payment has now; nothing where there is none.

    Raises Conflict, PaymentRefused.
    """
    terms = await choosing.terms(ctx, payment["tenant"], provider=payment["provider"])
    async with ctx.unit():
        debt = await store.debt_of(payment["id"], lock=True)
        if debt is None:
            return
        if debt["settling"] is not None:
            raise Conflict("This debt is being paid just now.", code="debt_being_paid")
        payment_id = await _begin(
            ctx, terms, payment["tenant"], None, debt["amount"], debt["currency"], DEBT, payer=payment["payer"]
        )
        await store.change(payment_id, ctx.now(), {"settles": payment["id"]})
        await store.settle_debt_with(debt["id"], payment_id)
    await _finish(ctx, payment_id)


async def _begin(
    ctx: Context,
    terms: choosing.Terms,
    tenant_id: UUID,
    account_id: UUID | None,
    amount: Decimal,
    currency: str,
    purpose: str,
    *,
    payer: str = "",
) -> UUID:
    payment_id = uuid4()
    if account_id is not None:
        payer = (await store.person(account_id))["email"]
    await store.add(
        {
            "id": payment_id,
            "tenant": tenant_id,
            "account": account_id,
            "provider": terms.name,
            "payer": payer,
            "purpose": purpose,
            "state": rules.PENDING,
            "currency": currency,
            "hold_amount": amount,
            "due_amount": amount,
            "created_at": ctx.now(),
            "updated_at": ctx.now(),
        }
    )
    await jobs.enqueue("payments.finish", {"payment_id": str(payment_id)}, delay=FINISH_AFTER)
    return payment_id


async def _finish(ctx: Context, payment_id: UUID) -> None:
    """Raises PaymentRefused. Where the provider doesn't answer, the job asks again with the same key."""
    try:
        refused = await _charge(ctx, payment_id)
    except Unavailable:
        raise PaymentRefused(
            "The payment service doesn't answer. We ask again in a few minutes; nothing is charged twice.",
            code="payment_unavailable",
        ) from None
    if refused:
        raise PaymentRefused(refused, code="payment_declined")


async def finish(ctx: Context, payload: dict[str, Any]) -> None:
    """Job: a payment whose process died, or whose provider was down. Raises Unavailable, to be tried again."""
    await _charge(ctx, UUID(payload["payment_id"]))


async def _charge(ctx: Context, payment_id: UUID) -> str:
    """Why it was refused; empty: it is paid."""
    row = await store.by_id(payment_id)
    if row is None or row["state"] != rules.PENDING:
        return ""
    card_amount = row["hold_amount"] - row["wallet_amount"]
    paid: Row = {"method": service.WALLET, "card_amount": card_amount, "captured_amount": row["hold_amount"]}
    if card_amount > 0:
        terms = await choosing.terms(ctx, row["tenant"], provider=row["provider"])
        try:
            key = f"{payment_id}-charge"
            customer, card = await payer_for(ctx, terms, row, key)
            more = {} if card is None else {"card": card}
            taken = await terms.provider.charge(
                key=key, customer=customer, amount=card_amount, currency=row["currency"], **more
            )
        except Declined as declined:
            await _failed(ctx, payment_id, str(declined))
            return str(declined)
        paid |= {"reference": taken.reference, "method": taken.method}
    async with ctx.unit():
        row = await store.by_id(payment_id, lock=True)
        if row is None or row["state"] != rules.PENDING:
            return ""
        await store.change(payment_id, ctx.now(), {"state": rules.CAPTURED, **paid})
        await _book(ctx, row, card_amount)
    return ""


async def _book(ctx: Context, row: Row, card_amount: Decimal) -> None:
    if row["purpose"] == TOPUP:
        parts: list[ledger.Part] = [("provider", None, -card_amount), ("wallet", row["account"], card_amount)]
        key = f"{row['id']}-topup"
        await ledger.transfer(ctx, row["tenant"], key, TOPUP, parts, row["currency"], payment=row["id"])
        return
    if row["wallet_amount"]:
        await ledger.spend(ctx, row["tenant"], row["account"], row["id"], row["wallet_amount"], row["currency"])
    if card_amount:
        await ledger.earned_by_card(ctx, row["tenant"], row["id"], card_amount, row["currency"])
    await store.debt_paid(row["id"], ctx.now())


async def _failed(ctx: Context, payment_id: UUID, why: str) -> None:
    async with ctx.unit():
        row = await store.by_id(payment_id, lock=True)
        if row is None or row["state"] != rules.PENDING:
            return
        if row["wallet_amount"]:
            await ledger.restore(ctx, row["tenant"], row["account"], payment_id, row["wallet_amount"], row["currency"])
        values = {"state": rules.FAILED, "failure": why, "wallet_amount": Decimal(0)}
        await store.change(payment_id, ctx.now(), values)
        await store.debt_unpaid(payment_id)


async def write_off(ctx: Context, tenant_id: UUID, debt_id: UUID) -> None:
    """An operator asks no more for it. Raises NotFound, Conflict."""
    async with ctx.unit():
        debt = await store.debt(tenant_id, debt_id, lock=True)
        if debt is None:
            raise NotFound("This debt doesn't exist.")
        if debt["state"] == "written_off":
            return
        if debt["state"] != "open" or debt["settling"] is not None:
            raise Conflict("This debt is paid, or being paid just now.", code="debt_closed")
        await store.close_debt(debt_id, "written_off", ctx.now())


async def give_credit(ctx: Context, tenant_id: UUID, account_id: UUID, amount: Decimal, note: str) -> None:
    """Promotional money into a wallet. Raises InvalidInput, NotFound."""
    currency = await choosing.currency_of(tenant_id)
    if why := rules.why_not_amount(amount, currency):
        raise InvalidInput(why, fields=[("$.amount", why)])
    person = await store.person(account_id)
    if person.get("tenant") != tenant_id:
        raise NotFound("This account doesn't exist.")
    async with ctx.unit():
        parts: list[ledger.Part] = [("promotion", None, -amount), ("wallet", account_id, amount)]
        await ledger.transfer(ctx, tenant_id, f"promotion-{uuid4()}", "promotion", parts, currency, note=note)
