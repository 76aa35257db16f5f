"""A limit of the grid operator that begins later: cars charge before it, and nothing passes it from its start on."""

import math
from datetime import UTC, datetime, timedelta
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backend.energy.core.cars import Car, Outlook, Plan
from backend.energy.core.grid import Connector, Grid, Node, Series
from backend.energy.core.planner import plan
from backend.energy.core.rows import Rows
from backend.energy.core.safety import Message, Safety
from backend.sites.limits import Announced, in_total_ahead, limit_now_w

HOUR = 3600.0
NAMES = ("c0", "c1", "c2")
NOW = datetime(2030, 1, 7, 12, 0, tzinfo=UTC)


def rows(kw: float = math.inf, fallback: float = 0.0) -> Rows:
    """Three connectors of 11 kW behind 48 A (33 kW)."""
    each = tuple(Connector(id=name, node="g", max_amps=16, fallback_amps=fallback) for name in NAMES)
    return Rows(Grid(nodes=(Node(id="g", name="Fuse", amps=(48, 48, 48), kw=kw),), connectors=each))


def asked(caps: Series, cars: list[Car], price: Series = (), budget_s: float = 10.0) -> Plan:
    outlook = Outlook(price=price, caps={"g": caps} if caps else {})
    site = rows(caps[0][1] if caps else math.inf)
    return plan(site, cars, outlook, now=0.0, budget_s=budget_s)


def at(series: Series, when: float) -> float:
    return next(value for start, value in reversed(series) if start <= when)


def car(name: str = "c0", hours: float = 4.0, kwh: float = 11.04) -> Car:
    return Car(connector=name, arrived=0.0, departure=hours * HOUR, wanted_wh=kwh * 1000)


CHEAP_LATER: Series = ((0.0, 0.40), (1 * HOUR, 0.10))
NO_LIMIT: Series = ()
NOTHING_LATER: Series = ((0.0, math.inf), (1 * HOUR, 0.0))
A_PAUSE: Series = ((0.0, math.inf), (1 * HOUR, 0.0), (2 * HOUR, math.inf))
ENDS_SOON: Series = ((0.0, 0.0), (1 * HOUR, math.inf))


@pytest.mark.parametrize(
    ("caps", "now_a", "by_hour"),
    [
        pytest.param(NO_LIMIT, 0, (0, 16), id="it waits for the price"),
        pytest.param(NOTHING_LATER, 16, (16, 0), id="before the limit, however dear"),
        pytest.param(A_PAUSE, 0, (0, 0, 16), id="a pause that leaves time costs nothing"),
        pytest.param(ENDS_SOON, 0, (0, 16), id="a limit that holds now ends"),
    ],
)
def test_a_car_charges_before_a_limit_where_that_pays(caps: Series, now_a: float, by_hour: tuple[float, ...]) -> None:
    found = asked(caps, [car()], CHEAP_LATER)
    assert found.solver == "optimum"
    assert found.amps["c0"] == pytest.approx(now_a, abs=0.2)
    middles = [at(found.later["c0"], (hour + 0.4) * HOUR) for hour in range(len(by_hour))]
    assert middles == pytest.approx(by_hour, abs=0.2)
    assert not found.short_wh


def test_the_fair_share_too_waits_for_no_time_of_a_limit() -> None:
    """Without time for the optimum: it would wait for the cheap hours, if something came through then."""
    assert asked(NO_LIMIT, [car()], CHEAP_LATER, budget_s=0.0).amps["c0"] == 0
    found = asked(NOTHING_LATER, [car()], CHEAP_LATER, budget_s=0.0)
    assert (found.solver, found.amps["c0"]) == ("greedy", 16)


STEPS = st.lists(st.tuples(st.integers(1, 60), st.sampled_from([0.0, 5.0, 12.0, 20.0, math.inf])), max_size=5)
STAYS = st.lists(st.tuples(st.floats(0.2, 9), st.floats(1, 60)), min_size=1, max_size=3)


@settings(max_examples=60, deadline=None)
@given(now_kw=st.sampled_from([8.0, 20.0, math.inf]), later=STEPS, stays=STAYS, steep=st.booleans())
def test_no_planned_current_exceeds_the_limit_of_its_time(
    now_kw: float, later: list[tuple[int, float]], stays: list[tuple[float, float]], steep: bool
) -> None:
    caps = ((0.0, now_kw), *((many * 600.0, kw) for many, kw in sorted(dict(later).items())))
    cars = [car(name, hours, kwh) for name, (hours, kwh) in zip(NAMES, stays, strict=False)]
    found = asked(caps, cars, CHEAP_LATER if steep else ())
    assert sum(found.amps.values()) * 0.69 <= now_kw + 0.01
    moments = sorted({when for series in (*found.later.values(), caps) for when, _ in series})
    for when in moments:
        drawn = sum(at(series, when) for series in found.later.values()) * 0.69
        assert drawn <= min(at(caps, when), 48 * 0.69) + 0.01, when


