"""Which current each connector gets now, and why. The optimum within its time, or a fair sharing out at once."""

import math
import time
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from backend.energy.core import optimum
from backend.energy.core.cars import Car, Demand, Order, Outlook, Plan, Policy, Why
from backend.energy.core.desk import PEAK, Desk
from backend.energy.core.grid import Series, mean, value_at
from backend.energy.core.rows import Floats, Rows

DWELL_S = 300.0
SOLVED_BY, ROUNDED_BY = 0.5, 0.7
"""Of the time for a plan: when the optimum and its rounding must be there. The rest is for the greedy share."""
URGENT, WANTED, LOYAL = 0.5, 0.3, 0.1
"""How much an ampere is worth more if its car has no time, was to have it by the optimum, or has it already."""
CHEAPER = 0.01
FIRST = 4.0
"""How much more a kWh weighs for who goes first; a battery that is empty weighs one more."""
STRANGERS_WISH, STRANGERS_LEAVE, STRANGERS_COME_H = 0.1, 0.1, 2.0
"""How much of what free connectors could give cars yet to come will draw, what they leave of a limit at least, and how
soon they come: of the next hour nearly all is known, of the evening little. Who waits for a better price waits only if
it fits beside them."""
MOST_CHARGE, STEPS_AN_HOUR = 20.0, 24.0
"""Of a kW of peak, against the dearest kWh. No car goes without energy to keep a peak down, not even for one step."""
LEAVES_SOON = 0.1
"""A kWh is worth more to who leaves soon: who stays may still get it, should nobody else come."""
LATE, CROWDED_IN_H = 1.2e-3, 1.0
"""What waiting costs, of the dearest kWh: room that is left now is lost, room of later will be wanted by others."""
QUIET_AMPS = 0.5
"""A rise smaller than this is not worth a message."""
Clock = Callable[[], float]
MOST_TIME_S, CONNECTORS_A_SECOND = 5.0, 54


def time_for(connectors: int) -> float:
    """Seconds that a plan of a site of this size may take: 500 cars are solved in half of it."""
    return min(MOST_TIME_S, max(1.0, connectors / CONNECTORS_A_SECOND))


def plan(
    rows: Rows,
    cars: Sequence[Car],
    outlook: Outlook,
    *,
    now: float,
    policy: Policy | None = None,
    period_s: float = 300.0,
    budget_s: float = 1.0,
    taken: Floats | None = None,
    clock: Clock = time.perf_counter,
    owner: str = "",
) -> Plan:
    """`cars`: those that stand there now, at most one a connector. Pure but for `clock`, the time it takes.

    `taken`: of each line, what connectors count with that nobody can command now (Safety.taken). `owner`: of the
    solver (optimum.solve), such as a site.
    """
    began, policy = clock(), policy or Policy()
    desk = Desk(rows, cars, outlook, now, taken)
    starts = grid_of_time(now, period_s, max(desk.ends, default=now), outlook)
    solver, fell_back = "greedy", ""
    ahead = np.zeros((len(cars), len(starts) - 1))
    if policy.order in (Order.EQUAL, Order.FIRST_COME) or not cars:
        _cap_evenly(desk)
        amps = shared_out(desk, policy, now)
    else:
        try:
            problem = _problem(desk, starts, policy)
            ahead = optimum.solve(problem, budget_s * SOLVED_BY - (clock() - began), owner)
            _cap_as_planned(desk, problem, ahead)
            left_s = budget_s * ROUNDED_BY - (clock() - began)
            amps, solver = rounded(desk, ahead, starts, problem.cost, left_s, owner), "optimum"
        except optimum.Unsolved as failed:
            fell_back = f"no optimum in time ({failed})"
            _cap_evenly(desk)
            amps = shared_out(desk, policy, now)
    amps = calm(desk, amps)
    kwh = ahead @ ((starts[1:] - starts[:-1]) / 3600) * desk.per_amp if solver == "optimum" else desk.wanted
    short = {
        car.connector: float(max(want - got, 0) * 1000) for car, want, got in zip(cars, desk.wanted, kwh, strict=True)
    }
    return Plan(
        made_at=now,
        amps={car.connector: float(amps[number]) for number, car in enumerate(cars)},
        later={car.connector: _series(starts, ahead[number]) for number, car in enumerate(cars)},
        why={car.connector: explained(desk, policy, amps, ahead, starts, number) for number, car in enumerate(cars)},
        solver=solver,
        fell_back=fell_back,
        took_s=clock() - began,
        short_wh={name: wh for name, wh in short.items() if wh > 50},
    )


