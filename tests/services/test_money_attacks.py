"""Money against people, banks and providers that do things in the wrong order: nothing is given out twice or lost."""

from collections.abc import AsyncIterator
from decimal import Decimal
from itertools import permutations
from typing import Any
from uuid import UUID

import msgspec
import pytest

from backend.books import service as books
from backend.db.engine import DB
from backend.errors import Conflict
from backend.payments import correcting, ledger_store, paying, refunds, rules, service, store, views
from backend.payments.providers.base import Unavailable
from shared.payments import RefundTarget
from tests.conftest import Clock
from tests.services.test_card_provider import Shop, server, shop  # noqa: F401  # fixtures
from tests.support import card_provider as fake

CARD, WALLET = RefundTarget.CARD, RefundTarget.WALLET


@pytest.fixture
async def till(shop: Shop) -> AsyncIterator[Shop]:  # noqa: F811  # the fixture
    """A shop whose driver has a card, and whose ledger adds up whatever was done to it."""
    async with shop.ctx.bus:
        await shop.card()
        yield shop
        totals = await ledger_store.totals(shop.tenant_id, "EUR")
        assert sum(totals.values()) == 0, totals
        assert totals.get("reserved", 0) == 0, "nothing stays set aside"


async def moved(till: Shop) -> Decimal:
    """What the provider holds for us by its own list, without its fees."""
    return Decimal(sum(one["amount"] for one in till.server.moved)) / 100


async def run_refunds(till: Shop) -> None:
    for row in await DB.run("SELECT id FROM refund WHERE state = 'pending'"):
        for _ in range(2):
            await refunds.execute(till.ctx, {"refund_id": str(row["id"])})


async def test_a_top_up_that_goes_back_to_its_card_leaves_the_wallet(till: Shop) -> None:
    topped = await paying.top_up(till.ctx, till.tenant_id, till.driver, Decimal(20))
    await refunds.refund(till.ctx, till.tenant_id, topped, Decimal(15), "Left the town", CARD)
    assert await till.balance("wallet") == 5, "it can't be spent while it is on its way"
    with pytest.raises(Conflict) as refused:
        await refunds.refund(till.ctx, till.tenant_id, topped, Decimal(6), "", CARD)
    assert refused.value.problem_code == "refund_too_much"
    await run_refunds(till)
    assert (await till.balance("wallet"), await till.balance("revenue"), await moved(till)) == (5, 0, 5)


async def test_a_top_up_that_was_spent_can_not_go_back(till: Shop) -> None:
    topped = await paying.top_up(till.ctx, till.tenant_id, till.driver, Decimal(20))
    await till.captured("12.00")
    with pytest.raises(Conflict, match="Only 8 EUR") as refused:
        await refunds.refund(till.ctx, till.tenant_id, topped, Decimal(20), "", CARD)
    assert refused.value.problem_code == "wallet_spent"
    assert (await till.balance("wallet"), await store.refunds_of(topped)) == (8, [])


async def test_a_top_up_whose_card_takes_nothing_back_is_in_the_wallet_again(till: Shop) -> None:
    topped = await paying.top_up(till.ctx, till.tenant_id, till.driver, Decimal(20))
    await refunds.refund(till.ctx, till.tenant_id, topped, Decimal(20), "", CARD)
    await run_refunds(till)
    (done,) = await store.refunds_of(topped)
    await till.told("refund.failed", till.server.fail_refund(done["reference"]), "evt_back")
    assert await till.balance("wallet") == 20


