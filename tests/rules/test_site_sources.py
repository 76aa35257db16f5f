"""The sun, batteries and direct current: what they change, and what they never do."""

from datetime import timedelta
from typing import Any

import pytest

from backend.energy.core.cars import Car, Order, Outlook, Policy
from backend.energy.core.grid import Connector, Grid, Node, Series
from backend.energy.core.planner import plan
from backend.energy.core.rows import Rows
from backend.sites import rules
from backend.sites.scene import Scene, heard
from shared.sites import EnergyTariff, SitePolicy
from tests.rules.test_sites import EVSES, NOW, node

HOUR = 3600.0


def one_car(efficiency: float = 1.0, **more: Any) -> tuple[Rows, Car]:
    grid = Grid(
        nodes=(Node(id="f", amps=(63, 63, 63)),),
        connectors=(Connector(id="c", node="f", max_amps=32, efficiency=efficiency),),
    )
    return Rows(grid), Car(connector="c", arrived=0, departure=8 * HOUR, **more)


@pytest.mark.parametrize(
    ("feed_in", "waits"),
    [(0.0, True), (0.08, True), (0.4, False)],
    ids=["the sun is free", "feeding in earns less", "feeding in earns more than a kWh costs"],
)
def test_a_car_with_time_waits_for_the_sun(feed_in: float, waits: bool) -> None:
    """The same price all day, and sun for two hours from the second on."""
    rows, car = one_car(wanted_wh=10_000)
    sun: Series = ((0.0, 0.0), (2 * HOUR, 9.0), (4 * HOUR, 0.0))
    outlook = Outlook(price=((0.0, 0.3),), solar=sun, feed_in=feed_in)
    found = plan(rows, [car], outlook, now=10.0, policy=Policy(order=Order.CHEAPEST))
    assert (found.amps["c"] == 0) is waits
    charges = [at for at, amps in found.later["c"] if amps > 0.5]
    assert not waits or 2 * HOUR <= min(charges) < 4 * HOUR


def test_without_time_nobody_waits_for_the_sun() -> None:
    rows, car = one_car(wanted_wh=160_000)
    sun: Series = ((0.0, 0.0), (2 * HOUR, 9.0), (4 * HOUR, 0.0))
    outlook = Outlook(price=((0.0, 0.3),), solar=sun)
    assert plan(rows, [car], outlook, now=10.0, policy=Policy(order=Order.CHEAPEST)).amps["c"] == 32


def test_of_direct_current_more_is_drawn_than_reaches_the_car() -> None:
    """11.04 kW for a car through a rectifier of 0.8 are 20 A of each phase, and 10 kWh for it cost 12.5."""
    rows, car = one_car(0.8, wanted_wh=40_000, max_kw=11.04)
    found = plan(rows, [car], Outlook(), now=10.0, policy=Policy(order=Order.EQUAL))
    assert found.amps["c"] == pytest.approx(20.0, abs=0.1)
    rows, car = one_car(0.8, wanted_wh=10_000)
    nearly = plan(rows, [car], Outlook(price=((0.0, 0.3),)), now=10.0, policy=Policy(order=Order.CHEAPEST))
    drawn = sum(
        amps * 0.69 * (until - at) / HOUR
        for (at, amps), (until, _) in zip(nearly.later["c"], [*nearly.later["c"][1:], (8 * HOUR, 0.0)], strict=True)
    )
    assert drawn == pytest.approx(12.5, rel=0.02)


def a_scene(readings: dict[str, Any], seconds_ago: int = 0) -> Scene:
    nodes = [
        node("grid", "grid", limit_a=40),
        node("a", "station", "grid", station="A", fallback_a=0),
        node("sun", "solar", "grid", limit_w=20_000),
        node("store", "battery", "grid", limit_a=10, stale_after_s=60),
    ]
    nodes += [node("hall", "load", "grid", limit_a=20)] * ("hall" in readings)
    at = (NOW - timedelta(seconds=seconds_ago)).isoformat()
    metered, stale = heard(nodes, {key: {"at": at, "currents_a": one} for key, one in readings.items()}, NOW)
    scene = Scene(
        row={}, now=NOW, nodes=nodes, lanes={one.spot: one for one in rules.lanes(nodes, {"A": EVSES["A"]})},
        outlets={("A", 1): {"online": True, "dc": False, "units": "A"}}, cars={}, grants={}, metered=metered,
        stale=stale, levels={}, policy=SitePolicy(), tariff=EnergyTariff(), signals={}, peak=None,
    )  # fmt: skip
    scene.grant(("A", 1)).fallback_a = 0.0
    return scene


@pytest.mark.parametrize(
    ("battery", "seconds_ago", "free"),
    [
        (-8, 0, 40.0),  # it feeds in: no room more than the fuse
        (0, 0, 40.0),
        (7, 0, 33.0),  # it charges
        (0, 61, 30.0),  # nobody knows: it may be charging with all it can
    ],
)
def test_a_source_is_never_room(battery: float, seconds_ago: int, free: float) -> None:
    scene = a_scene({"sun": [-15.0] * 3, "store": [battery] * 3}, seconds_ago)
    safety = scene.safety()
    assert min(safety.ends) == pytest.approx(free)
    assert ("store" in scene.stale) is (seconds_ago > 60)


def test_a_roof_behind_the_meter_of_a_building_is_no_room_either() -> None:
    scene = a_scene({"sun": [0.0] * 3, "store": [0.0] * 3, "hall": [-15.0, 0.0, 5.0]})
    assert sorted(scene.safety().ends) == pytest.approx([35.0, 40.0, 40.0])
    assert scene.through_w() == pytest.approx(-10 * 230)


def test_what_sources_give_is_not_bought() -> None:
    scene = a_scene({"sun": [-10.0] * 3, "store": [4.0] * 3})
    assert scene.through_w() == pytest.approx(-6 * 3 * 230)
    assert rules.watts(scene.measured()["sun"]) == -6900
