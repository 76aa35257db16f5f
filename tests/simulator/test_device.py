"""Simulated stations under a whole node: device model, monitors, customers and templates, as operators use them."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.simulator.conftest import site
from tests.support.node import Node, running_node
from tests.support.wire import Json, eventually, key

STATION = "/api/v1/stations/CP-1"
POWER: Json = {"component": "EVSE", "name": "Power", "evse": 1}


@pytest.fixture
async def house(db: str) -> AsyncIterator[Node]:
    async with running_node(db, worker=True) as one:
        yield one


async def post(operator: httpx.AsyncClient, path: str, **body: Any) -> Any:
    answer = await operator.post(f"{STATION}/{path}", json=body, headers=key())
    assert answer.status_code == 200, answer.text
    return answer.json()


async def complete(operator: httpx.AsyncClient, report: Json) -> Json:
    path = f"{STATION}/reports/{report['id']}"
    return dict(await eventually(operator, path, lambda one: one["state"] == "complete"))


async def test_reports_of_a_simulated_station_come_to_their_end(house: Node) -> None:
    operator = await house.client()
    async with site(house, "2.0.1"):
        full = await complete(operator, await post(operator, "reports", base="full"))
        summary = await complete(operator, await post(operator, "reports", base="summary"))
        custom = await complete(operator, await post(operator, "reports", variables=[{"component": "TxCtrlr"}]))
        empty = await post(operator, "reports", criteria=["Problem"])
        assert full["parts"] > 1
        assert full["items"] > custom["items"] > 1
        assert full["items"] > summary["items"] > 1
        assert empty["state"] == "empty"
        found = (await operator.get(f"{STATION}/variables", params={"search": "EVConnectionTimeOut"})).json()["items"]
        assert [(one["value"], one["unit"], one["data_type"]) for one in found] == [("60", "s", "integer")]


async def test_a_watched_outlet_tells_of_a_session_and_of_its_card(house: Node) -> None:
    operator = await house.client()
    async with site(house, "2.0.1") as one:
        monitor = POWER | {"type": "UpperThreshold", "value": 1000, "severity": 4}
        assert [it["accepted"] for it in await post(operator, "monitors", monitors=[monitor])] == [True]
        await complete(operator, await post(operator, "monitors/read"))
        await one.plug_and_card()
        events = await eventually(operator, f"{STATION}/events", lambda it: it["items"])
        assert [(it["trigger"], it["name"], it["monitor"]) for it in events["items"]] == [("Alerting", "Power", 1)]
        asked = await post(operator, "customer-information", id_token="CARD-1", clear=True)
        path = f"{STATION}/customer-information/{asked['report']['id']}"
        told = await eventually(operator, path, lambda it: it["report"]["state"] == "complete")
        assert told["data"].startswith("CARD-1: accepted here before")
        assert [it["accepted"] for it in await post(operator, "monitors/clear", numbers=[1])] == [True]


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
async def test_a_template_is_put_into_a_simulated_station(house: Node, version: str) -> None:
    operator = await house.client()
    wanted = [
        {"name": "HeartbeatInterval", "value": "77"},
        {"name": "ResetRetries", "value": "9"},
        {"component": "OCPPCommCtrlr", "name": "HeartbeatInterval", "value": "77"},
        {"component": "OCPPCommCtrlr", "name": "ResetRetries", "value": "9"},
    ]
    made = await operator.post("/api/v1/configuration-templates", json={"name": "All", "wanted": wanted})
    assert made.status_code == 201
    async with site(house, version) as one:
        await eventually(operator, f"{STATION}/drift", lambda it: len(it["differences"]) == 2)
        done = await post(operator, "drift/apply")
        assert [(it["name"], it["status"]) for it in done["outcomes"]] == [
            ("HeartbeatInterval", "Accepted"),
            ("ResetRetries", "ReadOnly"),
        ]
        assert [it["name"] for it in done["drift"]["differences"]] == ["ResetRetries"]
        assert one.station.settings.text("heartbeat_s") == "77"
