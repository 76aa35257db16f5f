"""Who charges now under each policy, exactly; and that nobody flickers."""

from itertools import pairwise

import msgspec
import pytest

from backend.energy.core.cars import Car, Order, Outlook, Plan, Policy
from backend.energy.core.desk import RESTS_S
from backend.energy.core.grid import Connector, Grid, Load, Node, Series
from backend.energy.core.planner import DWELL_S, plan, time_for
from backend.energy.core.rows import Rows
from backend.energy.core.session_files import Session, read_sessions
from backend.energy.core.simulation import Faults, Outcome, run
from backend.energy.core.site_files import Site, read_site

HOUR = 3600.0
ROWS = Rows(
    Grid(
        nodes=(Node(id="f", name="Feeder", amps=(20, 20, 20)),),
        connectors=tuple(Connector(id=name, node="f", phases=1, max_amps=16) for name in ("first", "second")),
    )
)
DEAR_NOW: Series = ((0.0, 0.4), (HOUR, 0.1))
CHEAP_NOW: Series = ((0.0, 0.1), (HOUR, 0.4))
DIRTY_NOW: Series = ((0.0, 500.0), (HOUR, 100.0))
CLEAN_NOW: Series = ((0.0, 100.0), (HOUR, 500.0))


def two(first_priority: float = 0.0, second_priority: float = 0.0, wanted_wh: float = 30_000) -> list[Car]:
    return [
        Car(connector="first", arrived=0, departure=8 * HOUR, wanted_wh=wanted_wh, priority=first_priority),
        Car(connector="second", arrived=1, departure=8 * HOUR, wanted_wh=wanted_wh, priority=second_priority),
    ]


def asked(policy: Policy, cars: list[Car], price: Series = (), carbon: Series = (), now: float = 10.0) -> Plan:
    return plan(ROWS, cars, Outlook(price=price, carbon=carbon), now=now, policy=policy)


TABLE = [
    ("equal shares", Policy(order=Order.EQUAL), (0, 0), (), (), (10.0, 10.0)),
    ("the price is nothing to equal shares", Policy(order=Order.EQUAL), (0, 0), DEAR_NOW, (), (10.0, 10.0)),
    ("who came first has all beside the minimum", Policy(order=Order.FIRST_COME), (0, 5), (), (), (14.0, 6.0)),
    ("who goes first has all it can take", Policy(order=Order.PRIORITY), (0, 5), (), (), (0.0, 16.0)),
]


@pytest.mark.parametrize(("name", "policy", "first", "price", "carbon", "amps"), TABLE, ids=[row[0] for row in TABLE])
def test_a_full_feeder_is_shared_by_the_policy(
    name: str, policy: Policy, first: tuple[float, float], price: Series, carbon: Series, amps: tuple[float, float]
) -> None:
    found = asked(policy, two(*first), price, carbon)
    assert (found.amps["first"], found.amps["second"]) == pytest.approx(amps, abs=0.11)


WAITING = [
    (Policy(order=Order.CHEAPEST), DEAR_NOW, CLEAN_NOW, False),
    (Policy(order=Order.CHEAPEST), CHEAP_NOW, DIRTY_NOW, True),
    (Policy(order=Order.GREENEST), DEAR_NOW, CLEAN_NOW, True),
    (Policy(order=Order.GREENEST), CHEAP_NOW, DIRTY_NOW, False),
    (Policy(order=Order.BLEND, cost=1.0, carbon=0.00001), DEAR_NOW, CLEAN_NOW, False),
    (Policy(order=Order.BLEND, cost=0.01, carbon=1.0), DEAR_NOW, CLEAN_NOW, True),
    (Policy(order=Order.FIRST_COME), DEAR_NOW, DIRTY_NOW, True),
    (Policy(order=Order.CHEAPEST), ((0.0, 0.1), (HOUR, -0.1)), (), False),
]


@pytest.mark.parametrize(("policy", "price", "carbon", "now"), WAITING)
def test_who_has_time_charges_when_it_is_better(policy: Policy, price: Series, carbon: Series, now: bool) -> None:
    found = asked(policy, two(wanted_wh=3000), price, carbon)
    assert [amps > 0 for amps in found.amps.values()] == [now, now]


