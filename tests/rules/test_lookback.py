"""A recorded past, judged by rules as they might be."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.alerts import rules as alerts
from backend.lookback import beside, rules
from backend.lookback.beside import Firing, Incident
from backend.lookback.happenings import (
    Began,
    ClockSeen,
    Gap,
    Happening,
    Link,
    NotStarted,
    Outlet,
    Over,
    Read,
    Reason,
    Told,
)
from backend.lookback.known import KnownSession
from backend.remedies import past
from shared.operations import Severity
from shared.remedies import Guards, PlaybookSet, PlaybookStep, StepKind

T0 = datetime(2026, 3, 1, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return T0 + timedelta(minutes=minutes)


def told(*happenings: Happening, asked: list[str], end: float = 3000, **thresholds: Any) -> list[Firing]:
    replay = rules.Replay(asked, thresholds, T0, silence_s=600)
    for one in happenings:
        replay.feed(one)
    replay.finish(at(end))
    assert not replay.threw
    return replay.firings


def minutes(one: Firing) -> tuple[float, float | None]:
    def since(when: datetime) -> float:
        return (when - T0).total_seconds() / 60

    return since(one.fired_at), None if one.ended_at is None else since(one.ended_at)


def session(label: str, begin: float, end: float, wh: int, **more: Any) -> list[Happening]:
    one = f"{label}@{begin}"
    past_one = alerts.Past(seconds=(end - begin) * 60, energy_wh=wh, reason="Local", driver=one)
    return [
        Began(at=at(begin), label=label, transaction=one, number=1),
        Over(at=at(end), label=label, transaction=one, number=1, past=past_one, **more),
    ]


def test_a_fault_lasts_until_it_is_reported_over() -> None:
    faulted = {"label": "1", "status": "faulted", "error_code": "GroundFailure"}
    found = told(
        Outlet(at=at(5), **faulted),
        Outlet(at=at(6), **faulted),
        Outlet(at=at(9), label="1", status="available"),
        Outlet(at=at(20), **{**faulted, "label": "2"}),
        asked=["connector_faulted"],
    )
    assert [(one.label, one.code, *minutes(one), one.occurrences) for one in found] == [
        ("1", "GroundFailure", 5, 9, 1),
        ("2", "GroundFailure", 20, None, 1),
    ]


def test_a_reason_told_apart_belongs_to_its_fault() -> None:
    found = told(
        Outlet(at=at(5), label="1", status="faulted", tells_reason=False),
        Reason(at=at(5.1), label="1", error_code="GroundFailure", vendor_error_code="E-1"),
        Outlet(at=at(6), label="1", status="faulted", tells_reason=False),
        Outlet(at=at(9), label="1", status="available", tells_reason=False),
        asked=["connector_faulted"],
    )
    assert [minutes(one) for one in found] == [(5, 9)]


@pytest.mark.parametrize(("away", "grace", "fires"), [(0.9, {}, False), (5, {}, True), (5, {"grace_s": 600}, False)])
def test_who_comes_back_within_the_grace_was_never_away(away: float, grace: dict[str, float], fires: bool) -> None:
    happenings = [Link(at=at(0), online=True), Link(at=at(10), online=False), Link(at=at(10 + away), online=True)]
    found = told(*happenings, asked=["station_offline"], station_offline=grace)
    assert [minutes(one) for one in found] == ([(11, 10 + away)] if fires else [])


def test_a_silence_counts_only_while_connected() -> None:
    found = told(
        Link(at=at(0), online=True),
        Gap(at=at(30), since=at(10)),
        Link(at=at(40), online=False),
        Link(at=at(90), online=True),
        Gap(at=at(90), since=at(39)),
        asked=["station_silent"],
    )
    assert [minutes(one) for one in found] == [(20, 30)]


def test_a_connection_that_comes_and_goes() -> None:
    drops = [Link(at=at(10 + n), online=n % 2 == 1) for n in range(-1, 9)]
    found = told(*drops, Link(at=at(20), online=True), asked=["station_flapping"])
    assert [minutes(one) for one in found] == [(16, 73)]  # while four were in an hour


def test_a_plug_that_waits_and_one_that_charges() -> None:
    waits = [Link(at=at(0), online=True), Outlet(at=at(5), label="1", status="occupied")]
    gone = Outlet(at=at(60), label="1", status="available")
    assert [minutes(one) for one in told(*waits, *session("1", 50, 60, 9), gone, asked=["plugged_not_started"])] == [
        (35, 50)
    ]
    assert told(*waits, *session("1", 20, 60, 9), gone, asked=["plugged_not_started"], end=200) == []
    later = told(*waits, asked=["plugged_not_started"], plugged_not_started={"minutes": 90})
    assert [minutes(one)[0] for one in later] == [95]


def test_a_plug_that_stays_after_its_session_is_no_plug_that_waits() -> None:
    occupied = [Outlet(at=at(n), label="1", status="occupied", tells_reason=False) for n in (5, 70)]
    seen = [Link(at=at(0), online=True), occupied[0], *session("1", 6, 60, 9), occupied[1]]
    assert told(*seen, asked=["plugged_not_started"], end=300) == []
    assert [minutes(one)[0] for one in told(*seen, asked=["stuck_finishing"])] == [60 + 720]
    old = [Link(at=at(0), online=True), Outlet(at=at(5), label="1", status="occupied"), *session("1", 6, 60, 9)]
    assert [minutes(one)[0] for one in told(*old, asked=["plugged_not_started"])] == [90]


def test_starts_that_fail_and_sessions_without_energy() -> None:
    failed = [NotStarted(at=at(n), label="1", failure="No answer") for n in (1, 2, 3)]
    found = told(*failed, *session("1", 30, 40, 9000), asked=["starts_failing"])
    assert [(one.title, *minutes(one)) for one in found] == [("Charging doesn't start", 3, 30)]
    empty = [one for n in range(3) for one in session("1", 10 * n, 10 * n + 2, 0)]
    assert [minutes(one)[0] for one in told(*empty, asked=["no_energy"])] == [22]
    assert told(*empty[:4], asked=["no_energy"]) == []


def test_readings_of_a_session_that_gets_nothing() -> None:
    reads = [
        Read(at=at(n), transaction="1@0", moment=alerts.Moment(at=at(n), energy_wh=100, power_w=0), charging=True)
        for n in range(1, 30)
    ]
    began, over = session("1", 0, 40, 0)
    found = told(Link(at=at(0), online=True), began, *reads, over, asked=["no_power"])
    assert [minutes(one) for one in found] == [(11, 40)]


@pytest.mark.parametrize("kinds", [1, 2])
def test_a_meter_that_is_read_each_ten_seconds_is_looked_at_as_far_back_as_any(kinds: int) -> None:
    session = KnownSession("t", 1, T0, T0, dc=False, max_power_w=22_000)
    for n in range(6 * 60):
        power = {"power_w": n} if n % kinds == 0 else {}
        session.read(alerts.Moment(at=at(n / 6), energy_wh=n, **power))
    last = session.moments[-1].at
    assert last - session.moments[0].at > timedelta(minutes=44)
    assert len(session.moments) <= kinds * 46 + 10
    assert [one.energy_wh for one in session.moments[-10:]] == list(range(350, 360))


def test_a_clock_is_believed_when_it_says_it_twice() -> None:
    seen = [ClockSeen(at=at(n), off_s=off) for n, off in ((1, 900), (2, 5), (3, 300), (4, 301), (5, 0), (6, 0))]
    assert [minutes(one) for one in told(*seen, asked=["clock_drift"])] == [(4, 6)]


def test_a_rule_that_throws_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = alerts.Rule("connector_faulted", alerts.ConnectorFacts, lambda facts: 1 / 0)
    monkeypatch.setattr(alerts, "RULES", (broken, *alerts.RULES[1:]))
    replay = rules.Replay(["connector_faulted"], {}, T0, silence_s=600)
    replay.feed(Outlet(at=at(1), label="1", status="faulted"))
    assert replay.threw == {"connector_faulted": "ZeroDivisionError: division by zero"}


def test_makers_codes_mean_what_they_mean_live() -> None:
    said = {"E42": alerts.Meaning(title="Pump stands still", severity=Severity.CRITICAL, code="HighTemperature")}
    replay = rules.Replay(["connector_faulted", "device_event"], {}, T0, silence_s=600, meaning=said.get)
    faulted = {"label": "1", "status": "faulted", "error_code": "OtherError"}
    replay.feed(Outlet(at=at(1), **faulted, vendor_error_code="E41"))
    replay.feed(Outlet(at=at(2), **faulted, vendor_error_code="E42"))
    event = {"component": "Pump", "variable": "Problem", "value": "true", "severity": 1, "over": False}
    replay.feed(Told(at=at(3), facts=alerts.EventFacts(**event, tech_code="E42")))
    replay.finish(at(10))
    assert not replay.threw
    assert [one.title for one in replay.firings].count("Pump stands still") == 2


def test_components_have_problems_of_their_own() -> None:
    def problem(minute: float, component: str, *, severity: int = 3, over: bool = False) -> Told:
        facts = alerts.EventFacts(
            component=component, variable="Problem", value="true", severity=severity, over=over
        )  # fmt: skip
        return Told(at=at(minute), facts=facts)

    found = told(
        problem(1, "PowerContactor"),
        problem(2, "FreeFan"),
        problem(3, "Display", severity=8),
        problem(4, "FreeFan", over=True),
        problem(5, "PowerContactor", severity=8),
        problem(9, "PowerContactor", over=True),
        asked=["device_event"],
    )
    assert [minutes(one) for one in found] == [(1, 9), (2, 4)]


statuses = st.sampled_from(["available", "occupied", "charging", "finishing", "faulted", "unavailable"])
happenings = st.one_of(
    st.builds(lambda on: ("link", on), st.booleans()),
    st.builds(lambda label, word: ("outlet", label, word), st.sampled_from(["", "1", "2"]), statuses),
)


@given(st.lists(st.tuples(st.integers(0, 600), happenings), max_size=25))
def test_firings_of_one_place_follow_each_other(seen: list[tuple[int, Any]]) -> None:
    fed: list[Happening] = []
    for minute, one in sorted(seen, key=lambda pair: pair[0]):
        if one[0] == "link":
            fed.append(Link(at=at(minute), online=one[1]))
        else:
            fed.append(Outlet(at=at(minute), label=one[1], status=one[2]))
    names = [rule.name for rule in alerts.RULES if rules.replayable(rule.name)]
    ends: dict[tuple[str, str], datetime | None] = {}
    for one in told(*fed, asked=names, end=700):
        key = (one.rule, one.label)
        assert one.began_at <= one.fired_at <= (one.ended_at or one.fired_at)
        if key in ends:
            before = ends[key]
            assert before is not None
            assert before <= one.fired_at
        ends[key] = one.ended_at


def firing(rule: str, begin: float, end: float | None, label: str = "1") -> Firing:
    return Firing(
        rule=rule,
        label=label,
        title="T",
        detail="",
        severity="warning",
        code="",
        fired_at=at(begin),
        began_at=at(begin),
        ended_at=None if end is None else at(end),
    )


def test_what_it_was_in_truth() -> None:
    def real(name: str, begin: float, end: float | None, rule: str = "a", label: str = "1") -> Incident:
        closed = None if end is None else at(end)
        return Incident(id=name, rule=rule, label=label, opened_at=at(begin), closed_at=closed)

    found = beside.matched(
        [firing("a", 10, 20), firing("a", 500, None), firing("b", 10, 20)],
        [real("x", 12, 21), real("y", 100, 120), real("z", 10, 20, label="2"), real("w", 10, 20, rule="c")],
    )
    assert found == ({0: "x"}, {"a": 2, "c": 1})


def test_what_a_playbook_would_have_done() -> None:
    plan = PlaybookSet(
        name="P",
        rules=["a"],
        steps=[PlaybookStep(kind=StepKind.WAIT, verify_s=60), PlaybookStep(kind=StepKind.SOFT_RESET, verify_s=600)],
        guards=Guards(max_per_day=2),
    )

    def case(begin: float, end: float | None, *sent: tuple[str, float, bool], **more: Any) -> past.Case:
        given = {"station": 1, "rule": "a", "code": "", "model": "", "zone": "UTC", **more}
        commands = [past.Sent(action=action, at=at(when), hard=hard) for action, when, hard in sent]
        return past.Case(opened_at=at(begin), ended_at=None if end is None else at(end), sent=commands, **given)

    found = past.outcomes(
        plan,
        [
            case(0, 0.5),
            case(1, 20, sessions=[past.Session("1", at(0), at(30))]),
            case(2, 3, rule="b"),
            case(3, 12, ("Reset", 5, False)),
            case(20, 90, ("Reset", 25, True)),
            case(100, 120, ("Reset", 105, False)),
            case(2000, 2100, ("Reset", 2005, False)),
        ],
    )
    assert [one.kind or "–" for one in found] == [
        "ended_first",
        "held",
        "–",
        "mended",
        "untried",
        "held",
        "not_mended",
    ]
    assert [one.held for one in found if one.held] == ["a session was running", "limit a day"]


@pytest.mark.parametrize(
    ("steps", "night", "sessions", "ended", "kind", "held"),
    [
        ("trigger soft_reset", True, [("1", 0, None)], None, "untried", ""),
        ("wait trigger", True, [("1", 0, None)], None, "untried", ""),
        ("soft_reset", False, [("1", 0, 60)], 300, "untried", ""),
        ("soft_reset", False, [("1", 0, 60), ("2", 50, 200)], 100, "held", "a session was running"),
        ("soft_reset", False, [("2", 0, None)], None, "held", "a session was running"),
        ("unlock", False, [("2", 0, None)], None, "untried", ""),
        ("unlock", False, [("1", 0, 800)], None, "held", "a session was running"),
        ("soft_reset", True, [], None, "untried", ""),
        ("soft_reset", True, [], 100, "held", "quiet hours"),
        ("soft_reset", True, [("1", 400, 500)], 550, "untried", ""),
    ],
)
def test_a_guard_lets_a_run_wait_as_it_does_today(
    steps: str, night: bool, sessions: list[tuple[str, float, float | None]], ended: float | None, kind: str, held: str
) -> None:
    """Questions disturb nobody; a restart waits for the end of the session, and of the quiet hours of six hours."""
    quiet = {"quiet_from": f"{at(0):%H:%M}", "quiet_to": f"{at(360):%H:%M}"} if night else {}
    plan = PlaybookSet(
        name="P",
        rules=["a"],
        steps=[PlaybookStep(kind=StepKind(step), verify_s=60) for step in steps.split()],
        guards=Guards(**quiet),
    )
    there = [past.Session(outlet, at(begin), None if end is None else at(end)) for outlet, begin, end in sessions]
    one = past.Case(
        station=1, rule="a", code="", model="", zone="UTC", opened_at=at(1), outlet="1", sessions=there,
        ended_at=None if ended is None else at(ended),
    )  # fmt: skip
    assert past.outcomes(plan, [one]) == [past.Outcome(kind, held)]
