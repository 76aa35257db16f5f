"""A site's question in the words of the scheduler, and its answer in ours. What it says is held against every limit."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import structlog

from backend.energy.core import cars as core
from backend.energy.core.grid import Connector, Grid, Load, Node, Series
from backend.energy.core.planner import plan
from backend.energy.core.rows import Rows
from backend.sites import rules, sharing
from backend.sites.rules import Phases, Spot
from backend.sites.sharing import Car, Cost, Given
from shared.sites import PolicyName, PowerNode, SitePolicy

log = structlog.get_logger(__name__)
BUDGET_S = 1.0
ORDERS = {
    PolicyName.EQUAL: core.Order.EQUAL,
    PolicyName.FIRST: core.Order.FIRST_COME,
    PolicyName.PRIORITY: core.Order.PRIORITY,
    PolicyName.CHEAPEST: core.Order.CHEAPEST,
    PolicyName.GREENEST: core.Order.GREENEST,
    PolicyName.BLEND: core.Order.BLEND,
}
IDLE = "The car takes nothing now; it keeps the least, so that it can ask for more."


class Question(NamedTuple):
    """`others`: what is drawn by anything but these cars, at the lowest node of each. Signals by quarter of an hour."""

    nodes: Sequence[PowerNode]
    cars: Sequence[Car]
    others: Sequence[tuple[str, Phases]]
    flowing: Mapping[str, Phases]
    policy: SitePolicy
    price: Sequence[Cost]
    carbon: Sequence[Cost]
    solar: Sequence[Cost]
    now: datetime


class Answer(NamedTuple):
    """`solver`: optimum, greedy, or fair, our own last resort; `detail` says why it isn't the first."""

    given: dict[Spot, Given]
    solver: str
    detail: str


def answer(asked: Question) -> Answer:
    """Never above a limit, and never without an answer."""
    wanting = [car for car in asked.cars if not car.full]
    try:
        found = _by_core(asked, wanting)
        if over := _over(asked, wanting, found.given):
            raise ArithmeticError(f"the plan passes {', '.join(over)}")
    except Exception as error:  # whatever it is: the cars get their fair share, and the page says why
        log.error("the scheduler failed; shared out evenly", exc_info=error)
        given = sharing.share(asked.nodes, wanting, asked.flowing, asked.policy, asked.price, asked.now)
        found = Answer(given, "fair", f"The scheduler failed: {error}"[:300])
    return found._replace(given=_with_full(asked, found.given))


def _by_core(asked: Question, cars: Sequence[Car]) -> Answer:
    if not cars:
        return Answer({}, "greedy", "")
    made = plan(
        Rows(_grid(asked, cars)),
        [_car(car) for car in cars],
        _outlook(asked),
        now=asked.now.timestamp(),
        policy=_policy(asked),
        budget_s=BUDGET_S,
    )
    given = {car.lane.spot: Given(made.amps[_id(car.lane.spot)], _reason(made.why[_id(car.lane.spot)])) for car in cars}
    return Answer(given, made.solver, made.fell_back)


def _id(spot: Spot) -> str:
    return f"{spot[0]} {spot[1]}"


def _grid(asked: Question, cars: Sequence[Car]) -> Grid:
    nodes = [node for node in asked.nodes if node.kind not in rules.METERED]
    return Grid(
        nodes=tuple(
            Node(
                id=node.key,
                name=rules.named(node),
                parent=node.parent,
                kind=node.kind.value,
                amps=None if node.limit_a is None else (float(node.limit_a),) * 3,
                kw=None if node.limit_w is None else node.limit_w / 1000,
            )
            for node in nodes
        ),
        connectors=tuple(
            Connector(
                id=_id(car.lane.spot),
                node=car.lane.above[0],
                station=car.lane.station,
                phases=car.lane.phases,
                rotation="".join("RST"[phase] for phase in car.lane.rotation),
                voltage=rules.VOLTAGE,
                min_amps=min(car.lane.minimum_a, car.lane.maximum_a),
                max_amps=car.lane.maximum_a,
                fallback_amps=car.lane.fallback_a,
                efficiency=car.lane.efficiency,
            )
            for car in cars
        ),
        loads=tuple(Load(id=str(number), node=key, worst=load) for number, (key, load) in enumerate(asked.others)),
    )


def _car(car: Car) -> core.Car:
    phases = min(car.phases, car.lane.phases)
    return core.Car(
        connector=_id(car.lane.spot),
        arrived=car.arrived_at.timestamp(),
        departure=car.departs_at.timestamp() if car.departs_at else None,
        wanted_wh=car.still_wh,
        max_kw=car.takes_a * phases * rules.VOLTAGE / 1000 * car.lane.efficiency,
        phases=phases,
        priority=float(car.priority) / 100,
        amps=car.given_a or 0.0,
    )


def _series(costs: Sequence[Cost], scale: float = 1.0) -> Series:
    return tuple((one.at.timestamp(), one.value * scale) for one in costs)


def _outlook(asked: Question) -> core.Outlook:
    """CO2 counts in a blend as if its mean cost what energy costs on average."""
    mean_price, mean_carbon = _mean(asked.price), _mean(asked.carbon)
    scale = mean_price / mean_carbon if mean_carbon else 0.0
    return core.Outlook(
        price=_series(asked.price), carbon=_series(asked.carbon, scale), solar=_series(asked.solar, 0.001)
    )


def _mean(costs: Sequence[Cost]) -> float:
    return sum(abs(one.value) for one in costs) / len(costs) if costs else 0.0


def _policy(asked: Question) -> core.Policy:
    green = asked.policy.green if asked.policy.name is PolicyName.BLEND else 0.0
    return core.Policy(order=ORDERS[asked.policy.name], cost=1 - green, carbon=green)


def _reason(why: core.Why) -> str:
    return why.text


def _drawn(asked: Question, cars: Sequence[Car], given: Mapping[Spot, Given]) -> dict[str, Phases]:
    flowing = dict(asked.flowing)
    for car in cars:
        for key in car.lane.above:
            load = car.lane.load(given[car.lane.spot].current_a, car.phases)
            flowing[key] = rules.add(flowing[key], load)
    return flowing


def _over(asked: Question, cars: Sequence[Car], given: Mapping[Spot, Given]) -> list[str]:
    """Limits that the plan passes; those that others pass already are not its doing, unless it adds to them."""
    before = rules.exceeded(asked.nodes, asked.flowing)
    after = rules.exceeded(asked.nodes, _drawn(asked, cars, given))
    giving = any(one.current_a for one in given.values())
    return [name for name in after if name not in before] if giving else []


def _with_full(asked: Question, given: Mapping[Spot, Given]) -> dict[Spot, Given]:
    found = dict(given)
    wanting = [car for car in asked.cars if not car.full]
    flowing = _drawn(asked, wanting, given)
    for car in asked.cars:
        if not car.full:
            continue
        fits = rules.room(asked.nodes, flowing, car.lane, car.phases) >= car.lane.minimum_a
        current = car.lane.minimum_a if fits else 0.0
        found[car.lane.spot] = Given(current, IDLE)
        for key in car.lane.above:
            flowing[key] = rules.add(flowing[key], car.lane.load(current, car.phases))
    return found
