"""The edge towards stations and strangers: who gets in, and what broken frames are answered."""

import asyncio
import base64
import itertools
import json
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from backend.db.engine import DB
from backend.ocpp import transport
from backend.stations import rules as station_rules
from tests.support.node import Node
from tests.support.scripted_station import ScriptedStation, basic, station
from tests.support.wire import card, sessions, stamp

VERSIONS = pytest.mark.parametrize("version", ["1.6", "2.0.1"])
PASSWORD = "0123456789abcdef"


async def protect(identity: str, password: str = PASSWORD) -> None:
    await DB.run(
        "UPDATE charging_station SET password_hash = $2 WHERE identity = $1",
        identity,
        station_rules.hash_password(password),
    )


async def refused(node: Node, identity: str, headers: dict[str, str] | None = None) -> InvalidStatus:
    with pytest.raises(InvalidStatus) as caught:
        async with connect(
            f"{node.ocpp_url}/{identity}", subprotocols=["ocpp1.6"], additional_headers=headers or {}, proxy=None
        ):
            pass
    return caught.value


# --- who gets in -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {},
        basic("CP-1", "wrong"),
        basic("CP-2", PASSWORD),
        basic("", PASSWORD),
        {"Authorization": "Basic !!!"},
        {"Authorization": "Bearer abc"},
        {"Authorization": "Basic " + base64.b64encode(b"CP-1").decode()},
    ],
)
async def test_wrong_credentials_get_a_real_401(node: Node, headers: dict[str, str]) -> None:
    await node.add_station("CP-1")
    await node.add_station("CP-2")
    await protect("CP-1")
    answer = (await refused(node, "CP-1", headers)).response
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")
    assert (await DB.run("SELECT online FROM charging_station WHERE identity = 'CP-1'"))[0]["online"] is False


@pytest.mark.parametrize("password", [PASSWORD, "with:colons:inside", "ünïcode-päßword!", "A1" * 20, "0aF4" * 10])
async def test_right_credentials(node: Node, password: str) -> None:
    await node.add_station("CP-1")
    await protect("CP-1", password)
    async with station(node.ocpp_url, "CP-1", password=password) as one:
        assert "currentTime" in await one.call("Heartbeat")


async def test_a_hexadecimal_key_opens_as_text_and_as_the_bytes_it_means(node: Node) -> None:
    """1.6 stations get AuthorizationKey as hexadecimal text; some sign in with the text, others with its bytes."""
    await node.add_station("CP-1")
    key = "00FF10203040506070809AABBCCDDEEFF0112233"
    async with node.booted("CP-1") as one:
        post = asyncio.create_task(
            (await node.client()).post(
                "/api/v1/stations/CP-1/variables", json={"name": "AuthorizationKey", "value": key}
            )
        )
        message_id, _ = await one.expect_call("ChangeConfiguration")
        await one.answer(message_id, {"status": "Accepted"})
        assert (await post).json()["accepted"]
    raw = base64.b64encode(b"CP-1:" + bytes.fromhex(key)).decode()
    for headers in (basic("CP-1", key), basic("CP-1", key.lower()), {"Authorization": f"Basic {raw}"}):
        async with station(node.ocpp_url, "CP-1", headers=headers) as one:
            assert "currentTime" in await one.call("Heartbeat")
    assert (await refused(node, "CP-1", basic("CP-1", key[:-1]))).response.status_code == 401


@pytest.mark.parametrize("path", ["/CP%201", "//CP%201", "/CP%201/", "/CP%201//", "/CP%201%2F", "/CP%201?x=1"])
async def test_identity_paths_with_slashes_and_spaces(node: Node, path: str) -> None:
    await node.add_station("CP 1")
    async with connect(node.ocpp_url + path, subprotocols=["ocpp1.6"], proxy=None) as socket:
        one = ScriptedStation(socket)
        assert "currentTime" in await one.call("Heartbeat")
        await one.close()


async def test_an_identity_in_utf_8(node: Node) -> None:
    await node.add_station("S\u00e4ule-7")
    async with station(node.ocpp_url, "S%C3%A4ule%2D7") as one:
        assert "currentTime" in await one.call("Heartbeat")


@pytest.mark.parametrize("path", ["", "/", "/A%2FB", "/%00", "/" + "x" * 60])
async def test_an_address_that_names_no_station_gets_a_404(node: Node, path: str) -> None:
    with pytest.raises(InvalidStatus) as caught:
        await connect(node.ocpp_url + path, subprotocols=["ocpp1.6"], proxy=None)
    assert caught.value.response.status_code == 404


