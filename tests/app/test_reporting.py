"""A driver reports a problem in the app; an operator reads it at the station."""

from uuid import UUID

import pytest

from backend.db.engine import DB
from backend.driver_reports import rules
from shared.accounts import Role
from tests import world
from tests.app.harness import DESKTOP, PHONE, app_for
from tests.support.node import Node


async def place(node: Node) -> tuple[UUID, UUID, UUID]:
    """A location, the first outlet of its station, and the second."""
    location_id = await world.add_location(node.tenant_id)
    station_id = await world.add_station(node.tenant_id, "HAR-01", location_id=location_id, online=True)
    return location_id, await world.add_connector(station_id), await world.add_connector(station_id, 2)


async def test_from_the_page_of_a_station_to_the_operator(node: Node) -> None:
    location_id, _, second = await place(node)
    route = f"/locations/{location_id}?connector={second}"
    async with app_for(node, role=Role.DRIVER, size=PHONE, route=route) as phone:
        await phone.click("report")
        await phone.wait("report-where")
        await phone.click("problem-other")
        await phone.settle()
        assert phone.pressable("report-confirm") is None  # "something else" needs words
        await phone.type("report-words", "It smells burnt")
        await phone.click("problem-damage")
        await phone.click("report-confirm")
        await phone.wait_for_text("You reported: Something is damaged")
        assert "HAR-01 2 ·" in phone.text()
        assert "You hear when it works again" in phone.text()
    # A second one makes it an incident, and the operator reads both at the station.
    async with app_for(node, role=Role.OPERATOR, size=DESKTOP, route="/stations/HAR-01") as desk:
        await desk.wait_for_text("It smells burnt")
        assert "didn't try to charge here" in desk.text()


async def test_what_is_refused_is_said_in_the_dialog(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_AN_HOUR", 0)
    location_id, _, _ = await place(node)
    async with app_for(node, role=Role.DRIVER, size=PHONE, route=f"/locations/{location_id}") as phone:
        await phone.click("report")
        await phone.click("problem-screen_dark")
        await phone.click("report-confirm")
        await phone.wait_for_text("You reported a lot already.", "report-problem")
        await phone.click("report-cancel")
        await phone.wait_gone("report-words")


async def test_after_a_session_the_outlet_is_known(node: Node) -> None:
    _, outlet_id, _ = await place(node)
    email = "dana@example.com"
    async with app_for(node, role=Role.DRIVER, size=PHONE, email=email) as phone:
        me = await world_account(email)
        station = await world_station(outlet_id)
        values = {"account": me, "state": "failed", "failure": "The charger refused to start.", "id_token": "X"}
        session = await world.add_transaction(station, outlet_id, **values)
        await phone.go(f"/sessions/{session}")
        await phone.click("report")
        await phone.wait("problem-wont_start")
        assert not phone.has("report-where")
        await phone.click("problem-wont_start")
        await phone.click("report-confirm")
        await phone.wait_for_text("You reported: Charging doesn't start")


async def world_account(email: str) -> UUID:
    rows = await DB.run("SELECT id FROM account WHERE email = $1", email)
    return rows[0]["id"]


async def world_station(outlet_id: UUID) -> UUID:
    rows = await DB.run("SELECT station FROM connector WHERE id = $1", outlet_id)
    return rows[0]["station"]
