"""Configuration templates against stations of both versions: what differs, and what becomes of setting it."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.support.node import Node
from tests.support.scripted_station import ScriptedStation
from tests.support.wire import Json, asked, key, stamp

TEMPLATES = "/api/v1/configuration-templates"
STATION = "/api/v1/stations/CP-1"
VERSIONS = pytest.mark.parametrize("version", ["1.6", "2.0.1"])
WANTED: list[Json] = [
    {"name": "HeartbeatInterval", "value": "300"},
    {"name": "MeterValueSampleInterval", "value": "60"},
    {"name": "NumberOfConnectors", "value": "4"},
    {"component": "OCPPCommCtrlr", "name": "HeartbeatInterval", "value": "300"},
    {"component": "SampledDataCtrlr", "name": "TxUpdatedInterval", "value": "60"},
    {"component": "EVSE", "name": "Power", "evse": 1, "value": "4"},
]
NAMES = {
    "1.6": ["HeartbeatInterval", "MeterValueSampleInterval", "NumberOfConnectors"],
    "2.0.1": ["HeartbeatInterval", "TxUpdatedInterval", "Power"],
}


async def made(operator: httpx.AsyncClient, **more: Any) -> Json:
    answer = await operator.post(TEMPLATES, json={"name": "Ours", "vendor": "te*", "wanted": WANTED} | more)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def tell(station: ScriptedStation, operator: httpx.AsyncClient, version: str) -> None:
    """The station tells that it has other values, and that the last one can't be changed."""
    path = f"{STATION}/variables/read"
    if version == "1.6":
        keys = [{"key": name, "value": "1", "readonly": name == NAMES[version][-1]} for name in NAMES[version]]
        await asked(station, operator, path, {}, "GetConfiguration", {"configurationKey": keys})
        return
    sent, _ = await asked(station, operator, path, {}, "GetBaseReport", {"status": "Accepted"})
    data = []
    for one in WANTED[3:]:
        component = {"name": one["component"]} | ({"evse": {"id": one["evse"]}} if "evse" in one else {})
        mutability = "ReadOnly" if "evse" in one else "ReadWrite"
        attribute = {"value": "1", "mutability": mutability}
        data.append({"component": component, "variable": {"name": one["name"]}, "variableAttribute": [attribute]})
    part = {"requestId": sent["requestId"], "generatedAt": stamp(), "seqNo": 0, "reportData": data}
    assert await station.call("NotifyReport", part) == {}


async def answer_changes(station: ScriptedStation, version: str, statuses: list[str]) -> list[str]:
    """Answer every change; the values that came."""
    values: list[str] = []
    if version == "1.6":
        for status in statuses:
            message_id, sent = await station.expect_call("ChangeConfiguration")
            values.append(sent["value"])
            await station.answer(message_id, {"status": status})
        return values
    message_id, sent = await station.expect_call("SetVariables")
    results = []
    for one, status in zip(sent["setVariableData"], statuses, strict=True):
        values.append(one.pop("attributeValue"))
        results.append(one | {"attributeStatus": status})
    await station.answer(message_id, {"setVariableResult": results})
    return values


def apply(operator: httpx.AsyncClient) -> asyncio.Task[httpx.Response]:
    return asyncio.create_task(operator.post(f"{STATION}/drift/apply", headers=key()))


