"""`wattline bench-energy`: the scheduler against the clairvoyant bound and the algorithms of acnportal."""

import argparse
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec

from backend.bench import energy_cases
from backend.bench.energy_bound import bound
from backend.bench.energy_cases import Case
from backend.energy.core import simulation
from backend.energy.core.planner import time_for
from backend.energy.core.simulation import Faults

ALGORITHMS = ("earliest deadline", "least laxity", "round robin")
BASELINE_S, LOOPS, LOOPS_S = 200.0, 10_000_000, 0.4
"""What an algorithm of acnportal has for a day where so many turns of an empty loop take so long."""
SCARCE, SCARCE_GOAL, AMPLE_GOAL, COST_GOAL = 0.95, 0.97, 0.99, 1.03


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """`goal`: what is to be reached; None for what only informs."""

    name: str
    value: float
    unit: str
    baseline: str = ""
    baseline_value: float | None = None
    ratio: float | None = None
    goal: str = ""
    met: bool | None = None
    said: str = ""
    """Why the baseline has no value."""


class Result(msgspec.Struct, kw_only=True):
    case: Case
    wanted: float
    bound_kwh: float
    bound_cost: float
    bound_peak_kw: float
    kwh: float
    cost: float
    peak_kw: float
    plan_s: float
    fell_back: int
    violations: int
    faulty_kwh: float
    faulty_violations: int
    baselines: dict[str, dict[str, float]]
    unmeasured: str = ""
    """Why an algorithm that is not in `baselines` has no answer."""


def measure(case: Case, baselines: dict[str, dict[str, float]], seeds: Sequence[int]) -> Result:
    budget = time_for(len(case.site.grid.connectors))
    least = bound(case)
    clear = simulation.run(case.site, case.sessions, Faults(), budget)
    faulty = [
        simulation.run(case.site, case.sessions, Faults(offline_share=0.05, ack_delay_s=30.0, seed=seed), budget)
        for seed in seeds
    ]
    return Result(
        case=case,
        wanted=sum(one.energy_kwh for one in case.sessions),
        bound_kwh=least.kwh,
        bound_cost=least.cost,
        bound_peak_kw=least.peak_kw,
        kwh=sum(one.delivered_kwh for one in clear.stays),
        cost=clear.grid_cost,
        peak_kw=clear.peak_kw,
        plan_s=max([*clear.plan_s, *(s for one in faulty for s in one.plan_s)]),
        fell_back=clear.fell_back + sum(one.fell_back for one in faulty),
        violations=clear.violations,
        faulty_kwh=sum(one.delivered_kwh for run in faulty for one in run.stays) / max(len(faulty), 1),
        faulty_violations=sum(one.violations for one in faulty),
        baselines=baselines,
    )


def rows_of(group: str, results: Sequence[Result]) -> list[Row]:
    most, wanted = sum(one.bound_kwh for one in results), sum(one.wanted for one in results)
    got, scarce = sum(one.kwh for one in results), most < SCARCE * wanted
    goal, share = SCARCE_GOAL if scarce else AMPLE_GOAL, got / most
    days = f"{group} ({len(results)} days)"
    worst = min(one.kwh / one.bound_kwh for one in results)
    found = [
        Row(name=f"{days}: the bound, of what was wanted", value=round(most / wanted, 4), unit="share"),
        Row(name=f"{days}: energy on the worst day", value=round(worst, 4), unit="of the bound"),
    ]
    for name in ALGORITHMS:
        theirs = [one.baselines.get(name) for one in results]
        known = sum(one["energy_kwh"] for one in theirs if one) / most if all(theirs) else None
        found.append(
            Row(
                name=f"{days}: energy", value=round(share, 4), unit="of the bound", baseline=f"{name} (acnportal)",
                baseline_value=None if known is None else round(known, 4),
                ratio=None if known is None else round(share / known, 4), goal=f">= {goal}", met=share >= goal,
                said=_missing(name, results),
            )
        )  # fmt: skip
    if any(one.bound_cost > 0 for one in results):
        ours = sum(one.cost for one in results) / got
        least = sum(one.bound_cost for one in results) / most
        all_met = most >= 0.999 * wanted and results[0].case.site.demand_price is None
        for name in ALGORITHMS:
            theirs = [one.baselines.get(name) for one in results]
            paid = None
            if all(theirs):
                paid = (
                    sum(one["cost"] for one in theirs if one) / sum(one["energy_kwh"] for one in theirs if one) / least
                )
            found.append(
                Row(
                    name=f"{days}: cost per kWh", value=round(ours / least, 4), unit="of the bound",
                    baseline=f"{name} (acnportal)", baseline_value=None if paid is None else round(paid, 4),
                    ratio=None if paid is None else round(paid / (ours / least), 4),
                    goal=f"<= {COST_GOAL}" if all_met else "", met=ours / least <= COST_GOAL if all_met else None,
                    said=_missing(name, results),
                )
            )  # fmt: skip
    return [*found, *_peaks(days, results), *_safe(days, results, most)]


