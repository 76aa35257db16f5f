"""Money as an operator sees it, and papers as a driver keeps them; without a browser, on a real node."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.operator.money_books import step
from app.operator.money_exports import span
from backend.books import service as books
from backend.db.engine import DB
from shared.accounts import Role
from tests import world
from tests.app.harness import DESKTOP, PHONE, app_for
from tests.services.test_books import pay
from tests.services.test_papers import add_bill
from tests.support.node import Node


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
async def test_an_empty_till_says_what_it_will_show(node: Node, size: tuple[int, int]) -> None:
    async with app_for(node, role=Role.OPERATOR, size=size, route="/money") as screen:
        await screen.wait_for_text("No payments yet")
        for tab, said in (
            ("debts", "Nobody owes anything"),
            ("invoices", "No invoices yet"),
            ("settlement", "Nothing was billed in this month"),
            ("reconciliation", "No day was reconciled yet"),
        ):
            await screen.click(f"tab-{tab}")
            await screen.wait_for_text(said)


async def test_payments_debts_invoices_settlement_and_differences(node: Node) -> None:
    station = await world.add_station(node.tenant_id, "CP-1", location_id=await world.add_location(node.tenant_id))
    dana = await world.add_account(node.tenant_id, "Dana")
    now = datetime.now(UTC)
    before = now.replace(day=1) - timedelta(days=3)
    transaction = await add_bill(node.tenant_id, station, dana, before, 1, "60.00")
    await pay(node.tenant_id, transaction, dana, "captured", "50.00")
    other = await add_bill(node.tenant_id, station, dana, now, 2, "11.90")
    await pay(node.tenant_id, other, dana, "captured", "11.90")
    await books.reconcile(node.ctx, node.tenant_id, now.date())
    await books.reconcile(node.ctx, node.tenant_id, before.date())
    async with app_for(node, role=Role.OPERATOR, size=DESKTOP, route="/money") as screen:
        await screen.wait_for_text("2026-000002")
        (row,) = await DB.run("SELECT id FROM payment WHERE transaction = $1", other)
        await screen.click(f"payment-{row['id']}")
        await screen.type("refund-amount", "1,90")
        await screen.click("refund-save")
        await screen.wait_for_text("At most 10.00 € can be given back.")
        await screen.click("dialog-cancel")
        await screen.click("tab-debts")
        await screen.wait_for_text("Nobody owes anything")
        await screen.click("tab-invoices")
        await screen.click("invoice-run")
        await screen.wait_for_text(f"INV-{before.year}-00001")
        await screen.click("tab-settlement")
        await screen.wait("settled-EUR")
        assert "11.90 €" in screen.texts("settled-EUR")
        await screen.click("month-before")
        await screen.until(lambda: "60.00 €" in screen.texts("settled-EUR"), "the month before")
        await screen.click("tab-reconciliation")
        await screen.wait_for_text("Agrees")
        await screen.wait_for_text("Less was taken than was billed: the rest is owed.")
        await screen.click("tab-exports")
        await screen.wait("export-payments-xlsx")


def test_months_and_spans() -> None:
    assert [step("2026-01", -1), step("2025-12", 1), step("2026-06", 0)] == ["2025-12", "2026-01", "2026-06"]
    today = date(2026, 3, 15)
    assert span("before", today) == (date(2026, 2, 1), date(2026, 2, 28))
    assert span("month", today) == (date(2026, 3, 1), today)
    assert span("all", today) == (None, None)
