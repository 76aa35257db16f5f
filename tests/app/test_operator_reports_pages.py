"""Sessions, incidents, analytics and settings as an operator uses them, without a browser, on a real node."""

# Longer than 400 lines: one journey after the other, over four pages that share their fixtures.

import base64
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import flet as ft
import pytest

from app import theme
from backend.accounts import people
from backend.accounts import service as accounts
from backend.db.engine import DB
from shared.accounts import PersonNew, Role
from tests import world
from tests.app.harness import DESKTOP, PHONE, Phone, app_for
from tests.app.test_operator_on_the_wire import begin, meter, stamp, status
from tests.support.node import PASSWORD, Node
from tests.support.scripted_station import ScriptedStation


@pytest.fixture
async def station(node: Node) -> AsyncIterator[ScriptedStation]:
    from backend.authorization import service as authorization

    await authorization.add_card(node.ctx, node.tenant_id, "CARD-1", label="Card")
    await node.add_station("CP-1", tariff_id=await node.add_tariff())
    async with node.booted("CP-1") as one:
        await status(one, "Available")
        yield one


async def ended(node: Node, number: int, **values: Any) -> UUID:
    """A session of the past, of its own station."""
    connectors = await node.add_station(f"OLD-{number}")
    rows = await DB.run("SELECT station FROM connector WHERE id = $1", connectors[0])
    at = datetime.now(UTC) - timedelta(hours=number)
    row = {"state": "ended", "begun_at": at, "ended_at": at + timedelta(minutes=30), "created_at": at, "number": number}
    return await world.add_transaction(rows[0]["station"], connectors[0], **row | {"currency": "EUR"} | values)


def rows_of(screen: Phone) -> list[str]:
    return [one.removeprefix("session-") for one in screen.identifiers() if one.startswith("session-")]


# --- sessions ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
async def test_an_empty_list_says_what_it_will_show(node: Node, size: tuple[int, int]) -> None:
    async with app_for(node, role=Role.OPERATOR, size=size, route="/sessions") as screen:
        await screen.wait_for_text("Nobody is charging now.")
        await screen.wait_for_text("No session has ended yet")


async def test_a_session_appears_while_it_charges_and_moves_to_the_past(node: Node, station: ScriptedStation) -> None:
    async with app_for(node, role=Role.OPERATOR, route="/sessions") as screen:
        await screen.wait_for_text("Nobody is charging now.")
        number = await begin(station)
        await meter(station, number, 13_400, 21.6)
        await screen.wait_for_text("1 charging · 21.6 kW · 12.4 kWh", "live-summary")
        assert len(rows_of(screen)) == 1
        await station.call(
            "StopTransaction", {"transactionId": number, "meterStop": 14_000, "timestamp": stamp(), "reason": "Local"}
        )
        await screen.wait_for_text("Nobody is charging now.")
        await screen.until(lambda: len(rows_of(screen)) == 1, "ended session in the past")
        await screen.click(f"session-{rows_of(screen)[0]}")
        await screen.wait_for_text("stopped at the station", "timeline")
        await screen.wait_for_text("13.0 kWh", "session-energy")


async def test_the_past_is_searched_filtered_sorted_and_paged(node: Node) -> None:
    driver = await world.add_account(node.tenant_id, "Dana Driver")
    for number in range(1, 61):
        await ended(node, number, energy_wh=number * 100, cost=Decimal(number))
    failed = await ended(node, 61, state="failed", ended_at=None, begun_at=None, failure="The charger never began.")
    danas = await ended(node, 62, account=driver, energy_wh=99_000)
    async with app_for(node, role=Role.OPERATOR, route="/sessions") as screen:
        await screen.until(lambda: len(rows_of(screen)) == 50, "first page")
        await screen.click("more")
        await screen.until(lambda: len(rows_of(screen)) == 62, "second page")
        await screen.click("sort-energy")
        await screen.until(lambda: rows_of(screen)[:1] == [str(danas)], "most energy first")
        await screen.click("sort-energy")
        await screen.until(lambda: rows_of(screen)[:1] == [str(failed)], "least energy first")
        await screen.type("search", "dana")
        await screen.until(lambda: rows_of(screen) == [str(danas)], "found session")
        await screen.type("search", "nobody at all")
        await screen.wait_for_text("No session fits")
        await screen.type("search", "")
        await screen.click("filter-failed")
        await screen.until(lambda: rows_of(screen) == [str(failed)], "failed session")
        await screen.wait_for_route("/sessions?state=failed")
        await screen.click("filter-active")
        await screen.wait_for_text("A session appears here the moment that a station begins it.")