async def test_what_the_bank_took_back_is_not_given_back_once_more(till: Shop) -> None:
    """A refund, then a dispute of the rest: neither the card nor the wallet gets it a second time, until it is won."""
    row = await till.captured("20.00")
    await refunds.refund(till.ctx, till.tenant_id, row["id"], Decimal(5), "", CARD)
    await run_refunds(till)
    about = {"id": "dp_1", "payment_intent": row["reference"], "amount": 1500, "status": "needs_response"}
    await till.told("charge.dispute.funds_withdrawn", about, "evt_out")
    for to in (CARD, WALLET):
        with pytest.raises(Conflict, match="dispute") as refused:
            await refunds.refund(till.ctx, till.tenant_id, row["id"], Decimal("0.01"), "", to)
        assert refused.value.problem_code == "refund_too_much"
    shown = (await views.one(till.ctx, till.tenant_id, row["id"])).payment
    assert (shown.refundable.amount, shown.refundable_to_card.amount) == (0, 0)
    async with till.ctx.unit():
        assert await correcting.credit(till.ctx, row["transaction"], Decimal(20), WALLET, "Lost", None) == 0
    await till.told("charge.dispute.funds_reinstated", about | {"status": "won"}, "evt_in")
    await refunds.refund(till.ctx, till.tenant_id, row["id"], Decimal(15), "", WALLET)
    assert (await till.balance("wallet"), await till.balance("revenue")) == (15, 0)


async def owed(till: Shop, due: str) -> tuple[UUID, dict[str, Any]]:
    """(a session that its card did not pay, the debt)."""
    one = await till.hold()
    row = await store.of_transaction(one)
    assert row is not None
    await till.told("payment_intent.canceled", {"id": row["reference"]}, f"evt_{row['id']}")
    (card,) = await store.cards(till.driver, "stripe")
    till.server.made[card["reference"]]["number"] = fake.NO_FUNDS
    for tries in range(4):
        await service.capture(till.ctx, {"transaction_id": str(one), "due": due, "tries": tries})
    till.server.made[card["reference"]]["number"] = fake.GOOD
    (debt,) = await DB.run("SELECT * FROM debt WHERE payment = $1", row["id"])
    return one, debt


async def test_a_credit_of_a_bill_whose_debt_was_paid_gives_that_money_back(till: Shop) -> None:
    one, debt = await owed(till, "12.00")
    await paying.settle_debt(till.ctx, till.tenant_id, till.driver, debt["id"])
    async with till.ctx.unit():
        assert await correcting.credit(till.ctx, one, Decimal(5), CARD, "Wrong", None) == 5
    async with till.ctx.unit():
        await correcting.charge_more(till.ctx, one, Decimal(2), "Meter")
    await paying.settle_debt(till.ctx, till.tenant_id, till.driver, debt["id"])
    async with till.ctx.unit():
        assert await correcting.credit(till.ctx, one, Decimal(9), CARD, "All", None) == 9
    await run_refunds(till)
    assert (await moved(till), await till.balance("revenue")) == (0, 0)


async def test_a_credit_between_two_tries_is_taken_off_once(till: Shop) -> None:
    one = await till.hold()
    row = await store.of_transaction(one)
    assert row is not None
    await till.told("payment_intent.canceled", {"id": row["reference"]}, "evt_gone")
    (card,) = await store.cards(till.driver, "stripe")
    till.server.made[card["reference"]]["number"] = fake.NO_FUNDS

    async def tried(due: str) -> None:
        """As the job of the next try is told."""
        rows = await DB.run("SELECT payload FROM pgqueuer WHERE entrypoint = 'payments.capture' ORDER BY id DESC")
        first = {"transaction_id": str(one), "due": due}
        await service.capture(till.ctx, msgspec.json.decode(rows[0]["payload"]) if rows else first)

    await tried("12.00")
    async with till.ctx.unit():
        await correcting.credit(till.ctx, one, Decimal(5), CARD, "Slow", None)
    await tried("12.00")
    till.server.made[card["reference"]]["number"] = fake.GOOD
    await tried("12.00")
    row = await store.of_transaction(one)
    assert row is not None
    assert (row["state"], row["captured_amount"], await moved(till)) == (rules.CAPTURED, 7, 7)


