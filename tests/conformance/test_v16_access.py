"""OCPP 1.6: new passwords and a higher security profile over OCPP, and the trigger of the security extension."""

from typing import Any

import httpx
import pytest

from tests.conformance.flows16 import STATION
from tests.support.certificates import Authority
from tests.support.node import Node
from tests.support.scripted_station import station as connected
from tests.support.secured import PASSWORD, let_in, raised, refused, with_password
from tests.support.wire import Json, asked, eventually

VERSION = "1.6"
NEW = "00ff10203040506070809aabbccddeeff0112233"


@pytest.fixture
def node_settings(secured: tuple[Authority, dict[str, Any]]) -> dict[str, Any]:
    return secured[1]


async def boot(station: Any) -> None:
    answer = await station.call("BootNotification", {"chargePointVendor": "Test", "chargePointModel": "One"})
    assert answer["status"] == "Accepted"


async def configured(
    node: Node, operator: httpx.AsyncClient, path: str, body: Json, status: str, profile: int = 1
) -> tuple[Json, Json]:
    """A station with a password is sent a key: (what it was sent, what the operator was told)."""
    await with_password(operator, "CP-1", profile)
    async with connected(node.ocpp_url, "CP-1", version=VERSION, password=PASSWORD) as station:
        await boot(station)
        sent, answer = await asked(
            station, operator, f"{STATION}/{path}", body, "ChangeConfiguration", {"status": status}
        )
    assert answer.status_code == 200, answer.text
    return sent, answer.json()


async def test_TC_073_CSMS(node: Node, operator: httpx.AsyncClient) -> None:
    """The old password is good until the station comes with the new one, and then no more."""
    sent, told = await configured(node, operator, "password", {"password": NEW}, "Accepted")
    assert sent == {"key": "AuthorizationKey", "value": NEW}
    assert told == {"accepted": True, "status": "Accepted", "password": None}
    assert (await operator.get(STATION)).json()["password_pending"]
    await let_in(node, "CP-1", VERSION, password=PASSWORD)
    await let_in(node, "CP-1", VERSION, password=NEW)
    await refused(node, "CP-1", 401, password=PASSWORD)
    await let_in(node, "CP-1", VERSION, password=NEW)
    assert not (await operator.get(STATION)).json()["password_pending"]
    log = await eventually(operator, f"{STATION}/frames?action=ChangeConfiguration", lambda it: len(it["items"]) >= 2)
    assert NEW not in str(log)


async def test_TC_083_CSMS(node: Node, operator: httpx.AsyncClient, root: Authority) -> None:
    """The higher profile is in force once the station comes by it; then a lower one is refused, and never sent."""
    sent, told = await configured(node, operator, "security-profile/send", {"profile": 2}, "Accepted")
    assert sent == {"key": "SecurityProfile", "value": "2"}
    assert told["accepted"]
    detail = (await operator.get(STATION)).json()
    assert (detail["security_profile"], detail["pending_profile"]) == (1, 2)
    await let_in(node, "CP-1", VERSION, password=PASSWORD)
    await let_in(node, "CP-1", VERSION, password=PASSWORD, tls=root.client())
    detail = (await operator.get(STATION)).json()
    assert (detail["security_profile"], detail["pending_profile"]) == (2, None)
    await refused(node, "CP-1", 403, password=PASSWORD)
    for path, body in (
        ("security-profile", {"profile": 1}),
        ("security-profile/send", {"profile": 1}),
        ("variables", {"name": "SecurityProfile", "value": "1"}),
        ("ocpp/ChangeConfiguration", {"key": "SecurityProfile", "value": "1"}),
    ):
        answer = await operator.post(f"{STATION}/{path}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (409, "security_profile_lower"), path
    assert (await raised(operator, "CP-1", 2)).status_code == 200


KINDS: list[tuple[str, Json]] = [
    # message, what the station then sends
    ("LogStatusNotification", {"status": "Idle"}),
    ("FirmwareStatusNotification", {"status": "Idle"}),
    ("Heartbeat", {}),
    ("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Available"}),
    ("BootNotification", {"chargePointVendor": "Test", "chargePointModel": "Two"}),
]


async def test_the_security_extension_has_a_trigger_of_its_own(node: Node, operator: httpx.AsyncClient) -> None:
    """It is used where asked for, and for what only it knows (whitepaper, ExtendedTriggerMessage)."""
    await node.add_station("CP-1")
    async with node.booted("CP-1") as station:
        outlet = (await operator.get(STATION)).json()["row"]["connectors"][0]["id"]
        for message, payload in KINDS:
            one = message == "StatusNotification"
            body: Json = {"message": message, "extended": message != "LogStatusNotification"}
            body |= {"connector_id": outlet} if one else {}
            reply: Json = {"status": "Accepted"}
            sent, told = await asked(station, operator, f"{STATION}/trigger", body, "ExtendedTriggerMessage", reply)
            assert sent == {"requestedMessage": message} | ({"connectorId": 1} if one else {})
            assert told.json()["accepted"]
            assert "error" not in await station.call(message, payload)
            await eventually(operator, f"{STATION}/frames?action={message}&direction=in", lambda it: it["items"])
        wrong = await operator.post(
            f"{STATION}/trigger", json={"message": "DiagnosticsStatusNotification", "extended": True}
        )
        assert (wrong.status_code, wrong.json()["code"]) == (400, "invalid_payload")
    assert (await operator.get(STATION)).json()["row"]["model"] == "Two"
