"""Leases of nodes: who may start beside others, who is dead, and what a node that was cut off does."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from backend.bus.local import LocalBus
from backend.context import Context
from backend.db import engine
from backend.errors import StartRefused
from backend.nodes import rules, service, store
from backend.nodes.service import Membership
from backend.settings import Settings
from backend.stations import service as stations
from tests import world

MANY: dict[str, Any] = {"nats_url": "nats://n", "database_url": "postgresql://d"}


def context(**settings: Any) -> Context:
    return Context(settings=Settings(secret=world.SECRET, **settings), bus=LocalBus())


@asynccontextmanager
async def running(db: str, name: str, **settings: Any) -> AsyncIterator[Membership]:
    one = Membership(context(**settings), db, name)
    await one.enter()
    task = asyncio.get_running_loop().create_task(one.run())
    try:
        yield one
    finally:
        task.cancel()
        await one.leave()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "BEAT_S", 0.05)
    monkeypatch.setattr(service, "WATCH_S", 0.6)


@pytest.mark.parametrize(
    ("pool", "others", "allowed", "said"),
    [
        (20, 0, 97, ""),
        (94, 0, 97, ""),
        (95, 0, 97, "set WATTLINE_POOL_MAX to 94 or less"),
        (20, 75, 97, "of which other nodes take 75; set WATTLINE_POOL_MAX to 19 or less"),
        (20, 96, 97, "stop other nodes, or raise max_connections of PostgreSQL."),
        (20, 0, 2, "the database takes 2 connections; raise max_connections of PostgreSQL."),
    ],
)
def test_a_pool_must_fit(pool: int, others: int, allowed: int, said: str) -> None:
    told = rules.too_many_connections(pool, others, allowed)
    assert said in told
    assert bool(told) is bool(said)


async def test_the_least_limit_counts(db: str) -> None:
    most, what = await store.allowed_connections()
    assert what == "max_connections of PostgreSQL"
    async with engine.transaction() as undone:
        [base] = await engine.DB.run("SELECT current_database() AS name")
        await engine.DB.run(f"ALTER DATABASE {base['name']} CONNECTION LIMIT 7")
        await engine.DB.run("CREATE ROLE narrow CONNECTION LIMIT 9")
        assert await store.allowed_connections() == (most, what)  # limits aren't for superusers
        await engine.DB.run("SET LOCAL SESSION AUTHORIZATION narrow")
        assert await store.allowed_connections() == (7, "the CONNECTION LIMIT of the database")
        await engine.DB.run("RESET SESSION AUTHORIZATION")
        await engine.DB.run("ALTER ROLE narrow CONNECTION LIMIT 5")
        await engine.DB.run("SET LOCAL SESSION AUTHORIZATION narrow")
        allowed = await store.allowed_connections()
        assert rules.too_many_connections(20, 0, *allowed) == (
            "WATTLINE_POOL_MAX is 20, but the database takes 5 connections; "
            "set WATTLINE_POOL_MAX to 2 or less, or raise the CONNECTION LIMIT of its role."
        )
        await undone.rollback()


def test_stations_are_let_go_evenly() -> None:
    left, shares = 1000, []
    for second in range(10, 0, -1):
        shares.append(rules.share(left, second))
        left -= shares[-1]
    assert left == 0
    assert shares == [100] * 10


async def test_who_may_not_start_beside_others(db: str) -> None:
    async with running(db, "a", **MANY):
        with pytest.raises(StartRefused, match=r"Another node \(a\) runs on this database; several nodes need NATS"):
            await Membership(context(), db, "b").enter()
        with pytest.raises(StartRefused, match="Another node that is called a runs"):
            await Membership(context(**MANY), db, "a").enter()
        with pytest.raises(StartRefused, match="WATTLINE_POOL_MAX is 5000, but the database takes"):
            await Membership(context(pool_max=5000, **MANY), db, "b").enter()
        async with running(db, "b", **MANY):
            assert [(one.name, one.state) for one in await service.nodes()] == [("a", "running"), ("b", "running")]
    assert await service.nodes() == []


async def test_of_nodes_that_start_together_those_come_in_that_fit(db: str) -> None:
    allowed, _ = await store.allowed_connections()
    nodes = [Membership(context(pool_max=allowed * 2 // 5, **MANY), db, name) for name in "abc"]
    try:
        said = await asyncio.gather(*(one.enter() for one in nodes), return_exceptions=True)
        refused = [str(one) for one in said if one is not None]
        assert len(refused) == 1
        assert "of which other nodes take" in refused[0]
    finally:
        for one in nodes:
            await one.leave()


async def test_no_tenant_learns_of_the_others_by_the_nodes(db: str) -> None:
    await world.add_tenant()
    async with running(db, "host.example:9000", **MANY):
        assert [(one.name, one.stations) for one in await service.shown()] == [("host.example:9000", 0)]
        await world.add_tenant("South")
        assert [(one.name, one.stations) for one in await service.shown()] == [("node 1", None)]


async def test_a_lease_that_looks_fresh_but_is_nobodys_keeps_nobody_out(db: str) -> None:
    """Of a node that was killed a moment ago."""
    await _killed(db, "a")
    async with running(db, "b") as other:  # alone, without NATS
        assert other.name == "b"


async def test_a_dead_node_and_one_that_nobody_knows_lose_their_stations(db: str) -> None:
    tenant_id = await world.add_tenant()
    ctx = context(**MANY)
    await _killed(db, "dead")
    for identity, node in (("DEAD", "dead"), ("OLD", "of another time"), ("ALIVE", "a")):
        await stations.connected(ctx, await world.add_station(tenant_id, identity), uuid4(), node, "1.6")
    async with running(db, "a", **MANY) as one:
        await stations.connected(ctx, (await _station("ALIVE"))["id"], uuid4(), "a", "1.6")
        await engine.DB.run("UPDATE node SET seen_at = seen_at - interval '6 s' WHERE name = 'dead'")
        await asyncio.sleep(0.3)
        assert (await _station("OLD"))["online"]  # it has not been here long enough to say who is dead
        one._steady_since = 0.0
        async with asyncio.timeout(5):
            while (await _station("OLD"))["online"] or len(await service.nodes()) > 1:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        assert not (await _station("DEAD"))["online"]
        assert (await _station("ALIVE"))["online"]


async def test_a_node_whose_lease_ran_out_looks_after_its_sockets_again(db: str) -> None:
    """However long that takes: the lease is renewed meanwhile."""
    lapsed, done = asyncio.Event(), asyncio.Event()

    async def reclaim() -> None:
        lapsed.set()
        await done.wait()

    async with running(db, "a", **MANY) as one:
        one.on_lapse.append(reclaim)
        await asyncio.sleep(0.2)
        assert not lapsed.is_set()
        await engine.DB.run("DELETE FROM node")  # another one took it for dead
        async with asyncio.timeout(5):
            await lapsed.wait()
            before = (await service.nodes())[0].seen_at
            while (await service.nodes())[0].seen_at == before:  # noqa: ASYNC110  # in the database
                await asyncio.sleep(0.02)


async def test_a_burial_that_takes_longer_than_a_lease_costs_nobody_else_his_life(
    db: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor one who starts and writes down meanwhile what its last run held."""
    monkeypatch.setattr(rules, "LEASE_S", 0.9)
    monkeypatch.setattr(service, "LEASE", timedelta(seconds=0.9))
    ctx, tenant_id = context(**MANY), await world.add_tenant()
    await _killed(db, "dead")
    for node in ("dead", "c"):
        await stations.connected(ctx, await world.add_station(tenant_id, node.upper()), uuid4(), node, "1.6")
    late = Membership(ctx, db, "c")
    async with running(db, "a", **MANY) as one, running(db, "b", **MANY) as two:
        one._steady_since = two._steady_since = 0.0
        one._looked_for_strangers = two._looked_for_strangers = time.monotonic()
        async with engine.transaction():  # nothing can be written of any station
            await engine.DB.run("LOCK TABLE charging_station IN EXCLUSIVE MODE")
            start = asyncio.get_running_loop().create_task  # outside of this transaction
            entering = start(late.enter())
            await start(engine.DB.run("UPDATE node SET seen_at = seen_at - interval '6 s' WHERE name = 'dead'"))
            await asyncio.sleep(1.8)
            told = await service.nodes()
        await entering
        await late.leave()
        assert {node.name: node.state for node in told} == dict.fromkeys("abc", "running")
        assert one._steady_since == two._steady_since == 0.0  # neither of them ever lapsed
        async with asyncio.timeout(5):
            while (await _station("DEAD"))["online"] or (await _station("C"))["online"]:  # noqa: ASYNC110  # in the database
                await asyncio.sleep(0.02)


