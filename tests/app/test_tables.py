"""The table's rules: which way a head sorts, where an arrow key leads."""

import pytest

from app.widgets.tables import Column, Row, moved, next_sort

NAME = Column("station", "Station", sort="name")
POWER = Column("power", "Power", sort="power_w", numeric=True, falling=True)
ROWS = [Row(one, one, {}) for one in ("a", "b", "c")]


@pytest.mark.parametrize(
    ("current", "column", "wanted"),
    [
        ("", NAME, "name"),
        ("power_w", NAME, "name"),
        ("name", NAME, "-name"),
        ("-name", NAME, "name"),
        ("name", POWER, "-power_w"),
        ("-power_w", POWER, "power_w"),
        ("power_w", POWER, "-power_w"),
    ],
)
def test_a_tap_on_a_head_sorts_by_it_and_a_second_one_turns_it_around(
    current: str, column: Column, wanted: str
) -> None:
    assert next_sort(current, column) == wanted


@pytest.mark.parametrize(
    ("chosen", "step", "wanted"),
    [
        (None, 1, "a"),
        (None, -1, "c"),
        ("gone", 1, "a"),
        ("a", 1, "b"),
        ("b", -1, "a"),
        ("c", 1, "c"),
        ("a", -1, "a"),
    ],
)
def test_an_arrow_key_moves_the_mark_and_stops_at_the_ends(chosen: str | None, step: int, wanted: str) -> None:
    assert moved(ROWS, chosen, step) == wanted


def test_an_empty_table_has_nothing_to_mark() -> None:
    assert moved([], "a", 1) is None
