"""A site on its own past, as it is and with more connectors on the same fuse, through the same scheduler and safety."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

import msgspec

from backend.context import Context
from backend.energy.core.cars import Order, Plan, Policy
from backend.energy.core.grid import BadGrid, Series
from backend.energy.core.rows import Rows
from backend.energy.core.session_files import Session
from backend.energy.core.simulation import run
from backend.energy.core.site_files import Site
from backend.errors import InvalidInput
from backend.sites import past_store, planning, rules, signals, store
from backend.sites.rules import Lane
from shared.sites import EnergyTariff, PowerNode, SignalKind, SitePolicy, WhatIf, WhatIfAnswer, WhatIfSide

STEP = timedelta(minutes=15)
MOST_SESSIONS = 3000
BUDGET_S = 0.05
"""Of each plan: thousands are made, and the greedy share is ready where the optimum isn't."""


@dataclass(frozen=True, slots=True)
class Past:
    """A session as it was, at the outlet of this number."""

    lane: int
    session: Session


@dataclass(frozen=True, slots=True)
class Frame:
    """What both runs have in common."""

    nodes: Sequence[PowerNode]
    policy: Policy
    price: Series
    demand_price: float | None = None


async def ask(ctx: Context, row: store.Row, wanted: WhatIf) -> WhatIfAnswer:
    """Raises InvalidInput for a node that doesn't exist, and (no_past) where nobody charged in these days."""
    nodes = msgspec.convert(row["tree"], list[PowerNode], strict=False)
    node = next((one for one in nodes if one.key == wanted.node), None)
    if node is None or node.kind in rules.METERED:
        raise InvalidInput("This node doesn't exist.", fields=[("$.node", "a branch of the tree")])
    evses: dict[str, list[int]] = {}
    for one in await store.stations(row["location"]):
        evses.setdefault(one["identity"], []).append(one["evse"])
    lanes = rules.lanes(nodes, evses)
    places = {lane.spot: number for number, lane in enumerate(lanes)}
    told = await past_store.sessions(row["location"], ctx.now() - timedelta(days=wanted.days), ctx.now(), None)
    past = [
        Past(places[one["identity"], one["evse"]], _session(one, lanes[places[one["identity"], one["evse"]]]))
        for one in told
        if (one["identity"], one["evse"]) in places and one["ended_at"] > one["begun_at"]
    ]
    if not past:
        raise InvalidInput(
            f"Nobody charged here in the last {wanted.days} days, so there is nothing to go by.", code="no_past"
        )
    policy = msgspec.convert(row["policy"], SitePolicy, strict=False)
    charge = float(policy.demand_charge) if policy.demand_charge else None
    if charge is not None:
        nodes = rules.grid_limited(nodes, policy.demand_peak_w)
    frame = Frame(nodes, planning.policy_of(policy), await _prices(row, past), charge)
    new_lanes, new_past = more(nodes, node, lanes, past, wanted.connectors)
    try:
        now, _ = await asyncio.to_thread(side, frame, lanes, past[:MOST_SESSIONS])
        then, limit = await asyncio.to_thread(side, frame, new_lanes, new_past[:MOST_SESSIONS])
    except BadGrid as error:
        detail = f"{error.where} can't feed so many connectors even while they are silent: {error.problem}."
        raise InvalidInput(detail, code="impossible_tree", fields=[("$.connectors", "fewer")]) from None
    share = then.delivered_wh / then.wanted_wh if then.wanted_wh else 1.0
    detail = f"{share:.1%} of the energy would be delivered, {then.complete_share:.0%} of the cars get all they took."
    return WhatIfAnswer(now=now, then=then, limit=limit, detail=detail)


def _session(one: store.Row, lane: Lane) -> Session:
    """As strong as it showed itself; a car that never took more than one phase gives is one of one phase."""
    power_w = float(one["max_power_w"] or one["outlet_w"])
    return Session(
        id=str(one["id"]),
        connector=rules.outlet_id(lane.spot),
        arrival=one["begun_at"].timestamp(),
        departure=one["ended_at"].timestamp(),
        energy_kwh=float(one["energy_wh"]) / 1000,
        max_kw=max(power_w / 1000, lane.minimum_a * rules.VOLTAGE / 1000),
        phases=lane.phases if power_w > lane.maximum_a * rules.VOLTAGE * 1.05 else 1,
    )


