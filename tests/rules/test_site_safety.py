"""The controller's own way through messages, failures, crashes and clocks: no limit of the site is ever passed."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest

from backend.energy.core.rows import Rows
from backend.energy.core.safety import Message, Safety
from backend.sites import grants, rules, wire
from backend.sites.grants import Grant
from backend.sites.rules import Spot
from backend.sites.scene import Scene, fallbacks_due, fallbacks_to_raise
from shared.energy import ChargingProfile, Purpose
from shared.sites import EnergyTariff, SitePolicy
from tests.rules.test_sites import EVSES, node

START = datetime(2030, 1, 7, 12, 0, tzinfo=UTC)
FALLBACKS = (0, 3, 6)


@dataclass
class Station:
    """What an outlet really does: it follows what reached it for its session, until its own clock says it ends."""

    fallback_a: float
    skew: timedelta
    online: bool = True
    session: UUID | None = None
    limit: tuple[float, datetime] | None = None

    def take(self, profile: ChargingProfile) -> None:
        (schedule,) = profile.schedules
        amps = float(schedule.periods[0].limit)
        if profile.purpose is Purpose.DEFAULT:
            self.fallback_a = amps
            return
        assert schedule.starts_at is not None
        ends = datetime.max.replace(tzinfo=UTC)
        if schedule.duration_s is not None:
            ends = schedule.starts_at + timedelta(seconds=schedule.duration_s)
        self.limit = amps, ends

    def gives(self, now: datetime) -> float:
        if self.session is None or self.limit is None:
            return self.fallback_a
        amps, ends = self.limit
        return amps if now + self.skew < ends else self.fallback_a


@dataclass
class House:
    """`grants` is all that is kept between two plans, as the database does."""

    random: Random
    fallback_a: int = 6
    now: datetime = START
    stations: dict[Spot, Station] = field(default_factory=dict)
    sessions: dict[Spot, UUID | None] = field(default_factory=dict)
    grants: dict[Spot, Grant] = field(default_factory=dict)

    def tree(self) -> list[Any]:
        return [
            node("grid", "grid", limit_a=40),
            node("f", "feeder", "grid", limit_a=24),
            node("a", "station", "grid", station="A", fallback_a=self.fallback_a),
            node("b", "station", "f", station="B", rotation="STR", fallback_a=self.fallback_a),
        ]

    def scene(self) -> Scene:
        nodes = self.tree()
        cars = {
            spot: {"id": session, "current_a": None, "power_w": None, "voltage_v": None}
            for spot, session in self.sessions.items()
            if session is not None
        }
        return Scene(
            row={}, now=self.now, nodes=nodes, lanes={one.spot: one for one in rules.lanes(nodes, EVSES)},
            outlets={spot: {"online": one.online, "dc": False, "units": "A"} for spot, one in self.stations.items()},
            cars=cars, grants={spot: one.of(self.sessions[spot]) for spot, one in self.grants.items()}, metered={},
            stale=[], levels={}, policy=SitePolicy(), tariff=EnergyTariff(), signals={}, peak=None,
        )  # fmt: skip

    def check(self) -> None:
        lanes = rules.lanes(self.tree(), EVSES)
        rows = Rows(rules.grid_of(self.tree(), lanes))
        for later in (0, 20, 100, 500, 800, 840, 860, 880, 900, 920, 940, 1100):
            at = self.now + timedelta(seconds=later)
            amps = np.array([self.stations[lane.spot].gives(at) for lane in lanes])
            assert rows.fits(amps), (later, amps)

    def plan(self) -> None:
        """As `control._control` does it, with every kind of answer, in any order."""
        scene = self.scene()
        for spot in fallbacks_due(scene):
            self.store_fallback(scene, spot)
        safety, wishes = scene.safety(), (0.0, 6.0, 10.0, 20.0, 32.0)
        wanted = {
            rules.outlet_id(spot): self.random.choice(wishes) if spot in scene.cars else scene.stored_a(spot)
            for spot in scene.lanes
        }
        open_ones: list[Message] = []
        while True:
            at = self.now.timestamp()
            for message in safety.release(wanted, at, at + 900, renew_s=600):
                open_ones.append(message)
                self.keep(scene, self.spot_of(message))
            if not open_ones:
                break
            if self.random.random() < 0.03:
                return  # killed: what was sent is noted, what is answered isn't
            message = open_ones.pop(self.random.randrange(len(open_ones)))
            self.deliver(scene, safety, message)
            self.now += timedelta(seconds=self.random.choice((0, 1, 20)))
            self.check()
        for spot in fallbacks_to_raise(scene, self.now):
            self.store_fallback(scene, spot)

    def spot_of(self, message: Message) -> Spot:
        station, evse = message.connector.split()
        return station, int(evse)

    def store_fallback(self, scene: Scene, spot: Spot) -> None:
        lane, told = scene.lanes[spot], float(wire.tenth(scene.lanes[spot].fallback_a))
        profile = wire.fallback(scene.outlets[spot], lane, told, 0, self.now)
        if self.stations[spot].online and self.random.random() < 0.8:
            self.stations[spot].take(profile)
            scene.grant(spot).fallback_a = told
            self.grants[spot] = scene.grant(spot)
        self.check()

    def deliver(self, scene: Scene, safety: Safety, message: Message) -> None:
        spot = self.spot_of(message)
        station = self.stations[spot]
        fate = self.random.random()
        if station.online and fate < 0.85:
            profile = wire.limit(scene.outlets[spot], scene.lanes[spot], 3, message, 0, self.now)
            if station.session == scene.cars[spot]["id"]:
                station.take(profile)
        if station.online and fate < 0.65:
            safety.acknowledged(message.connector, message.number)
        else:
            if station.online and fate > 0.95:
                safety.refused(message.connector, message.number)
            safety.lost(message.connector)
        self.keep(scene, spot)

    def keep(self, scene: Scene, spot: Spot) -> None:
        grant = scene.grant(spot)
        grants.keep(grant, scene.held(spot), scene.stored_a(spot), self.now)
        grant.session = scene.cars[spot]["id"]
        self.grants[spot] = grant

    def happens(self) -> None:
        spot = self.random.choice(list(self.stations))
        station = self.stations[spot]
        match self.random.choice(("time", "time", "session", "session", "line", "config")):
            case "time":
                self.now += timedelta(seconds=self.random.choice((1, 15, 60, 290, 590, 840, 890, 1000)))
            case "session":
                station.session, station.limit = None if station.session else uuid4(), None
                if station.online:
                    self.sessions[spot] = station.session
            case "line":
                for other, one in self.stations.items():
                    if other[0] == spot[0]:
                        one.online = not station.online if other == spot else one.online
                self.sessions[spot] = station.session if station.online else self.sessions[spot]
            case "config":
                self.fallback_a = self.random.choice(FALLBACKS)


@pytest.mark.parametrize("seed", range(60))
def test_no_order_of_answers_failures_crashes_and_sessions_passes_a_limit(seed: int) -> None:
    house = House(Random(seed))
    for spot in (("A", 1), ("B", 1), ("B", 2)):
        skew = timedelta(seconds=house.random.choice((-50, 0, 50)))
        house.stations[spot] = Station(6.0, skew)
        house.sessions[spot] = None
        house.grants[spot] = Grant(fallback_a=6.0)
    highest = 0.0
    for _ in range(25):
        house.happens()
        house.plan()
        house.check()
        highest = max(highest, sum(one.gives(house.now) for one in house.stations.values()))
    assert highest > 12  # it does give power


def test_a_car_that_follows_another_finds_room_for_its_fallback() -> None:
    """A session may end and the next car draw its fallback at once: below the feeder's 24 A never more than 18 A."""
    house = House(Random(1))
    for spot in (("A", 1), ("B", 1), ("B", 2)):
        house.stations[spot] = Station(6.0, timedelta())
        house.sessions[spot] = uuid4()
        house.grants[spot] = Grant(fallback_a=6.0)
    scene = house.scene()
    safety, at = scene.safety(), house.now.timestamp()
    while sent := safety.release({"B 1": 24.0, "B 2": 0.0}, at, at + 900, renew_s=600):
        for message in sent:
            safety.acknowledged(message.connector, message.number)
    assert safety.counts("B 1", at) == 18.0
