"""Failures: how often, how fast seen, taken and mended, and whether one repair was enough."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from backend.analytics.repair_rules import FailureFact, StationFact, figures, held_at_once

BEGIN = datetime(2026, 3, 1, tzinfo=UTC)
END = BEGIN + timedelta(days=30)
ONE, TWO = UUID(int=1), UUID(int=2)


def at(hours: float) -> datetime:
    return BEGIN + timedelta(hours=hours)


def station(which: UUID = ONE, since: float = -999) -> StationFact:
    return StationFact(station_id=which, location="Harbour", model="A", since=at(since))


def failure(opened: float, repaired: float | None = None, **values: Any) -> FailureFact:
    usual: dict[str, Any] = {
        "station_id": ONE, "connector_id": None, "rule": "station_offline", "began_at": None, "acknowledged_at": None,
    }  # fmt: skip
    mended = None if repaired is None else at(repaired)
    return FailureFact(**usual | values, opened_at=at(opened), repaired_at=mended)


@pytest.mark.parametrize(
    ("stations", "failures", "hours"),
    [
        ([station()], [], None),
        ([station()], [failure(10, 20)], 710),
        ([station()], [failure(10, 20), failure(100, 110)], 350),
        ([station(), station(TWO)], [failure(10, 20)], 1430),
        ([station(since=360)], [failure(370, 380)], 350),  # it is new: what was before it doesn't count
        ([station()], [failure(10, 20), failure(15, 30, rule="no_power")], 350),  # out once, though for two reasons
        ([station()], [failure(-10, 20), failure(700, None)], 680),  # from before, and still out at the end
        ([station()], [failure(10, 20, station_id=TWO)], None),  # another one's
        ([station()], [failure(2, 20, began_at=at(1))], 701),
    ],
)
def test_mean_time_between_failures(stations: Any, failures: Any, hours: float | None) -> None:
    found = figures("", stations, failures, BEGIN, END)
    assert found.between_failures_h == (None if hours is None else pytest.approx(hours))


def test_times_are_medians_of_what_is_known() -> None:
    found = figures(
        "Harbour",
        [station()],
        [
            failure(10, 11, began_at=at(9), acknowledged_at=at(10.5)),
            failure(50, 53, began_at=at(49.5)),
            failure(90, None, acknowledged_at=at(90.25)),
        ],
        BEGIN,
        END,
    )
    assert (found.name, found.stations, found.failures) == ("Harbour", 1, 3)
    assert (found.detect_s, found.acknowledge_s, found.repair_s) == (2700, 1350, 7200)


@pytest.mark.parametrize(
    ("one", "others", "held"),
    [
        (failure(1, 2), [], True),
        (failure(1, 2), [failure(2 + 168, 200)], True),  # after seven days it is another failure
        (failure(1, 2), [failure(2 + 167.9, 200)], False),
        (failure(1, 2), [failure(30, 31, rule="no_power")], True),
        (failure(1, 2), [failure(30, 31, connector_id=TWO)], True),
        (failure(1, 2, visits=1), [], True),
        (failure(1, 2, visits=2), [], False),
        (failure(600, 700), [], None),  # too early to tell
        (failure(600, 700), [failure(701, None)], False),
    ],
)
def test_one_repair_was_enough(one: FailureFact, others: list[FailureFact], held: bool | None) -> None:
    assert held_at_once(one, [one, *others], END) is held


def test_visits_and_what_was_mended_without() -> None:
    found = figures(
        "", [station()], [failure(1, 2, visits=2), failure(300, 301), failure(400, 401), failure(710, None)], BEGIN, END
    )
    assert found.visits == 2
    assert found.without_visit == pytest.approx(2 / 3)
    assert found.first_time_fix == pytest.approx(1 / 3)  # the second came back after four days
