"""The wallet of a driver and the tariffs of an operator, in real sessions against a real node."""

from shared.accounts import Role
from tests.app.harness import PHONE, app_for
from tests.support.node import Node


async def test_money_is_put_in_and_a_card_is_there(node: Node) -> None:
    async with app_for(node, role=Role.DRIVER, route="/me", size=PHONE) as phone:
        await phone.click("open-wallet")
        await phone.wait_for_text("0.00 €", "balance")
        await phone.wait_for_text("No card yet")
        await phone.click("add-card")
        await phone.wait_for_text("Demo card •••• 4242")
        await phone.click("top-up")
        await phone.type("amount", "much")
        await phone.click("pay-top-up")
        await phone.wait_for_text("Enter an amount", "amount-problem")
        await phone.type("amount", "12,50")
        await phone.click("pay-top-up")
        await phone.wait_for_text("12.50 €", "balance")
        await phone.wait_for_text("Put in")


async def test_a_tariff_is_priced_as_one_types_and_saved(node: Node) -> None:
    async with app_for(node, role=Role.OPERATOR, route="/settings") as screen:
        await screen.click("open-tariffs")
        await screen.wait_for_text("No tariff yet")
        await screen.click("new-tariff")
        await screen.wait_for_text("16.66 €", "quote-quick")
        await screen.type("tariff-energy", "0,50")
        await screen.wait_for_text("20.83 €", "quote-quick")
        await screen.click("save-tariff")
        await screen.wait_for_text("Give the tariff a name.", "tariff-problem")
        await screen.type("tariff-name", "City")
        await screen.click("save-tariff")
        await screen.wait("edit-City")
        await screen.click("edit-City")
        await screen.wait_for_text("20.83 €", "quote-quick")
        await screen.type("tariff-most", "5")
        await screen.wait_for_text("Down to the maximum price")
        await screen.type("tariff-least", "9")
        await screen.wait_for_text("above the maximum", "quote-problems")
