"""What stations and test suites of others do differently: on the way in, in a frame, in a field."""

import base64
import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import connect

from backend.db.engine import DB
from backend.ocpp import handshake
from backend.ocpp.codec import CODECS, Call, Malformed
from backend.ocpp.v16 import messages as v16
from tests.conformance.conftest import node, node_settings, operator  # noqa: F401  # fixtures
from tests.support.node import Node
from tests.support.sockets import Bytes, house, request
from tests.support.wire import eventually

T = "2026-01-01T10:00:00Z"


@pytest.mark.parametrize(
    ("path", "identity"),
    [
        ("/ocpp/CP-1", "CP-1"),
        ("/OCPP/CP-1/", "CP-1"),
        ("//ocpp//CP-1//", "CP-1"),
        ("/ocpp/CP%2D1?token=x", "CP-1"),
        ("/ocpp/EVB%2BP%3A01", "EVB+P:01"),
        ("/ocpp/a+b", "a+b"),
        ("/ocpp/%E2%82%AC", "€"),
        ("/CP-1", "CP-1"),
        ("/CP-1/?x=1", "CP-1"),
        ("/ocpp/1.6/CP-1", "CP-1"),
        ("/ocpp/v2.0.1//CP-1/", "CP-1"),
        ("/ocpp/ocpp1.6/CP-1", "CP-1"),
        ("/ocpp16/CP-1", "CP-1"),
        ("/ocppj/1.6/CP-1", "CP-1"),
        ("/ocpp/16", "16"),
        ("/ocpp/201", "201"),
        ("/201", "201"),
        ("/ocpp/j", "j"),
        ("/ocpp16/", None),
        ("/ocpp/1.6/", None),
        ("/ocpp/160", "160"),
        ("/ocpp/j-7", "j-7"),
        ("/ocpp/%FF", None),
        ("/ocpp/", None),
        ("/ocpp", None),
        ("/", None),
    ],
)
def test_paths(path: str, identity: str | None) -> None:
    assert handshake.identity_of(path) == identity


@pytest.mark.parametrize(
    ("offered", "version", "named"),
    [
        (["ocpp1.6", "ocpp2.0.1"], "1.6", "ocpp1.6"),  # the station's order counts
        (["ocpp2.0.1", "ocpp1.6"], "2.0.1", "ocpp2.0.1"),
        (["ocpp2.1", "ocpp2.0", "ocpp1.6"], "1.6", "ocpp1.6"),
        (["OCPP1.6"], "1.6", "OCPP1.6"),  # a client refuses another spelling than its own
        (["ocpp1.6J"], "1.6", "ocpp1.6J"),
        (["ocpp16"], "1.6", "ocpp16"),
        (["ocpp1.5", "ocpp201"], "2.0.1", "ocpp201"),
        (["ocpp2.0"], None, None),
        ([], "1.6", None),
    ],
)
def test_subprotocols(offered: list[str], version: str | None, named: str | None) -> None:
    chosen = handshake.choose_version(offered)
    assert chosen == version
    assert chosen is None or handshake.subprotocol_of(chosen, offered) == named


RAW = base64.b64encode(b"CP-1:pass:word").decode()


@pytest.mark.parametrize(
    ("header", "found"),
    [
        (f"Basic {RAW}", (True, "pass:word")),
        (f"basic   {RAW}  ", (True, "pass:word")),
        (f"BASIC {RAW.rstrip('=')}", (True, "pass:word")),
        ("Basic " + base64.b64encode(b"CP-1:").decode(), (True, "")),
        ("Basic " + base64.b64encode(b"CP-1:\xff\x00").decode(), (True, "ff00")),
        ("Basic " + base64.b64encode(b"cp-1:x").decode(), (False, None)),
        ("Basic", (False, None)),
        ("Digest x", (False, None)),
        ("", (True, None)),
        (None, (True, None)),
    ],
)
def test_basic_headers(header: str | None, found: tuple[bool, str | None]) -> None:
    assert handshake.password_of(header, "CP-1") == found


async def test_an_empty_offer_of_subprotocols_is_none() -> None:
    async with house() as home:
        one = await Bytes.at(home)
        one.say(request().replace(b"Sec-WebSocket-Protocol: ocpp1.6", b"Sec-WebSocket-Protocol: "))
        status, headers, _ = await one.answer()
        assert status == 101, headers


# --- one message ---------------------------------------------------------------------------------------

