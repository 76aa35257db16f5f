"""Cards in the settings, and a connector that a driver holds."""

import asyncio

from shared.accounts import Role
from tests.app.harness import PHONE, app_for
from tests.app.test_driver_on_the_wire import identifier, paid, station, status  # noqa: F401  # fixtures
from tests.support.node import Node
from tests.support.scripted_station import ScriptedStation


async def test_a_card_is_added_blocked_allowed_and_removed(node: Node) -> None:
    async with app_for(node, role=Role.OPERATOR, route="/settings") as screen:
        await screen.wait_for_text("No card is found")
        await screen.click("add-card")
        await screen.click("card-confirm")
        await screen.wait_for_text("Enter the number of the card.")
        await screen.type("card-value", "04A1B2C3")
        await screen.type("card-label", "Van 3")
        await screen.click("card-confirm")
        await screen.wait_for_text("Van 3", "card-04A1B2C3")
        await screen.click("add-card")
        await screen.type("card-value", "04a1b2c3")
        await screen.click("card-confirm")
        await screen.wait_for_text("This card is known already.", "card-problem")
        await screen.click("card-cancel")
        await screen.click("block-04A1B2C3")
        await screen.click("dialog-confirm")
        await screen.wait_for_text("Blocked", "card-04A1B2C3")
        await screen.click("allow-04A1B2C3")
        await screen.wait("block-04A1B2C3")
        await screen.click("remove-04A1B2C3")
        await screen.click("dialog-confirm")
        await screen.wait_for_text("No card is found")


async def test_a_card_is_changed_and_its_group_becomes_the_master_pass(node: Node) -> None:
    operator = await node.client(Role.OPERATOR)
    for number, group in (("04A1", "POLICE"), ("04B2", "")):
        await operator.post("/api/v1/tokens", json={"value": number, "group": group})
    async with app_for(node, role=Role.OPERATOR, route="/settings", size=PHONE) as phone:
        await phone.wait_for_text("1 card", "group-POLICE")
        await phone.click("edit-04B2")
        await phone.type("card-group", "POLICE")
        await phone.type("card-until", "soon")
        await phone.click("card-confirm")
        await phone.wait_for_text("A day, such as", "card-problem")
        await phone.type("card-until", "2099-12-31")
        await phone.click("card-confirm")
        await phone.wait_for_text("2 cards", "group-POLICE")
        await phone.click("master-on-POLICE")
        await phone.click("dialog-confirm")
        await phone.wait("master-off-POLICE")
        await phone.click("group-cards-POLICE")
        await phone.wait_for_text("Only of the group POLICE")
        await phone.click("master-off-POLICE")
        await phone.wait("master-on-POLICE")


async def test_a_station_keeps_cards_and_its_reservations_are_seen(
    paid: Node,  # noqa: F811  # the fixture
    station: ScriptedStation,  # noqa: F811  # the fixture
) -> None:
    operator = await paid.client(Role.OPERATOR)
    for number, group in (("04A1", "FLEET"), ("04B2", "")):
        await operator.post("/api/v1/tokens", json={"value": number, "group": group})
    async with app_for(paid, role=Role.OPERATOR, route="/stations/CP-1") as screen:
        await screen.click("tab-upkeep")
        await screen.click("upkeep-cards")
        await screen.wait_for_text("Never sent", "list-state")
        await screen.wait_for_text("Nobody holds a connector now.")
        await screen.click("list-groups")
        await screen.type("list-named", "fleet")
        await screen.click("list-save")
        message_id, sent = await station.expect_call("SendLocalList")
        assert [one["idTag"] for one in sent["localAuthorizationList"]] == ["04A1"]
        await station.answer(message_id, {"status": "Accepted"})
        await screen.wait_for_text("Up to date", "list-state")
        await screen.wait_for_text("It keeps 1 of them")
        tap = asyncio.create_task(screen.click("clear-cache"))
        message_id, _ = await station.expect_call("ClearCache")
        await station.answer(message_id, {"status": "Accepted"})
        await tap


async def test_a_driver_holds_a_connector_and_gives_it_back(
    paid: Node,  # noqa: F811  # the fixture
    station: ScriptedStation,  # noqa: F811  # the fixture
) -> None:
    async with app_for(paid, role=Role.DRIVER, size=PHONE) as phone:
        await phone.until(lambda: any(one.startswith("location-") for one in phone.identifiers()), "a location")
        await phone.click(identifier(phone, "location-"))
        await phone.until(lambda: any(one.startswith("connector-") for one in phone.identifiers()), "a connector")
        await phone.click(identifier(phone, "connector-"))
        for reply, shown in (("Rejected", "takes no reservations"), ("Accepted", "Reserved for you until")):
            tap = asyncio.create_task(phone.click("reserve"))
            message_id, _ = await station.expect_call("ReserveNow")
            await station.answer(message_id, {"status": reply})
            await tap
            await phone.wait_for_text(shown)
        await status(station, "Reserved")
        await phone.wait("start-charging")
        row = identifier(phone, "connector-")
        await phone.wait_for_text("Reserved for you until", row)
        assert "somebody else" not in phone.text(row)
        tap = asyncio.create_task(phone.click("cancel-reservation"))
        message_id, _ = await station.expect_call("CancelReservation")
        await station.answer(message_id, {"status": "Accepted"})
        await tap
        await status(station, "Available")
        await phone.wait("reserve")
