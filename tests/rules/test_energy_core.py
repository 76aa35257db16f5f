"""The scheduler and its safety, as laws."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.energy.core.cars import Car, Order, Outlook, Policy
from backend.energy.core.grid import BadGrid, Connector, Grid, Limit, Load, Node
from backend.energy.core.planner import plan
from backend.energy.core.rows import Rows
from backend.energy.core.safety import Message, Safety
from backend.energy.core.session_files import read_sessions
from backend.energy.core.simulation import Faults, run
from backend.energy.core.site_files import read_site
from backend.energy.site_cli import told_of

HOUR = 3600.0


def site(amps: float = 32.0, count: int = 4, fallback: float = 6.0, **more: object) -> Grid:
    turns = ("RST", "STR", "TRS")
    connectors = tuple(
        Connector(id=f"c{n}", node="f", phases=1 if n % 2 else 3, rotation=turns[n % 3], fallback_amps=fallback, **more)  # type: ignore[arg-type]
        for n in range(count)
    )
    nodes = (Node(id="g", amps=(amps * 2,) * 3, kw=40.0), Node(id="f", name="Feeder", parent="g", amps=(amps,) * 3))
    return Grid(nodes=nodes, connectors=connectors)


class Stations:
    """What stations really do: they follow the last message that reached them until its lease ends."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.follows = {one.id: (one.fallback_amps, 0.0, one.fallback_amps) for one in rows.grid.connectors}

    def take(self, message: Message) -> None:
        fallback = self.follows[message.connector][2]
        self.follows[message.connector] = (message.amps, message.until, fallback)

    def given(self, now: float) -> np.ndarray:
        return np.array([amps if now < until else back for amps, until, back in self.follows.values()])


WANTS = st.dictionaries(st.sampled_from(["c0", "c1", "c2", "c3"]), st.sampled_from([0.0, 6.0, 10.0, 20.0, 32.0]))
STEP = st.one_of(
    st.tuples(st.just("want"), WANTS),
    st.tuples(st.just("reach"), st.integers(0, 9)),
    st.tuples(st.just("answer"), st.integers(0, 9)),
    st.tuples(st.just("lost"), st.sampled_from(["c0", "c1", "c2", "c3"])),
    st.tuples(st.just("back"), st.sampled_from(["c0", "c1", "c2", "c3"])),
    st.tuples(st.just("time"), st.sampled_from([1.0, 40.0, 100.0, 400.0])),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(STEP, max_size=40), st.sampled_from([0.0, 6.0]))
