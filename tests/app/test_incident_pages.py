"""An incident in full, as an operator works through it, without a browser, on a real node."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import pytest

from app.operator import detection
from backend import main
from backend.alerts import service as alerts
from backend.alerts import tuning
from backend.db.engine import DB
from backend.events import NoticeSent
from backend.remedies import service as remedies
from backend.stations import service as stations
from backend.stations.service import StatusReport
from shared.accounts import Role
from shared.faults import Bounds
from shared.remedies import NEEDS_HANDS
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
        await screen.click("switch-fault")
        await screen.wait_for_text("version 2")
        await screen.click("book-plug_lock")
        await screen.wait_for_text("Runs a day at a station")
        await screen.click("try-plug_lock")
        await worked(node)
        await screen.wait_for_text("No station is meant by this.")
        await screen.click("edit-plug_lock")
        await screen.wait_for_text("For incidents of these rules")
        await screen.click("for-station_silent")
        await screen.type("book-quiet-from", "22")
        await screen.type("book-quiet-to", "6.30")
        await screen.click("book-confirm")
        await screen.wait_for_text("22:00–06:30")
        await screen.click("playbook-new")
        await screen.type("book-name", "Mine")
        await screen.type("book-codes", "OtherError, GroundFailure")
        await screen.click("book-confirm")
        await screen.wait_for_text("A fault code can't be meant and left alone at once.")
        await screen.type("book-codes", "")
        await screen.type("book-not-codes", ", ".join([*NEEDS_HANDS[1:], "OtherError"]))
        await screen.click("book-confirm")
        row = await stored("SELECT plan->'not_codes' AS codes FROM playbook WHERE key = ''")
    assert row["codes"] == [*NEEDS_HANDS[1:], "OtherError"]


async def stored(sql: str) -> Any:
    """The one row, as soon as it is there."""
    for _ in range(500):
        if rows := await DB.run(sql):
            break
        await asyncio.sleep(0.02)
    [row] = rows
    return row


async def worked(node: Node) -> None:
    """Does what the worker would: this house has none."""
    row = await stored("SELECT id FROM look_back WHERE state = 'queued'")
    await main.JOBS["lookback.run"](node.ctx, {"id": str(row["id"]), "turn": 0})


async def test_a_threshold_is_tried_on_the_past_and_kept(node: Node) -> None:
    station_id = await world.add_station(node.tenant_id, "CP-1", online=True)
    sql = """INSERT INTO status_change (station, at, status) VALUES ($1, now() - interval '3 days', 'online'),
        ($1, now() - interval '2 days', 'offline'), ($1, now() - interval '2 days' + interval '5 minutes', 'online')"""
    await DB.run(sql, station_id)
    async with app_for(node, role=Role.OPERATOR, size=DESKTOP, route="/rules") as screen:
        await screen.wait_for_text("Station offline")
        await screen.click("rule-station_offline")
        await screen.type("threshold-station_offline-grace_s", "240")
        await screen.click("try-station_offline")
        await worked(node)
        await screen.wait_for_text("In the last 30 days it would have fired once. With the thresholds of today: once.")
        await screen.wait_for_text("no incident then")
        await screen.click("threshold-keep-station_offline")
        await screen.wait_for_text("Own thresholds")
        await screen.wait_for_text("All stations – Seconds it may be away: 240")
        await screen.click("switch-station_offline")
        await screen.wait_for_text("Off")


@pytest.mark.parametrize("size", [PHONE, DESKTOP])
async def test_who_is_told_is_set_up(node: Node, size: tuple[int, int]) -> None:
    async with app_for(node, role=Role.ADMIN, size=size, route="/notifications") as screen:
        await screen.wait_for_text("Everybody on the team")
        await screen.wait_for_text("Not set up")
        await screen.wait_for_text("No messages.")
        await screen.click("route-add")
        await screen.wait_for_text("after 10 minutes")
        await screen.wait_for_text("Nobody is on call yet.")
        await screen.wait_for_text("Critical → Operators")
        row = await stored("SELECT id FROM notify_route")
        await screen.click(f"route-edit-{row['id']}")
        await screen.click("way-email")
        await screen.click("day-5")
        await screen.type("route-begins", "9")
        await screen.click("route-escalate")
        await screen.click("route-confirm")
        await screen.wait_for_text("Sat, 09:00–18:00")
        [account] = await DB.run("SELECT id FROM account WHERE role = 'admin'")
        await screen.click(f"member-{account['id']}")
        await screen.type("rota-name", "Nights")
        await screen.click("rota-add")
        await screen.wait_for_text("Nights")
        rota = await stored("SELECT id FROM notify_rota")
        await screen.wait(f"rota-edit-{rota['id']}")
        await screen.click(f"rota-edit-{rota['id']}")
        await screen.type("rota-edit-name", "Days")
        await screen.click("rota-confirm")
        await screen.wait_for_text("Days")


async def test_a_driver_says_what_to_hear(node: Node) -> None:
    async with app_for(node, role=Role.DRIVER, size=PHONE, route="/me") as screen:
        await screen.wait_for_text("My session was interrupted")
        await screen.click("wish-quiet")
        await screen.wait_for_text("From 22:00 to 07:00")


async def test_an_incident_goes_to_a_service_partner(node: Node) -> None:
    location_id = await world.add_location(node.tenant_id)
    station_id = await world.add_station(node.tenant_id, "CP-1", online=True, location_id=location_id)
    report = StatusReport(evse=1, status=ConnectorStatus.FAULTED, at=node.ctx.now(), error_code="GroundFailure")
    await stations.connector_status(node.ctx, station_id, report)
    [incident] = await alerts.open_incidents(node.ctx, node.tenant_id)
    async with app_for(node, role=Role.ADMIN, size=PHONE, route=f"/incidents/{incident.id}") as screen:
        await screen.wait_for_text("Nobody is named yet who repairs stations.")
        await screen.click("to-partners")
        await screen.wait_for_text("No service partners")
        await screen.click("partner-new")
        await screen.type("partner-name", "Fix")
        await screen.type("partner-address", "nobody")
        await screen.click("partner-confirm")
        await screen.wait_for_text("This is no e-mail address.")
        await screen.type("partner-address", "fix@fix.example")
        await screen.click("partner-confirm")
        await screen.wait_for_text("E-mail · fix@fix.example · All sites")
        await screen.client.moved(f"/incidents/{incident.id}")
        await screen.type("ticket-note", "Key at the kiosk")
        await screen.click("ticket-send")
        await screen.wait_for_text("T-1 · Fix")
        await screen.wait_for_text("Ticket T-1 goes to Fix.")


async def test_messages_are_counted_until_they_are_read(node: Node) -> None:
    async with app_for(node, role=Role.OPERATOR, size=DESKTOP, route="/") as screen:
        await screen.wait("nav-messages")
        sql = """INSERT INTO delivery (id, tenant, account, channel, kind, key, title, body, link, state, created_at)
            SELECT gen_random_uuid(), tenant, id, 'app', 'test', 'k', 'Station is offline', 'CP-1', '/stations', 'sent',
            now() FROM account WHERE role = 'operator'"""
        await DB.run(sql)
        [account] = await DB.run("SELECT id FROM account WHERE role = 'operator'")
        async with node.ctx.unit() as unit:
            unit.emit(NoticeSent(tenant_id=node.tenant_id, at=node.ctx.now(), account_id=account["id"]))
        await screen.wait("notice-badge")
        await screen.click("nav-messages")
        await screen.wait_for_text("CP-1")
        await screen.click("notices-read")
        await screen.until(lambda: "notice-badge" not in screen.identifiers(), "no badge")


async def test_a_code_that_nobody_knew_gets_a_meaning(node: Node) -> None:
    station_id = await world.add_station(node.tenant_id, "CP-1", online=True)
    report = StatusReport(
        evse=1, status=ConnectorStatus.FAULTED, at=node.ctx.now(), error_code="OtherError", vendor_error_code="E-107"
    )
    await stations.connector_status(node.ctx, station_id, report)
    async with app_for(node, role=Role.OPERATOR, size=PHONE, route="/rules/codes") as screen:
        await screen.wait_for_text("Say what it means")
        await screen.wait_for_text("Power board doesn't switch")  # of the house's list
        await screen.click("teach-e-107")
        await screen.wait_for_text("What a code means")
        await screen.type("code-title", "Door is open")
        await screen.click("code-confirm")
        await screen.wait_for_text("Door is open")
        await screen.wait_for_text("Every code that came has a meaning.")
        await screen.click("code-remove-e-107")
        await screen.wait_for_text("You have said nothing of any code yet.")


async def test_an_end_of_firmware_is_an_incident_at_once(node: Node) -> None:
    station_id = await world.add_station(node.tenant_id, "CP-1")
    await DB.run(
        "UPDATE charging_station SET vendor = 'Northwind', model = 'Pillar', firmware = '1.2' WHERE id = $1", station_id
    )
    async with app_for(node, role=Role.OPERATOR, size=DESKTOP, route="/rules/firmware") as screen:
        await screen.wait_for_text("on one station")
        await screen.click("firmware-Pillar-1.2")
        await screen.type("firmware-ends", "2020-13-01")
        await screen.wait_for_text("A day such as 2027-06-30.")
        await screen.type("firmware-ends", "2020-12-31")
        await screen.click("firmware-confirm")
        await screen.wait_for_text("Support is over")
        [incident] = await alerts.open_incidents(node.ctx, node.tenant_id)
        assert (incident.rule, incident.station_identity) == ("firmware_expires", "CP-1")
        await screen.click("firmware-remove-Pillar-1.2")
        await screen.wait_for_text("Set an end")
        assert await alerts.open_incidents(node.ctx, node.tenant_id) == []


async def test_a_rule_that_threw_and_a_channel_that_is_down_are_seen(node: Node) -> None:
    threw = tuning.Threw()
    threw("meter_jump", ZeroDivisionError("division by zero"))
    async with node.ctx.unit() as unit:
        await tuning.switch_off_failed(node.ctx, unit, node.tenant_id, threw)
    await DB.run(
        "INSERT INTO channel_health (id, tenant, channel, failures, error) VALUES ($1, $2, 'email', 3, $3)",
        uuid4(),
        node.tenant_id,
        "The mail server doesn't answer.",
    )
    async with app_for(node, role=Role.OPERATOR, size=DESKTOP, route="/incidents") as desk:
        await desk.wait_for_text("Detection rule switched off")
        await desk.go("/rules")
        await desk.wait_for_text("Failed and switched off")
        assert "ZeroDivisionError: division by zero" in desk.text()
        await desk.go("/notifications")
        await desk.wait_for_text("The mail server doesn't answer.")
        assert "Down" in desk.texts()


@pytest.mark.parametrize(
    ("typed", "bounds", "found"),
    [
        ("2,5", Bounds(least=1, most=10), 2.5),
        ("2,5", Bounds(least=1, most=10, whole=True), None),
        ("0", Bounds(least=1, most=10), None),
        ("10.1", Bounds(least=1, most=10), None),
        ("nan", Bounds(least=1, most=10), None),
        ("ten", Bounds(least=1, most=10), None),
    ],
)
def test_a_threshold_is_taken_within_its_bounds_which_the_form_says(
    typed: str, bounds: Bounds, found: float | None
) -> None:
    assert detection.parsed(typed, bounds) == found
    assert detection.spoken(bounds, lambda text: text).endswith("from 1 to 10.")