@pytest.mark.parametrize(
    ("offered", "known", "chosen"),
    [
        ([], "1.6", "1.6"),
        ([], "2.0.1", "2.0.1"),
        (["ocpp2.1", "ocpp2.0.1", "ocpp1.6"], "1.6", "2.0.1"),
        (["ocpp1.5", "ocpp1.6"], "2.0.1", "1.6"),
    ],
)
async def test_subprotocols(node: Node, offered: list[str], known: str, chosen: str) -> None:
    await node.add_station("CP-1")
    await DB.run("UPDATE charging_station SET ocpp_version = $1", known)
    async with station(node.ocpp_url, "CP-1", subprotocols=offered) as one:
        assert one.socket.subprotocol == (f"ocpp{chosen}" if offered else None)
        assert "currentTime" in await one.call("Heartbeat")
        assert (await DB.run("SELECT ocpp_version FROM charging_station"))[0]["ocpp_version"] == chosen


async def test_only_versions_we_dont_speak_are_closed_with_1002(node: Node) -> None:
    await node.add_station("CP-1")
    async with connect(f"{node.ocpp_url}/CP-1", subprotocols=["ocpp1.5", "ocpp2.1"], proxy=None) as socket:
        with pytest.raises(ConnectionClosed):
            await socket.recv()
    assert socket.close_code == 1002


async def test_an_unknown_station_waits_for_an_operator(node: Node) -> None:
    """Until then it only boots, and what it says about transactions is neither taken nor thrown away."""
    operator = await node.client()
    boot = {"chargePointVendor": "V", "chargePointModel": "M"}
    async with station(node.ocpp_url, "NEW-1", password=PASSWORD) as one:
        answer = await one.call("BootNotification", boot)
        assert (answer["status"], answer["interval"]) == ("Pending", 30)
        assert (await one.call("Authorize", {"idTag": "X"}))["error"] == "SecurityError"
        start = {"connectorId": 1, "idTag": "CARD-1", "meterStart": 0, "timestamp": stamp(1)}
        unanswered = await one.send("StartTransaction", start)
        assert (await one.call("Heartbeat"))["error"] == "SecurityError"
        assert not one.answered(unanswered)
        assert await sessions(operator) == []
        accepting = asyncio.create_task(operator.post("/api/v1/stations/NEW-1/accept"))
        message_id, asked = await one.expect_call("TriggerMessage")
        assert asked == {"requestedMessage": "BootNotification"}
        await one.answer(message_id, {"status": "Accepted"})
        assert (await accepting).status_code == 200
        assert (await one.call("BootNotification", boot))["status"] == "Accepted"
        await card(node)
        assert (await one.call("StartTransaction", start))["idTagInfo"]["status"] == "Accepted"
        assert len(await sessions(operator)) == 1
    assert (await refused(node, "NEW-1", basic("NEW-1", "somebody-else-now"))).response.status_code == 401


# --- broken frames -----------------------------------------------------------------------------------------------

FORMATION = {"1.6": "FormationViolation", "2.0.1": "RpcFrameworkError"}


RUINS = {
    "": "-1",
    "nonsense": "-1",
    "{}": "-1",
    "[]": "-1",
    '[2,"cut","Heartbeat",{': "cut",
    '[2,null,"Heartbeat",{}]': "-1",
    '[2,"alone"]': "alone",
    '[2,"number",7,{}]': "number",
}


@VERSIONS
async def test_malformed_json_is_answered(node: Node, version: str) -> None:
    await node.add_station("CP-1")
    async with node.booted("CP-1", version) as one:
        for text, message_id in RUINS.items():
            await one.send_raw(text)
            assert (await one.stray())[:3] == [4, message_id, FORMATION[version]], text
        assert "currentTime" in await one.call("Heartbeat")


@VERSIONS
async def test_answers_nobody_waits_for_and_unknown_message_types(node: Node, version: str) -> None:
    await node.add_station("CP-1")
    async with node.booted("CP-1", version) as one:
        for text in ('[3,"?",{}]', '[4,"?","GenericError","",{}]', '[4,"?","InternalError"]', "[3]", '[4,"x"]'):
            await one.send_raw(text)
        await one.send_raw('[9,"type","Heartbeat",{}]')
        if version == "2.0.1":
            assert (await one.stray())[:3] == [4, "type", "MessageTypeNotSupported"]
        assert "currentTime" in await one.call("Heartbeat")
        assert [frame[1] for way, frame in one.frames if way == "in"].count("?") == 0


