"""Habits of a model are data: a table says what a station of this vendor, model and firmware does otherwise."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from backend.errors import StartRefused
from backend.ocpp import connections, quirks
from tests.ocpp.test_links import Frozen
from tests.support.node import Node
from tests.support.scripted_station import station
from tests.support.wire import Meter201, Session16, card, eventually, key, only_session, stamp, until

VERSIONS = pytest.mark.parametrize("version", ["1.6", "2.0.1"])
ONLINE = "SELECT count(*) FROM charging_station WHERE online"
BOOT = {"chargePointVendor": "Test", "chargePointModel": "One"}


def table(habits: str, who: str = 'vendor = "TEST"') -> str:
    return f'[[profile]]\nabout = "x"\n{who}\n[profile.quirks]\n{habits}\n'


def habit(text: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("habits", [text])


@pytest.fixture
def habits() -> str:
    return ""


@pytest.fixture
def call_timeout_s() -> int:
    return 5


@pytest.fixture
def node_settings(tmp_path: Path, habits: str, call_timeout_s: int) -> dict[str, Any]:
    file = tmp_path / "quirks.toml"
    file.write_text(table(habits))
    return {"quirks": str(file), "call_timeout_s": call_timeout_s}


# --- the table ---------------------------------------------------------------------------------------------------


def test_what_is_shipped_says_who_saw_it() -> None:
    found = quirks._read(quirks.SHIPPED)
    assert found
    for one in found:
        assert one.about.endswith(".")
        assert one.source.startswith("https://")
        assert (one.vendor, one.model) != ("*", "*")
        assert one.quirks
    assert quirks.load().of("Wall Box Chargers", "PLP2-M-2-4", "6.6.12").only_a_boot_counts
    assert quirks.load().of("Somebody", "Else", None) is quirks.NONE


def test_profiles_are_matched_by_pattern_and_put_together(tmp_path: Path) -> None:
    file = tmp_path / "quirks.toml"
    file.write_text(
        table("heartbeat_s = 20\nignores_ping = true", 'vendor = "ACME*"')
        + table("heartbeat_s = 30", 'vendor = "acme inc"\nmodel = "one ?"\nfirmware = "1.*"')
    )
    profiles = quirks.load(str(file))
    for vendor, model, firmware, heartbeat_s, ignores_ping in (
        ("Acme", "One 1", "1.2", 20, True),
        (" ACME Inc ", "ONE 1", "1.2", 30, True),
        ("ACME Inc", "One 1", "2.0", 20, True),
        ("ACME Inc", "One 1", None, 20, True),
        ("Other", "One 1", "1.2", 0, False),
        ("", "", "", 0, False),
    ):
        found = profiles.of(vendor, model, firmware)
        assert (found.heartbeat_s, found.ignores_ping) == (heartbeat_s, ignores_ping), (vendor, model, firmware)


@pytest.mark.parametrize(
    "text",
    [
        "no table",
        table("flies = true"),
        table('heartbeat_s = "often"'),
        table('energy_unit = "MJ"'),
        table("", "colour = 1"),
        "[[profile]]\n",
    ],
)
def test_a_table_that_cant_be_used_is_told_at_the_start(tmp_path: Path, text: str) -> None:
    file = tmp_path / "quirks.toml"
    file.write_text(text)
    with pytest.raises(StartRefused, match="WATTLINE_QUIRKS"):
        quirks.load(str(file))
    with pytest.raises(StartRefused, match="can't be read"):
        quirks.load(str(tmp_path / "nowhere.toml"))


# --- links and commands (lines 3 to 8) ---------------------------------------------------------------------------


async def reset(node: Node) -> Any:
    answer = await (await node.client()).post("/api/v1/stations/CP-1/reset", json={"kind": "soft"}, headers=key())
    return answer.status_code, answer.json()


@habit("only_a_boot_counts = true\nboot_patience_s = 30")
async def test_line_5_commands_are_held_until_a_boot_also_when_the_station_says_other_things(node: Node) -> None:
    await node.add_station("CP-1")
    async with node.booted("CP-1"):
        pass
    async with station(node.ocpp_url, "CP-1") as one:  # known from its last boot
        assert "currentTime" in await one.call("Heartbeat")
        post = asyncio.create_task(reset(node))
        assert "currentTime" in await one.call("Heartbeat")
        await one.expect_nothing()
        assert (await one.call("BootNotification", BOOT))["status"] == "Accepted"
        message_id, _ = await one.expect_call("Reset")
        await one.answer(message_id, {"status": "Accepted"})
        assert (await post)[1]["accepted"]


@habit("only_a_boot_counts = true\nboot_patience_s = 0.2")
async def test_line_5_but_not_for_ever(node: Node) -> None:
    await node.add_station("CP-1")
    async with node.booted("CP-1"):
        pass
    async with station(node.ocpp_url, "CP-1") as one:
        assert "currentTime" in await one.call("Heartbeat")
        post = asyncio.create_task(reset(node))
        message_id, _ = await one.expect_call("Reset")
        await one.answer(message_id, {"status": "Accepted"})
        assert (await post)[1]["accepted"]


@pytest.mark.parametrize("call_timeout_s", [3])
@habit("boot_patience_s = 4")
async def test_a_station_that_came_back_mute_is_reached_although_a_command_waits_less_long(node: Node) -> None:
    await node.add_station("CP-1")
    async with node.booted("CP-1"):
        pass
    async with station(node.ocpp_url, "CP-1") as one:
        await until(ONLINE, 1)
        await asyncio.sleep(4.1)  # its first word is waited for since it came, not since the command
        post = asyncio.create_task(reset(node))
        message_id, _ = await one.expect_call("Reset")
        await one.answer(message_id, {"status": "Accepted"})
        assert (await post)[1]["accepted"]


@habit("never_boots_again = true\nboot_patience_s = 30")
async def test_line_4_a_station_that_never_boots_again_gets_commands_at_once(node: Node) -> None:
    await node.add_station("CP-1")
    async with node.booted("CP-1"):
        pass
    async with station(node.ocpp_url, "CP-1") as one:
        await until(ONLINE, 1)
        begun = time.monotonic()
        post = asyncio.create_task(reset(node))
        message_id, _ = await one.expect_call("Reset")
        assert time.monotonic() - begun < 3
        await one.answer(message_id, {"status": "Accepted"})
        assert (await post)[1]["accepted"]


@habit("no_questions_after_boot = true\nheartbeat_s = 17")
@VERSIONS
async def test_line_7_an_interval_of_its_own_and_no_questions_after_a_boot(node: Node, version: str) -> None:
    await node.add_station("CP-1")
    boot: Any = BOOT
    if version == "2.0.1":
        boot = {"chargingStation": {"vendorName": "Test", "model": "One"}, "reason": "PowerUp"}
    async with station(node.ocpp_url, "CP-1", version=version) as one:
        answer = await one.call("BootNotification", boot)
        assert (answer["status"], answer["interval"]) == ("Accepted", 17)
        await one.expect_nothing()


@habit("ignores_ping = true")
async def test_line_7_who_ignores_pings_is_neither_closed_nor_pushed_out(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "PROBE_S", 0.1)
    monkeypatch.setattr(connections, "REAP_PROBE_S", 0.1)
    await node.add_station("CP-1")
    async with node.booted("CP-1"):
        pass
    await until(ONLINE, 0)
    mute = await Frozen.connected(node, "CP-1")
    await until(ONLINE, 1)
    with pytest.raises(InvalidStatus) as caught:
        await connect(f"{node.ocpp_url}/CP-1", subprotocols=["ocpp1.6"], proxy=None)
    assert caught.value.response.status_code == 409
    (session,) = node.listener.connections._sessions.values()
    session.last_heard -= 100_000
    await node.listener.connections._reap()
    assert len(node.listener.connections) == 1
    async with node.booted("CP-1"):  # after such a silence it may come again
        mute.writer.close()


@pytest.mark.parametrize(("habits", "code"), [("", 1008), ("stays_away_after_close = true", 1006)])
async def test_line_6_no_close_frame_for_who_never_dials_again_after_one(node: Node, habits: str, code: int) -> None:
    await node.add_station("CP-1")
    operator = await node.client()
    async with node.booted("CP-1") as one:
        assert (await operator.post("/api/v1/stations/CP-1/reject")).status_code == 200
        await asyncio.wait_for(one.socket.wait_closed(), 5)
        assert one.socket.close_code == code


# --- meters (line 23) --------------------------------------------------------------------------------------------

READINGS: list[tuple[str, list[dict[str, Any]], int, int, tuple[int, int | None]]] = [
    # habits, sampled values of one reading, meterStart, meterStop, (Wh, W shown after the reading)
    ('energy_unit = "kWh"\nmeter_wh = 1000', [{"value": "103", "unit": "Wh"}], 100, 105, (3000, None)),
    ('energy_unit = "Wh"', [{"value": "103000", "unit": "kWh"}], 100_000, 105_000, (3000, None)),
    ("meter_wh = 0.1", [{"value": "103000"}], 1_000_000, 1_050_000, (3000, None)),
    (
        'default_measurand = "Power.Active.Import"\npower_unit = "kW"',
        [{"value": "7.4"}, {"value": "103000", "measurand": "Energy.Active.Import.Register"}],
        100_000,
        105_000,
        (3000, 7400),
    ),
]


@pytest.mark.parametrize(("habits", "sampled", "start", "stop", "shown"), READINGS)
async def test_line_23_a_meter_that_counts_otherwise(
    node: Node, sampled: list[dict[str, Any]], start: int, stop: int, shown: tuple[int, int | None]
) -> None:
    """What is known of a model is no guess: no flag, and the right energy from the first reading on."""
    await node.add_station("CP-1")
    await card(node)
    operator = await node.client()
    async with node.booted("CP-1") as one:
        session = Session16(one)
        await session.started(start)
        await session.meter(10, *sampled)
        found = await only_session(operator)
        assert (found["energy_wh"], found["power_w"] or None) == shown
        await session.stopped(stop)
        found = await only_session(operator)
        assert (found["state"], found["energy_wh"], found["flags"]) == ("ended", 5000, [])


@habit('energy_unit = "kWh"')
async def test_line_23_a_meter_that_counts_otherwise_in_version_201(node: Node) -> None:
    await node.add_station("CP-1")
    await card(node)
    async with node.booted("CP-1", "2.0.1") as one:
        meter = Meter201(one)
        await meter.started(minutes_ago=20, token="CARD-1", wh=100)
        await meter.updated(minutes_ago=10, wh=103)
        await meter.ended(meterValue=[{"timestamp": stamp(), "sampledValue": [{"value": 105.0}]}])
    found = await eventually(await node.client(), "/api/v1/transactions", lambda page: page["items"])
    assert [(item["energy_wh"], item["flags"]) for item in found["items"]] == [(5000, [])]