@pytest.mark.parametrize(("others_stay", "now"), [(0.0, True), (10 * HOUR, False)])
def test_who_waits_for_a_price_leaves_room_for_cars_yet_to_come(others_stay: float, now: bool) -> None:
    """Where all connectors are taken nobody else can come, and waiting takes no risk."""
    rows = Rows(
        Grid(
            nodes=(Node(id="f", amps=(16, 16, 16)),),
            connectors=tuple(Connector(id=f"c{number}", node="f", phases=1) for number in range(12)),
        )
    )
    car = Car(connector="c0", arrived=0, departure=6 * HOUR, wanted_wh=7000)
    busy = {f"c{number}": others_stay for number in range(1, 12)}
    found = plan(rows, [car], Outlook(price=((0, 0.4), (3 * HOUR, 0.1)), busy=busy), now=10)
    assert (found.amps["c0"] > 0) is now


def test_who_leaves_soon_goes_first_where_not_all_can_be_served() -> None:
    stays, leaves = two()
    found = asked(Policy(order=Order.CHEAPEST), [stays, msgspec.structs.replace(leaves, departure=2 * HOUR)])
    assert found.amps["second"] > found.amps["first"]


def test_small_rises_wait_and_falls_never_do() -> None:
    alone = Car(connector="first", arrived=0, departure=8 * HOUR, wanted_wh=30_000, max_kw=15.7 * 0.23)
    steady = asked(Policy(order=Order.EQUAL), [alone])
    assert steady.amps["first"] == pytest.approx(15.7, abs=0.1)
    near = Car(connector="second", arrived=1, departure=8 * HOUR, wanted_wh=30_000, amps=9.7)
    rises = asked(Policy(order=Order.EQUAL), [two()[0], near])
    assert rises.amps["second"] == 9.7, "0.3 A more is not worth a message"
    above = Car(connector="second", arrived=1, departure=8 * HOUR, wanted_wh=30_000, amps=10.3)
    assert asked(Policy(order=Order.EQUAL), [two()[0], above]).amps["second"] == pytest.approx(10.0, abs=0.1)


@pytest.mark.parametrize(("ago", "stays"), [(DWELL_S - 60, True), (DWELL_S + 60, False)])
def test_who_was_just_turned_on_stays_on(ago: float, stays: bool) -> None:
    now = 1000.0
    one = Car(connector="first", arrived=0, departure=8 * HOUR, wanted_wh=3000, amps=16.0, switched=now - ago)
    found = asked(Policy(order=Order.CHEAPEST), [one], DEAR_NOW, now=now)
    assert (found.amps["first"] > 0) is stays


@pytest.mark.parametrize("order", [Order.EQUAL, Order.FIRST_COME, Order.PRIORITY, Order.CHEAPEST])
@pytest.mark.parametrize(
    ("ago", "departure", "on"),
    [
        (RESTS_S - 60, None, False),
        (RESTS_S - 60, 8 * HOUR, False),
        (RESTS_S - 60, 1000 + 1.1 * HOUR, True),  # it has no time to rest
        (RESTS_S + 60, None, True),
        (RESTS_S + 60, 8 * HOUR, True),
    ],
)
def test_who_was_just_turned_off_stays_off_unless_it_must_leave(
    order: Order, ago: float, departure: float | None, on: bool
) -> None:
    now = 1000.0
    wanted_wh = 3_600 if departure and departure < 2 * HOUR else 20_000
    one = Car(
        connector="first", arrived=0, departure=departure, wanted_wh=wanted_wh, amps=0.0, switched=now - ago,
        stopped=now - ago,
    )  # fmt: skip
    found = plan(ROWS, [one], Outlook(), now=now, policy=Policy(order=order))
    assert (found.amps["first"] > 0) is on
    assert (found.why["first"].code == "rests") is not on
    other = Car(connector="second", arrived=1, departure=8 * HOUR, wanted_wh=30_000)
    if not on:  # what it leaves isn't lost
        both = plan(ROWS, [one, other], Outlook(), now=now, policy=Policy(order=order))
        assert both.amps == pytest.approx({"first": 0.0, "second": 16.0})


