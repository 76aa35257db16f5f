"""Bad input on the wire: the right error in each version, a counter, a log line, and nobody else notices."""

import asyncio
import json
from collections.abc import Mapping
from typing import Any

import pytest
from prometheus_client import REGISTRY
from structlog.testing import capture_logs
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from backend.ocpp import frames, salvage
from tests.support.node import Node
from tests.support.wire import Meter201, Session16, bill, card, messages, only_session, stamp

VERSIONS = pytest.mark.parametrize("version", ["1.6", "2.0.1"])


def counted(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


def bad(version: str, code: str) -> float:
    return counted("wattline_ocpp_bad_messages_total", version=version, code=code)


def lines(logs: list[Any], event: str) -> list[Any]:
    return [one for one in logs if one["event"] == event]


WRONG: list[tuple[str, str, str, str]] = [
    # what is sent, the id that is answered, the error in 1.6 and in 2.0.1
    ("[2,", "-1", "FormationViolation", "RpcFrameworkError"),
    ("\x00\x01\x02", "-1", "FormationViolation", "RpcFrameworkError"),
    ('[2,"a","Heartbeat",{]', "a", "FormationViolation", "RpcFrameworkError"),
    ('[2,"b"]', "b", "FormationViolation", "RpcFrameworkError"),
    ('[2,"c",{},"Heartbeat"]', "c", "FormationViolation", "RpcFrameworkError"),
    ('[2,true,"Heartbeat",{}]', "-1", "FormationViolation", "RpcFrameworkError"),
    ('[2,"d","Reboot",{}]', "d", "NotImplemented", "NotImplemented"),
    ('[2,"e","ClearCache",{}]', "e", "NotSupported", "NotSupported"),
    ('[2,"f","DataTransfer",{}]', "f", "OccurenceConstraintViolation", "OccurrenceConstraintViolation"),
    ('[2,"g","DataTransfer",{"vendorId":[]}]', "g", "TypeConstraintViolation", "TypeConstraintViolation"),
    ('[2,"i","FirmwareStatusNotification",{"status":"?"}]', "i", *["PropertyConstraintViolation"] * 2),
    (
        '[2,"j","SecurityEventNotification",{"type":"t","timestamp":"noon"}]',
        "j",
        "FormationViolation",
        "FormatViolation",
    ),
    ('[2,"k","Heartbeat","now"]', "k", "TypeConstraintViolation", "TypeConstraintViolation"),
]


@VERSIONS
async def test_each_mistake_has_its_error_its_counter_and_its_line(node: Node, version: str) -> None:
    await node.add_station("CP-1")
    for text, message_id, code16, code201 in WRONG:
        code = code16 if version == "1.6" else code201
        async with node.booted("CP-1", version) as one:  # a new link: a station's first mistakes are all told
            before = bad(version, code)
            with capture_logs() as logs:
                await one.send_raw(text)
                assert (await one.stray())[:3] == [4, message_id, code], text
            assert bad(version, code) == before + 1, text
            (line,) = lines(logs, "a bad message")
            assert (line["identity"], line["code"], line["so_far"]) == ("CP-1", code, 1)
            assert line["description"]
            assert "currentTime" in await one.call("Heartbeat")


@VERSIONS
async def test_a_type_that_doesnt_exist_is_ignored_in_16_and_has_an_error_in_201(node: Node, version: str) -> None:
    await node.add_station("CP-1")
    code = "ProtocolError" if version == "1.6" else "MessageTypeNotSupported"
    async with node.booted("CP-1", version) as one:
        before = bad(version, code)
        await one.send_raw('[7,"x","Heartbeat",{}]')
        if version == "2.0.1":
            assert (await one.stray())[:3] == [4, "x", code]
        assert "currentTime" in await one.call("Heartbeat")
        assert bad(version, code) == before + 1


@VERSIONS
async def test_a_flood_of_nonsense_is_told_in_few_lines_and_holds_nobody_up(node: Node, version: str) -> None:
    await node.add_station("CP-1")
    await node.add_station("CP-2")
    async with node.booted("CP-1", version) as loud, node.booted("CP-2", version) as quiet:
        with capture_logs() as logs:
            for _ in range(1000):
                await loud.send_raw("[nonsense")
            for _ in range(20):
                assert "currentTime" in await quiet.call("Heartbeat")
            assert [(await loud.stray())[1] for _ in range(1000)] == ["-1"] * 1000
        assert [line["so_far"] for line in lines(logs, "a bad message")] == [2**power for power in range(10)]
        assert "currentTime" in await loud.call("Heartbeat")


@VERSIONS
async def test_an_oversized_message_is_counted_and_told(node: Node, version: str) -> None:
    await node.add_station("CP-1")
    await node.add_station("CP-2")
    async with node.booted("CP-1", version) as one, node.booted("CP-2", version) as two:
        before = bad(version, "1009")
        with capture_logs() as logs:
            await one.send_raw(json.dumps([2, "big", "DataTransfer", {"vendorId": "v", "data": "d" * 300_000}]))
            await asyncio.wait_for(one.socket.wait_closed(), 5)
            assert "currentTime" in await two.call("Heartbeat")
        assert one.socket.close_code == 1009
        assert bad(version, "1009") == before + 1
        assert [(line["identity"], line["code"]) for line in lines(logs, "a bad message")] == [("CP-1", "1009")]


async def test_long_ids_are_echoed_and_don_t_fill_the_memory(node: Node) -> None:
    await node.add_station("CP-1")
    async with node.booted("CP-1") as one:
        long = "i" * 200_000
        assert "currentTime" in await one.call("Heartbeat", message_id=long)
        kept = [entry for entry in node.listener.connections.frames._waiting if entry[5].startswith("iii")]
        assert all(len(entry[5]) <= 64 and len(entry[6]) <= frames.MOST_PAYLOAD for entry in kept)


@pytest.mark.parametrize("node_settings", [{"unknown_stations": "refuse"}])
async def test_unknown_stations_are_refused_counted_and_told(node: Node) -> None:
    for path, status, reason in (("STRANGER", 401, "unknown"), ("", 404, "identity"), ("%00", 404, "identity")):
        with capture_logs() as logs, pytest.raises(InvalidStatus) as caught:
            await connect(f"{node.ocpp_url}/{path}", subprotocols=["ocpp1.6"], proxy=None)
        assert caught.value.response.status_code == status
        (line,) = lines(logs, "security: a station was refused")
        assert line["peer"].startswith("127.0.0.1")
        assert counted("wattline_ocpp_refused_total", reason=line["reason"]) >= 1, reason


# --- transaction messages that are no JSON -----------------------------------------------------------------------


def ruined(action: str, payload: Mapping[str, Any], cut: str = "", **changes: tuple[str, str]) -> bytes:
    """The call as text, cut off behind `cut`, or with something put in the place of something else."""
    text = json.dumps([2, action, action, payload])
    if cut:
        return text[: text.index(cut) + len(cut)].encode()
    for old, new in changes.values():
        assert old in text
        text = text.replace(old, new)
    return text.encode("latin-1")


async def confirmed(one: Any, ruin: bytes) -> Any:
    await one.send_raw(ruin)
    kind, _, payload = await one.stray()
    assert kind == 3, payload
    return payload


async def test_transaction_messages_of_16_that_are_no_json_are_stored_and_confirmed(node: Node) -> None:
    tariff = await node.add_tariff()
    await node.add_station("CP-1", tariff_id=tariff)
    await card(node)
    operator = await node.client()
    async with node.booted("CP-1") as one:
        before = counted("wattline_ocpp_mended_messages_total", action="StartTransaction")
        start = {"connectorId": 1, "idTag": "CARD-1", "meterStart": 1000, "timestamp": stamp(30), "reservationId": 7}
        began = await confirmed(one, ruined("StartTransaction", start, nan=("7}", "NaN}")))
        assert began["idTagInfo"]["status"] == "Accepted"
        assert counted("wattline_ocpp_mended_messages_total", action="StartTransaction") == before + 1
        number = began["transactionId"]
        reading = {"timestamp": stamp(10), "sampledValue": [{"value": "3000"}, {"value": "x", "format": "Raw"}]}
        meter = {"connectorId": 1, "transactionId": number, "meterValue": [reading]}
        assert await confirmed(one, ruined("MeterValues", meter, line=('"x"', '"\n\xff"'))) == {}
        assert (await only_session(operator))["energy_wh"] == 2000
        stop = {"transactionId": number, "meterStop": 6000, "timestamp": stamp(0), "transactionData": [reading]}
        await confirmed(one, ruined("StopTransaction", stop, cut='"sampledValue": [{"val'))
        found = await only_session(operator)
        assert (found["state"], found["energy_wh"]) == ("ended", 5000)
        assert (await bill(operator, found["id"]))[1] == 5000
        deep = ruined("StopTransaction", stop | {"x": []}, deep=("[]", "[" * 9000 + "]" * 9000))
        await confirmed(one, deep)
        await confirmed(one, b'[2,"StopTransaction","StopTransaction",{"transactionId":' + str(number).encode())
        assert [kept["transaction"] is None for kept in await messages("ended")][-1]


async def test_transaction_events_that_are_no_json_are_stored_and_confirmed(node: Node) -> None:
    await node.add_station("CP-1")
    await card(node)
    operator = await node.client()
    async with node.booted("CP-1", "2.0.1") as one:
        meter = Meter201(one)
        await meter.started(minutes_ago=20, token="CARD-1", wh=0)
        event = meter.event("Updated", "MeterValuePeriodic", minutes_ago=10, wh=700)
        await confirmed(
            one, ruined("TransactionEvent", event, nan=('"seqNo": 1', '"numberOfPhasesUsed":NaN,"seqNo": 1'))
        )
        assert (await only_session(operator))["energy_wh"] == 700
        ended = meter.event("Ended", "StopAuthorized", wh=900)
        await confirmed(one, ruined("TransactionEvent", ended, cut='"transactionInfo": {'))
        assert (await only_session(operator))["state"] == "active"
        assert [kept["transaction"] for kept in await messages("ended")] == [None]
        await confirmed(one, ruined("TransactionEvent", ended, tab=("StopAuthorized", "StopAuthorized\t")))
        assert (await only_session(operator))["state"] == "ended"


def test_a_number_that_was_cut_off_is_not_read() -> None:
    actions = {"StopTransaction"}
    cut = b'[2,"a","StopTransaction",{"transactionId":17,"meterStop":60'
    assert salvage.read(cut, actions) == [2, "a", "StopTransaction", {"transactionId": 17}]
    assert salvage.read(cut, {"MeterValues"}) is None
    assert salvage.read(b"nonsense", actions) is None


async def test_a_session_goes_on_after_a_bad_message_in_it(node: Node) -> None:
    await node.add_station("CP-1")
    await card(node)
    async with node.booted("CP-1") as one:
        session = Session16(one)
        await session.started(0)
        await one.send_raw('[2,"x","MeterValuez",{}]')
        assert (await one.stray())[2] == "NotImplemented"
        await session.stopped(500)
        assert (await only_session(await node.client()))["energy_wh"] == 500
