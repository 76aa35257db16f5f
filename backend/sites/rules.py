"""The power tree: what is wrong with one, which limits stand above a connector, and what flows where. Pure.

Everything is counted in amperes of the three phases of the site. A station's phases are wired by its rotation; a car
on one phase loads the first of them.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec
import numpy as np

from backend.energy.core.grid import Connector, Grid, Load, Node
from backend.energy.core.rows import Rows
from shared.sites import MOST_A, MOST_NODES, MOST_PRICE, EnergyTariff, GoesFirst, NodeKind, PowerNode, SitePolicy

VOLTAGE = 230.0
LOW_VOLTAGE, HIGH_VOLTAGE = 0.9 * VOLTAGE, 1.1 * VOLTAGE
"""Between these the mains may be (EN 50160). The same watts are the most amperes where it is lowest."""
PHASES = 3
Phases = tuple[float, float, float]
NOTHING: Phases = (0.0, 0.0, 0.0)
METERED = frozenset({NodeKind.SOLAR, NodeKind.BATTERY, NodeKind.LOAD})
BRANCHES = frozenset({NodeKind.GRID, NodeKind.TRANSFORMER, NodeKind.FEEDER})
MAY_HANG_ON = {
    NodeKind.TRANSFORMER: BRANCHES,
    NodeKind.FEEDER: BRANCHES,
    NodeKind.STATION: BRANCHES,
    NodeKind.CONNECTOR: frozenset({NodeKind.STATION}),
    NodeKind.LOAD: BRANCHES,
    NodeKind.SOLAR: BRANCHES,
    NodeKind.BATTERY: BRANCHES,
}
PHASE_OF = {"R": 0, "S": 1, "T": 2}
LINE_UNDER = 1e-6
Spot = tuple[str, int]
"""Identity of a station, and the EVSE."""
Problem = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """An EVSE and all that stands above it. `rotation`: the site's phase of each phase of the station.

    `volts`: by which its station is told watts; lower than the mains ever are, so that they never are more amperes.
    """

    station: str
    evse: int
    above: tuple[str, ...]
    rotation: tuple[int, ...]
    phases: int
    minimum_a: float
    maximum_a: float
    fallback_a: float
    efficiency: float
    volts: float = VOLTAGE

    @property
    def spot(self) -> Spot:
        return self.station, self.evse

    def load(self, current_a: float, phases: int | None = None) -> Phases:
        """What a current of so many phases of a car comes to at the site."""
        found = [0.0] * PHASES
        for place in self.rotation[: min(phases or self.phases, self.phases)]:
            found[place] = current_a
        return found[0], found[1], found[2]


def add(one: Phases, other: Phases) -> Phases:
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


def watts(load: Phases) -> float:
    return sum(load) * VOLTAGE


# --- what is wrong with a tree -----------------------------------------------------------------------


def problems(nodes: Sequence[PowerNode], evses: Mapping[str, Sequence[int]]) -> list[Problem]:
    """`evses`: of the stations of this location. Names the node in words, as it is called."""
    found = list(_numbers(nodes)) or list(_shape(nodes)) or list(_kinds(nodes, evses))
    return found or list(_fallbacks(nodes, evses))


AMPERES = ("limit_a", "minimum_a", "maximum_a", "fallback_a", "rise_a")


def _numbers(nodes: Sequence[PowerNode]) -> Iterator[Problem]:
    for place, node in enumerate(nodes):
        for name in AMPERES:
            value = getattr(node, name)
            if value is not None and not (value.is_finite() and 0 <= value <= MOST_A):
                yield f"$.nodes[{place}].{name}", f"{named(node)}: amperes are between 0 and {MOST_A}."
        if not (node.efficiency.is_finite() and 0 < node.efficiency <= 1):
            yield f"$.nodes[{place}].efficiency", f"{named(node)}: an efficiency is above 0, and at most 1."


def price_problems(policy: SitePolicy, tariff: EnergyTariff) -> Iterator[Problem]:
    each = [("$.tariff.base", tariff.base), ("$.policy.demand_charge", policy.demand_charge or Decimal(0))]
    each += [(f"$.tariff.steps[{place}].price", one.price) for place, one in enumerate(tariff.steps)]
    for path, value in each:
        if not (value.is_finite() and abs(value) <= MOST_PRICE):
            yield path, f"A price lies between -{MOST_PRICE} and {MOST_PRICE}."
    if policy.demand_charge is not None and policy.demand_charge < 0:
        yield "$.policy.demand_charge", "What a peak costs is not below zero."


def named(node: PowerNode) -> str:
    return node.name or node.station or node.key


def _shape(nodes: Sequence[PowerNode]) -> Iterator[Problem]:
    if len(nodes) > MOST_NODES:
        yield "$.nodes", f"At most {MOST_NODES} nodes."
    known: dict[str, PowerNode] = {}
    for place, node in enumerate(nodes):
        if node.key in known:
            yield f"$.nodes[{place}].key", f"'{node.key}' is used twice."
        known[node.key] = node
    roots = [node for node in nodes if node.parent is None]
    if len(roots) != 1 or roots[0].kind is not NodeKind.GRID:
        yield "$.nodes", "A tree has one node without a parent: the grid connection."
        return
    for place, node in enumerate(nodes):
        if node.parent is not None and node.parent not in known:
            yield f"$.nodes[{place}].parent", f"{named(node)} hangs on '{node.parent}', which doesn't exist."
        elif _loops(node, known):
            yield f"$.nodes[{place}].parent", f"{named(node)} hangs below itself."


def _loops(node: PowerNode, known: Mapping[str, PowerNode]) -> bool:
    seen = {node.key}
    at: PowerNode | None = node
    while at is not None and at.parent is not None:
        if at.parent in seen:
            return True
        seen.add(at.parent)
        at = known.get(at.parent)
    return False


def _kinds(nodes: Sequence[PowerNode], evses: Mapping[str, Sequence[int]]) -> Iterator[Problem]:
    known = {node.key: node for node in nodes}
    taken: set[Spot] = set()
    for place, node in enumerate(nodes):
        path = f"$.nodes[{place}]"
        above = known[node.parent].kind if node.parent else None
        if above is not None and above not in MAY_HANG_ON.get(node.kind, ()):
            yield f"{path}.parent", f"{named(node)}, a {node.kind}, can't hang on a {above}."
        if node.kind is NodeKind.GRID and node.parent is not None:
            yield f"{path}.parent", f"{named(node)} is a grid connection: nothing stands above it."
        if node.kind is NodeKind.GRID and node.limit_a is None and node.limit_w is None:
            yield f"{path}.limit_a", f"{named(node)} needs a limit: amperes of its fuse, or watts."
        if node.kind is NodeKind.LOAD and node.limit_a is None and node.limit_w is None:
            yield (
                f"{path}.limit_a",
                f"{named(node)} needs the most it can draw: it counts so while its meter is silent.",
            )
        if node.minimum_a > node.maximum_a:
            yield f"{path}.minimum_a", f"{named(node)}: the least current is more than the most."
        yield from _station(node, path, evses, taken)
        if node.kind is NodeKind.CONNECTOR and above is NodeKind.STATION:
            station = known[node.parent or ""].station or ""
            if node.evse not in evses.get(station, ()):
                yield f"{path}.evse", f"{station} has no EVSE {node.evse}."


def _station(node: PowerNode, path: str, evses: Mapping[str, Sequence[int]], taken: set[Spot]) -> Iterator[Problem]:
    if node.kind is not NodeKind.STATION:
        return
    if not node.station or node.station not in evses:
        yield f"{path}.station", f"{named(node)}: no such station stands at this location."
    elif (node.station, 0) in taken:
        yield f"{path}.station", f"{node.station} is in the tree twice."
    taken.add((node.station or "", 0))


def _fallbacks(nodes: Sequence[PowerNode], evses: Mapping[str, Sequence[int]]) -> Iterator[Problem]:
    """With every station on its fallback and every other load at its most, no limit may be passed."""
    rows = Rows(grid_of(nodes, lanes(nodes, evses)))
    fallbacks = np.array([one.fallback_amps for one in rows.grid.connectors])
    worst = rows.worst_use(fallbacks) + rows.beside({})
    told: set[str] = set()
    for row in np.flatnonzero(worst > rows.bounds + LINE_UNDER).tolist():
        key, watts_row = rows.of[row], rows.units[row] == "kW"
        if key in told:
            continue
        told.add(key)
        place = next(number for number, node in enumerate(nodes) if node.key == key)
        scale, unit = (1000, "W") if watts_row else (1, "A")
        yield (
            f"$.nodes[{place}].{'limit_w' if watts_row else 'limit_a'}",
            f"{named(nodes[place])}: while Wattline is silent up to {worst[row] * scale:.6g} {unit} may flow through "
            f"it, and its limit is {rows.bounds[row] * scale:.6g} {unit}. Lower the fallbacks below it, or what else "
            "may draw there.",
        )


def peak_problems(
    nodes: Sequence[PowerNode], evses: Mapping[str, Sequence[int]], policy: SitePolicy
) -> Iterator[Problem]:
    """A peak that the fallbacks alone pass could never be kept. Of a tree that is right without it. What else draws
    doesn't count: its worst case is for fuses."""
    if policy.demand_charge and policy.demand_peak_w:
        lowered = grid_limited([node for node in nodes if node.kind not in METERED], policy.demand_peak_w)
        for _, text in _fallbacks(lowered, evses):
            yield "$.policy.demand_peak_w", text


