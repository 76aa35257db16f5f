"""Block O: messages on the screen of a station, driven by the operator."""

import asyncio
from typing import Any

import httpx

from tests.support.node import Node
from tests.support.scripted_station import ScriptedStation
from tests.support.wire import Json, Meter201, card, eventually

PATH = "/api/v1/stations/CP-1/messages"
TIME = "2030-01-01T12:00:00Z"
LATER = "2030-01-02T12:00:00Z"


async def ordered(
    station: ScriptedStation,
    client: httpx.AsyncClient,
    method: str,
    path: str,
    body: Json | None,
    action: str,
    status: str,
) -> tuple[Json, Json]:
    """(what the station was asked, what the operator was told)."""
    request = asyncio.create_task(client.request(method, path, json=body))
    message_id, payload = await station.expect_call(action)
    await station.answer(message_id, {"status": status})
    answer = await request
    assert answer.status_code == 200, answer.text
    return payload, answer.json()


async def set_message(
    node: Node, operator: httpx.AsyncClient, station: ScriptedStation, status: str = "Accepted", **more: Any
) -> tuple[Json, Json]:
    body = {"content": "Hello"} | more
    return await ordered(station, operator, "PUT", f"{PATH}/7", body, "SetDisplayMessage", status)


def sent(**more: Any) -> Json:
    info = {"id": 7, "priority": "NormalCycle", "message": {"format": "UTF8", "content": "Hello"}} | more
    return {"message": info}


async def stored(operator: httpx.AsyncClient) -> list[Json]:
    return list((await operator.get(PATH)).json()["items"])


async def shows(node: Node, operator: httpx.AsyncClient, fields: Json, wire: Json) -> None:
    """Sent as the wire says, kept, and shown with the fields as they were given."""
    await node.add_station("CP-1")
    async with node.booted("CP-1", "2.0.1") as station:
        payload, told = await set_message(node, operator, station, **fields)
    assert payload == sent(**wire)
    assert told == {"accepted": True, "status": "Accepted", "detail": "The station shows it."}
    kept = await stored(operator)
    assert len(kept) == 1
    assert {name: kept[0][name] for name in fields} == fields
    assert kept[0]["number"] == 7


async def refused(node: Node, operator: httpx.AsyncClient, status: str, says: str, **fields: Any) -> None:
    await node.add_station("CP-1")
    async with node.booted("CP-1", "2.0.1") as station:
        _payload, told = await set_message(node, operator, station, status, **fields)
    assert (told["accepted"], told["status"]) == (False, status)
    assert says in told["detail"]
    assert await stored(operator) == []


async def lists(node: Node, operator: httpx.AsyncClient, body: Json, wire: Json, status: str = "Accepted") -> None:
    """Asked with these criteria; what the station reports in two parts is shown."""
    await node.add_station("CP-1")
    async with node.booted("CP-1", "2.0.1") as station:
        payload, told = await ordered(station, operator, "POST", f"{PATH}/read", body, "GetDisplayMessages", status)
        number = payload.pop("requestId")
        assert payload == wire
        assert told["accepted"] is (status == "Accepted")
        if status != "Accepted":
            assert told["detail"] == "The station has no such message."
            assert await stored(operator) == []
            return
        for one, more in ((1, True), (2, False)):
            info = sent(id=one, priority="InFront", state="Idle", customData={"vendorId": "X", "any": 1})["message"]
            part = {"requestId": number, "tbc": more, "messageInfo": [info]}
            assert await station.call("NotifyDisplayMessages", part) == {}
        kept = await eventually(operator, PATH, lambda found: len(found["items"]) == 2)
        assert [(one["number"], one["state"], one["request_id"]) for one in kept["items"]] == [
            (1, "Idle", number),
            (2, "Idle", number),
        ]


async def in_transaction(node: Node, operator: httpx.AsyncClient, fields: Json, wire: Json) -> None:
    await node.add_station("CP-1")
    await card(node)
    async with node.booted("CP-1", "2.0.1") as station:
        meter = Meter201(station, "TX-1")
        await meter.started(token="CARD-1", wh=0)
        payload, told = await set_message(node, operator, station, transaction_ref="TX-1", **fields)
    assert payload == sent(transactionId="TX-1", **wire)
    assert told["accepted"]
    assert (await stored(operator))[0]["transaction_ref"] == "TX-1"


async def test_TC_O_01_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await shows(node, operator, {"priority": "NormalCycle"}, {})


async def test_TC_O_02_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await lists(node, operator, {}, {})


async def test_TC_O_03_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await lists(node, operator, {}, {}, "Unknown")


async def removes(node: Node, operator: httpx.AsyncClient, status: str) -> Json:
    await node.add_station("CP-1")
    async with node.booted("CP-1", "2.0.1") as station:
        await set_message(node, operator, station)
        payload, told = await ordered(station, operator, "DELETE", f"{PATH}/7", None, "ClearDisplayMessage", status)
    assert payload == {"id": 7}
    assert await stored(operator) == []
    return told


async def test_TC_O_04_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    assert (await removes(node, operator, "Accepted"))["accepted"] is True


async def test_TC_O_05_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    told = await removes(node, operator, "Unknown")
    assert told == {"accepted": False, "status": "Unknown", "detail": "The station has no such message."}


async def test_TC_O_06_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await in_transaction(node, operator, {}, {})


async def test_TC_O_07_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await lists(node, operator, {"numbers": [1, 2]}, {"id": [1, 2]})


async def test_TC_O_08_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await lists(node, operator, {"priority": "InFront"}, {"priority": "InFront"})


async def test_TC_O_09_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await lists(node, operator, {"state": "Idle"}, {"state": "Idle"})


async def test_TC_O_10_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await refused(node, operator, "UnknownTransaction", "doesn't know this transaction", transaction_ref="NONE")


async def test_TC_O_11_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await lists(node, operator, {"numbers": [99]}, {"id": [99]}, "Unknown")


async def test_TC_O_12_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await node.add_station("CP-1")
    async with node.booted("CP-1", "2.0.1") as station:
        await set_message(node, operator, station)
        payload, _told = await set_message(node, operator, station, content="Bye", priority="AlwaysFront")
    assert payload["message"] == {
        "id": 7,
        "priority": "AlwaysFront",
        "message": {"format": "UTF8", "content": "Bye"},
    }
    assert [(one["content"], one["priority"]) for one in await stored(operator)] == [("Bye", "AlwaysFront")]


async def test_TC_O_13_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await shows(node, operator, {"begins_at": TIME}, {"startDateTime": TIME})


async def test_TC_O_14_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await shows(node, operator, {"ends_at": LATER}, {"endDateTime": LATER})


async def test_TC_O_17_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await refused(node, operator, "NotSupportedPriority", "doesn't know this priority", priority="AlwaysFront")


async def test_TC_O_18_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await refused(node, operator, "NotSupportedState", "can't tie a message to this state", state="Charging")


async def test_TC_O_19_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await refused(node, operator, "NotSupportedMessageFormat", "can't show this format", format="HTML")


async def test_TC_O_25_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await shows(node, operator, {"state": "Charging"}, {"state": "Charging"})


async def test_TC_O_26_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await refused(node, operator, "Rejected", "without saying why")


async def test_TC_O_27_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await in_transaction(node, operator, {"begins_at": TIME}, {"startDateTime": TIME})


async def test_TC_O_28_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await in_transaction(node, operator, {"ends_at": LATER}, {"endDateTime": LATER})