async def test_an_operator_stops_a_session_after_a_question(node: Node, station: ScriptedStation) -> None:
    number = await begin(station)
    await meter(station, number, 5_000, 11.0)
    rows = await DB.run("SELECT id FROM transaction")
    async with app_for(node, role=Role.OPERATOR, size=PHONE, route=f"/sessions/{rows[0]['id']}") as phone:
        await phone.wait_for_text("4.00 kWh", "session-energy")
        await phone.click("stop-session")
        await phone.wait_for_text("Stop charging at CP-1?")
        await phone.click("dialog-confirm")
        message_id, asked = await station.expect_call("RemoteStopTransaction")
        assert asked == {"transactionId": number}
        await station.answer(message_id, {"status": "Accepted"})
        await phone.wait_for_text("Stopping", "session-state")
        await station.call(
            "StopTransaction", {"transactionId": number, "meterStop": 5_500, "timestamp": stamp(), "reason": "Remote"}
        )
        await phone.wait_for_text("Ended", "session-state")
        await phone.wait_for_text("stopped from the app", "timeline")
        await phone.wait_gone("stop-session")


async def test_a_doubtful_session_says_so(node: Node) -> None:
    one = await ended(node, 5, flags=["estimated", "estimated_close"], meter_start_wh=1000, meter_last_wh=3500)
    async with app_for(node, role=Role.OPERATOR, route=f"/sessions/{one}") as screen:
        await screen.wait_for_text("The energy is estimated", "session-notes")
        await screen.wait_for_text("3.500 kWh")


async def test_a_session_that_does_not_exist_is_told(node: Node) -> None:
    route = "/sessions/00000000-0000-0000-0000-000000000000"
    async with app_for(node, role=Role.OPERATOR, route=route) as screen:
        await screen.wait_for_text("This session doesn't exist.")
        await screen.click("back")
        await screen.wait_for_route("/sessions")


# --- incidents, and alerts on every page ---------------------------------------------------------------------


async def test_a_fault_is_told_on_whatever_page_is_open(node: Node, station: ScriptedStation) -> None:
    async with app_for(node, role=Role.OPERATOR, size=PHONE, route="/settings") as phone:
        await phone.wait("nav-more")
        await phone.settle(0.5)
        assert not phone.has("alert")
        assert not phone.has("incident-badge")
        await status(station, "Faulted", "GroundFailure")
        await phone.wait_for_text("Residual current protection tripped", "alert")
        assert phone.text("incident-badge") == "1"
        await phone.click("alert-open")
        await phone.wait_for_route("/stations/CP-1")
        assert not phone.has("alert")
        await status(station, "Available")
        await phone.wait_gone("incident-badge")


async def test_what_was_open_before_is_counted_and_not_told_again(node: Node, station: ScriptedStation) -> None:
    await status(station, "Faulted", "GroundFailure")
    async with app_for(node, role=Role.OPERATOR) as screen:
        await screen.wait_for_text("1", "incident-badge")
        await screen.settle(0.3)
        assert not screen.has("alert")
    async with app_for(node, role=Role.DRIVER, size=PHONE) as phone:
        await phone.wait("nav-find")
        await phone.settle(0.5)
        assert not phone.has("alert")
        assert not phone.has("incident-badge")


