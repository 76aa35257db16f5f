"""The driver's pages on a real node: what they show, filter, keep, and say when there is nothing."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.common import receipt
from app.driver import charge
from app.driver.history import AT_ONCE
from backend.transactions import settling
from shared.accounts import Role
from tests import world
from tests.app.harness import DESKTOP, PHONE, app_for
from tests.support.node import Node


async def places(node: Node) -> tuple[str, str]:
    """Two locations: DC that is free at the Harbour, AC that is broken in the Centre."""
    tariff_id = await node.add_tariff()
    found = []
    for name, identity, kind, status, power_w in (
        ("Harbour", "HAR-01", "DC", "available", 150_000),
        ("Centre", "CEN-01", "AC", "faulted", 22_000),
    ):
        location_id = await world.add_location(node.tenant_id, name, latitude=53.5 + len(found) / 10)
        station_id = await world.add_station(node.tenant_id, identity, location_id=location_id, online=True)
        connector_id = await world.add_connector(
            station_id, status=status, power_type=kind, max_power_w=power_w, tariff_id=tariff_id
        )
        found.append((str(location_id), str(connector_id)))
    return found[0][0], found[1][1]


async def test_filters_and_search_narrow_the_list_and_can_be_cleared(node: Node) -> None:
    harbour, _ = await places(node)
    async with app_for(node, role=Role.DRIVER, size=PHONE) as phone:
        await phone.wait_for_text("2 locations")
        await phone.click("filter-available")
        await phone.wait_for_text("1 location")
        assert phone.has(f"location-{harbour}")
        await phone.click("filter-ac")
        await phone.wait_for_text("Nothing fits")
        await phone.click("clear-filters")
        await phone.wait_for_text("2 locations")
        await phone.type("search", "centre")
        await phone.wait_gone(f"location-{harbour}")
        assert "Out of service" in phone.texts()


async def test_a_network_without_locations_says_what_will_be_here(node: Node) -> None:
    async with app_for(node, role=Role.DRIVER, size=PHONE) as phone:
        await phone.wait_for_text("No charging locations yet")


async def test_without_a_place_the_app_says_so_and_goes_on(node: Node) -> None:
    harbour, _ = await places(node)
    async with app_for(node, role=Role.DRIVER, size=PHONE) as phone:
        await phone.click("near-me")
        await phone.wait("toast")
        await phone.wait_for_text("2 locations")
        assert phone.has(f"location-{harbour}")


async def test_on_a_desktop_a_location_opens_beside_the_list(node: Node) -> None:
    harbour, _ = await places(node)
    async with app_for(node, role=Role.DRIVER, size=DESKTOP) as desk:
        await desk.click(f"location-{harbour}")
        await desk.wait("close-pane")
        await desk.wait_for_text("HAR-01")
        assert desk.has(f"location-{harbour}")
        await desk.click("close-pane")
        await desk.wait_gone("close-pane")


async def test_a_broken_connector_says_why_and_leads_to_a_free_one(node: Node) -> None:
    await places(node)
    async with app_for(node, role=Role.DRIVER, size=PHONE) as phone:
        await phone.wait_for_text("2 locations")
        await phone.type("search", "centre")
        await phone.wait_for_text("1 location")
        await phone.click(next(one for one in phone.identifiers() if one.startswith("location-")))
        await phone.click(next_connector := await _connector(phone))
        assert next_connector.startswith("connector-")
        await phone.wait_for_text("The charger reports a fault.")
        assert not phone.has("start-charging")
        await phone.wait_for_text("Nothing of this kind is available elsewhere")  # the Harbour has DC only


async def _connector(phone) -> str:  # type: ignore[no-untyped-def]  # the harness's Phone
    await phone.until(lambda: any(one.startswith("connector-") for one in phone.identifiers()), "a connector")
    return next(one for one in phone.identifiers() if one.startswith("connector-"))


async def test_a_busy_connector_offers_the_free_one_beside_it(node: Node) -> None:
    location_id = await world.add_location(node.tenant_id)
    station_id = await world.add_station(node.tenant_id, "HAR-01", location_id=location_id, online=True)
    busy = await world.add_connector(station_id, 1, status="charging")
    await world.add_connector(station_id, 2)
    route = f"/locations/{location_id}?connector={busy}"
    async with app_for(node, role=Role.DRIVER, size=PHONE, route=route) as phone:
        await phone.wait_for_text("Somebody is charging here.")
        assert not phone.has("start-charging")
        await phone.click("elsewhere")
        await phone.wait("start-charging")
        assert "Charging costs nothing here." in phone.text()


async def test_before_the_start_price_and_hold_are_said(node: Node) -> None:
    harbour, _ = await places(node)
    async with app_for(node, role=Role.DRIVER, size=PHONE, route=f"/locations/{harbour}") as phone:
        await phone.click(await _connector(phone))
        await phone.wait("start-charging")
        assert "for each kWh" in phone.text()
        assert "We reserve €50.00" in phone.text()


async def test_the_code_on_a_charger_leads_to_its_connector(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(charge, "PAUSE_S", 0)
    harbour, _ = await places(node)
    async with app_for(node, role=Role.DRIVER, size=PHONE, route="/charge") as phone:
        await phone.wait_for_text("Nothing is charging now")
        await phone.settle(0.5)  # the live socket's first answer draws the field anew
        await phone.type("charger-code", "nope")
        await phone.wait_for_text("No charger has this code")
        await phone.type("charger-code", "har")
        await phone.click("charger-HAR-01")
        await phone.wait("start-charging")
        assert phone.route.startswith(f"/locations/{harbour}?connector=")


async def test_an_empty_history_says_what_will_be_kept(node: Node) -> None:
    async with app_for(node, role=Role.DRIVER, size=PHONE, route="/history") as phone:
        await phone.wait_for_text("No sessions yet")


async def test_history_pages_through_all_sessions_with_the_sums_of_whole_months(node: Node) -> None:
    me = (await node.tokens(Role.DRIVER, "me@example.com")).account
    somebody = (await node.tokens(Role.DRIVER, "else@example.com")).account
    station_id = await world.add_station(node.tenant_id, location_id=await world.add_location(node.tenant_id))
    for number in range(AT_ONCE + 10):
        begun = datetime(2026, 5, 20, tzinfo=UTC) - timedelta(days=number)
        await world.add_transaction(
            station_id,
            state="ended",
            account=UUID(me.id),
            begun_at=begun,
            created_at=begun,
            ended_at=begun + timedelta(hours=1),
            energy_wh=1000,
        )
    await world.add_transaction(station_id, state="ended", account=UUID(somebody.id), energy_wh=777_000)
    async with app_for(node, role=Role.DRIVER, size=PHONE, route="/history", email="me@example.com") as phone:
        await phone.wait_for_text("20.0 kWh", "month-May 2026")
        assert not phone.has("month-March 2026")  # it may go on: no sum yet
        assert len([one for one in phone.identifiers() if one.startswith("session-")]) == AT_ONCE
        await phone.click("show-more")
        await phone.wait_gone("show-more")
        assert len([one for one in phone.identifiers() if one.startswith("session-")]) == AT_ONCE + 10
        assert "20.0 kWh" in phone.text("month-March 2026")


async def test_theme_and_language_are_kept_on_the_device(node: Node) -> None:
    kept: dict[str, str] = {}
    async with app_for(node, role=Role.DRIVER, size=PHONE, route="/me", storage=kept) as phone:
        await phone.click("theme-dark")
        await phone.click("language-de")
        await phone.wait_for_text("Abmelden")
    async with app_for(node, size=PHONE, route="/me", storage=kept) as phone:
        await phone.wait_for_text("Abmelden")
        assert phone.page.theme_mode is not None
        assert phone.page.theme_mode.value == "dark"
        await phone.click("sign-out")
        await phone.wait("submit")


async def test_a_session_of_somebody_else_does_not_exist(node: Node) -> None:
    nobody = "00000000-0000-0000-0000-000000000000"
    async with app_for(node, role=Role.DRIVER, size=PHONE, route=f"/sessions/{nobody}") as phone:
        await phone.wait_for_text("This session doesn't exist")
        await phone.go(f"/sessions/{nobody}/receipt")
        await phone.wait_for_text("This session doesn't exist")


async def test_without_the_backend_the_list_says_so_and_comes_back(node: Node) -> None:
    await places(node)
    async with app_for(node, role=Role.DRIVER, size=PHONE) as phone:
        await phone.wait_for_text("2 locations")
        await phone.go("/me")
        await phone.wait("theme-dark")
        await node.web.stop()
        await phone.wait_for_text("Reconnecting")
        await phone.go("/")
        await phone.wait_for_text("No connection")
        await node.web.start()
        await phone.click("button-try-again")
        await phone.wait_for_text("2 locations", within=8)


async def test_a_receipt_that_is_not_written_yet_comes_by_itself(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(receipt, "AGAIN_S", 0.2)
    me = (await node.tokens(Role.DRIVER, "me@example.com")).account
    station_id = await world.add_station(node.tenant_id, location_id=await world.add_location(node.tenant_id))
    ended = datetime(2026, 5, 20, tzinfo=UTC)
    transaction_id = await world.add_transaction(
        station_id,
        state="ended",
        account=UUID(me.id),
        begun_at=ended - timedelta(hours=1),
        ended_at=ended,
        energy_wh=1000,
        meter_start_wh=5000,
    )
    address = f"/sessions/{transaction_id}/receipt"
    async with app_for(node, role=Role.DRIVER, size=PHONE, route=address, email="me@example.com") as phone:
        await phone.wait_for_text("The receipt is being written")
        await settling.settle(node.ctx, {"transaction_id": str(transaction_id)})
        await phone.wait("receipt")
        assert phone.text("receipt-total").startswith("€0.00")
        assert "1.000" in phone.text("receipt")


async def test_keys_find_and_close_on_a_desktop(node: Node) -> None:
    harbour, _ = await places(node)
    async with app_for(node, role=Role.DRIVER, size=DESKTOP, route=f"/?open={harbour}") as desk:
        await desk.wait("close-pane")
        assert desk.page.on_keyboard_event is not None
        await desk.event(
            desk.page, "keyboard_event", {"key": "Escape", "ctrl": False, "alt": False, "shift": False, "meta": False}
        )
        await desk.wait_gone("close-pane")
