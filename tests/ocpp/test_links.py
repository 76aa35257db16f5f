"""Sockets that come twice, die, fall silent or flood: at most one lives, and a station that is there shows online."""

import asyncio
import json
import time
from contextlib import AsyncExitStack, suppress
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from backend.db.engine import DB
from backend.ocpp import connections
from tests.support.node import Node
from tests.support.scripted_station import ScriptedStation, station
from tests.support.wire import Session16, asked, card, key, only_session, until

IMPATIENT = pytest.mark.parametrize("node_settings", [{"call_timeout_s": 1}])
ONLINE = "SELECT count(*) FROM charging_station WHERE online"


class Frozen:
    """A station whose modem is gone while the link looks open: it neither reads nor answers pings."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def connected(cls, node: Node, identity: str) -> "Frozen":
        reader, writer = await asyncio.open_connection("127.0.0.1", node.listener.port)
        writer.write(
            f"GET /ocpp/{identity} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "Sec-WebSocket-Protocol: ocpp1.6\r\n\r\n".encode()
        )
        assert (await reader.readline()).startswith(b"HTTP/1.1 101")
        return cls(reader, writer)


@pytest.fixture
def quick_probe(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "PROBE_S", 0.3)


async def test_a_live_socket_stays_and_the_second_is_refused(node: Node) -> None:
    await node.add_station("CP-1")
    async with node.booted("CP-1") as one:
        with pytest.raises(InvalidStatus) as caught:
            await connect(f"{node.ocpp_url}/CP-1", subprotocols=["ocpp1.6"], proxy=None)
        assert caught.value.response.status_code == 409
        assert "currentTime" in await one.call("Heartbeat")
        await until(ONLINE, 1)


@pytest.mark.parametrize("node_settings", [{"heartbeat_s": 1}])
async def test_a_socket_that_only_answers_pings_gives_way_to_a_station_that_dials_again(node: Node) -> None:
    """The station forgot to close it, or a proxy answers for it."""
    await node.add_station("CP-1")
    async with node.booted("CP-1") as forgotten:
        await asyncio.sleep(1.6)
        async with node.booted("CP-1") as new:
            await asyncio.wait_for(forgotten.socket.wait_closed(), 5)
            assert forgotten.socket.close_code == 1001
            assert "currentTime" in await new.call("Heartbeat")
            await until(ONLINE, 1)


@pytest.mark.usefixtures("quick_probe")
async def test_a_half_dead_socket_is_replaced_and_its_late_end_changes_nothing(node: Node) -> None:
    await node.add_station("CP-1")
    operator = await node.client()
    old = await Frozen.connected(node, "CP-1")
    await until(ONLINE, 1)
    async with node.booted("CP-1") as new:
        wish, answer = await asked(
            new, operator, "/api/v1/stations/CP-1/reset", {"kind": "soft"}, "Reset", {"status": "Accepted"}
        )
        assert wish == {"type": "Soft"}
        assert answer.json()["accepted"]
        old.writer.close()  # the late close of the old one
        await asyncio.sleep(2.5)  # longer than the server waits for a closing handshake
        await until(ONLINE, 1)
        assert "currentTime" in await new.call("Heartbeat")
        wish, answer = await asked(
            new, operator, "/api/v1/stations/CP-1/reset", {"kind": "hard"}, "Reset", {"status": "Accepted"}
        )
        assert wish == {"type": "Hard"}
        history = await DB.run("SELECT status FROM status_change WHERE connector IS NULL ORDER BY id")
        assert [row["status"] for row in history].count("online") == 1
    await until(ONLINE, 0)


@pytest.mark.usefixtures("quick_probe")
@IMPATIENT
async def test_a_command_that_was_under_way_on_the_dead_link_is_not_lost_silently(node: Node) -> None:
    await node.add_station("CP-1")
    operator = await node.client()
    old = await Frozen.connected(node, "CP-1")
    await until(ONLINE, 1)
    lost = asyncio.create_task(operator.post("/api/v1/stations/CP-1/reset", json={"kind": "soft"}, headers=key()))
    await asyncio.sleep(0.1)
    async with node.booted("CP-1"):
        answer = await lost
        assert answer.status_code in (409, 504)
        assert answer.json()["code"] in ("station_offline", "station_timeout")
    old.writer.close()


async def test_fifty_sockets_with_one_identity_at_once(node: Node) -> None:
    await node.add_station("CP-1")

    statuses: set[int] = set()

    async def attempt() -> ScriptedStation | None:
        try:
            socket = await connect(f"{node.ocpp_url}/CP-1", subprotocols=["ocpp1.6"], proxy=None)
        except InvalidStatus as refusal:
            statuses.add(refusal.response.status_code)
            return None
        return ScriptedStation(socket)

    opened = [one for one in await asyncio.gather(*(attempt() for _ in range(50))) if one is not None]
    assert statuses <= {409}
    await asyncio.sleep(0.3)
    alive = [one for one in opened if one.socket.close_code is None]
    assert len(alive) == 1
    assert "currentTime" in await alive[0].call("Heartbeat")
    assert len(node.listener.connections) == 1
    for one in opened:
        if one is not alive[0]:
            assert one.socket.close_code == 1008
            await one.close()
    await until(ONLINE, 1)
    await alive[0].close()
    await until(ONLINE, 0)


async def test_a_socket_that_vanishes_lets_the_station_back_in_at_once(node: Node) -> None:
    await node.add_station("CP-1")
    await card(node)
    async with node.booted("CP-1") as one:
        session = Session16(one)
        await session.started(0)
        one.vanish()
    async with node.booted("CP-1") as two:
        session.station = two
        await session.stopped(500)
        assert (await only_session(await node.client()))["energy_wh"] == 500
        await until(ONLINE, 1)


@IMPATIENT
async def test_connects_and_never_boots_or_answers(node: Node) -> None:
    """The command waits for the boot first, then for its answer, and says plainly that none came."""
    await node.add_station("CP-1")
    operator = await node.client()
    async with station(node.ocpp_url, "CP-1") as mute:
        await until(ONLINE, 1)
        begun = time.monotonic()
        answer = await operator.post("/api/v1/stations/CP-1/reset", json={"kind": "soft"}, headers=key())
        assert (answer.status_code, answer.json()["code"]) == (504, "station_timeout")
        assert time.monotonic() - begun < 4
        assert mute.socket.close_code is None
        assert "currentTime" in await mute.call("Heartbeat")


@IMPATIENT
async def test_heartbeats_go_on_while_calls_are_never_answered(node: Node) -> None:
    await node.add_station("CP-1")
    operator = await node.client()
    async with node.booted("CP-1") as one:
        post = asyncio.create_task(operator.post("/api/v1/stations/CP-1/reset", json={"kind": "soft"}, headers=key()))
        for _ in range(10):
            assert "currentTime" in await one.call("Heartbeat")
            await asyncio.sleep(0.05)
        assert (await post).json()["code"] == "station_timeout"
        first = (await one.expect_call("Reset"))[0]
        await one.answer(first, {"status": "Accepted"})  # too late: nobody waits any more
        wish, answer = await asked(
            one, operator, "/api/v1/stations/CP-1/reset", {"kind": "hard"}, "Reset", {"status": "Accepted"}
        )
        assert (wish["type"], answer.status_code) == ("Hard", 200)


async def test_a_command_waits_for_the_boot(node: Node) -> None:
    """Some stations reconnect in a loop when a command comes before they booted."""
    await node.add_station("CP-1")
    operator = await node.client()
    async with station(node.ocpp_url, "CP-1") as one:
        await until(ONLINE, 1)
        post = asyncio.create_task(operator.post("/api/v1/stations/CP-1/reset", json={"kind": "soft"}, headers=key()))
        await one.expect_nothing()
        boot = {"chargePointVendor": "V", "chargePointModel": "M"}
        assert (await one.call("BootNotification", boot))["status"] == "Accepted"
        message_id, _ = await one.expect_call("Reset")
        await one.answer(message_id, {"status": "Accepted"})
        assert (await post).json()["accepted"]


@pytest.fixture
def quick_reaper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "REAP_S", 0.2)
    monkeypatch.setattr(connections, "REAP_PROBE_S", 0.3)


@pytest.mark.usefixtures("quick_reaper")
@pytest.mark.parametrize("node_settings", [{"heartbeat_s": 0, "silence_s": 0}])
async def test_a_silent_link_is_closed_only_when_it_doesnt_answer_a_ping(node: Node) -> None:
    await node.add_station("CP-1")
    await node.add_station("CP-2")
    async with node.booted("CP-1") as quiet:
        frozen = await Frozen.connected(node, "CP-2")
        await until(ONLINE, 2)
        await until(ONLINE, 1)
        assert quiet.socket.close_code is None
        assert "currentTime" in await quiet.call("Heartbeat")
        frozen.writer.close()


@pytest.mark.usefixtures("quick_reaper")
async def test_a_station_whose_end_could_not_be_written_goes_offline_later(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database was away when the socket closed: nobody may stay online for that."""
    await node.add_station("CP-1")
    await node.add_station("CP-2")
    async with node.booted("CP-1"):
        await DB.run(
            """UPDATE charging_station SET online = true, connection = gen_random_uuid(), node = 'test',
            connected_at = now() - interval '1 minute' WHERE identity = 'CP-2'"""
        )
        await until(ONLINE, 1)
        rows = await DB.run("SELECT identity FROM charging_station WHERE online")
        assert [row["identity"] for row in rows] == ["CP-1"]


