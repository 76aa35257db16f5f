"""Three real nodes while something between them breaks without a word: cables, a process that stands still, a host that
is gone, a clock that is wrong. Nothing acknowledged is lost or doubled, and who asked is always told, in bounded time.

The tests share the cluster with those of `test_three_nodes`; each leaves it whole.
"""

import asyncio
import contextlib
import random
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator

import httpx
import pytest

from tests.cluster.conftest import Cluster
from tests.cluster.steps import BOOT, added, ask, booted, commanded, ocpp, online, says, whole, within
from tests.support.program import Program
from tests.support.reconciled import exactly_what_was_said, furnish
from tests.support.scripted_station import ScriptedStation, station
from tests.support.stubborn_station import StubbornStation

TOLD_S = 15.0
"""Whatever is broken, who asked something of a station knows by then that it was not done, or may have been."""
BROKEN = {("station_offline", 409), ("node_died", 504), ("node_unreachable", 503)}


@pytest.fixture
async def api(cluster: Cluster) -> AsyncIterator[httpx.AsyncClient]:
    async with cluster.api() as client:
        yield client


async def told(asking: "asyncio.Task[httpx.Response]") -> tuple[str, int]:
    answer = await asyncio.wait_for(asking, TOLD_S)
    return answer.json().get("code", "done"), answer.status_code


async def all_whole(cluster: Cluster, seconds: float = 20) -> None:
    for node in cluster.nodes:
        await within(seconds, lambda node=node: whole(cluster, node))


async def test_servers_are_killed_under_load_and_nothing_said_is_lost_or_doubled(cluster: Cluster) -> None:
    """PostgreSQL, NATS and a node with its sockets; the stations go on at whichever node takes them."""
    identities = [f"LOAD-{number}" for number in range(6)]
    await furnish(cluster.database_url, identities)
    nodes = [ocpp(cluster.one), ocpp(cluster.two)]
    stations = [
        StubbornStation(nodes[:: (1, -1)[number % 2]], identity, ("1.6", "2.0.1")[number % 2], number)
        for number, identity in enumerate(identities)
    ]
    running = [asyncio.create_task(one.run()) for one in stations]
    chance = random.Random(7)

    async def orchestrate() -> None:
        """A node that starts while its database is being killed says so and ends: it is started again."""
        while True:
            if cluster.one.process is not None and cluster.one.process.poll() is not None:
                cluster.one.spawn()
            await asyncio.sleep(0.5)

    async def progress(answers: int = 20) -> None:
        wanted = sum(one.answers for one in stations) + answers
        async with asyncio.timeout(60):
            while sum(one.answers for one in stations) < wanted:  # noqa: ASYNC110 - they count in other tasks
                await asyncio.sleep(0.01)

    for victim in ("database", "nats", "node", "database", "database"):
        await progress(chance.randrange(10, 30))
        match victim:
            case "database":
                cluster.kill_database()
            case "nats":
                cluster.nats.stop()
                await progress()
                cluster.nats.start()
            case "node":
                cluster.one.kill()
                orchestrator = asyncio.create_task(orchestrate())
    await progress(40)
    for one in stations:
        one.over.set()
    async with asyncio.timeout(60):
        await asyncio.gather(*running)
    await all_whole(cluster, 90)
    orchestrator.cancel()
    assert [one.errors for one in stations] == [[]] * len(stations)
    assert all(one.done for one in stations)
    await exactly_what_was_said(cluster.query, stations)
    for one in stations:
        await one.close()


async def test_a_node_that_nats_cannot_reach(cluster: Cluster, api: httpx.AsyncClient) -> None:
    """One way or both: who asks is told; the station is asked once at most; joined again, all is well."""
    await added(api, "CUT")
    async with booted(cluster.one, "CUT") as one:
        for directions in (("up",), ()):
            cluster.one_nats.cut(*directions)
            began, before = time.monotonic(), len(one.frames)
            asking = ask(api, "CUT")
            assert await told(asking) in BROKEN
            assert time.monotonic() - began < TOLD_S
            await within(5, lambda: says(cluster, cluster.one, "bus"))
            assert (await one.call("Heartbeat"))["currentTime"]  # the station doesn't notice
            calls = [frame for _, frame in one.frames[before:] if isinstance(frame, list) and frame[0] == 2]
            assert len(calls) == (1 if directions == ("up",) else 0), calls
            cluster.one_nats.join()
            await all_whole(cluster)
            if calls:
                await one.answer((await one.expect_call("TriggerMessage"))[0], {"status": "Accepted"})
            await one.expect_nothing(1)  # nothing that somebody gave up comes late
            await commanded(api, one, "CUT")


