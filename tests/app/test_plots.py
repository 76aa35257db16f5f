"""The arithmetic of plots: axes, fewer points, what a screen reader says."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from app.widgets import plots

START = datetime(2026, 11, 21, 13, 58, tzinfo=UTC)


def test_thinning_keeps_the_ends_and_every_peak() -> None:
    points = [(START + timedelta(seconds=n), 100.0 if n == 777 else float(n % 7)) for n in range(2000)]
    thinned = plots.thinned(points, 120)
    assert len(thinned) <= 120
    assert thinned[0] == points[0]
    assert thinned[-1] == points[-1]
    assert max(value for _, value in thinned) == 100.0
    assert thinned == sorted(thinned)


@pytest.mark.parametrize("highest", [0, 0.3, 7.4, 11, 22, 148, 1999])
def test_an_axis_ends_on_an_even_number_just_above(highest: float) -> None:
    top, step = plots.scale(highest)
    assert top >= highest
    assert top - highest <= step or highest == 0
    assert 2 <= round(top / step, 6) <= 5
    assert round(top / step, 6) == round(top / step)


@pytest.mark.parametrize("minutes", [3, 25, 90, 600, 1440, 10080, 43200])
def test_ticks_are_even_few_and_inside(minutes: int) -> None:
    last = START + timedelta(minutes=minutes)
    found = plots.ticks(START, last)
    assert 1 <= len(found) <= 5
    assert all(START <= at <= last for at in found)
    gaps = {b - a for a, b in pairwise(found)}
    assert len(gaps) <= 1


def test_what_is_said_names_the_last_and_the_highest() -> None:
    points = [(START, 1.0), (START + timedelta(minutes=1), 22.0), (START + timedelta(minutes=2), 7.5)]
    assert plots.spoken("Power", points, "kW") == "Power: 7.5 kW, max 22 kW"