@pytest.mark.parametrize(("order", "departure"), [(Order.EQUAL, None), (Order.CHEAPEST, 9 * HOUR)])
def test_a_load_that_swings_around_the_least_current_switches_nobody_at_each_plan(
    order: Order, departure: float | None
) -> None:
    grid = Grid(
        nodes=(Node(id="f", amps=(32, 32, 32)),),
        connectors=(Connector(id="c", node="f"),),
        loads=(Load(id="l", node="f", worst=(32, 32, 32)),),
    )
    rows, amps, switches, on_s, changed = Rows(grid), 0.0, 0, 0.0, None
    for step in range(40):  # ten minutes
        now, load = step * 15.0, 25.5 if step % 2 else 26.5
        stopped = changed if amps == 0 else None
        one = Car(
            connector="c", arrived=0, departure=departure, wanted_wh=30_000, amps=amps, switched=changed,
            stopped=stopped,
        )  # fmt: skip
        outlook = Outlook(loads={"l": (load, load, load)})
        found = plan(rows, [one], outlook, now=now, policy=Policy(order=order)).amps["c"]
        assert found + load <= 32 + 1e-6
        if (found > 0) != (amps > 0):
            switches, changed = switches + 1, now
        amps, on_s = found, on_s + 15 * (found > 0)
    assert switches <= 2 * (600 // RESTS_S + 1)
    assert on_s > 0


def test_a_plan_takes_the_time_of_its_size() -> None:
    assert [time_for(count) for count in (1, 54, 108, 270, 500)] == [1, 1, 2, 5, 5]


def test_who_waits_is_told_for_what() -> None:
    def why(policy: Policy, price: Series, carbon: Series) -> set[str]:
        found = asked(policy, two(wanted_wh=3000), price, carbon)
        return {found.why[name].code for name in found.why if not found.amps[name]}

    assert why(Policy(order=Order.CHEAPEST), DEAR_NOW, CLEAN_NOW) == {"price"}
    assert why(Policy(order=Order.GREENEST), CHEAP_NOW, DIRTY_NOW) == {"carbon"}
    assert why(Policy(order=Order.GREENEST), DEAR_NOW, DIRTY_NOW) == {"carbon"}
    assert why(Policy(order=Order.BLEND, cost=0.01, carbon=1.0), CHEAP_NOW, DIRTY_NOW) == {"carbon"}


def test_the_same_seed_gives_the_same_plan_and_another_one_another() -> None:
    site = read_site('{"nodes": [{"id": "g", "amps": 40}], "connectors": {"A": {"node": "g"}, "B": {"node": "g"}}}')
    text = "connector,arrival,departure,energy_kwh\n" + "".join(
        f"{name},2026-03-02T{hour:02d}:0{name == 'A':d},2026-03-02T{hour + 3:02d}:30,20\n"
        for name in "AB"
        for hour in (4, 8, 12)
    )

    def once(seed: int) -> Outcome:
        return run(site, read_sessions(text, site), Faults(offline_share=0.3, ack_delay_s=60, seed=seed), budget_s=30)

    first, again, other = once(1), once(1), once(2)
    assert (first.drawn == again.drawn).all()
    assert first.messages == again.messages
    assert not (first.drawn == other.drawn).all()
    assert not first.violations + other.violations


@pytest.mark.parametrize("order", [Order.EQUAL, Order.CHEAPEST])
def test_a_simulated_site_lets_cars_rest_as_a_live_one_does(order: Order) -> None:
    grid = Grid(
        nodes=(Node(id="f", amps=(32, 32, 32)),),
        connectors=(Connector(id="c", node="f"),),
        loads=(Load(id="l", node="f", worst=(32, 32, 32)),),
    )
    swings = (*((60.0 * minute, 26.5 if minute % 2 else 25.5) for minute in range(30)), (1800.0, 0.0))
    site = Site(grid=grid, period_s=60.0, policy=Policy(order=order), loads={"l": swings})
    one = Session(id="s", connector="c", arrival=0, departure=9 * HOUR, energy_kwh=20, max_kw=11)
    plans: list[tuple[float, float]] = []
    found = run(site, [one], seen=lambda now, made: plans.append((now, made.amps.get("c", 0.0))))
    offs = [now for (_, before), (now, amps) in pairwise(plans) if before > 0 and amps == 0 and now < 1800]
    assert len(offs) > 3
    assert all(amps == 0 for off in offs for now, amps in plans if off <= now < off + RESTS_S)
    assert found.why["s"]["rests"] > len(offs)
    assert found.violations == 0
    assert found.stays[0].delivered_kwh == pytest.approx(20, abs=0.05)