@VERSIONS
async def test_what_differs_is_shown_set_and_told(node: Node, version: str) -> None:
    await node.add_station("CP-1")
    operator = await node.client()
    template = await made(operator)
    async with node.booted("CP-1", version) as station:
        before = (await operator.get(f"{STATION}/drift")).json()
        assert (before["template"], before["told"], before["differences"]) == ("Ours", False, [])
        answer = await apply(operator)
        assert (answer.status_code, answer.json()["code"]) == (409, "not_told")
        await tell(station, operator, version)
        page = (await operator.get("/api/v1/configuration-drift", params={"template_id": template["id"]})).json()
        (drift,) = page["items"]
        assert [one["name"] for one in drift["differences"]] == NAMES[version]
        assert [one["kind"] for one in drift["differences"]] == ["differs", "differs", "fixed"]
        post = apply(operator)
        assert await answer_changes(station, version, ["Accepted", "Rejected"]) == ["300", "60"]
        done = (await post).json()
    assert [(one["name"], one["status"], one["accepted"]) for one in done["outcomes"]] == [
        (NAMES[version][0], "Accepted", True),
        (NAMES[version][1], "Rejected", False),
        (NAMES[version][2], "ReadOnly", False),
    ]
    assert all(one["accepted"] or one["detail"] for one in done["outcomes"])
    assert [one["name"] for one in done["drift"]["differences"]] == NAMES[version][1:]
    offline = await apply(operator)
    assert (offline.status_code, offline.json()["code"]) == (409, "station_offline")


async def test_a_link_that_breaks_half_way_says_what_was_not_sent(node: Node) -> None:
    await node.add_station("CP-1")
    operator = await node.client()
    await made(operator)
    async with node.booted("CP-1") as station:
        await tell(station, operator, "1.6")
        post = apply(operator)
        await answer_changes(station, "1.6", ["Accepted"])
        await station.expect_call("ChangeConfiguration")
        station.vanish()
        outcomes = (await post).json()["outcomes"]
    assert [one["status"] for one in outcomes] == ["Accepted", "Failed", "ReadOnly"]
    assert "connection" in outcomes[1]["detail"]


async def test_only_stations_that_differ_are_listed_in_pages(node: Node) -> None:
    operator = await node.client()
    for number in range(1, 6):
        await node.add_station(f"CP-{number}")
    mine = await made(operator, vendor="", stations=["CP-2", "CP-3", "CP-5"])
    assert mine["stations"] == ["CP-2", "CP-3", "CP-5"]
    path, seen, cursor = "/api/v1/configuration-drift", [], None
    for _ in range(9):
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await operator.get(path, params=query)).json()
        assert len(page["items"]) <= 2
        seen += [one["identity"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == ["CP-2", "CP-3", "CP-5"]
    nobody = (await operator.get("/api/v1/stations/CP-1/drift")).json()
    assert (nobody["template_id"], nobody["differences"]) == (None, [])
    answer = await operator.post("/api/v1/stations/CP-1/drift/apply", headers=key())
    assert (answer.status_code, answer.json()["code"]) == (409, "no_template")


async def test_templates_are_made_changed_and_deleted(node: Node) -> None:
    await node.add_station("CP-1")
    operator = await node.client()
    one, other = await made(operator), await made(operator, name="Other", stations=["CP-1"])
    for body, code in (
        ({"name": "Ours"}, "name_taken"),
        ({"name": "X", "stations": ["NOBODY"]}, "invalid_input"),
        ({"name": "X", "wanted": [{"name": "AuthorizationKey", "value": "secret"}]}, "invalid_input"),
        ({"name": "X", "wanted": [{"name": "A", "value": "1"}, {"name": "A", "value": "2"}]}, "invalid_input"),
    ):
        answer = await operator.post(TEMPLATES, json=body)
        assert (answer.status_code, answer.json()["code"]) == (409 if code == "name_taken" else 400, code)
    path = f"{TEMPLATES}/{other['id']}"
    assert (await operator.patch(path, json={"name": "Ours"})).json()["code"] == "name_taken"
    changed = (await operator.patch(path, json={"model": "One*", "stations": [], "wanted": WANTED[:1]})).json()
    assert (changed["name"], changed["model"], changed["stations"]) == ("Other", "One*", [])
    assert [value["value"] for value in changed["wanted"]] == ["300"]
    assert [row["name"] for row in (await operator.get(TEMPLATES)).json()["items"]] == ["Other", "Ours"]
    assert (await operator.delete(path)).status_code == 204
    assert (await operator.get(path)).status_code == 404
    assert (await operator.get(f"{TEMPLATES}/{one['id']}")).json() == one
