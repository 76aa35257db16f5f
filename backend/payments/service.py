"""Holds, captures and releases. Each is written down before the provider is asked, so that a crash loses nothing:
the job that was enqueued with the row finishes what was begun, and the provider does nothing twice.
"""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import structlog

from backend import jobs
from backend.context import Context
from backend.errors import PaymentRefused
from backend.events import PaymentChanged
from backend.payments import choosing, dunning, ledger, rules, store
from backend.payments.choosing import Terms
from backend.payments.providers.base import Declined, Unavailable
from shared.money import Money
from shared.payments import Policy
from shared.transactions import PaymentInfo

log = structlog.get_logger(__name__)
Row = store.Row
WALLET = "Wallet"
SWEEP_AFTER = timedelta(minutes=2)
OTHER_CURRENCY = "The price here is in another currency than the operator is paid in. Please tell the operator."
NOBODY_ANSWERS = "The payment service doesn't answer. Nothing was charged; please try again in a minute."


async def hold(
    ctx: Context, tenant_id: UUID, transaction_id: UUID, account_id: UUID | None, customer: str, amount: Money
) -> None:
    """Reserve an amount for a session: from the wallet first, the rest on the card. Call it outside of every
    database transaction. `customer`: an e-mail, or the provider's word for a guest.

    Raises PaymentRefused (code payment_declined, payment_unavailable, no_payment_method, debt_open, currency_differs);
    nothing is held then. A tenant may let people charge while the provider is down, up to a limit: then nothing is held
    either.
    """
    terms = await choosing.terms(ctx, tenant_id)
    if amount.currency != terms.currency:
        raise PaymentRefused(OTHER_CURRENCY, code="currency_differs")
    payment_id = uuid4()
    async with ctx.unit():
        if account_id is not None:
            await _refuse_debtor(terms, account_id, amount)
        await store.add(
            {
                "id": payment_id,
                "tenant": tenant_id,
                "transaction": transaction_id,
                "account": account_id,
                "provider": terms.name,
                "payer": customer[:254],
                "state": rules.PENDING,
                "currency": amount.currency,
                "hold_amount": amount.amount,
                "created_at": ctx.now(),
                "updated_at": ctx.now(),
            }
        )
        if account_id is not None:
            reserved = await ledger.reserve(ctx, tenant_id, account_id, payment_id, amount.amount, amount.currency)
            await store.change(payment_id, ctx.now(), {"wallet_amount": reserved})
    try:
        await _ask_for_hold(ctx, terms, payment_id)
    except Declined as declined:
        await _settle(ctx, payment_id, rules.FAILED, failure=str(declined))
        code = "no_payment_method" if isinstance(declined, NoCard) else "payment_declined"
        raise PaymentRefused(str(declined), code=code) from None
    except Unavailable as trouble:
        unpaid = await _may_go_unpaid(terms, account_id, amount)
        await _settle(ctx, payment_id, rules.FAILED, failure=str(trouble))
        await _sweep_later(payment_id, keep=unpaid)
        if not unpaid:
            raise PaymentRefused(NOBODY_ANSWERS, code="payment_unavailable") from None


async def _refuse_debtor(terms: Terms, account_id: UUID, amount: Money) -> None:
    owed = await store.owed(account_id, amount.currency)
    allowed = terms.on_debt is Policy.ALLOW
    if rules.why_not_charge(owed, amount.amount, allowed=allowed, limit=terms.debt_limit):
        raise PaymentRefused(
            f"You owe {owed.normalize():f} {amount.currency} for an earlier session. Settle it in your wallet first.",
            code="debt_open",
        )


async def _may_go_unpaid(terms: Terms, account_id: UUID | None, amount: Money) -> bool:
    if account_id is None:
        return False
    owed = await store.owed(account_id, amount.currency) + await store.unpaid(account_id, amount.currency)
    allowed = terms.on_outage is Policy.ALLOW
    return rules.may_go_unpaid(owed, amount.amount, allowed=allowed, limit=terms.debt_limit)


class NoCard(Declined):
    """There is nothing to pay with."""


