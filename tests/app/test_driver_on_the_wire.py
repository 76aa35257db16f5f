"""A driver's way from the list to a paid receipt, with a station that does exactly what it is told."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from shared.accounts import Role
from tests.app.harness import PHONE, Phone, app_for
from tests.support.node import Node, running_node
from tests.support.scripted_station import ScriptedStation

SOON_S = 1.0


def stamp(minutes_ago: float = 0) -> str:
    return (datetime.now(UTC) - timedelta(minutes=minutes_ago)).isoformat().replace("+00:00", "Z")


@pytest.fixture
async def paid(db: str) -> AsyncIterator[Node]:
    """A node that does its jobs: payments among them."""
    async with running_node(db, served=True, worker=True) as one:
        yield one


@pytest.fixture
async def station(paid: Node) -> AsyncIterator[ScriptedStation]:
    await paid.add_station("CP-1", tariff_id=await paid.add_tariff())
    async with paid.booted("CP-1") as one:
        await status(one, "Available")
        yield one


async def status(station: ScriptedStation, one: str) -> None:
    payload = {"connectorId": 1, "errorCode": "NoError", "status": one, "timestamp": stamp()}
    await station.call("StatusNotification", payload)


async def meter(station: ScriptedStation, number: int, wh: int, kw: float, minutes_ago: float = 0) -> None:
    sampled = [{"value": str(wh)}, {"value": str(kw), "measurand": "Power.Active.Import", "unit": "kW"}]
    value = [{"timestamp": stamp(minutes_ago), "sampledValue": sampled}]
    await station.call("MeterValues", {"connectorId": 1, "transactionId": number, "meterValue": value})


def identifier(phone: Phone, prefix: str) -> str:
    return next(one for one in phone.identifiers() if one.startswith(prefix))


async def ask_to_start(phone: Phone) -> None:
    """Three taps from the list: location, connector, Start."""
    await phone.until(lambda: any(one.startswith("location-") for one in phone.identifiers()), "a location")
    await phone.click(identifier(phone, "location-"))
    await phone.until(lambda: any(one.startswith("connector-") for one in phone.identifiers()), "a connector")
    await phone.click(identifier(phone, "connector-"))
    await phone.click("start-charging")


async def test_from_the_list_to_the_receipt(paid: Node, station: ScriptedStation) -> None:
    async with app_for(paid, role=Role.DRIVER, size=PHONE) as phone:
        await ask_to_start(phone)
        message_id, asked = await station.expect_call("RemoteStartTransaction")
        await station.answer(message_id, {"status": "Accepted"})
        await phone.until(lambda: phone.route.startswith("/sessions/"), "session page")

        began = await station.call(
            "StartTransaction",
            {"connectorId": 1, "idTag": asked["idTag"], "meterStart": 1000, "timestamp": stamp(60)},
        )
        number = began["transactionId"]
        await status(station, "Charging")
        await phone.wait_for_text("Charging", "session-state", within=SOON_S)
        await meter(station, number, 6000, 18.4)
        await phone.wait_for_text("5.00 kWh", "session-energy", within=SOON_S)
        await phone.wait_for_text("18.4 kW", "session-power", within=SOON_S)
        await phone.wait_for_text("€2.00", "session-cost", within=SOON_S)

        await phone.click("stop-charging")
        assert not station_was_asked(station, "RemoteStopTransaction")  # a second tap is needed
        await phone.click("dialog-confirm")
        message_id, asked = await station.expect_call("RemoteStopTransaction")
        assert asked["transactionId"] == number
        await station.answer(message_id, {"status": "Accepted"})
        await station.call(
            "StopTransaction", {"transactionId": number, "meterStop": 11_000, "timestamp": stamp(), "reason": "Remote"}
        )
        await phone.click("open-receipt")
        await phone.wait_for_text("4.00", "receipt-total")
        assert "10.000 kWh" in phone.text("receipt")
        await phone.wait_for_text("Paid", "payment-state")
        await phone.click("nav-history")
        await phone.wait_for_text("10.0 kWh")


def station_was_asked(station: ScriptedStation, action: str) -> bool:
    return any(way == "in" and frame[0] == 2 and frame[2] == action for way, frame in station.frames)


async def test_a_station_that_refuses_says_so_and_the_next_tap_is_a_new_start(
    paid: Node, station: ScriptedStation
) -> None:
    async with app_for(paid, role=Role.DRIVER, size=PHONE) as phone:
        await ask_to_start(phone)
        message_id, _ = await station.expect_call("RemoteStartTransaction")
        await station.answer(message_id, {"status": "Rejected"})
        await phone.wait("start-problem")
        assert not phone.route.startswith("/sessions/")
        await phone.click("start-charging")
        message_id, _ = await station.expect_call("RemoteStartTransaction")
        await station.answer(message_id, {"status": "Accepted"})
        await phone.until(lambda: phone.route.startswith("/sessions/"), "session page")


async def test_two_quick_taps_start_once(paid: Node, station: ScriptedStation) -> None:
    async with app_for(paid, role=Role.DRIVER, size=PHONE) as phone:
        await phone.until(lambda: any(one.startswith("location-") for one in phone.identifiers()), "a location")
        await phone.click(identifier(phone, "location-"))
        await phone.until(lambda: any(one.startswith("connector-") for one in phone.identifiers()), "a connector")
        await phone.click(identifier(phone, "connector-"))
        await phone.wait("start-charging")
        button = phone.pressable("start-charging")
        assert button is not None
        await asyncio.gather(phone.event(button, "click"), phone.event(button, "click"))
        message_id, _ = await station.expect_call("RemoteStartTransaction")
        await station.answer(message_id, {"status": "Accepted"})
        await phone.until(lambda: phone.route.startswith("/sessions/"), "session page")
        await station.expect_nothing()


async def test_a_start_that_nobody_plugged_in_for_can_be_taken_back(paid: Node, station: ScriptedStation) -> None:
    async with app_for(paid, role=Role.DRIVER, size=PHONE) as phone:
        await ask_to_start(phone)
        message_id, _ = await station.expect_call("RemoteStartTransaction")
        await station.answer(message_id, {"status": "Accepted"})
        await phone.until(lambda: phone.route.startswith("/sessions/"), "session page")
        await phone.click("stop-charging")
        await phone.click("dialog-confirm")
        await phone.wait("try-again")


async def test_a_session_goes_on_while_the_connection_is_lost_and_is_shown_again(
    paid: Node, station: ScriptedStation
) -> None:
    async with app_for(paid, role=Role.DRIVER, size=PHONE) as phone:
        await ask_to_start(phone)
        message_id, asked = await station.expect_call("RemoteStartTransaction")
        await station.answer(message_id, {"status": "Accepted"})
        began = await station.call(
            "StartTransaction",
            {"connectorId": 1, "idTag": asked["idTag"], "meterStart": 0, "timestamp": stamp(60)},
        )
        await meter(station, began["transactionId"], 2000, 11, minutes_ago=40)
        await phone.wait_for_text("2.00 kWh", "session-energy")
        await paid.web.stop()
        await meter(station, began["transactionId"], 7000, 11)
        await phone.wait_for_text("Reconnecting")
        await phone.click("stop-charging")
        await phone.click("dialog-confirm")
        await phone.wait_for_text("No connection", "stop-problem")
        await paid.web.start()
        await phone.wait_for_text("7.00 kWh", "session-energy", within=8)
        await phone.until(lambda: "Reconnecting" not in phone.text(), "healed screen")


async def test_the_app_opened_again_finds_the_running_session(paid: Node, station: ScriptedStation) -> None:
    async with app_for(paid, role=Role.DRIVER, size=PHONE) as phone:
        await ask_to_start(phone)
        message_id, asked = await station.expect_call("RemoteStartTransaction")
        await station.answer(message_id, {"status": "Accepted"})
        await station.call(
            "StartTransaction",
            {"connectorId": 1, "idTag": asked["idTag"], "meterStart": 0, "timestamp": stamp(1)},
        )
        await phone.wait_for_text("Charging", "session-state")
    async with app_for(paid, size=PHONE, storage=phone.storage) as phone:
        await phone.click("running-session")
        await phone.wait("stop-charging")
