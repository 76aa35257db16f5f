"""The clairvoyant bound: a linear programme that knows every session from the beginning."""

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from backend.bench.energy_cases import Case
from backend.energy.core import optimum
from backend.energy.core.grid import mean, value_at
from backend.energy.core.rows import Floats, Rows
from backend.energy.core.steps import unrolled


class Bound(NamedTuple):
    """`peak_kw`: of any step, where a peak is paid for."""

    kwh: float
    cost: float
    peak_kw: float


def bound(case: Case, budget_s: float = 600.0) -> Bound:
    """What nobody can beat: no minimum current, no faults, and circles widened to polygons around them."""
    rows, sessions, period = Rows(case.site.grid), case.sessions, case.site.period_s
    start = min(one.arrival for one in sessions)
    end = max(one.departure for one in sessions)
    edges: Floats = start + np.arange(math.ceil((end - start) / period) + 1, dtype=float) * period
    left, right = edges[:-1], edges[1:]
    at = [rows.grid.connectors[rows.place[one.connector]] for one in sessions]
    per_amp = np.array([one.kw_per_amp(car.phases) * one.efficiency for one, car in zip(at, sessions, strict=True)])
    most = np.array(
        [min(one.max_amps, (car.max_kw or math.inf) / kw) for one, car, kw in zip(at, sessions, per_amp, strict=True)]
    )
    arrivals = np.array([one.arrival for one in sessions])[:, None]
    departures = np.array([one.departure for one in sessions])[:, None]
    inside = np.clip((np.minimum(right, departures) - np.maximum(left, arrivals)) / period, 0.0, 1.0)
    price = unrolled(case.site.price, case.site.zone, start, end)
    paid = np.array([mean(price, a, b) for a, b in zip(left, right, strict=True)])
    lines, ends = _around(rows, case, left)
    hours = np.full(len(left), period / 3600)
    wanted = np.array([one.energy_kwh for one in sessions])
    top, charge = max(paid.max(), 1e-9), case.site.demand_price
    draw = per_amp / np.array([one.efficiency for one in at])
    amps = optimum.solve(
        optimum.Problem(
            lines=lines, ends=ends, hours=hours, most=most[:, None] * inside, least=np.zeros_like(inside),
            kwh_per_amp_h=per_amp, wanted_kwh=wanted, cost=np.broadcast_to(paid / top, inside.shape),
            worth=np.full(len(sessions), 1000.0), draw_kw=draw, peak_price=(charge or 0.0) / top,
            peak_room_kw=None if charge is None else np.full(len(left), case.site.demand_peak_kw),
        ),
        budget_s,
    )  # fmt: skip
    kwh = amps * per_amp[:, None] * hours
    peak = 0.0 if charge is None else float((draw @ amps).max())
    return Bound(float(kwh.sum()), float((kwh * paid).sum()), peak)


def _around(rows: Rows, case: Case, starts: npt.NDArray[Any]) -> tuple[Floats, Floats]:
    """Polygons around the circles, and weights with their sign: laxer than physics. Other loads as they really are."""
    columns = np.array([rows.column(one.connector, one.phases) for one in case.sessions]).T
    lines = (columns[rows.line_row] * rows.line_turn[:, None]).real
    loads = {name: unrolled(told, case.site.zone, starts[0], starts[-1]) for name, told in case.site.loads.items()}
    if not loads:
        return lines, rows.bounds[rows.line_row]
    free = [rows.left({name: (value_at(one, at),) * 3 for name, one in loads.items()}) for at in starts]
    return lines, np.array(free)[:, rows.line_row].T
