"""The wallet of a driver and the tariffs of an operator, in real sessions against a real node."""

from decimal import Decimal

from backend.db.engine import DB
from backend.payments import choosing, paying
from backend.payments import service as payments
from backend.tenants import service as tenants
from shared.accounts import Role
from shared.money import Money
from shared.payments import Policy
from tests import world
from tests.app.harness import PHONE, app_for
from tests.app.test_operator_places import choose
from tests.support.node import Node


async def test_money_is_put_in_and_a_card_is_there(node: Node) -> None:
    async with app_for(node, role=Role.DRIVER, route="/me", size=PHONE) as phone:
        await phone.click("open-wallet")
        await phone.wait_for_text("€0.00", "balance")
        await phone.wait_for_text("No card yet")
        await phone.click("top-up")
        await phone.wait_for_text("No card is saved yet. Add one first: it pays what you put in.")
        await phone.click("top-up-cancel")
        await phone.click("add-card")
        await phone.wait_for_text("Demo card •••• 4242")
        await phone.click("top-up")
        await phone.wait_for_text("It is taken from your card now.")
        await phone.type("amount", "much")
        await phone.click("top-up-confirm")
        await phone.wait_for_text("Enter an amount", "amount-problem")
        await phone.type("amount", "12,50")
        await phone.click("top-up-confirm")
        await phone.wait_for_text("€12.50", "balance")
        await phone.wait_for_text("Put in")


async def test_a_tariff_is_priced_as_one_types_and_saved(node: Node) -> None:
    async with app_for(node, role=Role.OPERATOR, route="/settings") as screen:
        await screen.click("open-tariffs")
        await screen.wait_for_text("No tariff yet")
        await screen.click("new-tariff")
        await screen.wait_for_text("€16.66", "quote-quick")
        await screen.type("tariff-energy", "0,50")
        await screen.wait_for_text("€20.83", "quote-quick")
        await screen.click("save-tariff")
        await screen.wait_for_text("Give the tariff a name.", "tariff-problem")
        await screen.type("tariff-name", "City")
        await screen.click("save-tariff")
        await screen.wait("edit-City")
        await screen.click("edit-City")
        await screen.wait_for_text("€20.83", "quote-quick")
        await screen.type("tariff-most", "5")
        await screen.wait_for_text("Down to the maximum price")
        await screen.type("tariff-least", "9")
        await screen.wait_for_text("above the maximum", "quote-problems")


async def test_a_tariff_that_was_not_loaded_is_tried_again_and_keeps_its_currency(node: Node) -> None:
    tariff = await node.add_tariff(currency="JPY")
    await DB.run("UPDATE tariff SET retired_at = now()")
    async with app_for(node, role=Role.OPERATOR, route=f"/tariffs?edit={tariff}") as screen:
        await screen.wait_for_text("This tariff doesn't exist.")
        await DB.run("UPDATE tariff SET retired_at = NULL")
        await screen.click("button-try-again")
        await screen.type("tariff-grace", "10.9")
        await screen.click("save-tariff")
        await screen.wait_for_text("a whole number", "tariff-problem")
        await screen.type("tariff-grace", "11")
        await screen.click("save-tariff")
        await screen.wait("new-tariff")
    rows = await DB.run("SELECT currency, definition FROM tariff WHERE retired_at IS NULL")
    assert [(row["currency"], row["definition"]["parking_grace_minutes"]) for row in rows] == [("JPY", 11)]


async def group_id() -> str:
    return str((await DB.run("SELECT id FROM driver_group"))[0]["id"])


async def test_a_tariff_applies_for_a_group_from_a_day(node: Node) -> None:
    """Group, rule, driver: made by the operator's hands; the station's page says what holds there."""
    await node.add_tariff()
    await node.add_station("HH-09")
    driver = await world.add_account(node.tenant_id, "Fay")
    (email,) = [row["email"] for row in await DB.run("SELECT email FROM account WHERE id = $1", driver)]
    async with app_for(node, role=Role.OPERATOR, route="/drivers") as screen:
        await screen.click("new-group")
        await screen.type("group-name", "Fleet")
        await screen.click("dialog-confirm")
        await screen.wait_for_text("Fleet (0)")
        await screen.click(f"move-{email}")
        await choose(screen, "driver-group", await group_id())
        await screen.click("dialog-confirm")
        await screen.wait_for_text("Fleet (1)")
        await screen.click(f"credit-{email}")
        await screen.type("credit-amount", "12,50")
        await screen.click("dialog-confirm")
        await screen.wait_for_text("Fay has €12.50 now.")
        await screen.go("/tariffs")
        await screen.click("edit-Test")
        await screen.wait_for_text("It holds where nothing else is said.")
        await screen.click("add-tariff-rule")
        await screen.type("rule-from", "tomorrow")
        await screen.click("dialog-confirm")
        await screen.wait_for_text("A day is written as", "rule-problem")
        await screen.type("rule-from", "1.1.2031")
        await choose(screen, "rule-group", await group_id())
        await screen.click("dialog-confirm")
        await screen.wait_for_text("only for Fleet · from 1 Jan 2031")
        await screen.go("/stations/HH-09")
        await screen.wait_for_text("Everywhere · only for Fleet · from 1 Jan 2031", "prices-here")


