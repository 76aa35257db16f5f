"""The app without a mouse, with a screen reader, with thick fingers, with letters twice as large."""

from typing import Any

import pytest

from shared.accounts import Role
from tests.journeys.conftest import OpenApp
from tests.support.browser import DESKTOP, PHONE, Screen
from tests.support.demo import Demo

FINGER, SMALLEST = 44, 12
PRESSABLE = """() => Array.from(document.querySelectorAll('flt-semantics'))
    .filter(e => e.getAttribute('role') === 'button' || e.hasAttribute('flt-tappable'))
    .map(e => {
        const box = e.getBoundingClientRect();
        const named = e.closest('[flt-semantics-identifier]');
        return {
            identifier: named ? named.getAttribute('flt-semantics-identifier') : '',
            label: (e.getAttribute('aria-label') || e.textContent).trim(),
            width: Math.round(box.width), height: Math.round(box.height), bottom: box.bottom, top: box.top,
        };
    })"""
FOCUSED = """() => {
    let e = document.activeElement;
    while (e && e.shadowRoot && e.shadowRoot.activeElement) e = e.shadowRoot.activeElement;
    const named = e && e.closest('[flt-semantics-identifier]');
    return named ? named.getAttribute('flt-semantics-identifier') : '';
}"""
LARGE_LETTERS = "document.documentElement.style.fontSize = '32px'"


TEXTS = """() => Array.from(document.querySelectorAll('flt-semantics'))
    .filter(e => !e.querySelector('flt-semantics') && (e.getAttribute('aria-label') || e.textContent).trim())
    .map(e => {
        const box = e.getBoundingClientRect();
        const named = e.closest('[flt-semantics-identifier]');
        return {
            text: (e.getAttribute('aria-label') || e.textContent).trim(),
            identifier: named ? named.getAttribute('flt-semantics-identifier') : '',
            left: box.left, right: box.right, top: box.top, bottom: box.bottom,
        };
    })"""
"""What stands alone: texts, and what is said as one."""
SLIDING = ("filter-", "tab-", "chip-", "period-", "cluster-", "marker-")
"""What goes on beyond the edge on purpose: its line can be moved, and the map."""


def settled(tab: Screen) -> None:
    before = ""
    for _ in range(20):
        tab.page.wait_for_timeout(500)
        now = tab.text()
        if now == before and "Loading" not in now:
            return
        before = now


def lost(tab: Screen) -> list[str]:
    """Texts that the edge of the screen or of their box cuts, and texts on top of each other, at letters of 200 %."""
    size = tab.page.viewport_size
    assert size is not None
    found = [one for one in tab.page.evaluate(TEXTS) if not one["identifier"].startswith(SLIDING)]
    poor = [f"beyond the edge: {one}" for one in found if one["right"] > size["width"] + 1 or one["left"] < -1]
    whole = [one for one in found if one["top"] > 0 and one["bottom"] < size["height"] * 0.7]
    poor += [f"cut in its height: {one}" for one in whole if one["bottom"] - one["top"] < 2 * SMALLEST]
    for number, one in enumerate(whole):
        for other in whole[number + 1 :]:
            wide = min(one["right"], other["right"]) - max(one["left"], other["left"])
            high = min(one["bottom"], other["bottom"]) - max(one["top"], other["top"])
            if wide > 4 and high > 8:
                poor.append(f"on top of each other: {one} and {other}")
    return poor


def too_small(tab: Screen, found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of what is whole on the screen: a row that the edge of its list cuts is as high as what is left of it."""
    size = tab.page.viewport_size
    assert size is not None
    whole = [one for one in found if one["top"] >= 0 and one["bottom"] < size["height"] - 100]
    return [one for one in whole if one["height"] < FINGER or one["width"] < FINGER]


@pytest.mark.parametrize(
    ("role", "size", "routes"),
    [
        (Role.DRIVER, PHONE, ["/", "/charge", "/history", "/me"]),
        (Role.OPERATOR, DESKTOP, ["/", "/stations", "/stations/{station}", "/sessions", "/incidents", "/analytics"]),
        (Role.ADMIN, DESKTOP, ["/settings"]),
    ],
)
def test_everything_that_can_be_pressed_has_a_name_and_room_for_a_finger(
    open_app: OpenApp, demo: Demo, role: Role, size: tuple[int, int], routes: list[str]
) -> None:
    with demo.client() as operator:
        station = operator.get("/stations?limit=1").json()["items"][0]["identity"]
    tab = open_app(role, size=size)
    poor = []
    for route in routes:
        tab.open(demo.url + route.format(station=station))
        settled(tab)
        found = tab.page.evaluate(PRESSABLE)
        assert found, route
        poor += [(route, one) for one in found if not one["label"]]
        poor += [(route, one) for one in too_small(tab, found)]
    assert poor == []


def tab_to(tab: Screen, identifier: str, most: int) -> None:
    """Press Tab until it is there."""
    seen = []
    for _ in range(most):
        before = tab.page.evaluate(FOCUSED)
        tab.page.keyboard.press("Tab")
        for _ in range(20):
            tab.page.wait_for_timeout(50)
            now = tab.page.evaluate(FOCUSED)
            if now != before:
                break
        seen.append(now)
        if now == identifier:
            return
    raise AssertionError(f"{most} times Tab don't lead to {identifier}: {seen}")


def test_somebody_signs_in_and_finds_a_place_with_the_keyboard_alone(open_app: OpenApp) -> None:
    tab = open_app(size=DESKTOP)
    tab.wait("demo-operator")
    tab_to(tab, "demo-operator", 4)
    tab.page.keyboard.press("Enter")
    tab.wait("nav-stations")
    tab_to(tab, "nav-stations", 30)
    tab.page.keyboard.press("Enter")
    tab.wait_until(lambda: tab.page.url.endswith("/stations"), "stations")


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
def test_letters_twice_as_large_leave_every_place_within_reach(
    open_app: OpenApp, demo: Demo, size: tuple[int, int]
) -> None:
    tab = open_app(size=size)
    tab.page.evaluate(LARGE_LETTERS)
    tab.page.wait_for_timeout(500)
    tab.click("demo-driver")
    for place in ("charge", "history", "me", "find"):
        tab.click(f"nav-{place}")
        tab.wait_until(lambda: place == "find" or tab.page.url.endswith(f"/{place}"), place)  # noqa: B023
        tab.page.mouse.move(size[0] / 2, 0)  # no tooltip
        settled(tab)
        assert lost(tab) == [], place
    first = next(one for one in tab.page.evaluate(PRESSABLE) if one["identifier"].startswith("location-"))
    tab.click(first["identifier"])
    tab.wait_until(lambda: tab.has("directions"), "location")
    settled(tab)
    assert lost(tab) == []
    box = tab.find("directions").bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= size[0], "the way there can be pressed whole"
