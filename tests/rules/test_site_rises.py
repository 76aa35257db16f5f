"""How far other loads may rise while limits still hold, as it is told or learned."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend.sites import rises
from tests.rules.test_sites import node

START = datetime(2030, 1, 7, 12, 0, tzinfo=UTC)
WINDOW_S = 1020.0


def heard(told: list[tuple[float, float]], days: int = 0) -> dict[str, Any] | None:
    """A meter's (minute, amperes) of one phase, each day again."""
    known: dict[str, Any] | None = None
    for day in range(days + 1):
        for minute, amps in told:
            at = START + timedelta(days=day, minutes=minute)
            known = rises.learned(known, at, [amps, 2.0, 2.0], WINDOW_S)
    return known


CURVES = [
    ("steady", [(0, 9), (5, 9), (10, 9)], 0),
    ("falls", [(0, 9), (5, 4), (10, 1)], 0),
    ("climbs within the window", [(0, 4), (5, 6), (10, 9)], 5),
    ("jumps up from its lowest", [(0, 9), (4, 2), (8, 12)], 10),
    ("climbs slowly: only what the window holds", [(minute, minute / 4) for minute in range(0, 60, 2)], 4),
    ("was not heard of for longer than the window", [(0, 1), (25, 9)], 0),
    ("two in a minute: the lower one", [(0.2, 5), (0.8, 3), (3, 8)], 5),
]


@pytest.mark.parametrize(("name", "curve", "rise"), CURVES, ids=[row[0] for row in CURVES])
def test_the_largest_rise_within_the_window(name: str, curve: list[tuple[float, float]], rise: float) -> None:
    known = heard(curve, days=8)
    now = START + timedelta(days=8, hours=1)
    load = node("l", "load", "grid", limit_a=80)
    assert rises.rise_a(load, known, now) == pytest.approx(rise * rises.MORE)


def test_what_is_told_holds_and_what_is_not_known_is_everything() -> None:
    load, now = node("l", "load", "grid", limit_a=80), START + timedelta(hours=1)
    assert rises.rise_a(load, None, now) == math.inf
    assert rises.rise_a(load, heard([(0, 3), (5, 4)]), now) == math.inf, "an hour is not enough"
    assert rises.rise_a(node("l", "load", "grid", limit_a=80, rise_a=7), None, now) == 7


def test_what_was_weeks_ago_is_forgotten_and_a_meter_that_was_away_for_as_long_learns_anew() -> None:
    known = heard([(0, 1), (5, 9)])
    load = node("l", "load", "grid", limit_a=80)
    for day in range(1, 31):
        known = rises.learned(known, START + timedelta(days=day), [3.0, 3.0, 3.0], WINDOW_S)
    assert rises.rise_a(load, known, START + timedelta(days=30)) == 0
    known = rises.learned(known, START + timedelta(days=90), [3.0, 3.0, 3.0], WINDOW_S)
    assert rises.rise_a(load, known, START + timedelta(days=90)) == math.inf
    assert len(known["lows"]) == 1
