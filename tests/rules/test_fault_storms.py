"""When reports of many stations are no chance any more."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.alerts.rules import correlation


@pytest.mark.parametrize(("usual_per_day", "stations"), [(0, 5), (1, 5), (100, 5), (1000, 10), (10_000, 33)])
def test_what_is_no_chance_depends_on_what_is_usual(usual_per_day: float, stations: int) -> None:
    assert correlation.storm_from(usual_per_day) == stations


@given(st.floats(0, 50_000), st.floats(0, 50_000))
def test_where_more_is_usual_a_storm_takes_more(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert correlation.STORM_LEAST <= correlation.storm_from(low) <= correlation.storm_from(high)
