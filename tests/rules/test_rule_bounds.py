"""Thresholds keep within bounds in which their rule makes sense; and how long a station could be used."""

from datetime import timedelta
from typing import Any

import pytest

from backend.alerts import rules, rules_service, tuning
from backend.alerts.rules import no_sessions
from backend.errors import InvalidInput
from tests.rules.test_rule_tables import LOW, NOW, TABLES, ago, past, presence, running


@pytest.mark.parametrize(
    ("rule", "values", "words"),
    [
        ("voltage_out_of_band", {"readings": 0}, "“readings” goes from 1 to 10."),
        ("starts_failing", {"enough": 0}, "“enough” goes from 1 to 50."),
        ("no_power", {"minutes": 46}, "“minutes” goes from 1 to 30."),
        ("no_energy", {"sessions": 11}, "“sessions” goes from 1 to 10."),
        ("no_energy", {"sessions": 2.5}, "“sessions” is a whole number."),
        ("no_energy", {"least_wh": float("nan")}, "“least_wh” goes from 1 to 100000."),
        ("clock_drift", {"hours": 1}, "This rule has no threshold “hours”. It has: seconds."),
    ],
)
def test_a_threshold_that_makes_no_sense_is_refused_and_fitted_where_it_was_kept(
    rule: str, values: dict[str, float], words: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        rules_service.checked(rule, values)
    assert refused.value.detail == words
    sound = {name: value for name, value in values.items() if value == value}
    kept = tuning._fitting(rule, sound)
    assert rules_service.checked(rule, kept) == kept


def test_thresholds_have_bounds_within_which_no_rule_throws_and_each_can_fire() -> None:
    assert set(rules.BOUNDS) == {(rule.name, name) for rule in rules.RULES for name in rule.thresholds}
    for rule in rules.RULES:
        for name, bounds in rule.bounds.items():
            usual = rule.thresholds[name]
            assert bounds.least <= usual <= bounds.most
            assert bounds.fit(usual) == usual
            assert bounds.fit(-1) == bounds.least
            assert bounds.fit(1e9) == bounds.most
            for value in (bounds.least, bounds.most):
                for facts, _ in TABLES[rule.name]:
                    rule.judge(facts, **{name: value})
    ends = {name: bounds.most for (rule, name), bounds in rules.BOUNDS.items() if rule == "no_energy"}
    one_driver = past(*[(900, 0, "Local", "a")] * rules.PAST_SESSIONS)
    assert rules.BY_NAME["no_energy"].judge(one_driver, **ends) is not None
    for name, read in (
        ("no_power", {"energy_wh": 9, "power_w": 0}), ("power_below_offer", LOW),
        ("meter_freeze", {"energy_wh": 9, "power_w": 9000}),
    ):  # fmt: skip
        most = rules.BOUNDS[name, "minutes"].most
        rare = running([read] * 3, each_min=15)  # all that 45 minutes hold of a meter that is read each quarter
        assert rules.BY_NAME[name].judge(rare, minutes=most) is not None


def test_a_silence_may_be_longer_where_a_tenant_says_so() -> None:
    judge = rules.BY_NAME["station_silent"].judge
    assert judge(presence(last_seen_at=ago(359)), times_silence=2) is None
    finding = judge(presence(last_seen_at=ago(360)), times_silence=2)
    assert finding is not None
    assert "360 seconds" in finding.detail


A, B = "first outlet", "second outlet"
FREE = {A: "available", B: "available"}


@pytest.mark.parametrize(
    ("outlets", "changes", "hours"),
    [
        (FREE, [], 10),
        ({A: "unavailable", B: "faulted"}, [], 0),
        ({A: "unavailable", B: "reserved"}, [], 10),
        (FREE, [(4, None, "offline"), (9, None, "online")], 5),
        (FREE, [(4, None, "unavailable"), (9, None, "available")], 5),
        (FREE, [(4, A, "unavailable"), (9, A, "available")], 10),  # the other one could be used
        (FREE, [(2, A, "unavailable"), (4, B, "faulted"), (9, A, "occupied")], 5),
        ({A: "unavailable", B: "unavailable"}, [(3, A, "unavailable")], 3),
        ({}, [], 0),
    ],
)
def test_how_long_a_station_could_be_used(
    outlets: dict[Any, str], changes: list[tuple[float, Any, str]], hours: float
) -> None:
    told = [(NOW + timedelta(hours=at), outlet, status) for at, outlet, status in changes]
    assert no_sessions.usable_s(outlets, told, NOW, NOW + timedelta(hours=10)) == hours * 3600


@pytest.mark.parametrize(("had", "usual", "part"), [(0, 2.9, None), (0, 3, 0), (6, 12, 0.5), (9, 0, None)])
def test_others_say_something_where_enough_was_to_be_expected(had: int, usual: float, part: float | None) -> None:
    assert no_sessions.part_of(had, usual) == part


@pytest.mark.parametrize("grace_s", [10, 3600])
def test_what_is_said_of_an_absence_holds_whatever_the_grace(grace_s: float) -> None:
    gone = NOW - timedelta(seconds=grace_s)
    facts = rules.PresenceFacts(
        accepted=True, online=False, disconnected_at=gone, last_seen_at=gone, silence_s=180, now=NOW
    )
    found = rules.BY_NAME["station_offline"].judge(facts, grace_s=grace_s)
    assert found is not None
    assert found.detail == "The connection was lost and hasn't come back."
