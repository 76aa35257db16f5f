"""A site on its own past, as it is and with more connectors on the same fuse."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from backend.context import Context
from backend.energy.core.grid import BadGrid, Series
from backend.energy.core.session_files import Session
from backend.errors import InvalidInput
from backend.sites import aside, limits_store, past_store, planning, rises, rules, signals, store
from backend.sites.rules import Lane
from backend.sites.whatif_rules import STEP, Frame, Past, drawn_beside, fitting, more
from shared.sites import EnergyTariff, NodeKind, PolicyName, PowerNode, SignalKind, SitePolicy
from shared.what_if import WhatIf, WhatIfAnswer

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
    _, all_past = more(nodes, node, lanes, past, wanted.connectors)
    kept = fitting(past, len(all_past), MOST_SESSIONS)
    since = planning.moment(kept[0].session.arrival) if len(kept) < len(past) else None
    new_lanes, new_past = more(nodes, node, lanes, kept, wanted.connectors)
    policy = msgspec.convert(row["policy"], SitePolicy, strict=False)
    charge = float(policy.demand_charge) if policy.demand_charge else None
    if charge is not None:
        nodes = rules.grid_limited(nodes, policy.demand_peak_w)
    begins, ends = _span(new_past)
    loads = await _loads(row, nodes, begins, ends)
    margins = {
        one.key: min(rises.rise_a(one, row["readings"].get(one.key), ctx.now()), max(rules.worst_case(one)))
        for one in nodes if one.kind in rules.METERED
    }  # fmt: skip
    prices = await _prices(row, begins, ends)
    frame = Frame(nodes, planning.policy_of(policy), prices, charge, loads, margins)
    try:
        (now, _), (then, limit) = await aside.answers(frame, [(lanes, kept), (new_lanes, new_past)])
    except BadGrid as error:
        detail = f"{error.where} can't feed so many connectors even while they are silent: {error.problem}."
        raise InvalidInput(detail, code="impossible_tree", fields=[("$.connectors", "fewer")]) from None
    share = then.delivered_wh / then.wanted_wh if then.wanted_wh else 1.0
    detail = f"{share:.1%} of the energy would be delivered, {then.complete_share:.0%} of the cars get all they took."
    left_out = await _not_counted(row, nodes, policy, loads, begins, ends)
    return WhatIfAnswer(now=now, then=then, limit=limit, detail=detail, since=since, not_counted=left_out)


def _span(past: Sequence[Past]) -> tuple[datetime, datetime]:
    begins = signals.quarter(datetime.fromtimestamp(past[0].session.arrival, UTC))
    return begins, datetime.fromtimestamp(max(one.session.departure for one in past), UTC)


async def _loads(row: store.Row, nodes: Sequence[PowerNode], begins: datetime, ends: datetime) -> dict[str, Series]:
    """Of a site with one load and no source: behind several of them nobody knows any more whose the amperes were."""
    metered = [node for node in nodes if node.kind in rules.METERED]
    if len(metered) != 1 or metered[0].kind is not NodeKind.LOAD:
        return {}
    heard_since = (row["readings"].get(metered[0].key) or {}).get("since")
    if heard_since is None:
        return {}
    through = await past_store.through_w(row["location"], max(begins, datetime.fromisoformat(heard_since)), ends)
    if not through:
        return {}
    told = await past_store.sessions(row["location"], begins - timedelta(days=1), ends, None)
    cars: dict[datetime, float] = {}
    for one in await past_store.energies([one["id"] for one in told]):
        cars[one["at"]] = cars.get(one["at"], 0.0) + one["wh"]
    return {metered[0].key: drawn_beside(through, cars, begins, ends, max(rules.worst_case(metered[0])))}


async def _not_counted(
    row: store.Row,
    nodes: Sequence[PowerNode],
    policy: SitePolicy,
    loads: Mapping[str, Series],
    begins: datetime,
    ends: datetime,
) -> list[str]:
    kinds = {node.kind for node in nodes}
    told = {one["kind"] for one in await store.signals(row["location"], begins, ends)}
    green = policy.name in (PolicyName.GREENEST, PolicyName.BLEND)
    limits = await limits_store.ahead(row["location"], begins, ends)
    found = {
        "co2": green and SignalKind.CO2.value in told,
        "sun": NodeKind.SOLAR in kinds or SignalKind.SOLAR.value in told,
        "batteries": NodeKind.BATTERY in kinds,
        "grid_limits": bool(limits),
        "loads": any(node.kind is NodeKind.LOAD and node.key not in loads for node in nodes),
    }
    return [name for name, left_out in found.items() if left_out]


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


async def _prices(row: store.Row, begins: datetime, ends: datetime) -> Series:
    tariff = msgspec.convert(row["tariff"], EnergyTariff, strict=False)
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
