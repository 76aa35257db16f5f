"""The planner's question in numbers."""

import math
from bisect import bisect_right
from collections.abc import Sequence

import numpy as np

from backend.energy.core.cars import Car, Outlook
from backend.energy.core.rows import Floats, Rows

UNKNOWN_STAY_S = 8 * 3600.0
UNKNOWN_WANT_KWH = 40.0
PEAK = "the paid peak"
RESTS_S, URGENT_S = 180.0, 900.0
"""So long who was turned off stays off, so that a load that swings doesn't switch it with every plan; not who would
have less than so much time to spare until it leaves."""


class Desk:
    """The question in numbers: a row a car."""

    def __init__(self, rows: Rows, cars: Sequence[Car], outlook: Outlook, now: float, taken: Floats | None) -> None:
        self.rows, self.cars, self.outlook, self.now = rows, cars, outlook, now
        self.at = [rows.grid.connectors[rows.place[car.connector]] for car in cars]
        columns = [rows.lined(rows.column(car.connector, car.phases)) for car in cars]
        self.lines: Floats = np.array(columns).reshape(len(cars), len(rows.line_row)).T
        self.names = [rows.names[row] for row in rows.line_row]
        self.taken: Floats = np.zeros(len(rows.line_row)) if taken is None else taken
        self.bounds: Floats = self._bounds_of(rows.bounds)
        self.changes = sorted({at for series in outlook.caps.values() for at, _ in series if at > now})
        self.changed: Floats = np.array([self._bounds_of(rows.bounds_at(outlook.caps, at)) for at in self.changes])
        pairs = list(zip(self.at, cars, strict=True))
        self.draw_kw = np.array([one.kw_per_amp(car.phases) for one, car in pairs])
        self.per_amp = np.array([one.kw_per_amp(car.phases) * one.efficiency for one, car in pairs])
        self.most = np.array([_most(one.max_amps, car, kw) for (one, car), kw in zip(pairs, self.per_amp, strict=True)])
        self.least = np.array([one.min_amps for one in self.at])
        small = (self.most < self.least) & (self.most > 0)
        part = np.where(small, self.most / np.maximum(self.least, 1e-9), 1.0)
        self.draw_kw, self.per_amp = self.draw_kw * part, self.per_amp * part
        self.most = np.where(small, self.least, self.most)  # told the least, such a car takes what it can
        self.step = np.array([one.step_amps for one in self.at])
        self.ends = np.array([_end(car, now) for car in cars])
        self.wanted = np.array(
            [UNKNOWN_WANT_KWH if car.wanted_wh is None else max(car.wanted_wh, 0.0) / 1000 for car in cars]
        )
        self.had = np.array([car.amps for car in cars])
        full = np.maximum(self.most * self.per_amp, 1e-9)
        self.laxity_s = (self.ends - now) - self.wanted / full * 3600
        stopped = np.array([-math.inf if car.stopped is None else car.stopped for car in cars])
        urgent = np.array([car.departure is not None for car in cars], dtype=bool) & (self.laxity_s < URGENT_S)
        self.rests = (now - stopped < RESTS_S) & ~urgent
        """Who was just turned off and has time."""

    def _bounds_of(self, bounds: Floats) -> Floats:
        return np.maximum(self.rows.ends(self.rows.left(self.outlook.loads, bounds)) - self.taken, 0.0)

    def bounds_at(self, moments: Sequence[float] | Floats) -> Floats:
        """Of each line what cars may have, at each moment from now on (across)."""
        known = np.vstack([self.bounds[: len(self.taken)], *self.changed])
        return known[np.searchsorted(self.changes, moments, side="right")].T

    def lowered(self, car: int, when: float) -> bool:
        """Whether a limit of this car is lower then than it is now: not a time to wait for."""
        place = bisect_right(self.changes, when)
        on = self.lines[: len(self.taken), car] > 1e-12
        return place > 0 and bool(np.any((self.changed[place - 1] < self.bounds[: len(self.taken)] - 1e-6) & on))

    def capped(self, kw: float) -> None:
        """No more than this for all cars together: not for a fuse, for what a higher peak costs."""
        self.lines = np.vstack([self.lines, self.draw_kw])
        self.bounds = np.append(self.bounds, kw)
        self.names.append(PEAK)

    def fits(self, amps: Floats) -> bool:
        return bool(np.all(self.lines @ amps <= self.bounds + 1e-6))

    def room(self, amps: Floats, car: int) -> float:
        """The most this car can have while the others keep what they have."""
        column = self.lines[:, car]
        on = column > 1e-12
        rest = self.lines[on] @ amps - column[on] * amps[car]
        return float(np.min((self.bounds[on] - rest) / column[on], initial=math.inf))


def _end(car: Car, now: float) -> float:
    return now + UNKNOWN_STAY_S if car.departure is None else max(car.departure, now + 60.0)


def _most(connector_amps: float, car: Car, kw_per_amp: float) -> float:
    return min(connector_amps, car.max_kw / kw_per_amp) if car.max_kw is not None else connector_amps