async def payer_of(terms: Terms, row: Row) -> tuple[str, str | None]:
    """(the provider's word for who pays, their card). Raises NoCard."""
    if not terms.provider.needs_card:
        return row["payer"], None
    if row["account"] is None:
        entered = await terms.provider.cards(customer=row["payer"])
        if not entered:
            raise NoCard("No card was entered.")
        return row["payer"], entered[0].reference
    customer = await store.customer(row["account"], terms.name)
    cards = await store.cards(row["account"], terms.name)
    if customer is None or not cards:
        raise NoCard("Add a card before you charge: there is none to pay with.")
    return customer, cards[0]["reference"]


async def payer_for(ctx: Context, terms: Terms, row: Row, key: str) -> tuple[str, str | None]:
    """As `payer_of`; asked again with the same key it is the same card, whatever was chosen since: otherwise the
    provider would not know that it is the same question. Raises NoCard."""
    if not terms.provider.needs_card:
        return await payer_of(terms, row)
    known = row["asked"].split("|") if row["asked"] else []
    if known and known[0] == key:
        return known[1], known[2] or None
    customer, card = await payer_of(terms, row)
    await store.change(row["id"], ctx.now(), {"asked": f"{key}|{customer}|{card or ''}"})
    return customer, card


async def _ask_for_hold(ctx: Context, terms: Terms, payment_id: UUID, *, state: str = rules.PENDING) -> None:
    row = await store.by_id(payment_id)
    if row is None or row["state"] != state:
        return
    rest = row["hold_amount"] - row["wallet_amount"]
    if rest <= 0:
        await _settle(ctx, payment_id, rules.HELD, method=WALLET)
        return
    key = f"{payment_id}-hold"
    customer, card = await payer_for(ctx, terms, row, key)
    held = await terms.provider.hold(key=key, customer=customer, amount=rest, currency=row["currency"], **_card(card))
    await _settle(ctx, payment_id, rules.HELD, reference=held.reference, method=held.method, failure="")


def _card(card: str | None) -> dict[str, Any]:
    return {} if card is None else {"card": card}


async def _settle(ctx: Context, payment_id: UUID, state: str, **values: Any) -> bool:
    async with ctx.unit() as unit:
        row = await store.by_id(payment_id, lock=True)
        if row is None or not rules.may_become(row["state"], state):
            return False
        if state == rules.FAILED and row["state"] == rules.PENDING:
            await _restore(ctx, row, row["wallet_amount"])
            values["wallet_amount"] = Decimal(0)
        await store.change(row["id"], ctx.now(), {"state": state, **values})
        if row["transaction"] is not None:
            unit.emit(
                PaymentChanged(
                    tenant_id=row["tenant"],
                    at=ctx.now(),
                    payment_id=row["id"],
                    transaction_id=row["transaction"],
                    state=state,
                )
            )
    return True


async def _restore(ctx: Context, row: Row, amount: Decimal) -> None:
    if amount > 0 and row["account"] is not None:
        await ledger.restore(ctx, row["tenant"], row["account"], row["id"], amount, row["currency"])


async def _sweep_later(payment_id: UUID, *, keep: bool) -> None:
    """A provider that didn't answer may have reserved all the same."""
    await jobs.enqueue(
        "payments.sweep", {"payment_id": str(payment_id), "keep": keep}, dedupe=f"sweep-{payment_id}", delay=SWEEP_AFTER
    )


async def sweep(ctx: Context, payload: dict[str, Any]) -> None:
    """Job: what became of a hold whose answer never came. Kept for a session that goes on, else given back."""
    payment_id = UUID(payload["payment_id"])
    row = await store.by_id(payment_id)
    if row is None or row["state"] != rules.FAILED or row["reference"] or row["tries"]:
        return
    terms = await choosing.terms(ctx, row["tenant"], provider=row["provider"])
    try:
        await _ask_for_hold(ctx, terms, payment_id, state=rules.FAILED)
    except Declined as declined:
        log.info("a hold that got no answer was refused", payment=str(payment_id), why=str(declined))
        return
    if not payload["keep"] and row["transaction"] is not None:
        await release(ctx, {"transaction_id": str(row["transaction"])})


