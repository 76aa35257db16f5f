"""From an address in a browser to the first screen, and back to it after whatever happens."""

import pytest
from playwright.sync_api import Browser

from shared.accounts import Role
from tests.journeys.conftest import OpenApp
from tests.support.browser import DESKTOP, PHONE, screen
from tests.support.demo import Demo

BANNER = "Reconnecting. What you see may be a little old."


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
def test_the_app_opens_and_asks_nobody_else(
    chromium: Browser, demo: Demo, size: tuple[int, int], capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []
    times: list[float] = []
    for _ in range(2):  # a new visitor each time: nothing is in the cache
        with screen(chromium, size) as tab:
            tab.page.on("requestfinished", lambda request: asked.append(request.url))
            times.append(tab.open(demo.url))
            tab.wait("demo-driver")
            assert tab.errors == []
    assert [url for url in asked if not url.startswith((demo.url, "blob:", "data:"))] == []
    with capsys.disabled():
        print(f" first frame at {size[0]} x {size[1]}: {min(times):.0f} ms ", end="")  # noqa: T201  # for the reader


@pytest.mark.parametrize(
    ("role", "size", "place"),
    [(Role.DRIVER, PHONE, "history"), (Role.OPERATOR, DESKTOP, "stations"), (Role.ADMIN, DESKTOP, "settings")],
)
def test_a_demo_button_signs_in_and_a_reload_stays(
    open_app: OpenApp, demo: Demo, role: Role, size: tuple[int, int], place: str
) -> None:
    tab = open_app(role, size=size)
    tab.click(f"nav-{place}")
    tab.wait_until(lambda: tab.page.url == f"{demo.url}/{place}", f"move to /{place}")
    tab.reload()
    tab.wait(f"nav-{place}")
    assert tab.page.url == f"{demo.url}/{place}"
    assert not tab.has("demo-driver")


def test_the_back_button_goes_back(open_app: OpenApp, demo: Demo) -> None:
    tab = open_app(Role.DRIVER)
    tab.click("nav-history")
    tab.wait_until(lambda: tab.page.url.endswith("/history"), "history")
    tab.click("nav-me")
    tab.wait_until(lambda: tab.page.url.endswith("/me"), "me")
    tab.page.go_back()
    tab.wait_until(lambda: tab.page.url.endswith("/history"), "history again")


def test_somebody_types_e_mail_and_password(open_app: OpenApp) -> None:
    tab = open_app()
    tab.type("email", "driver@demo.wattline")
    tab.type("password", "not the password")
    tab.click("submit")
    tab.wait("problem")
    tab.type("password", "wattline-demo")
    tab.page.keyboard.press("Enter")
    tab.wait("nav-find")


def test_an_open_screen_survives_a_restart_of_the_server(open_app: OpenApp, demo: Demo) -> None:
    tab = open_app(Role.OPERATOR, size=DESKTOP)
    demo.stop()
    tab.page.wait_for_selector("#link-lost", timeout=30_000)
    demo.start()
    tab.page.wait_for_selector("#link-lost", state="detached", timeout=60_000)
    tab.wait("nav-stations", timeout=30_000)
    # The old picture stays in place while the browser is away from the server, and what is tapped then is lost.
    tab.click_until("nav-stations", lambda: tab.page.url.endswith("/stations"), "stations", timeout=60_000)
    assert not tab.has("demo-operator")
    tab.wait_until(lambda: BANNER not in tab.text(), "healed screen")
    tab.errors.clear()  # the browser told that the socket was refused
