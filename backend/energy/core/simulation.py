"""A site on given sessions in simulated time: the real planner, the real safety, stations that may fail."""

import heapq
import random
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import numpy as np

from backend.energy.core.cars import Car, Demand, Outlook, Plan
from backend.energy.core.flows import Flows, shares
from backend.energy.core.grid import Series, mean, value_at
from backend.energy.core.planner import plan
from backend.energy.core.rows import Floats, Phased, Rows
from backend.energy.core.safety import Message, Safety
from backend.energy.core.session_files import Session
from backend.energy.core.site_files import Site
from backend.energy.core.steps import unrolled

DARK_S = 1800.0
NOTICED_S = 30.0
LEASE_PERIODS = 4
WINDOW_S = 900.0
"""A peak is the mean of a quarter of an hour."""


class Faults(msgspec.Struct, frozen=True, kw_only=True):
    """`offline_share`: of the stations at any time (and of the site meters). Answers take up to `ack_delay_s`."""

    offline_share: float = 0.0
    ack_delay_s: float = 0.0
    seed: int = 1


class Stay(msgspec.Struct, kw_only=True):
    session: Session
    delivered_kwh: float = 0.0
    cost: float = 0.0
    on: bool = False
    switched: float | None = None
    """`on`: its station has confirmed a current for it; `switched`: since when, or since when no longer."""


class Outcome(msgspec.Struct, kw_only=True):
    start: float
    period_s: float
    drawn: Floats
    granted: Floats
    stays: list[Stay]
    grid_cost: float = 0.0
    peak_kw: float = 0.0
    shares: Floats
    shares_at: Floats
    violated_s: float = 0.0
    violations: int = 0
    plan_s: list[float]
    fell_back: int = 0
    messages: int = 0
    why: dict[str, Any]


