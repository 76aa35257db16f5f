"""All limits of a site as rows: the magnitude of a weighted sum of connector currents stays within a bound."""

import cmath
import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from backend.energy.core.grid import LINES, PHASES, ROTATIONS, BadGrid, Grid, Node, checked, path

Floats = npt.NDArray[np.float64]
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
        self.units: list[str] = []
        self._row: dict[tuple[str, int], int] = {}
        bounds: list[float] = []
        for node in grid.nodes:
            bounds += self._of_node(node)
        for limit in grid.limits:
            self._row["limit", len(bounds)] = len(bounds)
            self.names.append(limit.called)
            self.units.append("A")
            bounds.append(limit.bound)
        self.bounds: Floats = np.array(bounds, dtype=float)
        columns = [self.column(one.id) for one in grid.connectors]
        self.matrix: Complexes = np.array(columns, dtype=complex).reshape(len(columns), len(bounds)).T
        self.real = bool(np.all(self.matrix.imag == 0))

    def _of_node(self, node: Node) -> list[float]:
        found = []
        for phase in range(3) if node.amps is not None else ():
            self._row[node.id, phase] = len(self.names)
            self.names.append(f"{node.called} {PHASES[phase]}")
            self.units.append("A")
            found.append(node.amps[phase] if node.amps else 0.0)
        if node.kw is not None:
            self._row[node.id, 3] = len(self.names)
            self.names.append(f"{node.called} in total")
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

    def left(self, loads: Mapping[str, tuple[float, float, float]]) -> Floats:
        """The bounds less what other loads draw: amperes per phase of each load by its id; of those not told, worst."""
        found = self.bounds.copy()
        for load in self.grid.loads:
            drawn = loads.get(load.id, load.worst)
            for node in path(self.nodes, load.node):
                for phase in range(3):
                    if (node.id, phase) in self._row:
                        found[self._row[node.id, phase]] -= drawn[phase]
                if (node.id, 3) in self._row:
                    found[self._row[node.id, 3]] -= sum(drawn) * 0.23
        return np.maximum(found, 0.0)

    def use(self, amps: Floats) -> Floats:
        """Of each row, in its unit. Sums without angles may not pass their bound upwards; below zero is no use."""
        whole = self.matrix @ amps
        return np.abs(whole) if not self.real else np.maximum(whole.real, 0.0)

    def fits(self, amps: Floats, bounds: Floats | None = None) -> bool:
        return bool(np.all(self.use(amps) <= (self.bounds if bounds is None else bounds) + SLACK))

    def shares(self, amps: Floats) -> Floats:
        used = self.use(amps)
        return np.where(self.bounds > 0, used / np.maximum(self.bounds, 1e-9), np.where(used > SLACK, np.inf, 0.0))

    def refuse_full_fallbacks(self) -> None:
        """Raises BadGrid with the node's name if the fallbacks alone exceed a limit: nothing could be promised then."""
        amps = np.array([one.fallback_amps for one in self.grid.connectors], dtype=float)
        used, left = self.use(amps), self.left({})
        for row in np.flatnonzero(used > left + SLACK):
            unit = self.units[row]
            loads = self.bounds[row] - left[row]
            beside = f" beside other loads of up to {loads:.4g} {unit}" if loads > SLACK else ""
            raise BadGrid(
                self.names[row],
                f"the fallbacks of its connectors add up to {used[row]:.4g} {unit}{beside}, "
                f"more than its {self.bounds[row]:.4g} {unit}",
            )


def flat(matrix: Complexes, bounds: Floats) -> tuple[Floats, Floats, npt.NDArray[np.intp]]:
    """Rows of magnitudes as linear rows (matrix, bounds, which row each came from) that are never laxer than they.

    The sums a row can reach lie within a cone; the polygon within the circle needs corners there only, 6 degrees
    apart at most: what it gives away is below 0.14 %.
    """
    rows, ends, origin = [], [], []
    for number, (row, bound) in enumerate(zip(matrix, bounds, strict=True)):
        used = row[np.abs(row) > 1e-12]
        if not len(used):
            continue
        for direction, scale in _directions(used):
            rows.append((row * np.exp(-1j * direction)).real)
            ends.append(bound * scale)
            origin.append(number)
    width = matrix.shape[1]
    return np.array(rows, dtype=float).reshape(len(rows), width), np.array(ends), np.array(origin, dtype=np.intp)


def _directions(used: Complexes) -> list[tuple[float, float]]:
    """Direction of each side's normal, and how much nearer than the circle the side is."""
    angles = np.sort(np.angle(used) % (2 * math.pi))
    if np.all(np.abs(used.imag) < 1e-12):
        return [(0.0, 1.0)]
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
