"""Prices of a site over real HTTPS: fetched, held when the server fails or stops, and flagged when they jump."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import httpx
import pytest

from backend import addresses
from backend.errors import InvalidInput
from backend.sites import feeds, service
from backend.sites.asking import question
from backend.sites.scene import look
from shared.sites import EnergyTariff, FeedSet, FeedState, NodeKind, PowerNode, SignalKind, SitePolicy, SiteSet
from tests import world
from tests.conftest import Clock
from tests.support.certificates import server_context
from tests.support.receivers import Receiver


async def test_a_feed_is_fetched_held_and_flagged(
    db: None, clock: Clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ctx = world.make_context(clock, feed_hosts=("127.0.0.1",))
    tenant_id = await world.add_tenant()
    location_id = await world.add_location(tenant_id)
    nodes = [PowerNode(key="grid", kind=NodeKind.GRID, limit_a=Decimal(100))]
    await service.put(ctx, tenant_id, location_id, SiteSet(nodes=nodes, policy=SitePolicy(), tariff=EnergyTariff()))
    midnight = clock.now().replace(hour=0)
    market = Receiver()

    def prices(of: Callable[[int], float]) -> dict[str, Any]:
        """EUR/MWh by the hour of today, as the market tells them."""
        hours = [midnight + timedelta(hours=hour) for hour in range(25)]
        edges = [round(at.timestamp() * 1000) for at in hours]
        each = enumerate(pairwise(edges))
        return {"data": [{"start_timestamp": a, "end_timestamp": b, "marketprice": of(n)} for n, (a, b) in each]}

    async def fetched(status: int, answer: Any) -> FeedState:
        market.answer = lambda _body: (status, answer)
        await feeds.fetch(ctx, {"location_id": str(location_id), "kind": "price"})
        (state,) = await feeds.states(ctx, location_id)
        return state

    async def price_now() -> float:
        row = await service.row_of(tenant_id, location_id)
        return question(await look(ctx, row)).price[0].value

    server = await asyncio.start_server(market.serve, "127.0.0.1", 0, ssl=server_context(tmp_path))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    async with server:
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1/marketdata"
        wanted = FeedSet(kind=SignalKind.PRICE, url=url, format="awattar")
        first = await feeds.put(ctx, tenant_id, location_id, wanted)
        assert (first.state, first.code) == ("held", "nothing_yet")
        state = await fetched(200, prices(lambda hour: 100 + hour))
        assert (state.state, state.code, state.known_until) == ("ok", "ok", midnight + timedelta(days=1))
        assert await price_now() == 0.109  # 9:00
        state = await fetched(200, prices(lambda hour: 50_000 if hour == 9 else 100 + hour))
        assert (state.state, state.code) == ("jumped", "jumped")
        assert state.detail.startswith("1 value jumped")
        assert await price_now() == 0.109
        state = await fetched(503, {})
        assert (state.state, state.code, state.detail) == ("held", "unfetched", "It can't be fetched: HTTP 503")
        state = await fetched(200, {"data": "none"})
        assert (state.code, state.detail[:45]) == ("unfetched", "It can't be fetched: This is no file in the f")
        state = await fetched(200, {"data": []})
        assert (state.code, state.detail) == ("unfetched", "It can't be fetched: There is no value in it.")
        assert (await fetched(200, prices(lambda hour: 100 + hour))).code == "ok"
        clock.advance(days=1, hours=2)  # 11:00 of tomorrow, of which nothing was told
        state = await fetched(200, prices(lambda hour: 100 + hour))
        assert (state.state, state.code) == ("held", "stopped")
        assert await price_now() == 0.111
        monkeypatch.setattr(feeds, "MOST_BYTES", 1000)
        assert (await fetched(200, prices(lambda hour: 100 + hour))).detail.endswith("It is larger than 0 MB.")
    assert (await fetched(200, {})).detail == "It can't be fetched: The server can't be reached."
    assert await price_now() == 0.111
    clock.advance(days=9, hours=-1)
    assert await price_now() == 0.110  # as of the last day it told, however long ago


async def test_a_feed_from_the_inside_is_refused_also_when_its_name_moves_there_later(db: None, clock: Clock) -> None:
    ctx = world.make_context(clock)
    tenant_id = await world.add_tenant()
    location_id = await world.add_location(tenant_id)
    nodes = [PowerNode(key="grid", kind=NodeKind.GRID, limit_a=Decimal(100))]
    await service.put(ctx, tenant_id, location_id, SiteSet(nodes=nodes, policy=SitePolicy(), tariff=EnergyTariff()))
    wanted = FeedSet(kind=SignalKind.PRICE, url="https://10.0.0.1/prices", format="awattar")
    with pytest.raises(InvalidInput, match="public server"):
        await feeds.put(ctx, tenant_id, location_id, wanted)
    await feeds.store.put_feed(location_id, "price", {"url": wanted.url, "adapter": "awattar", "state": "ok"})
    await feeds.fetch(ctx, {"location_id": str(location_id), "kind": "price"})
    (state,) = await feeds.states(ctx, location_id)
    assert (state.state, state.detail) == ("held", f"It can't be fetched: {feeds.INSIDE}")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (httpx.ConnectError("[Errno -2] Name or service not known"), "The server can't be reached."),
        (OSError(111, "refused"), "The server can't be reached."),
        (TimeoutError(), "The server takes too long to answer."),
        (httpx.ReadTimeout(""), "The server takes too long to answer."),
        (addresses.Inside(), feeds.INSIDE),
    ],
)
def test_a_person_is_told_why_without_numbers_of_a_system(error: Exception, told: str) -> None:
    assert feeds._reason(error) == told


async def test_a_feed_that_fails_in_a_way_nobody_foresaw_stops_no_other(
    db: None, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ctx = world.make_context(clock)
    tenant_id = await world.add_tenant()
    location_id = await world.add_location(tenant_id)
    nodes = [PowerNode(key="grid", kind=NodeKind.GRID, limit_a=Decimal(100))]
    await service.put(ctx, tenant_id, location_id, SiteSet(nodes=nodes, policy=SitePolicy(), tariff=EnergyTariff()))
    for kind in ("co2", "price", "solar"):
        values = {"url": f"https://example.com/{kind}", "adapter": "points", "state": "ok"}
        await feeds.store.put_feed(location_id, kind, values)

    async def pinned(url: str, _: Any) -> Any:
        raise RuntimeError("a fault of ours") if url.endswith("price") else OSError(111, "refused")

    monkeypatch.setattr(addresses, "pinned", pinned)
    await feeds.fetch_all(ctx)
    told = {one.kind: one.detail.removeprefix("It can't be fetched: ") for one in await feeds.states(ctx, location_id)}
    away = "The server can't be reached."
    assert told == {"co2": away, "price": "Its answer can't be used.", "solar": away}
