"""A site on its own past, as it is and with more connectors on the same fuse, through the same sharing."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

import msgspec

from backend.context import Context
from backend.errors import InvalidInput
from backend.sites import rules, sharing, signals, store
from backend.sites.rules import Lane
from backend.sites.sharing import Car
from shared.sites import EnergyTariff, PowerNode, SignalKind, SitePolicy, WhatIf, WhatIfAnswer, WhatIfSide

STEP = timedelta(minutes=15)
MOST_SESSIONS = 5000


@dataclass(frozen=True, slots=True)
class Past:
    """A session as it was: when, how much, how strong."""

    begun_at: datetime
    ended_at: datetime
    energy_wh: float
    power_w: float
    lane: int


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
    told = await store.sessions(row["location"], ctx.now() - timedelta(days=wanted.days), ctx.now(), None)
    past = [
        Past(
            one["begun_at"],
            one["ended_at"],
            float(one["energy_wh"]),
            float(one["max_power_w"] or one["outlet_w"]),
            places[one["identity"], one["evse"]],
        )
        for one in told
        if (one["identity"], one["evse"]) in places and one["ended_at"] > one["begun_at"]
    ]
    if not past:
        raise InvalidInput(
            f"Nobody charged here in the last {wanted.days} days, so there is nothing to go by.", code="no_past"
        )
    tariff = msgspec.convert(row["tariff"], EnergyTariff, strict=False)
    policy = msgspec.convert(row["policy"], SitePolicy, strict=False)
    begins = past[0].begun_at
    known = [
        signals.Known(one["starts_at"], one["ends_at"], one["value"])
        for one in await store.signals(row["location"], begins, ctx.now())
        if one["kind"] == SignalKind.PRICE.value
    ]
    zone = row["time_zone"]

    def side(every: Sequence[Lane], sessions: Sequence[Past]) -> tuple[WhatIfSide, str]:
        return _run(nodes, every, sessions, policy, lambda at: signals.price_at(tariff, known, at, zone))

    more_lanes, more_past = more(nodes, node, lanes, past, wanted.connectors)
    now, _ = await asyncio.to_thread(side, lanes, past[:MOST_SESSIONS])
    then, limit = await asyncio.to_thread(side, more_lanes, more_past[:MOST_SESSIONS])
    share = then.delivered_wh / then.wanted_wh if then.wanted_wh else 1.0
    detail = f"{share:.1%} of the energy would be delivered, {then.complete_share:.0%} of the cars get all they took."
    return WhatIfAnswer(now=now, then=then, limit=limit, detail=detail)


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
        later = timedelta(minutes=10 * (1 + number // len(busy)))
        sessions += [
            replace(one, lane=len(found) - 1, begun_at=one.begun_at + later, ended_at=one.ended_at + later)
            for one in past
            if one.lane == like
        ]
    return found, sorted(sessions, key=lambda one: one.begun_at)


def _run(
    nodes: Sequence[PowerNode],
    lanes: Sequence[Lane],
    sessions: Sequence[Past],
    policy: SitePolicy,
    price: Callable[[datetime], Decimal],
) -> tuple[WhatIfSide, str]:
    got = [0.0] * len(sessions)
    cost, peak, tight = Decimal(0), 0.0, dict[str, int]()
    at, last = signals.quarter(sessions[0].begun_at), max(one.ended_at for one in sessions)
    idle = {node.key: rules.NOTHING for node in nodes}
    while at < last:
        here = [
            number
            for number, one in enumerate(sessions)
            if one.begun_at < at + STEP and one.ended_at > at and got[number] < one.energy_wh - 1
        ]
        if here:
            cars = [_car(lanes[sessions[number].lane], sessions[number]) for number in here]
            given = sharing.share(nodes, cars, idle, policy, [], at)
            total = 0.0
            for number, car in zip(here, cars, strict=True):
                one = sessions[number]
                span = (min(at + STEP, one.ended_at) - max(at, one.begun_at)).total_seconds() / 3600
                watts = given[car.lane.spot].current_a * car.phases * rules.VOLTAGE
                took = min(one.energy_wh - got[number], watts * span)
                got[number] += took
                total += took
                if "Full" not in given[car.lane.spot].reason and "takes" not in given[car.lane.spot].reason:
                    reason = given[car.lane.spot].reason
                    tight[reason] = tight.get(reason, 0) + 1
            cost += Decimal(str(round(total, 2))) / 1000 * price(at)
            peak = max(peak, total * 4)
        at += STEP
    wanted = sum(one.energy_wh for one in sessions)
    complete = sum(1 for one, had in zip(sessions, got, strict=True) if had >= one.energy_wh * 0.99)
    root = next(node for node in nodes if node.parent is None)
    limit_w = float(root.limit_a) * rules.PHASES * rules.VOLTAGE if root.limit_a is not None else root.limit_w
    side = WhatIfSide(
        connectors=len(lanes),
        sessions=len(sessions),
        wanted_wh=round(wanted),
        delivered_wh=round(sum(got)),
        cost=cost.quantize(Decimal("0.01")),
        peak_share=round(peak / limit_w, 3) if limit_w else 0.0,
        complete_share=round(complete / len(sessions), 3),
    )
    return side, max(tight, key=lambda one: tight[one]) if tight else ""


def _car(lane: Lane, one: Past) -> Car:
    phases = lane.phases if one.power_w > lane.maximum_a * rules.VOLTAGE * 1.05 else 1
    return Car(
        lane=lane,
        phases=phases,
        arrived_at=one.begun_at,
        takes_a=min(lane.maximum_a, max(lane.minimum_a, one.power_w / (phases * rules.VOLTAGE))),
    )
