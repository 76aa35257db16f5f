"""A site's question in the words of the scheduler, and its answer in ours. Pure."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import numpy as np
import structlog

from backend.energy.core import cars as core
from backend.energy.core.cars import Why
from backend.energy.core.desk import PEAK, UNKNOWN_STAY_S
from backend.energy.core.grid import Series
from backend.energy.core.planner import plan, time_for
from backend.energy.core.rows import Floats, Rows
from backend.sites import rules
from backend.sites.rules import Lane, Phases, Spot
from shared.sites import PolicyName, SitePolicy
from shared.transactions import ChargingState

log = structlog.get_logger(__name__)
DWELL = timedelta(seconds=60)
FULL_AFTER = timedelta(minutes=2)
DEAD_A = 1.0
"""A rise by less than this is not worth a message, and a car that just changed is left alone for a while."""
ORDERS = {
    PolicyName.EQUAL: core.Order.EQUAL,
    PolicyName.FIRST: core.Order.FIRST_COME,
    PolicyName.PRIORITY: core.Order.PRIORITY,
    PolicyName.CHEAPEST: core.Order.CHEAPEST,
    PolicyName.GREENEST: core.Order.GREENEST,
    PolicyName.BLEND: core.Order.BLEND,
}
IDLE = Why(code="idle", text="The car takes nothing now; it keeps the least, so that it can ask for more.")
UNPLANNED = Why(code="fallback", text="The scheduler failed; it has what its station would give without Wattline.")


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
    switched_at: datetime | None = None
    full: bool = False
    first: bool = False

    @property
    def id(self) -> str:
        return rules.outlet_id(self.lane.spot)


class Given(NamedTuple):
    current_a: float
    why: Why


class Cost(NamedTuple):
    """What a kWh costs (or weighs) from one moment on."""

    at: datetime
    value: float


class Question(NamedTuple):
    """`loads`: what meters of other loads show. `taken`: of each line, what nobody can command now. `site`: whose."""

    rows: Rows
    cars: Sequence[Car]
    loads: Mapping[str, Phases]
    taken: Floats
    policy: SitePolicy
    price: Sequence[Cost]
    carbon: Sequence[Cost]
    solar: Sequence[Cost]
    now: datetime
    caps: Mapping[str, Series] = {}
    demand: core.Demand | None = None
    site: str = ""


class Answer(NamedTuple):
    """`solver`: optimum, greedy, or fallback, our last resort; `detail` says why it isn't the first.

    `later`: of each outlet from when which current is foreseen; nothing where it isn't.
    """

    given: dict[Spot, Given]
    solver: str
    detail: str
    later: Mapping[str, Series]


def answer(asked: Question, budget_s: float | None = None) -> Answer:
    """Never without one: should the scheduler fail, its greedy share is asked for, and then the fallbacks hold.

    `budget_s` None: as long as a site of this size may take."""
    budget_s = time_for(len(asked.rows.grid.connectors)) if budget_s is None else budget_s
    wanting = [car for car in asked.cars if not car.full]
    failed = ""
    for policy in (policy_of(asked.policy), core.Policy(order=core.Order.EQUAL)):
        try:
            found = _planned(asked, wanting, policy, budget_s)
        except Exception as error:  # whatever it is: the cars get power, and the page says why
            log.error("the scheduler failed", order=policy.order.value, exc_info=error)
            failed = f"The scheduler failed: {error}"[:300]
            continue
        return found._replace(given=_with_full(asked, found.given), detail=failed or found.detail)
    fallbacks = {car.lane.spot: Given(min(car.lane.fallback_a, car.takes_a), UNPLANNED) for car in asked.cars}
    return Answer(fallbacks, "fallback", failed, {})


def _planned(asked: Question, cars: Sequence[Car], policy: core.Policy, budget_s: float) -> Answer:
    if not cars:
        return Answer({}, "greedy", "", {})
    made = plan(
        asked.rows,
        [_car(car) for car in cars],
        _outlook(asked),
        now=asked.now.timestamp(),
        policy=policy,
        budget_s=budget_s,
        taken=asked.taken,
        owner=asked.site,
    )
    given = {car.lane.spot: Given(made.amps[car.id], made.why[car.id]) for car in cars}
    return Answer(given, made.solver, made.fell_back, made.later if made.solver == "optimum" else {})


def _car(car: Car) -> core.Car:
    phases = min(car.phases, car.lane.phases)
    most = min(car.takes_a, car.lane.maximum_a)
    return core.Car(
        connector=car.id,
        arrived=car.arrived_at.timestamp(),
        departure=car.departs_at.timestamp() if car.departs_at else None,
        wanted_wh=car.still_wh,
        max_kw=most * phases * car.lane.volts / 1000 * car.lane.efficiency,
        phases=phases,
        priority=float(car.priority) / 100,
        first=car.first,
        amps=car.given_a or 0.0,
        switched=car.switched_at.timestamp() if car.switched_at else None,
        stopped=car.switched_at.timestamp() if car.switched_at and car.given_a == 0 else None,
    )


def is_full(
    session: Mapping[str, Any], lane: Lane, given_a: float | None, given_at: datetime | None, now: datetime
) -> bool:
    """It took energy, has been offered what a car can use for a while, and takes none. One that is given nothing counts
    as wanting again: it gets its turn, and shows whether it does. session: charging_state, energy_wh."""
    offered = given_at is not None and (given_a or 0) >= lane.minimum_a and now - given_at > FULL_AFTER
    return session["charging_state"] == ChargingState.SUSPENDED_EV and session["energy_wh"] > 0 and offered


def series(costs: Sequence[Cost], scale: float = 1.0) -> Series:
    return tuple((one.at.timestamp(), one.value * scale) for one in costs)


def _outlook(asked: Question) -> core.Outlook:
    """CO2 counts in a blend as if its mean cost what energy costs on average; also where energy costs nothing."""
    mean_price, mean_carbon = _mean(asked.price), _mean(asked.carbon)
    scale = (mean_price or 1.0) / mean_carbon if mean_carbon else 0.0
    return core.Outlook(
        price=series(asked.price),
        carbon=series(asked.carbon, scale),
        solar=series(asked.solar, 0.001),
        loads=dict(asked.loads),
        caps=asked.caps,
        busy={
            car.id: car.departs_at.timestamp() if car.departs_at else asked.now.timestamp() + UNKNOWN_STAY_S
            for car in asked.cars
        },
        demand=asked.demand,
    )


def _mean(costs: Sequence[Cost]) -> float:
    return sum(abs(one.value) for one in costs) / len(costs) if costs else 0.0


def policy_of(policy: SitePolicy) -> core.Policy:
    green = policy.green if policy.name is PolicyName.BLEND else 0.0
    return core.Policy(order=ORDERS[policy.name], cost=1 - green, carbon=green)


def _with_full(asked: Question, given: Mapping[Spot, Given]) -> dict[Spot, Given]:
    """A car that takes nothing gets the least of what the others leave."""
    found = dict(given)
    free = asked.rows.ends(asked.rows.left(asked.loads)) - asked.taken

    def adds(car: Car) -> Floats:
        return asked.rows.lined(asked.rows.column(car.id, car.phases))

    for car in asked.cars:
        if car.lane.spot in given:
            free = free - adds(car) * given[car.lane.spot].current_a
    for car in asked.cars:
        if car.lane.spot in given:
            continue
        least = adds(car) * car.lane.minimum_a
        fits = bool(np.all((least <= free + rules.LINE_UNDER) | (least == 0)))
        free = free - least if fits else free
        found[car.lane.spot] = Given(car.lane.minimum_a if fits else 0.0, IDLE)
    return found


def with_reserved(given: Mapping[Spot, Given], cars: Sequence[Car]) -> dict[Spot, Given]:
    """Room for the fallback is kept at every outlet, as the next car there takes it at once: who would wait for want of
    room has that meanwhile. Not where it would raise a paid peak."""
    found = dict(given)
    for car in cars:
        lane, told = car.lane, given[car.lane.spot]
        waits = told.why.code == "limit" and PEAK not in told.why.limits
        least = min(lane.fallback_a, max(car.takes_a, lane.minimum_a))
        if waits and told.current_a < least and least >= lane.minimum_a:
            found[lane.spot] = Given(least, told.why)
    return found


def patient(given: Mapping[Spot, Given], cars: Sequence[Car], now: datetime) -> dict[Spot, Given]:
    """Without flicker: small rises, and rises soon after the last change, wait. What falls, falls at once."""
    found = dict(given)
    for car in cars:
        before, wanted = car.given_a, given[car.lane.spot]
        if before is None or before < max(car.lane.minimum_a, 0.1):
            continue
        rise = wanted.current_a - before
        young = car.given_at is not None and now - car.given_at < DWELL
        if 0 < rise < DEAD_A or (rise > 0 and young):
            found[car.lane.spot] = Given(before, wanted.why)
    return found


def moment(seconds: float | None) -> datetime | None:
    return None if seconds is None or math.isinf(seconds) else datetime.fromtimestamp(seconds, UTC)
