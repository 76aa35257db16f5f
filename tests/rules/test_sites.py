"""The power tree, sharing and signals: what is refused, what is given, and that no limit is ever passed."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.energy.core import planner
from backend.energy.core.cars import Order, Policy, Why
from backend.energy.core.grid import BadGrid
from backend.energy.core.rows import Rows
from backend.energy.core.session_files import Session
from backend.errors import InvalidInput
from backend.sites import aside, planning, rules, signals, whatif_rules
from backend.sites.planning import Car, Cost
from shared.said import in_language
from shared.sites import EnergyTariff, PolicyName, PowerNode, Rotation, SignalKind, SignalPoint, SitePolicy, TariffStep

NOW = datetime(2030, 1, 7, 12, 0, tzinfo=UTC)
EVSES = {"A": [1], "B": [1, 2]}


def node(key: str, kind: str, parent: str | None = None, **more: Any) -> PowerNode:
    return msgspec.convert({"key": key, "kind": kind, "parent": parent, **more}, PowerNode, strict=False)


def tree(fuse: float = 40, **station: Any) -> list[PowerNode]:
    return [
        node("grid", "grid", limit_a=fuse),
        node("a", "station", "grid", station="A", **station),
        node("b", "station", "grid", station="B", **station),
    ]


@pytest.mark.parametrize(
    ("nodes", "words"),
    [
        ([node("grid", "grid")], "needs a limit"),
        ([node("a", "feeder", limit_a=3)], "the grid connection"),
        ([*tree(), node("a", "feeder", "grid")], "used twice"),
        ([*tree(), node("x", "feeder", "y"), node("y", "feeder", "x")], "below itself"),
        ([*tree(), node("x", "feeder", "nowhere")], "doesn't exist"),
        ([*tree(), node("x", "station", "grid", station="Z")], "no such station"),
        ([*tree(), node("x", "station", "grid", station="A")], "twice"),
        ([*tree(), node("c", "connector", "a", evse=7)], "no EVSE 7"),
        ([*tree(), node("c", "connector", "grid", evse=1)], "can't hang on a grid"),
        ([*tree(), node("l", "load", "grid")], "needs the most it can draw"),
        (tree(17), "grid: while Wattline is silent up to 18 A"),
        ([*tree(), node("l", "load", "grid", limit_a=30)], "up to 48 A"),
        ([*tree(), node("f", "feeder", "grid", limit_w=100), node("l", "load", "f", limit_a=1)], "690 W"),
    ],
)
def test_a_contradiction_names_its_node(nodes: list[PowerNode], words: str) -> None:
    assert words in " ".join(text for _, text in rules.problems(nodes, EVSES))


def test_a_refused_tree_is_said_in_german() -> None:
    wrong = [
        tree(17),
        tree(40, minimum_a=20, maximum_a=10),
        [node("grid", "grid")],
        [*tree(), node("l", "load", "grid")],
        [*tree(), node("x", "station", "grid", station="Z")],
        tree(10_001),
    ]
    for nodes in wrong:
        english = rules.problems(nodes, EVSES)[0][1]
        assert in_language(english, "de") != english, english
    most = in_language(rules.problems(tree(17.5, fallback_a=8), EVSES)[0][1], "de")
    assert most.startswith(
        "grid: Solange Wattline schweigt, können bis zu 24 A hindurchfließen, und die Grenze ist 17,5 A."
    )


def test_a_child_above_its_parent_is_fine() -> None:
    assert rules.problems([*tree(), node("f", "feeder", "grid", limit_a=63)], EVSES) == []


def test_one_phase_loads_the_phase_of_its_rotation() -> None:
    (lane, *_) = rules.lanes(tree(rotation=Rotation.STR), EVSES)
    assert lane.load(16, 1) == (0, 16, 0)
    assert lane.load(16, 2) == (0, 16, 16)


def cars(nodes: list[PowerNode], **more: Any) -> list[Car]:
    return [
        Car(lane=lane, phases=lane.phases, arrived_at=NOW + timedelta(minutes=number), takes_a=32.0, **more)
        for number, lane in enumerate(rules.lanes(nodes, EVSES))
    ]


def asked(nodes: list[PowerNode], every: list[Car], policy: str = "equal", costs: Any = ()) -> planning.Question:
    rows = Rows(rules.grid_of(nodes, rules.lanes(nodes, EVSES)))
    nothing = np.zeros(len(rows.line_row))
    named = SitePolicy(name=PolicyName(policy))
    return planning.Question(rows, every, {}, nothing, named, costs, [], [], NOW)


def shared(nodes: list[PowerNode], every: list[Car], policy: str = "equal", costs: Any = ()) -> list[float]:
    found = planning.answer(asked(nodes, every, policy, costs)).given
    return [found[car.lane.spot].current_a for car in every]


def test_equal_first_and_priority() -> None:
    nodes = tree(40)
    every = cars(nodes)
    assert shared(nodes, every) == pytest.approx([13.3] * 3, abs=0.2)
    assert shared(nodes, every, "first") == pytest.approx([28, 6, 6], abs=0.01)
    needy = [replace(car, priority=50 * number) for number, car in enumerate(every)]
    assert shared(nodes, needy, "priority")[2] > 25


def test_who_can_t_have_its_minimum_waits_and_is_told_where() -> None:
    nodes = tree(16, fallback_a=0)
    found = planning.answer(asked(nodes, cars(nodes))).given
    assert sorted(one.current_a for one in found.values()) == [0, 8, 8]
    waiting = next(one.why for one in found.values() if not one.current_a)
    assert (waiting.code, waiting.limits[0]) == ("limit", "grid L1")


def test_a_car_with_time_waits_for_the_cheap_hours_and_no_longer() -> None:
    nodes = tree()
    costs = [Cost(NOW + timedelta(hours=number), 1.0 if number < 4 else 0.5) for number in range(24)]
    early, late = NOW + timedelta(hours=3), NOW + timedelta(hours=12)
    assert shared(nodes, cars(nodes, still_wh=10_000, departs_at=late), "cheapest", costs) == [0, 0, 0]
    assert sum(shared(nodes, cars(nodes, still_wh=10_000, departs_at=early), "cheapest", costs)) > 12


def test_a_car_that_takes_nothing_gets_the_least_of_what_is_left() -> None:
    nodes = tree(40)
    every = cars(nodes)
    full = [replace(every[0], full=True), *every[1:]]
    found = planning.answer(asked(nodes, full)).given
    assert [found[car.lane.spot].current_a for car in full] == pytest.approx([0, 20, 20], abs=0.2)
    roomy = planning.answer(asked(tree(80), full)).given
    assert [roomy[car.lane.spot].current_a for car in full] == pytest.approx([6, 32, 32], abs=0.2)


def test_a_scheduler_that_fails_is_said_and_everybody_still_gets_power(monkeypatch: pytest.MonkeyPatch) -> None:
    nodes = tree(40)

    def broken(*_: Any) -> Any:
        raise ArithmeticError("singular")

    monkeypatch.setattr(planner.optimum, "solve", broken)
    found = planning.answer(asked(nodes, cars(nodes), "cheapest"))
    assert found.detail == "The scheduler failed: singular"
    assert sorted(one.current_a for one in found.given.values()) == pytest.approx([13.3] * 3, abs=0.2)


def test_a_small_rise_and_one_soon_after_the_last_wait_but_a_fall_never() -> None:
    (car, *_) = cars(tree(), given_a=10.0, given_at=NOW - timedelta(seconds=5))
    for wanted, told in ((20.0, 10.0), (10.4, 10.0), (8.0, 8.0)):
        given = {car.lane.spot: planning.Given(wanted, planning.IDLE)}
        assert planning.patient(given, [car], NOW)[car.lane.spot].current_a == told


@pytest.mark.parametrize(
    ("code", "limits", "fallback_a", "takes_a", "told"),
    [
        ("limit", ("grid L1",), 6, 32.0, 6.0),
        ("limit", ("grid L1",), 10, 8.0, 8.0),
        ("limit", ("grid L1",), 3, 32.0, 0.0),  # below what a car charges with
        ("limit", ("grid L1", planner.PEAK), 6, 32.0, 0.0),
        ("price", (), 6, 32.0, 0.0),
    ],
)
def test_who_waits_for_room_has_the_fallback_that_is_kept_for_its_outlet_anyway(
    code: str, limits: tuple[str, ...], fallback_a: int, takes_a: float, told: float
) -> None:
    car = replace(cars(tree(fallback_a=fallback_a))[0], takes_a=takes_a)
    given = {car.lane.spot: planning.Given(0.0, Why(code=code, text="", limits=limits))}
    assert planning.with_reserved(given, [car])[car.lane.spot].current_a == told


amperes = st.floats(0, 80)


@settings(max_examples=40, deadline=None)
@given(
    fuse=amperes,
    feeder=amperes,
    lift=st.tuples(amperes, amperes, amperes),
    phases=st.lists(st.integers(1, 3), min_size=3, max_size=3),
    turn=st.sampled_from(list(Rotation)),
    policy=st.sampled_from(list(PolicyName)),
)
def test_no_plan_passes_a_limit(
    fuse: float, feeder: float, lift: rules.Phases, phases: list[int], turn: Rotation, policy: PolicyName
) -> None:
    nodes = [
        node("grid", "grid", limit_a=fuse, limit_w=round(fuse * 600)),
        node("f", "feeder", "grid", limit_a=feeder),
        node("a", "station", "grid", station="A"),
        node("b", "station", "f", station="B", rotation=turn),
        node("l", "load", "grid", limit_a=80),
    ]
    every = [replace(car, phases=number) for car, number in zip(cars(nodes), phases, strict=True)]
    question = asked(nodes, every, policy.value)._replace(loads={"l": lift})
    found = planning.answer(question, budget_s=0.2).given
    drawn = {car.lane.spot: car.lane.load(found[car.lane.spot].current_a, car.phases) for car in every}
    flowing = rules.flows(nodes, [car.lane for car in every], drawn, {"l": lift})
    if any(one.current_a for one in found.values()):
        assert max(flowing["f"]) <= feeder + 1e-3
        touched = {place for car in every for place in range(3) if drawn[car.lane.spot][place]}
        assert all(flowing["grid"][place] <= fuse + 1e-3 for place in touched)
        assert rules.watts(flowing["grid"]) <= round(fuse * 600) + 1
    assert all(one.current_a == 0 or one.current_a >= 6 for one in found.values())


@pytest.mark.parametrize(
    ("state", "wh", "given_a", "since_s", "full"),
    [
        ("suspended_ev", 4_000, 16.0, 300, True),
        ("suspended_ev", 4_000, 6.0, 300, True),
        ("suspended_ev", 4_000, 16.0, 60, False),  # just told: it has a moment
        ("suspended_ev", 4_000, 0.0, 300, False),  # nothing is offered: who knows what it would take
        ("suspended_ev", 4_000, None, 300, False),
        ("suspended_ev", 0, 16.0, 300, False),  # it hasn't begun
        ("suspended_evse", 4_000, 16.0, 300, False),
        ("charging", 4_000, 16.0, 300, False),
        (None, 4_000, 16.0, 300, False),
    ],
)
def test_a_car_is_full_that_takes_nothing_of_what_it_is_offered(
    state: str | None, wh: int, given_a: float | None, since_s: int, full: bool
) -> None:
    session = {"charging_state": state, "energy_wh": wh}
    lane = rules.lanes(tree(), EVSES)[0]
    assert planning.is_full(session, lane, given_a, NOW - timedelta(seconds=since_s), NOW) is full
    assert planning.is_full(session, lane, given_a, None, NOW) is False


def two_cars(nodes: list[PowerNode]) -> tuple[whatif_rules.Frame, list[rules.Lane], list[whatif_rules.Past]]:
    lanes = rules.lanes(nodes, EVSES)
    begun = NOW.timestamp()
    past = [
        whatif_rules.Past(
            number,
            Session(
                id=str(number), connector=rules.outlet_id(lanes[number].spot), arrival=begun + number * 60,
                departure=begun + 2 * 3600, energy_kwh=20.0, max_kw=11.0, phases=3,
            ),
        )
        for number in (0, 1)
    ]  # fmt: skip
    return whatif_rules.Frame(nodes, Policy(order=Order.EQUAL), ((begun, 0.3),)), lanes, past


def test_more_connectors_on_the_same_fuse_through_the_real_scheduler() -> None:
    """Two cars that fit become six that don't; what is in the way is named, and no limit is passed."""
    nodes = tree(32)
    frame, lanes, past = two_cars(nodes)
    now, limit = whatif_rules.side(frame, lanes, past)
    assert (now.delivered_wh, now.complete_share, limit, now.cost) == (40_000, 1.0, "", Decimal("12.0"))
    more_lanes, more_past = whatif_rules.more(nodes, nodes[0], lanes, past, 4)
    then, limit = whatif_rules.side(frame, more_lanes, more_past)
    assert (then.connectors, then.sessions, then.wanted_wh) == (7, 6, 120_000)
    assert then.delivered_wh < 52_000  # 32 A for two hours and twenty minutes
    assert then.complete_share < 1
    assert limit == "grid L1"
    assert then.peak_share <= 1


