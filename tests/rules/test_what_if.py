"""What a site's own past says of more connectors: which days, and what else drew then."""

from dataclasses import replace
from datetime import timedelta

import pytest

from backend.sites import whatif_rules
from tests.rules.test_sites import NOW, node, tree, two_cars

QUARTER = timedelta(minutes=15)


@pytest.mark.parametrize(("then", "most", "kept"), [(2, 2, 2), (4, 3, 1), (4, 4, 2), (40, 3, 1)])
def test_both_sides_are_of_the_same_sessions_the_latest(then: int, most: int, kept: int) -> None:
    _, _, past = two_cars(tree())
    assert whatif_rules.fitting(past, then, most) == past[-kept:]


def test_what_a_load_drew_is_what_the_cars_did_not() -> None:
    """23 kW came through, and 4 kWh a quarter into cars; then nobody knows; then more than the load can."""
    through = {NOW: 23_000.0, NOW + 2 * QUARTER: 34_500.0, NOW + 3 * QUARTER: 1_000.0}
    found = whatif_rules.drawn_beside(through, {NOW: 4_000.0, NOW + 3 * QUARTER: 500.0}, NOW, NOW + 4 * QUARTER, 30.0)
    begin = NOW.timestamp()
    assert found == ((begin, 10.14), (begin + 900, 30.0), (begin + 2700, 0.0))


def test_a_load_that_rested_leaves_its_room() -> None:
    nodes = [*tree(32), node("lift", "load", "grid", limit_a=14)]
    frame, lanes, past = two_cars(nodes)
    worst, _ = whatif_rules.side(frame, lanes, past)
    rested = replace(frame, loads={"lift": ((NOW.timestamp(), 0.0),)})
    free, _ = whatif_rules.side(rested, lanes, past)
    kept, _ = whatif_rules.side(replace(rested, margins={"lift": 14.0}), lanes, past)
    assert free.delivered_wh == 40_000
    assert worst.delivered_wh < 28_000
    assert kept.delivered_wh == worst.delivered_wh  # of a load that may rise at once nothing is free
