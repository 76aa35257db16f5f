"""Money in double entry: wallets that never go below zero, refunds that never exceed what was taken, debts."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from backend.context import Context
from backend.db.engine import DB
from backend.errors import Conflict, InvalidInput, PaymentRefused
from backend.payments import (
    choosing,
    dunning,
    ledger,
    ledger_store,
    paying,
    refunds,
    reports,
    rules,
    service,
    store,
    views,
)
from backend.tenants.rules import in_coins
from shared.money import Money
from shared.payments import PaymentSettingsChange, Policy, RefundTarget
from tests import world
from tests.conftest import Clock

EUR = "EUR"


def plain(money: Money | None) -> str:
    return "" if money is None else f"{money.amount.normalize():f}"


class Till:
    """A tenant with a driver, and sessions that are paid."""

    def __init__(self, ctx: Context, tenant_id: UUID, driver: UUID, email: str) -> None:
        self.ctx = ctx
        self.tenant_id = tenant_id
        self.driver = driver
        self.email = email

    async def held(self, amount: str = "50", customer: str | None = None) -> UUID:
        station = await world.add_station(self.tenant_id, f"CP-{uuid4().hex[:6]}")
        session = await world.add_transaction(station, account=self.driver, currency=EUR)
        money = Money(amount=Decimal(amount), currency=EUR)
        await service.hold(self.ctx, self.tenant_id, session, self.driver, customer or self.email, money)
        return session

    async def paid(self, due: str) -> UUID:
        """The payment of a session that cost so much."""
        session = await self.held()
        await service.capture(self.ctx, {"transaction_id": str(session), "due": due})
        return (await self.payment(session))["id"]  # type: ignore[no-any-return]

    async def payment(self, session: UUID) -> dict[str, Any]:
        row = await store.of_transaction(session)
        assert row is not None
        return row

    async def balance(self) -> tuple[Decimal, Decimal]:
        found = await views.wallet(self.ctx, self.tenant_id, self.driver)
        return found.balance.amount, found.reserved.amount

    async def history(self) -> list[tuple[str, str, str]]:
        """(kind, amount, what came back) of each line a driver sees, asked for two at a time. Together they are the
        balance, whatever is on its way."""
        lines, cursor = [], None
        while True:
            page = await views.entries(self.ctx, self.driver, cursor, 2)
            lines += page.items
            cursor = page.next_cursor
            if cursor is None:
                break
        assert sum(one.amount.amount for one in lines) == (await self.balance())[0]
        return [(one.kind, plain(one.amount), plain(one.returned)) for one in lines]

    async def adds_up(self) -> None:
        totals = await ledger_store.totals(self.tenant_id, EUR)
        assert sum(totals.values()) == 0, totals


@pytest.fixture
async def till(db: str, clock: Clock) -> AsyncIterator[Till]:
    ctx = world.make_context(clock)
    tenant_id = await world.add_tenant()
    driver = await world.add_account(tenant_id)
    email = (await store.person(driver))["email"]
    async with ctx.bus:
        made = Till(ctx, tenant_id, driver, email)
        yield made
        await made.adds_up()


async def test_the_wallet_pays_first_and_gets_back_what_was_not_needed(till: Till) -> None:
    await paying.top_up(till.ctx, till.tenant_id, till.driver, Decimal(20))
    session = await till.held("50")
    assert await till.balance() == (0, 20)
    payload = {"transaction_id": str(session), "due": "12.30"}
    await service.capture(till.ctx, payload)
    await service.capture(till.ctx, payload)
    row = await till.payment(session)
    assert (row["state"], row["captured_amount"], row["card_amount"]) == ("captured", Decimal("12.30"), 0)
    assert await till.balance() == (Decimal("7.70"), 0)
    again = await till.held("50")
    await service.capture(till.ctx, {"transaction_id": str(again), "due": "10"})
    row = await till.payment(again)
    assert (row["captured_amount"], row["card_amount"], row["wallet_amount"]) == (10, Decimal("2.30"), Decimal("7.70"))
    assert await till.history() == [("spend", "-7.7", "0"), ("spend", "-12.3", "7.7"), ("topup", "20", "0")]


async def test_a_session_that_never_began_gives_the_wallet_everything_back(till: Till) -> None:
    await paying.give_credit(till.ctx, till.tenant_id, till.driver, Decimal(60), "Welcome")
    session = await till.held("50")
    assert (await till.payment(session))["method"] == "Wallet"
    assert await till.history() == [("reserve", "-50", "0"), ("promotion", "60", "0")]
    await service.release(till.ctx, {"transaction_id": str(session)})
    assert await till.balance() == (60, 0)
    assert await till.history() == [("restore", "0", "50"), ("promotion", "60", "0")]


async def test_many_who_spend_at_once_never_spend_more_than_there_is(till: Till) -> None:
    await paying.give_credit(till.ctx, till.tenant_id, till.driver, Decimal(10), "")
    payments = [uuid4() for _ in range(8)]
    for one in payments:
        await DB.run(
            """INSERT INTO payment (id, tenant, account, provider, state, currency, hold_amount)
            VALUES ($1, $2, $3, 'demo', 'pending', 'EUR', 3)""",
            one, till.tenant_id, till.driver,
        )  # fmt: skip

    async def spend(payment: UUID) -> Decimal:
        async with till.ctx.unit():
            return await ledger.reserve(till.ctx, till.tenant_id, till.driver, payment, Decimal(3), EUR)

    found = await asyncio.gather(*(spend(one) for one in payments))
    assert sorted(found) == [0, 0, 0, 0, 1, 3, 3, 3]
    assert await till.balance() == (0, 10)


@pytest.mark.parametrize(
    ("amount", "currency", "held"),
    [("12.50", "EUR", "12.50"), ("12.50", "JPY", "13"), ("12.5001", "KWD", "12.501"), ("50.00", "ISK", "50")],
)
def test_a_hold_is_in_whole_coins_never_less(amount: str, currency: str, held: str) -> None:
    assert str(in_coins(Decimal(amount), currency)) == held


async def test_nothing_is_held_in_another_currency(till: Till) -> None:
    station = await world.add_station(till.tenant_id, "CP-JPY")
    session = await world.add_transaction(station, account=till.driver, currency="JPY")
    money = Money(amount=Decimal(50), currency="JPY")
    with pytest.raises(PaymentRefused) as refused:
        await service.hold(till.ctx, till.tenant_id, session, till.driver, till.email, money)
    assert refused.value.problem_code == "currency_differs"
    assert await store.of_transaction(session) is None


async def test_the_database_refuses_a_transfer_that_does_not_add_up_and_a_wallet_below_zero(till: Till) -> None:
    parts: list[ledger.Part] = [("wallet", till.driver, Decimal(5)), ("revenue", None, Decimal(-4))]
    below: list[ledger.Part] = [("wallet", till.driver, Decimal(-5)), ("revenue", None, Decimal(5))]

    async def post(key: str, wanted: list[ledger.Part]) -> None:
        async with till.ctx.unit():
            await ledger.transfer(till.ctx, till.tenant_id, key, "topup", wanted, EUR)

    with pytest.raises(asyncpg.CheckViolationError):
        await post("crooked", parts)
    with pytest.raises(asyncpg.CheckViolationError, match="never_below_zero"):
        await post("below", below)
    assert await till.balance() == (0, 0)
    await paying.give_credit(till.ctx, till.tenant_id, till.driver, Decimal(1), "")
    with pytest.raises(asyncpg.CheckViolationError, match="stays as it is"):
        await DB.run("UPDATE ledger_entry SET amount = 100")


async def test_refunds_at_once_never_exceed_what_was_taken(till: Till) -> None:
    payment = await till.paid("10")

    async def back(to: RefundTarget) -> bool:
        try:
            await refunds.refund(till.ctx, till.tenant_id, payment, Decimal(4), "Sorry", to)
        except Conflict as conflict:
            return conflict.problem_code != "refund_too_much"
        return True

    asked = [RefundTarget.CARD, RefundTarget.WALLET] * 3
    assert sum(await asyncio.gather(*(back(to) for to in asked))) == 2
    for row in await DB.run("SELECT id FROM refund WHERE state = 'pending'"):
        for _ in range(2):
            await refunds.execute(till.ctx, {"refund_id": str(row["id"])})
    shown = (await views.one(till.ctx, till.tenant_id, payment)).payment
    assert (shown.refunded.amount, shown.refundable.amount) == (8, 2)
    for wrong in ("NaN", "-1", "0", "0.001"):
        with pytest.raises(InvalidInput):
            await refunds.refund(till.ctx, till.tenant_id, payment, Decimal(wrong))


async def test_what_the_card_does_not_pay_is_tried_again_and_then_a_debt_that_the_driver_settles(till: Till) -> None:
    session = await till.held()
    await DB.run(
        "UPDATE payment SET payer = 'declined@x.org', reference = 'demo:1:EUR:x' WHERE transaction = $1", session
    )
    for tries in range(4):
        await service.capture(till.ctx, {"transaction_id": str(session), "due": "30", "tries": tries})
        await service.capture(till.ctx, {"transaction_id": str(session), "due": "30", "tries": tries})
        row = await till.payment(session)
        assert (row["state"], row["tries"]) == ("failed", tries + 1)
    assert (row["next_try_at"], len(await DB.run("SELECT 1 FROM mail"))) == (None, 4)
    wallet = await views.wallet(till.ctx, till.tenant_id, till.driver)
    assert (wallet.owed.amount, len(wallet.debts)) == (30, 1)
    with pytest.raises(PaymentRefused) as refused:
        await till.held()
    assert refused.value.problem_code == "debt_open"
    assert "30 EUR" in refused.value.detail
    await paying.give_credit(till.ctx, till.tenant_id, till.driver, Decimal(5), "")
    debt = UUID(wallet.debts[0].id)
    await paying.settle_debt(till.ctx, till.tenant_id, till.driver, debt)
    assert (await views.wallet(till.ctx, till.tenant_id, till.driver)).owed.amount == 0
    assert await till.balance() == (0, 0)
    with pytest.raises(Conflict):
        await paying.settle_debt(till.ctx, till.tenant_id, till.driver, debt)
    await till.held()


async def test_a_provider_that_is_down_lets_people_charge_up_to_a_limit(till: Till) -> None:
    with pytest.raises(PaymentRefused):
        await till.held("50", "unavailable@x.org")
    await DB.run("UPDATE transaction SET state = 'failed'")
    change = PaymentSettingsChange(on_outage=Policy.ALLOW, on_debt=Policy.ALLOW, debt_limit=Decimal(70))
    await choosing.change(till.ctx, till.tenant_id, change)
    session = await till.held("50", "unavailable@x.org")
    with pytest.raises(PaymentRefused) as refused:
        await till.held("50", "unavailable@x.org")
    assert refused.value.problem_code == "payment_unavailable"
    await DB.run("UPDATE payment SET payer = $1", till.email)
    row = await till.payment(session)
    await service.sweep(till.ctx, {"payment_id": str(row["id"]), "keep": True})
    assert (await till.payment(session))["state"] == "held"
    await service.capture(till.ctx, {"transaction_id": str(session), "due": "9"})
    assert (await till.payment(session))["captured_amount"] == 9


@pytest.mark.parametrize(
    ("due", "reserved", "held", "shares"),
    [(10, 0, 50, (0, 10, 0)), (10, 4, 50, (4, 6, 0)), (10, 50, 50, (10, 0, 0)), (60, 4, 50, (4, 46, 10))],
)
def test_who_pays(due: int, reserved: int, held: int, shares: tuple[int, int, int]) -> None:
    found = rules.shares(Decimal(due), Decimal(reserved), Decimal(held))
    assert (found.wallet, found.card, found.owed) == shares


def test_a_dispute_that_is_over_stays_over_whatever_comes_late() -> None:
    assert rules.dispute_after("", "needs_response") == "needs_response"
    assert rules.dispute_after("lost", "needs_response") == "lost"
    assert rules.dispute_after("under_review", "won") == "won"


async def disputed(till: Till, reference: str, *words: str) -> None:
    """The provider tells of a dispute of 50 about a payment, in this order."""
    for word in words:
        values = {
            "id": uuid4(),
            "tenant": till.tenant_id,
            "provider": "demo",
            "event": f"evt-{uuid4()}",
            "kind": f"charge.dispute.{word}",
            "payload": {"id": "dp_1", "payment_intent": reference, "amount": 5000, "status": "lost"},
            "happened_at": datetime(2026, 3, 2, tzinfo=UTC),
        }
        await store.insert("provider_event", values)
        await reports.handle(till.ctx, {"event_id": str(values["id"])})


@pytest.mark.parametrize(
    ("told", "wallet", "revenue", "left"),
    [
        (("funds_withdrawn", "funds_withdrawn"), 0, -20, 0),
        (("funds_withdrawn", "funds_reinstated"), 30, 0, 50),
        (("funds_reinstated", "funds_withdrawn"), 30, 0, 50),
    ],
    ids=["taken", "taken and given back", "told the other way round"],
)
async def test_a_disputed_top_up_leaves_the_wallet_and_only_what_was_spent_of_it_is_lost(
    till: Till, told: tuple[str, ...], wallet: int, revenue: int, left: int
) -> None:
    """50 put in, 20 spent: the wallet has 30, and 20 were earned with money that the bank may take back."""
    payment_id = await paying.top_up(till.ctx, till.tenant_id, till.driver, Decimal(50))
    session = await till.held("20")
    await service.capture(till.ctx, {"transaction_id": str(session), "due": "20"})
    before = await ledger_store.totals(till.tenant_id, EUR)
    row = await store.by_id(payment_id)
    assert row is not None
    await disputed(till, row["reference"], *told)
    after = await ledger_store.totals(till.tenant_id, EUR)
    assert await till.balance() == (wallet, 0)
    assert after["revenue"] - before["revenue"] == revenue
    assert sum(after.values()) == 0
    shown = {one.id: one for one in (await views.page(till.ctx, till.tenant_id)).items}
    detail = await views.one(till.ctx, till.tenant_id, payment_id)
    assert shown[str(payment_id)].refundable.amount == detail.payment.refundable.amount == left
    assert shown[str(payment_id)].refundable_to_card.amount == left


async def test_a_disputed_session_costs_what_was_earned(till: Till) -> None:
    payment_id = await till.paid("50")
    row = await store.by_id(payment_id)
    assert row is not None
    await disputed(till, row["reference"], "funds_withdrawn")
    assert (await ledger_store.totals(till.tenant_id, EUR))["revenue"] == 0
    (one,) = (await views.page(till.ctx, till.tenant_id)).items
    assert one.refundable.amount == 0


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Hello {name}, {amount} to {operator}", ""),
        ("", ""),
        ("{{this}} is no placeholder", ""),
        ("{iban}", "{iban} is unknown"),
        ("{}", "unknown"),
        ("{name.__class__}", "unknown"),
        ("{name!r}", "unknown"),
        ("{amount:>9999999}", "unknown"),
        ("{name", "stands alone"),
        ("name}", "stands alone"),
    ],
)
def test_letters_name_only_what_they_may(text: str, wrong: str) -> None:
    found = rules.letter_problem(text)
    assert wrong in found
    assert bool(found) is bool(wrong)
    if not found:
        rules.filled(text, name="{amount}", amount="1 EUR", operator="Nord")
    assert rules.letter_problem("One\nBcc: two", one_line=True)


async def test_a_tenant_s_own_words_are_in_the_letters(till: Till) -> None:
    own = PaymentSettingsChange(letter_subject="{operator}: {amount}", letter_retry="Dear {name}, {amount} failed.")
    await choosing.change(till.ctx, till.tenant_id, own)
    with pytest.raises(InvalidInput, match="unknown"):
        await choosing.change(till.ctx, till.tenant_id, PaymentSettingsChange(letter_last="Pay to {iban}"))
    known = await choosing.shown(till.ctx, till.tenant_id)
    assert known.letter_retry == own.letter_retry
    assert known.letter_last == rules.LETTERS["letter_last"]
    session = await till.held("50")
    row = await till.payment(session)
    for last in (False, True):
        await dunning.tell(till.ctx, row, Decimal("12.50"), last=last)
    letters = await DB.run("SELECT subject, body_text AS text FROM mail ORDER BY created_at, id")
    assert {one["subject"] for one in letters} == {"Nord: €12.50"}
    assert sorted(one["text"].split(",")[0] for one in letters) == ["Dear Dana", "Hello Dana"]
    await DB.run("UPDATE tenant SET country = 'DE'")
    usual = rules.GERMAN_LETTERS
    assert (await choosing.shown(till.ctx, till.tenant_id)).letter_last == usual["letter_last"]
    own = PaymentSettingsChange(letter_subject=usual["letter_subject"])  # what is usual isn't kept as one's own
    await choosing.change(till.ctx, till.tenant_id, own)
    await dunning.tell(till.ctx, row, Decimal("12.50"), last=True)
    letters = await DB.run("SELECT subject, body_text AS text FROM mail ORDER BY created_at DESC, id")
    (german,) = (one for one in letters if one["subject"] == usual["letter_subject"])
    assert "Guten Tag Dana,\n\ndie Zahlung von 12,50\xa0€" in german["text"]
    await DB.run("UPDATE tenant SET country = ''")
    await choosing.change(till.ctx, till.tenant_id, PaymentSettingsChange(letter_subject="", letter_retry=" "))
    assert (await choosing.shown(till.ctx, till.tenant_id)).letter_retry == rules.LETTERS["letter_retry"]
