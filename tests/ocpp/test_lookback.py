"""Frames that stations really sent, recorded, and judged again by other rules."""

from typing import Any

import httpx

from backend import main
from backend.db.engine import DB
from shared.remedies import PlaybookSet, PlaybookStep, StepKind
from tests.ocpp.test_faults201 import REASON, problem, state
from tests.support.node import Node
from tests.support.scripted_station import ScriptedStation
from tests.support.wire import eventually, stamp


def status(word: str, code: str = "NoError") -> dict[str, Any]:
    return {"connectorId": 1, "status": word, "errorCode": code, "timestamp": stamp()}


async def looked_back(node: Node, client: httpx.AsyncClient, asked: dict[str, Any]) -> dict[str, Any]:
    """Asks, and waits for the worker."""
    begun = await client.post("/api/v1/look-backs", json=asked)
    assert begun.status_code == 202, begun.text
    one = begun.json()["id"]
    await main.JOBS["lookback.run"](node.ctx, {"id": one, "turn": 0})  # beside the worker's: it may run twice
    found: dict[str, Any] = await eventually(
        client, f"/api/v1/look-backs/{one}", lambda found: found["state"] not in ("queued", "running")
    )
    assert (found["state"], found["done"]) == ("done", found["stations"]), found
    found["firings"] = (await client.get(f"/api/v1/look-backs/{one}/firings")).json()["items"]
    return found


async def faults(station: ScriptedStation, times: int) -> None:
    for _ in range(times):
        await station.call("StatusNotification", status("Faulted", "GroundFailure"))
        await station.call("StatusNotification", status("Available"))


async def test_what_was_recorded_is_judged_again(node: Node) -> None:
    await node.add_station("CP-1")
    await node.add_station("CP-2")
    operator = await node.client()
    assert (await operator.patch("/api/v1/rules/connector_faulted", json={"on": False})).status_code == 200
    async with node.booted("CP-1") as station:
        await faults(station, 2)
        assert (await operator.patch("/api/v1/rules/connector_faulted", json={"on": True})).status_code == 200
        await faults(station, 1)
        late = {**status("Faulted", "HighTemperature"), "timestamp": stamp(-120)}
        await station.call("StatusNotification", late)
        await station.call("StatusNotification", late | {"info": "again"})
    async with node.booted("CP-2", "2.0.1") as station:
        await station.call("StatusNotification", state("Faulted"))
        await station.call("NotifyEvent", problem(**REASON))
        await station.call("StatusNotification", state("Available"))
    await node.listener.connections.frames.flush()

    found = await looked_back(node, operator, {"rules": ["connector_faulted", "clock_drift", "no_sessions"]})
    assert {one["rule"]: (one["fired"], one["happened"], one["missed"]) for one in found["rules"]} == {
        "connector_faulted": (5, 3, 0),  # two of them while the rule was switched off
        "clock_drift": (1, 1, 0),
    }
    assert found["left_out"] == ["no_sessions"]
    assert found["said"].startswith("In the last 30 days it would have fired 6 times; 4 of them were incidents")
    told = [(one["station_identity"], one["code"], one["incident_id"] is not None) for one in found["firings"]]
    assert sorted(told) == [
        ("CP-1", "", True),
        ("CP-1", "GroundFailure", False),
        ("CP-1", "GroundFailure", False),
        ("CP-1", "GroundFailure", True),
        ("CP-1", "HighTemperature", True),
        ("CP-2", "GroundFailure", True),
    ]
    assert [(one["model"], one["fired"], one["stations"]) for one in found["models"]] == [("One", 6, 2)]

    # A threshold that nothing reaches: what really was wouldn't have been found.
    found = await looked_back(node, operator, {"thresholds": {"clock_drift": {"seconds": 86_400}}})
    assert (found["fired"], found["now"], found["missed"]) == (0, 1, 1)

    # A playbook whose step somebody did by hand.
    await DB.run(
        """INSERT INTO station_command (id, station, action, request, at) SELECT gen_random_uuid(), s.id, 'Reset',
        '{"hard": false}', f.fired_at FROM look_back_firing f JOIN charging_station s ON s.id = f.station
        WHERE s.identity = 'CP-1' AND f.code = 'GroundFailure' ORDER BY f.fired_at LIMIT 1"""
    )
    step = PlaybookStep(kind=StepKind.SOFT_RESET)
    plan = PlaybookSet(name="P", rules=["connector_faulted"], steps=[step], codes=["GroundFailure"])
    asked = {"plan": {"name": plan.name, "rules": plan.rules, "codes": plan.codes, "steps": [{"kind": "soft_reset"}]}}
    found = await looked_back(node, operator, asked)
    assert found["outcomes"] == {"mended": 1, "untried": 3}
    assert "its steps were tried in 1 of them and mended 1" in found["said"]


async def test_what_makes_no_sense_is_said(node: Node) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"rules": []}, "no_rules"),
        ({"rules": ["no_sessions"]}, "not_in_the_past"),
        ({"rules": ["nobodys"]}, "no_rule"),
        ({"thresholds": {"clock_drift": {"hours": 1}}}, "no_threshold"),
        ({"rules": ["clock_drift"], "location_id": "x"}, "invalid_input"),
    ]
    operator = await node.client()
    for asked, code in wrong:
        answer = await operator.post("/api/v1/look-backs", json=asked)
        assert (answer.status_code, answer.json()["code"]) == (400, code)
    await one_at_a_time_and_stopped(node, operator)


async def one_at_a_time_and_stopped(node: Node, operator: httpx.AsyncClient) -> None:
    sql = """INSERT INTO look_back (id, tenant, asked, begins_at, ends_at, created_at)
        VALUES (gen_random_uuid(), $1, '{"rules": ["clock_drift"]}', now(), now(), now()) RETURNING id"""
    first = (await DB.run(sql, node.tenant_id))[0]["id"]
    second = await operator.post("/api/v1/look-backs", json={"rules": ["clock_drift"]})
    assert (second.status_code, second.json()["code"]) == (409, "look_back_running")
    assert (await operator.post(f"/api/v1/look-backs/{first}/stop")).json()["state"] == "stopped"
    await main.JOBS["lookback.run"](node.ctx, {"id": str(first), "turn": 0})
    assert [one["state"] for one in (await operator.get("/api/v1/look-backs")).json()["items"]] == ["stopped"]
