"""What an operator sees while stations talk: from the wire to an open screen in a second or less."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend.db.engine import DB
from shared.accounts import Role
from tests.app.harness import DESKTOP, PHONE, Phone, app_for
from tests.support.node import Node
from tests.support.scripted_station import ScriptedStation
from tests.support.scripted_station import station as station_at

SOON_S = 1.0


def stamp(minutes_ago: float = 0) -> str:
    return (datetime.now(UTC) - timedelta(minutes=minutes_ago)).isoformat().replace("+00:00", "Z")


async def status(station: ScriptedStation, one: str, error: str = "NoError", connector: int = 1) -> None:
    payload = {"connectorId": connector, "errorCode": error, "status": one, "timestamp": stamp()}
    await station.call("StatusNotification", payload)


async def begin(station: ScriptedStation, connector: int = 1) -> int:
    """A session that somebody began at the station with a card; its number."""
    payload = {"connectorId": connector, "idTag": "CARD-1", "meterStart": 1000, "timestamp": stamp(60)}
    return int((await station.call("StartTransaction", payload))["transactionId"])


async def meter(station: ScriptedStation, number: int, wh: int, kw: float) -> None:
    sampled = [{"value": str(wh)}, {"value": str(kw), "measurand": "Power.Active.Import", "unit": "kW"}]
    value = [{"timestamp": stamp(), "sampledValue": sampled}]
    await station.call("MeterValues", {"connectorId": 1, "transactionId": number, "meterValue": value})


@pytest.fixture
async def station(node: Node) -> AsyncIterator[ScriptedStation]:
    """A booted station that is free; the card CARD-1 is known."""
    from backend.authorization import service as authorization

    await authorization.add_card(node.ctx, node.tenant_id, "CARD-1", label="Card")
    await node.add_station("CP-1", tariff_id=await node.add_tariff())
    async with node.booted("CP-1") as one:
        await status(one, "Available")
        yield one


async def test_the_overview_shows_power_and_sessions_as_they_happen(node: Node, station: ScriptedStation) -> None:
    async with app_for(node, role=Role.OPERATOR, size=DESKTOP) as screen:
        await screen.wait("all-good")
        await screen.wait_for_text("0.0 kW", "overview-power")
        number = await begin(station)
        await meter(station, number, 5000, 11.0)
        await screen.wait_for_text("11.0 kW", "overview-power", within=SOON_S + 1)  # told at most once a second
        assert "1" in screen.text("overview-sessions")
        await meter(station, number, 6000, 0)
        await screen.wait_for_text("0.0 kW", "overview-power", within=SOON_S + 1)


async def test_a_fault_comes_to_the_head_of_the_overview_and_goes_by_itself(
    node: Node, station: ScriptedStation
) -> None:
    async with app_for(node, role=Role.OPERATOR, size=PHONE) as phone:
        await phone.wait("all-good")
        await status(station, "Faulted", "GroundFailure")
        await phone.wait("needs-you", within=SOON_S + 1)
        assert "CP-1" in phone.text("needs-you")
        assert "state-faulted" in phone.identifiers()
        await status(station, "Available")
        await phone.wait("all-good", within=SOON_S + 1)


async def test_the_list_shows_each_stations_state_as_it_changes(node: Node, station: ScriptedStation) -> None:
    async with app_for(node, role=Role.OPERATOR, route="/stations") as screen:
        await screen.wait_for_text("Available", "station-CP-1")
        await status(station, "Faulted", "GroundFailure")
        await screen.wait_for_text("Faulted", "station-CP-1", within=SOON_S)
        await screen.click("filter-faulted")
        await screen.wait("station-CP-1")
        await status(station, "Available")
        await screen.wait_gone("station-CP-1", within=SOON_S)


async def test_the_list_is_searched_and_a_row_opens_its_station(node: Node, station: ScriptedStation) -> None:
    await node.add_station("OTHER-7")
    async with app_for(node, role=Role.OPERATOR, size=PHONE, route="/stations") as phone:
        await phone.wait("station-OTHER-7")
        await phone.type("search", "cp-")
        await phone.wait_gone("station-OTHER-7")
        await phone.click("station-CP-1")
        await phone.wait_for_route("/stations/CP-1")
        await phone.wait("connector-1")


async def test_a_station_page_follows_the_wire(node: Node, station: ScriptedStation) -> None:
    async with app_for(node, role=Role.OPERATOR, route="/stations/CP-1") as screen:
        await screen.wait_for_text("Available", "connector-1")
        number = await begin(station)
        await status(station, "Charging")
        await meter(station, number, 13_400, 21.6)
        await screen.wait_for_text("21.6 kW", "connector-1", within=SOON_S)
        await screen.wait_for_text("12.4 kWh", "connector-1", within=SOON_S)
        await station.call(
            "StopTransaction", {"transactionId": number, "meterStop": 14_000, "timestamp": stamp(), "reason": "Local"}
        )
        await status(station, "Available")
        await screen.wait_for_text("Available", "connector-1", within=SOON_S)
        await screen.until(lambda: "12.4 kWh" not in screen.text("connector-1"), "ended session", SOON_S)


async def test_the_log_shows_what_went_over_the_wire(node: Node, station: ScriptedStation) -> None:
    async with app_for(node, role=Role.OPERATOR, route="/stations/CP-1") as screen:
        await screen.click("tab-log")
        await screen.wait_for_text("StatusNotification")
        await station.call("DataTransfer", {"vendorId": "com.example", "messageId": "hello"})
        await screen.wait_for_text("DataTransfer", within=SOON_S + 1)


async def command(screen: Phone, station: ScriptedStation, name: str, action: str, answer: dict[str, Any]) -> Any:
    """Send a command from the page and answer it as the station; what the station was asked."""
    await screen.click(f"command-{name}")
    await screen.click("dialog-confirm")
    message_id, asked = await station.expect_call(action)
    await screen.wait_for_text("Waiting for CP-1", "command-answer")
    await station.answer(message_id, answer)
    await screen.wait_for_text("CP-1 answered", "command-answer")
    return asked


async def test_a_command_shows_the_stations_own_answer(node: Node, station: ScriptedStation) -> None:
    async with app_for(node, role=Role.OPERATOR, route="/stations/CP-1") as screen:
        await screen.click("tab-commands")
        await command(screen, station, "reset-soft", "Reset", {"status": "Accepted"})
        assert "Accepted" in screen.text("command-answer")
        await screen.click("command-answer-close")
        await screen.wait_gone("command-answer")
        await command(screen, station, "unlock", "UnlockConnector", {"status": "UnlockFailed"})
        assert "UnlockFailed" in screen.text("command-answer")


async def test_a_command_waits_for_a_station_that_is_offline(node: Node, station: ScriptedStation) -> None:
    async with app_for(node, role=Role.OPERATOR, route="/stations/CP-1") as screen:
        await screen.wait_for_text("Available", "connector-1")
        station.vanish()
        await screen.wait_for_text("Offline", within=SOON_S)
        await screen.click("tab-commands")
        await screen.wait_for_text("CP-1 is offline. Some commands can wait until it is back.")
        assert "Not while the station is offline" in screen.text("command-start")
        await screen.click("command-reset-soft")
        await screen.click("wait-604800")
        await screen.click("dialog-confirm")
        await screen.wait_for_text("It waits for CP-1", "command-answer")
        await screen.wait_for_text("waits until")
        queued = "SELECT action, expires_at - at AS patience FROM station_command WHERE state = 'queued'"
        (row,) = await DB.run(queued)
        assert row["action"] == "Reset"
        assert timedelta(days=6, hours=23) < row["patience"] <= timedelta(days=7)


async def test_an_unknown_station_waits_until_an_operator_accepts_it(node: Node) -> None:
    async with app_for(node, role=Role.OPERATOR) as screen:
        await screen.wait("nav-stations")
        async with station_at(node.ocpp_url, "NEW-1") as station:
            boot = {"chargePointVendor": "Test", "chargePointModel": "One"}
            assert (await station.call("BootNotification", boot))["status"] == "Pending"
            await screen.click("accept-NEW-1", within=SOON_S + 1)
            await screen.wait_for_text("Accept NEW-1?")
            await screen.click("dialog-confirm")  # where it stands can be said later
            await screen.wait_gone("accept-NEW-1")
            assert (await station.call("BootNotification", boot))["status"] == "Accepted"
