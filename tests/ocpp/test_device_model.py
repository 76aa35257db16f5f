"""Reports and changes of the device model when stations refuse, stay silent, repeat themselves or are old."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from tests.conftest import Clock
from tests.support.node import Node, running_node
from tests.support.scripted_station import ScriptedStation
from tests.support.secured import let_in, refused
from tests.support.wire import Json, asked, eventually, key, stamp

STATION = "/api/v1/stations/CP-1"
REPORTS = f"{STATION}/reports"
YES: Json = {"status": "Accepted"}


@pytest.fixture
async def place(db: str, clock: Clock) -> AsyncIterator[Node]:
    async with running_node(db, clock=clock) as node:
        await node.add_station("CP-1", connectors=2)
        yield node


def part(request_id: int, number: int, *names: str, **more: Any) -> Json:
    """A part of a report about variables of one component."""
    data = [
        {"component": {"name": "TxCtrlr"}, "variable": {"name": name}, "variableAttribute": [{"value": "1"}]}
        for name in names
    ]
    found: Json = {"requestId": request_id, "generatedAt": stamp(), "seqNo": number}
    return found | ({"reportData": data} if data else {}) | more


async def start(station: ScriptedStation, operator: httpx.AsyncClient, reply: Json | str = YES) -> Json:
    """A full report was asked for; how it is shown."""
    sent, answer = await asked(station, operator, REPORTS, {"base": "full"}, "GetBaseReport", reply)
    if answer.status_code != 200:
        return dict((await operator.get(REPORTS)).json()["items"][0])
    assert sent["requestId"] == answer.json()["request_id"]
    return dict(answer.json())


@pytest.mark.parametrize(
    ("reply", "state", "words"),
    [
        ({"status": "NotSupported"}, "refused", "doesn't support"),
        ({"status": "Rejected"}, "refused", "refused"),
        ({"status": "EmptyResultSet"}, "empty", "Nothing"),
        ("InternalError", "refused", "InternalError"),
    ],
)
async def test_a_station_that_refuses_a_report(
    place: Node, clock: Clock, reply: Json | str, state: str, words: str
) -> None:
    operator = await place.client()
    async with place.booted("CP-1", "2.0.1") as station:
        clock.advance(seconds=1)  # so that it is newer than what is asked after the boot
        report = await start(station, operator, reply)
    assert report["state"] == state
    assert words in report["detail"]


async def test_what_is_asked_after_a_boot_is_followed_like_any_report(place: Node) -> None:
    operator = await place.client()
    async with place.booted("CP-1", "2.0.1"):
        shown = await eventually(operator, REPORTS, lambda found: found["items"][0]["state"] != "waiting")
        (report,) = shown["items"]
    assert (report["kind"], report["state"], report["status"]) == ("base", "refused", "Failed")


async def test_accepted_and_nothing_came(place: Node, clock: Clock) -> None:
    operator = await place.client()
    async with place.booted("CP-1", "2.0.1") as station:
        report = await start(station, operator)
        assert report["state"] == "waiting"
        clock.advance(timedelta(minutes=3))
        shown = (await operator.get(f"{REPORTS}/{report['id']}")).json()
        assert (shown["state"], shown["detail"]) == ("silent", "The station was asked, and nothing came.")
        # Late is better than never, and a repeated part counts once.
        for _ in range(2):
            assert await station.call("NotifyReport", part(report["request_id"], 0, "A", "B", tbc=True)) == {}
        assert await station.call("NotifyReport", part(report["request_id"], 2, "C")) == {}
        shown = (await operator.get(f"{REPORTS}/{report['id']}")).json()
        assert (shown["state"], shown["parts"], shown["items"], shown["missing"]) == ("receiving", 2, 3, [1])
        clock.advance(timedelta(minutes=3))
        shown = (await operator.get(f"{REPORTS}/{report['id']}")).json()
        assert (shown["state"], shown["missing"]) == ("incomplete", [1])


async def test_numbers_that_nobody_can_mean_are_survived(place: Node) -> None:
    operator = await place.client()
    async with place.booted("CP-1", "2.0.1") as station:
        report = await start(station, operator)
        for number in (-1, 2**31, 10**15):
            assert await station.call("NotifyReport", part(number, number, "A")) == {}
            place_of = {"name": "EVSE", "evse": {"id": number}}
            odd = {"component": place_of, "variable": {"name": "B"}, "variableAttribute": [{"value": "1"}]}
            payload = part(report["request_id"], number) | {"reportData": [odd]}
            assert "error" not in await station.call("NotifyReport", payload)
        assert await station.call("NotifyReport", part(report["request_id"], 0, "C")) == {}
        at = stamp()
        event = {"eventId": 10**30, "timestamp": at, "trigger": "Delta", "actualValue": "1\0"}
        event |= {"eventNotificationType": "CustomMonitor", "variable": {"name": "A"}}
        for one in ({"name": "C"}, {"name": "C", "evse": {"id": 10**15}}):
            payload = {"generatedAt": at, "seqNo": 0, "eventData": [event | {"component": one}]}
            assert "error" not in await station.call("NotifyEvent", payload)
        names = {one["name"] for one in (await operator.get(f"{STATION}/variables")).json()["items"]}
    assert names == {"A", "C"}


async def test_attributes_are_read_and_changed_one_by_one(place: Node) -> None:
    operator = await place.client()
    named = {"component": "TxCtrlr", "name": "Limit", "evse": 1, "connector": 2}
    wire = {"component": {"name": "TxCtrlr", "evse": {"id": 1, "connectorId": 2}}, "variable": {"name": "Limit"}}
    async with place.booted("CP-1", "2.0.1") as station:
        wanted = [named, named | {"attribute": "Target"}, named | {"attribute": "MaxSet"}]
        results = [
            wire | {"attributeStatus": "Accepted", "attributeValue": "5"},
            wire | {"attributeStatus": "Accepted", "attributeType": "Target", "attributeValue": "7"},
            wire | {"attributeStatus": "NotSupportedAttributeType", "attributeType": "MaxSet"},
        ]
        path = f"{STATION}/variables/read"
        reply = {"getVariableResult": results}
        sent, answer = await asked(station, operator, path, {"variables": wanted}, "GetVariables", reply)
        assert sent["getVariableData"] == [
            wire,
            wire | {"attributeType": "Target"},
            wire | {"attributeType": "MaxSet"},
        ]
        assert (answer.json()["accepted"], answer.json()["status"]) == (False, "NotSupportedAttributeType")
        result = wire | {"attributeType": "Target", "attributeStatus": "Accepted"}
        body = named | {"attribute": "Target", "value": "8"}
        path, reply = f"{STATION}/variables", {"setVariableResult": [result]}
        sent, answer = await asked(station, operator, path, body, "SetVariables", reply)
        assert sent == {"setVariableData": [wire | {"attributeType": "Target", "attributeValue": "8"}]}
        assert answer.json()["accepted"]
    query = {"search": "txctrlr.lim", "component": "TxCtrlr"}
    (one,) = (await operator.get(f"{STATION}/variables", params=query)).json()["items"]
    assert [(it["type"], it["value"]) for it in one["attributes"]] == [("Actual", "5"), ("Target", "8")]
    assert (one["value"], one["evse"], one["connector"]) == ("5", 1, 2)
    assert (await operator.get(f"{STATION}/variables", params={"search": "%"})).json()["items"] == []


async def test_a_new_password_among_several_changes_counts_once_it_is_used(place: Node) -> None:
    operator = await place.client()
    changes = [
        {"component": "SecurityCtrlr", "name": "BasicAuthPassword", "value": "a-new-password-16"},
        {"component": "OCPPCommCtrlr", "name": "HeartbeatInterval", "value": "x"},
    ]
    async with place.booted("CP-1", "2.0.1") as station:
        post = asyncio.create_task(operator.post(f"{STATION}/variables/change", json={"changes": changes}))
        message_id, sent = await station.expect_call("SetVariables")
        words = ("Accepted", "Rejected")
        results = []
        for one, status in zip(sent["setVariableData"], words, strict=True):
            one.pop("attributeValue")
            results.append(one | {"attributeStatus": status})
        await station.answer(message_id, {"setVariableResult": results})
        outcomes = (await post).json()
    assert [one["status"] for one in outcomes] == list(words)
    history = (await operator.get(f"{STATION}/commands")).text
    assert "a-new-password" not in history
    await let_in(place, "CP-1", "2.0.1", password="a-new-password-16")
    await refused(place, "CP-1", 401)


async def test_a_station_of_16_says_what_it_can_not_do(place: Node) -> None:
    operator = await place.client()
    outlet = (await operator.get(STATION)).json()["row"]["connectors"][0]["id"]
    monitor = {"component": "EVSE", "name": "Power", "type": "Delta", "value": 1, "severity": 1}
    async with place.booted("CP-1") as station:
        for path, body in (
            ("reports", {"base": "full"}),
            ("reset", {"connector_id": outlet}),
            ("monitors", {"monitors": [monitor]}),
            ("customer-information", {"id_token": "CARD-1"}),
        ):
            answer = await operator.post(f"{STATION}/{path}", json=body, headers=key())
            assert (path, answer.status_code) == (path, 400)
            assert "1.6" in answer.json()["detail"]
        await station.expect_nothing(0.1)


async def test_a_report_of_more_variables_than_the_station_takes(place: Node) -> None:
    operator = await place.client()
    async with place.booted("CP-1", "2.0.1") as station:
        limit = {"component": {"name": "DeviceDataCtrlr"}, "variableAttribute": [{"value": "1"}]}
        limit |= {"variable": {"name": "ItemsPerMessage", "instance": "GetReport"}}
        assert await station.call("NotifyReport", part(1, 0) | {"reportData": [limit]}) == {}
        answer = await operator.post(REPORTS, json={"variables": [{"component": "A"}, {"component": "B"}]})
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")
        assert "at most 1" in answer.json()["detail"]
        await station.expect_nothing(0.1)


@pytest.mark.parametrize(
    "body", [{}, {"base": "full", "criteria": ["Problem"]}, {"base": "monthly"}, {"criteria": ["Nice"]}]
)
async def test_a_report_is_either_a_base_or_chosen(place: Node, body: Json) -> None:
    operator = await place.client()
    answer = await operator.post(REPORTS, json=body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")
    assert (await operator.get(REPORTS)).json()["items"] == []
