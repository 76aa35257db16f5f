"""Where stations stand, in a real session against a real node: from nothing at all to a driver's receipt."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import flet as ft
import flet_map as fm
import pytest

from app.operator import place_rules as rules
from app.operator import station_rules
from app.operator.place_rules import Draft
from shared.accounts import Role
from shared.stations import Registration
from tests import world
from tests.app.harness import DESKTOP, PHONE, Phone, app_for
from tests.app.test_operator_stations import station as row_of
from tests.support.node import Node, running_node
from tests.support.scripted_station import ScriptedStation
from tests.support.scripted_station import station as station_at

BOOT = {"chargePointVendor": "Test", "chargePointModel": "One"}
SOON_S = 2.0


def stamp(minutes_ago: float = 0) -> str:
    return (datetime.now(UTC) - timedelta(minutes=minutes_ago)).isoformat().replace("+00:00", "Z")


async def status(station: ScriptedStation, word: str) -> None:
    payload = {"connectorId": 1, "errorCode": "NoError", "status": word, "timestamp": stamp()}
    await station.call("StatusNotification", payload)


async def choose(screen: Phone, identifier: str, value: str) -> None:
    """One entry of a list that opens."""
    await screen.wait(identifier)
    field = next(one for one in screen.controls(screen.find(identifier)) if isinstance(one, ft.Dropdown))
    assert value in [option.key for option in field.options]
    screen.session.apply_patch(field._i, {"value": value})
    await screen.event(field, "select", value)


async def tap_map(screen: Phone, latitude: float, longitude: float) -> None:
    await screen.wait("place-map")
    chart = next(one for one in screen.controls(screen.find("place-map")) if isinstance(one, fm.Map))
    offset = {"x": 1, "y": 1}
    spot = {"latitude": latitude, "longitude": longitude}
    await screen.event(chart, "tap", {"k": "touch", "l": offset, "g": offset, "coordinates": spot})


def typed(screen: Phone, identifier: str) -> str:
    field = screen._field(identifier)
    assert field is not None
    return str(field.value)


async def fill(screen: Phone, name: str = "Quay") -> None:
    await screen.type("place-name", name)
    await screen.type("place-address", "Am Kai 4")
    await screen.type("place-postal_code", "20457")
    await screen.type("place-city", "Hamburg")
    await tap_map(screen, 53.5412345, 9.98)


async def listed(node: Node) -> list[dict[str, Any]]:
    client = await node.client(Role.OPERATOR)
    return list((await client.get("/api/v1/locations", params={"empty": True})).json()["items"])


# --- what is typed -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "most", "wanted"),
    [
        ("53.5", 90, 53.5),
        (" 53,5 ", 90, 53.5),
        ("-33.9", 90, -33.9),
        ("91", 90, None),
        ("", 90, None),
        ("nan", 90, None),
        ("inf", 180, None),
        ("53.5 N", 90, None),
    ],
)
def test_degrees_as_people_type_them(word: str, most: float, wanted: float | None) -> None:
    assert rules.degrees(word, most) == wanted


def test_what_is_missing_is_said_one_at_a_time() -> None:
    assert "name" in rules.problem(Draft())
    assert "Show where it is" in rules.problem(Draft(name="Quay"))
    assert "Latitude" in rules.problem(Draft(name="Quay", latitude="53.5"))
    assert "Latitude" in rules.problem(Draft(name="Quay", latitude="153", longitude="9"))
    assert rules.problem(Draft(name="Quay", latitude="53,5", longitude="9")) == ""


@pytest.mark.parametrize(
    ("word", "wanted"),
    [("22", 22_000), ("3,7", 3_700), ("0.05", None), ("", None), ("nan", None), ("fast", None), ("20000", None)],
)
def test_kilowatts_as_people_type_them(word: str, wanted: int | None) -> None:
    assert station_rules.watts(word) == wanted
    assert wanted is None or station_rules.watts(station_rules.kilowatts_written(wanted)) == wanted


def test_only_an_accepted_station_without_a_place_is_unplaced() -> None:
    assert station_rules.unplaced(row_of())
    assert not station_rules.unplaced(row_of(location_id="x"))
    assert not station_rules.unplaced(row_of(registration=Registration.PENDING))


# --- accepting ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
async def test_accepting_makes_the_first_location_on_the_spot(node: Node, size: tuple[int, int]) -> None:
    async with (
        app_for(node, role=Role.OPERATOR, size=size, route="/stations") as screen,
        station_at(node.ocpp_url, "NEW-1") as station,
    ):
        assert (await station.call("BootNotification", BOOT))["status"] == "Pending"
        await screen.click("accept-NEW-1")
        await screen.wait_for_text("Accept NEW-1?")
        assert not screen.has("station-location")  # there is none to choose
        await screen.click("place-new")
        await screen.click("dialog-confirm")
        await screen.wait_for_text("Give the location a name", "problem")
        await screen.type("place-name", "Quay")
        await screen.click("dialog-confirm")
        await screen.wait_for_text("Show where it is", "problem")
        await fill(screen)
        await screen.until(lambda: typed(screen, "place-latitude") == "53.54123", "the place that was tapped")
        assert (typed(screen, "place-country"), typed(screen, "place-time_zone")) == ("DE", "Europe/Berlin")
        await screen.type("place-country", "XX")
        await screen.click("dialog-confirm")
        await screen.wait_for_text("XX is not a country's code", "problem")
        await screen.type("place-country", "de")
        await screen.click("dialog-confirm")
        await screen.wait_gone("dialog-confirm")
        await screen.wait_for_text("Quay", "station-NEW-1")
        assert (await station.call("BootNotification", BOOT))["status"] == "Accepted"
        [made] = await listed(node)
        assert (made["name"], made["stations"], made["latitude"]) == ("Quay", 1, 53.54123)


async def test_accepting_offers_the_only_location_and_another_answer(node: Node) -> None:
    location_id = await world.add_location(node.tenant_id)
    for identity in ("NEW-1", "NEW-2"):
        await world.add_station(node.tenant_id, identity, registration="pending")
    async with app_for(node, role=Role.OPERATOR, route="/stations") as screen:
        await screen.click("accept-NEW-1")
        await screen.wait("station-location")
        await screen.click("dialog-confirm")
        await screen.wait_for_text("Harbour", "station-NEW-1")
        await screen.click("accept-NEW-2")
        await choose(screen, "station-location", "")
        await screen.click("dialog-confirm")
        await screen.wait_gone("accept-NEW-2")
        [known] = await listed(node)
        assert (known["id"], known["stations"]) == (str(location_id), 1)


async def test_leaving_the_question_changes_nothing(node: Node) -> None:
    await world.add_station(node.tenant_id, "NEW-1", registration="pending")
    async with app_for(node, role=Role.OPERATOR, route="/stations/NEW-1") as screen:
        await screen.click("accept-NEW-1")
        await screen.click("place-new")
        await fill(screen)
        await screen.click("dialog-cancel")
        await screen.wait_gone("dialog-confirm")
        await screen.click("accept-NEW-1")
        await screen.click("place-new")
        assert typed(screen, "place-name") == ""
        assert await listed(node) == []


# --- entering and editing a station ------------------------------------------------------------------


async def test_a_station_is_entered_at_a_new_place_once(node: Node) -> None:
    """The identity is taken: what was typed stays, and the second try makes no second location."""
    await world.add_station(node.tenant_id, "TAKEN")
    async with app_for(node, role=Role.OPERATOR, size=PHONE, route="/stations") as phone:
        await phone.click("add-station")
        await phone.type("station-identity", "TAKEN")
        await phone.click("place-new")
        await fill(phone)
        await phone.click("dialog-confirm")
        await phone.wait_for_text("TAKEN exists already", "problem")
        await phone.type("station-identity", "FREE-1")
        await phone.click("dialog-confirm")
        await phone.wait("add-station-done")
        [made] = await listed(node)
        assert (made["name"], made["stations"]) == ("Quay", 1)


async def test_a_station_without_a_place_says_so_and_gets_one(node: Node) -> None:
    await world.add_station(node.tenant_id, "CP-1")
    first = await world.add_location(node.tenant_id, "Harbour")
    await world.add_location(node.tenant_id, "Airport")
    async with app_for(node, role=Role.OPERATOR, route="/stations/CP-1") as screen:
        await screen.wait_for_text("Drivers don't see it", "station-unplaced")
        await screen.click("station-choose-location")
        await choose(screen, "station-location", str(first))
        await screen.click("dialog-confirm")
        await screen.wait_gone("station-unplaced")
        await screen.wait_for_text("Quay 1, 20457 Hamburg")


# --- outlets -----------------------------------------------------------------------------------------


async def test_an_outlet_gets_plug_power_and_tariff(node: Node) -> None:
    location_id = await world.add_location(node.tenant_id)
    station_id = await world.add_station(node.tenant_id, "CP-1", location_id=location_id, online=True)
    await world.add_connector(station_id, max_power_w=0)
    tariff_id = str(await node.add_tariff())
    async with (
        app_for(node, role=Role.OPERATOR, route="/stations/CP-1") as screen,
        app_for(node, role=Role.DRIVER, size=PHONE, route=f"/locations/{location_id}") as phone,
    ):
        await phone.wait_for_text("– kW")
        await screen.click("outlet-enter-1")
        await screen.wait_for_text("Connector 1 of CP-1")
        await screen.type("outlet-power", "fast")
        await screen.click("dialog-confirm")
        await screen.wait_for_text("The power is a number of kilowatts", "problem")
        await screen.type("outlet-power", "150")
        await choose(screen, "outlet-plug", "IEC_62196_T2_COMBO")
        await choose(screen, "outlet-tariff", tariff_id)
        await screen.click("dialog-confirm")
        await screen.wait_for_text("CCS · 150 kW", "connector-1")
        await screen.wait_gone("outlet-enter-1")
        await phone.wait_for_text("150 kW", within=SOON_S)
        await screen.click("outlet-edit-1")
        await screen.until(lambda: typed(screen, "outlet-power") == "150", "what is known")


# --- the page of locations ---------------------------------------------------------------------------


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
async def test_the_locations_are_listed_made_changed_and_deleted(node: Node, size: tuple[int, int]) -> None:
    async with app_for(node, role=Role.OPERATOR, size=size, route="/stations") as screen:
        await screen.click("locations")
        await screen.wait_for_route("/locations")
        await screen.wait_for_text("No locations yet")
        await screen.click("add-first-location")
        await fill(screen)
        await screen.type("place-description", "Behind the hall")
        await screen.click("dialog-confirm")
        await screen.wait_gone("dialog-confirm")
        [made] = await listed(node)
        name = f"location-{made['id']}"
        await screen.wait_for_text("Not yet on the drivers' map", name)
        await world.add_station(node.tenant_id, "CP-1")
        client = await node.client()
        await client.patch("/api/v1/stations/CP-1", json={"location_id": made["id"]})
        await screen.wait_for_text("1", name, within=SOON_S)
        await screen.click(name)
        await screen.wait_for_text("It can be deleted once no station stands here any more.")
        assert not screen.has("location-delete")
        assert typed(screen, "place-description") == "Behind the hall"
        await screen.type("place-name", "Pier")
        await screen.click("dialog-confirm")
        await screen.wait_for_text("Pier", name)
        await client.patch("/api/v1/stations/CP-1", json={"location_id": ""})
        await screen.wait_for_text("0 stations" if size == PHONE else "0", name, within=SOON_S)
        await screen.settle()
        await screen.click(name)
        await screen.click("location-delete")
        await screen.wait_for_text("Delete Pier?")
        await _confirm_on_top(screen)
        await screen.wait_for_text("No locations yet")
        assert await listed(node) == []
        await screen.click("back")
        await screen.wait_for_route("/stations")


async def _confirm_on_top(screen: Phone) -> None:
    """Two dialogs are open: the later one lies above."""
    top = screen._dialogs()[-1]
    inside = [one for one in screen.controls(top) if isinstance(one, ft.Button)]
    await screen.event(inside[-1], "click")


async def test_a_dialog_that_closes_is_drawn_until_it_is_gone(node: Node) -> None:
    """The browser plays its end for a moment, while the page behind it is another object already."""
    async with app_for(node, role=Role.OPERATOR, size=DESKTOP, route="/locations") as screen:
        await screen.click("add-first-location")
        await fill(screen)
        await screen.click("dialog-confirm")
        await screen.wait_gone("dialog-confirm")
        [made] = await listed(node)
        await screen.click(f"location-{made['id']}")
        await screen.wait("dialog-cancel")
        cancel = screen.pressable("dialog-cancel")
        assert cancel is not None
        await screen.event(cancel, "click")
        await asyncio.sleep(0.05)
        for width in (1300, 1200):  # whoever follows the size is drawn anew: also what is in the dialog
            screen.session.apply_page_patch({"width": width, "height": 900})
            await screen.event(screen.page, "resize", {"width": width, "height": 900})
            await asyncio.sleep(0.05)
        assert any(not one.open for one in screen.page._dialogs.controls), "the dialog was gone already"
        screen.check()


async def test_drivers_have_no_such_page(node: Node) -> None:
    async with app_for(node, role=Role.DRIVER, size=PHONE, route="/locations") as phone:
        await phone.settle()
        assert not phone.has("add-location")


async def test_the_forms_speak_german(node: Node) -> None:
    async with app_for(node, role=Role.OPERATOR, route="/locations", language="de") as screen:
        await screen.wait_for_text("Noch keine Standorte")
        await screen.click("add-first-location")
        await screen.click("dialog-confirm")
        await screen.wait_for_text("Geben Sie dem Standort einen Namen", "problem")


# --- from nothing ------------------------------------------------------------------------------------


@pytest.fixture
async def fresh(db: str) -> AsyncIterator[Node]:
    """As after the first start without a demo: a tenant, and nothing in it."""
    async with running_node(db, served=True, worker=True) as one:
        yield one


async def test_from_an_empty_installation_to_the_first_receipt(fresh: Node) -> None:
    async with (
        app_for(fresh, role=Role.OPERATOR, route="/stations") as screen,
        app_for(fresh, role=Role.DRIVER, size=PHONE) as phone,
        station_at(fresh.ocpp_url, "FIRST-1") as station,
    ):
        assert (await station.call("BootNotification", BOOT))["status"] == "Pending"
        await screen.click("accept-FIRST-1")
        await screen.click("place-new")
        await fill(screen)
        await screen.click("dialog-confirm")
        await screen.wait_for_text("Quay", "station-FIRST-1")
        assert (await station.call("BootNotification", BOOT))["status"] == "Accepted"
        message_id, _ = await station.expect_call("GetConfiguration")
        await station.answer_error(message_id, "NotSupported")
        await status(station, "Available")

        await screen.click("station-FIRST-1")
        await screen.click("outlet-enter-1")
        await screen.type("outlet-power", "22")
        await screen.wait_for_text("There is no tariff: charging is free.")
        await screen.click("dialog-confirm")
        await screen.wait_for_text("Type 2 · 22 kW", "connector-1")

        driver = await fresh.client(Role.DRIVER)
        [place] = (await driver.get("/api/v1/locations")).json()["items"]
        assert (place["name"], place["max_power_w"], place["availability"]["available"]) == ("Quay", 22_000, 1)
        await phone.wait_for_text("Quay", within=SOON_S)  # on the screen that was open all the time
        here = (await driver.get(f"/api/v1/locations/{place['id']}")).json()
        connector_id = here["stations"][0]["connectors"][0]["id"]
        await phone.go(f"/locations/{place['id']}")
        await phone.click(f"connector-{connector_id}")
        await phone.click("start-charging")
        message_id, asked = await station.expect_call("RemoteStartTransaction")
        await station.answer(message_id, {"status": "Accepted"})
        begun = {"connectorId": 1, "idTag": asked["idTag"], "meterStart": 0, "timestamp": stamp(60)}
        number = (await station.call("StartTransaction", begun))["transactionId"]
        await status(station, "Charging")
        await phone.wait_for_text("Charging", within=10)
        await phone.click("stop-charging", within=10)
        await phone.click("dialog-confirm")
        message_id, asked = await station.expect_call("RemoteStopTransaction")
        assert asked == {"transactionId": number}
        await station.answer(message_id, {"status": "Accepted"})
        ended = {"transactionId": number, "meterStop": 12_400, "timestamp": stamp(), "reason": "Remote"}
        await station.call("StopTransaction", ended)
        await phone.click("open-receipt", within=15)
        await phone.wait_for_text("12.400 kWh", "receipt")
        assert "Quay" in phone.text()
        assert "Am Kai 4" in phone.text()
