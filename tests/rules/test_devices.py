"""How far a report is, and how variables are shared out over messages."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.devices import rules
from shared.devices import ReportState
from tests.conftest import Clock

NOW = Clock().now()
SOON, LATE = timedelta(seconds=5), rules.PATIENCE + timedelta(seconds=1)


@pytest.mark.parametrize(
    ("status", "parts", "last", "ago", "state"),
    [
        ("", [], None, SOON, ReportState.WAITING),
        ("", [], None, LATE, ReportState.SILENT),
        ("Accepted", [], None, SOON, ReportState.WAITING),
        ("Accepted", [], None, LATE, ReportState.SILENT),
        ("NotSupported", [], None, SOON, ReportState.REFUSED),
        ("Rejected", [], None, SOON, ReportState.REFUSED),
        ("EmptyResultSet", [], None, SOON, ReportState.EMPTY),
        ("Accepted", [0, 1], None, SOON, ReportState.RECEIVING),
        ("Accepted", [0, 1], None, LATE, ReportState.INCOMPLETE),
        ("Accepted", [1, 0], 1, LATE, ReportState.COMPLETE),
        ("Accepted", [1, 2, 3], 3, LATE, ReportState.COMPLETE),
        ("Accepted", [0, 3], 3, SOON, ReportState.RECEIVING),
        ("Accepted", [0, 3], 3, LATE, ReportState.INCOMPLETE),
        ("", [0], 0, SOON, ReportState.COMPLETE),
    ],
)
def test_how_far_a_report_is(
    status: str, parts: list[int], last: int | None, ago: timedelta, state: ReportState
) -> None:
    heard: datetime | None = NOW - ago if parts else None
    assert rules.state(status, parts, last, NOW - ago, heard, NOW) is state


@pytest.mark.parametrize(
    ("parts", "last", "missing"),
    [
        ([], None, []),
        ([0, 2], 2, [1]),
        ([1, 2], 2, []),
        ([2], 2, [0, 1]),
        ([0], 3, [1, 2, 3]),
        ([5, 0, 1], None, [2, 3, 4]),
    ],
)
def test_parts_that_never_came(parts: list[int], last: int | None, missing: list[int]) -> None:
    assert rules.missing(parts, last) == missing


def test_a_hostile_number_of_a_part_fills_no_memory() -> None:
    assert len(rules.missing([0, 2**31 - 1], 2**31 - 1)) <= 10_000


@given(st.lists(st.integers(1, 50)), st.none() | st.integers(1, 9), st.none() | st.integers(1, 120))
def test_batches_keep_everything_in_order_and_within_the_limits(
    items: list[int], most: int | None, room: int | None
) -> None:
    groups = rules.batches(items, most, room, lambda one: one)
    assert [one for group in groups for one in group] == items
    assert all(groups)
    for group in groups:
        assert most is None or len(group) <= most
        assert room is None or sum(group) <= room or len(group) == 1


@pytest.mark.parametrize(("text", "limit"), [("4", 4), (" 4 ", 4), ("0", None), ("-1", None), ("many", None)])
def test_a_limit_that_makes_no_sense_is_none(text: str, limit: int | None) -> None:
    assert rules.limit({"A": text}, "A") == limit
    assert rules.limit({}, "A") is None


def test_a_limit_for_all_messages_counts_for_each() -> None:
    told = {"ItemsPerMessage": "9", "ItemsPerMessage/GetVariables": "4"}
    assert rules.limit(told, "ItemsPerMessage/GetVariables") == 4
    assert rules.limit(told, "ItemsPerMessage/SetVariables") == 9
