"""What the scheduler is asked of a site, who is told what of its answer, and who doesn't keep to it."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from backend.sites import peaks, readings, rules, signals
from backend.sites.grants import Grant
from backend.sites.planning import Car, Cost, Given, Question, is_full
from backend.sites.rules import Spot
from backend.sites.scene import HORIZON, SLOT, Scene
from shared.sites import SignalKind

SETTLES = timedelta(seconds=20)


def overdrawn(scene: Scene) -> Iterator[tuple[Spot, bool]]:
    """Who draws more than it was given, or no longer does; the safety machine counts with it from now on."""
    safety = scene.safety()
    for spot, car in scene.cars.items():
        if spot not in scene.lanes:
            continue
        grant, read_at = scene.grant(spot), car["meter_last_at"]
        # Who took no limit for this session has had its fallback since it began.
        if read_at is None or read_at < (grant.acked_at or car["begun_at"]) + SETTLES:
            continue
        over = safety.measured(rules.outlet_id(spot), scene.measured_a(spot), scene.now.timestamp())
        if over != (grant.over_since is not None):
            yield spot, over


def cars_of(scene: Scene) -> list[Car]:
    """Those that can be told something: their station is there, and they keep to what they were given."""
    found = []
    for spot, row in scene.cars.items():
        lane = scene.lanes.get(spot)
        if lane is None or not scene.online(spot):
            continue
        grant = scene.grant(spot)
        if grant.over_since is not None:
            continue
        told = scene.wanted(spot)
        found.append(
            Car(
                lane=lane,
                phases=scene.phases(spot),
                arrived_at=row["begun_at"],
                takes_a=_takes(scene, spot, grant),
                still_wh=max(0, told.energy_wh - row["energy_wh"]) if told.energy_wh else None,
                departs_at=told.departs_at,
                priority=100 - (row["soc_percent"] if row["soc_percent"] is not None else 50),
                given_a=grant.acked_a,
                given_at=grant.acked_at,
                switched_at=grant.switched_at,
                first=bool(rules.goes_first(scene.policy.goes_first, row)),
                full=is_full(row, lane, grant.acked_a, grant.acked_at, scene.now),
            )
        )
    return found


def _old(at: datetime, now: datetime, seconds: float) -> bool:
    return now - at > timedelta(seconds=seconds)


def _takes(scene: Scene, spot: Spot, grant: Grant) -> float:
    """What the car said that it takes at most. One that has long been given more than it takes needs no more than
    that, and a little to show otherwise."""
    row = scene.cars[spot]
    most = readings.said_most_a(row, scene.lanes[spot], direct=bool(scene.outlets[spot]["dc"]))
    steady = grant.acked_at is not None and _old(grant.acked_at, scene.now, 90) and row["meter_last_at"] is not None
    if not steady or not grant.acked_a or (row["power_w"] or 0) <= 0:
        return most
    measured = scene.measured_a(spot)
    return most if measured > grant.acked_a * 0.85 else min(most, max(scene.lanes[spot].minimum_a, measured + 3))


def signal(scene: Scene, kind: SignalKind) -> list[Cost]:
    """By quarter of an hour from now on; nothing where nothing is known. Prices are always known: the tariff holds."""
    first, known = signals.quarter(scene.now), scene.signals.get(kind.value, [])
    slots = [first + SLOT * place for place in range(int(HORIZON / SLOT))]
    if kind is SignalKind.PRICE:
        zone = scene.row["time_zone"]
        return [Cost(at, float(signals.price_at(scene.tariff, known, at, zone))) for at in slots]
    return [Cost(at, float(signals.value_at(known, at) or 0)) for at in slots] if known else []


def question(scene: Scene) -> Question:
    cars, safety = cars_of(scene), scene.safety()
    return Question(
        rows=safety.rows,
        cars=cars,
        loads=scene.loads,
        taken=safety.taken(scene.now.timestamp(), {car.id for car in cars}),
        policy=scene.policy,
        price=signal(scene, SignalKind.PRICE),
        carbon=signal(scene, SignalKind.CO2),
        solar=signal(scene, SignalKind.SOLAR),
        now=scene.now,
        caps=scene.caps(),
        demand=peaks.demand(scene.policy, scene.peak, scene.through_w(cars=False)),
        site=str(scene.row["location"]),
    )


def wanted(scene: Scene, given: Mapping[Spot, Given]) -> dict[str, float]:
    """By outlet: what the plan gives; who is not in it keeps what it has, and where nobody is the fallback holds."""
    found = {}
    for spot in scene.lanes:
        held = scene.grant(spot).acked_a if spot in scene.cars else None
        kept = scene.stored_a(spot) if held is None else held
        found[rules.outlet_id(spot)] = given[spot].current_a if spot in given else kept
    return found
