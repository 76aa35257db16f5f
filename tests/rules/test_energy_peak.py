"""A peak that is paid for, and who goes before others: what the scheduler makes of both."""

import json
from decimal import Decimal

import pytest

from backend.energy.core.cars import Car, Demand, Order, Outlook, Policy
from backend.energy.core.fields import BadFile
from backend.energy.core.grid import Connector, Grid, Node
from backend.energy.core.planner import plan
from backend.energy.core.rows import Rows
from backend.energy.core.session_files import read_sessions
from backend.energy.core.simulation import run
from backend.energy.core.site_files import read_site
from backend.energy.site_cli import demand_cost
from backend.sites import rules, signals
from backend.sites.peaks import Peak, demand
from shared.sites import GoesFirst, SitePolicy

HOUR = 3600.0
KW_PER_AMP = 0.69


def rows(amps: float, count: int) -> Rows:
    connectors = tuple(Connector(id=f"c{n}", node="g", max_amps=32.0) for n in range(count))
    return Rows(Grid(nodes=(Node(id="g", amps=(amps,) * 3),), connectors=connectors))


def car(number: int, *, hours: float, kwh: float, **more: object) -> Car:
    return Car(
        connector=f"c{number}", arrived=0.0, departure=hours * HOUR, wanted_wh=kwh * 1000, phases=3,
        **more,  # type: ignore[arg-type]
    )  # fmt: skip


def drawn_kw(found: dict[str, float]) -> float:
    return sum(found.values()) * KW_PER_AMP


ORDERS = [Order.EQUAL, Order.FIRST_COME, Order.PRIORITY, Order.CHEAPEST]


@pytest.mark.parametrize("order", ORDERS)
def test_the_paid_peak_is_room_and_no_more(order: Order) -> None:
    cars = [car(n, hours=8, kwh=10) for n in range(3)]
    outlook = Outlook(price=((0.0, 0.2), (4 * HOUR, 0.3)), demand=Demand(price=10.0, peak_kw=15.0, others_kw=5.0))
    found = plan(rows(100, 3), cars, outlook, now=0.0, policy=Policy(order=order))
    assert 8.0 < drawn_kw(dict(found.amps)) <= 10.0 + 1e-6
    assert not found.fell_back


@pytest.mark.parametrize("order", ORDERS)
def test_nobody_leaves_with_less_to_keep_a_peak_down(order: Order) -> None:
    """20 kWh in an hour take 20 kW, whatever was paid for before."""
    outlook = Outlook(price=((0.0, 0.2),), demand=Demand(price=200.0, peak_kw=6.0))
    found = plan(rows(100, 1), [car(0, hours=1, kwh=20)], outlook, now=0.0, policy=Policy(order=order))
    assert drawn_kw(dict(found.amps)) >= 19.8
    assert not found.short_wh


def test_who_waits_for_the_peak_is_told_so() -> None:
    cars = [car(0, hours=2, kwh=14), car(1, hours=9, kwh=4)]
    outlook = Outlook(price=((0.0, 0.2),), demand=Demand(price=10.0, peak_kw=8.0))
    found = plan(rows(100, 2), cars, outlook, now=0.0)
    assert found.why["c1"].code == "peak"
    assert found.why["c1"].ahead == ("c0",)


def test_others_that_raise_the_peak_alone_leave_the_cars_what_they_need() -> None:
    outlook = Outlook(demand=Demand(price=10.0, peak_kw=20.0, others_kw=30.0))
    found = plan(rows(100, 1), [car(0, hours=2, kwh=10)], outlook, now=0.0, policy=Policy(order=Order.EQUAL))
    assert drawn_kw(dict(found.amps)) == pytest.approx(5.0, abs=0.2)


SITE = {
    "period_min": 5,
    "nodes": [{"id": "grid", "amps": 100}],
    "connectors": [{"id": f"c{n}", "node": "grid"} for n in range(4)],
    "tariff": 0.3,
}
SESSIONS = "id,connector,arrival,departure,energy_kwh,max_kw\n" + "".join(
    f"s{n},c{n},2026-03-02T0{8 + n // 2}:00:00Z,2026-03-02T16:00:00Z,20,22\n" for n in range(4)
)


def simulated(**more: object) -> tuple[float, float, float | None]:
    site = read_site(json.dumps(SITE | more))
    found = run(site, read_sessions(SESSIONS, site))
    return found.peak_kw, sum(one.delivered_kwh for one in found.stays), demand_cost(site, found)


def test_a_simulated_site_draws_a_lower_peak_and_the_same_energy() -> None:
    free, kwh, cost = simulated()
    assert (kwh, cost) == (pytest.approx(80, abs=0.05), None)
    low, same, cost = simulated(demand_charge={"price": 10, "peak_kw": 12})
    assert same == pytest.approx(kwh, abs=0.05)
    assert free > 30
    assert low <= 15
    assert cost == pytest.approx(10 * max(low, 12), abs=0.01)


@pytest.mark.parametrize("told", ["dear", -1, {"peak_kw": 5}, {"price": 3, "peak_kw": -2}, []])
def test_a_demand_charge_that_is_none_is_refused(told: object) -> None:
    with pytest.raises(BadFile, match="demand_charge"):
        read_site(json.dumps(SITE | {"demand_charge": told}))


@pytest.mark.parametrize("order", ORDERS)
def test_who_goes_first_goes_before_who_leaves_sooner_or_came_before(order: Order) -> None:
    """One fuse of 20 A: the fleet's car gets it, though another one came first, is emptier and leaves sooner."""
    cars = [car(0, hours=2, kwh=30, priority=0.9), car(1, hours=3, kwh=40, first=True)]
    found = plan(rows(20, 2), cars, Outlook(price=((0.0, 0.2),)), now=0.0, policy=Policy(order=order))
    assert found.amps["c1"] >= 14
    assert found.amps["c1"] > found.amps["c0"]


@pytest.mark.parametrize(
    ("wanted", "by"),
    [
        (GoesFirst(), ""),
        (GoesFirst(driver_groups=["g-1"]), "Staff"),
        (GoesFirst(card_groups=["fleet"]), "FLEET"),
        (GoesFirst(tariffs=["Express"]), "Express"),
        (GoesFirst(driver_groups=["g-2"], card_groups=["other"], tariffs=["Base"]), ""),
    ],
)
def test_by_which_group_or_tariff(wanted: GoesFirst, by: str) -> None:
    row = {"driver_group": "g-1", "driver_group_name": "Staff", "card_group": "FLEET", "tariff_name": "Express"}
    assert rules.goes_first(wanted, row) == by
    nobody = {"driver_group": None, "driver_group_name": None, "card_group": None, "tariff_name": None}
    assert rules.goes_first(wanted, nobody) == ""


@pytest.mark.parametrize(
    ("charge", "peak", "told"),
    [(None, Peak(1, 2), None), (Decimal(0), Peak(1, 2), None), (Decimal(8), None, None),
     (Decimal(8), Peak(9000, 12000), Demand(price=8.0, peak_kw=12.0, others_kw=3.0))],
)  # fmt: skip
def test_what_is_asked_of_the_scheduler(charge: Decimal | None, peak: Peak | None, told: Demand | None) -> None:
    assert demand(SitePolicy(demand_charge=charge), peak, 3000) == told


def test_what_a_peak_costs() -> None:
    assert signals.demand_cost(Decimal("9.5"), 21_450) == Decimal("203.78")
