"""What operators ask of stations, in both versions: the wire, the API's answer, and what is kept of it."""

import asyncio
from typing import Any

import httpx
import pytest

from backend.db.engine import DB, transaction
from shared.accounts import Role
from tests.support.node import Node
from tests.support.scripted_station import ScriptedStation
from tests.support.wire import Json, Meter201, Session16, asked, card, key, only_session

VERSIONS = pytest.mark.parametrize("version", ["1.6", "2.0.1"])
BASE = "/api/v1/stations/CP-1"
YES: Json = {"status": "Accepted"}

# (path, body with {outlet}, {version: (action, payload on the wire)})
COMMANDS: list[tuple[str, Json, dict[str, tuple[str, Json]]]] = [
    ("reset", {"kind": "soft"}, {"1.6": ("Reset", {"type": "Soft"}), "2.0.1": ("Reset", {"type": "OnIdle"})}),
    ("reset", {"kind": "hard"}, {"1.6": ("Reset", {"type": "Hard"}), "2.0.1": ("Reset", {"type": "Immediate"})}),
    (
        "unlock",
        {"connector_id": "{outlet}"},
        {
            "1.6": ("UnlockConnector", {"connectorId": 2}),
            "2.0.1": ("UnlockConnector", {"evseId": 2, "connectorId": 1}),
        },
    ),
    (
        "availability",
        {"operative": False},
        {
            "1.6": ("ChangeAvailability", {"connectorId": 0, "type": "Inoperative"}),
            "2.0.1": ("ChangeAvailability", {"operationalStatus": "Inoperative"}),
        },
    ),
    (
        "availability",
        {"operative": True, "connector_id": "{outlet}"},
        {
            "1.6": ("ChangeAvailability", {"connectorId": 2, "type": "Operative"}),
            "2.0.1": ("ChangeAvailability", {"operationalStatus": "Operative", "evse": {"id": 2, "connectorId": 1}}),
        },
    ),
    (
        "trigger",
        {"message": "StatusNotification", "connector_id": "{outlet}"},
        {
            "1.6": ("TriggerMessage", {"requestedMessage": "StatusNotification", "connectorId": 2}),
            "2.0.1": (
                "TriggerMessage",
                {"requestedMessage": "StatusNotification", "evse": {"id": 2, "connectorId": 1}},
            ),
        },
    ),
    (
        "trigger",
        {"message": "Heartbeat"},
        {
            "1.6": ("TriggerMessage", {"requestedMessage": "Heartbeat"}),
            "2.0.1": ("TriggerMessage", {"requestedMessage": "Heartbeat"}),
        },
    ),
]


@VERSIONS
async def test_each_command_on_the_wire_and_its_answers(node: Node, version: str) -> None:
    outlets = await node.add_station("CP-1", connectors=2)
    operator = await node.client()
    async with node.booted("CP-1", version) as station:
        for path, body, wires in COMMANDS:
            sent = {name: str(outlets[1]) if one == "{outlet}" else one for name, one in body.items()}
            action, expected = wires[version]
            yes = {"status": "Unlocked"} if action == "UnlockConnector" else YES
            no = {"status": "UnlockFailed"} if action == "UnlockConnector" else {"status": "Rejected"}
            for reply, accepted in ((yes, True), (no, False)):
                payload, answer = await asked(station, operator, f"{BASE}/{path}", sent, action, reply)
                assert payload == expected
                assert answer.status_code == 200, answer.text
                told = answer.json()
                assert (told["accepted"], told["status"], told["payload"]) == (accepted, reply["status"], reply)
            _, answer = await asked(station, operator, f"{BASE}/{path}", sent, action, "InternalError")
            assert (answer.status_code, answer.json()["code"]) == (502, "station_error")
            assert "InternalError" in answer.json()["detail"]
        rows = (await operator.get(f"{BASE}/commands")).json()["items"]
        assert {(row["state"], row["status"]) for row in rows} >= {("answered", "Accepted"), ("answered", "Rejected")}
        operative = await DB.run("SELECT operative FROM connector ORDER BY evse")
        assert [row["operative"] for row in operative] == [False, True]


