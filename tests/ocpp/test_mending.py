"""The whole loop on real sockets: a station faults, a playbook restarts it, the fault ends, somebody is told."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from backend.remedies import builtin, playbooks
from shared.accounts import Role
from shared.remedies import PlaybookStep, StepKind
from tests.support.node import Node, running_node
from tests.support.push import SETTING, push_server
from tests.support.receivers import Receiver


@pytest.fixture
async def phones() -> AsyncIterator[Receiver]:
    async with push_server() as one:
        yield one


@pytest.fixture
async def node(db: str, phones: Receiver) -> AsyncIterator[Node]:
    async with running_node(db, worker=True, fcm_credentials=SETTING) as one:
        yield one


async def until(true: Any, seconds: float = 15) -> Any:
    async with asyncio.timeout(seconds):
        while not (found := await true()):  # noqa: ASYNC110 - what is asked is another process of the house
            await asyncio.sleep(0.05)
        return found


async def test_a_fault_is_mended_and_told(node: Node, phones: Receiver) -> None:
    plan = builtin.BUILT_IN["fault"]
    steps = [PlaybookStep(kind=StepKind.SOFT_RESET, verify_s=60)]
    await playbooks.ensure(node.ctx, node.tenant_id)
    client = await node.client(Role.ADMIN)
    registered = await client.post("/api/v1/notifications/devices", json={"token": "phone-1234", "platform": "ios"})
    assert registered.status_code == 201, registered.text
    book = next(one for one in (await client.get("/api/v1/playbooks")).json() if one["key"] == "fault")
    body = msgspec.to_builtins(msgspec.structs.replace(plan, steps=steps))
    changed = await client.put(f"/api/v1/playbooks/{book['id']}", json=body)
    assert changed.json()["version"] == 2, changed.text
    await node.add_station("CP-1")

    def status(state: str, code: str) -> dict[str, Any]:
        return {"connectorId": 1, "status": state, "errorCode": code}

    async with node.booted("CP-1") as station:
        await station.call("StatusNotification", status("Available", "NoError"))
        await station.call("StatusNotification", status("Faulted", "InternalError"))
        message_id, asked = await station.expect_call("Reset")
        assert asked == {"type": "Soft"}
        await station.answer(message_id, {"status": "Accepted"})
        boot = {"chargePointVendor": "Test", "chargePointModel": "One", "firmwareVersion": "7"}
        await station.call("BootNotification", boot)
        await station.call("StatusNotification", status("Available", "NoError"))

        async def mended() -> Any:
            found = (await client.get("/api/v1/remedies", params={"state": "mended"})).json()["items"]
            return found[0] if found else None

        run = await until(mended)
        assert [step["outcome"] for step in run["steps"]] == ["helped"]

        async def told() -> Any:
            return [body["message"] for _, body in phones.requests]

        [message] = await until(told)
        assert message["token"] == "phone-1234"
        assert message["notification"]["title"] == "Internal error of the station"
        detail = (await client.get(f"/api/v1/incidents/{run['incident_id']}")).json()
        assert detail["incident"]["state"] == "closed"
        assert detail["incident"]["closed_by"] == ""
        lines = [entry["text"] for entry in detail["timeline"]]
        assert "Soft restart: Accepted" in lines
        assert "Mended: Soft restart helped." in lines
        shown = (await client.get(f"/api/v1/playbooks/{book['id']}")).json()
        assert shown["playbook"]["figures"]["rate"] == 1.0
        sent = (await client.get("/api/v1/notifications/deliveries", params={"state": "sent"})).json()["items"]
        assert [one["channel"] for one in sent] == ["push"]
