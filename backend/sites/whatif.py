"""A site on its own past, as it is and with more connectors on the same fuse."""

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from backend.context import Context
from backend.energy.core.grid import BadGrid, Series
from backend.energy.core.session_files import Session
from backend.errors import InvalidInput
from backend.sites import aside, past_store, planning, rules, signals, store
from backend.sites.rules import Lane
from backend.sites.whatif_rules import STEP, Frame, Past, more
from shared.sites import EnergyTariff, PowerNode, SignalKind, SitePolicy, WhatIf, WhatIfAnswer

MOST_SESSIONS = 3000


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
        raise InvalidInput("Nobody charged here in these days, so there is nothing to go by.", code="no_past")
    policy = msgspec.convert(row["policy"], SitePolicy, strict=False)
    charge = float(policy.demand_charge) if policy.demand_charge else None
    if charge is not None:
        nodes = rules.grid_limited(nodes, policy.demand_peak_w)
    frame = Frame(nodes, planning.policy_of(policy), await _prices(row, past), charge)
    new_lanes, new_past = more(nodes, node, lanes, past, wanted.connectors)
    try:
        (now, _), (then, limit) = await aside.answers(
            frame, [(lanes, past[:MOST_SESSIONS]), (new_lanes, new_past[:MOST_SESSIONS])]
        )
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
