"""The station pages in a real session against a real node: entering, asking, changing, reading."""

from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from app.keys import CLOSE, DOWN, FIND, OPEN
from shared.accounts import Role
from tests.app.harness import DESKTOP, PHONE, Phone, app_for
from tests.support.node import Node
from tests.support.scripted_station import ScriptedStation
from tests.support.scripted_station import station as station_at

SETTINGS = [
    {"key": "HeartbeatInterval", "readonly": False, "value": "60"},
    {"key": "AuthorizeRemoteTxRequests", "readonly": False, "value": "true"},
    {"key": "NumberOfConnectors", "readonly": True, "value": "1"},
]


def stamp() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


async def status(station: ScriptedStation, word: str, connector: int = 1) -> None:
    payload = {"connectorId": connector, "errorCode": "NoError", "status": word, "timestamp": stamp()}
    await station.call("StatusNotification", payload)


@pytest.fixture
async def station(node: Node) -> AsyncIterator[ScriptedStation]:
    await node.add_station("CP-1", connectors=2, tariff_id=await node.add_tariff())
    async with node.booted("CP-1") as one:
        await status(one, "Available", 1)
        await status(one, "Available", 2)
        yield one


async def press(screen: Phone, key: str) -> None:
    held = {"key": key, "ctrl": False, "alt": False, "meta": False, "shift": False}
    await screen.client.soon(screen.session.dispatch_event(screen.page._i, "keyboard_event", held))
    await screen.settle(0.05)


# --- the list ----------------------------------------------------------------------------------------


async def test_an_empty_network_says_what_to_type_into_the_first_station(node: Node) -> None:
    async with app_for(node, role=Role.OPERATOR, route="/stations") as screen:
        await screen.wait_for_text("Connect your first station")
        assert "/ocpp/{identity}" in screen.text()
        await screen.click("add-first-station")
        await screen.wait("station-identity")


async def test_a_station_is_entered_and_can_connect_with_what_was_shown(node: Node) -> None:
    async with app_for(node, role=Role.OPERATOR, size=PHONE, route="/stations") as phone:
        await phone.click("add-station")
        await phone.click("dialog-confirm")
        await phone.wait_for_text("Give it an identity", "problem")
        await phone.type("station-identity", "HH-7")
        await phone.wait_gone("problem")
        await phone.type("station-name", "Harbour seven")
        await phone.click("dialog-confirm")
        await phone.wait("station-password")
        assert phone.text("station-url").endswith("/ocpp/HH-7")
        password = phone.text("station-password")
        assert len(password) == 20
        await phone.click("add-station-done")
        await phone.wait_for_route("/stations/HH-7")
        await phone.wait_for_text("Never connected")
        assert password not in phone.text()
        async with station_at(node.ocpp_url, "HH-7", password=password) as station:
            boot = {"chargePointVendor": "Test", "chargePointModel": "One"}
            assert (await station.call("BootNotification", boot))["status"] == "Accepted"
            await phone.wait_for_text("Working")


async def test_an_identity_that_is_taken_is_said_in_the_dialog(node: Node) -> None:
    await node.add_station("CP-1")
    async with app_for(node, role=Role.OPERATOR, route="/stations") as screen:
        await screen.click("add-station")
        await screen.type("station-identity", "CP-1")
        await screen.click("dialog-confirm")
        await screen.wait_for_text("CP-1 exists already", "problem")


async def test_rejecting_asks_first_and_names_the_station(node: Node) -> None:
    async with (
        app_for(node, role=Role.OPERATOR, route="/stations") as screen,
        station_at(node.ocpp_url, "NEW-1") as station,
    ):
        await station.call("BootNotification", {"chargePointVendor": "Test", "chargePointModel": "One"})
        await screen.click("reject-NEW-1")
        await screen.wait_for_text("Reject NEW-1?")
        await screen.click("dialog-confirm")
        await screen.wait_gone("reject-NEW-1")
        await screen.wait_for_text("Rejected", "station-NEW-1")
        with suppress(ConnectionClosed):
            await station.socket.wait_closed()
        assert station.socket.close_code == 1008