async def _prices(row: store.Row, past: Sequence[Past]) -> Series:
    tariff = msgspec.convert(row["tariff"], EnergyTariff, strict=False)
    begins = signals.quarter(planning.moment(past[0].session.arrival) or row["updated_at"])
    ends = planning.moment(max(one.session.departure for one in past)) or begins
    known = [
        signals.Known(one["starts_at"], one["ends_at"], one["value"])
        for one in await store.signals(row["location"], begins, ends)
        if one["kind"] == SignalKind.PRICE.value
    ]
    found: list[tuple[float, float]] = []
    while begins < ends:
        value = float(signals.price_at(tariff, known, begins, row["time_zone"]))
        if not found or found[-1][1] != value:
            found.append((begins.timestamp(), value))
        begins += STEP
    return tuple(found)


def more(
    nodes: Sequence[PowerNode], node: PowerNode, lanes: Sequence[Lane], past: Sequence[Past], count: int
) -> tuple[list[Lane], list[Past]]:
    """New connectors, each with the sessions of an old one in turn, ten minutes later than those were."""
    above: list[str] = []
    at: PowerNode | None = node
    while at is not None:
        above.append(at.key)
        at = next((one for one in nodes if one.key == at.parent), None) if at.parent else None
    found, sessions = list(lanes), list(past)
    busy = sorted({one.lane for one in past})
    for number in range(count):
        like = busy[number % len(busy)]
        new = replace(lanes[like], station=f"+{number + 1}", evse=1, above=tuple(above))
        found.append(new)
        later = 600.0 * (1 + number // len(busy))
        sessions += [
            Past(
                len(found) - 1,
                msgspec.structs.replace(
                    one.session,
                    id=f"{one.session.id}+{number + 1}",
                    connector=rules.outlet_id(new.spot),
                    arrival=one.session.arrival + later,
                    departure=one.session.departure + later,
                ),
            )
            for one in past
            if one.lane == like
        ]
    return found, sorted(sessions, key=lambda one: one.session.arrival)


def _fallbacks_that_fit(frame: Frame, lanes: Sequence[Lane], old: int) -> list[Lane]:
    """New connectors get a fallback of nothing: they shall not be refused for what could be configured."""
    return [lane if number < old else replace(lane, fallback_a=0.0) for number, lane in enumerate(lanes)]


def side(frame: Frame, lanes: Sequence[Lane], past: Sequence[Past]) -> tuple[WhatIfSide, str]:
    """And the limit that most of those who got less met."""
    old = sum(not lane.station.startswith("+") for lane in lanes)
    site = Site(
        grid=rules.grid_of(frame.nodes, _fallbacks_that_fit(frame, lanes, old)),
        period_s=STEP.total_seconds(),
        price=frame.price,
        policy=frame.policy,
        demand_price=frame.demand_price,
    )
    tight: Counter[str] = Counter()

    def seen(_: float, plan: Plan) -> None:
        tight.update(why.limits[0] for why in plan.why.values() if why.code == "limit" and why.limits)

    quick = frame.policy.order in (Order.EQUAL, Order.FIRST_COME)
    found = run(site, [one.session for one in past], budget_s=planning.BUDGET_S if quick else BUDGET_S, seen=seen)
    wanted = [one.session.energy_kwh for one in found.stays]
    full = sum(one.delivered_kwh >= one.session.energy_kwh * 0.99 for one in found.stays)
    root = next(node for node in frame.nodes if node.parent is None)
    of_root = [number for number, key in enumerate(Rows(site.grid).of) if key == root.key]
    return WhatIfSide(
        connectors=len(lanes),
        sessions=len(past),
        wanted_wh=round(sum(wanted) * 1000),
        delivered_wh=round(sum(one.delivered_kwh for one in found.stays) * 1000),
        cost=Decimal(str(round(found.grid_cost, 2))),
        peak_share=round(max((float(found.shares[row]) for row in of_root), default=0.0), 3),
        complete_share=round(full / max(len(found.stays), 1), 3),
    ), next((name for name, _ in tight.most_common(1)), "")