async def test_a_station_that_moves_away_from_a_node_that_nats_cannot_reach(
    cluster: Cluster, api: httpx.AsyncClient
) -> None:
    """The old node doesn't hear of it; joined again, it knows at once, and only the new socket is asked."""
    await added(api, "AWAY")
    async with booted(cluster.one, "AWAY") as old:
        cluster.one_nats.cut()
        old.socket.transport.pause_reading()
        began = time.monotonic()
        async with booted(cluster.two, "AWAY") as new:
            assert time.monotonic() - began < TOLD_S
            await commanded(api, new, "AWAY")
            await within(10, lambda: says(cluster, cluster.one, "bus"))
            cluster.one_nats.join()
            old.socket.transport.resume_reading()
            async with asyncio.timeout(10):
                await old.socket.wait_closed()
            await all_whole(cluster)
            await commanded(api, new, "AWAY")
            assert await online(api, "AWAY")
            assert not [frame for _, frame in old.frames if frame[0] == 2 and frame[2] == "TriggerMessage"]


async def test_a_node_that_stands_still_and_goes_on(cluster: Cluster, api: httpx.AsyncClient) -> None:
    """Its lease ran out meanwhile. It buries nobody, takes no station back that went elsewhere, and does nothing late
    of which somebody was told that nobody did it."""
    await added(api, "STAYS", "LEAVES")
    process = cluster.one.process
    assert process is not None
    async with booted(cluster.one, "STAYS") as stays, booted(cluster.one, "LEAVES") as leaves:
        process.send_signal(signal.SIGSTOP)
        try:
            asking = ask(api, "STAYS")
            assert await told(asking) in BROKEN
            async with booted(cluster.two, "LEAVES") as back:
                await within(10, lambda: _offline(api, "STAYS"))
                process.send_signal(signal.SIGCONT)
                async with asyncio.timeout(10):
                    await leaves.socket.wait_closed()
                await within(10, lambda: online(api, "STAYS"))
                await stays.expect_nothing(1)
                await commanded(api, stays, "STAYS")
                await commanded(api, back, "LEAVES")
        finally:
            process.send_signal(signal.SIGCONT)
    await all_whole(cluster)
    items = (await api.get("/api/v1/nodes")).json()["items"]
    assert [one["state"] for one in items] == ["running"] * 3


async def _offline(api: httpx.AsyncClient, identity: str) -> bool:
    return not await online(api, identity)


async def test_a_host_that_vanishes(cluster: Cluster, api: httpx.AsyncClient) -> None:
    """No socket of it closes: not the station's, not those to NATS and PostgreSQL."""
    await added(api, "ALONE")
    cables = (cluster.front, cluster.one_nats, cluster.one_database)
    async with booted(f"ws://127.0.0.1:{cluster.front.port}/ocpp", "ALONE") as one:
        for cable in cables:
            cable.cut()
        cluster.one.kill()
        asking = ask(api, "ALONE")
        began = time.monotonic()
        assert await told(asking) in BROKEN
        assert time.monotonic() - began < TOLD_S
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(one.call("Heartbeat"), 1)
        async with booted(cluster.two, "ALONE") as back:
            await commanded(api, back, "ALONE")
        one.vanish()
    for cable in cables:
        cable.hang_up()
        cable.join()
    await asyncio.to_thread(cluster.one.start)
    await all_whole(cluster)


