"""Signing in, and the frame around every page."""

import asyncio
import logging
from typing import Any

import flet as ft
import pytest

from app import theme
from app.router import Route
from app.session import DEFAULT_BRAND, THEME, TOKENS
from app.widgets.boundary import guarded
from backend.accounts import service as accounts
from backend.accounts.api import DEMO_ACCOUNTS
from shared.accounts import Role
from tests.app.harness import DESKTOP, PHONE, TABLET, Client, app_for
from tests.support.node import PASSWORD, Node

BANNER = "Reconnecting. What you see may be a little old."


# --- signing in ----------------------------------------------------------------------------------------------


async def test_a_wrong_password_is_told_and_the_right_one_opens_the_app(node: Node) -> None:
    await node.tokens(Role.DRIVER, "dana@example.com")
    async with app_for(node, size=PHONE) as phone:
        await phone.type("email", "dana@example.com")
        await phone.type("password", "not the password")
        await phone.click("submit")
        await phone.wait("problem")
        assert not phone.has("nav-find")
        await phone.type("password", PASSWORD, submit=True)
        await phone.wait("nav-find")
        assert phone.route == "/"


@pytest.mark.parametrize(
    ("role", "place"), [(Role.DRIVER, "nav-charge"), (Role.OPERATOR, "nav-stations"), (Role.ADMIN, "nav-settings")]
)
async def test_a_demo_account_is_one_tap_away(node: Node, role: Role, place: str) -> None:
    account = next(one for one in DEMO_ACCOUNTS if one.role is role)
    await accounts.add(
        node.ctx, node.tenant_id, email=account.email, password=account.password, name=account.name, role=role
    )
    async with app_for(node) as screen:
        await screen.click(f"demo-{role}")
        await screen.wait(place)


async def test_a_new_driver_makes_an_account_and_is_signed_in(node: Node) -> None:
    async with app_for(node, size=PHONE) as phone:
        await phone.click("join")
        await phone.type("name", "Nora New")
        await phone.type("email", "nora@example.com")
        await phone.type("password", "short")
        await phone.click("submit")
        await phone.wait("problem")
        await phone.type("password", PASSWORD)
        await phone.click("submit")
        await phone.wait("nav-find")
    tokens = await accounts.sign_in(node.ctx, "nora@example.com", PASSWORD)
    assert (tokens.account.name, tokens.account.role) == ("Nora New", Role.DRIVER)


async def test_a_link_is_kept_over_the_sign_in(node: Node) -> None:
    await node.tokens(Role.DRIVER, "dana@example.com")
    async with app_for(node, size=PHONE, route="/history") as phone:
        await phone.wait("submit")
        await phone.type("email", "dana@example.com")
        await phone.type("password", PASSWORD, submit=True)
        await phone.wait_for_route("/history")
        await phone.wait("nav-history")


async def test_the_app_opened_again_knows_who_was_signed_in(node: Node) -> None:
    async with app_for(node, role=Role.OPERATOR) as screen:
        await screen.wait("nav-stations")
    async with app_for(node, storage=screen.storage) as screen:
        await screen.wait("nav-stations")


