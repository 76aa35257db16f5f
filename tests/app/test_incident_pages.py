"""An incident in full, as an operator works through it, without a browser, on a real node."""

from uuid import UUID

import pytest

from backend.alerts import service as alerts
from backend.remedies import service as remedies
from backend.stations import service as stations
from backend.stations.service import StatusReport
from shared.accounts import Role
from shared.stations import ConnectorStatus
from tests import world
from tests.app.harness import DESKTOP, PHONE, app_for
from tests.support.node import Node


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
async def test_an_incident_in_full(node: Node, size: tuple[int, int]) -> None:
    station_id = await world.add_station(node.tenant_id, "CP-1", online=True)
    report = StatusReport(
        evse=1, status=ConnectorStatus.FAULTED, at=node.ctx.now(), error_code="InternalError", info="Relay 4"
    )
    await stations.connector_status(node.ctx, station_id, report)
    [incident] = await alerts.open_incidents(node.ctx, node.tenant_id)
    await remedies.begin(node.ctx, {"incident_id": incident.id, "run_id": str(UUID(int=7))})
    async with app_for(node, role=Role.OPERATOR, size=size, route=f"/incidents/{incident.id}") as screen:
        await screen.wait_for_text("Internal error of the station")
        await screen.wait_for_text("Next step")
        await screen.wait_for_text("Fault that a restart may mend")
        await screen.click("state-acknowledged")
        await screen.wait_for_text("In hand")
        await screen.wait_for_text("Somebody takes care of it.")
        await screen.type("note", "Called the technician")
        await screen.click("write")
        await screen.wait_for_text("Called the technician")
        await screen.click("remedy-stop")
        await screen.wait_for_text("Stopped")


async def test_playbooks_are_read_tried_and_changed(node: Node) -> None:
    async with app_for(node, role=Role.ADMIN, size=DESKTOP, route="/playbooks") as screen:
        await screen.wait_for_text("Fault that a restart may mend")
        await screen.click("dry-fault")
        await screen.wait_for_text("it would have fired 0 times")
        await screen.click("switch-fault")
        await screen.wait_for_text("version 2")
        await screen.click("book-plug_lock")
        await screen.wait_for_text("Runs a day at a station")


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
async def test_who_is_told_is_set_up(node: Node, size: tuple[int, int]) -> None:
    async with app_for(node, role=Role.ADMIN, size=size, route="/notifications") as screen:
        await screen.wait_for_text("Everybody on the team")
        await screen.wait_for_text("Not set up")
        await screen.wait_for_text("No messages.")
        await screen.click("route-add")
        await screen.wait_for_text("after 10 minutes")
        await screen.wait_for_text("Nobody is on call yet.")


async def test_a_driver_says_what_to_hear(node: Node) -> None:
    async with app_for(node, role=Role.DRIVER, size=PHONE, route="/me") as screen:
        await screen.wait_for_text("My session was interrupted")
        await screen.click("wish-quiet")
        await screen.wait_for_text("From 22:00 to 07:00")
