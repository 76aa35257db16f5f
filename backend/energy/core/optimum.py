"""The linear programme: as much energy as the limits let through, before each departure, at the lowest cost."""

import threading
import time
from collections.abc import Sequence

import highspy
import numpy as np
from highspy import _core

from backend.energy.core.rows import Floats

WORTH = 1000.0
"""A kWh that isn't delivered costs this many times the dearest one: energy first, then its price."""
GRACE_S = 0.02
"""How much longer than its own limit the solver is waited for."""
MOST_OVERDUE = 4
"""So many solvers that were given up may still be at work, one a site; then plans do without until one has stopped."""


class Unsolved(Exception):
    """The solver gave no optimum in its time."""


class _Overdue:
    """Solvers that nobody waits for any more: their threads end only when they look at their clock."""

    def __init__(self) -> None:
        self._threads: dict[str, threading.Thread] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        with self._lock:
            self._threads = {owner: one for owner, one in self._threads.items() if one.is_alive()}
            return len(self._threads)

    def add(self, owner: str, thread: threading.Thread) -> None:
        with self._lock:
            self._threads[owner] = thread

    def make_room(self, owner: str, budget_s: float) -> None:
        """Waits for the owner's own one. Raises Unsolved where it, or too many of others, are still at work then."""
        with self._lock:
            earlier = self._threads.get(owner)
        if earlier is not None:
            earlier.join(max(budget_s, 0.0))
        if earlier is not None and earlier.is_alive():
            raise Unsolved("the solver of an earlier plan hasn't stopped yet")
        if len(self) >= MOST_OVERDUE:
            raise Unsolved(f"the solvers of {MOST_OVERDUE} other plans haven't stopped yet")


_overdue = _Overdue()


class Problem:
    """`ends`: of each line, or of each line and step.

    `peak_room_kw`: of each step what the cars may draw before the peak rises, which costs `peak_price` each kW.
    `most`: amperes by car and step; `cost`: of one kWh by car and step; `worth`: of one kWh by car."""

    def __init__(
        self,
        *,
        lines: Floats,
        ends: Floats,
        hours: Floats,
        most: Floats,
        least: Floats,
        kwh_per_amp_h: Floats,
        wanted_kwh: Floats,
        cost: Floats,
        worth: Floats,
        solar_kw: Floats | None = None,
        solar_gain: Floats | None = None,
        draw_kw: Floats | None = None,
        peak_room_kw: Floats | None = None,
        peak_price: float = 0.0,
    ) -> None:
        self.lines, self.ends, self.hours, self.most, self.least = lines, ends, hours, most, least
        self.per_amp, self.wanted, self.cost, self.worth = kwh_per_amp_h, wanted_kwh, cost, worth
        self.solar_kw, self.solar_gain, self.draw_kw = solar_kw, solar_gain, draw_kw
        self.peak_room_kw, self.peak_price = peak_room_kw, peak_price


class _Build:
    def __init__(self) -> None:
        self.cost: list[float] = []
        self.lower: list[float] = []
        self.upper: list[float] = []
        self.row_lower: list[float] = []
        self.row_upper: list[float] = []
        self.start: list[int] = [0]
        self.index: list[int] = []
        self.value: list[float] = []

    def column(self, cost: float, lower: float, upper: float) -> int:
        self.cost.append(cost)
        self.lower.append(lower)
        self.upper.append(upper)
        return len(self.cost) - 1

    def row(self, lower: float, upper: float, index: Sequence[int], value: Sequence[float]) -> None:
        self.row_lower.append(lower)
        self.row_upper.append(upper)
        self.index += index
        self.value += value
        self.start.append(len(self.index))

    def rows_below(self, upper: Floats, columns: Sequence[int], weights: Floats) -> None:
        """A row a line of `weights`, which are of these columns; zeros are left out."""
        of, at = np.nonzero(weights)
        self.row_lower += [-highspy.kHighsInf] * len(upper)
        self.row_upper += upper.tolist()
        self.start += (len(self.index) + np.cumsum(np.bincount(of, minlength=len(upper)))).tolist()
        self.index += np.asarray(columns)[at].tolist()
        self.value += weights[of, at].tolist()


