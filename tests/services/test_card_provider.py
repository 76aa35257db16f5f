"""What goes wrong between us and a card provider, over HTTP with Stripe's own SDK: refusals, lost answers, guests,
reports in any order, and the provider's own list against our ledger."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from backend.books import provider as book_provider
from backend.books import provider_rules
from backend.context import Context
from backend.db.engine import DB
from backend.errors import PaymentRefused
from backend.main import create_app
from backend.payments import cards, choosing, paying, refunds, reports, rules, service, store
from backend.payments.providers.stripe import ASKS_THE_HOLDER
from shared.books import ProviderDay
from shared.money import Money
from shared.payments import PaymentSettingsChange
from tests import world
from tests.conftest import Clock
from tests.support import card_provider as fake
from tests.support.card_provider import CardProvider, card_provider

HOLD = Money(amount=Decimal("50.00"), currency="EUR")


@pytest.fixture(scope="module")
def server() -> Iterator[CardProvider]:
    with card_provider() as one:
        yield one


class Shop:
    """A tenant that is paid through the server, and one driver."""

    def __init__(self, ctx: Context, server: CardProvider, tenant_id: UUID, driver: UUID) -> None:
        self.ctx, self.server, self.tenant_id, self.driver = ctx, server, tenant_id, driver

    async def customer(self) -> str:
        return await cards.customer(
            self.ctx, await choosing.terms(self.ctx, self.tenant_id), self.tenant_id, self.driver
        )

    async def card(self, number: str = fake.GOOD) -> str:
        made = self.server.save_card(await self.customer(), number)
        await cards.sync(self.ctx, self.tenant_id, self.driver)
        return made

    async def session(self) -> UUID:
        station = await world.add_station(self.tenant_id, uuid4().hex[:8])
        return await world.add_transaction(station, account=self.driver, currency="EUR")

    async def hold(self) -> UUID:
        one = await self.session()
        await service.hold(self.ctx, self.tenant_id, one, self.driver, "fay@example.com", HOLD)
        return one

    async def captured(self, due: str) -> dict[str, Any]:
        one = await self.hold()
        await service.capture(self.ctx, {"transaction_id": str(one), "due": due})
        row = await store.of_transaction(one)
        assert row is not None
        assert row["state"] == rules.CAPTURED
        return row

    async def told(self, kind: str, subject: dict[str, Any], event: str) -> None:
        body, headers = self.server.told(kind, subject, event)
        await reports.receive(self.ctx, self.tenant_id, "stripe", body, headers)
        for row in await DB.run("SELECT id FROM provider_event WHERE handled_at IS NULL ORDER BY received_at, id"):
            await reports.handle(self.ctx, {"event_id": str(row["id"])})

    async def balance(self, kind: str) -> Decimal:
        rows = await DB.run("SELECT coalesce(sum(balance), 0) AS n FROM ledger_account WHERE kind = $1", kind)
        return Decimal(rows[0]["n"])


@pytest.fixture
async def shop(db: str, clock: Clock, server: CardProvider) -> Shop:
    ctx = world.make_context(clock, stripe_api=server.url)
    server.now = lambda: clock.now().timestamp()
    server.lose = 0
    server.moved.clear()
    tenant_id = await world.add_tenant()
    change = PaymentSettingsChange(provider="stripe", secret_key="sk_test_1", webhook_secret=fake.SECRET)
    await choosing.change(ctx, tenant_id, change)
    return Shop(ctx, server, tenant_id, await world.add_account(tenant_id, "Fay"))


@pytest.mark.parametrize(
    ("number", "words"),
    [(fake.DECLINED, "Declined."), (fake.NO_FUNDS, "Declined."), (fake.ASKS_THE_HOLDER, ASKS_THE_HOLDER)],
)
async def test_a_refusal_holds_nothing_and_says_why(shop: Shop, number: str, words: str) -> None:
    async with shop.ctx.bus:
        await shop.card(number)
        with pytest.raises(PaymentRefused) as refused:
            await shop.hold()
        assert (refused.value.problem_code, refused.value.detail) == ("payment_declined", words)
        with pytest.raises(PaymentRefused, match=words.split()[0]):
            await paying.top_up(shop.ctx, shop.tenant_id, shop.driver, Decimal(20))
        assert await shop.balance("wallet") == 0
        assert {row["state"] for row in await DB.run("SELECT state FROM payment")} == {"failed"}


async def test_a_lost_answer_is_asked_for_again_with_the_same_card(shop: Shop) -> None:
    """The hold was made and nobody heard of it. Meanwhile another card is preferred: the question stays the same."""
    async with shop.ctx.bus:
        await shop.card()
        made = len(shop.server._of("pi"))
        shop.server.lose = 1
        with pytest.raises(PaymentRefused) as refused:
            await shop.hold()
        assert refused.value.problem_code == "payment_unavailable"
        await shop.card(fake.DECLINED)
        (row,) = await DB.run("SELECT * FROM payment")
        for _ in range(2):
            await service.sweep(shop.ctx, {"payment_id": str(row["id"]), "keep": False})
        (row,) = await DB.run("SELECT * FROM payment")
        assert (row["state"], row["reference"][:3]) == ("released", "pi_")
        intents = shop.server._of("pi")[made:]
        assert [one["status"] for one in intents] == ["canceled"], "one hold was made, and given back"


async def test_a_lost_top_up_is_booked_once(shop: Shop) -> None:
    async with shop.ctx.bus:
        await shop.card()
        shop.server.lose = 2
        for _ in range(2):
            with pytest.raises(PaymentRefused):
                await paying.top_up(shop.ctx, shop.tenant_id, shop.driver, Decimal(20))
        for row in await DB.run("SELECT id FROM payment"):
            for _ in range(2):
                await paying.finish(shop.ctx, {"payment_id": str(row["id"])})
        assert await shop.balance("wallet") == 40
        assert sum(one["amount"] for one in shop.server.moved) == 4000


async def test_a_hold_that_ran_out_is_charged_anew_and_then_owed(shop: Shop) -> None:
    async with shop.ctx.bus:
        card = await shop.card()
        one = await shop.hold()
        row = await store.of_transaction(one)
        assert row is not None
        await shop.told("payment_intent.canceled", {"id": row["reference"]}, "evt_gone")
        shop.server.made[card]["number"] = fake.NO_FUNDS
        await choosing.change(shop.ctx, shop.tenant_id, PaymentSettingsChange(retry_hours=[2]))
        for tries in (0, 1):
            await service.capture(shop.ctx, {"transaction_id": str(one), "due": "12.34", "tries": tries})
        (debt,) = await DB.run("SELECT * FROM debt")
        assert (debt["amount"], debt["state"]) == (Decimal("12.34"), "open")
        shop.server.made[card]["number"] = fake.GOOD
        await paying.settle_debt(shop.ctx, shop.tenant_id, shop.driver, debt["id"])
        (debt,) = await DB.run("SELECT * FROM debt")
        assert debt["state"] == "settled"
        assert [one["amount"] for one in shop.server.moved] == [1234]


async def test_a_guest_enters_a_card_on_the_provider_s_page(shop: Shop) -> None:
    async with shop.ctx.bus:
        back, away = "https://w.example/visit/x/paid", "https://w.example/visit/x"
        payer, page = await cards.begin_guest(shop.ctx, shop.tenant_id, uuid4(), "", back, away)
        one = await shop.session()
        with pytest.raises(PaymentRefused) as refused:
            await service.hold(shop.ctx, shop.tenant_id, one, None, payer, HOLD)
        assert refused.value.problem_code == "no_payment_method", "left the page without a card"
        assert shop.server.leave(page) == away
        page = await cards.begin_again(shop.ctx, shop.tenant_id, payer, back, away)
        assert shop.server.enter_card(page) == back
        again = await shop.session()
        await service.hold(shop.ctx, shop.tenant_id, again, None, payer, HOLD)
        await service.capture(shop.ctx, {"transaction_id": str(again), "due": "7.10"})
        row = await store.of_transaction(again)
        assert row is not None
        assert (row["captured_amount"], row["method"]) == (Decimal("7.10"), "Visa •••• 4242")


async def test_reports_twice_in_the_wrong_order_and_forged(shop: Shop) -> None:
    app = create_app(shop.ctx)
    async with shop.ctx.bus, httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://t") as web:
        await shop.card()
        row = await shop.captured("20.00")
        about = {"id": "dp_9", "object": "dispute", "payment_intent": row["reference"], "amount": 2000}
        told = [
            shop.server.told("charge.dispute.closed", about | {"status": "lost"}, "evt_c"),
            shop.server.told("charge.dispute.funds_withdrawn", about | {"status": "needs_response"}, "evt_w"),
            shop.server.told("charge.dispute.created", about | {"status": "needs_response"}, "evt_a"),
        ]
        path = f"/api/v1/payment-reports/stripe/{shop.tenant_id}"
        for body, headers in (*told, told[1]):
            assert (await web.post(path, content=body, headers=headers)).status_code == 204
        forged = shop.server.told("charge.refunded", {"payment_intent": row["reference"]}, "evt_f", "whsec_other")
        altered = (told[0][0].replace(b"lost", b"won!"), told[0][1])
        for body, headers in (forged, altered):
            answer = await web.post(path, content=body, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (400, "bad_signature")
        for event in await DB.run("SELECT id FROM provider_event ORDER BY event"):
            for _ in range(2):
                await reports.handle(shop.ctx, {"event_id": str(event["id"])})
        after = await store.by_id(row["id"])
        assert after is not None
        assert after["dispute"] == "lost"
        assert (await shop.balance("revenue"), await shop.balance("provider")) == (0, 0), "taken back once"

        row = await shop.captured("10.00")
        refund = await refunds.refund(shop.ctx, shop.tenant_id, row["id"], Decimal(4), "Slow")
        await refunds.execute(shop.ctx, {"refund_id": str(refund)})
        (done,) = await store.refunds_of(row["id"])
        subject = shop.server.fail_refund(done["reference"])
        for name in ("evt_r1", "evt_r2"):
            await shop.told("refund.failed", subject, name)
        (done,) = await store.refunds_of(row["id"])
        after = await store.by_id(row["id"])
        assert after is not None
        assert (done["state"], after["refunded_amount"], await shop.balance("revenue")) == ("failed", 0, 10)


async def day_of(shop: Shop) -> ProviderDay | None:
    """Yesterday, read anew."""
    await book_provider.nightly(shop.ctx)
    found = (await book_provider.days(shop.tenant_id)).items
    return found[0] if found else None


async def test_the_provider_s_list_against_the_ledger(shop: Shop, clock: Clock) -> None:
    async with shop.ctx.bus:
        await shop.card()
        first, second = await shop.captured("20.00"), await shop.captured("30.00")
        await paying.top_up(shop.ctx, shop.tenant_id, shop.driver, Decimal(25))
        refund = await refunds.refund(shop.ctx, shop.tenant_id, first["id"], Decimal(5), "Slow")
        await refunds.execute(shop.ctx, {"refund_id": str(refund)})
        clock.advance(days=1)
        day = await day_of(shop)
        assert day is not None
        assert day.differences == []
        assert (day.charges, day.refunds, day.booked) == (Decimal(75), Decimal(-5), Decimal(70))
        assert day.fees == Decimal("1.88"), "1.5 % and 0.25 of each"

        clock.advance(hours=-20)
        back = shop.server.refund_at_the_desk(second["reference"], 700)
        dispute = shop.server.dispute(first["reference"], 1500)
        stranger = shop.server._charge(shop.server.new("pi", currency="eur"), 999)
        shop.server.moved[:] = [one for one in shop.server.moved if one["source"].get("amount") != 2500]
        await DB.run("DELETE FROM provider_movement")
        clock.advance(hours=20)
        day = await day_of(shop)
        assert day is not None
        (intent,) = await DB.run("SELECT reference FROM payment WHERE purpose = 'topup'")
        found = {(one.code, one.reference): (one.ours, one.theirs) for one in day.differences}
        assert found == {
            ("refund_unknown", second["reference"]): (0, -7),
            ("dispute_unknown", first["reference"]): (0, -15),
            ("charge_unknown", stranger["id"]): (0, Decimal("9.99")),
            ("charge_missing", intent["reference"]): (25, 0),
        }
        assert all(one.advice for one in day.differences)
        assert {one.payment_id for one in day.differences} >= {str(first["id"]), str(second["id"]), None}

        told = {"payment_intent": second["reference"], "amount_refunded": 700, "id": back["id"]}
        await shop.told("charge.refunded", told, "evt_d1")
        await shop.told("charge.dispute.funds_withdrawn", dispute, "evt_d2")
        day = await day_of(shop)
        assert day is not None
        assert {one.code for one in day.differences} == {"charge_unknown", "charge_missing"}, "what was told is booked"

        await choosing.change(shop.ctx, shop.tenant_id, PaymentSettingsChange(provider="demo"))
        assert await day_of(shop) == day, "a provider without a list leaves the days as they are"


async def test_a_list_that_cant_be_read_is_said(shop: Shop) -> None:
    shop.server.lose = 1
    day = await day_of(shop)
    assert day is not None
    assert "can't be reached" in day.problem
    day = await day_of(shop)
    assert day is not None, "read the next night"


@pytest.mark.parametrize(
    ("ours", "theirs", "codes"),
    [
        ({"charge": "5"}, {"charge": "5"}, []),
        ({}, {}, []),
        ({"charge": "5"}, {}, ["charge_missing"]),
        ({}, {"charge": "5"}, ["charge_unknown"]),
        ({}, {"charge": "5", "refund": "-5"}, ["charge_unknown"]),
        ({}, {"refund": "-5"}, ["refund_unknown"]),
        ({"charge": "5"}, {"charge": "6"}, ["charge_differs"]),
        ({"charge": "5", "refund": "-2"}, {"charge": "5"}, ["refund_missing"]),
        ({"charge": "5", "refund": "-1"}, {"charge": "5", "refund": "-2"}, ["refund_unknown"]),
        ({"charge": "5", "dispute": "-5"}, {"charge": "5"}, ["dispute_missing"]),
        ({"charge": "5"}, {"charge": "6", "refund": "-1", "dispute": "-5"},
         ["charge_differs", "refund_unknown", "dispute_unknown"]),
    ],
)  # fmt: skip
def test_what_differs(ours: dict[str, str], theirs: dict[str, str], codes: list[str]) -> None:
    def sums(given: dict[str, str]) -> provider_rules.Sums:
        return provider_rules.Sums(**{kind: Decimal(amount) for kind, amount in given.items()})

    assert [code for code, _, _ in provider_rules.differences(sums(ours), sums(theirs))] == codes


@pytest.mark.parametrize(("theirs", "codes"), [("1.230", []), ("1.220", ["charge_differs"]), ("0", ["charge_missing"])])
def test_what_the_provider_rounds_is_no_difference(theirs: str, codes: list[str]) -> None:
    ours = provider_rules.Sums(charge=Decimal("1.234"))
    found = provider_rules.differences(ours, provider_rules.Sums(charge=Decimal(theirs)), Decimal("0.01"))
    assert [code for code, _, _ in found] == codes
