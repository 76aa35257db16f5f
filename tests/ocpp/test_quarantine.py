"""Messages that fit no session: shown, attached to one so that its bill is right, or dismissed; never counted twice."""

from typing import Any

import httpx

from backend.db.engine import DB
from tests.conformance.conftest import node, node_settings, operator  # noqa: F401  # fixtures
from tests.support.node import Node
from tests.support.wire import Json, Session16, bill, card, only_session, stamp

PATH = "/api/v1/quarantine"


async def items(client: httpx.AsyncClient, **params: Any) -> list[Json]:
    return list((await client.get(PATH, params=params)).json()["items"])


async def resolve(client: httpx.AsyncClient, message_id: int, how: str, body: Json) -> httpx.Response:
    return await client.post(f"{PATH}/{message_id}/{how}", json=body)


async def test_a_stop_with_a_wrong_id_is_attached_and_billed_once(
    node: Node,  # noqa: F811  # the fixture
    operator: httpx.AsyncClient,  # noqa: F811  # the fixture
) -> None:
    await card(node)
    await node.add_station("CP-1", tariff_id=await node.add_tariff())
    async with node.booted("CP-1") as station:
        session = Session16(station)
        await session.started(1000)
        told = {"transactionId": 999_999, "meterStop": 11_000, "timestamp": stamp(), "reason": "Local"}
        assert "error" not in await station.call("StopTransaction", told)
        (message,) = await items(operator, state="open", station="CP-1")
        assert (message["kind"], message["payload"]["meterStop"]) == ("ended", 11_000)
        assert "no transaction of this station" in message["reason"]
        running = (await only_session(operator))["id"]
        attached = await resolve(operator, message["id"], "attach", {"transaction_id": running})
        assert (attached.status_code, attached.json()["state"]) == (200, "attached"), attached.text
        assert (attached.json()["transaction_id"], attached.json()["resolved_by"]) == (running, "operator")
        assert await bill(operator, running) == (4, 10_000)
        again = await resolve(operator, message["id"], "attach", {"transaction_id": running})
        assert (again.status_code, again.json()["code"]) == (409, "already_resolved")
        # The station repeats it: known, and nothing changes.
        assert "error" not in await station.call("StopTransaction", told)
        assert await items(operator, state="open") == []
        assert len(await DB.run("SELECT 1 FROM cdr")) == 1
        # Another one comes when the bill is written.
        await station.call("StopTransaction", told | {"meterStop": 12_000})
        (late,) = await items(operator, state="open")
        refused = await resolve(operator, late["id"], "attach", {"transaction_id": running})
        assert (refused.status_code, refused.json()["code"]) == (409, "already_billed")


async def test_an_event_without_an_id_is_dismissed(node: Node, operator: httpx.AsyncClient) -> None:  # noqa: F811
    await node.add_station("CP-1")
    async with node.booted("CP-1", "2.0.1") as station:
        told = {
            "eventType": "Updated",
            "timestamp": stamp(),
            "triggerReason": "MeterValuePeriodic",
            "seqNo": 4,
            "transactionInfo": {"transactionId": ""},
        }
        assert await station.call("TransactionEvent", told) == {}
        (message,) = await items(operator)
        for body in ({"transaction_id": "x"}, {"transaction_id": "00000000-0000-4000-8000-000000000000"}):
            wrong = await resolve(operator, message["id"], "attach", body)
            assert (wrong.status_code, wrong.json()["code"]) == (400, "invalid_input")
        gone = await resolve(operator, message["id"], "dismiss", {"note": "A test of the installer."})
        assert (gone.json()["state"], gone.json()["note"]) == ("dismissed", "A test of the installer.")
        assert await items(operator, state="open") == []
        assert [one["id"] for one in await items(operator, state="dismissed")] == [message["id"]]
        again = await resolve(operator, message["id"], "dismiss", {"note": "x"})
        assert again.json()["code"] == "already_resolved"
        assert (await resolve(operator, 999_999, "dismiss", {"note": "x"})).status_code == 404
