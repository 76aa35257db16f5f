"""Simulated stations under a whole node: new passwords, network profiles, running costs, and the other trigger."""

import pytest

from tests.simulator.conftest import site
from tests.support.node import Node
from tests.support.wire import eventually, key

STATION = "/api/v1/stations/CP-1"
VERSIONS = pytest.mark.parametrize("version", ["1.6", "2.0.1"])


@VERSIONS
async def test_a_new_password_is_used_at_the_next_sign_in(node: Node, version: str) -> None:
    operator = await node.client()
    async with site(node, version) as one:
        answer = (await operator.post(f"{STATION}/password", json={})).json()
        assert answer["accepted"], answer
        assert one.station.memory.password == answer["password"]
        await one.until(lambda: one.link.connects == 2)
        await one.silence()
        await eventually(operator, STATION, lambda it: it["row"]["online"] and not it["password_pending"])
        wrong = await operator.post(f"{STATION}/password", json={"password": "short"})
        assert (wrong.status_code, wrong.json()["code"]) == (400, "password_unfit")


async def test_a_network_profile_is_used_after_the_restart(node: Node) -> None:
    operator = await node.client()
    async with site(node, "2.0.1") as one:
        for url, profile, status in (("wss://csms.example.com/ocpp", 3, "Failed"), (node.ocpp_url, 0, "Accepted")):
            body = {"url": url, "security_profile": profile}
            answer = (await operator.put(f"{STATION}/network-profiles/1", json=body)).json()
            assert answer["status"] == status
        answer = await operator.post(f"{STATION}/network-profiles/1/activate", json={}, headers=key())
        assert answer.json() == {
            "accepted": True,
            "status": "Accepted",
            "priority": "1",
            "reset_status": "Accepted",
        }
        await one.until(lambda: one.link.connects == 2 and one.station.online)
        assert one.station.memory.network == 1


async def test_the_running_cost_is_on_its_screen(node: Node) -> None:
    async with site(node, "2.0.1") as one:
        await eventually(
            await node.client(),
            f"{STATION}/variables?component=TariffCostCtrlr",
            lambda it: [(v["name"], v["value"]) for v in it["items"]] == [("Enabled/Cost", "true")],
        )
        await one.plug_and_card()
        await one.until(lambda: one.station.memory.costs)
        assert one.outlet.transaction is not None
        assert list(one.station.memory.costs) == [one.outlet.transaction.key]


async def test_the_trigger_of_the_security_extension(node: Node) -> None:
    operator = await node.client()
    async with site(node, "1.6"):
        for message, status in (("Heartbeat", "Accepted"), ("LogStatusNotification", "NotImplemented")):
            body = {"message": message, "extended": True}
            assert (await operator.post(f"{STATION}/trigger", json=body)).json()["status"] == status
        await eventually(operator, f"{STATION}/frames?action=Heartbeat&direction=in", lambda it: it["items"])