async def test_a_receipt_is_paid_when_its_debt_is_and_a_refund_moves_no_date(till: Shop, clock: Clock) -> None:
    one, debt = await owed(till, "12.00")
    before = await service.info(till.ctx, one)
    assert before is not None
    assert (before.state, (await store.since(debt["payment"]))["at"]) == ("failed", None)
    clock.advance(hours=1)
    paid_at = clock.now()
    settled = await paying.settle_debt(till.ctx, till.tenant_id, till.driver, debt["id"])
    clock.advance(days=1)
    await refunds.refund(till.ctx, till.tenant_id, settled, Decimal(2), "", CARD)
    await run_refunds(till)
    after = await service.info(till.ctx, one)
    assert after is not None
    assert after.captured is not None
    assert (after.state, after.captured.amount, after.updated_at, after.failure) == ("captured", 12, paid_at, "")
    (sum_,) = (await books.debts(till.tenant_id)).items or [None]
    assert sum_ is None, "nothing is owed any more"


async def test_a_credit_gives_back_what_the_wallet_had_paid_of_an_owed_bill(till: Shop) -> None:
    await paying.give_credit(till.ctx, till.tenant_id, till.driver, Decimal(4), "")
    one, debt = await owed(till, "10.00")
    assert (debt["amount"], await till.balance("wallet")) == (6, 0)
    async with till.ctx.unit():
        assert await correcting.credit(till.ctx, one, Decimal(10), CARD, "Free", None) == 4
    (debt,) = await DB.run("SELECT * FROM debt")
    assert (debt["state"], await till.balance("wallet")) == ("settled", 4)


async def test_nothing_is_corrected_while_a_debt_is_being_paid(till: Shop) -> None:
    one, debt = await owed(till, "12.00")
    till.server.lose = 2
    with pytest.raises(Exception, match="doesn't answer"):
        await paying.settle_debt(till.ctx, till.tenant_id, till.driver, debt["id"])
    till.server.lose = 0
    for change in (correcting.charge_more(till.ctx, one, Decimal(3), "Meter"),
                   correcting.credit(till.ctx, one, Decimal(12), CARD, "Wrong", None)):  # fmt: skip
        with pytest.raises(Conflict) as refused:
            async with till.ctx.unit():
                await change
        assert refused.value.problem_code == "payment_under_way"
    for row in await DB.run("SELECT id FROM payment WHERE state = 'pending'"):
        await paying.finish(till.ctx, {"payment_id": str(row["id"])})
    assert (await moved(till), [one["state"] for one in await DB.run("SELECT state FROM debt")]) == (12, ["settled"])


async def test_a_bill_above_its_hold_takes_the_hold_and_owes_the_rest(till: Shop) -> None:
    row = await till.captured("61.50")
    (debt,) = await DB.run("SELECT * FROM debt")
    assert (row["captured_amount"], debt["amount"], await moved(till)) == (50, Decimal("11.50"), 50)


async def test_a_hold_that_was_given_back_is_charged_once_for_its_bill(till: Shop) -> None:
    one = await till.hold()
    await service.release(till.ctx, {"transaction_id": str(one)})
    for _ in range(2):
        await service.capture(till.ctx, {"transaction_id": str(one), "due": "7.00"})
    await service.release(till.ctx, {"transaction_id": str(one)})
    row = await store.of_transaction(one)
    assert row is not None
    assert (row["state"], row["captured_amount"], await moved(till)) == (rules.CAPTURED, 7, 7)


async def test_a_provider_that_goes_away_in_the_middle_takes_and_gives_once(till: Shop) -> None:
    one = await till.hold()
    till.server.lose = 2
    with pytest.raises(Unavailable):
        await service.capture(till.ctx, {"transaction_id": str(one), "due": "9.00"})
    till.server.lose = 0
    await service.capture(till.ctx, {"transaction_id": str(one), "due": "9.00"})
    row = await store.of_transaction(one)
    assert row is not None
    assert (row["state"], await moved(till)) == (rules.CAPTURED, 9)
    refund = await refunds.refund(till.ctx, till.tenant_id, row["id"], Decimal(4), "", CARD)
    till.server.lose = 2
    with pytest.raises(Unavailable):
        await refunds.execute(till.ctx, {"refund_id": str(refund)})
    till.server.lose = 0
    await refunds.execute(till.ctx, {"refund_id": str(refund)})
    assert (await moved(till), await till.balance("revenue")) == (5, 5)