async def test_an_incident_is_taken_and_closed_at_once_with_who_did_it(node: Node, station: ScriptedStation) -> None:
    await status(station, "Faulted", "GroundFailure")
    rows = await DB.run("SELECT id FROM incident")
    name = rows[0]["id"]
    async with app_for(node, role=Role.OPERATOR, route="/incidents") as screen:
        await screen.wait_for_text("An electrician must find the cause", f"incident-{name}")
        assert "Connector 1 reports GroundFailure" in screen.text(f"incident-{name}")
        await screen.click(f"acknowledge-{name}")
        await screen.wait("nothing-open")
        await screen.wait_gone("incident-badge")
        await screen.click("filter-acknowledged")
        await screen.wait_for_text("operator is on it since", f"incident-{name}")
        await screen.click(f"close-{name}")
        await screen.click("dialog-confirm")
        await screen.wait_for_text("Nothing is in hand")
        await screen.click("filter-closed")
        await screen.wait_for_text("closed by operator", f"incident-{name}")
        assert not screen.has(f"acknowledge-{name}")


async def test_a_refused_acknowledgement_comes_back_and_is_told(node: Node, station: ScriptedStation) -> None:
    await status(station, "Faulted", "GroundFailure")
    name = (await DB.run("SELECT id FROM incident"))[0]["id"]
    async with app_for(node, role=Role.OPERATOR, route="/incidents") as screen:
        await screen.wait(f"acknowledge-{name}")
        # Closed behind its back, without an event: as if the news were still on their way.
        await DB.run("UPDATE incident SET state = 'closed' WHERE id = $1", name)
        await screen.click(f"acknowledge-{name}")
        await screen.wait_for_text("This incident is closed already.", "toast")
        await screen.wait(f"acknowledge-{name}")


async def test_an_incident_is_told_in_german(node: Node, station: ScriptedStation) -> None:
    await status(station, "Faulted", "GroundFailure")
    async with app_for(node, role=Role.OPERATOR, route="/incidents", language="de") as screen:
        await screen.wait_for_text("Fehlerstromschutz ausgelöst")
        await screen.wait_for_text("Anschluss 1 meldet GroundFailure und ist außer Betrieb.")


async def test_every_place_can_be_reached_on_a_phone(node: Node) -> None:
    async with app_for(node, role=Role.OPERATOR, size=PHONE) as phone:
        for place in ("analytics", "settings"):
            await phone.click("nav-more")
            await phone.click(f"nav-{place}")
            await phone.wait_for_route(f"/{place}")
            await phone.until(lambda: phone.find("nav-more").selected, "lit More")  # type: ignore[union-attr]
        await phone.click("nav-more")
        await phone.click("more-sign-out")
        await phone.wait("submit")


# --- analytics -----------------------------------------------------------------------------------------------


async def test_a_report_of_the_chosen_days_and_site_and_how_it_is_counted(node: Node) -> None:
    await ended(node, 1, energy_wh=30_000)
    await ended(node, 24 * 20, energy_wh=12_000)
    async with app_for(node, role=Role.OPERATOR, route="/analytics") as screen:
        await screen.wait_for_text("42.0 kWh", "total-energy")
        await screen.wait_for_text("100 %", "total-success")
        await screen.click("range-7")
        await screen.wait_for_route("/analytics?days=7")
        await screen.wait_for_text("30.0 kWh", "total-energy")
        assert not screen.has("meaning-uptime")
        await screen.click("explain-uptime")
        await screen.wait_for_text("hours of all ports", "meaning-uptime")
        await screen.click("by-success")
        await screen.wait_for_text("Where does charging succeed?", "sites")


async def test_days_without_a_session_say_so_and_lead_on(node: Node) -> None:
    async with app_for(node, role=Role.OPERATOR, size=PHONE, route="/analytics?from=2020-01-01&to=2020-01-07") as phone:
        await phone.wait("no-sessions")
        await phone.click("usual-span")
        await phone.wait_for_route("/analytics?days=28")
        await phone.wait("no-sessions")
        await phone.wait_gone("usual-span")