async def want_release(transaction_id: UUID) -> None:
    """Inside the unit that makes a session fail: its hold will be given back."""
    await jobs.enqueue("payments.release", {"transaction_id": str(transaction_id)}, dedupe=f"release-{transaction_id}")


async def want_captures(due: Mapping[UUID, Decimal]) -> None:
    """Inside the unit that writes the bills: the amounts will be captured, where something was held."""
    held = await store.with_payment(list(due))
    await jobs.enqueue_all(
        "payments.capture",
        [{"transaction_id": str(one), "due": str(due[one])} for one in held],
        dedupe=[f"capture-{one}" for one in held],
    )


async def capture(ctx: Context, payload: dict[str, Any]) -> None:
    """Job. Raises Unavailable, to be tried again later; what is refused is tried in hours and days, then a debt."""
    transaction_id, due = UUID(payload["transaction_id"]), Decimal(payload["due"])
    row = await store.of_transaction(transaction_id)
    if row is None or row["tries"] != payload.get("tries", 0):
        return
    if row["state"] == rules.PENDING:
        raise Unavailable("the hold is not settled yet")
    due -= row["credited"]
    if due <= 0:
        await release(ctx, payload)
        return
    held = bool(row["reference"]) and row["state"] in (rules.HELD, rules.CAPTURING) and row["tries"] == 0
    if row["state"] != rules.CAPTURING:
        await _settle(ctx, row["id"], rules.CAPTURING, due_amount=due)
    row = await store.by_id(row["id"])
    if row is None or row["state"] != rules.CAPTURING:
        return
    terms = await choosing.terms(ctx, row["tenant"], provider=row["provider"])
    shares = rules.shares(due, row["wallet_amount"], row["hold_amount"])
    try:
        if held:
            await _take_hold(terms, row, shares.card)
        else:
            shares = rules.Shares(shares.wallet, due - shares.wallet, Decimal(0))
            await _charge_instead(ctx, terms, row, shares.card)
    except Declined as declined:
        await _refused(ctx, row, payload["due"], due, shares, str(declined))
        return
    await _captured(ctx, row["id"], shares)


async def _take_hold(terms: Terms, row: Row, amount: Decimal) -> None:
    if amount > 0:
        await terms.provider.capture(
            key=f"{row['id']}-capture", reference=row["reference"], amount=amount, currency=row["currency"]
        )
    else:
        await terms.provider.release(key=f"{row['id']}-release", reference=row["reference"])


async def _charge_instead(ctx: Context, terms: Terms, row: Row, amount: Decimal) -> None:
    """There is no hold (any more): the card is charged, each try with a key of its own."""
    if amount <= 0:
        return
    key = f"{row['id']}-charge-{row['tries']}"
    customer, card = await payer_for(ctx, terms, row, key)
    paid = await terms.provider.charge(
        key=key, customer=customer, amount=amount, currency=row["currency"], **_card(card)
    )
    await store.change(row["id"], ctx.now(), {"reference": paid.reference, "method": paid.method})


async def _captured(ctx: Context, payment_id: UUID, shares: rules.Shares) -> None:
    async with ctx.unit():
        row = await store.by_id(payment_id, lock=True)
        assert row is not None
        failure = f"{shares.owed} {row['currency']} more than was reserved: still owed." if shares.owed else ""
        values = {
            "captured_amount": shares.wallet + shares.card,
            "card_amount": shares.card,
            "wallet_amount": shares.wallet,
            "failure": failure,
            "next_try_at": None,
        }
        if not await _settle(ctx, payment_id, rules.CAPTURED, **values):
            return
        await _book(ctx, row, shares)
        if shares.owed:
            await dunning.open_debt(ctx, row, shares.owed, failure)


async def _book(ctx: Context, row: Row, shares: rules.Shares) -> None:
    if row["account"] is not None and shares.wallet:
        await ledger.spend(ctx, row["tenant"], row["account"], row["id"], shares.wallet, row["currency"])
    await _restore(ctx, row, row["wallet_amount"] - shares.wallet)
    if shares.card:
        await ledger.earned_by_card(ctx, row["tenant"], row["id"], shares.card, row["currency"])


