"""Who hears of an incident, when, and in which words."""

import dataclasses
from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.notify import rules
from shared.notify import Hours, Override, RotaSet, RouteSet, Step, Target, TargetKind, Told, Wishes
from shared.operations import IncidentState, Severity

NOW = datetime(2026, 6, 1, 20, 30, tzinfo=UTC)  # a Monday; 22:30 in Berlin
BERLIN = "Europe/Berlin"


def incident(**changes: object) -> rules.Happened:
    values: dict[str, object] = {
        "id": "1",
        "rule": "connector_faulted",
        "severity": Severity.WARNING,
        "state": IncidentState.OPEN,
        "title": "Too hot inside",
        "detail": "It says so.",
        "advice": "Wait.",
        "location_id": "harbour",
        "location": "Harbour",
        "station": "CP-1",
        "connector": "1",
    }
    return rules.Happened(**(values | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("route", "fits"),
    [
        ({}, True),
        ({"enabled": False}, False),
        ({"min_severity": Severity.CRITICAL}, False),
        ({"location_ids": ["harbour"]}, True),
        ({"location_ids": ["elsewhere"]}, False),
        ({"rules": ["station_offline"]}, False),
        ({"hours": Hours(days=[0], begins="22:00", ends="06:00")}, True),
        ({"hours": Hours(days=[1], begins="22:00", ends="06:00")}, False),
        ({"hours": Hours(days=[0], begins="08:00", ends="18:00")}, False),
    ],
)
def test_a_route_fits_or_not(route: dict[str, object], fits: bool) -> None:
    plan = RouteSet(name="R", targets=list(rules.TEAM), **route)  # type: ignore[arg-type]
    assert rules.fits(plan, Told.OPENED, incident(), NOW, BERLIN) is fits


def test_the_next_step_of_a_route_is_told_after_its_hours_too() -> None:
    plan = RouteSet(name="R", targets=list(rules.TEAM), hours=Hours(days=[0], begins="08:00", ends="18:00"))
    told = {kind for kind in Told if rules.fits(plan, kind, incident(), NOW, BERLIN)}
    assert told == {Told.ESCALATED}


def test_a_night_shift_belongs_to_the_day_on_which_it_began() -> None:
    hours = Hours(days=[0], begins="22:00", ends="06:00")
    assert rules.in_hours(hours, NOW + timedelta(hours=5), BERLIN)  # Tuesday, 3:30
    assert not rules.in_hours(hours, NOW - timedelta(hours=19), BERLIN)  # Monday, 3:30


def test_the_rota_turns_and_somebody_stands_in() -> None:
    plan = RotaSet(
        name="R",
        members=["a", "b"],
        starts_at=NOW,
        shift_hours=24,
        overrides=[Override(account_id="c", begins_at=NOW + timedelta(hours=30), ends_at=NOW + timedelta(hours=32))],
    )
    here = {"a", "b", "c"}
    told = [rules.on_call(plan, NOW + timedelta(hours=hours), BERLIN, here) for hours in (-5, 0, 25, 31, 33, 49)]
    assert [who for who, _ in told] == ["a", "a", "b", "c", "b", "a"]
    assert told[2][1] == NOW + timedelta(hours=30)
    assert told[3][1] == NOW + timedelta(hours=32)


@pytest.mark.parametrize(
    ("here", "who"),
    [
        ("abcd", ["a", "d", "c"]),
        ("bc", ["b", "b", "c"]),  # the next one has the turn
        ("abc", ["a", "b", "c"]),  # who stood in is gone
        ("c", ["c", "c", "c"]),
        ("", [None, None, None]),
    ],
)
def test_who_is_gone_is_passed_over(here: str, who: list[str | None]) -> None:
    begins, ends = NOW + timedelta(hours=24), NOW + timedelta(hours=48)
    overrides = [Override(account_id="d", begins_at=begins, ends_at=ends)]
    plan = RotaSet(name="R", members=["a", "b", "c"], starts_at=NOW, shift_hours=24, overrides=overrides)
    assert [rules.on_call(plan, NOW + timedelta(hours=hours), BERLIN, here)[0] for hours in (1, 25, 49)] == who


def berlin(*moment: int, fold: int = 0) -> datetime:
    return datetime(*moment, tzinfo=ZoneInfo(BERLIN), fold=fold)  # type: ignore[misc,arg-type]  # as many as a date needs


@pytest.mark.parametrize(
    ("starts", "hours", "now", "who", "until"),
    [
        # a week each, handed over at eight on Mondays: over the change to summer, and over the one back
        (berlin(2026, 3, 23, 8), 168, berlin(2026, 3, 30, 7, 59), "a", berlin(2026, 3, 30, 8)),
        (berlin(2026, 3, 23, 8), 168, berlin(2026, 3, 30, 8), "b", berlin(2026, 4, 6, 8)),
        (berlin(2026, 3, 23, 8), 168, berlin(2026, 10, 26, 7, 59), "a", berlin(2026, 10, 26, 8)),
        (berlin(2026, 3, 23, 8), 168, berlin(2026, 10, 26, 8), "b", berlin(2026, 11, 2, 8)),
        # days and nights
        (berlin(2026, 3, 28, 8), 12, berlin(2026, 3, 29, 7, 30), "b", berlin(2026, 3, 29, 8)),
        (berlin(2026, 10, 24, 8), 12, berlin(2026, 10, 25, 7, 30), "b", berlin(2026, 10, 25, 8)),
        # handed over within the hour that is left out, and within the one that comes twice
        (berlin(2026, 3, 28, 2, 30), 24, berlin(2026, 3, 29, 3, 29), "a", berlin(2026, 3, 29, 3, 30)),
        (berlin(2026, 3, 28, 2, 30), 24, berlin(2026, 3, 29, 3, 30), "b", berlin(2026, 3, 30, 2, 30)),
        (berlin(2026, 10, 24, 2, 30), 24, berlin(2026, 10, 25, 2, 29), "a", berlin(2026, 10, 25, 2, 30)),
        (berlin(2026, 10, 24, 2, 30), 24, berlin(2026, 10, 25, 2, 10, fold=1), "b", berlin(2026, 10, 26, 2, 30)),
    ],
)
def test_a_rota_is_handed_over_by_the_clock_of_the_wall(
    starts: datetime, hours: int, now: datetime, who: str, until: datetime
) -> None:
    plan = RotaSet(name="R", members=["a", "b"], starts_at=starts.astimezone(UTC), shift_hours=hours)
    found = rules.on_call(plan, now.astimezone(UTC), BERLIN, "ab")
    assert (found[0], found[1].astimezone(UTC)) == (who, until.astimezone(UTC))


@given(st.integers(0, 400 * 24 * 60), st.integers(1, 200))
def test_a_turn_ends_after_now_and_then_the_next_one_begins(minutes: int, hours: int) -> None:
    plan = RotaSet(name="R", members=["a", "b"], starts_at=datetime(2026, 1, 1, tzinfo=UTC), shift_hours=hours)
    now = plan.starts_at + timedelta(minutes=minutes)
    _, until = rules.on_call(plan, now, BERLIN, "ab")
    assert now < until <= now + timedelta(hours=hours + 1)
    assert rules.on_call(plan, until - timedelta(seconds=1), BERLIN, "ab")[1] == until


def test_a_route_tells_by_its_steps_too() -> None:
    rota, hook = uuid4(), uuid4()
    step = Step(after_min=5, targets=[Target(kind=TargetKind.HOOK, id=str(hook))])
    plan = RouteSet(name="R", targets=[Target(kind=TargetKind.ROTA, id=rota.hex)], steps=[step])
    assert rules.tells(plan, TargetKind.ROTA, rota)
    assert rules.tells(plan, TargetKind.HOOK, hook)
    assert not rules.tells(plan, TargetKind.HOOK, rota)


@pytest.mark.parametrize(
    ("wishes", "severity", "held"),
    [
        (Wishes(), Severity.INFO, None),
        (Wishes(quiet_from="22:00", quiet_to="07:00"), Severity.WARNING, ("quiet", 7)),
        (Wishes(quiet_from="22:00", quiet_to="07:00"), Severity.CRITICAL, None),
        (Wishes(quiet_from="22:00", quiet_to="07:00", critical_always=False), Severity.CRITICAL, ("quiet", 7)),
        (Wishes(quiet_from="12:00", quiet_to="13:00"), Severity.WARNING, None),
        (Wishes(digest_at="08:00"), Severity.WARNING, ("digest", 8)),
        (Wishes(digest_at="08:00"), Severity.CRITICAL, None),
    ],
)
def test_quiet_hours_and_digests(wishes: Wishes, severity: Severity, held: tuple[str, int] | None) -> None:
    found = rules.hold_until(wishes, severity, NOW, BERLIN)
    assert (None if found is None else (found[0], rules.local(found[1], BERLIN).hour)) == held
    assert found is None or NOW < found[1] <= NOW + timedelta(days=1)


@given(st.lists(st.integers(1, 400), max_size=40))
def test_no_storm_makes_many_messages(batches: list[int]) -> None:
    """Whatever comes within a moment, one address gets a handful."""
    sent, gathering = 0, False
    for new in batches:
        way = rules.spread(new, sent, gathering)
        gathering = gathering or way == "hold"
        sent += {"each": new, "one": 1, "hold": 0}[way]
    assert sent <= rules.BURST + 1


def test_many_incidents_in_one_message() -> None:
    many = [incident(id=str(n), location=f"Place {n % 3}") for n in range(12)]
    many.append(incident(id="cut", severity=Severity.CRITICAL, title="Cable is cut", state=IncidentState.OPEN))
    many.append(incident(id="over", state=IncidentState.CLOSED))
    text = rules.summary_text([(Told.OPENED, one) for one in many])
    assert (text.title, text.severity) == ("14 incidents at 4 places", Severity.CRITICAL)
    assert text.body.splitlines()[:4] == ["13 need somebody.", "1 is over.", "Cable is cut", "12 × Too hot inside"]
    one = [(Told.OPENED, incident())]
    assert rules.summary_text(one, digest=True).title == "Your digest: 1 incident at Harbour"


HOT = incident(id="hot", severity=Severity.CRITICAL, title="Hot")


@pytest.mark.parametrize(
    ("kinds", "changes", "says"),
    [
        ([Told.OPENED], {}, "Hot"),
        ([Told.OPENED, Told.WORSE], {}, "It got worse: Hot"),
        ([Told.WORSE, Told.OPENED], {"severity": Severity.WARNING}, "Hot"),  # it is better by now
        ([Told.REMEDY_ASKS, Told.WORSE, Told.OPENED], {}, "Waits for your yes: Hot"),
        ([Told.OPENED, Told.REMEDY_FAILED], {}, "Couldn't be mended from here: Hot"),
        ([Told.OPENED, Told.ESCALATED], {}, "Nobody has taken it yet: Hot"),
        ([Told.OPENED, Told.ESCALATED], {"state": IncidentState.ACKNOWLEDGED}, "Hot"),
        ([Told.OPENED, Told.WORSE], {"state": IncidentState.CLOSED}, "Over: Hot"),
    ],
)
def test_what_was_gathered_keeps_what_it_was(kinds: list[Told], changes: dict[str, object], says: str) -> None:
    one = dataclasses.replace(HOT, **changes)  # type: ignore[arg-type]  # of any field
    noted = [(kind, one) for kind in kinds]
    [(kind, _)] = rules.gathered(noted)
    assert rules.incident_text(kind, one).title == says
    if one.state is IncidentState.CLOSED:
        assert rules.summary_text(noted).body == "0 need somebody.\n1 is over.\nHot"
    else:
        text = rules.summary_text([(Told.OPENED, incident()), *noted], digest=True)
        assert (text.title, text.body.splitlines()[0]) == ("Your digest: 2 incidents at Harbour", "2 need somebody.")
        assert says in text.body.splitlines()[1:]


def test_words_of_an_incident() -> None:
    text = rules.incident_text(Told.ESCALATED, incident())
    assert text.title == "Nobody has taken it yet: Too hot inside"
    assert text.body == "Harbour · CP-1 1\nIt says so.\nWait."
    assert rules.incident_text(Told.CLOSED, incident()).severity is Severity.INFO


@pytest.mark.parametrize(("reason", "broken"), [("", False), ("EVDisconnected", False), ("PowerLoss", True)])
def test_a_session_ends_or_is_interrupted(reason: str, broken: bool) -> None:
    row = {"station_name": "CP-1", "location": "", "energy_wh": 1234, "stop_reason": reason, "transaction": "x"}
    assert rules.interrupted(reason) is broken
    text = rules.session_text(row, broken=broken)
    assert "1.2 kWh" in text.body
    assert ("lost its power" in text.body) is broken


@pytest.mark.parametrize(("reason", "why"), [("LocalOutOfCredit", "the credit"), ("Timeout", "the car"), ("?", "the")])
def test_why_a_session_was_interrupted(reason: str, why: str) -> None:
    row = {"station_name": "CP-1", "location": "", "energy_wh": 0, "stop_reason": reason, "transaction": "x"}
    assert f"charged until then: {why}" in rules.session_text(row, broken=True).body
