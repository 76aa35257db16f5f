"""Playbooks: what they may do, and never do."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.alerts.rules import RULES, RunningFacts
from backend.alerts.rules.connector_faulted import ERRORS
from backend.remedies import builtin, rules
from shared.operations import IncidentState
from shared.remedies import NEEDS_HANDS, Guards, PlaybookSet, PlaybookStep, StepKind

NOW = datetime(2026, 6, 1, 20, 30, tzinfo=UTC)


def facts(**changes: object) -> rules.Facts:
    values: dict[str, object] = {
        "now": NOW,
        "began": NOW - timedelta(minutes=1),
        "zone": "Europe/Berlin",
        "online": True,
        "sessions_here": 0,
        "sessions_at_station": 0,
        "runs_today": 0,
        "at_once": 0,
        "outlet": True,
    }
    return rules.Facts(**(values | changes))  # type: ignore[arg-type]


def plan(**guards: object) -> PlaybookSet:
    step = PlaybookStep(kind=StepKind.SOFT_RESET)
    return PlaybookSet(name="P", rules=["r"], steps=[step], guards=Guards(**guards))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "guards", "changes", "way"),
    [
        (StepKind.SOFT_RESET, {}, {}, "go"),
        (StepKind.SOFT_RESET, {}, {"sessions_at_station": 1}, "later"),
        (StepKind.SOFT_RESET, {"during_session": True}, {"sessions_at_station": 1}, "go"),
        (StepKind.UNLOCK, {}, {"sessions_at_station": 1}, "go"),
        (StepKind.UNLOCK, {}, {"sessions_at_station": 1, "sessions_here": 1}, "later"),
        (StepKind.UNLOCK, {}, {"sessions_at_station": 1, "outlet": False}, "later"),
        (StepKind.TRIGGER, {}, {"sessions_at_station": 1, "sessions_here": 1}, "go"),
        (StepKind.WAIT, {}, {"online": False}, "go"),
        (StepKind.SOFT_RESET, {}, {"online": False}, "later"),
        (StepKind.SOFT_RESET, {}, {"runs_today": 3}, "never"),
        (StepKind.SOFT_RESET, {}, {"at_once": 20}, "later"),
        (StepKind.SOFT_RESET, {"quiet_from": "22:00", "quiet_to": "06:00"}, {}, "later"),
        (StepKind.TRIGGER, {"quiet_from": "22:00", "quiet_to": "06:00"}, {}, "go"),
        (StepKind.SOFT_RESET, {}, {"sessions_at_station": 1, "began": NOW - timedelta(hours=13)}, "never"),
        (StepKind.SOFT_RESET, {}, {"in_repair": True}, "later"),
        (StepKind.SOFT_RESET, {"during_session": True}, {"in_repair": True}, "later"),
        (StepKind.TRIGGER, {}, {"in_repair": True}, "go"),
        (StepKind.RESTART_SESSION, {}, {"sessions_here": 1, "sessions_at_station": 1}, "never"),
        (StepKind.RESTART_SESSION, {"during_session": True}, {"sessions_here": 1, "sessions_at_station": 1}, "go"),
    ],
)
def test_guards(kind: StepKind, guards: dict[str, object], changes: dict[str, object], way: str) -> None:
    verdict = rules.may(plan(**guards), kind, facts(**changes))
    assert verdict.way == way
    assert (verdict.way == "later") == (verdict.until is not None)
    assert verdict.until is None or verdict.until > NOW


@pytest.mark.parametrize(
    ("rule", "by_hand", "sent", "spoke", "counts"),
    [
        ("connector_faulted", False, True, False, True),
        ("station_silent", False, True, True, True),
        ("station_silent", False, True, False, False),
        ("station_silent", True, True, False, True),
        ("station_silent", False, False, False, True),
    ],
)
def test_what_ends_a_run(rule: str, by_hand: bool, sent: bool, spoke: bool, counts: bool) -> None:
    assert rules.proven(rule, by_hand=by_hand, sent=sent, spoke=spoke) is counts


@pytest.mark.parametrize(
    ("rule", "charges", "counts"),
    [
        ("no_power", True, True),
        ("no_power", False, False),
        ("starts_failing", False, False),
        ("no_energy", False, True),
    ],
)
def test_what_speaks_for_a_step(rule: str, charges: bool, counts: bool) -> None:
    assert rules.helped(rule, charges=charges) is counts


def test_what_is_seen_in_a_running_session_only_ends_with_it() -> None:
    """A session that doesn't end has what it needs as soon as it does."""
    running = {one.name for one in RULES if one.looks_at is RunningFacts}
    assert running - {"zombie_session"} == rules.WHILE_CHARGING - {"starts_failing"}


@pytest.mark.parametrize(
    ("state", "closed_by", "people"),
    [(IncidentState.CLOSED, None, False), (IncidentState.CLOSED, 7, True), (IncidentState.WATCHED, None, True)],
)
def test_who_ended_it(state: IncidentState, closed_by: int | None, people: bool) -> None:
    assert rules.by_people(state, closed_by=closed_by) is people