async def test_a_process_of_its_own_gives_the_same_answer() -> None:
    nodes = tree(32)
    frame, lanes, past = two_cars(nodes)
    sides = [(lanes, past), whatif_rules.more(nodes, nodes[0], lanes, past, 4)]
    assert await aside.answers(frame, sides) == [whatif_rules.side(frame, *one) for one in sides]


async def test_fallbacks_that_do_not_fit_are_said_through_the_process() -> None:
    nodes = tree(8)
    frame, lanes, past = two_cars(nodes)
    with pytest.raises(BadGrid) as here:
        whatif_rules.side(frame, lanes, past)
    with pytest.raises(BadGrid) as there:
        await aside.answers(frame, [(lanes, past)])
    assert (there.value.where, there.value.problem) == (here.value.where, here.value.problem)


async def test_a_simulation_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    frame, lanes, past = two_cars(tree(32))
    monkeypatch.setattr(aside, "MOST_S", 0.01)
    with pytest.raises(InvalidInput) as caught:
        await aside.answers(frame, [(lanes, past)])
    assert caught.value.problem_code == "too_long"


# --- signals -----------------------------------------------------------------------------------------


def point(hour: int, value: str) -> SignalPoint:
    at = NOW + timedelta(hours=hour)
    return SignalPoint(starts_at=at, ends_at=at + timedelta(hours=1), value=Decimal(value))


