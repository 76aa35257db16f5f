"""All limits of a site as rows: the magnitude of a weighted sum of connector currents stays within a bound."""

import cmath
import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from backend.energy.core.grid import (
    LINES,
    PHASES,
    ROTATIONS,
    BadGrid,
    Grid,
    Node,
    Series,
    checked,
    path,
    unique,
    value_at,
)

Floats = npt.NDArray[np.float64]
Phased = tuple[float, float, float]
Complexes = npt.NDArray[np.complex128]
TURN = tuple(cmath.exp(1j * math.radians(degrees)) for degrees in (0, -120, 120))
LINE_TURN = {"L1-L2": 30, "L2-L3": -90, "L3-L1": 150}
NARROW = math.radians(6)
SLACK = 1e-6


class Rows:
    """`matrix`: a row a limit, a column a connector (all its phases in use). `bounds`: A or kW, loads excluded."""

    def __init__(self, grid: Grid) -> None:
        """Raises BadGrid."""
        checked(grid)
        self.grid = grid
        self.place = {one.id: number for number, one in enumerate(grid.connectors)}
        self.nodes = {node.id: node for node in grid.nodes}
        self.names: list[str] = []
        self.keys: list[str] = []
        """The same by ids, of which there are never two."""
        self.of: list[str] = []
        """Of each row the id of its node or limit."""
        self.units: list[str] = []
        self._row: dict[tuple[str, int], int] = {}
        bounds: list[float] = []
        for node in grid.nodes:
            bounds += self._of_node(node)
        for limit in grid.limits:
            self._row["limit", len(bounds)] = len(bounds)
            self.names.append(limit.called)
            self.keys.append(limit.id)
            self.of.append(limit.id)
            self.units.append("A")
            bounds.append(limit.bound)
        unique("limit", self.keys)
        self.bounds: Floats = np.array(bounds, dtype=float)
        columns = [self.column(one.id) for one in grid.connectors]
        self.matrix: Complexes = np.array(columns, dtype=complex).reshape(len(columns), len(bounds)).T
        self.signed = np.all(np.abs(self.matrix.imag) < 1e-12, axis=1) if bounds else np.zeros(0, dtype=bool)
        sides = [(number, *side) for number, row in enumerate(self.matrix) for side in _directions(row)]
        self.line_row = np.array([row for row, _, _ in sides], dtype=np.intp)
        self.line_turn: Complexes = np.exp(-1j * np.array([turn for _, turn, _ in sides], dtype=float))
        self.line_scale: Floats = np.array([scale for _, _, scale in sides], dtype=float)
        """The same limits as lines that hold whatever part of the currents is really drawn."""
        self.lines: Floats = np.array([self.lined(column) for column in columns]).reshape(len(columns), len(sides)).T

    def _of_node(self, node: Node) -> list[float]:
        found = []
        for phase in range(3) if node.amps is not None else ():
            self._row[node.id, phase] = len(self.names)
            self.names.append(f"{node.called} {PHASES[phase]}")
            self.keys.append(f"{node.id} {PHASES[phase]}")
            self.of.append(node.id)
            self.units.append("A")
            found.append(node.amps[phase] if node.amps else 0.0)
        if node.kw is not None:
            self._row[node.id, 3] = len(self.names)
            self.names.append(f"{node.called} in total")
            self.keys.append(f"{node.id} in total")
            self.of.append(node.id)
            self.units.append("kW")
            found.append(node.kw)
        return found

    def column(self, connector: str, car_phases: int | None = None) -> Complexes:
        """What one ampere of this connector adds to each row."""
        one = self.grid.connectors[self.place[connector]]
        found = np.zeros(len(self.names), dtype=complex)
        if one.line:
            start, end = LINES[one.line]
            turn = cmath.exp(1j * math.radians(LINE_TURN[one.line]))
            drawn = {start: turn, end: -turn}
        else:
            used = (0, 1, 2) if one.direct else ROTATIONS[one.rotation][: one.used_phases(car_phases)]
            drawn = {phase: TURN[phase] for phase in used}
        for node in path(self.nodes, one.node):
            for phase, share in drawn.items():
                if (node.id, phase) in self._row:
                    found[self._row[node.id, phase]] += share
            if (node.id, 3) in self._row:
                found[self._row[node.id, 3]] += one.kw_per_amp(car_phases)
        first = len(self.names) - len(self.grid.limits)
        for number, limit in enumerate(self.grid.limits):
            if connector in limit.weights:
                turned = cmath.exp(1j * math.radians(limit.angles.get(connector, 0.0)))
                found[first + number] += limit.weights[connector] * (turned if limit.angles else 1.0)
        return found

    def left(self, loads: Mapping[str, tuple[float, float, float]], bounds: Floats | None = None) -> Floats:
        """The bounds less what other loads draw: amperes per phase of each load by its id; of those not told, worst."""
        return np.maximum((self.bounds if bounds is None else bounds) - self.beside(loads), 0.0)

    def bounds_at(self, caps: Mapping[str, Series], when: float) -> Floats:
        """`caps`: kW of nodes whose limit in total changes with time."""
        found = self.bounds.copy()
        for node, series in caps.items():
            found[self._row[node, 3]] = value_at(series, when, math.inf)
        return found

    def beside(self, loads: Mapping[str, tuple[float, float, float]]) -> Floats:
        """What other loads draw through each row."""
        found = np.zeros(len(self.names))
        for load in self.grid.loads:
            drawn = loads.get(load.id, load.worst)
            for node in path(self.nodes, load.node):
                for phase in range(3):
                    if (node.id, phase) in self._row:
                        found[self._row[node.id, phase]] += drawn[phase]
                if (node.id, 3) in self._row:
                    found[self._row[node.id, 3]] += load.kw(drawn)
        return found

    def risen(self, drawn: Mapping[str, Phased], rises: Mapping[str, float]) -> dict[str, Phased]:
        """What loads that are heard may draw before the last limit ends that was given beside them: what they draw now
        and their rise (of one not told its `margin`), never more than their worst."""
        found = {}
        for load in self.grid.loads:
            if load.id in drawn:
                rise = rises.get(load.id, load.margin)
                one, two, three = (
                    max(now, min(now + rise, worst)) for now, worst in zip(drawn[load.id], load.worst, strict=True)
                )
                found[load.id] = (one, two, three)
        return found

    def use(self, amps: Floats) -> Floats:
        """Of each row, in its unit, when every connector draws exactly this."""
        whole = self.matrix @ amps
        return np.where(self.signed, np.maximum(whole.real, 0.0), np.abs(whole))

    def lined(self, column: Complexes) -> Floats:
        """What one ampere adds to each line. Never less than nothing: a car may always draw less than it was given."""
        return np.maximum((column[self.line_row] * self.line_turn).real, 0.0)

    def ends(self, bounds: Floats) -> Floats:
        return bounds[self.line_row] * self.line_scale

    def fits(self, amps: Floats, bounds: Floats | None = None) -> bool:
        """Whatever part of these currents is really drawn."""
        return bool(np.all(self.lines @ amps <= self.ends(self.bounds if bounds is None else bounds) + SLACK))

    def worst_use(self, amps: Floats) -> Floats:
        found = np.zeros(len(self.names))
        np.maximum.at(found, self.line_row, self.lines @ amps / np.maximum(self.line_scale, 1e-9))
        return found

    def shares(self, amps: Floats) -> Floats:
        used = self.use(amps)
        return np.where(self.bounds > 0, used / np.maximum(self.bounds, 1e-9), np.where(used > SLACK, np.inf, 0.0))

    def refuse_full_fallbacks(self) -> None:
        """Raises BadGrid with the node's name if the fallbacks alone exceed a limit: nothing could be promised then."""
        amps = np.array([one.fallback_amps for one in self.grid.connectors], dtype=float)
        used, left = self.worst_use(amps), self.left({})
        for row in np.flatnonzero(used > left + SLACK):
            unit = self.units[row]
            loads = self.bounds[row] - left[row]
            beside = f" beside other loads of up to {loads:.4g} {unit}" if loads > SLACK else ""
            raise BadGrid(
                self.names[row],
                f"the fallbacks of its connectors add up to {used[row]:.4g} {unit}{beside}, "
                f"more than its {self.bounds[row]:.4g} {unit}",
            )


def _directions(row: Complexes) -> list[tuple[float, float]]:
    """Of each side of a polygon within the circle: where its normal points, and how much nearer it is than the circle.

    The sums a row can reach lie within a cone; corners are needed there only, 6 degrees apart at most: what the polygon
    gives away is below 0.14 %.
    """
    used = row[np.abs(row) > 1e-12]
    if not len(used):
        return []
    if np.all(np.abs(used.imag) < 1e-12):
        return [(0.0, 1.0)]
    angles = np.sort(np.angle(used) % (2 * math.pi))
    gaps = np.diff(np.append(angles, angles[0] + 2 * math.pi))
    widest = int(np.argmax(gaps))
    spread = 2 * math.pi - float(gaps[widest])
    start = float(angles[(widest + 1) % len(angles)])
    if spread < 1e-9:
        return [(start, 1.0)]
    if spread >= math.pi - 1e-9:
        start, spread = 0.0, 2 * math.pi
    sides = math.ceil(spread / NARROW)
    half = spread / sides / 2
    return [(start + (2 * side + 1) * half, math.cos(half)) for side in range(sides)]
