"""OCPP 2.0.1: new passwords, network profiles and a higher security profile over OCPP."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.support.certificates import Authority
from tests.support.node import Node
from tests.support.scripted_station import ScriptedStation
from tests.support.scripted_station import station as connected
from tests.support.secured import PASSWORD, let_in, refused, secure_url, with_password
from tests.support.wire import Json, asked, eventually, key

VERSION = "2.0.1"
STATION = "/api/v1/stations/CP-1"
NEW = "another-password_of-30-letters"
BOOT = {"chargingStation": {"vendorName": "Test", "model": "One"}, "reason": "PowerUp"}
SECURE = "wss://csms.example.com/ocpp"


@pytest.fixture
def node_settings(secured: tuple[Authority, dict[str, Any]]) -> dict[str, Any]:
    return secured[1]


def variable(component: str, name: str, **more: str) -> Json:
    return {"component": {"name": component}, "variable": {"name": name}} | more


async def change_password(node: Node, operator: httpx.AsyncClient, body: Json, status: str) -> tuple[str, Json]:
    """(the password on the wire, what the operator was told)."""
    await with_password(operator, "CP-1")
    async with connected(node.ocpp_url, "CP-1", version=VERSION, password=PASSWORD) as station:
        assert (await station.call("BootNotification", BOOT))["status"] == "Accepted"
        one = variable("SecurityCtrlr", "BasicAuthPassword")
        reply: Json = {"setVariableResult": [one | {"attributeStatus": status}]}
        sent, answer = await asked(station, operator, f"{STATION}/password", body, "SetVariables", reply)
    value = str(sent["setVariableData"][0]["attributeValue"])
    assert sent == {"setVariableData": [one | {"attributeValue": value}]}
    assert answer.status_code == 200, answer.text
    return value, answer.json()


async def test_TC_A_09_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """Made by us, told once, and good from the station's next sign-in; the old one is good until then."""
    value, told = await change_password(node, operator, {}, "Accepted")
    assert told == {"accepted": True, "status": "Accepted", "password": value}
    assert 16 <= len(value) <= 40
    assert (await operator.get(STATION)).json()["password_pending"]
    await let_in(node, "CP-1", VERSION, password=value)
    await refused(node, "CP-1", 401, password=PASSWORD)
    await let_in(node, "CP-1", VERSION, password=value)
    assert not (await operator.get(STATION)).json()["password_pending"]
    frames = f"{STATION}/frames?action=SetVariables"
    log = await eventually(operator, frames, lambda it: len(it["items"]) == 2)
    assert "BasicAuthPassword" in str(log)
    for kept in (str(log), *[(await operator.get(f"{STATION}/{one}")).text for one in ("commands", "variables")]):
        assert value not in kept


async def test_TC_A_10_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    value, told = await change_password(node, operator, {"password": NEW}, "Rejected")
    assert (value, told) == (NEW, {"accepted": False, "status": "Rejected", "password": None})
    assert not (await operator.get(STATION)).json()["password_pending"]
    await refused(node, "CP-1", 401, password=NEW)
    await let_in(node, "CP-1", VERSION, password=PASSWORD)


async def profile(
    station: ScriptedStation, operator: httpx.AsyncClient, body: Json, status: str, slot: int = 1
) -> tuple[Json, Json]:
    """(what the station was sent, what the operator was told)."""
    put = asyncio.create_task(operator.put(f"{STATION}/network-profiles/{slot}", json=body))
    message_id, sent = await station.expect_call("SetNetworkProfile")
    await station.answer(message_id, {"status": status})
    answer = await put
    assert answer.status_code == 200, answer.text
    return sent, answer.json()


async def kept(operator: httpx.AsyncClient) -> list[Json]:
    return list((await operator.get(f"{STATION}/network-profiles")).json()["items"])


