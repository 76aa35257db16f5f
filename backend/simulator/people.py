"""Who comes when, with which car, and how they behave. `visits` is pure: the same seed, the same people."""

import asyncio
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

from backend.simulator.link import Link
from backend.simulator.model import Outlet, Spec
from backend.simulator.vehicle import MODELS, Vehicle, soc_before

BUSY_SHARE = 0.4
"""Of the outlets, on average."""
LOOK_S = 1.0
AGAIN_S = 60.0
"""When somebody who finds the place taken looks again."""
GIVE_UP_S = 6.0
GUEST_DWELL_S = 300.0


@dataclass(frozen=True, slots=True)
class Visit:
    gap_s: float
    """Since the last one left."""
    vehicle: Vehicle
    soc: float
    target: float
    token: int
    """Which of the station's cards."""
    card_first: bool
    delay_s: float
    """Between card and cable."""
    stop_after_s: float | None
    """Somebody in a hurry; None: when the car is full enough."""
    dwell_s: float
    """How long the full car stands there."""
    by_card: bool
    """Ends with the card; else by pulling the cable."""
    leave_s: float


def visits(seed: str, spec: Spec, number: int, *, share: float = BUSY_SHARE, at_once: bool = False) -> Iterator[Visit]:
    """Everybody who will ever come to this outlet. At the start a share of the outlets has somebody coming already."""
    chance = random.Random(f"{seed}/{spec.identity}/{number}/visits")
    first = True
    while True:
        minutes = _minutes(chance, spec.dc)
        early = first and (chance.random() < share or at_once)
        if early:
            minutes = max(1.5, minutes * chance.random() ** 2)  # most are well on their way: something ends soon
        visit = _visit(chance, spec, minutes)
        stay_s = minutes * 60 + visit.dwell_s
        gap_s = chance.expovariate(1.0) * stay_s * (1 - share) / share
        if early:
            gap_s = 1.0 if at_once else chance.uniform(1.0, 25.0)
        first = False
        yield _after(visit, min(max(gap_s, 1.0 if early else 15.0), 7200.0))


def _minutes(chance: random.Random, dc: bool) -> float:
    median, spread, least, most = (13.0, 0.45, 3.0, 45.0) if dc else (24.0, 0.6, 5.0, 120.0)
    return min(most, max(least, chance.lognormvariate(math.log(median), spread)))


def _visit(chance: random.Random, spec: Spec, minutes: float) -> Visit:
    vehicle = chance.choice(MODELS)
    target = float(chance.choice((80, 80, 80, 90, 100) if spec.dc else (80, 80, 90, 100, 100)))
    hurry = chance.random() < 0.25
    dwell_s = chance.uniform(15, 90) if spec.dc else min(chance.expovariate(1 / 120), 900)
    return Visit(
        gap_s=0,
        vehicle=vehicle,
        soc=round(soc_before(vehicle, spec.dc, spec.power_w, target, minutes), 2),
        target=target,
        token=chance.randrange(1000),
        card_first=chance.random() < 0.3,
        delay_s=chance.uniform(1.5, 5.0),
        stop_after_s=minutes * 60 * chance.uniform(0.4, 0.9) if hurry else None,
        dwell_s=dwell_s,
        by_card=chance.random() < 0.7,
        leave_s=chance.uniform(3.0, 9.0),
    )


def _after(visit: Visit, gap_s: float) -> Visit:
    return Visit(gap_s, *(getattr(visit, name) for name in Visit.__dataclass_fields__ if name != "gap_s"))


class Crowd:
    """The people around one station: regulars with cards, and guests who start from an app."""

    def __init__(self, link: Link, seed: str, *, share: float = BUSY_SHARE, at_once: bool = False) -> None:
        self.link = link
        self.station = link.station
        self._seed, self._share, self._at_once = seed, share, at_once
        self._chance = random.Random(f"{seed}/{self.station.spec.identity}/guests")
        self._guests: set[asyncio.Task[None]] = set()
        self.station.granted = self._invite

    async def run(self) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                if not self._share:
                    await asyncio.Event().wait()  # only guests
                for outlet in self.station.outlets:
                    group.create_task(self._regulars(outlet, self._at_once and outlet.number == 1))
        finally:
            for guest in self._guests:
                guest.cancel()

    async def _regulars(self, outlet: Outlet, at_once: bool) -> None:
        station = self.station
        for visit in visits(self._seed, station.spec, outlet.number, share=self._share, at_once=at_once):
            await station.clock.sleep(visit.gap_s)
            while not (station.powered and outlet.free and station.operative(outlet.number)):
                await station.clock.sleep(AGAIN_S)
            await self._stay(outlet, visit)

    async def _stay(self, outlet: Outlet, visit: Visit) -> None:
        station, clock = self.station, self.station.clock
        tokens = station.spec.id_tokens
        if not tokens:
            return
        token = tokens[visit.token % len(tokens)]
        if visit.card_first and not await self._card(outlet, token):
            return
        if visit.card_first:
            await clock.sleep(visit.delay_s)
        if not station.plug(outlet.number, visit.vehicle, visit.soc, visit.target):
            return
        if not visit.card_first:
            await clock.sleep(visit.delay_s)
            if outlet.transaction is None and not await self._card(outlet, token):
                await clock.sleep(GIVE_UP_S)
        await self._until_over(outlet, visit.stop_after_s, visit.dwell_s, token if visit.by_card else None)
        await clock.sleep(visit.leave_s)
        station.unplug(outlet.number)

    async def _card(self, outlet: Outlet, token: str) -> bool:
        return await self.link.authorize(token) and self.station.card(outlet.number, token)

    async def _until_over(self, outlet: Outlet, stop_after_s: float | None, dwell_s: float, token: str | None) -> None:
        """Until the transaction has ended: by the driver, or by somebody or something else."""
        station, clock = self.station, self.station.clock
        own, begun, full_at = outlet.transaction, clock.seconds(), math.inf
        while own is not None and outlet.transaction is own and outlet.charge is not None:
            now = clock.seconds()
            if outlet.charge.full:
                full_at = min(full_at, now)
            in_hurry = stop_after_s is not None and now - begun > stop_after_s
            if in_hurry or now - full_at > dwell_s:
                if token == own.id_token:
                    station.card_again(outlet.number)
                else:
                    station.unplug(outlet.number)
                return
            await clock.sleep(LOOK_S)

    # --- people with an app --------------------------------------------------------------------------------------

    def _invite(self, outlet: Outlet) -> None:
        task = asyncio.get_running_loop().create_task(self._guest(outlet))
        self._guests.add(task)
        task.add_done_callback(self._guests.discard)

    async def _guest(self, outlet: Outlet) -> None:
        """Stands there with the cable in one hand and the phone in the other."""
        station, chance = self.station, self._chance
        visit = _visit(chance, station.spec, chance.uniform(25, 45))
        await station.clock.sleep(chance.uniform(0.6, 1.4))
        if not station.plug(outlet.number, visit.vehicle, visit.soc, visit.target):
            return
        await self._until_over(outlet, None, GUEST_DWELL_S, None)
        await station.clock.sleep(chance.uniform(4.0, 7.0))
        station.unplug(outlet.number)