def _cap_as_planned(desk: Desk, problem: optimum.Problem, ahead: Floats) -> None:
    if problem.peak_room_kw is not None:
        above = np.max(desk.draw_kw @ ahead - problem.peak_room_kw, initial=0.0)
        desk.capped(float(problem.peak_room_kw[0] + above))


def _cap_evenly(desk: Desk) -> None:
    """Not above the peak of before, or what it takes that everybody leaves in time if all were as even as can be."""
    demand = desk.outlook.demand
    if demand is None or not len(desk.cars):
        return
    draws = desk.wanted / np.maximum(_efficiency(desk), 1e-6)
    by_end = np.argsort(desk.ends)
    hours = (desk.ends[by_end] - desk.now) / 3600
    needed = float(np.max(np.cumsum(draws[by_end]) / hours, initial=0.0))
    desk.capped(max(float(_peak_room(desk, np.array([desk.now, desk.now + 60]))[0]), needed))


def _peak_room(desk: Desk, starts: Floats) -> Floats:
    """What cars may draw in each step before the peak rises. Where others raise it alone cars leave it as it is."""
    demand, solar = desk.outlook.demand or Demand(price=0.0), desk.outlook.solar
    sun = np.array([mean(solar, a, b) for a, b in pairwise(starts)])
    strong = np.array([one.max_amps * one.kw_per_amp() for one in desk.rows.grid.connectors])
    strangers = STRANGERS_WISH * (strong @ _come(desk, starts[:-1]))
    return np.maximum(demand.peak_kw - demand.others_kw + sun - strangers, 0.0)


def grid_of_time(now: float, period_s: float, end: float, outlook: Outlook) -> Floats:
    """Fine at first, then coarser; changes of prices and limits are edges always."""
    edges, width = [now, (math.floor(now / period_s + 1e-9) + 1) * period_s], period_s
    end = min(max(end, edges[-1]), now + 48 * 3600)
    while edges[-1] < end - 1e-6:
        width = period_s * (1 if len(edges) < 6 else 3 if len(edges) < 14 else 6 if len(edges) < 24 else 12)
        edges.append(min((math.floor(edges[-1] / width + 1e-9) + 1) * width, end))
    stepped = (outlook.price, outlook.carbon, *outlook.caps.values())
    changes = [at for series in stepped for at, _ in series if now < at < end]
    return np.unique(np.array(edges + changes, dtype=float))


