"""What stations say against the book, named by the habit: nothing is lost, doubled or mispriced."""

import asyncio
import json
from decimal import Decimal
from typing import Any

import pytest

from tests.support.node import Node
from tests.support.scripted_station import ScriptedStation
from tests.support.wire import (
    Meter201,
    bill,
    card,
    messages,
    only_session,
    sessions,
    stamp,
)

VERSIONS = pytest.mark.parametrize("version", ["1.6", "2.0.1"])


async def state_of(node: Node, identity: str = "CP-1") -> dict[str, Any]:
    return dict((await (await node.client()).get(f"/api/v1/stations/{identity}")).json()["row"])


async def say_status(station: ScriptedStation, word: str, connector: int = 1, **more: Any) -> Any:
    said = {"connectorId": connector, "errorCode": "NoError", "status": word} | more
    return await station.call("StatusNotification", said)


# --- repetitions and crossings -----------------------------------------------------------------------------------


async def test_the_same_message_with_the_same_id_before_the_answer_and_with_a_new_one_after(node: Node) -> None:
    tariff = await node.add_tariff()
    await node.add_station("CP-1", tariff_id=tariff)
    await card(node)
    operator = await node.client()
    async with node.booted("CP-1") as station:
        start = {"connectorId": 1, "idTag": "CARD-1", "meterStart": 0, "timestamp": stamp(10)}
        for _ in range(3):
            await station.send_raw(json.dumps([2, "again", "StartTransaction", start]))
        numbers = {(await station.stray())[2]["transactionId"] for _ in range(3)}
        numbers.add((await station.call("StartTransaction", start))["transactionId"])
        assert len(numbers) == 1
        stop = {"transactionId": numbers.pop(), "meterStop": 1000, "timestamp": stamp(0)}
        assert "error" not in await station.call("StopTransaction", stop)
    async with node.booted("CP-1") as station:  # and once more after a reboot, as some do
        assert "error" not in await station.call("StopTransaction", stop)
        session = await only_session(operator)
        assert await bill(operator, session["id"]) == (Decimal("0.40"), 1000)
        assert len(await messages()) == 2


@VERSIONS
async def test_calls_cross_in_both_directions(node: Node, version: str) -> None:
    await node.add_station("CP-1")
    operator = await node.client()
    async with node.booted("CP-1", version) as station:
        post = asyncio.create_task(operator.post("/api/v1/stations/CP-1/trigger", json={"message": "Heartbeat"}))
        message_id, _ = await station.expect_call("TriggerMessage")
        beats = [await station.send("Heartbeat", {}) for _ in range(5)]
        assert {(await station.answer_to(one))[0] for one in beats} == {3}
        await station.answer_error(message_id, "NotSupported", "")
        answer = await post
        assert (answer.status_code, answer.json()["code"]) == (502, "station_error")
        assert "currentTime" in await station.call("Heartbeat")


# --- shapes ------------------------------------------------------------------------------------------------------


@VERSIONS
async def test_numeric_message_id_missing_payload_nul_characters_and_deep_nesting(node: Node, version: str) -> None:
    await node.add_station("CP-1")
    async with node.booted("CP-1", version) as station:
        for text, message_id in (
            ('[2,4711,"Heartbeat",{}]', 4711),
            ('[2,1.5,"Heartbeat",{}]', 1.5),
            ('[2,"no-payload","Heartbeat"]', "no-payload"),
            ('[2,"null","Heartbeat",null]', "null"),
            ('[2, "spaces", "Heartbeat", {}]', "spaces"),
            ('\n [2,"lines","Heartbeat",\n{}]\n', "lines"),
        ):
            await station.send_raw(text)
            kind, answered, payload = await station.stray()
            assert (kind, answered) == (3, message_id)
            assert "currentTime" in payload
        await station.send_raw('[2,"nul","DataTransfer",{"vendorId":"a\\u0000b","data":"\\u0000"}]')
        assert (await station.stray())[:2] == [3, "nul"]
        await station.send_raw('[2,"deep","DataTransfer",{"vendorId":"v","data":' + "[" * 20000 + "]" * 20000 + "}]")
        kind, answered, code, *_ = await station.stray()
        assert (kind, answered) == (4, "deep")
        assert code in ("FormationViolation", "RpcFrameworkError")
        assert "currentTime" in await station.call("Heartbeat")