def test_no_order_of_messages_and_failures_passes_a_limit(events: list[tuple[str, object]], fallback: float) -> None:
    """Any message may be lost or late, any answer too: what stations give never exceeds a limit, now or later."""
    rows = Rows(site(fallback=fallback))
    safety, stations = Safety(rows, 0.0), Stations(rows)
    now, wanted, queues, answers = 0.0, {}, {one.id: [] for one in rows.grid.connectors}, []  # type: ignore[var-annotated]
    for what, about in events:
        if what == "want":
            wanted = about
        elif what == "reach":
            full = [name for name, queue in queues.items() if queue]
            if full:
                message = queues[full[about % len(full)]].pop(0)  # type: ignore[operator]
                stations.take(message)
                answers.append(message)
        elif what == "answer" and answers:
            message = answers.pop(about % len(answers))  # type: ignore[operator]
            safety.acknowledged(message.connector, message.number)
        elif what == "lost":
            safety.lost(str(about))
        elif what == "back":
            safety.back(str(about))
        elif what == "time":
            now += float(about)  # type: ignore[arg-type]
        for message in safety.release(wanted, now, (now // 300 + 3) * 300, renew_s=300.0):  # type: ignore[arg-type]
            queues[message.connector].append(message)
        for moment in (now, now + 301, now + 601, now + 1000):
            assert rows.fits(stations.given(moment)), (what, about, moment)


def test_a_raise_waits_for_the_decrease_to_be_acknowledged() -> None:
    rows = Rows(site(amps=32, count=2, fallback=0))
    safety = Safety(rows, 0.0)
    (first,) = safety.release({"c0": 32.0}, 0.0, 900.0)
    safety.acknowledged("c0", first.number)
    sent = safety.release({"c0": 10.0, "c1": 20.0}, 10.0, 900.0)
    assert [(one.connector, one.amps) for one in sent] == [("c0", 10.0)]
    safety.acknowledged("c0", sent[0].number)
    assert [(one.connector, one.amps) for one in safety.release({"c0": 10.0, "c1": 20.0}, 12.0, 900.0)] == [
        ("c1", 20.0)
    ]


@pytest.mark.parametrize("wanted", [{"c0": 10.0, "c1": 30.0}, {"c0": 10.0, "c1": 10.0, "c2": 30.0}])
def test_who_gets_less_than_wanted_is_told_so_once(wanted: dict[str, float]) -> None:
    """Not again after its answer, though the lease would end a moment later by then."""
    safety, now, told = Safety(Rows(site(fallback=0.0)), 0.0), 0.0, []
    while sent := safety.release(wanted, now, now + 900, renew_s=600):
        told += [one.connector for one in sent]
        assert len(told) <= 2 * len(wanted), told
        now += 0.05
        for one in sent:
            safety.acknowledged(one.connector, one.number)
    assert sum(safety.counts(name, now) for name in wanted) == pytest.approx(32, abs=0.1)
    renewed = {one.connector: one.amps for one in safety.release(wanted, now + 301, now + 1201, renew_s=600)}
    assert renewed == {name: safety.counts(name, now) for name in wanted}


def test_unreachable_counts_at_the_larger_of_its_limit_and_its_fallback() -> None:
    rows = Rows(site(count=2, fallback=6))
    safety = Safety(rows, 0.0)
    sent = {one.connector: one for one in safety.release({"c0": 20.0, "c1": 0.0}, 0.0, 900.0)}
    for one in sent.values():
        safety.acknowledged(one.connector, one.number)
    for one in safety.release({"c0": 20.0}, 1.0, 900.0):
        safety.acknowledged(one.connector, one.number)
    safety.lost("c0")
    safety.lost("c1")
    assert safety.counted(2.0) == {"c0": 20.0, "c1": 6.0}


def test_who_draws_more_than_given_counts_with_that() -> None:
    rows = Rows(site(count=2, fallback=0))
    safety = Safety(rows, 0.0)
    for one in safety.release({"c0": 10.0}, 0.0, 900.0):
        safety.acknowledged(one.connector, one.number)
    assert safety.measured("c0", 10.4, 100.0) is False
    assert safety.measured("c0", 25.0, 100.0) is True
    assert safety.counted(100.0) == {"c0": 25.0}
    assert all(one.amps <= 7 for one in safety.release({"c0": 10.0, "c1": 20.0}, 101.0, 900.0) if one.connector == "c1")
    assert safety.measured("c0", 9.0, 200.0) is False
    assert safety.counted(200.0) == {}


def test_fallbacks_that_exceed_a_limit_are_refused_with_its_name() -> None:
    with pytest.raises(BadGrid, match="Feeder L1"):
        Safety(Rows(site(amps=15, fallback=6)), 0.0)


def test_a_silent_meter_counts_as_the_worst_case() -> None:
    grid = Grid(
        nodes=(Node(id="g", amps=(50, 50, 50)),),
        connectors=(Connector(id="c", node="g", phases=1),),
        loads=(Load(id="house", node="g", worst=(30, 30, 30)),),
    )
    rows = Rows(grid)
    car = Car(connector="c", arrived=0, departure=HOUR, wanted_wh=9000)
    told = plan(rows, [car], Outlook(loads={"house": (10, 10, 10)}), now=0)
    silent = plan(rows, [car], Outlook(), now=0)
    assert told.amps["c"] == pytest.approx(32)
    assert silent.amps["c"] == pytest.approx(20)


CARS = st.lists(
    st.tuples(st.integers(0, 40000), st.floats(0.1, 10), st.sampled_from([None, 3.7, 11]), st.sampled_from([None, 1])),
    min_size=1, max_size=8,
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(CARS, st.sampled_from(list(Order)), st.floats(5, 100))
def test_every_plan_keeps_every_limit(
    cars: list[tuple[int, float, float | None, int | None]], order: Order, amps: float
) -> None:
    rows = Rows(site(amps=amps, count=8, fallback=0))
    asked = [
        Car(connector=f"c{n}", arrived=0, departure=stay * HOUR, wanted_wh=wh, max_kw=kw, phases=phases)
        for n, (wh, stay, kw, phases) in enumerate(cars)
    ]
    found = plan(rows, asked, Outlook(price=((0, 0.3), (HOUR, 0.1))), now=0, policy=Policy(order=order))
    given_ = np.array([found.amps.get(f"c{n}", 0.0) for n in range(8)])
    whole = sum(
        (rows.column(car.connector, car.phases) * found.amps[car.connector] for car in asked), np.zeros(len(rows.names))
    )
    assert np.all(np.abs(whole) <= rows.bounds + 1e-6)
    assert np.all((given_ == 0) | (given_ >= 6 - 1e-9))
    assert set(found.why) == {car.connector for car in asked}


def test_a_car_that_takes_less_than_the_minimum_is_told_the_minimum() -> None:
    """2 kW on three phases are 2.9 A; no station can be told less than 6."""
    rows = Rows(site(fallback=0))
    slow = Car(connector="c0", arrived=0, departure=HOUR, wanted_wh=5000, max_kw=2.0)
    assert plan(rows, [slow], Outlook(), now=0).amps["c0"] == 6


def test_a_full_fuse_is_used_though_shares_below_the_minimum_are_no_use() -> None:
    """Six cars on 20 A would get 3.3 A each; three of them get all of it instead, and the others wait for a reason."""
    connectors = tuple(Connector(id=f"c{n}", node="f", phases=1) for n in range(6))
    rows = Rows(Grid(nodes=(Node(id="f", name="Feeder", amps=(20, 20, 20)),), connectors=connectors))
    cars = [Car(connector=f"c{n}", arrived=n, departure=4 * HOUR, wanted_wh=9000) for n in range(6)]
    found = plan(rows, cars, Outlook(), now=0)
    assert sum(found.amps.values()) == pytest.approx(20, abs=0.3)
    assert all(amps == 0 or amps >= 6 for amps in found.amps.values())
    waits = [found.why[name] for name, amps in found.amps.items() if amps == 0]
    assert waits
    assert all(why.code == "limit" and "Feeder L1" in why.text and why.ahead for why in waits)


def test_phasors_hold_and_never_rely_on_another_car() -> None:
    names = ["a", "b"]
    grid = Grid(
        connectors=tuple(Connector(id=name, phases=1, voltage=208) for name in names),
        limits=(Limit(id="delta", weights={"a": 1, "b": 1}, angles={"a": 30, "b": -90}, bound=20),),
    )
    rows = Rows(grid)
    assert rows.use(np.array([20.0, 20.0]))[0] == pytest.approx(20)
    assert rows.fits(np.array([19.9, 19.9]))
    assert not rows.fits(np.array([10.0, 23.0])), "without a, b alone would exceed it"


def test_no_optimum_in_time_falls_back_and_says_so() -> None:
    rows = Rows(site(count=4, fallback=0))
    cars = [Car(connector=f"c{n}", arrived=0, departure=5 * HOUR, wanted_wh=9000) for n in range(4)]
    from backend.energy.core import optimum

    def fails(*_: object) -> None:
        raise optimum.Unsolved("Time limit reached")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(optimum, "solve", fails)
        found = plan(rows, cars, Outlook(), now=0)
    assert found.solver == "greedy"
    assert "Time limit" in found.fell_back
    assert sum(found.amps.values()) > 20


SITE = """{"nodes": [{"id": "grid", "amps": 40}], "connectors": [
 {"id": "A", "node": "grid", "fallback": 6}, {"id": "B", "node": "grid", "fallback": 6}, {"id": "C", "node": "grid"}],
 "tariff": [{"from": "00:00", "price": 0.2}, {"from": "07:00", "price": 0.4}, {"from": "12:00", "price": 0.1}]}"""
SESSIONS = """id,connector,arrival,departure,energy_kwh,max_kw
1,A,2026-03-02T08:00:00Z,2026-03-02T16:00:00Z,20,11
2,B,2026-03-02T08:30:00Z,2026-03-02T11:00:00Z,18,22
3,C,2026-03-02T12:01:00Z,2026-03-02T15:00:00Z,25,22
"""


@pytest.mark.parametrize("faults", [Faults(), Faults(offline_share=0.3, ack_delay_s=60, seed=3)])
def test_a_simulated_day_is_safe_and_cheap(faults: Faults) -> None:
    given_ = read_site(SITE)
    found = run(given_, read_sessions(SESSIONS, given_), faults)
    assert found.violations == 0
    assert max(found.shares) <= 1 + 1e-6
    if faults.offline_share == 0:
        assert sum(one.delivered_kwh for one in found.stays) == pytest.approx(63, rel=0.01)
        assert next(one.cost for one in found.stays if one.session.id == "1") == pytest.approx(2.0, rel=0.1)
    assert math.isclose(
        sum(one.delivered_kwh for one in found.stays), float(found.drawn.sum()) * 0.69 * 300 / 3600, rel_tol=1e-6
    )


def test_no_sessions_are_an_empty_plan() -> None:
    site_ = read_site(SITE)
    sessions = read_sessions("id,connector,arrival,departure,energy_kwh\n", site_)
    told = told_of(site_, run(site_, sessions), Faults())
    assert (sessions, told["periods"], told["sessions"], told["start"]) == ((), [], [], None)
    assert told["totals"]["energy_kwh"] == told["totals"]["violations"] == 0


def test_a_car_that_leaves_as_the_next_one_comes_is_counted() -> None:
    site_ = read_site(SITE)
    text = SESSIONS + "4,A,2026-03-02T16:00:00Z,2026-03-02T18:00:00Z,5,11\n"
    found = run(site_, read_sessions(text, site_))
    assert sorted(one.session.id for one in found.stays) == ["1", "2", "3", "4"]
    assert sum(one.delivered_kwh for one in found.stays) == pytest.approx(68, rel=0.01)


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_a_load_that_jumps_between_two_plans_passes_no_limit(seed: int | None) -> None:
    steps = ", ".join(
        f'{{"from": "{hour:02d}:{minute:02d}", "amps": {amps}}}'
        for hour in range(24)
        for minute, amps in ((0, 5 + hour % 3 * 4), (7, 24), (31, 12))
    )
    site_ = read_site(SITE[:-1] + f', "loads": [{{"id": "lift", "node": "grid", "steps": [{steps}]}}]}}')
    faults = Faults() if seed is None else Faults(offline_share=0.3, ack_delay_s=60, seed=seed)
    found = run(site_, read_sessions(SESSIONS, site_), faults)
    assert found.violations == 0
    assert sum(one.delivered_kwh for one in found.stays) > 20


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5, 6])
def test_a_load_that_climbs_while_a_station_is_offline_passes_no_limit(seed: int) -> None:
    """The one that is offline keeps what it has until its lease ends, and the load climbs step by step."""
    steps = ", ".join(
        f'{{"from": "{hour:02d}:{minute:02d}", "amps": {4 + minute % 20 * 1.6:.1f}}}'
        for hour in range(24)
        for minute in range(0, 60, 5)
    )
    site_ = read_site(
        '{"nodes": [{"id": "g", "amps": 32}], "connectors": {"A": {"node": "g"}, "B": {"node": "g"}}, '
        f'"loads": [{{"id": "lift", "node": "g", "steps": [{steps}]}}]}}'
    )
    text = "connector,arrival,departure,energy_kwh\n" + "".join(
        f"{name},2026-03-02T{hour:02d}:03Z,2026-03-02T{hour + 3:02d}:50Z,40\n" for name in "AB" for hour in (4, 8, 12)
    )
    found = run(site_, read_sessions(text, site_), Faults(offline_share=0.05, ack_delay_s=30, seed=seed))
    assert found.violations == 0


@pytest.mark.parametrize("policy", ["cheapest", "equal"])
@pytest.mark.parametrize(("minutes", "kwh"), [(1, 0.01), (5, 0.1), (5, 2.0), (15, 3.0), (60, 1.5), (60, 5.0)])
def test_a_car_gets_also_what_its_least_current_gives_in_less_than_a_period(
    minutes: int, kwh: float, policy: str
) -> None:
    text = '{"period_min": %d, "policy": "%s", "connectors": [{"id": "A"}]}' % (minutes, policy)  # noqa: UP031  # full of braces
    told = read_site(text)
    rows = f"id,connector,arrival,departure,energy_kwh,max_kw\ns,A,2026-03-02T08:00Z,2026-03-02T13:00Z,{kwh},11\n"
    assert run(told, read_sessions(rows, told)).stays[0].delivered_kwh == pytest.approx(kwh)
