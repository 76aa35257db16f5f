"""What 2.0.1 stations tell of faults: a state in one message, its reason in another."""

from typing import Any

import pytest

from tests.support.node import Node
from tests.support.scripted_station import ScriptedStation
from tests.support.wire import stamp


async def free(station: ScriptedStation) -> None:
    assert await station.call("StatusNotification", state("Available")) == {}


def problem(component: str = "Connector", value: str = "true", **more: Any) -> dict[str, Any]:
    event = {
        "eventId": 1,
        "timestamp": stamp(),
        "trigger": "Alerting",
        "actualValue": value,
        "eventNotificationType": "HardWiredNotification",
        "component": {"name": component, "evse": {"id": 1, "connectorId": 1}},
        "variable": {"name": "Problem"},
        **more,
    }
    return {"generatedAt": stamp(), "seqNo": 0, "eventData": [event]}


def state(word: str) -> dict[str, Any]:
    return {"timestamp": stamp(), "connectorStatus": word, "evseId": 1, "connectorId": 1}


REASON = {"techCode": "E-107", "techInfo": "GroundFailure: Residual current device tripped (34 mA)"}


@pytest.mark.parametrize("reason_first", [False, True])
async def test_a_state_and_its_reason_are_one_incident(node: Node, reason_first: bool) -> None:
    await node.add_station("CP-2", tariff_id=await node.add_tariff())
    operator = await node.client()
    async with node.booted("CP-2", "2.0.1") as station:
        await free(station)
        said: list[tuple[str, dict[str, Any]]] = [
            ("StatusNotification", state("Faulted")),
            ("NotifyEvent", problem(**REASON)),
        ]
        for action, payload in reversed(said) if reason_first else said:
            assert await station.call(action, payload) == {}
        # Repetitions, as after a boot, change nothing.
        assert await station.call("StatusNotification", state("Faulted")) == {}
        assert await station.call("NotifyEvent", problem(**REASON)) == {}
        [incident] = (await operator.get("/api/v1/incidents")).json()["items"]
        assert (incident["title"], incident["occurrences"], incident["severity"]) == (
            "Residual current protection tripped",
            1,
            "critical",
        )
        told = "Connector 1 reports GroundFailure"
        assert incident["detail"].startswith(told)
        assert incident["detail"].endswith("out of service. It says: Residual current device tripped (34 mA).")
        shown = (await operator.get("/api/v1/stations/CP-2")).json()["row"]["connectors"][0]
        assert (shown["status"], shown["error_code"]) == ("faulted", "GroundFailure")
        await free(station)
        [incident] = (await operator.get("/api/v1/incidents")).json()["items"]
        assert incident["state"] == "closed"


async def test_a_problem_alone_takes_nothing_out_of_service_and_ends(node: Node) -> None:
    await node.add_station("CP-2", tariff_id=await node.add_tariff())
    operator = await node.client()
    async with node.booted("CP-2", "2.0.1") as station:
        await free(station)
        await station.call("NotifyEvent", problem("TokenReader"))
        await station.call("StatusNotification", state("Occupied"))
        [incident] = (await operator.get("/api/v1/incidents")).json()["items"]
        assert (incident["title"], incident["severity"]) == ("Card reader fails", "info")
        assert (await operator.get("/api/v1/stations/CP-2")).json()["row"]["connectors"][0]["status"] == "occupied"
        await station.call("NotifyEvent", problem("TokenReader", "false"))
        [incident] = (await operator.get("/api/v1/incidents")).json()["items"]
        assert incident["state"] == "closed"
