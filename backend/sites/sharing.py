"""The room of a site among its cars: always ready, fair, and never above a limit. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from backend.sites import rules
from backend.sites.rules import Lane, Phases, Spot
from shared.sites import PolicyName, PowerNode, SitePolicy

STEP_A = 1.0
DWELL = timedelta(seconds=60)
DEAD_A = 1.0
"""A change by less than this is not worth a message, and a car that just changed is left alone for a while."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Car:
    """A car at an EVSE. `takes_a`: what it shows to take at most; `still_wh` None: nobody knows how much it wants."""

    lane: Lane
    phases: int
    arrived_at: datetime
    takes_a: float
    still_wh: float | None = None
    departs_at: datetime | None = None
    priority: int = 0
    given_a: float | None = None
    given_at: datetime | None = None
    full: bool = False


class Given(NamedTuple):
    current_a: float
    reason: str


class Cost(NamedTuple):
    """What a kWh costs (or weighs) from one moment on."""

    at: datetime
    value: float


def share(
    nodes: Sequence[PowerNode],
    cars: Sequence[Car],
    flowing: Mapping[str, Phases],
    policy: SitePolicy,
    costs: Sequence[Cost],
    now: datetime,
) -> dict[Spot, Given]:
    """`flowing`: all that isn't one of these cars. Each car gets nothing, or at least its minimum."""
    wait = {car.lane.spot: later for car in cars if (later := _waits_for(car, policy, costs, now))}
    order = sorted(cars, key=lambda car: _rank(car, policy))
    load = dict(flowing)
    given: dict[Spot, float] = {car.lane.spot: 0.0 for car in cars}
    most = {car.lane.spot: min(car.lane.maximum_a, car.takes_a) for car in cars}
    for car in order:
        spot = car.lane.spot
        if spot not in wait and not car.full and rules.room(nodes, load, car.lane, car.phases) >= car.lane.minimum_a:
            _give(load, car, car.lane.minimum_a)
            given[spot] = car.lane.minimum_a
    if policy.name in (PolicyName.FIRST, PolicyName.PRIORITY):
        for car in order:
            if given[car.lane.spot]:
                _raise(nodes, load, given, [car], most)
    else:
        _raise(nodes, load, given, [car for car in order if given[car.lane.spot]], most)
    return {
        car.lane.spot: Given(given[car.lane.spot], _why(nodes, load, car, given, most, wait.get(car.lane.spot)))
        for car in cars
    }


def _rank(car: Car, policy: SitePolicy) -> tuple[float, datetime]:
    return (-float(car.priority) if policy.name is PolicyName.PRIORITY else 0.0, car.arrived_at)


def _give(load: dict[str, Phases], car: Car, current_a: float) -> None:
    more = car.lane.load(current_a, car.phases)
    for key in car.lane.above:
        load[key] = rules.add(load[key], more)


def _raise(
    nodes: Sequence[PowerNode],
    load: dict[str, Phases],
    given: dict[Spot, float],
    cars: Sequence[Car],
    most: Mapping[Spot, float],
) -> None:
    """Step by step, each in turn, until nobody can have more."""
    open_ones = list(cars)
    while open_ones:
        still = []
        for car in open_ones:
            spot = car.lane.spot
            step = min(STEP_A, most[spot] - given[spot], rules.room(nodes, load, car.lane, car.phases))
            if step > 0.05:
                _give(load, car, step)
                given[spot] += step
                still.append(car)
        open_ones = still


def _waits_for(car: Car, policy: SitePolicy, costs: Sequence[Cost], now: datetime) -> Cost | None:
    """The cheaper time for which a car can wait: only one whose wish and departure are known, and in time for it."""
    saving = policy.name in (PolicyName.CHEAPEST, PolicyName.GREENEST, PolicyName.BLEND)
    if not saving or car.still_wh is None or car.departs_at is None or len(costs) < 2:
        return None
    hours = car.still_wh / max(1.0, car.lane.maximum_a * car.phases * rules.VOLTAGE)
    ahead = [one for one in costs if one.at < car.departs_at]
    span = timedelta(hours=hours * 1.3 + 0.25)  # what is left to chance: a full site, a slow car
    if car.departs_at - now <= span or len(ahead) < 2:
        return None
    current = ahead[0].value
    cheaper = timedelta(0)
    for one, after in zip(ahead, [*[each.at for each in ahead[1:]], car.departs_at], strict=True):
        if one.value < current - 1e-9:
            cheaper += after - max(one.at, now)
    if cheaper < span:
        return None
    return next(one for one in ahead if one.value < current - 1e-9)


def _why(
    nodes: Sequence[PowerNode],
    load: Mapping[str, Phases],
    car: Car,
    given: Mapping[Spot, float],
    most: Mapping[Spot, float],
    later: Cost | None,
) -> str:
    current = given[car.lane.spot]
    if later is not None:
        return f"Waits for cheaper energy at {later.at:%H:%M} UTC; there is time until it leaves."
    if car.full:
        return "The car takes nothing now; it gets power again when it asks for it."
    if current >= most[car.lane.spot] - 0.05:
        if most[car.lane.spot] < car.lane.maximum_a - 0.05:
            return "As much as the car takes."
        return "Full power: there is room for all."
    node = rules.tightest(nodes, load, car.lane, car.phases)
    where = rules.named(node) if node else "the site"
    sharing = sum(1 for value in given.values() if value) - (1 if current else 0)
    if not current:
        return f"Waits: {where} has no room for {car.lane.minimum_a:g} A now."
    return f"Shares {where} with {sharing} other{'' if sharing == 1 else 's'}."


def calm(given: Mapping[Spot, Given], cars: Sequence[Car], now: datetime) -> dict[Spot, Given]:
    """Without flicker: small rises, and rises soon after the last change, wait. What falls, falls at once."""
    found = dict(given)
    for car in cars:
        before = car.given_a
        if before is None or before <= 0:
            continue
        wanted = given[car.lane.spot]
        rise = wanted.current_a - before
        young = car.given_at is not None and now - car.given_at < DWELL
        if 0 < rise < DEAD_A or (rise > 0 and young and before >= car.lane.minimum_a):
            found[car.lane.spot] = Given(before, wanted.reason)
    return found