async def test_who_lost_its_own_lease_buries_nobody(db: str) -> None:
    """The database stood still: everybody's lease is old."""
    await _killed(db, "dead")
    await _killed(db, "a")
    await engine.DB.run("UPDATE node SET seen_at = seen_at - interval '6 s'")
    assert not await store.bury("dead", "a", service.LEASE)
    await engine.DB.run("UPDATE node SET seen_at = clock_timestamp() WHERE name = 'a'")
    assert await store.bury("dead", "a", service.LEASE)


async def test_the_older_socket_never_wins(db: str) -> None:
    """However late its connection is written: a newer one is known by then, on whatever node."""
    ctx = context(**MANY)
    station_id = await world.add_station(await world.add_tenant(), "CP")
    early, late = await stations.next_epoch(ctx), await stations.next_epoch(ctx)
    old, new = uuid4(), uuid4()
    assert await stations.connected(ctx, station_id, new, "b", "1.6", epoch=late)
    assert not await stations.connected(ctx, station_id, old, "a", "1.6", epoch=early)
    await stations.disconnected(ctx, station_id, old, "closed")
    row = await _station("CP")
    assert (row["online"], row["node"], row["connection"]) == (True, "b", new)
    assert await stations.superseded(ctx, {station_id: old}) == {station_id: late}
    assert await stations.superseded(ctx, {station_id: new}) == {}


async def _killed(db: str, name: str) -> None:
    """A node that was there a moment ago, and doesn't say goodbye."""
    one = Membership(context(**MANY), db, name)
    await one.enter()
    assert one._beating is not None
    async with one._renewing:
        one._beating.cancel()
    one._line.close()


async def _station(identity: str) -> Any:
    return (await engine.DB.run("SELECT * FROM charging_station WHERE identity = $1", identity))[0]
