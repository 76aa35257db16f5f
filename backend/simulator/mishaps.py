"""What goes wrong now and then: faults, lost links, slow answers, power cuts. `mishaps` is pure."""

import asyncio
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from backend.simulator.link import Link
from backend.simulator.model import Fault, Outlet

MOST_AT_ONCE = 3
FAULTS = (
    Fault("GroundFailure", "E-107", "Residual current device tripped (34 mA)"),
    Fault("HighTemperature", "E-203", "Inlet at 92 °C, charging paused"),
    Fault("ConnectorLockFailure", "E-311", "Lock actuator: end position not reached"),
    Fault("PowerSwitchFailure", "E-118", "Contactor feedback missing"),
    Fault("EVCommunicationError", "E-402", "Pilot signal lost"),
    Fault("OverVoltage", "E-133", "L2 at 264 V"),
)


@dataclass(frozen=True, slots=True)
class Mishap:
    after_s: float
    """Since the one before began."""
    kind: str
    """fault, offline, slow, power."""
    pick: float
    """Which of the stations that are well, 0 to 1."""
    outlet: float
    lasts_s: float
    fault: Fault


def mishaps(seed: str) -> Iterator[Mishap]:
    """The first minutes show one of each; then every few minutes something."""
    chance = random.Random(f"{seed}/mishaps")
    opening = [(20.0, "fault"), (45.0, "offline"), (60.0, "slow")]
    while True:
        after_s, kind = opening.pop(0) if opening else (chance.uniform(150, 330), _kind(chance))
        least, most = {"fault": (150, 280), "offline": (120, 210), "slow": (100, 180), "power": (30, 80)}[kind]
        yield Mishap(
            after_s, kind, chance.random(), chance.random(), chance.uniform(least, most), chance.choice(FAULTS)
        )


def _kind(chance: random.Random) -> str:
    return chance.choices(("fault", "offline", "slow", "power"), (4, 3, 2, 1))[0]


class Fate:
    """Lets mishaps happen to a fleet, never to a station where somebody charges from an app, never to many at once."""

    def __init__(self, links: Sequence[Link], seed: str) -> None:
        self.links = links
        self.clock = links[0].station.clock
        self.suffering: set[str] = set()
        self._seed = seed

    async def run(self) -> None:
        async with asyncio.TaskGroup() as group:
            for mishap in mishaps(self._seed):
                await self.clock.sleep(mishap.after_s)
                well = [link for link in self.links if self._well(link)]
                if well and len(self.suffering) < min(MOST_AT_ONCE, len(self.links)):
                    group.create_task(self._suffer(well[int(mishap.pick * len(well))], mishap))

    def _well(self, link: Link) -> bool:
        station = link.station
        guests = any(one.transaction.remote for one in station.outlets if one.transaction is not None)
        granted = any(one.grant is not None for one in station.outlets)
        broken = any(one.fault is not None for one in station.outlets)
        return (
            station.online and not broken and not guests and not granted and station.spec.identity not in self.suffering
        )

    async def _suffer(self, link: Link, mishap: Mishap) -> None:
        station, identity = link.station, link.station.spec.identity
        outlet: Outlet = station.outlets[int(mishap.outlet * len(station.outlets))]
        self.suffering.add(identity)
        try:
            match mishap.kind:
                case "fault":
                    station.break_down(outlet.number, mishap.fault)
                    await self.clock.sleep(mishap.lasts_s)
                    station.recover(outlet.number)
                case "offline":
                    link.drop(mishap.lasts_s)
                    await self.clock.sleep(mishap.lasts_s)
                case "slow":
                    station.lag_s = 3 + 3 * mishap.outlet
                    await self.clock.sleep(mishap.lasts_s)
                    station.lag_s = 0.0
                case "power":
                    station.cut_power()
                    link.drop(mishap.lasts_s)
                    await self.clock.sleep(mishap.lasts_s)
                    station.start_up("PowerUp")
        finally:
            self.suffering.discard(identity)