def solve(problem: Problem, budget_s: float, owner: str = "") -> Floats:
    """Amperes by car and step. `budget_s` is for writing the programme down and solving it. Raises Unsolved.

    `owner`: whose plan it is. Of each owner one solver at most is at work, also after it was given up.
    """
    until = time.perf_counter() + budget_s
    cars, steps = problem.most.shape
    build = _Build()
    place = np.full((cars, steps), -1)
    usable = problem.most > 1e-9
    place[usable] = np.arange(np.count_nonzero(usable))
    energy = np.outer(problem.per_amp, problem.hours)
    build.cost = ((problem.cost - problem.worth[:, None]) * energy)[usable].tolist()
    build.lower = np.minimum(problem.least, problem.most)[usable].tolist()
    build.upper = problem.most[usable].tolist()
    for car in range(cars):
        used = usable[car]
        if used.any():
            build.row(-highspy.kHighsInf, problem.wanted[car], place[car, used].tolist(), energy[car, used].tolist())
    _limits(problem, build, place, until)
    _sun(problem, build, place)
    _peak(problem, build, place)
    found = _run(build, until - time.perf_counter(), owner)
    amps = np.zeros((cars, steps))
    amps[place >= 0] = found[place[place >= 0]]
    return np.clip(amps, 0.0, problem.most)


def _limits(problem: Problem, build: _Build, place: np.ndarray, until: float) -> None:
    """Cars that weigh alike in every limit are added up once for each step; a limit nobody can reach is left out."""
    lines = problem.lines
    if not len(lines):
        return
    kinds, kind_of = np.unique(lines.round(9), axis=1, return_inverse=True)
    kind_of = np.asarray(kind_of).ravel()
    for step in range(place.shape[1]):
        if time.perf_counter() > until:
            raise Unsolved("no time left to write the programme down")
        here = np.flatnonzero(place[:, step] >= 0)
        if not len(here):
            continue
        ends = problem.ends if problem.ends.ndim == 1 else problem.ends[:, step]
        most = np.bincount(kind_of[here], weights=problem.most[here, step], minlength=kinds.shape[1])
        present = np.bincount(kind_of[here], minlength=kinds.shape[1]) > 0
        reach = np.maximum(kinds, 0) @ most
        binding = np.flatnonzero(reach > ends + 1e-9)
        if not len(binding):
            continue
        sums: dict[int, int] = {}
        for kind in np.flatnonzero(present & np.any(kinds[binding], axis=0)).tolist():
            members = [int(place[car, step]) for car in here if kind_of[car] == kind]
            if len(members) == 1:
                sums[kind] = members[0]
                continue
            sums[kind] = build.column(0.0, 0.0, float(most[kind]))
            build.row(0.0, 0.0, [sums[kind], *members], [-1.0, *[1.0] * len(members)])
        build.rows_below(ends[binding], list(sums.values()), kinds[binding][:, list(sums)])


def _sun(problem: Problem, build: _Build, place: np.ndarray) -> None:
    if problem.solar_kw is None or problem.solar_gain is None or problem.draw_kw is None:
        return
    for step in range(place.shape[1]):
        here = np.flatnonzero(place[:, step] >= 0)
        if problem.solar_kw[step] <= 0 or problem.solar_gain[step] <= 0 or not len(here):
            continue
        own = build.column(-problem.solar_gain[step] * problem.hours[step], 0.0, float(problem.solar_kw[step]))
        members = [int(place[car, step]) for car in here]
        build.row(-highspy.kHighsInf, 0.0, [own, *members], [1.0, *(-problem.draw_kw[here]).tolist()])


def _peak(problem: Problem, build: _Build, place: np.ndarray) -> None:
    if problem.peak_room_kw is None or problem.draw_kw is None:
        return
    above = build.column(problem.peak_price, 0.0, highspy.kHighsInf)
    for step, room in enumerate(problem.peak_room_kw):
        here = np.flatnonzero(place[:, step] >= 0)
        if float(problem.draw_kw[here] @ problem.most[here, step]) > room:
            members = [int(place[car, step]) for car in here]
            build.row(-highspy.kHighsInf, float(room), [above, *members], [-1.0, *problem.draw_kw[here].tolist()])


def _run(build: _Build, budget_s: float, owner: str) -> Floats:
    return _solved(_model(build), budget_s, 0.0, owner) if build.cost else np.zeros(0)