ACCEPTED: list[tuple[str, str, Any]] = [
    ("1.6", "Heartbeat", {"extra": None}),
    ("1.6", "FirmwareStatusNotification", {"status": "Idle", "requestId": 5}),
    ("1.6", "DataTransfer", {"vendorId": "", "messageId": None, "data": None}),
    ("1.6", "DataTransfer", {"vendorId": "v", "data": {"a": [1.5]}, "more": True}),
    ("1.6", "DataTransfer", {"vendorId": "v", "data": 12}),
    ("1.6", "SecurityEventNotification", {"type": "X", "timestamp": T, "techInfo": None}),
    ("1.6", "LogStatusNotification", {"status": "Idle", "requestId": None}),
    ("1.6", "BootNotification", {"chargePointVendor": "", "chargePointModel": "", "iccid": None, "foo": 1}),
    ("1.6", "StopTransaction", {"meterStop": 1, "timestamp": T, "transactionId": 1, "idTag": None, "reason": ""}),
    ("2.0.1", "Heartbeat", {"customData": {"vendorId": "x", "a": 1}, "b": 1}),
    ("2.0.1", "SecurityEventNotification", {"type": "X", "timestamp": T, "techInfo": None, "y": 1}),
    ("2.0.1", "ClearedChargingLimit", {"chargingLimitSource": "EMS", "evseId": None}),
    ("2.0.1", "NotifyChargingLimit", {"chargingLimit": {"chargingLimitSource": "EMS", "colour": "red"}}),
    ("2.0.1", "DataTransfer", {"vendorId": "v", "data": [1, {"a": None}]}),
    ("2.0.1", "ReservationStatusUpdate", {"reservationId": 1, "reservationUpdateStatus": "Expired", "x": None}),
    ("2.0.1", "NotifyReport", {"requestId": 1, "generatedAt": T, "seqNo": 0, "tbc": None, "reportData": None}),
    ("1.6", "StatusNotification", {"connectorId": 1, "errorCode": "noError", "status": "SuspendedEVse"}),
    ("2.0.1", "StatusNotification", {"timestamp": T, "connectorStatus": "AVAILABLE", "evseId": 1, "connectorId": 1}),
]


@pytest.mark.parametrize(("version", "action", "payload"), ACCEPTED)
def test_messages_that_say_more_or_nothing_are_taken(version: str, action: str, payload: Any) -> None:
    found = CODECS[version].decode(json.dumps([2, "m", action, payload]).encode())
    assert isinstance(found, Call), found


def test_structured_data_is_kept_as_its_text() -> None:
    found = CODECS["1.6"].decode(b'[2,"m","DataTransfer",{"vendorId":"v","data":{"a":1}}]')
    assert isinstance(found, Call)
    assert (found.payload.data, found.mended) == ('{"a":1}', ("$.data is no text",))


@pytest.mark.parametrize(
    ("version", "action", "payload", "code"),
    [
        ("1.6", "DataTransfer", {"vendorId": 7, "extra": 1}, "TypeConstraintViolation"),
        ("1.6", "Heartbeat", [], "TypeConstraintViolation"),
        ("2.0.1", "SecurityEventNotification", {"type": "X", "y": 1}, "OccurrenceConstraintViolation"),
        ("2.0.1", "NotifyChargingLimit", {"chargingLimit": {}, "y": 1}, "OccurrenceConstraintViolation"),
    ],
)
def test_what_is_too_much_hides_no_other_mistake(version: str, action: str, payload: Any, code: str) -> None:
    found = CODECS[version].decode(json.dumps([2, "m", action, payload]).encode())
    assert isinstance(found, Malformed)
    assert found.code == code


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("2026-01-01T10:00:00Z", datetime(2026, 1, 1, 10, tzinfo=UTC)),
        ("2026-01-01T10:00:00.123456789Z", datetime(2026, 1, 1, 10, 0, 0, 123457, tzinfo=UTC)),
        ("2026-01-01T12:00:00.1+02:00", datetime(2026, 1, 1, 10, 0, 0, 100000, tzinfo=UTC)),
        ("2026-01-01T12:00:00+0200", datetime(2026, 1, 1, 10, tzinfo=UTC)),
        ("2026-01-01T10:00:00", datetime(2026, 1, 1, 10)),  # noqa: DTZ001  # without zone; the session makes it UTC
        ("2026-01-01 10:00:00z", datetime(2026, 1, 1, 10, tzinfo=UTC)),
        ("0001-01-01T00:00:00Z", datetime(1, 1, 1, tzinfo=UTC)),
        ("9999-12-31T23:59:59Z", datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)),
    ],
)
def test_times(said: str, meant: datetime) -> None:
    text = f'[2,"m","SecurityEventNotification",{{"type":"X","timestamp":"{said}"}}]'
    found = CODECS["1.6"].decode(text.encode())
    assert isinstance(found, Call), found
    told = found.payload.timestamp
    assert told.utcoffset() == meant.utcoffset() or told.tzinfo is not None
    assert abs((told - meant).total_seconds()) < 0.000002


