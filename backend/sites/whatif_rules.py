"""A site on its own past, as it is and with more connectors on the same fuse, through the same scheduler and safety.
Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec

from backend.energy.core.cars import Order, Plan, Policy
from backend.energy.core.grid import Series
from backend.energy.core.planner import time_for
from backend.energy.core.rows import Rows
from backend.energy.core.session_files import Session
from backend.energy.core.simulation import run
from backend.energy.core.site_files import Site
from backend.sites import rules
from backend.sites.rules import Lane
from shared.sites import PowerNode
from shared.what_if import WhatIfSide

STEP = timedelta(minutes=15)
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
    loads: Mapping[str, Series] = field(default_factory=dict)
    """Amperes of each phase that a load drew; of one that isn't here its limit counts."""
    margins: Mapping[str, float] = field(default_factory=dict)


def fitting(past: Sequence[Past], more_count: int, most: int) -> list[Past]:
    """The latest of the sessions, so few that none of the two sides has more than `most`: both are of the same days."""
    whole = more_count / max(len(past), 1)
    return list(past[-max(1, int(most / max(whole, 1.0))) :])


def drawn_beside(
    through_w: Mapping[datetime, float],
    cars_wh: Mapping[datetime, float],
    begins: datetime,
    ends: datetime,
    most: float,
) -> Series:
    """What a site's only load drew of each phase, by quarter of an hour: what came through the connection, less what
    the cars had. Where nobody knows it, and never more than, its `most`."""
    found: list[tuple[float, float]] = []
    while begins < ends:
        amps = most
        if begins in through_w:
            amps = min(max(through_w[begins] - cars_wh.get(begins, 0.0) * 4, 0.0) / rules.VOLTAGE / rules.PHASES, most)
        if not found or found[-1][1] != amps:
            found.append((begins.timestamp(), round(amps, 2)))
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
    grid = rules.grid_of(frame.nodes, _fallbacks_that_fit(frame, lanes, old))
    loads = [msgspec.structs.replace(one, margin=frame.margins.get(one.id, 0.0)) for one in grid.loads]
    site = Site(
        grid=msgspec.structs.replace(grid, loads=tuple(loads)),
        loads=frame.loads,
        period_s=STEP.total_seconds(),
        price=frame.price,
        policy=frame.policy,
        demand_price=frame.demand_price,
    )
    tight: Counter[str] = Counter()

    def seen(_: float, plan: Plan) -> None:
        tight.update(why.limits[0] for why in plan.why.values() if why.code == "limit" and why.limits)

    quick = frame.policy.order in (Order.EQUAL, Order.FIRST_COME)
    found = run(
        site,
        [one.session for one in past],
        budget_s=time_for(len(site.grid.connectors)) if quick else BUDGET_S,
        seen=seen,
    )
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
