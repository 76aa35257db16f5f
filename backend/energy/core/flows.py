"""What every station of a simulated site really gives and every car takes, as vectors over the connectors."""

import math

import numpy as np

from backend.energy.core.rows import Floats, Rows
from backend.energy.core.session_files import Session

DONE_KWH = 1e-6


class Flows:
    """`amps` drawn, `kw` from the site, `into` the car, kWh `left` to give; `given`: the limit in force."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        count = len(rows.grid.connectors)
        self.amps, self.kw, self.into = np.zeros(count), np.zeros(count), np.zeros(count)
        self.left, self.cost, self.given = np.zeros(count), np.zeros(count), np.zeros(count)
        self.columns = np.zeros((count, len(rows.names)), dtype=complex)
        self.whole = np.zeros(len(rows.names), dtype=complex)
        self.known: dict[tuple[str, int], np.ndarray] = {}

    def _column(self, name: str, phases: int) -> np.ndarray:
        if (name, phases) not in self.known:
            self.known[name, phases] = self.rows.column(name, phases)
        return self.known[name, phases]

    def comes(self, session: Session) -> None:
        place = self.rows.place[session.connector]
        self.left[place], self.cost[place] = session.energy_kwh, 0.0

    def follows(self, name: str, given: float, phases: int | None, session: Session | None) -> None:
        """The station gives this from now on; `phases`: how many it may use. The car takes what it can."""
        place = self.rows.place[name]
        one = self.rows.grid.connectors[place]
        self.given[place] = given
        self.whole -= self.amps[place] * self.columns[place]
        self.amps[place] = self.kw[place] = self.into[place] = 0.0
        if session is None or self.left[place] <= DONE_KWH or given < one.min_amps - 1e-6:
            return
        used = one.used_phases(session.phases)
        used = used if phases is None else min(used, phases)
        kw = one.kw_per_amp(used)
        most = math.inf if session.max_kw is None else session.max_kw / (kw * one.efficiency)
        amps = min(given, one.max_amps, most)
        self.amps[place], self.kw[place], self.into[place] = amps, amps * kw, amps * kw * one.efficiency
        self.columns[place] = self._column(name, used)
        self.whole += amps * self.columns[place]

    def full_in_s(self) -> float:
        """When the first car has what it wants."""
        on = self.into > 0
        return float(np.min(self.left[on] / self.into[on], initial=math.inf)) * 3600

    def passes(self, seconds: float, price: float) -> list[int]:
        """Lets time run; places whose car is full now."""
        hours = seconds / 3600
        self.left -= self.into * hours
        self.cost += self.kw * (hours * price)
        return np.flatnonzero((self.into > 0) & (self.left <= DONE_KWH)).tolist()

    def total_kw(self) -> float:
        return float(self.kw.sum())

    def had_kwh(self, session: Session) -> float:
        return session.energy_kwh - max(float(self.left[self.rows.place[session.connector]]), 0.0)


def shares(rows: Rows, whole: np.ndarray, left: Floats) -> Floats:
    """Of each limit how much is used, other loads included."""
    used = np.where(rows.signed, np.maximum(whole.real, 0.0), np.abs(whole)) + (rows.bounds - left)
    return np.where(rows.bounds > 0, used / np.maximum(rows.bounds, 1e-9), np.where(used > 1e-6, 9e9, 0))