def test_limits_that_overlap_come_to_one_series() -> None:
    def minutes(begins: int, ends: int, watts: int) -> Announced:
        return Announced(NOW + timedelta(minutes=begins), NOW + timedelta(minutes=ends), watts)

    limits = [minutes(-60, -1, 0), minutes(-5, 30, 20_000), minutes(10, 20, 8_000), minutes(60, 90, 50_000)]
    found = [(round((when - NOW.timestamp()) / 60), kw) for when, kw in in_total_ahead(40_000, limits, NOW)]
    assert found == [(0, 20), (10, 8), (20, 20), (30, 40), (60, 40), (90, 40)]
    assert in_total_ahead(None, limits, NOW)[3][1] == math.inf
    assert in_total_ahead(40_000, limits[:1], NOW) == ()
    assert limit_now_w(limits, NOW) == 20_000
    assert limit_now_w([], NOW) is None


# --- what is sent ------------------------------------------------------------------------------------


@pytest.mark.parametrize("fallback", [0.0, 6.0])
@pytest.mark.parametrize("seed", range(40))
def test_whatever_becomes_of_messages_nothing_passes_it_from_its_start_on(seed: int, fallback: float) -> None:
    """Lost, late, reordered messages and stations that go dark: all that was sent ends before the limit, or fits it."""
    random, begins, caps = Random(seed), 1500.0, ((0.0, math.inf), (1500.0, 14.0))
    site = rows(fallback=fallback)
    safety = Safety(site, 0.0)
    safety.caps = {"g": caps}
    follows = dict.fromkeys(NAMES, (fallback, 0.0))
    highest, now, under_way = 0.0, 0.0, list[Message]()
    while now < begins + 1200:
        wanted = {name: random.choice((0.0, 6.0, 10.0, 16.0)) for name in NAMES}
        under_way += safety.release(wanted, now, now + 900, renew_s=600)
        for message in random.sample(under_way, len(under_way)):
            fate = random.random()
            if fate < 0.7:
                follows[message.connector] = message.amps, message.until
            if fate < 0.5:
                safety.acknowledged(message.connector, message.number)
            elif fate < 0.8:
                safety.lost(message.connector)
        under_way = []
        for name in NAMES:
            if random.random() < 0.3:
                safety.back(name)
        now += random.choice((5.0, 30.0, 120.0))
        given = np.array([amps if now < until else fallback for amps, until in follows.values()])
        highest = max(highest, float(given.sum()))
        assert site.fits(given, site.bounds_at(safety.caps, now)), (now, given)
    assert highest > 21  # before it there was more than it allows


def answered(safety: Safety, wanted: dict[str, float], now: float) -> list[Message]:
    found = []
    while sent := safety.release(wanted, now, now + 900, renew_s=600):
        found += sent
        for message in sent:
            safety.acknowledged(message.connector, message.number)
        assert len(found) < 30
    return found


def test_until_it_begins_cars_keep_what_they_have() -> None:
    """No car gets less a quarter of an hour early, and none is told the same again and again."""
    safety, wanted = Safety(rows(fallback=6.0), 0.0), {"c0": 16.0, "c1": 16.0}
    answered(safety, wanted, 0.0)
    assert safety.exceeded(0.0) == []
    safety.caps = {"g": ((0.0, math.inf), (700.0, 14.0))}
    assert safety.exceeded(0.0) == ["Fuse in total"]  # what was given lasts into it
    told = answered(safety, wanted, 0.0)
    assert {(one.connector, one.amps, one.until) for one in told} == {("c0", 16, 700), ("c1", 16, 700)}
    assert safety.exceeded(0.0) == []
    for now in (15.0, 300.0, 570.0):
        assert [one for one in answered(safety, wanted, now) if one.connector in wanted] == []
    told = answered(safety, wanted, 590.0)  # now for good, and only what fits beside the others' fallbacks
    assert [one.until for one in told][-1] == 1490
    assert sum(safety.counts(name, 700.0) for name in NAMES) * 0.69 <= 14.0
