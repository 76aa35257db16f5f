"""Messages of vendors that an operator sends, and those that are accepted."""

import httpx
import pytest

from tests.support.node import Node
from tests.support.wire import Json, asked

PATH = "/api/v1/stations/CP-1/vendor-data"


@pytest.mark.parametrize(
    ("version", "data", "wire"),
    [("1.6", {"a": 1}, '{"a":1}'), ("1.6", "text", "text"), ("2.0.1", {"a": 1}, {"a": 1}), ("2.0.1", None, None)],
)
async def test_one_that_is_sent_is_kept_with_its_answer(node: Node, version: str, data: object, wire: object) -> None:
    operator = await node.client()
    await node.add_station("CP-1")
    async with node.booted("CP-1", version) as station:
        body: Json = {"vendor_id": "com.example", "message_id": "Do", "data": data}
        reply: Json = {"status": "Accepted", "data": "done"}
        sent, answer = await asked(station, operator, PATH, body, "DataTransfer", reply)
        assert sent == {"vendorId": "com.example", "messageId": "Do"} | ({} if wire is None else {"data": wire})
        assert (answer.json()["accepted"], answer.json()["payload"]) == (True, reply)
        _, refused = await asked(station, operator, PATH, body, "DataTransfer", {"status": "UnknownVendorId"})
        assert (refused.json()["accepted"], refused.json()["status"]) == (False, "UnknownVendorId")
    kept = (await operator.get(PATH, params={"limit": 1})).json()
    assert [(one["direction"], one["status"], one["answer"]) for one in kept["items"]] == [
        ("out", "UnknownVendorId", "")
    ]
    older = (await operator.get(PATH, params={"cursor": kept["next_cursor"]})).json()["items"]
    assert [(one["status"], one["answer"]) for one in older] == [("Accepted", "done")]


async def test_known_vendors_are_accepted_until_they_are_no_more(node: Node) -> None:
    operator: httpx.AsyncClient = await node.client()
    await node.add_station("CP-1")
    async with node.booted("CP-1") as station:
        for accepted, status in ((True, "Accepted"), (False, "UnknownVendorId")):
            body = {"vendor_id": "com.example", "accepted": accepted}
            assert (await operator.put("/api/v1/vendors", json=body)).status_code == 200
            assert await station.call("DataTransfer", {"vendorId": "com.example"}) == {"status": status}
            listed = (await operator.get("/api/v1/vendors")).json()["items"]
            assert [one["vendor_id"] for one in listed] == (["com.example"] if accepted else [])