@VERSIONS
async def test_a_station_that_is_here_is_asked_while_the_note_is_written(node: Node, version: str) -> None:
    """Also the first time: no look-up of it, and no lock that holds the note up, keeps it waiting."""
    await node.add_station("CP-1")
    operator = await node.client()
    async with node.booted("CP-1", version) as station:
        async with transaction():
            await DB.run("LOCK TABLE station_command IN EXCLUSIVE MODE")
            post = asyncio.create_task(operator.post(f"{BASE}/trigger", json={"message": "Heartbeat"}, headers=key()))
            message_id, _ = await station.expect_call("TriggerMessage")
            await station.answer(message_id, YES)
            await asyncio.sleep(0.1)
            assert not post.done()
        assert (await post).json()["accepted"]


@VERSIONS
async def test_scheduled_and_reboot_required_are_a_yes(node: Node, version: str) -> None:
    await node.add_station("CP-1")
    operator = await node.client()
    async with node.booted("CP-1", version) as station:
        _, answer = await asked(
            station,
            operator,
            f"{BASE}/availability",
            {"operative": False},
            "ChangeAvailability",
            {"status": "Scheduled"},
        )
        assert answer.json()["accepted"]
        if version == "1.6":
            change, reply = "ChangeConfiguration", {"status": "RebootRequired"}
        else:
            change = "SetVariables"
            result = {"attributeStatus": "RebootRequired", "component": {"name": "C"}, "variable": {"name": "V"}}
            reply = {"setVariableResult": [result]}
        body = {"component": "" if version == "1.6" else "C", "name": "V", "value": "7"}
        payload, answer = await asked(station, operator, f"{BASE}/variables", body, change, reply)
        assert (answer.json()["accepted"], answer.json()["status"]) == (True, "RebootRequired")
        if version == "1.6":
            assert payload == {"key": "V", "value": "7"}
        else:
            (one,) = payload["setVariableData"]
            assert one == {"attributeValue": "7", "component": {"name": "C"}, "variable": {"name": "V"}}


async def test_configuration_of_a_16_station_is_read_and_kept(node: Node) -> None:
    await node.add_station("CP-1")
    operator = await node.client()
    keys = [
        {"key": "HeartbeatInterval", "readonly": False, "value": "60"},
        {"key": "NumberOfConnectors", "readonly": True, "value": "2"},
        {"key": "AuthorizationKey", "readonly": False, "value": "very-secret-key-1"},
        {"key": "Empty", "readonly": False},
    ]
    async with node.booted("CP-1") as station:
        wish, answer = await asked(
            station, operator, f"{BASE}/variables/read", {}, "GetConfiguration", {"configurationKey": keys}
        )
        assert (wish, answer.status_code) == ({}, 200)
        wish, _ = await asked(
            station,
            operator,
            f"{BASE}/variables/read",
            {"names": ["Nope"]},
            "GetConfiguration",
            {"unknownKey": ["Nope"]},
        )
        assert wish == {"key": ["Nope"]}
        kept = {one["name"]: one for one in (await operator.get(f"{BASE}/variables")).json()["items"]}
        assert (kept["HeartbeatInterval"]["value"], kept["NumberOfConnectors"]["read_only"]) == ("60", True)
        assert "secret" not in str(kept)


