"""Many stations in one process: their links, their people, their bad luck, and one clock."""

import asyncio
import logging
import random
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import msgspec

from backend.errors import StartRefused
from backend.simulator.clock import Clock
from backend.simulator.link import Link
from backend.simulator.memory import SAVE_S, Memories
from backend.simulator.mishaps import Fate
from backend.simulator.model import FleetFile, Spec
from backend.simulator.people import BUSY_SHARE, Crowd
from backend.simulator.station import Station

log = logging.getLogger("wattline.simulator")
TICK_S = 1.0
APART_S = 0.02
"""Between the first connections of two stations."""

KINDS = (
    # vendor, model, power type, W, connectors
    ("Volta Nord", "Twin 22", "AC", 22_000, 2),
    ("Ampere", "Quick 50", "DC", 50_000, 1),
    ("Volta Nord", "Pole 11", "AC", 11_000, 1),
    ("Ampere", "Quick 150 Duo", "DC", 150_000, 2),
)


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a fleet shall behave."""

    url: str
    seed: str
    speed: float = 1.0
    faults: bool = False
    password: str | None = None
    share: float = BUSY_SHARE
    people: bool = True
    ca: Path | None = None
    """PEM of the authorities that the central system's certificate may come from; None: those of this machine."""
    certificate: str | None = None
    """PEM of the stations' certificate, with its key or with that in `key`; `{identity}` stands for each one's own."""
    key: str | None = None

    def tls(self, identity: str) -> ssl.SSLContext | None:
        """Raises StartRefused for files that can't be used."""
        if self.ca is None and self.certificate is None:
            return None
        certificate, key = (one and one.replace("{identity}", identity) for one in (self.certificate, self.key))
        try:
            return _context(self.ca, certificate, key)
        except (OSError, ValueError) as error:  # those of ssl are OSErrors
            raise StartRefused(f"The certificates for {identity} can't be used: {error}.") from error


@lru_cache(maxsize=1)
def _context(ca: Path | None, certificate: str | None, key: str | None) -> ssl.SSLContext:
    """One for all stations that say the same."""
    context = ssl.create_default_context(cafile=ca)
    if certificate is not None:
        context.load_cert_chain(certificate, key, password=_no_password)
    return context


def _no_password() -> str:
    """A key with a password would else be asked for on the terminal."""
    raise ValueError("the key has a password; give one without")


def invented(count: int, versions: Sequence[str], prefix: str, id_tokens: Sequence[str]) -> list[Spec]:
    """Stations that nobody described: kinds and versions in turn."""
    width = max(2, len(str(count)))
    found = []
    for index in range(count):
        vendor, model, power_type, power_w, connectors = KINDS[index % len(KINDS)]
        found.append(
            Spec(
                identity=f"{prefix}-{index + 1:0{width}}",
                version=versions[index % len(versions)],
                vendor=vendor,
                model=model,
                serial=f"{prefix}{index + 1:06}",
                power_type=power_type,
                power_w=power_w,
                connectors=connectors,
                id_tokens=list(id_tokens),
            )
        )
    return found


def from_file(path: Path) -> list[Spec]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=FleetFile).stations
    except OSError as error:
        raise StartRefused(f"The fleet file {path} can't be read ({error.strerror}).") from None
    except msgspec.DecodeError as error:
        raise StartRefused(f"The fleet file {path} is not one: {error}.") from None


class Fleet:
    def __init__(self, specs: Sequence[Spec], wishes: Wishes, memories: Memories) -> None:
        self.wishes = wishes
        self.clock = Clock(wishes.speed)
        self.memories = memories
        self.links = [self._link(spec) for spec in specs]
        self.crowds = [
            Crowd(link, wishes.seed, share=wishes.share, at_once=index == 0) for index, link in enumerate(self.links)
        ]

    def _link(self, spec: Spec) -> Link:
        seed = f"{self.wishes.seed}/{spec.identity}"
        station = Station(spec, self.clock, random.Random(seed), self.memories.of(spec))
        station.start_up("PowerUp")
        # The network draws from a chance of its own: how often it fails must not change what people do.
        tls = self.wishes.tls(spec.identity)
        return Link(station, self.wishes.url, random.Random(f"{seed}/link"), self.wishes.password, tls)

    @property
    def stations(self) -> list[Station]:
        return [link.station for link in self.links]

    async def run(self) -> None:
        """Until it is cancelled; the state is saved then."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._tick())
                group.create_task(self._remember())
                for index, link in enumerate(self.links):
                    group.create_task(self._connect(link, index * APART_S))
                if self.wishes.people:
                    for crowd in self.crowds:
                        group.create_task(crowd.run())
                if self.wishes.faults and self.links:
                    group.create_task(Fate(self.links, self.wishes.seed).run())
        finally:
            for station in self.stations:
                station.tick()
            self.memories.save(self.clock.now(), clean=True)

    @contextmanager
    def running(self) -> Iterator["Fleet"]:
        """In the background of a block: for tests."""
        task = asyncio.get_running_loop().create_task(self.run())
        try:
            yield self
        finally:
            task.cancel()

    async def _connect(self, link: Link, wait_s: float) -> None:
        await asyncio.sleep(wait_s)
        await link.run()

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(max(self.clock.real_s(TICK_S), 0.05))
            for station in self.stations:
                station.tick()

    async def _remember(self) -> None:
        while True:
            await asyncio.sleep(SAVE_S)
            self.memories.save(self.clock.now())

    def summary(self) -> str:
        outlets = [outlet for station in self.stations for outlet in station.outlets]
        online = sum(station.online for station in self.stations)
        busy = sum(outlet.transaction is not None for outlet in outlets)
        power = sum(outlet.charge.power_w for outlet in outlets if outlet.transaction and outlet.charge)
        waiting = sum(len(station.memory.outbox) for station in self.stations)
        return (
            f"{online} of {len(self.links)} stations connected, {busy} of {len(outlets)} outlets charging "
            f"with {power / 1000:.0f} kW" + (f", {waiting} messages waiting" if waiting else "")
        )
