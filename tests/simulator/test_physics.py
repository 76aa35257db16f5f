"""The laws of cars and meters."""

import random
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.simulator.physics import Charge, read, sampled
from backend.simulator.vehicle import AC, DC, MODELS, Vehicle, most_w, power_w, ramp, soc_before, taper

ONE_PHASE = Vehicle("One phase", 40_000, 1, 32, 50_000)
THREE_PHASE = Vehicle("Three phases", 60_000, 3, 16, 150_000)
AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
ALL = ["Energy.Active.Import.Register", "Power.Active.Import", "Current.Import", "Voltage", "SoC"]

cars = st.sampled_from(MODELS)
levels = st.floats(0, 100, allow_nan=False)
offers = st.sampled_from([3_700, 11_000, 22_000, 50_000, 150_000, 300_000])


@pytest.mark.parametrize(
    ("vehicle", "dc", "offered_w", "expected_w"),
    [
        (ONE_PHASE, False, 22_000, 7_333),  # a third of three phases
        (ONE_PHASE, False, 11_000, 3_667),
        (THREE_PHASE, False, 22_000, 11_040),  # the car's 16 A
        (THREE_PHASE, False, 11_000, 11_000),  # the station's 15.9 A
        (THREE_PHASE, True, 50_000, 50_000),
        (THREE_PHASE, True, 300_000, 150_000),
    ],
)
def test_who_limits(vehicle: Vehicle, dc: bool, offered_w: int, expected_w: int) -> None:
    assert round(most_w(vehicle, dc, offered_w)) == expected_w


@pytest.mark.parametrize(
    ("soc", "shape", "share"),
    [(0, DC, 1), (58, DC, 1), (79, DC, 0.56), (100, DC, 0.12), (96, AC, 1), (100, AC, 0.35)],
)
def test_taper(soc: float, shape: object, share: float) -> None:
    assert taper(soc, shape) == pytest.approx(share)  # type: ignore[arg-type]


@pytest.mark.parametrize(("seconds", "share"), [(-1, 0), (0, 0), (2, 0.5), (4, 1), (400, 1)])
def test_ramp(seconds: float, share: float) -> None:
    assert ramp(seconds, AC) == share


def test_a_strong_car_on_a_weak_station_notices_no_taper_for_long() -> None:
    assert power_w(THREE_PHASE, True, 50_000, 75, 60) == 50_000
    assert power_w(THREE_PHASE, True, 300_000, 75, 60) < 150_000


@given(levels, levels, st.sampled_from([AC, DC]))
def test_taper_never_rises(one: float, other: float, shape: object) -> None:
    low, high = sorted((one, other))
    assert taper(low, shape) >= taper(high, shape)  # type: ignore[arg-type]


@given(cars, st.booleans(), offers, levels, st.floats(0, 1e5))
def test_power_is_within_what_is_offered(vehicle: Vehicle, dc: bool, offered: int, soc: float, at: float) -> None:
    assert 0 <= power_w(vehicle, dc, offered, soc, at) <= offered + 1e-6


@settings(deadline=None)
@given(cars, st.booleans(), offers, st.floats(5, 99), st.lists(st.floats(0.01, 120), min_size=1, max_size=30))
def test_energy_is_the_integral_of_power(
    vehicle: Vehicle, dc: bool, offered: int, soc: float, steps: list[float]
) -> None:
    """Whatever the steps are; the battery gets what flowed less the losses, and never more than it holds."""
    charge = Charge(vehicle, dc, offered, soc, 100.0)
    register, before, energy = 1_000.25, 1_000, 0.0
    for step in steps:
        power_before = charge.power_w
        taken = charge.advance(step)
        energy += taken
        register += taken
        reading = read(AT, register, charge, dc)
        assert reading.energy_wh >= before
        before = reading.energy_wh
        assert taken <= offered * step / 3600 + 1e-6
        if step <= 1 and taken:
            assert taken == pytest.approx(charge.power_w * step / 3600)
        assert power_before <= offered + 1e-6
    assert charge.energy_wh == pytest.approx(energy)
    if charge.soc < 100:
        stored = (charge.soc - soc) / 100 * vehicle.battery_wh
        assert stored == pytest.approx(energy * (DC if dc else AC).efficiency, abs=1e-6)
    assert charge.soc <= 100