AGAINST_THE_SCHEMA: list[tuple[str, Any, str, str]] = [
    # action, payload, what 1.6 calls it, what 2.0.1 calls it
    ("MakeCoffee", {}, "NotImplemented", "NotImplemented"),
    ("Reset", {"type": "Hard"}, "NotSupported", "NotSupported"),
    ("BootNotification", {}, "OccurenceConstraintViolation", "OccurrenceConstraintViolation"),
    ("DataTransfer", {}, "OccurenceConstraintViolation", "OccurrenceConstraintViolation"),
    ("DataTransfer", {"vendorId": 7}, "TypeConstraintViolation", "TypeConstraintViolation"),
    ("DataTransfer", {"vendorId": "v" * 300}, "PropertyConstraintViolation", "PropertyConstraintViolation"),
    ("Heartbeat", [1], "TypeConstraintViolation", "TypeConstraintViolation"),
]


@VERSIONS
async def test_what_breaks_the_schema_gets_its_own_error(node: Node, version: str) -> None:
    await node.add_station("CP-1")
    async with node.booted("CP-1", version) as one:
        for action, payload, code16, code201 in AGAINST_THE_SCHEMA:
            answer = await one.call(action, payload)
            assert answer["error"] == (code16 if version == "1.6" else code201), (action, payload)
        assert "currentTime" in await one.call("Heartbeat")


@VERSIONS
async def test_a_transaction_message_never_gets_an_error(node: Node, version: str) -> None:
    await node.add_station("CP-1")
    actions = ["StartTransaction", "StopTransaction", "MeterValues"] if version == "1.6" else ["TransactionEvent"]
    async with node.booted("CP-1", version) as one:
        payloads: list[Any] = [{}, [], None, "text", {"transactionId": {}}, {"eventType": "Never"}]
        for action, payload in itertools.product(actions, payloads):
            await one.send_raw(json.dumps([2, action, action, payload]))
            assert (await one.stray())[:2] == [3, action], payload


@VERSIONS
async def test_binary_and_fragmented_frames_are_read(node: Node, version: str) -> None:
    await node.add_station("CP-1")
    async with node.booted("CP-1", version) as one:
        await one.send_raw(b'[2,"bytes","Heartbeat",{}]')
        assert (await one.stray())[:2] == [3, "bytes"]
        text = json.dumps([2, "pieces", "DataTransfer", {"vendorId": "v", "data": "d" * 200_000}])
        await one.socket.send([text[at : at + 700] for at in range(0, len(text), 700)])
        assert (await one.stray())[1:] == ["pieces", {"status": "UnknownVendorId"}]


async def test_an_oversized_frame_closes_only_its_own_link(node: Node) -> None:
    await node.add_station("CP-1")
    await node.add_station("CP-2")
    async with node.booted("CP-1") as one, node.booted("CP-2") as two:
        await one.send_raw("[" + "1," * 200_000 + "1]")
        async with asyncio.timeout(5):
            await one.socket.wait_closed()
        assert one.socket.close_code == 1009
        assert "currentTime" in await two.call("Heartbeat")
    async with node.booted("CP-1"):
        pass


@pytest.fixture
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "OPEN_TIMEOUT_S", 1.0)


@pytest.mark.usefixtures("impatience")
async def test_slow_upgrades_are_cut_off_and_hold_nobody_up(node: Node) -> None:
    await node.add_station("CP-1")
    slow = [await asyncio.open_connection("127.0.0.1", node.listener.port) for _ in range(200)]
    for _, writer in slow:
        writer.write(b"GET /ocpp/CP-1 HTTP/1.1\r\nHost: x\r\n")
    async with node.booted("CP-1") as one:
        assert "currentTime" in await one.call("Heartbeat")
    async with asyncio.timeout(5):
        assert await asyncio.gather(*(reader.read() for reader, _ in slow)) is not None
    for _, writer in slow:
        writer.close()


def test_durations_are_counted_together_as_one_by_one() -> None:
    from prometheus_client import CollectorRegistry, Histogram

    from backend.ocpp.metrics import Durations

    values = [0.0005, 0.001, 0.0011, 0.3, 99.0]
    one, all_at_once = CollectorRegistry(), CollectorRegistry()
    plain = Histogram("t", "t", buckets=(0.001, 0.25, 1), registry=one)
    for value in values:
        plain.observe(value)
    Durations("t", "t", buckets=(0.001, 0.25, 1), registry=all_at_once).observe_all(values)
    for le in ("0.001", "0.25", "1.0", "+Inf"):
        found = [registry.get_sample_value("t_bucket", {"le": le}) for registry in (one, all_at_once)]
        assert found[0] == found[1] is not None
    assert one.get_sample_value("t_sum") == all_at_once.get_sample_value("t_sum")