def _model(build: _Build) -> highspy.HighsLp:
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = len(build.cost), len(build.row_upper)
    model.col_cost_ = np.array(build.cost, dtype=float)
    model.col_lower_, model.col_upper_ = np.array(build.lower, dtype=float), np.array(build.upper, dtype=float)
    model.row_lower_, model.row_upper_ = np.array(build.row_lower, dtype=float), np.array(build.row_upper, dtype=float)
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.array(build.start, dtype=np.int32)
    model.a_matrix_.index_ = np.array(build.index, dtype=np.int32)
    model.a_matrix_.value_ = np.array(build.value, dtype=float)
    return model


def _solved(model: highspy.HighsLp, budget_s: float, gap: float, owner: str = "") -> Floats:
    """With a `gap` (whole numbers) the best found in time is good enough, if there is one.

    The solver looks at its own clock only now and then, on a busy machine too late. Who waits here leaves.
    """
    until = time.perf_counter() + budget_s
    _overdue.make_room(owner, budget_s)
    budget_s = until - time.perf_counter()
    if budget_s <= 0:
        raise Unsolved("no time left for the solver")
    solver = _core._Highs()  # the class above it greets on stdout
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("time_limit", budget_s)
    if gap:
        solver.setOptionValue("mip_rel_gap", gap)
    solver.passModel(model)
    thread = threading.Thread(target=solver.run, daemon=True)
    thread.start()
    thread.join(budget_s * 1.1 + GRACE_S)
    if thread.is_alive():
        _overdue.add(owner, thread)
        raise Unsolved("the solver didn't stop in time")
    status = solver.getModelStatus()
    feasible = gap and solver.getInfo().primal_solution_status == 2
    if status != highspy.HighsModelStatus.kOptimal and not feasible:
        raise Unsolved(solver.modelStatusToString(status))
    return np.array(solver.getSolution().col_value, dtype=float)


class Choice:
    """Who charges in the next step. `gain`: of an ampere; `loyal`: of one that it has already (`had`) besides."""

    def __init__(
        self, lines: Floats, ends: Floats, least: Floats, most: Floats, gain: Floats, had: Floats, loyal: Floats,
        kw: Floats, total_kw: float,
    ) -> None:  # fmt: skip
        self.lines, self.ends, self.least, self.most = lines, ends, least, most
        self.gain, self.had, self.loyal, self.kw, self.total_kw = gain, had, loyal, kw, total_kw


def choose(asked: Choice, budget_s: float, owner: str = "") -> Floats:
    """Off, or at least the minimum, within all limits and `total_kw`, with the highest gain. Raises Unsolved."""
    until = time.perf_counter() + budget_s
    build, none = _Build(), -highspy.kHighsInf
    cars = np.flatnonzero((asked.most > 1e-9) & (asked.most >= asked.least - 1e-9)).tolist()
    amps, whole = {}, []
    for car in cars:
        amps[car] = build.column(-float(asked.gain[car]), 0.0, float(asked.most[car]))
        keeps = min(float(asked.had[car]), float(asked.most[car]))
        if keeps > 0:
            kept = build.column(-float(asked.loyal[car]), 0.0, keeps)
            build.row(none, 0.0, [kept, amps[car]], [1.0, -1.0])
        if asked.least[car] > 0:
            on = build.column(0.0, 0.0, 1.0)
            whole.append(on)
            build.row(none, 0.0, [amps[car], on], [1.0, -float(asked.most[car])])
            build.row(0.0, highspy.kHighsInf, [amps[car], on], [1.0, -min(float(asked.least[car]), asked.most[car])])
    for row, end in zip(asked.lines, asked.ends, strict=True):
        used = [car for car in cars if row[car] > 1e-12]
        if float(sum(row[car] * asked.most[car] for car in used)) > end:
            build.row(none, float(end), [amps[car] for car in used], [float(row[car]) for car in used])
    build.row(none, asked.total_kw, [amps[car] for car in cars], [float(asked.kw[car]) for car in cars])
    found = np.zeros(len(asked.most))
    if not cars:
        return found
    model = _model(build)
    kinds = np.full(len(build.cost), highspy.HighsVarType.kContinuous)
    kinds[whole] = highspy.HighsVarType.kInteger
    model.integrality_ = kinds.tolist()
    solution = _solved(model, until - time.perf_counter(), 2e-3, owner)
    for car in cars:
        found[car] = solution[amps[car]]
    return np.where(found < asked.least - 1e-4, 0.0, np.clip(found, np.minimum(asked.least, asked.most), asked.most))