def _problem(desk: Desk, starts: Floats, policy: Policy) -> optimum.Problem:
    left, right = starts[:-1], starts[1:]
    inside = np.clip((np.minimum(right, desk.ends[:, None]) - left) / (right - left), 0.0, 1.0)
    most = desk.most[:, None] * inside
    cost_of, carbon_of = policy.weights()
    prices = np.array([mean(desk.outlook.price, a, b) for a, b in zip(left, right, strict=True)])
    carbons = np.array([mean(desk.outlook.carbon, a, b) for a, b in zip(left, right, strict=True)])
    price = cost_of * prices + carbon_of * carbons
    demand = desk.outlook.demand
    charge = cost_of * demand.price if demand else 0.0
    top = float(max(np.max(np.abs(price)), 1e-3, charge / MOST_CHARGE))
    charge = charge / top
    price = price / top
    hours = (left - desk.now) / 3600
    first = _weights(desk)
    tight = (1 + 0.3 / (1 + np.maximum(desk.laxity_s, 0) / 3600) + 0.1 * (desk.had > 0)) * first
    late = LATE * (1 - np.exp(-hours / CROWDED_IN_H))[None, :] * tight[:, None]
    worth = (
        max(optimum.WORTH / 100, charge * STEPS_AN_HOUR)
        * first
        * (1 + LEAVES_SOON / (1 + (desk.ends - desk.now) / 3600 / STRANGERS_COME_H))
    )
    most[desk.rests, 0] = 0.0
    least = np.zeros_like(most)
    middles = (left + right) / 2
    room = desk.bounds_at(middles) if np.ptp(price) < 1e-6 else _left_by_strangers(desk, middles)
    solar = np.array([mean(desk.outlook.solar, a, b) for a, b in zip(left, right, strict=True)])
    return optimum.Problem(
        lines=desk.lines, ends=room, hours=(right - left) / 3600, most=most, least=least,
        kwh_per_amp_h=desk.per_amp, wanted_kwh=desk.wanted,
        cost=price[None, :] / np.maximum(_efficiency(desk), 1e-6)[:, None] + late, worth=worth,
        solar_kw=solar if desk.outlook.solar else None,
        solar_gain=np.maximum(price - desk.outlook.feed_in * cost_of / top, 0.0),
        draw_kw=desk.draw_kw, peak_room_kw=_peak_room(desk, starts) if demand else None, peak_price=charge,
    )  # fmt: skip


def _weights(desk: Desk) -> Floats:
    return np.array([1 + max(car.priority, 0.0) + FIRST * car.first for car in desk.cars])


def _left_by_strangers(desk: Desk, moments: Floats) -> Floats:
    """Of each line and step what is there for the cars that stand here. Only where nobody stands can one arrive."""
    most = np.array([one.max_amps for one in desk.rows.grid.connectors])
    come = _come(desk, moments)
    wish = STRANGERS_WISH * (desk.rows.lines @ (most[:, None] * (come > 0)))
    ends = desk.bounds_at(moments)
    return ends - np.max(come, axis=0) * np.minimum(wish, (1 - STRANGERS_LEAVE) * ends)


def _come(desk: Desk, moments: Floats) -> Floats:
    """Of each connector and moment how sure it is that somebody came; nobody comes where somebody stands."""
    until = dict(desk.outlook.busy)
    until |= {car.connector: float(end) for car, end in zip(desk.cars, desk.ends, strict=True)}
    free = np.array([until.get(one.id, 0.0) for one in desk.rows.grid.connectors])[:, None] < moments
    return free * (1 - np.exp(-(moments - desk.now) / 3600 / STRANGERS_COME_H))


def _efficiency(desk: Desk) -> Floats:
    return np.array([one.efficiency for one in desk.at])


def rounded(desk: Desk, ahead: Floats, starts: Floats, cost: Floats, budget_s: float, owner: str) -> Floats:
    """The first step of the optimum as real cars can follow it: off, or at least the minimum, in whole steps.

    Not car by car: whoever has time makes room for those who would get less than their minimum, so nothing is lost.
    """
    want = ahead[:, 0]
    low = (want > 1e-6) & (want < np.minimum(desk.least, desk.most) - 1e-6)
    if not low.any():
        return _within(desk, _floor(desk, np.minimum(want, desk.most)))
    hours = max((starts[1] - starts[0]) / 3600, 1 / 60)
    need = desk.wanted / np.maximum(desk.per_amp, 1e-9) / hours
    want = np.where(low & (need < desk.least), desk.least, want)  # full within the step: it takes no more than it wants
    now_is_good = np.array([want[car] > 1e-6 or _now_is_as_good(ahead[car], cost, car) for car in range(len(want))])
    most = np.where(now_is_good & ~desk.rests, np.minimum(desk.most, np.maximum(need, desk.least)), 0.0)
    urgent = 1 / (1 + np.maximum(desk.laxity_s, 0.0) / 3600)
    first = _weights(desk)
    share = want / np.maximum(desk.most, 1e-9)
    asked = optimum.Choice(
        lines=desk.lines, ends=desk.bounds, least=desk.least, most=most, had=desk.had, kw=desk.per_amp,
        gain=desk.per_amp * first * (1 + URGENT * urgent + WANTED * share), loyal=desk.per_amp * LOYAL,
        total_kw=float(want @ desk.per_amp) + 0.5 * float(np.min((desk.least * desk.per_amp)[low])),
    )  # fmt: skip
    return _within(desk, _floor(desk, optimum.choose(asked, budget_s, owner)))