class Run:
    def __init__(
        self, site: Site, sessions: Sequence[Session], faults: Faults, budget_s: float,
        seen: Callable[[float, Plan], None] | None = None,
    ) -> None:  # fmt: skip
        self.site, self.faults, self.budget_s, self.seen = site, faults, budget_s, seen
        self.rows = Rows(site.grid)
        self.period = site.period_s
        self.now = self.start = sessions[0].arrival // self.period * self.period
        self.end = max(one.departure for one in sessions)
        self.safety = Safety(self.rows, self.now)
        self.peak_kw, self.window_kwh = site.demand_peak_kw, 0.0
        self.random = random.Random(faults.seed)
        self.events: list[tuple[float, int, str, Any]] = []
        self.count = 0
        for one in sessions:
            self._later(one.arrival, "arrives", one)
        self.cars: dict[str, Stay] = {}
        names = [at.id for at in site.grid.connectors]
        self.place = self.rows.place
        self.applied: dict[str, tuple[float, float, int | None]] = {
            name: (self.safety.held[self.place[name]][0].amps, self.now, None) for name in names
        }
        self.stations: dict[str, list[str]] = {}
        for at in site.grid.connectors:
            self.stations.setdefault(at.counted_with, []).append(at.id)
        self.dark: set[str] = set()
        self.silent: set[str] = set()
        self.wanted: dict[str, float] = {}
        series = {
            name: unrolled(told, site.zone, self.start, self.end)
            for name, told in (("price", site.price), ("carbon", site.carbon), ("solar", site.solar))
        }
        self.price, self.carbon, self.solar = series["price"], series["carbon"], series["solar"]
        self.loads = {name: unrolled(told, site.zone, self.start, self.end) for name, told in site.loads.items()}
        fails = faults.offline_share > 0 or faults.ack_delay_s > 0
        holds = LEASE_PERIODS * self.period + faults.ack_delay_s
        self.margins = {
            load.id: max(load.margin, _rise(self.loads.get(load.id, ()), holds) if fails else 0.0)
            for load in site.grid.loads
        }
        steps = [("measured", name, series_) for name, series_ in self.loads.items()]
        for what, about, series_ in (*steps, ("steps", None, self.price)):
            for when, _ in series_:
                if self.start < when < self.end:
                    self._later(when, what, about)
        periods = int(np.ceil((self.end - self.start) / self.period)) + 1
        shape = (len(names), periods)
        self.flows, self.names = Flows(self.rows), names
        for name in names:
            self._turns(name)
        self.found = Outcome(
            start=self.start, period_s=self.period, drawn=np.zeros(shape), granted=np.zeros(shape), stays=[],
            shares=np.zeros(len(self.rows.names)), shares_at=np.zeros(len(self.rows.names)), plan_s=[], why={},
        )  # fmt: skip

    def _later(self, when: float, what: str, about: Any) -> None:
        self.count += 1
        heapq.heappush(self.events, (when, self.count, what, about))

    def run(self) -> Outcome:
        self._later(self.start, "period", None)
        if self.faults.offline_share > 0:
            self._later(self.start, "storm", None)
        while self.events and self.events[0][0] <= self.end:
            when = self.events[0][0]
            self._pass(when)
            if self.now < min(when, self.end) - 1e-9:
                continue  # a car was full before
            again = replan = False
            while self.events and self.events[0][0] <= when + 1e-9:
                _, _, what, about = heapq.heappop(self.events)
                again |= what not in ("steps", "ends")
                replan |= self._happens(what, about)
            if replan:
                self._plan()
            if again or replan:
                self._send()
        self._pass(self.end)
        self._window_ends()
        for stay in self.cars.values():
            self._settle(stay)
        self.found.stays += self.cars.values()
        return self.found

    # --- what happens ---------------------------------------------------------------------------------------------

    def _happens(self, what: str, about: Any) -> bool:
        """True if it asks for a new plan."""
        match what:
            case "arrives":
                self._leaves(about.connector)  # at the same instant another one drives off
                self.cars[about.connector] = Stay(session=about)
                self.flows.comes(about)
                self._turns(about.connector)
                self._later(about.departure, "departs", about)
                return True
            case "departs":
                stay = self.cars.get(about.connector)
                if stay is not None and stay.session.id == about.id:
                    self._leaves(about.connector)
                return True
            case "period":
                self._later(self.now + self.period, "period", None)
                return True
            case "reaches":
                if about.connector not in self.dark:
                    self._applies(about)
                    self._later(self.now + self._delay(), "answers", about)
            case "answers":
                if about.connector not in self.dark:
                    self._answers(about)
            case "ends":
                self._turns(about)
            case "storm":
                self._storm()
            case "noticed":
                for name in about:
                    if name in self.dark:
                        self.safety.lost(name)
                return True
            case "measured":
                return about not in self.silent
            case "full":
                return True
        return False

    def _leaves(self, connector: str) -> None:
        stay = self.cars.pop(connector, None)
        if stay is not None:
            self._settle(stay)
            self.found.stays.append(stay)
            self._turns(connector)

    def _answers(self, message: Message) -> None:
        self.safety.acknowledged(message.connector, message.number)
        stay, on = self.cars.get(message.connector), self.safety.held[self.place[message.connector]][0].amps > 0
        if stay is not None and stay.on != on:
            stay.on, stay.switched = on, self.now

    def _delay(self) -> float:
        return self.random.random() * self.faults.ack_delay_s / 2

    def _storm(self) -> None:
        """Other stations go dark, and other meters silent; those of before are back."""
        names = sorted(self.stations)
        share = round(self.faults.offline_share * len(names) + 0.499)
        chosen = self.random.sample(names, min(share, len(names)))
        dark = {name for station in chosen for name in self.stations[station]}
        for name in self.dark - dark:
            self.safety.back(name)
        self._later(self.now + NOTICED_S * self.random.random(), "noticed", sorted(dark - self.dark))
        self.dark = dark
        self.silent = {name for name in self.loads if self.random.random() < max(self.faults.offline_share, 0.2)}
        self._later(self.now + DARK_S * (0.5 + self.random.random()), "storm", None)

    # --- the house ------------------------------------------------------------------------------------------------

    def _told_loads(self) -> dict[str, Phased]:
        return {name: drawn for name, drawn in self._drawn_loads().items() if name not in self.silent}

    def _plan(self) -> None:
        loads = self.safety.loads(self._told_loads(), self.margins)
        cars = []
        for name, stay in self.cars.items():
            if self.safety.dark[self.place[name]]:
                continue
            one = stay.session
            left = float(self.flows.left[self.place[name]]) * 1000
            if left > 1e-3:
                amps, until, _ = self.applied[name]
                cars.append(
                    Car(
                        connector=name, session=one.id, arrived=one.arrival, departure=one.departure, wanted_wh=left,
                        max_kw=one.max_kw, phases=one.phases, priority=one.priority,
                        amps=amps if self.now < until else 0.0, switched=stay.switched,
                        stopped=None if stay.on else stay.switched,
                    )
                )  # fmt: skip
        outlook = Outlook(
            price=self.price,
            carbon=self.carbon,
            solar=self.solar,
            feed_in=self.site.feed_in,
            loads=loads,
            busy={name: stay.session.departure for name, stay in self.cars.items()},
            demand=self._demand(),
        )
        made = plan(
            self.rows, cars, outlook, now=self.now, policy=self.site.policy, period_s=self.period,
            budget_s=self.budget_s, taken=self.safety.taken(self.now, {car.connector for car in cars}),
            owner=f"simulation {id(self)}",
        )  # fmt: skip
        self.wanted = dict(made.amps)
        self.found.plan_s.append(made.took_s)
        self.found.fell_back += bool(made.fell_back)
        for name, why in made.why.items():
            key = self.cars[name].session.id
            counts = self.found.why.setdefault(key, {})
            counts[why.code] = counts.get(why.code, 0) + 1
        if self.seen:
            self.seen(self.now, made)

    def _demand(self) -> Demand | None:
        if self.site.demand_price is None:
            return None
        return Demand(price=self.site.demand_price, peak_kw=self.peak_kw, others_kw=self._others_kw())

    def _others_kw(self) -> float:
        drawn = self._drawn_loads()
        return sum(load.kw(drawn[load.id]) for load in self.site.grid.loads if load.id in drawn)

    def _drawn_loads(self) -> dict[str, Phased]:
        return {name: (value_at(series, self.now),) * 3 for name, series in self.loads.items() if series}

    def _send(self) -> None:
        lease = (self.now // self.period + LEASE_PERIODS) * self.period
        phases = {name: stay.session.phases for name, stay in self.cars.items()}
        renew = self.period * (LEASE_PERIODS - 1.5)
        for message in self.safety.release(self.wanted, self.now, lease, renew_s=renew, phases=phases):
            self.found.messages += 1
            self._deliver(message)

    def _deliver(self, message: Message) -> None:
        if self.faults.ack_delay_s > 0:
            self._later(self.now + self._delay(), "reaches", message)
        elif message.connector not in self.dark:
            self._applies(message)
            self._later(self.now, "answers", message)

    def _applies(self, message: Message) -> None:
        self.applied[message.connector] = (message.amps, message.until, message.phases)
        self._turns(message.connector)
        self._later(message.until, "ends", message.connector)

    # --- what is drawn --------------------------------------------------------------------------------------------

    def _turns(self, name: str) -> None:
        """What the station at this connector gives may have changed."""
        amps, until, phases = self.applied[name]
        holds = self.now < until - 1e-9
        stay = self.cars.get(name)
        self.flows.follows(
            name,
            amps if holds else float(self.safety.fallback[self.place[name]]),
            phases if holds else None,
            None if stay is None else stay.session,
        )

    def _settle(self, stay: Stay) -> None:
        stay.delivered_kwh = self.flows.had_kwh(stay.session)
        stay.cost = float(self.flows.cost[self.place[stay.session.connector]])

    def _pass(self, until: float) -> None:
        """Lets time run to `until`, with what each station really gives and each car takes."""
        until = min(until, self.end)
        while self.now < until - 1e-9:
            edge = min((self.now // width + 1) * width for width in (self.period, WINDOW_S))
            to = min(self.now + max(self.flows.full_in_s(), 1e-6), edge, until)
            full = self._account(to - self.now)
            self.now = to
            if to % WINDOW_S < 1e-6:
                self._window_ends()
            for place in full:
                self._turns(self.names[place])
            if full and to < until:
                self._later(to, "full", None)
                return
        self.now = max(self.now, until)

    def _window_ends(self) -> None:
        self.found.peak_kw = max(self.found.peak_kw, self.window_kwh * 3600 / WINDOW_S)
        self.peak_kw, self.window_kwh = max(self.peak_kw, self.found.peak_kw), 0.0

    def _account(self, seconds: float) -> list[int]:
        """Counts what flows until then; places whose car is full."""
        period = int((self.now - self.start) / self.period + 1e-6)
        price = value_at(self.price, self.now)
        kw = self.flows.total_kw()
        if self.solar:
            kw = max(kw - mean(self.solar, self.now, self.now + seconds), 0.0)
        self.found.grid_cost += kw * seconds / 3600 * price
        self.window_kwh += max(self._grid_kw(seconds), 0.0) * seconds / 3600
        if period < self.found.drawn.shape[1]:
            self.found.drawn[:, period] += self.flows.amps * (seconds / self.period)
            np.maximum(self.found.granted[:, period], self.flows.given, out=self.found.granted[:, period])
        self._check(seconds)
        return self.flows.passes(seconds, price)

    def _grid_kw(self, seconds: float) -> float:
        sun = mean(self.solar, self.now, self.now + seconds) if self.solar else 0.0
        return self.flows.total_kw() + self._others_kw() - sun

    def _check(self, seconds: float) -> None:
        left = self.rows.left(self._drawn_loads())
        share = shares(self.rows, self.flows.whole, left)
        self.found.shares_at[share > self.found.shares] = self.now
        self.found.shares = np.maximum(self.found.shares, share)
        if np.any(share > 1 + 1e-6):
            self.found.violations += 1
            self.found.violated_s += seconds


def _rise(series: Series, within_s: float) -> float:
    """How far a load rises at most within this time: so much stays free while stations may not obey."""
    found = 0.0
    for number, (until, _) in enumerate(series[1:]):
        first = series[number][1]
        at = number + 1
        while at < len(series) and series[at][0] < until + within_s:
            found = max(found, series[at][1] - first)
            at += 1
    return found


def run(
    site: Site,
    sessions: Sequence[Session],
    faults: Faults | None = None,
    budget_s: float = 1.0,
    seen: Callable[[float, Plan], None] | None = None,
) -> Outcome:
    """Raises BadGrid. Without sessions nothing happens, in no period."""
    if not sessions:
        rows = Rows(site.grid)
        nothing, unused = np.zeros((len(site.grid.connectors), 0)), np.zeros(len(rows.names))
        return Outcome(
            start=0.0, period_s=site.period_s, drawn=nothing, granted=nothing, stays=[], shares=unused,
            shares_at=unused, plan_s=[], why={},
        )  # fmt: skip
    return Run(site, sessions, faults or Faults(), budget_s, seen).run()
