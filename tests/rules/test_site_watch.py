"""What a station really draws against what it was told, in amperes and in watts, at whatever voltage."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from backend.energy.core.safety import Message
from backend.sites import control, rules, wire
from backend.sites.asking import cars_of, overdrawn
from backend.sites.grants import Grant
from backend.sites.leaving import left_over
from backend.sites.planning import Cost, answer
from backend.sites.readings import Shown, phases_of
from backend.sites.scene import Scene
from shared.sites import EnergyTariff, SitePolicy
from tests.rules.test_sites import EVSES, asked, cars, node, shared, tree

NOW = datetime(2030, 1, 7, 12, 0, tzinfo=UTC)
SPOT = ("A", 1)
SESSION = uuid4()
CAR = {
    "id": SESSION, "begun_at": NOW - timedelta(minutes=10), "meter_last_at": NOW, "power_w": None, "current_a": None,
    "voltage_v": None, "energy_wh": 1000, "wanted_wh": None, "needs_wh": None, "departs_at": None,
    "needs_departs_at": None, "needs_a": None, "needs_w": None, "account": None, "soc_percent": None,
    "charging_state": "charging", "driver_group": None, "card_group": None, "tariff_name": None,
}  # fmt: skip


def scene(car: dict[str, Any], given_a: float | None, *, units: str = "A", dc: bool = False, **station: Any) -> Scene:
    nodes = [node("grid", "grid", limit_a=400), node("a", "station", "grid", station="A", **station)]
    outlet = {"online": True, "dc": dc, "units": units}
    at = None if given_a is None else NOW - timedelta(minutes=5)
    until = None if given_a is None else NOW + timedelta(minutes=5)
    grant = Grant(acked_a=given_a, acked_at=at, acked_until=until, fallback_a=6.0, session=SESSION)
    return Scene(
        row={}, now=NOW, nodes=nodes, outlets={SPOT: outlet}, cars={SPOT: CAR | car}, grants={SPOT: grant},
        lanes={one.spot: wire.as_told(one, outlet) for one in rules.lanes(nodes, {"A": [1]})}, metered={}, stale=[],
        levels={}, policy=SitePolicy(), tariff=EnergyTariff(), signals={}, peak=None,
    )  # fmt: skip


def drawing(amps: float, volts: float, *, phases: int = 3, told: str = "power current") -> dict[str, Any]:
    found: dict[str, Any] = {"power_w": round(amps * volts * phases)}
    found |= {"current_a": amps} if "current" in told else {}
    return found | ({"voltage_v": volts} if "voltage" in told else {})


@pytest.mark.parametrize(
    ("given_a", "car", "over"),
    [
        (32.0, drawing(32, 242), False),
        (16.0, drawing(16, 252), False),
        (16.0, drawing(16, 245, told="power voltage"), False),
        (16.0, drawing(16, 230, told="power"), False),
        (16.0, drawing(18.5, 210), True),  # few watts, and yet too many amperes
        (16.0, drawing(18.5, 210, told="power voltage"), True),
        (16.0, drawing(18.5, 400, told="power voltage"), True),  # between two phases, or whatever that is
        (16.0, {"power_w": 22_000, "current_a": 0.0}, True),  # a current that can't be true
        (None, drawing(32, 230), True),  # it took no limit: against its fallback
        (None, drawing(6, 240), False),
        (None, drawing(32, 230) | {"begun_at": NOW - timedelta(seconds=10)}, False),
        (None, drawing(32, 230) | {"meter_last_at": None}, False),
    ],
)
def test_a_station_told_amperes_is_watched_by_its_amperes(
    given_a: float | None, car: dict[str, Any], over: bool
) -> None:
    found = scene(car, given_a)
    assert dict(overdrawn(found)) == ({SPOT: True} if over else {})
    if over:
        assert found.counted_a(SPOT) == pytest.approx(found.measured_a(SPOT))


@pytest.mark.parametrize(
    ("shown", "counts_a"),
    [(drawing(16, 230), 16.0), (drawing(16, 230, phases=1), 16.0), (drawing(6, 230), 6.0), ({"power_w": 0}, 6.0)],
)
def test_an_outlet_that_draws_more_than_its_fallback_without_a_session_counts_with_that(
    shown: dict[str, Any], counts_a: float
) -> None:
    found = scene({}, None)
    found.cars.clear()
    found.unknown[SPOT] = {"power_w": None, "current_a": None, "voltage_v": None} | shown
    assert found.counted_a(SPOT) == pytest.approx(counts_a)
    assert [one.code for one in found.warnings] == (["no_session"] if counts_a > 6 else [])
    assert found.through_w() == pytest.approx(shown["power_w"])


def told_w(one: Scene, amps: float) -> float:
    message = Message(number=1, connector="A 1", amps=amps, until=NOW.timestamp() + 900, sent_at=NOW.timestamp())
    profile = wire.limit(one.outlets[SPOT], one.lanes[SPOT], one.phases(SPOT), message, 0, NOW)
    return float(profile.schedules[0].periods[0].limit)


@pytest.mark.parametrize(("dc", "efficiency"), [(False, 1.0), (True, 1.0), (True, 0.85)])
def test_watts_are_never_more_amperes_than_were_meant_and_who_keeps_to_them_is_left_alone(
    dc: bool, efficiency: float
) -> None:
    for car in ({}, {"current_a": 62.0, "voltage_v": 400.0} if dc else {}):
        obeys = scene(car, 100.0, units="W", dc=dc, maximum_a=200, efficiency=efficiency)
        watts = told_w(obeys, 100.0)
        assert watts / efficiency / (3 * rules.LOW_VOLTAGE) == pytest.approx(100.0, abs=0.1)
        obeys.cars[SPOT] = CAR | car | {"power_w": round(watts)}
        assert dict(overdrawn(obeys)) == {}
        assert cars_of(obeys)[0].takes_a == 200.0  # and it may ask for more
        assert obeys.through_w() == pytest.approx(watts / efficiency, abs=1)
        more = scene(
            car | {"power_w": round(watts * 1.1)}, 100.0, units="W", dc=dc, maximum_a=200, efficiency=efficiency
        )
        assert dict(overdrawn(more)) == {SPOT: True}


def test_what_is_told_in_watts_suffices_for_a_cars_least_current() -> None:
    told = scene({}, 32.0, units="W")
    assert told_w(told, told.lanes[SPOT].minimum_a) >= 6 * 3 * rules.VOLTAGE
    assert scene({}, 32.0).lanes[SPOT].minimum_a == 6.0
    assert float(wire.maximum(told.outlets[SPOT], wire.tenth(20), 0, NOW).schedules[0].periods[0].limit) == 12_420


@pytest.mark.parametrize(
    ("units", "dc", "watts"),
    [
        (None, False, False),
        ("A", False, False),
        ("Current", False, False),
        ("A,W", False, False),
        ("W", False, True),
        ("Power", False, True),
        ("A", True, True),
        (None, True, True),
    ],
)
def test_which_unit_a_station_is_told(units: str | None, dc: bool, watts: bool) -> None:
    assert wire.in_watts({"units": units, "dc": dc}) is watts


@pytest.mark.parametrize(
    ("told", "most", "phases"),
    [
        (Shown(11_040, 16.0), 3, 3),
        (Shown(7_360, 16.0), 3, 2),
        (Shown(3_700, 16.0), 3, 1),
        (Shown(11_040, 16.0), 1, 1),
        (Shown(500, 16.0), 3, 1),
        (Shown(1_400, 2.0), 3, None),  # too little to tell
        (Shown(None, 16.0), 3, None),
        (Shown(11_040), 3, None),
    ],
)
def test_on_how_many_phases_a_car_charges(told: Shown, most: int, phases: int | None) -> None:
    assert phases_of(told, most) == phases


@pytest.mark.parametrize("volts", [300.0, 400.0])
def test_direct_current_tells_nothing_of_phases(volts: float) -> None:
    """Nor is the station then told a share of its watts."""
    amps = 50_000 / volts
    car = {"power_w": 50_000, "current_a": amps, "voltage_v": volts}
    fast = scene(car, 100.0, units="W", dc=True, maximum_a=200)
    assert (fast.known_phases(SPOT), told_w(fast, 100.0)) == (None, 62_100.0)


@pytest.mark.parametrize(
    ("told", "station", "takes_a"),
    [
        ({}, {}, 32.0),
        ({"needs_a": 0}, {}, 32.0),
        ({"needs_a": 16}, {}, 16.0),
        ({"needs_a": 63}, {}, 32.0),
        ({"needs_a": 3}, {}, 6.0),
        ({"needs_a": 18}, {"units": "W"}, 20.0),  # as many watts as that is at the usual voltage
        ({"needs_a": 125, "needs_w": 49_680}, {"dc": True, "maximum_a": 200}, 80.0),
        ({"needs_w": 49_680}, {"dc": True, "maximum_a": 200, "efficiency": 0.8}, 100.0),
    ],
)
def test_what_a_car_says_of_itself_is_known_at_once(
    told: dict[str, Any], station: dict[str, Any], takes_a: float
) -> None:
    assert cars_of(scene(told, None, **station))[0].takes_a == pytest.approx(takes_a)


@pytest.mark.parametrize("price", [0.0, 0.3])
@pytest.mark.parametrize("policy", ["greenest", "blend"])
def test_the_greenest_hours_are_waited_for_also_where_energy_costs_nothing(policy: str, price: float) -> None:
    nodes = tree()
    prices = [Cost(NOW + timedelta(hours=number), price) for number in range(24)]
    carbon = [Cost(NOW + timedelta(hours=number), 500.0 if number < 4 else 100.0) for number in range(24)]
    every = cars(nodes, still_wh=10_000, departs_at=NOW + timedelta(hours=12))
    found = answer(asked(nodes, every, policy, prices)._replace(carbon=carbon)).given.values()
    assert {(one.current_a, one.why.code) for one in found} == {(0.0, "carbon")}


def test_limits_end_at_few_moments_and_none_holds_too_long() -> None:
    ends = {control.holds_until(NOW.timestamp() + second) - NOW.timestamp() for second in range(60)}
    assert ends == {control.HOLDS_S}
    for second in range(0, 3600, 7):
        left = control.holds_until(float(second)) - second
        assert control.HOLDS_S - control.ENDS_S < left <= control.HOLDS_S
        assert left > control.HOLDS_S - control.RENEW_S  # not sent again at once


MAXIMUM, DEFAULT = "ChargingStationMaxProfile", "TxDefaultProfile"


@pytest.mark.parametrize(
    ("nodes", "left"),
    [
        ([], {("A", MAXIMUM), ("A", DEFAULT), ("B", "TxProfile")}),
        (tree(), {("A", MAXIMUM)}),
        ([*tree()[:1], node("a", "station", "grid", station="A", limit_a=20)], {("B", "TxProfile")}),
        ([*tree()[:1], node("b", "station", "grid", station="B", limit_a=20)], {("A", MAXIMUM), ("A", DEFAULT)}),
    ],
)
def test_what_is_taken_back_of_whom_nobody_controls(nodes: list[Any], left: set[tuple[str, str]]) -> None:
    kept = (("A", MAXIMUM), ("A", DEFAULT), ("B", "TxProfile"))
    rows = [{"identity": identity, "purpose": purpose} for identity, purpose in kept]
    assert {(row["identity"], row["purpose"]) for row in left_over(rows, nodes)} == left


# --- a peak that is paid for ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("peak_w", "wrong"), [(12_419, "up to 12420 W may flow through it"), (12_420, ""), (None, ""), (1000, "1000 W")]
)
def test_a_peak_that_the_fallbacks_pass_is_refused(peak_w: int | None, wrong: str) -> None:
    nodes = [*tree(100), node("l", "load", "grid", limit_a=50)]
    policy = SitePolicy(demand_charge=Decimal(9), demand_peak_w=peak_w)
    found = [*rules.peak_problems(nodes, EVSES, policy)]
    assert [path for path, _ in found] == (["$.policy.demand_peak_w"] if wrong else [])
    assert wrong in "".join(text for _, text in found)
    assert [*rules.peak_problems(nodes, EVSES, msgspec.structs.replace(policy, demand_charge=None))] == []


def test_a_peak_is_kept_as_a_fuse_is() -> None:
    assert sum(shared(rules.grid_limited(tree(40), 13_800), cars(tree(40)))) == pytest.approx(20, abs=0.2)