async def test_a_filter_that_finds_nothing_offers_the_way_back(node: Node) -> None:
    await node.add_station("CP-1")
    async with app_for(node, role=Role.OPERATOR, route="/stations?status=faulted") as screen:
        await screen.wait_for_text("No station fits")
        await screen.click("clear-filters")
        await screen.wait("station-CP-1")


async def test_on_a_wide_screen_a_station_opens_beside_the_list_and_keys_move_through_it(node: Node) -> None:
    for identity in ("A-1", "B-2", "C-3"):
        await node.add_station(identity)
    async with app_for(node, role=Role.OPERATOR, size=DESKTOP, route="/stations") as screen:
        await screen.wait("station-C-3")
        await press(screen, DOWN)
        await press(screen, DOWN)
        await press(screen, OPEN)
        await screen.wait_for_route("/stations?open=B-2")
        await screen.wait("tab-log")
        assert screen.has("station-A-1")
        await press(screen, DOWN)
        await screen.wait_for_route("/stations?open=C-3")
        await press(screen, CLOSE)
        await screen.wait_for_route("/stations")
        await screen.wait_gone("tab-log")
        await screen.type("search", "a-")
        await screen.wait_gone("station-B-2")
        await press(screen, CLOSE)
        await screen.wait("station-B-2")
        await press(screen, FIND)  # puts the cursor into the search; what it calls is the browser's


async def test_a_head_sorts_and_turns_around(node: Node) -> None:
    for identity in ("A-1", "B-2"):
        await node.add_station(identity)

    def order(screen: Phone) -> list[str]:
        return [one for one in screen.identifiers() if one in ("station-A-1", "station-B-2")]

    async with app_for(node, role=Role.OPERATOR, route="/stations") as screen:
        await screen.wait("station-B-2")
        assert order(screen) == ["station-A-1", "station-B-2"]
        await screen.click("sort-station")
        await screen.until(lambda: order(screen) == ["station-B-2", "station-A-1"], "falling order")


# --- commands ----------------------------------------------------------------------------------------


async def answered(screen: Phone, station: ScriptedStation, action: str, answer: dict[str, Any]) -> Any:
    message_id, asked = await station.expect_call(action)
    await station.answer(message_id, answer)
    return asked


async def test_one_connector_is_taken_out_of_service(node: Node, station: ScriptedStation) -> None:
    async with app_for(node, role=Role.OPERATOR, route="/stations/CP-1") as screen:
        await screen.click("tab-commands")
        await screen.click("command-availability")
        await screen.wait_for_text("Change the service of CP-1?")
        chips = [one for one in screen.identifiers() if one.startswith("target-")]
        assert len(chips) == 3
        assert chips[0] == "target-whole"
        await screen.click(chips[2])
        await screen.click("dialog-confirm")
        asked = await answered(screen, station, "ChangeAvailability", {"status": "Scheduled"})
        assert asked == {"connectorId": 2, "type": "Inoperative"}
        await screen.wait_for_text("It will do it when the running session has ended.", "command-answer")


async def test_start_and_stop_from_the_page(node: Node, station: ScriptedStation) -> None:
    async with app_for(node, role=Role.OPERATOR, route="/stations/CP-1") as screen:
        await screen.click("command-start")
        await screen.click("dialog-confirm")
        asked = await answered(screen, station, "RemoteStartTransaction", {"status": "Accepted"})
        await screen.wait_for_text("CP-1 answered: Accepted", "command-answer")
        begun = {"connectorId": 1, "idTag": asked["idTag"], "meterStart": 0, "timestamp": stamp()}
        number = (await station.call("StartTransaction", begun))["transactionId"]
        await screen.click("command-stop")
        await screen.wait_for_text("This ends 1 running session.")
        await screen.click("dialog-confirm")
        stopped = await answered(screen, station, "RemoteStopTransaction", {"status": "Accepted"})
        assert stopped == {"transactionId": number}
        await screen.wait_for_text("The session ends when the station says so.", "command-answer")