def test_a_jump_is_left_out_and_flagged() -> None:
    judged = signals.judged(SignalKind.PRICE, [point(0, "0.3"), point(1, "90"), point(2, "-0.1")], [Decimal("0.25")])
    assert (len(judged.taken), judged.left_out, judged.state) == (2, 1, "jumped")


def test_values_of_one_time_are_refused() -> None:
    with pytest.raises(InvalidInput):
        signals.judged(SignalKind.PRICE, [point(0, "0.3"), point(0, "0.2")], [])


def test_a_feed_that_stops_is_held() -> None:
    known = [signals.Known(NOW, NOW + timedelta(hours=1), Decimal("0.2"))]
    assert signals.value_at(known, NOW + timedelta(hours=24, minutes=5)) == Decimal("0.2")
    ends, late = known[0].ends_at, NOW + timedelta(hours=2)
    assert signals.feed_state("price", "ok", "", ends, late)[:2] == ("held", "stopped")
    assert signals.feed_state("price", "ok", "", None, NOW)[:2] == ("held", "nothing_yet")
    assert signals.feed_state("price", "held", f"{signals.UNFETCHED}404", ends, NOW)[:2] == ("held", "unfetched")
    assert signals.feed_state("price", "jumped", "2 values", ends, NOW)[:2] == ("jumped", "jumped")