def _now_is_as_good(row: Floats, cost: Floats, car: int) -> bool:
    """It is to charge later, or not at all, and no later time is cheaper."""
    planned = np.flatnonzero(row > 1e-6)
    return not len(planned) or bool(np.min(cost[car, planned]) >= cost[car, 0] - CHEAPER)


def _floor(desk: Desk, amps: Floats) -> Floats:
    return np.floor(amps / desk.step + 1e-6) * desk.step


def _within(desk: Desk, amps: Floats) -> Floats:
    """Takes from those with most time until all limits hold: rounding never breaks one."""
    if desk.fits(amps):
        return amps
    for car in sorted(range(len(amps)), key=lambda car: -desk.laxity_s[car]):
        top = math.floor(max(desk.room(amps, car), 0.0) / desk.step[car] + 1e-6) * desk.step[car]
        amps[car] = min(amps[car], top) if top >= desk.least[car] else 0.0
        if desk.fits(amps):
            break
    return amps


def shared_out(desk: Desk, policy: Policy, now: float) -> Floats:
    """Fair and at once: who comes first gets its minimum first, then all rise together (or one after the other)."""
    amps = np.zeros(len(desk.cars))
    order, rests = _order(desk, policy), desk.rests
    for car in order:
        wants = desk.wanted[car] > 1e-6 and not rests[car] and _price_is_right(desk, car, policy, now)
        if wants and desk.least[car] <= desk.most[car] and desk.room(amps, car) >= desk.least[car]:
            amps[car] = desk.least[car]
    free = (desk.least == 0) & (desk.wanted > 1e-6) & ~rests
    on = [car for car in order if amps[car] > 0 or free[car]]
    together = policy.order is Order.EQUAL
    rounds = 24 if together else 1
    ahead = [car for car in on if desk.cars[car].first]
    for turn, each in ((rounds - 1, ahead), *((turn, on) for turn in range(rounds))):
        for car in each:
            share = desk.most[car] * (turn + 1) / rounds
            top = min(desk.room(amps, car), share)
            amps[car] = max(amps[car], math.floor(top / desk.step[car] + 1e-6) * desk.step[car])
    return _within(desk, amps)


def _order(desk: Desk, policy: Policy) -> list[int]:
    cars = range(len(desk.cars))
    if policy.order in (Order.EQUAL, Order.FIRST_COME):
        return sorted(cars, key=lambda car: (not desk.cars[car].first, desk.cars[car].arrived, car))
    return sorted(cars, key=lambda car: (not desk.cars[car].first, -desk.cars[car].priority, desk.laxity_s[car], car))


def _price_is_right(desk: Desk, car: int, policy: Policy, now: float) -> bool:
    """Now is among the cheapest hours that suffice before departure."""
    cost, carbon = policy.weights()
    if policy.order in (Order.EQUAL, Order.FIRST_COME, Order.PRIORITY) or desk.laxity_s[car] < 900:
        return True
    slots = [at for at in np.arange(now, desk.ends[car], 900.0) if at == now or not desk.lowered(car, at)]
    worth = [cost * value_at(desk.outlook.price, at) + carbon * value_at(desk.outlook.carbon, at) for at in slots]
    needed = math.ceil(desk.wanted[car] / max(desk.most[car] * desk.per_amp[car], 1e-9) * 4 * 1.2)
    return worth[0] <= sorted(worth)[min(needed, len(worth)) - 1] + 1e-9