async def test_how_the_operator_is_paid(node: Node) -> None:
    async with app_for(node, role=Role.ADMIN, route="/settings") as screen:
        await screen.click("open-payments")
        await screen.click("provider-stripe")
        await screen.type("payment-secret_key", "env:HOME")
        await screen.click("save-payments")
        await screen.wait_for_text("A named secret is written as", "payment-problem")
        await screen.type("payment-secret_key", "sk_test_1")
        await screen.type("payment-hold_amount", "35,50")
        await screen.type("payment-retry_hours", "2, 48")
        await screen.click("on_outage-allow")
        await screen.click("save-payments")
        await screen.wait_for_text("Stored, encrypted. Type a new one to replace it.")
    terms = await choosing.terms(node.ctx, node.tenant_id)
    assert (terms.name, terms.on_outage, terms.retry_hours) == ("stripe", Policy.ALLOW, (2, 48))
    assert await tenants.hold_amount(node.ctx, node.tenant_id) == Decimal("35.50")


async def test_a_debt_is_told_before_the_next_session_and_settled(node: Node) -> None:
    async with app_for(node, role=Role.DRIVER, route="/charge", size=PHONE) as phone:
        await phone.wait_for_text("Nothing is charging now")
        assert "You owe" not in phone.text()
        (account,) = await DB.run("SELECT id, tenant FROM account WHERE role = 'driver'")
        station = await world.add_station(node.tenant_id, "CP-9")
        session = await world.add_transaction(station, account=account["id"], currency="EUR", state="ended")
        (payment,) = await DB.run(
            """INSERT INTO payment (id, tenant, transaction, account, provider, state, currency, hold_amount)
            VALUES (gen_random_uuid(), $1, $2, $3, 'demo', 'failed', 'EUR', 50) RETURNING id""",
            node.tenant_id,
            session,
            account["id"],
        )
        await DB.run(
            """INSERT INTO debt (id, tenant, account, payment, amount, currency, state, reason)
            VALUES (gen_random_uuid(), $1, $2, $3, 4.20, 'EUR', 'open', 'Declined.')""",
            node.tenant_id,
            account["id"],
            payment["id"],
        )
        await phone.click("nav-me")
        await phone.wait_for_text("You owe €4.20", "debt-notice")
        await phone.click("nav-charge")
        await phone.wait_for_text("Nothing is charging now")
        await phone.wait_for_text("You owe €4.20", "debt-notice")
        await phone.click("open-debt")
        await phone.wait_for_text("Wallet and cards")
        await phone.click("settle-debt")
        await phone.wait_for_text("Settled. You can charge again.")
        await phone.click("nav-charge")
        await phone.wait_for_text("Nothing is charging now")
        assert "You owe" not in phone.text()


async def test_a_session_is_one_line_of_the_wallet_from_reserved_to_paid(node: Node) -> None:
    async with app_for(node, role=Role.DRIVER, route="/me", size=PHONE) as phone:
        (account,) = await DB.run("SELECT id FROM account WHERE role = 'driver'")
        await paying.give_credit(node.ctx, node.tenant_id, account["id"], Decimal(60), "Welcome")
        station = await world.add_station(node.tenant_id, "CP-9")
        session = await world.add_transaction(station, account=account["id"], currency="EUR")
        held = Money(amount=Decimal(50), currency="EUR")
        await payments.hold(node.ctx, node.tenant_id, session, account["id"], "", held)
        await phone.click("open-wallet")
        await phone.wait_for_text("Reserved for a session")
        await phone.wait_for_text("€10.00", "balance")
        await payments.capture(node.ctx, {"transaction_id": str(session), "due": "12.30"})
        await phone.go("/me")
        await phone.click("open-wallet")
        await phone.wait_for_text("€50.00 reserved, €37.70 given back")
        assert {"Paid for a session", "-€12.30", "€47.70"} <= set(phone.texts())
        assert "Reserved for a session" not in phone.texts()
        (line,) = await DB.run(
            """SELECT e.id FROM ledger_entry e JOIN ledger_account a ON a.id = e.account
            JOIN ledger_transfer t ON t.id = e.transfer WHERE a.kind = 'wallet' AND t.kind = 'reserve'"""
        )
        await phone.click(f"entry-{line['id']}")
        assert phone.route == f"/sessions/{session}/receipt"