def test_nothing_flows_before_the_contactor_closed_and_after_the_target() -> None:
    charge = Charge(THREE_PHASE, False, 11_000, 79.99, 80.0)
    assert charge.advance(1) == 0
    assert not charge.flows
    while not charge.full:
        assert charge.advance(1) > 0
    assert charge.advance(60) == 0
    assert not charge.flows


@settings(deadline=None)
@given(cars, st.booleans(), offers, st.sampled_from([80.0, 90.0, 100.0]), st.floats(3, 60))
def test_a_car_arrives_with_what_it_needs_for_its_stay(
    vehicle: Vehicle, dc: bool, offered: int, target: float, minutes: float
) -> None:
    soc = soc_before(vehicle, dc, offered, target, minutes)
    assert 5 <= soc < target
    charge = Charge(vehicle, dc, offered, soc, target)
    taken = 0.0
    while not charge.full:
        charge.advance(10)
        taken += 10
    assert taken / 60 <= minutes + 2
    assert soc == 5 or taken / 60 >= minutes - 2


def test_a_small_outlet_charges_until_something_limits_it() -> None:
    charge = Charge(ONE_PHASE, False, 3_700, 20.0, 80.0)
    charge.advance(60)
    assert charge.flows
    charge.allowed_w = 1_000
    charge.advance(60)
    assert charge.held_back
    assert not charge.flows


def test_what_the_meter_says_of_a_one_phase_car() -> None:
    charge = Charge(ONE_PHASE, False, 22_000, 20, 80)
    charge.advance(30)
    values = sampled(read(AT, 5_000.9, charge, False), ALL)
    assert [(one.measurand, one.phase, one.unit) for one in values] == [
        ("Energy.Active.Import.Register", "", "Wh"),
        ("Power.Active.Import", "", "W"),
        ("Current.Import", "L1", "A"),
        ("Voltage", "L1-N", "V"),
    ]
    assert (values[0].value, values[1].value) == (5_000, 7_333)
    assert values[2].value * values[3].value == pytest.approx(7_333, rel=0.01)


def test_what_the_meter_says_of_three_phases_and_of_direct_current() -> None:
    charge = Charge(THREE_PHASE, False, 22_000, 20, 80)
    charge.advance(30)
    phases = [one.phase for one in sampled(read(AT, 5_000, charge, False), ALL)]
    assert phases == ["", "", "L1", "L2", "L3", "L1-N", "L2-N", "L3-N"]
    fast = Charge(THREE_PHASE, True, 150_000, 20, 80)
    fast.advance(30)
    found = {one.measurand: one for one in sampled(read(AT, 5_000, fast, True), ALL)}
    assert found["SoC"].value == round(fast.soc)
    assert found["SoC"].location == "EV"
    assert found["Current.Import"].phase == ""
    power = found["Current.Import"].value * found["Voltage"].value
    assert power == pytest.approx(found["Power.Active.Import"].value, rel=0.01)


def test_only_what_is_configured() -> None:
    assert [one.measurand for one in sampled(read(AT, 1, None, False), ["Voltage"])] == ["Voltage"] * 3
    assert sampled(read(AT, 1, None, False), ["SoC"]) == []


def test_a_register_in_small_steps_equals_one_in_large_steps() -> None:
    chance = random.Random(1)
    fine, coarse = (Charge(THREE_PHASE, True, 150_000, 30, 100) for _ in range(2))
    fine_wh = sum(fine.advance(chance.uniform(0.1, 1)) for _ in range(2_000))
    coarse_wh = 0.0
    while coarse.seconds < fine.seconds - 0.5:
        coarse_wh += coarse.advance(1)
    assert fine_wh == pytest.approx(coarse_wh, rel=0.01)
