"""Booting, restarting, unlocking, triggers and vendors' data of 1.6."""

import json

import httpx

from tests.conformance.flows import STATION, outlets, shown
from tests.conformance.flows16 import charge_point, commanded, status
from tests.support.node import Node
from tests.support.scripted_station import station as connected
from tests.support.wire import Session16, asked, eventually, stamp

BOOT = {
    "chargePointVendor": "Test",
    "chargePointModel": "One",
    "firmwareVersion": "1.2",
    "chargePointSerialNumber": "S",
}


async def test_TC_001_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await node.add_station("CP-1", connectors=2)
    async with connected(node.ocpp_url, "CP-1") as station:
        answer = await station.call("BootNotification", BOOT)
        assert answer["status"] == "Accepted"
        assert answer["interval"] == node.ctx.settings.heartbeat_s
        assert answer["currentTime"][:13] == stamp()[:13]
        message_id, _ = await station.expect_call("GetConfiguration")
        await station.answer(message_id, {"configurationKey": []})
        for connector, word in ((0, "Available"), (1, "Available"), (2, "Unavailable")):
            await status(station, word, connector)
        assert (await station.call("Heartbeat"))["currentTime"][:13] == stamp()[:13]
        page = (await operator.get(STATION)).json()
        row = page["row"]
        assert [one["status"] for one in row["connectors"]] == ["available", "unavailable"]
        assert row["online"]
        assert [row[name] for name in ("vendor", "model")] == ["Test", "One"]


async def restarted(node: Node, operator: httpx.AsyncClient, kind: str, reason: str) -> None:
    """Accepted, the session ended for this reason, and after it the station boots and is asked to work again."""
    async with charge_point(node) as station:
        session = Session16(station)
        await session.started(1000)
        sent = await commanded(station, operator, "reset", {"kind": kind.lower()}, "Reset", "Accepted")
        assert sent == {"type": kind}
        await session.stopped(6000, reason=reason)
        await shown(operator, state="ended", stop_reason=reason, energy_wh=5000)
    async with node.booted("CP-1") as station:
        await status(station, "Available")
        assert [one["status"] for one in await outlets(operator)] == ["available"]
        assert (await operator.get(STATION)).json()["row"]["online"]


async def test_TC_013_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await restarted(node, operator, "Hard", "HardReset")


async def test_TC_014_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await restarted(node, operator, "Soft", "SoftReset")


async def unlocked(node: Node, operator: httpx.AsyncClient, reply: str, accepted: bool) -> None:
    async with charge_point(node, outlets=2) as station:
        body = {"connector_id": (await outlets(operator))[1]["id"]}
        sent, answer = await asked(station, operator, f"{STATION}/unlock", body, "UnlockConnector", {"status": reply})
        assert sent == {"connectorId": 2}
        assert (answer.json()["status"], answer.json()["accepted"]) == (reply, accepted)


async def test_TC_017_1_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await unlocked(node, operator, "Unlocked", True)


async def test_TC_017_2_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """A cable that is fixed to the station can't be unlocked."""
    await unlocked(node, operator, "NotSupported", False)


async def test_TC_030_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await unlocked(node, operator, "UnlockFailed", False)


async def test_TC_031_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """A connector that nobody knows is refused here; one that only the station doesn't know, by the station."""
    unknown = "00000000-0000-4000-8000-000000000000"
    async with charge_point(node) as station:
        answer = await operator.post(
            f"{STATION}/unlock", json={"connector_id": unknown}, headers={"Idempotency-Key": "unlock-unknown"}
        )
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        await station.expect_nothing(0.1)
        body = {"connector_id": (await outlets(operator))[0]["id"]}
        await commanded(station, operator, "unlock", body, "UnlockConnector", "NotSupported")


async def test_TC_024_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """The lock fails when the cable goes in: no session, and somebody is told."""
    async with charge_point(node) as station:
        await status(station, "Preparing")
        await status(station, "Faulted", errorCode="ConnectorLockFailure")
        (outlet,) = await outlets(operator)
        assert (outlet["status"], outlet["error_code"]) == ("faulted", "ConnectorLockFailure")
        found = await eventually(operator, "/api/v1/incidents", lambda page: page["items"])
        assert [one["station_identity"] for one in found["items"]] == ["CP-1"]
        await status(station, "Available")
        assert [one["status"] for one in await outlets(operator)] == ["available"]


TRIGGERED = {
    "BootNotification": BOOT,
    "Heartbeat": {},
    "StatusNotification": {"connectorId": 1, "status": "Available", "errorCode": "NoError"},
    "MeterValues": {"connectorId": 1, "meterValue": [{"timestamp": stamp(), "sampledValue": [{"value": "1000"}]}]},
    "DiagnosticsStatusNotification": {"status": "Idle"},
    "FirmwareStatusNotification": {"status": "Idle"},
}


async def test_TC_054_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charge_point(node) as station:
        outlet = (await outlets(operator))[0]["id"]
        for message, payload in TRIGGERED.items():
            of_connector = message in ("StatusNotification", "MeterValues")
            body = {"message": message} | ({"connector_id": outlet} if of_connector else {})
            sent = await commanded(station, operator, "trigger", body, "TriggerMessage", "Accepted")
            assert sent == {"requestedMessage": message} | ({"connectorId": 1} if of_connector else {})
            assert "error" not in await station.call(message, payload)
            path = f"{STATION}/frames?action={message}&direction=in"
            await eventually(operator, path, lambda page: page["items"])


async def test_TC_055_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    async with charge_point(node) as station:
        for reply in ("Rejected", "NotImplemented"):
            await commanded(station, operator, "trigger", {"message": "MeterValues"}, "TriggerMessage", reply)
        answer = await operator.post(f"{STATION}/trigger", json={"message": "Anything"})
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_payload")


async def test_TC_064_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """What a vendor sends for itself: answered, kept by vendor and message, and readable in the log."""
    async with charge_point(node) as station:
        told = {"vendorId": "org.example", "messageId": "state", "data": "7"}
        assert await station.call("DataTransfer", told) == {"status": "UnknownVendorId"}
        path = f"{STATION}/frames?action=DataTransfer"
        found = await eventually(operator, path, lambda page: len(page["items"]) == 2)
        assert told in [json.loads(one["payload"])[-1] for one in found["items"]]
        path = f"{STATION}/vendor-data?vendor_id=org.example&message_id="
        (kept,) = (await operator.get(f"{path}state")).json()["items"]
        assert (kept["direction"], kept["data"], kept["status"]) == ("in", "7", "UnknownVendorId")
        assert (await operator.get(f"{path}other")).json()["items"] == []