async def test_a_base_report_whose_numbers_begin_at_1_and_whose_tbc_is_missing(node: Node) -> None:
    await node.add_station("CP-1")
    operator = await node.client()
    async with node.booted("CP-1", "2.0.1") as station:
        wish, _ = await asked(station, operator, f"{BASE}/variables/read", {}, "GetBaseReport", YES)
        assert wish["reportBase"] == "FullInventory"
        for seq_no in (1, 2, 3):
            data = {
                "component": {"name": "OCPPCommCtrlr", "evse": {"id": 1}},
                "variable": {"name": f"Variable{seq_no}", "instance": "A"},
                "variableAttribute": [{"type": "Actual", "value": str(seq_no), "mutability": "ReadOnly"}],
            }
            part = {"requestId": wish["requestId"], "generatedAt": "2026-01-01T00:00:00Z", "seqNo": seq_no}
            assert await station.call("NotifyReport", part | {"reportData": [data]}) == {}
        assert await station.call("NotifyReport", {"seqNo": 4}) == {}
        kept = (await operator.get(f"{BASE}/variables")).json()["items"]
        assert [(one["component"], one["name"], one["value"]) for one in kept] == [
            ("OCPPCommCtrlr", f"Variable{number}/A", str(number)) for number in (1, 2, 3)
        ]
        result = {"attributeStatus": "Accepted", "attributeValue": "9", "component": {"name": "C"}}
        wish, answer = await asked(
            station,
            operator,
            f"{BASE}/variables/read",
            {"names": ["C.V"]},
            "GetVariables",
            {"getVariableResult": [result | {"variable": {"name": "V"}}]},
        )
        assert wish == {"getVariableData": [{"component": {"name": "C"}, "variable": {"name": "V"}}]}
        assert answer.json()["status"] == "Accepted"
        kept = (await operator.get(f"{BASE}/variables")).json()["items"]
        assert ("C", "V", "9") in [(one["component"], one["name"], one["value"]) for one in kept]


# --- any call ----------------------------------------------------------------------------------------------------


@VERSIONS
async def test_any_call_with_a_payload_of_its_own(node: Node, version: str) -> None:
    await node.add_station("CP-1")
    operator = await node.client(Role.OPERATOR)
    async with node.booted("CP-1", version) as station:
        wish, answer = await asked(station, operator, f"{BASE}/ocpp/ClearCache", {}, "ClearCache", YES)
        assert (wish, answer.status_code, answer.json()) == ({}, 200, YES)
        payload = {"vendorId": "org.example", "messageId": "hello", "data": "1"}
        reply = {"status": "UnknownVendorId", "data": "bye"}
        wish, answer = await asked(station, operator, f"{BASE}/ocpp/DataTransfer", payload, "DataTransfer", reply)
        assert (wish, answer.json()) == (payload, reply)
        _, answer = await asked(station, operator, f"{BASE}/ocpp/ClearCache", {}, "ClearCache", "NotSupported")
        assert (answer.status_code, answer.json()["code"]) == (502, "station_error")
        assert "NotSupported" in answer.json()["detail"]
        for action, wrong, place in (
            ("Reset", {"type": "Gently"}, "$.type"),
            ("Reset", {}, "$"),
            ("Reset", {"type": 7}, "$.type"),
            ("MakeCoffee", {}, "$"),
            ("Heartbeat", {}, "$"),
        ):
            answer = await operator.post(f"{BASE}/ocpp/{action}", json=wrong, headers=key())
            assert (answer.status_code, answer.json()["code"]) == (400, "invalid_payload"), action
            assert place in answer.json()["detail"]
        await station.expect_nothing()


@pytest.mark.parametrize("node_settings", [{"call_timeout_s": 1}])
async def test_any_call_that_times_out_meets_nobody_or_isnt_allowed(node: Node) -> None:
    await node.add_station("CP-1")
    operator = await node.client(Role.OPERATOR)
    driver = await node.client(Role.DRIVER)
    offline = await operator.post(f"{BASE}/ocpp/ClearCache", json={})
    assert (offline.status_code, offline.json()["code"]) == (409, "station_offline")
    assert (await operator.post("/api/v1/stations/NOPE/ocpp/ClearCache", json={})).status_code == 404
    async with node.booted("CP-1") as station:
        late = await operator.post(f"{BASE}/ocpp/ClearCache", json={})
        assert (late.status_code, late.json()["code"]) == (504, "station_timeout")
        assert (await driver.post(f"{BASE}/ocpp/ClearCache", json={})).status_code == 403
        assert (await driver.post(f"{BASE}/reset", json={"kind": "soft"}, headers=key())).status_code == 403
        assert (await operator.post(f"{BASE}/reset", json={"kind": "soft"})).json()["code"] == "idempotency_key_missing"
        first = await station.expect_call("ClearCache")
        await station.answer(first[0], YES)
        await station.expect_nothing()


