"""The power tree of a site: nodes with limits, connectors, other loads, and limits no node can express.

Currents are amperes of the alternating current that a connector draws from one of its phases. A connector for direct
current counts with what its rectifier draws, evenly from three phases.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Literal

import msgspec

PHASES = ("L1", "L2", "L3")
ROTATIONS = {
    "RST": (0, 1, 2), "RTS": (0, 2, 1), "SRT": (1, 0, 2), "STR": (1, 2, 0), "TRS": (2, 0, 1), "TSR": (2, 1, 0),
}  # fmt: skip
"""Which phase of the site stands at the first, second and third terminal of a station (words of OCPP)."""
LINES = {"L1-L2": (0, 1), "L2-L3": (1, 2), "L3-L1": (2, 0)}
ROOT_3 = 3**0.5
Series = tuple[tuple[float, float], ...]
"""Steps: from when (seconds since 1970) which value, until the next one; sorted."""


class BadGrid(ValueError):
    """The configuration contradicts itself; `where` names the node, connector or limit."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(f"{where}: {problem}")
        self.where, self.problem = where, problem


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """Grid connection, transformer, feeder, station: what several connectors share. None: no such limit."""

    id: str
    name: str = ""
    parent: str | None = None
    kind: str = "feeder"
    amps: tuple[float, float, float] | None = None
    kw: float | None = None
    stale_after_s: float | None = None

    @property
    def called(self) -> str:
        return self.name or self.id


class Connector(msgspec.Struct, frozen=True, kw_only=True):
    """`voltage`: of one phase to neutral, or between the two phases of `line`. `efficiency`: what reaches the car."""

    id: str
    node: str | None = None
    station: str = ""
    phases: int = 3
    rotation: str = "RST"
    line: Literal["", "L1-L2", "L2-L3", "L3-L1"] = ""
    voltage: float = 230.0
    min_amps: float = 6.0
    max_amps: float = 32.0
    fallback_amps: float = 0.0
    step_amps: float = 0.1
    direct: bool = False
    efficiency: float = 1.0
    leased: bool = True
    """The station gives a limit up at the end of its lease, and not before: safety.py."""

    @property
    def counted_with(self) -> str:
        return self.station or self.id

    def kw_per_amp(self, car_phases: int | None = None) -> float:
        """Drawn from the site."""
        return self.used_phases(car_phases) * self.voltage / 1000

    def used_phases(self, car_phases: int | None = None) -> int:
        if self.line:
            return 1
        if self.direct:
            return 3
        return min(self.phases, car_phases or self.phases)


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """The weighted sum of connector currents stays within `bound`; with angles (degrees) its magnitude does."""

    id: str
    weights: Mapping[str, float]
    bound: float
    angles: Mapping[str, float] = {}
    name: str = ""

    @property
    def called(self) -> str:
        return self.name or self.id


class Load(msgspec.Struct, frozen=True, kw_only=True):
    """What else draws at a node. `worst` counts while its meter is silent; `margin` is how far it may rise while
    limits hold that were given before."""

    id: str
    node: str
    worst: tuple[float, float, float]
    margin: float = 0.0
    voltage: float = 230.0
    """Of one phase to neutral."""

    def kw(self, drawn: Sequence[float]) -> float:
        return sum(drawn) * self.voltage / 1000


class Grid(msgspec.Struct, frozen=True, kw_only=True):
    nodes: tuple[Node, ...] = ()
    connectors: tuple[Connector, ...]
    limits: tuple[Limit, ...] = ()
    loads: tuple[Load, ...] = ()


def checked(grid: Grid) -> None:
    """Raises BadGrid with the name of what contradicts."""
    unique("node", [node.id for node in grid.nodes])
    unique("connector", [one.id for one in grid.connectors])
    unique("limit", [one.id for one in grid.limits])
    if not grid.connectors:
        raise BadGrid("connectors", "a site needs at least one connector")
    nodes = {node.id: node for node in grid.nodes}
    for node in grid.nodes:
        _check_node(node, nodes)
    for one in grid.connectors:
        _check_connector(one, nodes)
    known = {one.id for one in grid.connectors}
    for limit in grid.limits:
        unknown = [name for name in (*limit.weights, *limit.angles) if name not in known]
        if unknown:
            raise BadGrid(limit.called, f"there is no connector {unknown[0]}")
        if limit.bound < 0:
            raise BadGrid(limit.called, "a bound is not negative")
    unique("load", [one.id for one in grid.loads])
    for load in grid.loads:
        if load.node not in nodes:
            raise BadGrid(load.id, f"there is no node {load.node}")


def unique(kind: str, names: Sequence[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise BadGrid(name, f"there are two {kind}s of this name")
        seen.add(name)


def _check_node(node: Node, nodes: Mapping[str, Node]) -> None:
    if node.parent is not None and node.parent not in nodes:
        raise BadGrid(node.called, f"its parent {node.parent} is not there")
    if any(limit < 0 for limit in (*(node.amps or ()), node.kw or 0)):
        raise BadGrid(node.called, "a limit is not negative")
    seen, at = set(), node
    while at.parent is not None:
        seen.add(at.id)
        at = nodes[at.parent]
        if at.id in seen:
            raise BadGrid(node.called, "it is fed by itself")


def _check_connector(one: Connector, nodes: Mapping[str, Node]) -> None:
    if one.node is not None and one.node not in nodes:
        raise BadGrid(one.id, f"there is no node {one.node}")
    if one.phases not in (1, 2, 3):
        raise BadGrid(one.id, "a connector has 1, 2 or 3 phases")
    if one.rotation not in ROTATIONS:
        raise BadGrid(one.id, f"the rotation is one of {', '.join(ROTATIONS)}")
    if one.line and one.line not in LINES:
        raise BadGrid(one.id, f"between two phases is one of {', '.join(LINES)}")
    if one.voltage <= 0 or not 0 < one.efficiency <= 1:
        raise BadGrid(one.id, "the voltage is above 0 and the efficiency above 0 and at most 1")
    if not 0 <= one.min_amps <= one.max_amps:
        raise BadGrid(one.id, f"its minimum of {one.min_amps:g} A is above its maximum of {one.max_amps:g} A")
    if not 0 <= one.fallback_amps <= one.max_amps:
        raise BadGrid(one.id, f"its fallback of {one.fallback_amps:g} A is above its maximum of {one.max_amps:g} A")
    if one.step_amps <= 0:
        raise BadGrid(one.id, "steps of current are above 0")


def path(nodes: Mapping[str, Node], start: str | None) -> Iterator[Node]:
    """The node and all that feed it, up to the grid connection."""
    while start is not None:
        yield nodes[start]
        start = nodes[start].parent


def value_at(series: Series, when: float, default: float = 0.0) -> float:
    """Before the first step its value holds too: a forecast that begins a little late is better than none."""
    found = series[0][1] if series else default
    for start, value in series:
        if start > when:
            break
        found = value
    return found


def mean(series: Series, start: float, end: float, default: float = 0.0) -> float:
    if not series:
        return default
    edges = [start, *(at for at, _ in series if start < at < end), end]
    whole = sum(value_at(series, left) * (right - left) for left, right in pairwise(edges))
    return whole / (end - start) if end > start else value_at(series, start)
