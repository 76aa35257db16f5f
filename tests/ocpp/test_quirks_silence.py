"""Stations that answer pings, commands and promises badly: they stay usable, and operators are told."""

import asyncio
import json
from typing import Any

import pytest

from backend.ocpp import connections
from tests.conformance.maintenance import ask_log, task_of
from tests.ocpp.test_links import ONLINE, Frozen
from tests.support.node import Node
from tests.support.scripted_station import station
from tests.support.wire import asked, key, until

STATION = "/api/v1/stations/CP-1"
VERSIONS = pytest.mark.parametrize("version", ["1.6", "2.0.1"])


def masked(text: str) -> bytes:
    """A client's text frame."""
    data, mask = text.encode(), b"\x01\x02\x03\x04"
    assert len(data) < 126
    return bytes([0x81, 0x80 | len(data)]) + mask + bytes(byte ^ mask[at % 4] for at, byte in enumerate(data))


@pytest.mark.parametrize("node_settings", [{"ping_s": 1, "heartbeat_s": 1, "silence_s": 1}])
async def test_line_7_who_never_answers_a_ping_stays_while_it_talks(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pings keep a carrier's link open; that they come back is not asked of anybody. One heartbeat late is no end."""
    monkeypatch.setattr(connections, "REAP_S", 0.2)
    monkeypatch.setattr(connections, "REAP_PROBE_S", 0.2)
    await node.add_station("CP-1")
    deaf = await Frozen.connected(node, "CP-1")
    await until(ONLINE, 1)
    for number in range(5):
        deaf.writer.write(masked(json.dumps([2, f"h{number}", "Heartbeat", {}])))
        await asyncio.sleep(0.9)  # as long as the interval, and longer than a ping's
        await until(ONLINE, 1)
    assert len(node.listener.connections) == 1
    heard = await deaf.reader.read(10_000)
    assert b"h4" in heard
    assert b"\x89" in heard  # and it was pinged all the time
    deaf.writer.close()


def test_line_7_pings_go_out_before_a_carrier_drops_the_link() -> None:
    from backend.settings import Settings

    assert 0 < Settings().ping_s < 60


@VERSIONS
@pytest.mark.parametrize("node_settings", [{"call_timeout_s": 1}])
async def test_line_8_commands_that_were_never_answered_are_shown(node: Node, version: str) -> None:
    await node.add_station("CP-1")
    operator = await node.client()
    async with node.booted("CP-1", version) as one:
        for _ in range(2):
            answer = await operator.post(f"{STATION}/reset", json={"kind": "soft"}, headers=key())
            assert (answer.status_code, answer.json()["code"]) == (504, "station_timeout")
            assert "currentTime" in await one.call("Heartbeat")
        shown = (await operator.get(f"{STATION}/commands")).json()["items"]
        assert [(one["action"], one["state"]) for one in shown[:2]] == [("Reset", "failed")] * 2
        row = (await operator.get(STATION)).json()["row"]
        assert row["online"] is True


@VERSIONS
@pytest.mark.parametrize(
    "odd",
    [
        {"iccid": "", "imsi": ""},
        {"iccid": "null", "imsi": "null"},
        {"serialNumber": "S" * 90},
        {"vendorName": ""},
        {"vendorName": "Vänd♥r 公司"},
        {"firmwareVersion": "null"},
        {"model": 4711},
    ],
)
async def test_line_14_odd_words_in_a_boot_of_version_201(node: Node, version: str, odd: dict[str, Any]) -> None:
    if version == "1.6":
        names = {
            "serialNumber": "chargePointSerialNumber",
            "vendorName": "chargePointVendor",
            "model": "chargePointModel",
        }
        boot = {"chargePointVendor": "V", "chargePointModel": "M"} | {names.get(k, k): v for k, v in odd.items()}
    else:
        modem = {name: value for name, value in odd.items() if name in ("iccid", "imsi")}
        about = {"vendorName": "V", "model": "M"} | {k: v for k, v in odd.items() if k not in modem}
        boot = {"reason": "PowerUp", "chargingStation": about | ({"modem": modem} if modem else {})}
    await node.add_station("CP-1")
    async with station(node.ocpp_url, "CP-1", version=version) as one:
        assert (await one.call("BootNotification", boot))["status"] == "Accepted"
        facts = json.dumps((await (await node.client()).get(STATION)).json()["row"], ensure_ascii=False)
        assert '"null"' not in facts
        assert "♥" not in str(odd) or "Vänd♥r 公司" in facts


# --- line 19: accepted, and then nothing; reports are in test_device_model, starts in test_quirks_sessions -----------


@VERSIONS
async def test_line_19_a_trigger_that_was_accepted_and_nothing_came(node: Node, version: str) -> None:
    await node.add_station("CP-1")
    operator = await node.client()
    async with node.booted("CP-1", version) as one:
        for _ in range(2):  # nobody waits for what doesn't come: the next command goes out at once
            body = {"message": "StatusNotification"}
            _, answer = await asked(one, operator, f"{STATION}/trigger", body, "TriggerMessage", {"status": "Accepted"})
            assert answer.json()["accepted"]
            await one.expect_nothing(0.1)
        assert "currentTime" in await one.call("Heartbeat")


@VERSIONS
async def test_line_19_a_log_that_was_promised_and_never_came(node: Node, version: str) -> None:
    await node.add_station("CP-1")
    operator = await node.client()
    action, reply = ("GetLog", {"status": "Accepted"}) if version == "2.0.1" else ("GetDiagnostics", {"fileName": "a"})
    async with node.booted("CP-1", version) as one:
        _, first = await ask_log(one, operator, {}, action, reply)
        task = await task_of(operator, "logs", first)
        assert task["status"] == "Accepted"
        _, second = await ask_log(one, operator, {}, action, reply)  # a new try is not held up by the old one
        assert (await task_of(operator, "logs", second))["status"] == "Accepted"
        assert first.json()["id"] != second.json()["id"]
        assert "currentTime" in await one.call("Heartbeat")