@pytest.mark.parametrize("ours", [True, False], ids=["ours", "made there"])
async def test_reports_of_a_refund_that_fails_come_in_any_order(till: Shop, ours: bool) -> None:
    """Given back, then failed: told in each order, before and after our own job has heard the answer."""
    told = ("charge.refunded", "refund.failed")
    for number, (order, late) in enumerate((o, n) for o in permutations(told) for n in (range(3) if ours else [9])):
        row = await till.captured("10.00")
        intent = row["reference"]
        if ours:
            refund = await refunds.refund(till.ctx, till.tenant_id, row["id"], Decimal(4), "Slow", CARD)
            key = {"metadata[wattline]": refunds.key_of(refund)}
            name = till.server._refund({"payment_intent": intent, "amount": 400, **key})["id"]
            if late == 0:
                await refunds.settled(till.ctx, refund, "done", reference=name)
        else:
            name = till.server.refund_at_the_desk(intent, 400)["id"]
        charge = {"id": "ch", "payment_intent": intent, "amount_refunded": 400}
        about = {"charge.refunded": charge}
        if order[0] != "refund.failed":
            await till.told(order[0], about[order[0]], f"evt_{number}_0")
            if not ours:
                assert await till.balance("revenue") == 10 * number + 6, order
        about["refund.failed"] = till.server.fail_refund(name)
        for place, kind in enumerate(order):
            if ours and late == place + 1:
                await refunds.settled(till.ctx, refund, "done", reference=name)
            await till.told(kind, about[kind], f"evt_{number}_{place}")
        (one,) = await store.refunds_of(row["id"])
        after = await store.by_id(row["id"])
        assert after is not None
        assert (one["state"], one["reference"], after["refunded_amount"]) == ("failed", name, 0), (order, late)
        assert await till.balance("revenue") == 10 * (number + 1), (order, late)


async def test_what_a_capture_left_of_its_hold_is_no_refund(till: Shop) -> None:
    """It is in the provider's list as one, and moved nothing."""
    row = await till.captured("12.00")
    till.server.new("re", amount=3800, payment_intent=row["reference"], status="succeeded", metadata={})
    await till.told("charge.refunded", {"payment_intent": row["reference"], "amount_refunded": 3800}, "evt_rest")
    assert (await store.refunds_of(row["id"]), await till.balance("revenue")) == ([], 12)


@pytest.mark.parametrize(
    ("total", "corrected", "captured", "written_off", "state", "owed", "then"),
    [
        ("12", "0", "0", "0", "failed", "12", "failed"),
        ("12", "-5", "0", "0", "failed", "7", "failed"),
        ("12", "-12", "0", "0", "failed", "0", "credited"),
        ("12", "-7", "5", "0", "captured", "0", "captured"),
        ("12", "-8", "4", "0", "failed", "0", "credited"),
        ("12", "0", "5", "7", "captured", "0", "captured"),
        ("12", "0", "0", "12", "failed", "0", "credited"),
        ("12", "2", "12", "0", "captured", "2", "captured"),
        ("12", "-12", "12", "0", "captured", "0", "captured"),
        ("12", "-12", "0", "0", "invoiced", "0", "credited"),
        ("12", "0", "0", "0", "invoiced", "12", "invoiced"),
        ("12", "-12", "0", "0", "released", "0", "released"),
        ("0", "0", "0", "0", "failed", "0", "failed"),
    ],
)  # fmt: skip
def test_what_is_still_to_pay(
    total: str, corrected: str, captured: str, written_off: str, state: str, owed: str, then: str
) -> None:
    found = rules.standing(Decimal(total), Decimal(corrected), Decimal(captured), Decimal(written_off), state)
    assert found == (Decimal(owed), then)


async def test_a_debt_that_is_written_off_is_asked_for_no_more(till: Shop) -> None:
    one, debt = await owed(till, "12.00")
    await paying.write_off(till.ctx, till.tenant_id, debt["id"])
    info = await service.info(till.ctx, one)
    assert info is not None
    assert info.written_off is not None
    assert (info.state, info.written_off.amount) == ("failed", 12)