@pytest.mark.parametrize(
    "at",
    [
        "1970-01-01T00:00:05Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-02-30T25:61:00Z",
        "null",
        "",
        17,
    ],
)
async def test_a_clock_in_1970_or_year_1(node: Node, at: Any) -> None:
    """Also after an accepted boot: the session is stored with our time, and its energy is billed."""
    tariff = await node.add_tariff()
    await node.add_station("CP-1", tariff_id=tariff)
    await card(node)
    operator = await node.client()
    async with node.booted("CP-1") as station:
        assert await say_status(station, "Charging", timestamp=at) == {}
        start = {"connectorId": 1, "idTag": "CARD-1", "meterStart": 0, "timestamp": at}
        for expected in (12_000, 3_000):  # the second session says the very same at its start
            began = await station.call("StartTransaction", start)
            assert began["idTagInfo"]["status"] == "Accepted"
            number = began["transactionId"]
            assert (await station.call("StartTransaction", start))["transactionId"] == number
            reading = {"timestamp": at, "sampledValue": [{"value": str(expected - 1000)}]}
            answer = await station.call(
                "MeterValues", {"connectorId": 1, "transactionId": number, "meterValue": [reading]}
            )
            assert answer == {}
            stop = {"transactionId": number, "meterStop": expected, "timestamp": at}
            for _ in range(2):
                assert "error" not in await station.call("StopTransaction", stop)
        found = await sessions(operator)
        assert [(one["state"], one["energy_wh"]) for one in found] == [("ended", 12_000), ("ended", 3_000)]
        assert all("clock_wrong" in one["flags"] for one in found)
        assert await bill(operator, found[0]["id"]) == (Decimal("4.80"), 12_000)


async def test_a_clock_in_1970_in_version_201(node: Node) -> None:
    await node.add_station("CP-1")
    await card(node)
    async with node.booted("CP-1", "2.0.1") as station:
        meter = Meter201(station)
        old = {"timestamp": "1970-01-01T00:01:00Z"}
        values = [old | {"sampledValue": [{"value": 900}]}]
        await meter.started(token="CARD-1", wh=100, **old)
        await meter.updated(**old, meterValue=values)
        await meter.ended(**old, meterValue=[old | {"sampledValue": [{"value": 30_100}]}])
        session = await only_session(await node.client())
        assert (session["energy_wh"], session["flags"]) == (30_000, ["clock_wrong"])


@pytest.mark.parametrize(
    "odd",
    [
        {"chargePointVendor": ""},
        {"iccid": "", "imsi": ""},
        {"iccid": "null", "firmwareVersion": "null"},
        {"chargePointSerialNumber": "S" * 90},
        {"chargePointVendor": "Vänd♥r 公司"},
        {"chargePointModel": 4711},
        {"unknownField": 1},
    ],
)
async def test_odd_words_in_a_boot(node: Node, odd: dict[str, Any]) -> None:
    await node.add_station("CP-1")
    async with node.booted("CP-1") as station:
        boot = {"chargePointVendor": "V", "chargePointModel": "M", "chargePointSerialNumber": "1"} | odd
        assert (await station.call("BootNotification", boot))["status"] == "Accepted"
    facts = json.dumps(await state_of(node), ensure_ascii=False)
    assert '"null"' not in facts
    if "♥" in str(odd):
        assert "Vänd♥r" in facts


@VERSIONS
async def test_numbers_that_no_column_holds(node: Node, version: str) -> None:
    """They must not make a message fail for ever: the station would never get rid of it."""
    await node.add_station("CP-1")
    await card(node)
    huge = 2**70
    async with node.booted("CP-1", version) as station:
        if version == "1.6":
            start = {"connectorId": huge, "idTag": "CARD-1", "meterStart": huge, "timestamp": stamp(3)}
            number = (await station.call("StartTransaction", start))["transactionId"]
            for tx in (huge, 2**40, number):
                stop = {"transactionId": tx, "meterStop": huge, "timestamp": stamp(0)}
                assert "error" not in await station.call("StopTransaction", stop)
                values = {"connectorId": tx, "transactionId": tx, "meterValue": []}
                values["meterValue"] = [{"timestamp": stamp(1), "sampledValue": [{"value": str(huge)}]}]
                assert await station.call("MeterValues", values) == {}
            assert [one["transaction"] for one in await messages("ended")][:2] == [None, None]
        else:
            meter = Meter201(station, evse=huge, connector=huge)
            await meter.started(token="CARD-1", wh=1e300, seq_no=huge)
            await meter.updated(seq_no=2**40, wh=5, info={"remoteStartId": huge})
            await meter.ended(seq_no=-huge, wh=7)
        assert (await only_session(await node.client()))["state"] == "ended"
