"""A driver charges at a simulated station while an operator looks on."""

import re
from decimal import Decimal
from typing import Any

import pytest

from shared.accounts import Role
from tests.journeys.conftest import OpenApp
from tests.support.browser import DESKTOP, PHONE, Screen
from tests.support.demo import Demo


def free_connector(demo: Demo) -> tuple[dict[str, Any], dict[str, Any]]:
    """A location and a connector there that somebody can use now, the fastest first."""
    with demo.client(Role.DRIVER) as driver:

        def find(page: Any) -> Any:
            found = []
            for summary in page["items"]:
                detail = driver.get(f"/locations/{summary['id']}").json()
                for station in detail["stations"]:
                    usable = [
                        one for one in station["connectors"] if one["status"] == "available" and station["online"]
                    ]
                    found += [(one["max_power_w"], one["id"], detail, one) for one in usable]
            return max(found)[2:] if found else None

        return demo.wait_for("free connector", driver, "/locations?limit=50", find)  # type: ignore[no-any-return]


def figure(said: str) -> float:
    """The number in `12.4 kWh` or `1 240 kWh`."""
    found = re.search(r"\d[\d\s]*(\.\d+)?", said)
    assert found, said
    return float(re.sub(r"\s", "", found.group()))


def start(tab: Screen, demo: Demo) -> str:
    """From the list to a charging car; the session's id. Somebody else may be faster: then another one."""
    for _ in range(4):
        location, connector = free_connector(demo)
        tab.click(f"location-{location['id']}")
        tab.click(f"connector-{connector['id']}")
        tab.wait_until(lambda: tab.has("start-charging") or tab.has("elsewhere"), "a way to start")
        if tab.has("start-charging"):
            tab.click("start-charging")
            tab.wait_until(lambda: "/sessions/" in tab.page.url or tab.has("start-problem"), "answer")
        if "/sessions/" in tab.page.url:
            tab.wait_until(lambda: tab.has("session-energy"), "charging car", timeout=60_000)
            return tab.page.url.rsplit("/", 1)[1]
        tab.open(demo.url)
    raise AssertionError("every connector was taken by somebody else")


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
def test_from_the_list_to_the_receipt(open_app: OpenApp, demo: Demo, size: tuple[int, int]) -> None:
    tab = open_app(Role.DRIVER, size=size)
    session = start(tab, demo)
    tab.wait_until(lambda: figure(tab.said("session-energy")) > 0, "first energy", timeout=60_000)
    before = figure(tab.said("session-energy"))
    tab.wait_until(lambda: figure(tab.said("session-energy")) > before, "rising energy", timeout=60_000)
    assert figure(tab.said("session-power")) > 0
    assert "€" in tab.said("session-cost")

    tab.reload()
    tab.wait("session-energy")
    assert figure(tab.said("session-energy")) >= before

    tab.click("stop-charging")
    tab.confirm()
    tab.wait_until(lambda: "Show receipt" in tab.said("open-receipt"), "receipt that is written")
    tab.click("open-receipt")
    tab.wait("receipt-total")
    with demo.client(Role.DRIVER) as driver:
        receipt = driver.get(f"/transactions/{session}/receipt").json()
    assert Decimal(str(figure(tab.said("receipt-total")))) == Decimal(receipt["total_incl"]["amount"])
    assert Decimal(receipt["total_incl"]["amount"]) > 0
    tab.wait_until(lambda: "Paid" in tab.said("payment-state"), "payment")