def test_times_that_we_tell_have_three_digits_or_none() -> None:
    """Of six digits some stations make as many milliseconds, and are a quarter of an hour off."""
    at = datetime(2026, 1, 1, 10, 0, 0, 886000, tzinfo=UTC)
    answer = CODECS["1.6"].encode_result("CP:00.123000Z", v16.HeartbeatResponse(current_time=at))
    assert json.loads(answer) == [3, "CP:00.123000Z", {"currentTime": "2026-01-01T10:00:00.886Z"}]
    text = CODECS["1.6"].encode_result("m", {"a": at, "b": "000Z", "c": "at 2026-11-25T10:00:00.123000Z", "d": at})
    assert text.count(b'.886Z"') == 2
    assert b'"000Z"' in text
    assert b'"at 2026-11-25T10:00:00.123000Z"' in text
    whole = CODECS["1.6"].encode_result("m", v16.HeartbeatResponse(current_time=at.replace(microsecond=0)))
    assert b'"2026-01-01T10:00:00Z"' in whole


@pytest.mark.parametrize(
    ("frame", "taken"),
    [
        ('\ufeff [2, "a b", "Heartbeat", {}]\n', True),
        ('[2,"","Heartbeat",{}]', True),
        ('[2,"' + "x" * 50 + '","Heartbeat"]', True),
        ('[2,7,"Heartbeat",null,{}]', True),
        ('[2.0,"m","Heartbeat",{}]\0', True),
        ('[2,"m","heartbeat",{}]', False),
        ('[2,"m","Heartbeat","{}"]', False),
        ('["2","m","Heartbeat",{}]', False),
    ],
)
def test_frames(frame: str, taken: bool) -> None:
    assert isinstance(CODECS["1.6"].decode(frame.encode()), Call) is taken


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
async def test_answers_to_nobody_are_passed_over_and_compression_is_declined(
    node: Node,  # noqa: F811  # the fixture
    version: str,
) -> None:
    """A client that offers compression, splits its frames and answers what nobody asked is served all the same."""
    await node.add_station("CP-1")
    url = f"{node.ocpp_url}/CP-1/"
    async with connect(url, subprotocols=[f"ocpp{version}"], compression="deflate", proxy=None) as socket:
        assert socket.protocol.extensions == []
        for stray in ('[3,"nobody",{}]', '[4,"nobody","GenericError","",{}]', '[4,"nobody"]', '[3,"nobody"]'):
            await socket.send(stray)
        await socket.send(["[2,", '"one"', ',"Heart', 'beat",{}]'])
        await socket.ping()
        assert json.loads(await socket.recv())[:2] == [3, "one"]
        assert await (await socket.ping("still there?")) >= 0


@pytest.mark.parametrize("value", ["x", "", None, [], {}, True])
@pytest.mark.parametrize("action", ["MeterValues", "TransactionEvent"])
async def test_a_reading_that_is_no_number_is_left_out_and_the_link_stays(
    node: Node,  # noqa: F811  # the fixture
    action: str,
    value: Any,
) -> None:
    """The others of the same message count."""
    await node.add_station("CP-1")
    sampled = [{"value": value}, {"value": 1500.0}]
    said: dict[str, Any] = {"meterValue": [{"timestamp": T, "sampledValue": sampled}]}
    if action == "MeterValues":
        said["evseId"] = 1
    else:
        said |= {"eventType": "Started", "timestamp": T, "triggerReason": "CablePluggedIn", "seqNo": 0}
        said |= {"transactionInfo": {"transactionId": "t-1"}, "evse": {"id": 1, "connectorId": 1}}
    found = CODECS["2.0.1"].decode(json.dumps([2, "m", action, said]).encode())
    assert isinstance(found, Call), found
    assert [one.value for one in found.payload.meter_value[0].sampled_value] == [1500.0]
    async with node.booted("CP-1", "2.0.1") as station:
        assert await station.call(action, said) == {}
        assert "currentTime" in await station.call("Heartbeat")
    kept = await DB.run("SELECT meter_start_wh, meter_last_wh FROM transaction")
    assert [tuple(row.values()) for row in kept] == ([] if action == "MeterValues" else [(1500, 1500)])