def calm(desk: Desk, amps: Floats) -> Floats:
    """No flicker: a small rise waits, and who was just turned on stays on if the limits let it."""
    found = amps.copy()
    for car, (one, last) in enumerate(zip(desk.cars, desk.had, strict=True)):
        if 0 < amps[car] - last < QUIET_AMPS and last >= desk.least[car] > 0 and amps[car] < desk.most[car] - 1e-6:
            found[car] = last
        just = one.switched is not None and desk.now - one.switched < DWELL_S
        stays = just and last >= desk.least[car] > 0 and amps[car] == 0 and desk.wanted[car] > 1e-6
        if stays and desk.room(found, car) >= desk.least[car]:
            found[car] = desk.least[car]
    return found


def _series(starts: Floats, row: Floats) -> Series:
    kept = [(float(starts[0]), float(row[0]))]
    for at, amps in zip(starts[1:-1], row[1:], strict=True):
        if abs(amps - kept[-1][1]) > 1e-6:
            kept.append((float(at), float(amps)))
    return (*kept, (float(starts[-1]), 0.0)) if kept[-1][1] > 1e-6 else tuple(kept)


def explained(desk: Desk, policy: Policy, amps: Floats, ahead: Floats, starts: Floats, car: int) -> Why:
    """Why this car gets this power now."""
    got = amps[car]
    if desk.wanted[car] <= 1e-6:
        return Why(code="full", text="It has what it wants.")
    if got <= 0 and desk.rests[car]:
        return Why(code="rests", text="It was just stopped: it waits a few minutes, so that it isn't switched again.")
    if got >= desk.most[car] - 0.5:
        return Why(code="at_maximum", text="It charges as fast as car and connector can.")
    if got >= desk.wanted[car] / max(desk.per_amp[car], 1e-9) * 12 - 0.5 and got > 0:
        return Why(code="nearly_full", text="It needs no more than this to be full.")
    touched = desk.lines[:, car] > 1e-12
    near = desk.lines @ amps >= desk.bounds - max(float(desk.step[car]), desk.least[car] if got == 0 else 1.0)
    binding = np.flatnonzero(touched & near)
    if len(binding):
        names = tuple(dict.fromkeys(desk.names[line] for line in binding))
        rivals = np.any(desk.lines[binding] > 1e-12, axis=0) & (amps > got + 0.5)
        ahead_of_it = tuple(desk.cars[one].connector for one in np.flatnonzero(rivals).tolist())
        word = "gets less" if got > 0 else "waits"
        if names == (PEAK,):
            return Why(code="peak", text=f"It {word} so that the paid peak doesn't rise.", ahead=ahead_of_it)
        text = (
            f"It {word} because {names[0]} is full"
            + (f"; ahead: {', '.join(ahead_of_it[:3])}" if ahead_of_it else "")
            + "."
        )
        return Why(code="limit", text=text, limits=names, ahead=ahead_of_it)
    later = [int(step) for step in np.flatnonzero(ahead[car] > got + 0.5) if step > 0]
    if later:
        return _later(desk.outlook, policy, desk.now, float(starts[later[0]]))
    return Why(code="steady", text="This is enough until it leaves.")


def _later(outlook: Outlook, policy: Policy, now: float, then: float) -> Why:
    """What is better then, of what the policy counts."""
    cost, carbon = policy.weights()
    price_now, price_then = (value_at(outlook.price, at) for at in (now, then))
    if cost > 0 and price_then < price_now:
        return Why(code="price", text=f"It waits for {price_then:g} instead of {price_now:g} per kWh.", until=then)
    if carbon > 0 and value_at(outlook.carbon, then) < value_at(outlook.carbon, now):
        return Why(code="carbon", text="It waits for energy with less CO2.", until=then)
    return Why(code="later", text="It has time and charges later.", until=then)