@pytest.mark.parametrize(
    ("codes", "not_codes", "code", "fits"),
    [
        ([], ["EmergencyStop"], "", True),
        ([], ["EmergencyStop"], "InternalError", True),
        ([], ["EmergencyStop"], "EmergencyStop", False),
        (["ConnectorLockFailure"], [], "", True),
        (["ConnectorLockFailure"], [], "InternalError", False),
    ],
)
def test_what_a_run_goes_on_with(codes: list[str], not_codes: list[str], code: str, fits: bool) -> None:
    asked = msgspec.structs.replace(plan(), codes=codes, not_codes=not_codes)
    assert rules.still_fits(asked, "r", code, "M") is fits


OFF, ON = rules.Wish(False, False, True), rules.Wish(True, False, True)
MUTE_OFF, MUTE_ON = rules.Wish(False, False, False), rules.Wish(True, False, False)
PEOPLE_OFF, PEOPLE_ON = rules.Wish(False, True, True), rules.Wish(True, True, False)


@pytest.mark.parametrize(
    ("latest_first", "left_out"),
    [
        ([], False),
        ([ON, OFF], False),
        ([OFF], True),
        ([MUTE_OFF], True),
        ([MUTE_ON, OFF], True),
        ([MUTE_ON, MUTE_ON, OFF], True),
        ([ON, MUTE_ON, OFF], False),
        ([PEOPLE_OFF, MUTE_ON, OFF], False),
        ([MUTE_ON, PEOPLE_ON, OFF], False),
    ],
)
def test_what_a_playbook_left_out_of_service(latest_first: list[rules.Wish], left_out: bool) -> None:
    assert rules.left_out(latest_first) is left_out


ANY_FACTS = st.builds(
    rules.Facts,
    now=st.integers(0, 8759).map(lambda hours: NOW + timedelta(hours=hours)),
    began=st.just(NOW),
    zone=st.sampled_from(["UTC", "Europe/Berlin", "America/Los_Angeles"]),
    online=st.booleans(),
    sessions_here=st.integers(0, 2),
    sessions_at_station=st.integers(0, 4),
    runs_today=st.integers(0, 5),
    at_once=st.integers(0, 40),
    outlet=st.booleans(),
    in_repair=st.booleans(),
)
CLOCKS = st.sampled_from(["00:00", "06:00", "13:30", "22:00"])
ANY_GUARDS = st.builds(
    Guards,
    during_session=st.booleans(),
    max_per_day=st.integers(1, 5),
    max_at_once=st.integers(1, 20),
    quiet_from=CLOCKS,
    quiet_to=CLOCKS,
    approval=st.booleans(),
)


@given(ANY_GUARDS, st.sampled_from(StepKind), ANY_FACTS)
def test_no_guard_is_ever_broken(guards: Guards, kind: StepKind, known: rules.Facts) -> None:
    """Whatever is asked for: a step that goes touches no session, no night and no limit that its guards protect."""
    asked = PlaybookSet(name="P", rules=["r"], steps=[PlaybookStep(kind=kind)], guards=guards)
    verdict = rules.may(asked, kind, known)
    if verdict.way != "go":
        assert verdict.reason
        return
    if kind not in rules.HARMLESS:
        touched = known.sessions_at_station
        if kind in rules.OF_OUTLET and known.outlet:
            touched = known.sessions_here
        assert guards.during_session or touched == 0
        assert not rules.quiet(guards.quiet_from, guards.quiet_to, known.now, known.zone)
        assert known.at_once < guards.max_at_once
        assert not known.in_repair
    if kind is not StepKind.WAIT:
        assert known.online
        assert known.runs_today < guards.max_per_day


def test_built_in_playbooks_are_sound() -> None:
    for key, one in builtin.BUILT_IN.items():
        assert rules.problems(one) == [], key
        assert not one.guards.during_session, key
        assert set(one.rules) <= {rule.name for rule in RULES}, "a rule that doesn't exist"
    danger = set(NEEDS_HANDS)
    assert danger <= set(ERRORS), "codes that no rule knows"
    for code in danger:
        assert not any(rules.matches(one, "connector_faulted", code, "M") for one in builtin.BUILT_IN.values()), code
    assert rules.matches(builtin.BUILT_IN["fault"], "connector_faulted", "InternalError", "M")
    assert not rules.matches(builtin.BUILT_IN["fault"], "connector_faulted", "ConnectorLockFailure", "M")


def test_what_cannot_work_is_refused() -> None:
    firmware = PlaybookStep(kind=StepKind.FIRMWARE)
    restart = PlaybookStep(kind=StepKind.RESTART_SESSION)
    asked = PlaybookSet(name="P", rules=["r"], steps=[firmware, restart], guards=Guards(quiet_from="22:00"))
    assert [path for path, _ in rules.problems(asked)] == ["$.steps[0].url", "$.steps[1]", "$.guards.quiet_to"]
    both = msgspec.structs.replace(plan(), codes=["A", "B"], not_codes=["B", "C"])
    assert rules.problems(both) == [("$.not_codes", "A fault code can't be meant and left alone at once.")]


def test_a_dry_run_in_words() -> None:
    assert rules.said(30, 0, 0, 0, 0, 0).endswith("not have fired once.")
    assert "14 times" in rules.said(30, 14, 11, 12, 1, 2)
    assert rules.said(30, 14, 11, 12, 1, 2, latest=5000).endswith(
        " Only the latest 5000 incidents were looked at; there were more."
    )