async def test_an_error_and_a_refusal_are_told_apart(node: Node, station: ScriptedStation) -> None:
    async with app_for(node, role=Role.OPERATOR, route="/stations/CP-1") as screen:
        await screen.click("tab-commands")
        await screen.click("command-reset-hard")
        await screen.click("dialog-confirm")
        message_id, _ = await station.expect_call("Reset")
        await station.answer_error(message_id, "InternalError", "fuse")
        await screen.wait_for_text("CP-1 answered with an error", "command-answer")
        assert "fuse" in screen.text("command-answer")
        await screen.click("command-trigger")
        await screen.click("dialog-confirm")
        await answered(screen, station, "TriggerMessage", {"status": "NotImplemented"})
        await screen.wait_for_text("This station doesn't know this command.", "command-answer")
        # As a command to choose, and in the history below.
        await screen.until(lambda: screen.texts().count("Ask for a message") > 1, "the command in the history")


async def test_operators_send_any_call_and_see_the_whole_answer(node: Node, station: ScriptedStation) -> None:
    async with app_for(node, role=Role.OPERATOR, route="/stations/CP-1") as screen:
        await screen.click("tab-commands")
        await screen.type("call-action", "GetLocalListVersion")
        await screen.type("call-payload", "{")
        await screen.click("call-send")
        await screen.wait_for_text("This is not JSON.", "problem")
        await screen.type("call-payload", "{}")
        await screen.click("call-send")
        await screen.click("dialog-confirm")
        await answered(screen, station, "GetLocalListVersion", {"listVersion": 7})
        await screen.wait_for_text('"listVersion": 7', "command-answer")


# --- configuration -----------------------------------------------------------------------------------


async def test_the_configuration_is_read_searched_and_changed(node: Node, station: ScriptedStation) -> None:
    async with app_for(node, role=Role.OPERATOR, size=PHONE, route="/stations/CP-1") as phone:
        await phone.click("tab-configuration")
        await phone.wait_for_text("Nothing was read yet")
        await phone.click("configuration-read")
        await answered(phone, station, "GetConfiguration", {"configurationKey": SETTINGS, "unknownKey": []})
        await phone.wait("variable-HeartbeatInterval")
        await phone.type("search", "heart")
        await phone.wait_gone("variable-NumberOfConnectors")
        await phone.click("variable-HeartbeatInterval")
        await phone.type("variable-value", "soon")
        await phone.wait_for_text("This is a whole number.", "problem")
        assert phone.pressable("dialog-confirm") is None
        await phone.type("variable-value", "90")
        await phone.click("dialog-confirm")
        asked = await answered(phone, station, "ChangeConfiguration", {"status": "RebootRequired"})
        assert asked == {"key": "HeartbeatInterval", "value": "90"}
        await phone.wait_for_text("It is stored and counts after the next restart.", "command-answer")
        await phone.wait_for_text("90", "variable-HeartbeatInterval")


async def test_what_differs_from_the_template_is_shown_and_set(node: Node, station: ScriptedStation) -> None:
    operator = await node.client()
    wanted = [{"name": "HeartbeatInterval", "value": "77"}, {"name": "Nonsense", "value": "1"}]
    made = await operator.post("/api/v1/configuration-templates", json={"name": "Ours", "wanted": wanted})
    assert made.status_code == 201
    async with app_for(node, role=Role.OPERATOR, size=PHONE, route="/stations/CP-1") as phone:
        await phone.click("tab-configuration")
        await phone.click("configuration-read")
        await answered(phone, station, "GetConfiguration", {"configurationKey": SETTINGS, "unknownKey": []})
        await phone.wait_for_text("2 settings differ from the template Ours")
        await phone.click("drift-open")
        await phone.wait_for_text("77 wanted", "drift-HeartbeatInterval")
        await phone.wait_for_text("The station told of no such setting.", "drift-Nonsense")
        await phone.click("dialog-confirm")
        first = await answered(phone, station, "ChangeConfiguration", {"status": "Accepted"})
        second = await answered(phone, station, "ChangeConfiguration", {"status": "Rejected"})
        assert [first, second] == [{"key": "HeartbeatInterval", "value": "77"}, {"key": "Nonsense", "value": "1"}]
        await phone.wait_for_text("Accepted", "outcome-HeartbeatInterval")
        await phone.wait_for_text("The station refused.", "outcome-Nonsense")
        await phone.click("dialog-cancel")
        await phone.wait_for_text("One setting differs from the template Ours")