async def test_TC_B_42_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    await node.add_station("CP-1")
    body: Json = {"url": SECURE, "security_profile": 3, "interface": "Wireless0", "message_timeout_s": 60}
    async with node.booted("CP-1", VERSION) as station:
        sent, told = await profile(station, operator, body, "Accepted")
        assert sent == {
            "configurationSlot": 1,
            "connectionData": {
                "ocppVersion": "OCPP20",
                "ocppTransport": "JSON",
                "ocppCsmsUrl": SECURE,
                "messageTimeout": 60,
                "securityProfile": 3,
                "ocppInterface": "Wireless0",
            },
        }
        assert (told["accepted"], told["status"]) == (True, "Accepted")
        (one,) = await kept(operator)
        assert {name: one[name] for name in body} == body
        assert (one["slot"], one["active"]) == (1, False)
        wrong = await operator.put(
            f"{STATION}/network-profiles/1", json={"url": "ws://csms.example.com", "security_profile": 3}
        )
        assert (wrong.status_code, wrong.json()["fields"][0]["path"]) == (400, "$.url")


async def test_TC_B_44_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """Neither a refused nor a failed one is kept, nor can it be made the first choice."""
    await node.add_station("CP-1")
    async with node.booted("CP-1", VERSION) as station:
        for status in ("Failed", "Rejected"):
            _, told = await profile(station, operator, {"security_profile": 0}, status)
            assert (told["accepted"], told["status"]) == (False, status)
            assert await kept(operator) == []
        path = f"{STATION}/network-profiles/1/activate"
        assert (await operator.post(path, json={}, headers=key())).status_code == 404
        await station.expect_nothing(0.1)


async def activated(station: ScriptedStation, operator: httpx.AsyncClient, slot: int) -> Json:
    """Made the first choice, then restarted; what the operator was told."""
    path = f"{STATION}/network-profiles/{slot}/activate"
    post = asyncio.create_task(operator.post(path, json={"reset": "hard"}, headers=key()))
    message_id, sent = await station.expect_call("SetVariables")
    one = variable("OCPPCommCtrlr", "NetworkConfigurationPriority")
    assert sent == {"setVariableData": [one | {"attributeValue": f"{slot},1"}]}
    await station.answer(message_id, {"setVariableResult": [one | {"attributeStatus": "Accepted"}]})
    message_id, sent = await station.expect_call("Reset")
    assert sent == {"type": "Immediate"}
    await station.answer(message_id, {"status": "Accepted"})
    answer = await post
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_TC_A_19_CSMS(node: Node, operator: httpx.AsyncClient, root: Authority) -> None:
    """From a password to TLS and password: in force once the station comes so, and then nothing lower is taken."""
    await with_password(operator, "CP-1")
    async with connected(node.ocpp_url, "CP-1", version=VERSION, password=PASSWORD) as station:
        assert (await station.call("BootNotification", BOOT))["status"] == "Accepted"
        plain = {"url": node.ocpp_url, "security_profile": 1}
        await profile(station, operator, plain, "Accepted", slot=1)
        sent, _ = await profile(station, operator, {"url": secure_url(node), "security_profile": 2}, "Accepted", slot=2)
        assert sent["connectionData"]["securityProfile"] == 2
        told = await activated(station, operator, 2)
        assert told == {"accepted": True, "status": "Accepted", "priority": "2,1", "reset_status": "Accepted"}
        detail = (await operator.get(STATION)).json()
        assert (detail["security_profile"], detail["pending_profile"]) == (1, 2)
        assert [(one["slot"], one["active"]) for one in await kept(operator)] == [(1, False), (2, True)]
    await let_in(node, "CP-1", VERSION, password=PASSWORD, tls=root.client())
    detail = (await operator.get(STATION)).json()
    assert (detail["security_profile"], detail["pending_profile"]) == (2, None)
    await refused(node, "CP-1", 403, password=PASSWORD)
    lower = await operator.put(f"{STATION}/network-profiles/3", json=plain)
    assert (lower.status_code, lower.json()["code"]) == (409, "security_profile_lower")