@pytest.mark.parametrize("half", ["\ud83d", "\ud83dA"])
async def test_half_a_character_at_the_end_of_a_cut_text(
    node: Node,  # noqa: F811  # the fixture
    operator: httpx.AsyncClient,  # noqa: F811  # the fixture
    half: str,
) -> None:
    """Seen where texts are cut by their length in UTF-16. The rest of the message counts; the link stays."""
    await node.add_station("CP-1")
    status = {"connectorId": 1, "errorCode": "OtherError", "status": "Faulted", "info": f"smile {half}"}
    start = {"connectorId": 1, "idTag": half, "meterStart": 7, "timestamp": T}
    async with node.booted("CP-1") as station:
        assert await station.call("StatusNotification", status) == {}
        assert (await station.call("StartTransaction", start))["idTagInfo"]["status"] == "Invalid"
        assert "status" in await station.call("DataTransfer", {"vendorId": "v", "data": half})
        assert "currentTime" in await station.call("Heartbeat")
    assert [dict(row) for row in await DB.run("SELECT meter_start_wh FROM transaction")] == [{"meter_start_wh": 7}]
    path = "/api/v1/stations/CP-1/frames?action=DataTransfer"
    (line, *_) = (await eventually(operator, path, lambda page: page["items"]))["items"]
    assert line["action"] == "DataTransfer"


PROFILE = {
    "id": 1,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Absolute",
    "chargingSchedule": [
        {"id": 1, "chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 16.0}]}
    ],
}
WATCHED = {"id": 1, "transaction": False, "value": 1.0, "type": "UpperThreshold", "severity": 2**40}
TOO_LARGE: list[tuple[str, str, Any]] = [
    ("1.6", "LogStatusNotification", {"status": "Uploaded", "requestId": 2**63}),
    ("1.6", "SignedFirmwareStatusNotification", {"status": "Installed", "requestId": -(2**80)}),
    ("2.0.1", "FirmwareStatusNotification", {"status": "Installed", "requestId": 2**63}),
    ("2.0.1", "ReservationStatusUpdate", {"reservationId": -(2**40), "reservationUpdateStatus": "Expired"}),
    ("2.0.1", "ClearedChargingLimit", {"chargingLimitSource": "EMS", "evseId": 2**31}),
    ("2.0.1", "NotifyChargingLimit", {"evseId": 2**31, "chargingLimit": {"chargingLimitSource": "EMS"}}),
    (
        "2.0.1",
        "ReportChargingProfiles",
        {"requestId": 2**31, "chargingLimitSource": "CSO", "evseId": 0, "chargingProfile": [PROFILE]},
    ),
    (
        "2.0.1",
        "NotifyMonitoringReport",
        {
            "requestId": 1,
            "generatedAt": T,
            "seqNo": 0,
            "monitor": [{"component": {"name": "c"}, "variable": {"name": "v"}, "variableMonitoring": [WATCHED]}],
        },
    ),
]


@pytest.mark.parametrize(("version", "action", "payload"), TOO_LARGE)
async def test_what_no_column_holds_is_the_stations_mistake(
    node: Node,  # noqa: F811  # the fixture
    version: str,
    action: str,
    payload: Any,
) -> None:
    """Not an InternalError, after which it would say the same again and again; and the next message counts."""
    await node.add_station("CP-1")
    async with node.booted("CP-1", version) as station:
        answer = await station.call(action, payload)
        assert answer["error"] == "PropertyConstraintViolation"
        assert "currentTime" in await station.call("Heartbeat")


async def test_an_outlet_that_no_column_holds(node: Node) -> None:  # noqa: F811  # the fixture
    """What an outlet does is looked up together with those of other stations, which it must not harm."""
    await node.add_station("CP-1")
    async with node.booted("CP-1", "2.0.1") as station:
        for evse, connector in ((2**31, 1), (1, 2**63), (-(2**31) - 1, 1), (1, -5)):
            said = {"timestamp": T, "connectorStatus": "Occupied", "evseId": evse, "connectorId": connector}
            assert await station.call("StatusNotification", said) == {}