def _missing(name: str, results: Sequence[Result]) -> str:
    lacking = [one for one in results if name not in one.baselines]
    return f"{lacking[0].unmeasured} ({len(lacking)} of {len(results)} days)" if lacking else ""


def _peaks(days: str, results: Sequence[Result]) -> list[Row]:
    """Where a peak is paid for: it, and what it costs with the energy, against who knows the whole day before."""
    charge = results[0].case.site.demand_price
    if charge is None:
        return []
    ours = sum(one.cost + charge * one.peak_kw for one in results)
    least = sum(one.bound_cost + charge * one.bound_peak_kw for one in results)
    peak = sum(one.peak_kw for one in results) / sum(one.bound_peak_kw for one in results)
    free = sum(uncontrolled_kw(one.case) for one in results) / sum(one.bound_peak_kw for one in results)
    return [
        Row(
            name=f"{days}: the paid peak", value=round(peak, 4), unit="of the bound", baseline="uncontrolled",
            baseline_value=round(free, 4), ratio=round(free / peak, 4),
        ),
        Row(name=f"{days}: cost of energy and peak", value=round(ours / least, 4), unit="of the bound"),
    ]  # fmt: skip


def uncontrolled_kw(case: Case) -> float:
    """The highest quarter of an hour, had every car charged at full power from its arrival on."""
    drawn: dict[int, float] = defaultdict(float)
    for one in case.sessions:
        at, power = one.arrival, one.max_kw or 0.0
        ends = min(one.departure, at + one.energy_kwh / power * 3600) if power else at
        while at < ends:
            to = min((at // 900 + 1) * 900, ends)
            drawn[int(at // 900)] += power * (to - at) / 900
            at = to
    return max(drawn.values(), default=0.0)


def _safe(days: str, results: Sequence[Result], most: float) -> list[Row]:
    size = len(results[0].case.site.grid.connectors)
    limit = 1.0 if size < 100 else 5.0
    slowest = max(one.plan_s for one in results)
    broken = sum(one.violations + one.faulty_violations for one in results)
    return [
        Row(
            name=f"{days}: violations, also with 5 % offline, answers up to 30 s late and reordered, meters stale",
            value=broken, unit="moments", goal="0", met=broken == 0,
        ),
        Row(
            name=f"{days}: energy with these faults", value=round(sum(one.faulty_kwh for one in results) / most, 4),
            unit="of the bound without faults",
        ),
        Row(
            name=f"{days}: slowest plan", value=round(slowest, 3), unit="s", goal=f"<= {limit:g}", met=slowest <= limit
        ),
        Row(name=f"{days}: plans that fell back", value=sum(one.fell_back for one in results), unit="plans"),
    ]  # fmt: skip


def chosen(options: argparse.Namespace) -> list[Case]:
    """The short ones first: what has been measured is written, whenever it is stopped."""
    months = energy_cases.TUNING_MONTHS if options.tuning else energy_cases.SCORING_MONTHS
    seed = 1 if options.tuning else 2026
    found = [
        energy_cases.generated(seed, scarce, priced, 54, metered, peak)
        for scarce, priced, metered, peak in (
            (True, False, False, False), (False, True, False, False), (True, False, True, False),
            (False, True, False, True),
        )
    ]  # fmt: skip
    found += energy_cases.acn(options.python, months, options.days)
    if not options.small:
        found += [energy_cases.generated(seed, scarce=True, priced=False)]
        found += [energy_cases.generated(seed, scarce=False, priced=True)]
    return [one for one in found if options.only in one.group]


class Baselines:
    """acnportal's algorithms, in a process of their own on another core, each with its time for a case."""

    def __init__(self, python: Path, seconds: float) -> None:
        self.python, self.seconds = python, seconds
        self.pool = ThreadPoolExecutor(1)
        self.known: dict[tuple[str, str], Future[dict[str, dict[str, float]]]] = {}

    def ask(self, case: Case) -> Future[dict[str, dict[str, float]]]:
        """They know no price; a day with prices is run for its cost."""
        key = (case.group, case.day)
        if key not in self.known:
            self.known[key] = self.pool.submit(self._run, energy_cases.for_worker(case))
        return self.known[key]

    def _run(self, told: dict[str, Any]) -> dict[str, dict[str, float]]:
        found = {}
        for name in ALGORITHMS:
            asked = {"cases": [told], "algorithms": [name]}
            if (done := energy_cases.worker(self.python, "baselines", asked, self.seconds)) is not None:
                found[name] = done[0][name]
        return found


def baseline_s() -> float:
    """The time of an algorithm for a day: longer where this machine, as busy as it is now, is slower."""
    began = time.perf_counter()
    for _ in range(LOOPS):
        pass
    return BASELINE_S * max(1.0, (time.perf_counter() - began) / LOOPS_S)


def write(path: Path, rows: Sequence[Row]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(rows), indent=1) + b"\n")


def line(row: Row) -> str:
    mark = {True: "met    ", False: "NOT MET", None: "       "}[row.met]
    beside = f"  {row.baseline} {row.baseline_value:g}" if row.baseline_value is not None else ""
    beside = beside or (f"  {row.baseline}: {row.said}" if row.baseline else "")
    return f"{mark} {row.name}: {row.value:g} {row.unit}{f' (goal {row.goal})' if row.goal else ''}{beside}"


def main(options: argparse.Namespace) -> int:
    began = time.monotonic()
    cases = chosen(options)
    groups: dict[str, list[Case]] = defaultdict(list)
    for case in cases:
        groups[case.group].append(case)
    theirs = Baselines(options.python, options.baseline_s or baseline_s())
    if not options.no_baselines:
        for case in cases:
            if not case.site.loads:
                theirs.ask(case)
    rows: list[Row] = []
    for group, members in groups.items():
        results = []
        for case in members:
            print(f"{time.monotonic() - began:4.0f} s: {group}, {case.day} …", file=sys.stderr, flush=True)
            result = measure(case, {}, range(1, options.seeds + 1))
            if options.no_baselines:
                result.unmeasured = "not run"
            elif case.site.loads:
                result.unmeasured = "not run, as acnportal knows no other loads"
            else:
                result.baselines = theirs.ask(case).result()
                result.unmeasured = f"no answer within {theirs.seconds:.0f} s"
            results.append(result)
        new = rows_of(group, results)
        rows += new
        write(options.output, rows)
        print("\n".join(line(row) for row in new), flush=True)
    missed = [row.name for row in rows if row.met is False]
    print(
        f"\n{len([row for row in rows if row.met])} goals met, {len(missed)} not, in {time.monotonic() - began:.0f} s"
    )
    print(f"written to {options.output}", file=sys.stderr)
    return 0
