"""Three real nodes, one database and a real NATS server: what a station, an operator and a load balancer see.

The tests share the cluster and run in their order; each leaves it whole.
"""

import asyncio
import json
import signal

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from tests.cluster.conftest import DRAIN_S, Cluster
from tests.cluster.steps import added, ask, booted, commanded, ocpp, online, says, shows, whole, within
from tests.support.program import Program
from tests.support.scripted_station import ScriptedStation, station


async def test_any_node_commands_any_station_and_a_stranger_is_refused_at_once(cluster: Cluster) -> None:
    async with cluster.api() as api:
        await added(api, "ONE", "TWO", "NOBODY")
        nodes = (await api.get("/api/v1/nodes")).json()["items"]
        assert sorted(node["roles"] for node in nodes) == [["ocpp"], ["ocpp"], ["ocpp", "web", "worker"]]
        assert {node["state"] for node in nodes} == {"running"}
        async with booted(cluster.one, "ONE") as one, booted(cluster.two, "TWO") as two:
            await commanded(api, one, "ONE")
            await commanded(api, two, "TWO")
            refused = await ask(api, "NOBODY")
            assert (refused.status_code, refused.json()["code"]) == (409, "station_offline")
            assert refused.elapsed.total_seconds() < 1


async def test_a_screen_sees_what_happens_on_another_node(cluster: Cluster) -> None:
    async with cluster.api() as api, connect(cluster.web.url.replace("http", "ws") + "/api/v1/live") as screen:
        await added(api, "SEEN")
        for message in ({"type": "authenticate", "token": cluster.token}, {"type": "subscribe", "topic": "stations"}):
            await screen.send(json.dumps(message))
        async with booted(cluster.two, "SEEN"), asyncio.timeout(5):
            async for text in screen:
                told = json.loads(text)
                if told["kind"] == "upsert" and told["data"]["identity"] == "SEEN" and told["data"]["online"]:
                    break


async def test_a_station_that_reconnects_elsewhere(cluster: Cluster) -> None:
    """The older socket is closed on its node, and its late end doesn't take the station offline."""
    async with cluster.api() as api:
        await added(api, "MOVER")
        async with booted(cluster.one, "MOVER") as old:
            with pytest.raises(InvalidStatus, match="409"):  # it answers pings: it is alive, and nobody takes its place
                async with station(ocpp(cluster.two), "MOVER", version="1.6"):
                    pass
            old.socket.transport.pause_reading()  # the modem is gone, and nobody told the server
            async with booted(cluster.two, "MOVER") as new:
                old.socket.transport.resume_reading()
                async with asyncio.timeout(5):
                    await old.socket.wait_closed()
                assert await online(api, "MOVER")
                await commanded(api, new, "MOVER")
                rows = await cluster.query("SELECT node FROM charging_station WHERE identity = 'MOVER'")
                assert rows[0]["node"].endswith(f":{cluster.two.ocpp_port}")


async def test_a_node_that_is_killed(cluster: Cluster) -> None:
    """Its stations are known offline within ten seconds; started again, it serves the same ones."""
    async with cluster.api() as api:
        await added(api, "LEFT")
        async with booted(cluster.one, "LEFT") as one:
            cluster.one.kill()
            await one.socket.wait_closed()
            async with booted(cluster.two, "TWO"):  # which is alive stays online

                async def offline() -> bool:
                    return not await online(api, "LEFT")

                assert await within(10, offline) <= 10
                assert await online(api, "TWO")
        refused = await ask(api, "LEFT")
        assert refused.json()["code"] == "station_offline"
        await asyncio.to_thread(cluster.one.start)
        async with booted(cluster.one, "LEFT") as one:
            await commanded(api, one, "LEFT")


async def test_who_waits_for_a_node_that_is_killed_learns_it_at_once(cluster: Cluster) -> None:
    """Its outcome is unknown, and so it says: no silence until the time-out, and nothing lost without a word. That the
    station is back on another node at once changes nothing."""
    async with cluster.api() as api:
        await added(api, "HELD")
        async with booted(cluster.one, "HELD") as one:
            asking = ask(api, "HELD")
            await one.expect_call("TriggerMessage")
            await asyncio.sleep(2.5)  # a slow station: while its node lives, who asked waits
            assert not asking.done()
            cluster.one.kill()
            await one.socket.wait_closed()
        async with booted(cluster.two, "HELD") as back:
            answer = await asyncio.wait_for(asking, 5)
            assert (answer.status_code, answer.json()["code"]) == (504, "node_died"), answer.text
            rows = await cluster.query(
                """SELECT c.state, c.answer->>'code' AS code FROM station_command c
                JOIN charging_station s ON s.id = c.station WHERE s.identity = 'HELD' AND c.account IS NOT NULL"""
            )
            assert [tuple(row) for row in rows] == [("failed", "node_died")]
            await commanded(api, back, "HELD")
        await asyncio.to_thread(cluster.one.start)