@VERSIONS
async def test_the_same_tap_twice_reaches_the_station_once(node: Node, version: str) -> None:
    await node.add_station("CP-1")
    operator = await node.client()
    headers = key()
    async with node.booted("CP-1", version) as station:
        post = asyncio.create_task(operator.post(f"{BASE}/reset", json={"kind": "soft"}, headers=headers))
        message_id, _ = await station.expect_call("Reset")
        again = await operator.post(f"{BASE}/reset", json={"kind": "soft"}, headers=headers)
        assert (again.status_code, again.json()["code"]) == (409, "request_in_progress")
        await station.answer(message_id, YES)
        first = await post
        again = await operator.post(f"{BASE}/reset", json={"kind": "soft"}, headers=headers)
        assert again.json() == first.json()
        other = await operator.post(f"{BASE}/reset", json={"kind": "hard"}, headers=headers)
        assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
        await station.expect_nothing()


@VERSIONS
@pytest.mark.parametrize("reply", [{}, {"status": 7}, {"status": "Perhaps"}, {"nonsense": []}])
async def test_an_answer_that_breaks_its_schema_is_told_as_it_is(node: Node, version: str, reply: Json) -> None:
    await node.add_station("CP-1")
    operator = await node.client()
    async with node.booted("CP-1", version) as station:
        _, answer = await asked(station, operator, f"{BASE}/reset", {"kind": "soft"}, "Reset", reply)
        assert (answer.status_code, answer.json()["payload"]) == (200, reply)
        assert "currentTime" in await station.call("Heartbeat")


# --- resets and sessions -----------------------------------------------------------------------------------------


async def _reset(station: ScriptedStation, operator: httpx.AsyncClient, kind: str) -> None:
    _, answer = await asked(station, operator, f"{BASE}/reset", {"kind": kind}, "Reset", YES)
    assert answer.json()["accepted"]


async def test_a_soft_reset_while_metering_goes_on(node: Node) -> None:
    await node.add_station("CP-1")
    await card(node)
    operator = await node.client()
    async with node.booted("CP-1") as station:
        session = Session16(station)
        await session.started(0)
        await _reset(station, operator, "soft")
        await session.meter(1, {"value": "900"})
        await session.stopped(1000, reason="SoftReset")
        found = await only_session(operator)
        assert (found["energy_wh"], found["stop_reason"]) == (1000, "SoftReset")


async def test_a_hard_reset_with_no_stop(node: Node) -> None:
    """The next start on the outlet closes what lost its stop; the energy is that of the last reading."""
    await node.add_station("CP-1")
    await card(node)
    operator = await node.client()
    async with node.booted("CP-1") as station:
        session = Session16(station)
        await session.started(0)
        await session.meter(10, {"value": "900"})
        await _reset(station, operator, "hard")
        station.vanish()
    async with node.booted("CP-1") as station:
        status = {"connectorId": 1, "errorCode": "NoError", "status": "Available"}
        assert await station.call("StatusNotification", status) == {}
        await Session16(station).started(1000, minutes_ago=1)
        found: list[Any] = (await operator.get("/api/v1/transactions", params={"sort": "oldest"})).json()["items"]
        assert [(one["state"], one["energy_wh"]) for one in found] == [("ended", 900), ("active", 0)]
        assert {"estimated", "unstopped"} <= set(found[0]["flags"])


async def test_stopping_a_201_session_uses_the_id_of_the_station(node: Node) -> None:
    await node.add_station("CP-1")
    await card(node)
    operator = await node.client()
    async with node.booted("CP-1", "2.0.1") as station:
        meter = Meter201(station, "station-made-id")
        await meter.started(token="CARD-1", wh=0)
        session = await only_session(operator)
        path = f"/api/v1/transactions/{session['id']}/stop"
        wish, answer = await asked(station, operator, path, {}, "RequestStopTransaction", {"status": "Rejected"})
        assert wish == {"transactionId": "station-made-id"}
        assert (answer.status_code, answer.json()["code"]) == (502, "stop_rejected")
