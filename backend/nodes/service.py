"""The life of a node: it takes a name, renews its lease, notices who died, and says goodbye."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from uuid import uuid4

import msgspec
import structlog
from prometheus_client import Counter, Gauge

from backend.context import Context
from backend.errors import StartRefused
from backend.nodes import rules, store
from backend.stations import service as stations
from shared.nodes import Node

log = structlog.get_logger(__name__)

LEASE = timedelta(seconds=rules.LEASE_S)
WATCH_S = 3.0
STRANGERS_EVERY_S = 30.0
"""How long a node looks whether the one that has its name, or one it couldn't talk to, is alive."""
HEALTHY = Gauge("wattline_healthy", "1 where a part of this process works, as /health/ready tells", ["part"])
CLOCK = Gauge("wattline_clock_off_seconds", "How much this machine's clock is ahead of the database's")
CLOCK_PLAY_S = 10.0
CLOCK_EVERY_S = 60.0
"""Stations set their clocks by ours, so a wrong one spoils the times of their sessions. Leases are safe from it."""
DIED = Counter("wattline_nodes_died_total", "Other nodes whose lease ran out and that this one buried")
Check = Callable[[], Awaitable[str]]


class Membership:
    """This process among the others. `enter` before it serves anybody, `run` beside, `leave` at the end.

    The lease is renewed from `enter` to `leave` by a task that does nothing else: burying a great node, or showing
    thousands of sockets anew, takes longer than a lease holds, and must not look like death.
    """

    def __init__(self, ctx: Context, dsn: str, name: str, *, count: Callable[[], int] = lambda: 0) -> None:
        self.ctx = ctx
        self.name = name
        self.draining = False
        self.count = count
        self.on_lapse: list[Callable[[], Awaitable[None]]] = []
        """What to do when the lease ran out and is back: others may have taken this node for dead."""
        self._instance = uuid4()
        self._line = store.Line(dsn)
        self._renewing = asyncio.Lock()
        self._beating: asyncio.Task[None] | None = None
        self._renewed = asyncio.Event()
        """Set by each renewal: it is time to look at the others."""
        self._lapsed = asyncio.Event()
        """Set where the lease had run out: it is time for `on_lapse`."""
        self._steady_since: float | None = None
        self._looked_for_strangers = 0.0
        self._looked_at_clock: float | None = None
        self._reached = True

    async def enter(self) -> None:
        """Raises StartRefused: the name is taken, the pool doesn't fit, or others run here and can't be talked to."""
        async with store.one_enters():
            await self._find_room()
        self._steady_since = time.monotonic()
        # From here on, and whatever else takes long: thousands of stations of its last run, the start of the others.
        self._beating = asyncio.get_running_loop().create_task(self._beat())
        try:
            if "ocpp" in self.ctx.settings.roles:
                await stations.forget_node(self.ctx, self.name)
        except BaseException:
            await self.leave()
            raise

    async def _find_room(self) -> None:
        """Alone: nodes that start together see each other's leases, and their pools fit in together."""
        settings = self.ctx.settings
        others = [row for row in await store.all_nodes(LEASE) if row["alive"]]
        twin = next((row for row in others if row["name"] == self.name), None)
        if twin is not None and settings.nats_url and await self._still_beats([self.name]):
            raise StartRefused(
                f"Another node that is called {self.name} runs on this database; "
                "give this machine another host name, or this node another port."
            )
        others = [row for row in others if row["name"] != self.name]
        if others and not settings.nats_url:
            alive = await self._still_beats([row["name"] for row in others])
            if alive:
                raise StartRefused(
                    f"Another node ({alive[0]}) runs on this database; several nodes need NATS: "
                    "set NATS_URL on each, or stop the other one."
                )
            others = []
        taken = sum(row["connections"] for row in others)
        refusal = rules.too_many_connections(settings.pool_max, taken, *await store.allowed_connections())
        if refusal:
            raise StartRefused(refusal)
        await self._renew()

    async def _still_beats(self, names: list[str]) -> list[str]:
        """Which of these renew their leases: one that was killed a moment ago left one that looks fresh."""
        before = {row["name"]: row["seen_at"] for row in await store.all_nodes(LEASE)}
        deadline = time.monotonic() + WATCH_S
        while time.monotonic() < deadline:
            await asyncio.sleep(0.25)
            now = {row["name"]: row["seen_at"] for row in await store.all_nodes(LEASE)}
            moved = [name for name in names if name in now and now[name] != before.get(name)]
            if moved:
                return moved
        return []

    async def _renew(self) -> bool:
        settings = self.ctx.settings
        async with self._renewing:
            return await self._line.renew(
                self.name,
                self._instance,
                ",".join(settings.roles),
                settings.pool_max + rules.SPARE_CONNECTIONS,
                self.count(),
                self.draining,
                LEASE,
            )

    async def _beat(self) -> None:
        """Until cancelled: the lease, and nothing that could make it late."""
        while True:
            try:
                held = await self._renew()
                if not self._reached:
                    log.info("the lease of this node is renewed again")
                    self._reached = True
                if self._steady_since is None or not held:
                    self._steady_since = time.monotonic()
                    self._lapsed.set()
                self._renewed.set()
            except store.LOST as error:
                self._steady_since = None
                if self._reached:
                    log.warning("the lease of this node can't be renewed", error=str(error) or type(error).__name__)
                self._reached = False
            except Exception:
                log.exception("renewing the lease of this node failed")
            await asyncio.sleep(rules.BEAT_S)

    async def run(self) -> None:
        """Until cancelled: what follows from the beats. It may take as long as it takes."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._after(self._renewed, self._look_at_others))
            group.create_task(self._after(self._lapsed, self._make_up))

    async def _after(self, event: asyncio.Event, work: Callable[[], Awaitable[None]]) -> None:
        while True:
            await event.wait()
            event.clear()
            try:
                await work()
            except Exception as error:
                if isinstance(error, store.LOST) and not self._reached:
                    pass  # that the database is away is told already
                else:
                    log.exception("looking after the nodes failed")
                await asyncio.sleep(rules.BEAT_S)
                event.set()

    async def _make_up(self) -> None:
        for work in self.on_lapse:
            await work()

    async def _look_at_others(self) -> None:
        now = time.monotonic()
        if self._looked_at_clock is None or now - self._looked_at_clock > CLOCK_EVERY_S:
            self._looked_at_clock = now
            await self._look_at_clock()
        if self._may_judge():
            await self._bury_the_dead(now)

    def _may_judge(self) -> bool:
        return self._steady_since is not None and rules.may_judge(time.monotonic() - self._steady_since)

    async def _look_at_clock(self) -> None:
        off_s = (self.ctx.now() - await store.now()).total_seconds()
        CLOCK.set(off_s)
        if abs(off_s) > CLOCK_PLAY_S:
            log.warning("the clock of this machine differs from the database's; set it right", off_s=round(off_s))

    async def _bury_the_dead(self, now: float) -> None:
        for name in await store.dead(LEASE):
            # Asked for each: the one before may have taken long.
            if name != self.name and self._may_judge() and await store.bury(name, self.name, LEASE):
                count = await stations.forget_node(self.ctx, name, everywhere=True)
                DIED.inc()
                log.warning("a node died; its stations are offline", node=name, stations=count)
        if now - self._looked_for_strangers > STRANGERS_EVERY_S:
            self._looked_for_strangers = now
            for name in await store.strangers():
                await stations.forget_node(self.ctx, name, everywhere=True)

    @property
    def in_touch(self) -> bool:
        return self._reached

    async def check(self) -> str:
        """For /health/ready: a node that stops gets no new work."""
        return "this node is stopping" if self.draining else "ok"

    async def drain(self) -> None:
        """From now on it is not ready; the others see it at once."""
        self.draining = True
        try:
            await self._renew()
        except store.LOST:
            log.warning("the database is away; the other nodes don't know that this one stops")

    async def leave(self) -> None:
        try:
            async with asyncio.timeout(2):
                if self._beating is not None:
                    self._beating.cancel()
                    await asyncio.wait({self._beating})
                async with self._renewing:  # a renewal under way must not come after it
                    await self._line.remove(self.name, self._instance)
        except store.LOST:
            log.warning("this node could not sign off; its lease runs out by itself")
        finally:
            self._line.close()


async def watch_health(checks: Mapping[str, Check]) -> None:
    """Until cancelled: the same that /health/ready tells, for Prometheus."""
    while True:
        for part, check in checks.items():
            HEALTHY.labels(part).set(await check() == "ok")
        await asyncio.sleep(2 * rules.BEAT_S)


async def nodes() -> list[Node]:
    return [
        Node(
            name=row["name"],
            roles=row["roles"].split(","),
            stations=row["stations"],
            state="dead" if not row["alive"] else "stopping" if row["draining"] else "running",
            started_at=row["started_at"],
            seen_at=row["seen_at"],
        )
        for row in await store.all_nodes(LEASE)
    ]


async def shown() -> list[Node]:
    """For an operator: nothing in it tells one tenant of the others."""
    told = await nodes()
    if await store.one_tenant():
        return told
    return [msgspec.structs.replace(one, name=f"node {count}", stations=None) for count, one in enumerate(told, 1)]