async def test_a_slow_link_signs_nobody_out(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the browser keeps comes after four seconds: still somebody who is signed in."""
    at_once = Client._invoked

    async def slowly(client: Client, call: Any) -> None:
        if call.name == "get":
            await asyncio.sleep(4)
        await at_once(client, call)

    monkeypatch.setattr(Client, "_invoked", slowly)
    async with app_for(node, role=Role.OPERATOR) as screen:
        await screen.wait("nav-stations")


async def test_the_next_person_on_the_same_screen_gets_their_own_live_data(node: Node) -> None:
    """A socket is one person's: the new one must not look through the old one's."""
    await node.tokens(Role.DRIVER, "dana@example.com")
    admin = await node.client(Role.ADMIN)
    async with app_for(node, role=Role.OPERATOR) as screen:
        await screen.click("sign-out")
        await screen.type("email", "dana@example.com")
        await screen.type("password", PASSWORD, submit=True)
        await screen.wait("nav-charge")
        await admin.put("/api/v1/brand", json={"name": "Hafenstrom"})
        await screen.wait_for_text("Hafenstrom", within=2)
        assert BANNER not in screen.texts()


async def test_signing_out_forgets_the_sign_in_here_and_on_the_server(node: Node) -> None:
    async with app_for(node, role=Role.OPERATOR, route="/incidents") as screen:
        kept = dict(screen.storage)
        await screen.click("sign-out")
        await screen.wait("submit")
        await screen.wait_for_route("/")
        assert TOKENS not in screen.storage
    # Whoever copied the tokens: the refresh token is dead, the access token lives out its minutes.
    assert '"refresh_token":' in kept[TOKENS]
    refresh = kept[TOKENS].split('"refresh_token":"')[1].split('"')[0]
    with pytest.raises(Exception, match="sign in"):
        await accounts.refresh(node.ctx, refresh)


# --- the frame -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "places"),
    [
        (Role.DRIVER, ["find", "charge", "history", "messages", "me"]),
        (
            Role.OPERATOR,
            ["overview", "stations", "sessions", "incidents", "energy", "money", "analytics", "messages", "settings"],
        ),
    ],
)
async def test_the_places_of_a_role_at_every_width(node: Node, role: Role, places: list[str]) -> None:
    async with app_for(node, role=role, size=DESKTOP) as screen:
        await screen.wait("sign-out")
        names = [f"nav-{place}" for place in places]
        assert [one for one in screen.identifiers() if one.startswith("nav-")] == names
        assert screen.texts(names[1]) == [places[1].title()]  # the wide rail is labelled
        await screen.resize(*TABLET)
        assert [one for one in screen.identifiers() if one.startswith("nav-")] == names
        assert screen.texts(names[1]) == []  # the narrow rail isn't, but says its label
        assert screen.find(names[1]).label == places[1].title()  # type: ignore[union-attr]
        await screen.resize(*PHONE)
        bottom = [one for one in screen.identifiers() if one.startswith("nav-")]
        assert len(bottom) <= 5
        assert bottom[:4] == names[:4]
        assert screen.texts(names[1]) == [places[1].title()]


async def test_every_place_leads_to_its_page_and_is_lit(node: Node) -> None:
    async with app_for(node, role=Role.OPERATOR) as screen:
        for place in ("stations", "sessions", "incidents", "money", "analytics", "settings"):
            await screen.click(f"nav-{place}")
            await screen.wait_for_route(f"/{place}")
            await screen.until(lambda: screen.find(f"nav-{place}").selected, f"lit {place}")  # type: ignore[union-attr]  # noqa: B023
            await screen.settle()


async def test_an_unknown_address_leads_back_to_the_start(node: Node) -> None:
    async with app_for(node, role=Role.DRIVER, size=PHONE, route="/stations/of/nobody") as phone:
        await phone.wait_for_text("There is nothing here")
        await phone.click("button-go-to-the-start")
        await phone.wait_for_route("/")
        await phone.until(lambda: "There is nothing here" not in phone.texts(), "start page")


async def test_a_driver_does_not_see_an_operators_page(node: Node) -> None:
    async with app_for(node, role=Role.DRIVER, size=PHONE, route="/incidents") as phone:
        await phone.wait_for_text("There is nothing here")


async def test_the_colours_follow_the_device_until_somebody_chooses(node: Node) -> None:
    light, dark = (theme.tokens(DEFAULT_BRAND.seed_color, one).background for one in (False, True))
    async with app_for(node, role=Role.DRIVER, size=PHONE) as phone:
        await phone.wait("nav-find")
        assert phone.page.bgcolor == light
        phone.session.apply_page_patch({"platform_brightness": "dark"})
        await phone.event(phone.page, "platform_brightness_change", {"brightness": "dark"})
        await phone.until(lambda: phone.page.bgcolor == dark, "dark page")
        assert phone.page.theme_mode is ft.ThemeMode.DARK
    async with app_for(node, size=PHONE, dark=True, storage=phone.storage | {THEME: "light"}) as phone:
        await phone.wait("nav-find")
        assert phone.page.bgcolor == light


async def test_a_new_brand_reaches_an_open_screen(node: Node) -> None:
    admin = await node.client(Role.ADMIN)
    async with app_for(node, role=Role.OPERATOR) as screen:
        await screen.wait_for_text("Test")  # the tenant's name, at the head of the rail
        before = screen.page.theme.color_scheme.primary
        answer = await admin.put("/api/v1/brand", json={"name": "Hafenstrom", "seed_color": "#8A1C7C"})
        assert answer.status_code == 200, answer.text
        await screen.wait_for_text("Hafenstrom", within=2)
        assert screen.page.title == "Hafenstrom"
        assert screen.page.theme.color_scheme.primary == theme.tokens("#8A1C7C", False).primary != before


async def test_a_lost_connection_is_told_and_heals_by_itself(node: Node) -> None:
    async with app_for(node, role=Role.OPERATOR) as screen:
        await screen.wait("nav-stations")
        await screen.settle(0.3)
        assert BANNER not in screen.texts()
        await node.web.stop()
        await screen.wait_for_text(BANNER)
        assert screen.has("nav-stations")
        await node.web.start()
        await screen.until(lambda: BANNER not in screen.texts(), "healed screen", within=8)


async def test_what_somebody_typed_survives_a_lost_connection_and_a_turned_screen(node: Node) -> None:
    await node.add_station("CP-1")
    async with app_for(node, role=Role.OPERATOR, size=DESKTOP, route="/stations") as screen:
        await screen.type("search", "nothing like it")
        await screen.wait_gone("station-CP-1")
        await screen.resize(*PHONE)
        await node.web.stop()
        await screen.wait_for_text(BANNER)
        await screen.resize(*TABLET)
        await node.web.start()
        await screen.until(lambda: BANNER not in screen.texts(), "healed screen", within=8)
        assert "nothing like it" in screen.texts("search")


async def test_an_app_that_finds_no_backend_says_so_and_tries_again(node: Node) -> None:
    await node.web.stop()
    async with app_for(node, size=PHONE) as phone:
        await phone.wait_for_text("No connection")
        await node.web.start()
        await phone.click("button-try-again")
        await phone.wait("demo-driver")
        assert "No connection" not in phone.texts()


# --- the harness itself --------------------------------------------------------------------------------------


async def test_a_logged_error_fails_the_test_that_caused_it(node: Node) -> None:
    async def use() -> None:
        async with app_for(node) as screen:
            await screen.wait("submit")
            logging.getLogger("app.somewhere").error("an unreadable thing")

    with pytest.raises(AssertionError, match="unreadable"):
        await use()


async def test_a_part_of_the_screen_that_broke_fails_the_test(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    @guarded
    def BrokenPage() -> ft.Control:
        raise ValueError("nothing to show")

    monkeypatch.setattr("app.shell.DRIVER_ROUTES", (Route("/", BrokenPage, "Find"),))

    with pytest.raises(AssertionError, match="nothing to show"):
        async with app_for(node, role=Role.DRIVER):
            pass