# --- the tree in the words of the scheduler ----------------------------------------------------------


def outlet_id(spot: Spot) -> str:
    return f"{spot[0]} {spot[1]}"


def grid_of(
    nodes: Sequence[PowerNode],
    every: Sequence[Lane],
    stored: Mapping[Spot, float] | None = None,
    *,
    leased: bool = True,
    in_total: bool = False,
) -> Grid:
    """`stored`: the fallbacks that stations really hold. `leased` False: they hold at once when a session ends.

    `in_total`: the grid connection has a limit in total at other times, if none now."""
    fallbacks = stored or {}
    connectors = tuple(_connector(lane, fallbacks.get(lane.spot, lane.fallback_a), leased) for lane in every)
    return Grid(
        nodes=tuple(
            Node(
                id=node.key,
                name=named(node),
                parent=node.parent,
                kind=node.kind.value,
                amps=None if node.limit_a is None else (float(node.limit_a),) * 3,
                kw=_in_total_kw(node, in_total),
            )
            for node in nodes
            if node.kind not in METERED
        ),
        connectors=connectors or (Connector(id="-", min_amps=0, max_amps=0),),
        loads=tuple(
            Load(id=node.key, node=node.parent or "", worst=worst_case(node)) for node in nodes if node.kind in METERED
        ),
    )