async def test_the_table_goes_to_the_device(node: Node) -> None:
    await ended(node, 1, energy_wh=30_000)
    async with app_for(node, role=Role.OPERATOR, route="/analytics") as screen:
        await screen.wait("total-energy")
        await screen.click("export-csv")
        await screen.until(lambda: screen.client.saved, "saved file")
        name, content = screen.client.saved[0]
        assert name.startswith("analytics-")
        assert name.endswith(".csv")
        assert content.decode("utf-8-sig").splitlines()[0].startswith("day,location,sessions")


# --- settings ------------------------------------------------------------------------------------------------


async def test_a_new_brand_is_worn_by_every_open_screen(node: Node) -> None:
    async with (
        app_for(node, role=Role.ADMIN, route="/settings") as screen,
        app_for(node, role=Role.DRIVER, size=PHONE) as phone,
    ):
        await phone.wait("nav-find")
        await screen.type("brand-name", "Hafenstrom")
        await screen.click("color-9d174d")
        await screen.wait_for_text("Hafenstrom", "brand-preview")
        await screen.click("brand-save")
        await phone.until(lambda: phone.page.title == "Hafenstrom", "new name", within=2)
        wanted = theme.tokens("#9D174D", False).primary
        for one in (phone, screen):
            await one.until(lambda one=one: one.page.theme.color_scheme.primary == wanted, "new colour", within=2)
        await screen.until(lambda: not screen.pressable("brand-save"), "nothing left to save")


async def test_a_brand_that_cannot_be_is_not_sent(node: Node) -> None:
    async with app_for(node, role=Role.ADMIN, route="/settings") as screen:
        await screen.type("brand-color", "blue")
        await screen.wait_for_text("Six digits after the #, such as #0B6E4F.")
        assert not screen.pressable("brand-save")
        await screen.click("brand-undo")
        await screen.until(lambda: "Six digits" not in screen.text(), "healed field")


async def test_a_picked_logo_is_shown_and_an_active_one_refused(node: Node) -> None:
    async def pick(name: str, content: bytes) -> None:
        picker = next(one for one in screen.page.services if isinstance(one, ft.FilePicker))
        file = {"id": 1, "name": name, "size": len(content), "bytes": content}
        await screen.event(picker, "result", {"files": [file]})

    async with app_for(node, role=Role.ADMIN, route="/settings") as screen:
        await screen.wait("brand-logo")
        await pick("logo.gif", b"GIF89a")
        await screen.wait_for_text("Choose a PNG or an SVG picture.", "brand-problem")
        await pick("logo.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>")
        await screen.click("brand-save")
        await screen.wait_for_text("The logo can't be used.", "brand-problem")
        svg = b"<svg xmlns='http://www.w3.org/2000/svg'/>"
        await pick("logo.svg", svg)
        await screen.click("brand-save")
        await screen.wait("toast")
        stored = (await DB.run("SELECT logo FROM tenant"))[0]["logo"]
        assert base64.b64decode(stored.partition(",")[2]) == svg


async def test_an_operator_sees_the_brand_and_why_it_stays(node: Node) -> None:
    async with app_for(node, role=Role.OPERATOR, route="/settings") as screen:
        await screen.wait_for_text("Only administrators change the brand", "brand-read-only")
        assert not screen.has("brand-save")
        assert not screen.has("add-person")