async def test_a_station_that_floods_starves_nobody(node: Node) -> None:
    await node.add_station("CP-1")
    await node.add_station("CP-2")
    async with node.booted("CP-1") as loud, node.booted("CP-2") as quiet:
        status = {"connectorId": 1, "errorCode": "NoError"}
        for number in range(800):
            word = ("Available", "Preparing")[number % 2]
            await loud.socket.send(json.dumps([2, f"f{number}", "StatusNotification", status | {"status": word}]))
        waits = []
        for _ in range(20):
            begun = time.monotonic()
            assert "currentTime" in await quiet.call("Heartbeat")
            assert await quiet.call("StatusNotification", status | {"status": "Available"}) == {}
            waits.append(time.monotonic() - begun)
        assert sorted(waits)[10] < 0.5


async def test_200_stations_reconnect_at_once(node: Node) -> None:
    identities = [f"ST-{number}" for number in range(200)]
    location_stations: list[Any] = await DB.run(
        """INSERT INTO charging_station (tenant, identity, registration)
        SELECT $1, unnest($2::text[]), 'accepted' RETURNING id""",
        node.tenant_id,
        identities,
    )
    assert len(location_stations) == 200
    boot = {"chargePointVendor": "V", "chargePointModel": "M"}

    async with AsyncExitStack() as stack:

        async def come(identity: str) -> ScriptedStation:
            """More of them are in tests/cluster/test_pressure."""
            for _ in range(2):
                with suppress(InvalidStatus):  # once: the line is too long for it to wait
                    one = await stack.enter_async_context(station(node.ocpp_url, identity))
                    break
                await asyncio.sleep(1)
            assert (await one.call("BootNotification", boot))["status"] == "Accepted"
            return one

        async with asyncio.timeout(30):
            crowd = await asyncio.gather(*(come(identity) for identity in identities))
        await until(ONLINE, 200)
        for one in crowd:
            one.vanish()
        again = await asyncio.gather(*(come(identity) for identity in identities[:50]))
        assert all(["currentTime" in await one.call("Heartbeat") for one in again])
        await until(ONLINE, 50)


async def test_a_clean_close_from_the_server_says_why(node: Node) -> None:
    """Only where it is needed: some stations never come back after a close frame."""
    await node.add_station("CP-1")
    operator = await node.client()
    async with node.booted("CP-1") as one:
        assert (await operator.post("/api/v1/stations/CP-1/reject")).status_code == 200
        async with asyncio.timeout(5):
            await one.socket.wait_closed()
        assert one.socket.close_code == 1008