def _in_total_kw(node: PowerNode, in_total: bool) -> float | None:
    if node.limit_w is not None:
        return node.limit_w / 1000
    return math.inf if in_total and node.kind is NodeKind.GRID else None


def _connector(lane: Lane, fallback_a: float, leased: bool) -> Connector:
    most = max(lane.maximum_a, fallback_a)
    return Connector(
        id=outlet_id(lane.spot),
        node=lane.above[0],
        station=lane.station,
        phases=lane.phases,
        rotation="".join("RST"[phase] for phase in lane.rotation),
        voltage=lane.volts,
        min_amps=min(lane.minimum_a, most),
        max_amps=most,
        fallback_amps=fallback_a,
        efficiency=lane.efficiency,
        leased=leased,
    )


def alone_a(nodes: Sequence[PowerNode], lane: Lane, phases: int, heard: Mapping[str, Phases]) -> float:
    """The most that a car of so many phases could have here, were no other car at the site. Loads that aren't `heard`
    count with their worst."""
    rows = Rows(grid_of(nodes, [lane]))
    column = rows.lined(rows.column(outlet_id(lane.spot), phases))
    used = column > LINE_UNDER
    return min(lane.maximum_a, float(np.min(rows.ends(rows.left(heard))[used] / column[used], initial=math.inf)))


