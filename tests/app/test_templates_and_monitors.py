"""Templates in the settings, monitors on a station's page, and what people type of both."""

import asyncio

import pytest

from app.operator import monitor_rules, template_rules
from shared.accounts import Role
from shared.templates import WantedValue
from tests.app.harness import app_for
from tests.support.node import Node


@pytest.mark.parametrize(
    "line",
    [
        "HeartbeatInterval = 300",
        "OCPPCommCtrlr.HeartbeatInterval = 300",
        "EVSE@1.AvailabilityState = Operative",
        "Connector@1/2.Limit#MaxSet = a = b",
        "Empty = ",
    ],
)
def test_a_setting_as_a_line_and_back(line: str) -> None:
    line = line.replace("EVSE@1.AvailabilityState", "EVSE.AvailabilityState@1")
    line = line.replace("Connector@1/2.Limit", "Connector.Limit@1/2")
    ((change,), wrong) = template_rules.read(f"\n  {line}  \n")
    assert wrong == ""
    there = WantedValue(
        component=change.component,
        name=change.name,
        evse=change.evse,
        connector=change.connector,
        attribute=change.attribute,
        value=change.value,
    )
    assert template_rules.line(there).strip() == line.strip()


@pytest.mark.parametrize("line", ["HeartbeatInterval", "A#Nonsense = 1", "= 3", "A@x = 3"])
def test_a_line_that_is_no_setting_is_named(line: str) -> None:
    assert template_rules.read(f"Good = 1\n{line}") == ([], line)


@pytest.mark.parametrize(
    ("variable", "value", "problem"),
    [
        ("Temperature", "70", "Name a component and its variable, as in Connector@1/1.Temperature."),
        ("Connector@1/1.Temperature", "warm", "Enter a number."),
        ("Connector@1/1.Temperature", "nan", "Enter a number."),
        ("Connector@1/1.Temperature", "1e30", "Enter a number."),
        ("Connector@1/1.Temperature", "70,5", ""),
        ("ChargingStation.Temperature", "-5", ""),
    ],
)
def test_what_is_typed_of_a_monitor(variable: str, value: str, problem: str) -> None:
    wanted, said = monitor_rules.wished(variable, "UpperThreshold", value, 3)
    assert said == problem
    assert (wanted is None) is bool(problem)
    if wanted is not None:
        (one,) = wanted.monitors
        where = monitor_rules.place(one.component, one.name, one.evse or None, one.connector or None)
        assert (where, one.value) == (variable, float(value.replace(",", ".")))


async def test_a_template_is_added_changed_and_deleted(node: Node) -> None:
    async with app_for(node, role=Role.OPERATOR, route="/settings") as screen:
        await screen.wait_for_text("No template yet")
        await screen.click("add-template")
        await screen.click("template-confirm")
        await screen.wait_for_text("Give the template a name.", "template-problem")
        await screen.type("template-name", "City")
        await screen.type("template-model", "AC-22*")
        await screen.type("template-wanted", "HeartbeatInterval 300")
        await screen.click("template-confirm")
        await screen.wait_for_text("This line is no setting: HeartbeatInterval 300", "template-problem")
        await screen.type("template-wanted", "HeartbeatInterval = 300")
        await screen.click("template-confirm")
        await screen.wait_for_text("AC-22* · One setting", "template-City")
        await screen.click("edit-City")
        await screen.type("template-wanted", "HeartbeatInterval = 300\nOCPPCommCtrlr.HeartbeatInterval = 300")
        await screen.click("template-confirm")
        await screen.wait_for_text("2 settings", "template-City")
        await screen.click("delete-City")
        await screen.click("dialog-confirm")
        await screen.wait_for_text("No template yet")


async def test_a_monitor_is_set_and_what_it_tells_is_seen(node: Node) -> None:
    await node.add_station("CP-1", tariff_id=await node.add_tariff())
    async with (
        node.booted("CP-1", "2.0.1") as station,
        app_for(node, role=Role.OPERATOR, route="/stations/CP-1") as screen,
    ):
        await screen.click("tab-upkeep")
        await screen.click("upkeep-monitors")
        await screen.wait_for_text("No monitor is known.")
        await screen.click("monitor-add")
        await screen.type("monitor-variable", "Connector@1/1.Temperature")
        await screen.type("monitor-value", "70")
        tap = asyncio.create_task(screen.click("monitor-confirm"))
        message_id, sent = await station.expect_call("SetVariableMonitoring")
        (wanted,) = sent["setMonitoringData"]
        assert (wanted["value"], wanted["type"], wanted["severity"]) == (70, "UpperThreshold", 4)
        assert wanted["component"] == {"name": "Connector", "evse": {"id": 1, "connectorId": 1}}
        outcome = {key: wanted[key] for key in ("type", "severity", "component", "variable")}
        await station.answer(message_id, {"setMonitoringResult": [outcome | {"status": "Accepted", "id": 7}]})
        await tap
        await screen.wait_for_text("Connector@1/1.Temperature")
        await screen.wait_for_text("above 70 · Error")
        event = {
            "eventId": 1,
            "timestamp": "2026-11-01T10:00:00Z",
            "trigger": "Alerting",
            "actualValue": "81.5",
            "eventNotificationType": "CustomMonitor",
            "component": wanted["component"],
            "variable": wanted["variable"],
            "variableMonitoringId": 7,
        }
        await station.call("NotifyEvent", {"generatedAt": "2026-11-01T10:00:00Z", "seqNo": 0, "eventData": [event]})
        await screen.wait_for_text("Connector@1/1.Temperature: 81.5")
        tap = asyncio.create_task(screen.click("monitor-clear-7"))
        message_id, sent = await station.expect_call("ClearVariableMonitoring")
        assert sent == {"id": [7]}
        await station.answer(message_id, {"clearMonitoringResult": [{"status": "Accepted", "id": 7}]})
        await tap
        await screen.wait_for_text("No monitor is known.")
