"""Block P: vendor data that nobody here knows, and additions of vendors in messages that everybody knows."""

import httpx

from tests.support.node import Node
from tests.support.wire import Meter201, card, only_session, stamp

CUSTOM = {"vendorId": "com.example", "anything": {"deep": [1, "two", None]}}


async def test_TC_P_02_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await node.add_station("CP-1")
    async with node.booted("CP-1", "2.0.1") as station:
        for data in ("text", {"an": "object"}, None):
            payload = {"vendorId": "com.example", "messageId": "Hi"} | ({} if data is None else {"data": data})
            assert await station.call("DataTransfer", payload) == {"status": "UnknownVendorId"}
        kept = (await operator.get("/api/v1/stations/CP-1/vendor-data")).json()["items"]
        assert [(one["vendor_id"], one["message_id"], one["data"]) for one in kept] == [
            ("com.example", "Hi", data) for data in ("", '{"an":"object"}', "text")
        ]
        known = await operator.put("/api/v1/vendors", json={"vendor_id": "com.example", "message_ids": ["Hi"]})
        assert known.status_code == 200, known.text
        for message, status in (("Hi", "Accepted"), ("Ho", "UnknownMessageId")):
            answer = await station.call("DataTransfer", {"vendorId": "com.example", "messageId": message})
            assert answer == {"status": status}


async def test_TC_P_03_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """In the message and in its parts; nothing is refused, and what the message says counts."""
    await node.add_station("CP-1")
    await card(node)
    async with node.booted("CP-1", "2.0.1") as station:
        about = {"vendorName": "Test", "model": "Two", "customData": CUSTOM}
        boot = {"chargingStation": about, "reason": "PowerUp", "customData": CUSTOM}
        assert (await station.call("BootNotification", boot))["status"] == "Accepted"
        assert "currentTime" in await station.call("Heartbeat", {"customData": CUSTOM})
        status = {"timestamp": stamp(), "connectorStatus": "Available", "evseId": 1, "connectorId": 1}
        assert await station.call("StatusNotification", status | {"customData": CUSTOM}) == {}
        token = {"idToken": "CARD-1", "type": "ISO14443", "customData": CUSTOM}
        answer = await station.call("Authorize", {"idToken": token, "customData": CUSTOM})
        assert answer["idTokenInfo"]["status"] == "Accepted"
        seen = (await operator.get("/api/v1/stations/CP-1")).json()["row"]
        assert (seen["model"], [one["status"] for one in seen["connectors"]]) == ("Two", ["available"])
        meter = Meter201(station, "TX-1")
        await meter.started(token="CARD-1", wh=0, customData=CUSTOM)
        security = {"type": "FirmwareUpdated", "timestamp": stamp(), "customData": CUSTOM}
        assert await station.call("SecurityEventNotification", security) == {}
        for action in ("FirmwareStatusNotification", "LogStatusNotification"):
            assert await station.call(action, {"status": "Idle", "customData": CUSTOM}) == {}
        report = {"requestId": 1, "generatedAt": stamp(), "seqNo": 0, "customData": CUSTOM}
        assert await station.call("NotifyReport", report) == {}
        assert (await only_session(operator))["state"] == "active"
        await meter.ended(wh=1000, token="CARD-1", customData=CUSTOM)
    session = await only_session(operator)
    assert (session["state"], session["energy_wh"]) == ("ended", 1000)