# --- what stands above whom --------------------------------------------------------------------------


def lanes(nodes: Sequence[PowerNode], evses: Mapping[str, Sequence[int]]) -> list[Lane]:
    """Each EVSE of the tree; of a station that is gone none."""
    known = {node.key: node for node in nodes}
    own = {(node.parent, node.evse): node for node in nodes if node.kind is NodeKind.CONNECTOR}
    found = []
    for node in nodes:
        if node.kind is not NodeKind.STATION or node.station is None:
            continue
        for evse in evses.get(node.station, ()):
            outlet = own.get((node.key, evse))
            lowest = outlet or node
            most = min(float(one.maximum_a) for one in (node, outlet) if one is not None)
            found.append(
                Lane(
                    station=node.station,
                    evse=evse,
                    above=tuple(_upwards(lowest, known)),
                    rotation=tuple(PHASE_OF[letter] for letter in node.rotation.value),
                    phases=lowest.phases,
                    minimum_a=float(lowest.minimum_a),
                    maximum_a=most,
                    fallback_a=min(most, float(lowest.fallback_a)),
                    efficiency=float(node.efficiency),
                )
            )
    return found


def _upwards(node: PowerNode, known: Mapping[str, PowerNode]) -> Iterator[str]:
    at: PowerNode | None = node
    while at is not None:
        yield at.key
        at = known.get(at.parent) if at.parent else None


def worst_case(node: PowerNode) -> Phases:
    """What a load counts with while nobody hears its meter. The sun gives nothing then; a battery may be charging."""
    if node.kind is NodeKind.SOLAR:
        return NOTHING
    each = []
    if node.limit_a is not None:
        each.append(float(node.limit_a))
    if node.limit_w is not None:
        # It may all be on one phase, as far as we know, but no more than its own fuse lets through.
        each.append(node.limit_w / VOLTAGE)
    most = min(each) if each else 0.0
    return most, most, most


def flows(
    nodes: Sequence[PowerNode],
    every_lane: Sequence[Lane],
    drawn: Mapping[Spot, Phases],
    metered: Mapping[str, Phases],
) -> dict[str, Phases]:
    """What flows through each node. `metered`: of loads and sources that are heard; others count at their worst."""
    found: dict[str, Phases] = {node.key: NOTHING for node in nodes}
    known = {node.key: node for node in nodes}
    for lane in every_lane:
        load = drawn.get(lane.spot, NOTHING)
        for key in lane.above:
            found[key] = add(found[key], load)
    for node in nodes:
        if node.kind in METERED:
            for key in _upwards(node, known):
                found[key] = add(found[key], metered.get(node.key, worst_case(node)))
    return found


# --- what holds for a while --------------------------------------------------------------------------


def grid_limited(nodes: Sequence[PowerNode], limit_w: int | None) -> list[PowerNode]:
    """The tree with what the grid operator allows now at its connection."""
    if limit_w is None:
        return list(nodes)
    return [_lowered(node, limit_w) if node.kind is NodeKind.GRID else node for node in nodes]


def _lowered(node: PowerNode, limit_w: int) -> PowerNode:
    return msgspec.structs.replace(node, limit_w=min(limit_w, node.limit_w if node.limit_w is not None else limit_w))


def goes_first(wanted: GoesFirst, car: Mapping[str, Any]) -> str:
    """The group or tariff by which this car goes before others; nothing: by none. `car`: a row of `store.cars`."""
    if car["driver_group"] is not None and str(car["driver_group"]) in wanted.driver_groups:
        return str(car["driver_group_name"])
    named = (("card_group", wanted.card_groups), ("tariff_name", wanted.tariffs))
    for column, names in named:
        if car[column] and car[column].casefold() in {name.casefold() for name in names}:
            return str(car[column])
    return ""