def test_prices_by_the_clock_over_midnight() -> None:
    night = TariffStep(begins=time(22), ends=time(6), price=Decimal("0.1"))
    tariff = EnergyTariff(base=Decimal("0.3"), steps=[msgspec.structs.replace(night, days=[0])])
    berlin = "Europe/Berlin"
    assert signals.price_at(tariff, [], NOW, berlin) == Decimal("0.3")
    assert signals.price_at(tariff, [], NOW + timedelta(hours=10), berlin) == Decimal("0.1")  # Monday 23:00
    assert signals.price_at(tariff, [], NOW + timedelta(hours=16), berlin) == Decimal("0.1")  # Tuesday 05:00
    assert signals.price_at(tariff, [], NOW + timedelta(hours=34), berlin) == Decimal("0.3")  # Tuesday 23:00


@pytest.mark.parametrize(
    ("adapter", "data"),
    [
        ("points", b'[{"starts_at":"2030-01-01T00:00:00Z","ends_at":"2030-01-01T01:00:00Z","value":0.0731}]'),
        ("awattar", b'{"data":[{"start_timestamp":1893456000000,"end_timestamp":1893459600000,"marketprice":73.1}]}'),
        ("csv", b"begin;end;value\n2030-01-01T00:00:00Z;2030-01-01T01:00:00Z;0.0731\n"),
    ],
)
def test_adapters(adapter: str, data: bytes) -> None:
    (one,) = signals.read(adapter, data)
    assert (one.starts_at, one.value) == (datetime(2030, 1, 1, tzinfo=UTC), Decimal("0.0731"))
    with pytest.raises(InvalidInput):
        signals.read(adapter, b"[1" if adapter != "csv" else b"1,2,3")