async def test_a_node_that_is_stopped_lets_its_stations_go_gently(cluster: Cluster) -> None:
    """First not ready, then a share of the sockets each second; a command under way gets its answer."""
    names = [f"D{number}" for number in range(6)]
    ends: list[float] = []
    loop = asyncio.get_running_loop()

    async def closed(one: ScriptedStation) -> None:
        await one.socket.wait_closed()
        ends.append(loop.time())

    async with cluster.api() as api, asyncio.TaskGroup() as group:
        await added(api, *names)
        stations = [await _open(cluster.one, name, group) for name in names]
        for one in stations:
            group.create_task(closed(one))
        asking = ask(api, names[0])
        message_id, _ = await stations[0].expect_call("TriggerMessage")
        assert cluster.one.process is not None
        cluster.one.process.send_signal(signal.SIGTERM)

        async def not_ready() -> bool:
            return (await cluster.ready(cluster.one))["status_code"] == 503

        await within(2, not_ready)
        assert ends == []
        with pytest.raises(InvalidStatus) as turned_away:
            await within(2, lambda: _refused(cluster.one))
        assert turned_away.value.response.headers["Retry-After"]
        await within(DRAIN_S, lambda: _many(ends, 2))
        await stations[0].answer(message_id, {"status": "Accepted"})
        assert (await asking).json()["accepted"]
    assert len(ends) == len(names)
    assert ends[-1] - ends[0] > 0.8  # not all at once
    await asyncio.to_thread(cluster.one.process.wait, 10)
    assert cluster.one.process.returncode == 0
    async with cluster.api() as api:
        shown = [await online(api, name) for name in names]
        assert shown == [False] * len(names)
    await asyncio.to_thread(cluster.one.start)


async def _open(node: Program, identity: str, group: asyncio.TaskGroup) -> ScriptedStation:
    opened: asyncio.Future[ScriptedStation] = asyncio.get_running_loop().create_future()

    async def hold() -> None:
        async with booted(node, identity) as one:
            opened.set_result(one)
            await one.socket.wait_closed()

    group.create_task(hold())
    return await opened


async def _refused(node: Program) -> bool:
    async with station(ocpp(node), "D0", version="1.6"):
        return False


async def _many(ends: list[float], number: int) -> bool:
    return len(ends) >= number


async def test_nats_is_lost_and_comes_back(cluster: Cluster) -> None:
    async with cluster.api() as api, booted(cluster.one, "ONE") as one:
        cluster.nats.stop()
        for node in cluster.nodes:
            await within(5, lambda node=node: says(cluster, node, "bus"))
        refused = await ask(api, "ONE")
        assert (refused.status_code, refused.json()["code"]) == (503, "node_unreachable")
        assert (await one.call("Heartbeat"))["currentTime"]  # stations don't notice
        metrics = (await api.get(f"{cluster.one.url}/metrics")).text
        cluster.nats.start()
        for node in cluster.nodes:
            await within(10, lambda node=node: whole(cluster, node))
        await commanded(api, one, "ONE")
        assert "wattline_healthy" in metrics


async def test_the_database_is_lost_and_comes_back(cluster: Cluster) -> None:
    """Sockets stay; what could not be stored is not answered; afterwards everybody is online, nobody taken for dead."""
    async with cluster.api() as api, booted(cluster.one, "ONE") as one, booted(cluster.two, "TWO") as two:
        await asyncio.to_thread(cluster.postgres.stop)
        for node in cluster.nodes:
            await within(8, lambda node=node: says(cluster, node, "database"))
        assert (await one.call("Heartbeat"))["currentTime"]
        told = {"connectorId": 1, "status": "Preparing", "errorCode": "NoError"}
        assert (await one.call("StatusNotification", told))["error"] == "InternalError"
        await asyncio.to_thread(cluster.postgres.start)
        for node in cluster.nodes:
            await within(15, lambda node=node: whole(cluster, node))
        await within(20, lambda: shows(api, "ONE", "occupied"))
        for identity, there in (("ONE", one), ("TWO", two)):
            assert await online(api, identity)
            await commanded(api, there, identity)
