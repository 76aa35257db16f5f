"""A bulk action from its dialog to its end, on real stations."""

import pytest

from app.operator import bulk_rules as rules
from shared.accounts import Role
from shared.campaigns import ActionKind, CampaignNew, CampaignStations
from tests.app.harness import PHONE, app_for
from tests.app.test_driver_on_the_wire import paid  # noqa: F401  # fixture
from tests.support.node import Node


async def test_begun_watched_and_told_station_by_station(paid: Node) -> None:  # noqa: F811  # the fixture
    await paid.add_station("CP-1")
    async with paid.booted("CP-1") as station, app_for(paid, role=Role.OPERATOR, route="/stations") as screen:
        await screen.click("bulk")
        await screen.wait_for_text("No bulk action so far")
        await screen.click("bulk-new")
        await screen.click("bulk-confirm")
        await screen.wait_for_text("Give it a name.", "bulk-problem")
        await screen.type("bulk-name", "Longer heartbeat")
        await screen.click("bulk-confirm")
        await screen.wait_for_text("Name the setting", "bulk-problem")
        await screen.type("bulk-first", "HeartbeatInterval")
        await screen.type("bulk-second", "900")
        await screen.click("bulk-confirm")
        message_id, sent = await station.expect_call("ChangeConfiguration")
        assert sent == {"key": "HeartbeatInterval", "value": "900"}
        await station.answer(message_id, {"status": "Accepted"})
        await screen.wait_for_text("CP-1")
        for _ in range(40):
            await screen.click("bulk-refresh")
            if "1 done" in " ".join(screen.texts()):
                break
            await screen.settle(0.1)
        await screen.wait_for_text("1 done")
        await screen.wait_for_text("Done")


async def test_nothing_fits_is_told(paid: Node) -> None:  # noqa: F811  # the fixture
    async with app_for(paid, role=Role.OPERATOR, size=PHONE, route="/bulk") as screen:
        await screen.click("bulk-new")
        await screen.type("bulk-name", "Restart all")
        await screen.click("bulk-kind-reset")
        await screen.click("bulk-confirm")
        await screen.wait_for_text("No accepted station fits.", "bulk-problem")


@pytest.mark.parametrize(
    ("kind", "first", "told"),
    [
        (ActionKind.VARIABLES, "", "Name the setting"),
        (ActionKind.TRIGGER, " ", "Name the message"),
        (ActionKind.FIRMWARE, "", "Give the address"),
        (ActionKind.VARIABLES, "AuthCtrlr.Enabled", ""),
        (ActionKind.RESET, "", ""),
        (ActionKind.AVAILABILITY, "", ""),
        (ActionKind.LOCAL_LIST, "", ""),
    ],
)
def test_what_an_action_needs(kind: ActionKind, first: str, told: str) -> None:
    found = rules.wanted(
        "N",
        kind,
        first,
        "1",
        operative=False,
        stations=CampaignStations(every=True),
        pause_minutes=10,
        halt_percent=25,
    )
    if told:
        assert isinstance(found, str)
        assert found.startswith(told)
        return
    assert isinstance(found, CampaignNew)
    assert (found.pause_s, found.max_failed_percent, len(found.stages)) == (600, 25, 2)
    if kind is ActionKind.VARIABLES:
        assert (found.action.variables[0].component, found.action.variables[0].name) == ("AuthCtrlr", "Enabled")
