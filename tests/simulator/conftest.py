"""A real node, and simulated stations on real sockets to it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from backend.simulator.fleet import Fleet, Wishes
from backend.simulator.memory import Memories
from backend.simulator.model import Outlet, Spec
from backend.simulator.station import Station
from backend.simulator.vehicle import Vehicle
from tests.support.node import Node, running_node
from tests.support.wire import card

SPEED = 60.0
CAR = Vehicle("Test car", 60_000, 3, 16, 150_000)


@pytest.fixture
async def node(db: str) -> AsyncIterator[Node]:
    async with running_node(db, worker=True) as one:
        yield one


class Site:
    """One simulated station on a node: the test is its people."""

    def __init__(self, node: Node, connectors: list[Any]) -> None:
        self.node = node
        self.connectors = connectors
        self.fleet: Fleet

    @property
    def station(self) -> Station:
        return self.fleet.links[0].station

    @property
    def link(self) -> Any:
        return self.fleet.links[0]

    @property
    def outlet(self) -> Outlet:
        return self.station.outlets[0]

    @property
    def register_wh(self) -> int:
        return int(self.station.register_wh(self.outlet))

    async def plug_and_card(self, soc: float = 30.0, target: float = 80.0) -> None:
        assert self.station.plug(1, CAR, soc, target)
        assert await self.link.authorize("CARD-1")
        assert self.station.card(1, "CARD-1")

    async def until(self, what: Callable[[], Any], seconds: float = 15.0) -> None:
        async with asyncio.timeout(seconds):
            while not what():  # noqa: ASYNC110  # the machine has no events of its own
                await asyncio.sleep(0.01)

    async def charged(self, wh: int) -> None:
        """Until the running transaction has taken so much."""
        running = self.outlet.transaction
        assert running is not None
        await self.until(lambda: self.register_wh - running.meter_start_wh >= wh)

    async def silence(self) -> None:
        """Until everything is said and acknowledged."""
        await self.until(lambda: self.station.online and not self.station.memory.outbox)


@asynccontextmanager
async def site(
    node: Node,
    version: str,
    *,
    connectors: int = 1,
    speed: float = SPEED,
    state: Path | None = None,
    certified: bool = False,
    signs: bool = False,
    **wishes: Any,
) -> AsyncIterator[Site]:
    """An accepted station that has booted. A second one on the same node keeps the first one's row."""
    if not getattr(node, "site_connectors", None):
        tariff = await node.add_tariff()
        node.site_connectors = await node.add_station("CP-1", connectors=connectors, tariff_id=tariff)  # type: ignore[attr-defined]
        await card(node)
    one = Site(node, node.site_connectors)  # type: ignore[attr-defined]
    registers = [1_000_000] * connectors
    more: dict[str, Any] = {"connectors": connectors, "registers": registers, "certified": certified, "signs": signs}
    spec = Spec(identity="CP-1", version=version, **more)
    settings = {"people": False, **wishes}
    one.fleet = Fleet([spec], Wishes(url=node.ocpp_url, seed="1", speed=speed, **settings), Memories(state))
    with one.fleet.running():
        await one.silence()
        yield one
    await asyncio.sleep(0)
