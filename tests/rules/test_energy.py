"""Which profiles may be sent, and how a car's wish is fitted into what is allowed."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.energy import rules
from backend.energy.composite import limit_at
from backend.energy.others import fitted
from shared.energy import ChargingProfile, RateUnit, SchedulePeriod

BEGIN = "2030-01-01T08:00:00Z"
FINE: dict[str, Any] = {"unit": "A", "starts_at": BEGIN, "periods": [{"start_s": 0, "limit": "16"}]}


def profile(schedule: dict[str, Any] | None = None, **more: Any) -> ChargingProfile:
    wanted = {"purpose": "TxDefaultProfile", "kind": "Absolute", "schedules": [FINE | (schedule or {})]} | more
    plain = {name: value for name, value in wanted["schedules"][0].items() if value is not None}
    return msgspec.convert(wanted | {"schedules": [plain, *wanted["schedules"][1:]]}, ChargingProfile, strict=False)


def periods(*pairs: tuple[int, str], **more: Any) -> list[dict[str, Any]]:
    return [{"start_s": start, "limit": limit} | more for start, limit in pairs]


RELATIVE = {"starts_at": None}
WRONG = [
    ("purpose", profile(purpose="ChargingStationExternalConstraints"), 1),
    ("$.evse", profile(purpose="ChargingStationMaxProfile"), 1),
    ("kind", profile(RELATIVE, purpose="ChargingStationMaxProfile", kind="Relative"), 0),
    ("$.evse", profile(purpose="TxProfile"), 0),
    ("transaction_id", profile(transaction_id="x"), 1),
    ("recurrency", profile(kind="Recurring"), 1),
    ("recurrency", profile(recurrency="Daily"), 1),
    ("schedules", profile({"duration_s": 86_401}, kind="Recurring", recurrency="Daily"), 1),
    ("valid_to", profile(valid_from=BEGIN, valid_to=BEGIN), 1),
    ("valid_from", profile(valid_from="2030-01-01T08:00:00"), 1),
    ("starts_at", profile(RELATIVE), 1),
    ("starts_at", profile(kind="Relative"), 1),
    ("periods[0].start_s", profile({"periods": periods((1, "16"))}), 1),
    ("periods", profile({"periods": periods((0, "16"), (60, "8"), (60, "9"))}), 1),
    ("duration_s", profile({"duration_s": 60, "periods": periods((0, "16"), (60, "8"))}), 1),
    ("limit", profile({"periods": periods((0, "-1"))}), 1),
    ("limit", profile({"periods": periods((0, "6.25"))}), 1),
    ("phase_to_use", profile({"periods": periods((0, "6"), phase_to_use=2)}), 1),
    ("min_rate", profile({"min_rate": "-1"}), 1),
    ("schedules", profile(schedules=[FINE, FINE]), 1),
    ("stack_level", profile(stack_level=4), 1),
    ("unit", profile({"unit": "W"}), 1),
    ("periods", profile({"periods": periods((0, "1"), (1, "2"), (2, "3"))}), 1),
]
TOLD = {
    ("SmartChargingCtrlr", "ProfileStackLevel"): "3",
    ("SmartChargingCtrlr", "PeriodsPerSchedule"): "2",
    ("SmartChargingCtrlr", "RateUnit"): "A",
}


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case[0])
def test_a_wrong_profile_names_its_place(case: tuple[str, ChargingProfile, int]) -> None:
    path, one, evse = case
    found = rules.problems(one, evse, "2.0.1", TOLD)
    assert [where for where, _ in found if where.endswith(path)], found
    assert all(words.endswith(".") for _, words in found)


def test_a_fine_one_has_no_problem_and_unknown_limits_are_not_checked() -> None:
    assert rules.problems(profile(stack_level=3), 1, "2.0.1", TOLD) == []
    assert rules.problems(profile({"unit": "W"}, stack_level=99), 1, "1.6", {}) == []
    assert rules.problems(profile(stack_level=9), 1, "1.6", {("", "ChargeProfileMaxStackLevel"): "8"}) != []


@pytest.mark.parametrize(
    ("text", "units"),
    [
        ("Current,Power", {"A", "W"}),
        ("Current", {"A"}),
        (" Power ", {"W"}),
        ("A,W", {"A", "W"}),
        ("", set()),
        ("x", set()),
    ],
)
def test_units_of_both_versions(text: str, units: set[str]) -> None:
    assert rules.units({("", "ChargingScheduleAllowedChargingRateUnit"): text}) == {RateUnit(one) for one in units}


STEPS = st.lists(st.tuples(st.integers(1, 3600), st.integers(0, 63)), max_size=8, unique_by=lambda one: one[0])


@given(first=st.integers(0, 63), later=STEPS, most=st.none() | st.integers(6, 32), count=st.integers(1, 4))
def test_fitted_is_never_above_the_limit_nor_the_car(
    first: int, later: list[tuple[int, int]], most: int | None, count: int
) -> None:
    limits = [SchedulePeriod(start_s=start, limit=Decimal(limit)) for start, limit in [(0, first), *sorted(later)]]
    found = fitted(limits, None if most is None else Decimal(most), count)
    assert 1 <= len(found) <= count
    assert found[0].start_s == 0
    for second in range(0, 3700, 13):
        given_, limit = limit_at(found, second), limit_at(limits, second)
        assert given_ is not None
        assert limit is not None
        assert given_ <= min(limit, Decimal(most if most is not None else 99))


def test_times_are_aware() -> None:
    assert profile().schedules[0].starts_at == datetime(2030, 1, 1, 8, tzinfo=UTC)