async def test_a_node_whose_clock_is_five_minutes_fast(cluster: Cluster, api: httpx.AsyncClient) -> None:
    """Leases are the database's time: it neither takes the others for dead nor is taken for it; and it says so."""
    await added(api, "FAST", "RIGHT")
    cluster.one.kill()
    cluster.one.module, cluster.one.settings["CLOCK_OFF_S"] = "tests.support.off_clock", "300"
    try:
        await asyncio.to_thread(cluster.one.start)
        async with booted(cluster.one, "FAST") as fast, booted(cluster.two, "RIGHT") as right:
            began = time.monotonic()
            while time.monotonic() - began < 8:  # longer than a lease: by then everybody could be buried
                items = (await api.get("/api/v1/nodes")).json()["items"]
                assert [one["state"] for one in items] == ["running"] * 3
                assert await online(api, "RIGHT")
                assert await online(api, "FAST")
                await asyncio.sleep(0.5)
            await commanded(api, fast, "FAST")
            await commanded(api, right, "RIGHT")
            metrics = (await api.get(f"{cluster.one.url}/metrics")).text
            off = [line for line in metrics.splitlines() if line.startswith("wattline_clock_off_seconds ")]
            assert 290 < float(off[0].split()[1]) < 310
    finally:
        cluster.one.kill()
        cluster.one.module = "backend.cli"
        del cluster.one.settings["CLOCK_OFF_S"]
        await asyncio.to_thread(cluster.one.start)
    await all_whole(cluster)


async def test_nodes_are_restarted_in_turn_and_every_command_has_an_answer(
    cluster: Cluster, api: httpx.AsyncClient
) -> None:
    """What counts as done was answered by the station; what a station answered counts as done."""
    identities = [f"ROLL-{number}" for number in range(4)]
    await added(api, *identities)
    over, taken, done, said = asyncio.Event(), Counter[str](), Counter[str](), Counter[str]()
    slowest = 0.0

    async def live(identity: str, urls: list[str]) -> None:
        while not over.is_set():
            urls.reverse()
            with contextlib.suppress(Exception):  # turned away, or let go: it dials the other one
                async with station(urls[0], identity, version="1.6") as one:
                    closing = asyncio.create_task(one.socket.wait_closed())
                    answering = asyncio.create_task(_answer_all(one, identity, taken))
                    await one.call("BootNotification", BOOT)
                    stopping = asyncio.create_task(over.wait())
                    await asyncio.wait({closing, answering, stopping}, return_when=asyncio.FIRST_COMPLETED)
                    for task in (closing, answering, stopping):
                        task.cancel()
            await asyncio.sleep(0.2)

    async def command(identity: str) -> None:
        nonlocal slowest
        while not over.is_set():
            began = time.monotonic()
            answer = await ask(api, identity)
            slowest = max(slowest, time.monotonic() - began)
            said[answer.json().get("code", "done")] += 1
            done[identity] += answer.status_code == 200
            await asyncio.sleep(0.05)

    async with asyncio.TaskGroup() as group:
        for number, identity in enumerate(identities):
            urls = [ocpp(cluster.one), ocpp(cluster.two)]
            group.create_task(live(identity, urls[:: (1, -1)[number % 2]]))
        for identity in identities:
            await within(10, lambda identity=identity: online(api, identity))
            group.create_task(command(identity))
        for node in (cluster.one, cluster.two):
            await asyncio.sleep(1)
            await asyncio.to_thread(node.stop, signal.SIGTERM)
            assert _ended_well(node)
            await asyncio.to_thread(node.start)
        await asyncio.sleep(1)
        over.set()
    assert set(said) <= {"done", "station_offline"}, said
    assert said["done"] > 20, said
    assert slowest < 5
    assert taken == done


def _ended_well(node: Program) -> bool:
    return node.process is not None and node.process.returncode == 0


async def _answer_all(one: ScriptedStation, identity: str, taken: Counter[str]) -> None:
    while True:
        message_id, action, _ = await one.any_call()
        if action != "TriggerMessage":
            await one.answer_error(message_id, "NotSupported")
            continue
        await asyncio.sleep(0.05)  # some are under way when the node stops
        await one.answer(message_id, {"status": "Accepted"})
        taken[identity] += 1