async def _refused(ctx: Context, row: Row, billed: str, due: Decimal, shares: rules.Shares, why: str) -> None:
    """Tried again later; the driver is told each time. After the last try it is a debt. billed: before credits, which
    the next try takes off again."""
    tries = row["tries"] + 1
    pause = rules.retry_after(tries, (await choosing.terms(ctx, row["tenant"], provider=row["provider"])).retry_hours)
    async with ctx.unit():
        again_at = None if pause is None else ctx.now() + pause
        values = {"failure": why, "tries": tries, "next_try_at": again_at, "due_amount": due}
        if not await _settle(ctx, row["id"], rules.FAILED, **values):
            return
        if pause is not None:
            payload = {"transaction_id": str(row["transaction"]), "due": billed, "tries": tries}
            await jobs.enqueue("payments.capture", payload, dedupe=f"capture-{row['id']}-{tries}", delay=pause)
        else:
            # What the wallet had set aside is taken; only the card's part is owed.
            booked = rules.Shares(shares.wallet, Decimal(0), due - shares.wallet)
            paid = {"captured_amount": booked.wallet, "wallet_amount": booked.wallet}
            await store.change(row["id"], ctx.now(), paid)
            await _book(ctx, row, booked)
            await dunning.open_debt(ctx, row, booked.owed, why)
        await dunning.tell(ctx, row, due - shares.wallet, last=pause is None)


async def release(ctx: Context, payload: dict[str, Any]) -> None:
    """Job. Raises Unavailable, to be tried again later."""
    row = await store.of_transaction(UUID(payload["transaction_id"]))
    if row is None:
        return
    if row["state"] == rules.PENDING:
        # The process died while it asked for the hold: ask again with the same key, to learn what to give back.
        raise Unavailable("the hold is not settled yet")
    if row["state"] == rules.FAILED and not row["reference"]:
        return  # the hold was refused: there is nothing to give back
    if row["state"] != rules.RELEASING and not await _settle(ctx, row["id"], rules.RELEASING):
        return
    if row["reference"]:
        terms = await choosing.terms(ctx, row["tenant"], provider=row["provider"])
        try:
            await terms.provider.release(key=f"{row['id']}-release", reference=row["reference"])
        except Declined as declined:
            await _settle(ctx, row["id"], rules.FAILED, failure=str(declined))
            return
    async with ctx.unit():
        if await _settle(ctx, row["id"], rules.RELEASED, captured_amount=Decimal(0), wallet_amount=Decimal(0)):
            await _restore(ctx, row, row["wallet_amount"])


async def finish_hold(ctx: Context, transaction_id: UUID) -> None:
    """Settle a hold whose process died between the question and the answer: the same key gives the same hold."""
    row = await store.of_transaction(transaction_id)
    if row is None or row["state"] != rules.PENDING:
        return
    terms = await choosing.terms(ctx, row["tenant"], provider=row["provider"])
    try:
        await _ask_for_hold(ctx, terms, row["id"])
    except Declined as declined:
        await _settle(ctx, row["id"], rules.FAILED, failure=str(declined))


async def payer(transaction_id: UUID) -> str | None:
    """Who a session's hold was made for; None: nothing was reserved."""
    row = await store.of_transaction(transaction_id)
    return None if row is None else row["payer"]


async def info(ctx: Context, transaction_id: UUID) -> PaymentInfo | None:
    """What was taken counts with what paid its debt since; `updated_at` of what is paid is when it was."""
    row = await store.of_transaction(transaction_id)
    if row is None:
        return None
    since = await store.since(row["id"])
    if since["later"]:
        row |= {"captured_amount": (row["captured_amount"] or Decimal(0)) + since["later"], "failure": ""}
        row |= {"state": rules.CAPTURED, "refunded_amount": row["refunded_amount"] + since["later_refunded"]}
    if row["state"] == rules.CAPTURED and since["at"] is not None:
        row |= {"updated_at": since["at"]}
    return shown(row, since["written_off"])


def shown(row: Row, written_off: Decimal = Decimal(0)) -> PaymentInfo:
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
        refunded=money(row["refunded_amount"]),
        written_off=money(written_off),
    )