HOUR = "2030-01-01T00:00:00Z{0}2030-01-01T01:00:00Z{0}"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        (HOUR.format(";") + "0,25", "0.25"),
        (HOUR.format(";") + "-0,25;EUR/kWh", "-0.25"),
        ("begin\tend\tvalue\n# of today\n\n" + HOUR.format("\t") + "1,5\n", "1.5"),
        (HOUR.format(",") + '"0,25"', "0.25"),
        ("\ufeffbegin,end,value,unit\r\n" + HOUR.format(",") + "0.25,EUR\r\n", "0.25"),
    ],
)
def test_a_decimal_comma_is_one(text: str, value: str) -> None:
    (one,) = signals.read("csv", text.encode())
    assert one.value == Decimal(value)


@pytest.mark.parametrize(
    ("adapter", "text", "said"),
    [
        ("csv", "begin,end,value\n" + HOUR.format(",") + "0,25", "line 2 is no begin"),
        ("csv", HOUR.format(";") + "1.234,56", "line 1 is no begin"),
        ("csv", HOUR.format(";") + "0,25\nsoon", "line 2 is no begin"),
        ("csv", "<!DOCTYPE html>\n<html><body>Sign in</body></html>", "line 2 is no begin"),
        ("csv", "begin;end;value\n", "no value in it"),
        ("csv", "<html>", "no value in it"),
        ("csv", "", "no value in it"),
        ("points", "[]", "no value in it"),
        ("awattar", '{"data":[]}', "no value in it"),
    ],
)
def test_a_feed_without_a_value_is_refused_and_a_line_that_is_none_named(adapter: str, text: str, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        signals.read(adapter, text.encode())


def test_no_value_says_nothing_of_a_feed() -> None:
    for known in ([], [Decimal("0.25")]):
        with pytest.raises(InvalidInput):
            signals.judged(SignalKind.PRICE, [], known)


def test_saving_moves_energy_from_dear_to_cheap() -> None:
    began = NOW.replace(hour=17)
    later = {began + timedelta(hours=6): 5000, began + timedelta(hours=6, minutes=15): 5000}
    one = signals.Session(began, began + timedelta(hours=8), 20_000.0, later)
    came = signals.came_to([one], lambda at: Decimal("0.5") if at.hour < 22 else Decimal("0.2"))
    assert (came.energy_wh, came.cost, came.free_cost) == (10_000, Decimal("2.00"), Decimal("5.00"))