async def test_a_colleague_is_added_promoted_and_locked_out(node: Node) -> None:
    async with app_for(node, role=Role.ADMIN, route="/settings") as screen:
        await screen.click("add-person")
        await screen.click("person-confirm")
        await screen.wait_for_text("Enter a name and an e-mail address.")
        await screen.type("person-name", "Nora New")
        await screen.type("person-email", "nora@example.com")
        await screen.click("person-confirm")
        await screen.wait("new-password")
        password = screen.text("new-password")
        await screen.click("password-done")
        await screen.wait_for_text("has not chosen a password yet", "person-nora@example.com")
        tokens = await accounts.sign_in(node.ctx, "nora@example.com", password)
        assert tokens.account.role is Role.OPERATOR
        await choose(screen, "nora@example.com", "Make administrator")
        await screen.wait_for_text("Administrator", "person-nora@example.com")
        await choose(screen, "nora@example.com", "Lock out")
        await screen.wait_for_text("Locked out", "person-nora@example.com")


async def choose(screen: Phone, email: str, word: str) -> None:
    menu = next(
        one for one in screen.controls(screen.find(f"person-menu-{email}")) if isinstance(one, ft.PopupMenuButton)
    )
    item = next(one for one in menu.items if word in [part for text in screen.controls(one) for part in _written(text)])
    await screen.event(item, "click")
    await screen.click("dialog-confirm")


def _written(control: Any) -> list[str]:
    return [control.value] if isinstance(control, ft.Text) and control.value else []


async def test_the_last_administrator_is_told_why_they_stay(node: Node) -> None:
    async with app_for(node, role=Role.ADMIN, route="/settings", email="ada@example.com") as screen:
        await screen.wait("person-menu-ada@example.com")
        await choose(screen, "ada@example.com", "Make operator")
        await screen.wait_for_text("make another person an administrator first", "toast")


async def test_somebody_chooses_an_own_password(node: Node) -> None:
    async with app_for(node, role=Role.OPERATOR, route="/settings", email="olli@example.com") as screen:
        await screen.click("change-password")
        await screen.type("password-current", "not it")
        await screen.type("password-new", "my own password")
        await screen.click("password-confirm")
        await screen.wait_for_text("The current password is not right.", "password-problem")
        await screen.type("password-current", PASSWORD)
        await screen.click("password-confirm")
        await screen.wait_gone("password-confirm")
        await screen.wait("nav-settings")
    await accounts.sign_in(node.ctx, "olli@example.com", "my own password")


@pytest.mark.parametrize(("role", "route"), [(Role.OPERATOR, "/settings"), (Role.DRIVER, "/me")])
async def test_whoever_has_a_temporary_password_is_led_to_where_it_is_changed(
    node: Node, role: Role, route: str
) -> None:
    made = await people.add(node.ctx, node.tenant_id, PersonNew(email="nora@example.com", name="Nora", role=role))
    async with app_for(node, size=PHONE) as phone:
        await phone.type("email", "nora@example.com")
        await phone.type("password", made.password, submit=True)
        await phone.wait_for_route(route)
        await phone.wait("temporary-password")
        await phone.click("change-password")
        await phone.type("password-current", made.password)
        await phone.type("password-new", "short")
        await phone.click("password-confirm")
        await phone.wait_for_text("Take 8 characters or more.", "password-problem")
        await phone.type("password-new", "my own password")
        await phone.click("password-confirm")
        await phone.wait_gone("temporary-password")
    await accounts.sign_in(node.ctx, "nora@example.com", "my own password")


async def test_the_past_is_walked_through_with_the_keyboard(node: Node) -> None:
    newest, older = await ended(node, 1), await ended(node, 2)
    async with app_for(node, role=Role.OPERATOR, route="/sessions") as screen:
        await screen.wait(f"session-{older}")
        for key in ("Arrow Down", "Arrow Down", "Arrow Up"):
            await press(screen, key)
        await screen.until(lambda: screen.find(f"session-{newest}").selected, "marked row")  # type: ignore[union-attr]
        await press(screen, "Enter")
        await screen.wait_for_route(f"/sessions/{newest}")


async def press(screen: Phone, key: str) -> None:
    data = {"key": key, "shift": False, "ctrl": False, "alt": False, "meta": False}
    await screen.event(screen.page, "keyboard_event", data)
    await screen.settle(0.05)