# --- the log -----------------------------------------------------------------------------------------


async def test_the_log_is_filtered_opened_and_goes_back_in_time(node: Node, station: ScriptedStation) -> None:
    for _ in range(40):
        await station.call("Heartbeat")
    await station.call("NoSuchAction")
    async with app_for(node, role=Role.OPERATOR, route="/stations/CP-1") as screen:
        await screen.click("tab-log")
        await screen.click("log-errors")
        await screen.until(lambda: len(_frames(screen)) == 3, "errors only")  # unknown, our answer, its NotSupported
        await screen.click("log-errors")
        await screen.until(lambda: len(_frames(screen)) >= 50, "everything")
        newest = _frames(screen)[0]
        await screen.click(newest)
        await screen.wait(f"copy-{newest}")
        await screen.click("more")
        await screen.until(lambda: len(_frames(screen)) > 80, "older messages")
        await screen.click("log-in")
        await screen.until(lambda: 40 < len(_frames(screen)) <= 50, "one direction")


def _frames(screen: Phone) -> list[str]:
    return [one for one in screen.identifiers() if one.startswith("frame-")]


async def test_a_paused_log_stands_still_and_says_how_much_is_new(node: Node, station: ScriptedStation) -> None:
    async with app_for(node, role=Role.OPERATOR, route="/stations/CP-1") as screen:
        await screen.click("tab-log")
        await screen.until(lambda: _frames(screen), "messages")
        await screen.click("log-pause")
        before = _frames(screen)
        await station.call("Heartbeat")
        await screen.wait_for_text("Go on (2 new)", "log-pause")
        assert _frames(screen) == before
        await screen.click("log-pause")
        await screen.until(lambda: len(_frames(screen)) == len(before) + 2, "the new messages")


# --- the rest ----------------------------------------------------------------------------------------


async def test_a_name_is_changed_where_it_is_shown(node: Node, station: ScriptedStation) -> None:
    async with app_for(node, role=Role.OPERATOR, route="/stations/CP-1") as screen:
        await screen.click("station-edit")
        await screen.type("station-name", "North pier")
        await screen.click("dialog-confirm")
        await screen.wait_for_text("North pier")
        await screen.wait_gone("dialog-confirm")


async def test_a_station_that_does_not_exist_leads_back(node: Node) -> None:
    async with app_for(node, role=Role.OPERATOR, route="/stations/NOBODY") as screen:
        await screen.wait_for_text("This station doesn't exist.")
        await screen.click("station-back")
        await screen.wait_for_route("/stations")


async def test_the_pages_speak_german(node: Node, station: ScriptedStation) -> None:
    async with app_for(node, role=Role.OPERATOR, route="/stations/CP-1", language="de") as screen:
        await screen.wait_for_text("In Funktion")
        await screen.click("tab-commands")
        await screen.wait_for_text("Sofort neu starten")


async def test_without_a_station_nothing_is_called_good(node: Node) -> None:
    async with app_for(node, role=Role.OPERATOR) as screen:
        await screen.wait("overview-add-station")
        assert not screen.has("all-good")
        await screen.click("overview-add-station")
        await screen.wait_for_route("/stations")


async def test_the_overview_leads_to_the_stations_of_a_state(node: Node, station: ScriptedStation) -> None:
    async with app_for(node, role=Role.OPERATOR) as screen:
        await screen.wait("all-good")
        assert "yesterday, the whole day" in screen.text("overview-energy")
        await screen.click("state-available")
        await screen.wait_for_route("/stations?status=available")
        await screen.wait("station-CP-1")
