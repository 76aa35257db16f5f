"""What the operator's sessions, incidents, analytics and settings decide without a screen."""

# Longer than 400 lines: many small decisions of four pages, each with its table.

import base64
import inspect
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import msgspec
import pytest

from app.alarm import Known
from app.i18n import speak, translate
from app.operator import brand_rules, incident_rules, report_rules, session_rules
from app.operator.settings import docs_url
from app.widgets.bars import Day, labelled, spoken, worded
from backend.tenants import rules as tenant_rules
from shared.accounts import Brand
from shared.money import Money
from shared.operations import AnalyticsReport, DailyRow, Incident, IncidentState, LiveKind, LiveMessage
from shared.said import evidence as said_evidence
from shared.transactions import (
    ChargingState,
    Reading,
    Transaction,
    TransactionDetail,
    TransactionEvent,
    TransactionState,
)
from tests.rules.test_said import FINDINGS

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
TODAY = date(2026, 3, 2)


def same(text: str) -> str:
    return text


def german(text: str) -> str:
    return translate(text, "de")


@pytest.fixture(autouse=True)
def _english() -> None:
    speak("en", "Europe/Berlin")


def session(**values: Any) -> Transaction:
    known: dict[str, Any] = {
        "id": "1", "number": 7, "state": "active", "charging_state": None, "station_id": "s",
        "station_identity": "CP-1",
        "station_name": "Harbour 01", "location_id": None, "location": "Harbour", "connector_id": None,
        "connector": "1", "driver": "", "id_token": "•••1234", "requested_at": None, "begun_at": NOW, "ended_at": None,
        "energy_wh": 1000, "power_w": 11_000, "soc_percent": None, "cost": None, "stop_reason": "", "failure": "",
        "stopping": False, "flags": [], "updated_at": NOW,
    }  # fmt: skip
    return msgspec.convert(known | values, Transaction)


def detail(one: Transaction, **values: Any) -> TransactionDetail:
    known: dict[str, Any] = {
        "transaction": one, "readings": [], "timeline": [], "payment": None, "has_receipt": False,
        "max_power_w": 22_000,
        "price": "",
    }  # fmt: skip
    return TransactionDetail(**known | values)


def incident(name: str = "a", severity: str = "critical", state: str = "open", minutes: int = 0) -> Incident:
    known = {
        "id": name, "rule": "connector_faulted", "severity": severity, "state": state, "title": "Too hot inside",
        "detail": "", "advice": "", "station_id": "s", "station_identity": "CP-1", "station_name": "", "location": "",
        "connector_id": None, "connector": "", "opened_at": NOW + timedelta(minutes=minutes), "acknowledged_at": None,
        "acknowledged_by": "", "closed_at": None, "occurrences": 1,
    }  # fmt: skip
    return msgspec.convert(known, Incident)


def row(**values: Any) -> DailyRow:
    known: dict[str, Any] = {
        "day": TODAY, "location_id": None, "location": "", "sessions": 10, "successful_sessions": 9,
        "energy_wh": 20_000,
        "revenue": Decimal(119), "revenue_excl": Decimal(100), "currency": "EUR", "utilisation": 0.1, "uptime": 0.99,
        "success": 0.9,
    }  # fmt: skip
    return DailyRow(**known | values)


# --- sessions ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"state": "requested"}, "Waits for the car"),
        ({"charging_state": "charging"}, "Charging"),
        ({"charging_state": None}, "Charging"),
        ({"charging_state": "suspended_ev"}, "Paused by the car"),
        ({"charging_state": "suspended_evse"}, "Paused by the station"),
        ({"charging_state": "preparing"}, "Plugged in"),
        ({"charging_state": "charging", "stopping": True}, "Stopping"),
        ({"state": "ended"}, "Ended"),
        ({"state": "failed"}, "Not started"),
    ],
)
def test_each_state_has_its_word(values: dict[str, Any], word: str) -> None:
    assert session_rules.sign(session(**values)).word == word


def test_what_runs_now_is_searched_as_the_backend_does_and_ended_ones_are_gone() -> None:
    known = [
        session(id="1", number=1, driver="Dana"),
        session(id="2", number=2, state="ended"),
        session(id="3", number=3, state="requested"),
    ]
    assert [one.number for one in session_rules.running(known, "")] == [3, 1]
    assert [one.number for one in session_rules.running(known, "DANA")] == [1]
    assert [one.number for one in session_rules.running(known, "1234")] == [3, 1]


def test_the_summary_adds_up_what_runs() -> None:
    five = Money(amount=Decimal("5.00"), currency="EUR")
    live = [session(cost=five), session(cost=five, power_w=None), session(state="requested", energy_wh=0, power_w=None)]
    told = session_rules.summary(live, same)
    assert told == "2 charging · 11.0 kW · 2.00 kWh · €10.00 · 1 waiting for the car"
    assert session_rules.summary([], same) == "Nobody is charging now."


def test_several_currencies_have_no_sum() -> None:
    costs = [Money(amount=Decimal(1), currency="EUR"), Money(amount=Decimal(1), currency="CHF"), None]
    assert session_rules.total(costs) is None
    assert session_rules.total([None]) is None
    assert session_rules.total(costs[:1]) == costs[0]


@pytest.mark.parametrize(
    ("kind", "value", "sentence"),
    [
        ("ended", "EVDisconnected", "Session ended: the cable was pulled out"),
        ("ended", "Other", "Session ended"),
        ("ended", "", "Session ended"),
        ("ended", "MasterPass", "Session ended: MasterPass"),
        ("failed", "", "It never began"),
        ("late_stop", "12", "The station told of the stop 12 min later"),
        ("billed", "2026-7", "Receipt 2026-7 written"),
        ("something_new", "", "As the backend says"),
    ],
)
def test_a_step_is_a_sentence(kind: str, value: str, sentence: str) -> None:
    event = TransactionEvent(at=NOW, kind=kind, text="As the backend says", value=value)
    assert session_rules.step(event, same) == sentence


def test_notes_are_honest_also_about_flags_nobody_knows_yet() -> None:
    told = session_rules.notes(detail(session(flags=["brand_new", "estimated"]), left_out=2), same)
    assert told == [
        session_rules.FLAGS["estimated"],
        "brand new",
        "2 readings can't be true and were left out.",
    ]
    assert session_rules.notes(detail(session()), same) == []


def test_curves_begin_at_the_start_and_skip_what_isnt_told() -> None:
    readings = [
        Reading(at=NOW + timedelta(minutes=1), energy_wh=100, power_w=6000),
        Reading(at=NOW + timedelta(minutes=2), energy_wh=300),
    ]
    assert session_rules.power_points(readings) == [(readings[0].at, 6.0)]
    assert session_rules.energy_points(readings, NOW)[0] == (NOW, 0.0)
    assert session_rules.peak_w(readings) == 6000
    assert session_rules.peak_w(readings[1:]) is None
    assert session_rules.energy_points([], NOW) == []


def test_every_filter_and_state_is_one_of_the_backend() -> None:
    assert set(session_rules.FILTERS) - {"", "decide"} <= {str(state) for state in TransactionState}  # decide: a flag
    for state in ChargingState:
        assert session_rules.sign(session(charging_state=state)).word


# --- incidents -----------------------------------------------------------------------------------------------


def test_the_worst_stands_first_then_the_newest() -> None:
    known = [
        incident("old", "critical", minutes=-9),
        incident("info", "info"),
        incident("new", "critical", minutes=-1),
        incident("taken", "critical", "acknowledged"),
    ]
    assert [one.id for one in incident_rules.in_order(known, IncidentState.OPEN)] == ["new", "old", "info"]
    assert [one.id for one in incident_rules.in_order(known, IncidentState.ACKNOWLEDGED)] == ["taken"]


def test_a_wish_is_shown_until_the_backend_tells_the_same() -> None:
    before, after = incident("a"), incident("a", state="acknowledged")
    wishes = incident_rules.kept({"a": after, "gone": after}, [before])
    assert wishes == {"a": after}
    assert incident_rules.with_wishes([before], wishes) == [after]
    assert incident_rules.kept({"a": after}, [after]) == {}


def message(kind: LiveKind, data: Any) -> LiveMessage:
    return LiveMessage(topic="incidents", kind=kind, data=msgspec.Raw(msgspec.json.encode(data)))


def test_what_rules_saw_has_a_name_for_people() -> None:
    seen = {name for one in FINDINGS for name in one.evidence}
    assert seen - set(said_evidence.EVIDENCE) == {"transaction"}
    shown = said_evidence.evidence({"voltage_v": "261.2", "transaction": "an id", "says": ""}, same)
    assert shown == [("Voltage, V", "261.2")]


def test_only_what_opens_after_the_first_look_is_news() -> None:
    first = Known().hear(message(LiveKind.SNAPSHOT, [incident("a"), incident("t", state="acknowledged")]))
    assert (set(first.open or ()), first.new) == ({"a"}, ())
    second = first.hear(message(LiveKind.UPSERT, incident("b", "info")))
    assert [one.id for one in second.new] == ["b"]
    again = second.hear(message(LiveKind.UPSERT, incident("b", "info")))
    assert again.new == ()  # another occurrence of the same
    taken = again.hear(message(LiveKind.UPSERT, incident("a", state="acknowledged")))
    assert (set(taken.open or ()), taken.new) == ({"b"}, ())
    lost = taken.hear(message(LiveKind.SNAPSHOT, [incident("b"), incident("i", "info"), incident("c")]))
    assert [one.id for one in lost.new] == ["c", "i"]  # what opened while there was no connection, the worst first


def test_an_error_of_the_topic_changes_nothing() -> None:
    first = Known().hear(message(LiveKind.SNAPSHOT, [incident("a")]))
    assert first.hear(message(LiveKind.ERROR, {"code": "not_allowed", "detail": ""})).open == first.open


# --- analytics -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "span"),
    [
        ({}, ("2026-02-03", "2026-03-02")),
        ({"days": "7"}, ("2026-02-24", "2026-03-02")),
        ({"days": "many"}, ("2026-02-03", "2026-03-02")),
        ({"days": "0"}, ("2026-02-03", "2026-03-02")),
        ({"days": "4000"}, ("2026-02-03", "2026-03-02")),
        ({"from": "2026-01-05", "to": "2026-01-02"}, ("2026-01-02", "2026-01-05")),
        ({"from": "2020-01-01", "to": "2026-01-01"}, ("2025-01-01", "2026-01-01")),
        ({"from": "once", "to": "2026-01-01"}, ("2026-02-03", "2026-03-02")),
    ],
)
def test_an_address_asks_for_days(asked: dict[str, str], span: tuple[str, str]) -> None:
    found = report_rules.asked_span(asked, TODAY)
    assert (str(found.first), str(found.last)) == span


def test_the_time_before_is_as_long_and_ends_right_before() -> None:
    span = report_rules.preset(7, TODAY)
    assert (span.days, span.before.days) == (7, 7)
    assert span.before.last + timedelta(days=1) == span.first
    assert report_rules.written(span) == "24 Feb – 2 Mar"


@pytest.mark.parametrize(
    ("name", "now", "before", "told"),
    [
        ("energy", row(energy_wh=25_000), row(), "+25 %"),
        ("energy", row(energy_wh=10_000), row(), "−50 %"),
        ("energy", row(energy_wh=20_001), row(), "as before"),
        ("energy", row(), row(energy_wh=0), ""),
        ("energy", row(), None, ""),
        ("energy", row(), row(sessions=0), ""),
        ("uptime", row(uptime=0.985), row(sessions=0), "−0.5 points"),
        ("success", row(success=None), row(), ""),
        ("utilisation", row(utilisation=0.125), row(), "+2.5 points"),
    ],
)
def test_a_comparison_is_in_percent_or_points_and_only_where_there_is_one(
    name: str, now: DailyRow, before: DailyRow | None, told: str
) -> None:
    assert report_rules.compared(report_rules.BY_NAME[name], now, before, same) == told


@pytest.mark.parametrize(("first", "whole"), [(0, True), (6, True), (7, False), (26, False), (28, False)])
def test_only_a_time_with_business_from_its_beginning_is_compared_with(first: int, whole: bool) -> None:
    days = [row(day=TODAY + timedelta(days=one), sessions=3 if one >= first else 0) for one in range(28)]
    found = AnalyticsReport(begins_on=TODAY, ends_on=TODAY, currency="EUR", total=row(), by_day=days, by_location=[])
    assert report_rules.whole(found) is whole


def test_figures_are_written_with_what_matters() -> None:
    energy, revenue, uptime = (report_rules.BY_NAME[name] for name in ("energy", "revenue", "uptime"))
    assert report_rules.shown(energy, 20.0, "EUR") == ("20.0", "kWh")
    assert report_rules.shown(energy, 36_600.0, "EUR") == ("36.6", "MWh")
    assert report_rules.shown(revenue, 9.5, "EUR") == ("€9.50", "")
    assert report_rules.shown(revenue, 343.13, "EUR") == ("€343", "")
    assert report_rules.shown(uptime, 99.16, "EUR") == ("99.2", "%")
    assert report_rules.shown(uptime, 100.0, "EUR") == ("100", "%")
    assert report_rules.shown(uptime, None, "EUR") == ("–", "%")
    assert report_rules.price_per_kwh(row()) == Decimal(5)  # without VAT
    assert report_rules.price_per_kwh(row(energy_wh=0)) is None


def test_a_long_span_is_shown_by_week() -> None:
    days = [
        row(day=TODAY - timedelta(days=back), energy_wh=1000, sessions=2, successful_sessions=1) for back in range(100)
    ]
    days = days[::-1]
    assert len(report_rules.columns(report_rules.BY_NAME["energy"], days[:92])) == 92
    weeks = report_rules.columns(report_rules.BY_NAME["energy"], days)
    assert sum(week.value or 0 for week in weeks) == 100
    assert {week.day.weekday() for week in weeks} == {0}
    assert [week.value for week in report_rules.columns(report_rules.BY_NAME["success"], days)] == [50.0] * len(weeks)
    unknown = [row(day=one.day, uptime=None) for one in days]
    assert {week.value for week in report_rules.columns(report_rules.BY_NAME["uptime"], unknown)} == {None}


def test_sites_come_the_best_first_and_one_without_a_place_has_a_name() -> None:
    places = [
        row(location_id="a", location="A", energy_wh=1000),
        row(location_id=None, location="No location", energy_wh=500),
        row(location_id="b", location="B", energy_wh=3000),
    ]
    report = AnalyticsReport(
        begins_on=TODAY, ends_on=TODAY, currency="EUR", total=row(), by_day=[row()], by_location=places
    )
    assert [one.id for one in report_rules.bars(report_rules.BY_NAME["energy"], report)] == ["b", "a", "none"]


def test_the_remarkable_day_is_the_worst_where_that_matters() -> None:
    days = [Day(TODAY, 90.0), Day(TODAY + timedelta(days=1), None), Day(TODAY + timedelta(days=2), 99.0)]
    assert report_rules.remarkable(report_rules.BY_NAME["uptime"], days) == days[0]
    assert report_rules.remarkable(report_rules.BY_NAME["energy"], days) == days[2]
    assert report_rules.remarkable(report_rules.BY_NAME["energy"], days[:2]) is None


# --- columns -------------------------------------------------------------------------------------------------


def test_values_stand_above_all_columns_only_where_there_is_room() -> None:
    days = [Day(TODAY + timedelta(days=number), float(number % 4)) for number in range(7)]
    days[5] = Day(days[5].day, None)
    assert labelled(days, 400) == [0, 1, 2, 3, 4, 6]
    assert labelled(days, 200) == [3]
    assert labelled(days, 200, marked=False) == []


@pytest.mark.parametrize(("count", "width"), [(7, 560.0), (28, 260.0), (90, 260.0), (92, 500.0), (1, 200.0)])
def test_dates_below_never_touch_or_leave_the_plot(count: int, width: float) -> None:
    places = worded(count, width)
    assert places[0] == 0
    one = width / count
    assert all((b - a) * one >= 60 for a, b in pairwise(places))
    assert all(width - (place + 0.5) * one > 18 for place in places)


def test_a_plot_is_told_to_a_screen_reader() -> None:
    days = [Day(date(2026, 3, 1), 4.0), Day(date(2026, 3, 2), 2.0), Day(date(2026, 3, 3), None)]
    assert spoken("How much?", days, lambda value: f"{value:g} kWh") == "How much?: max 4 kWh (1 Mar), 2 Mar 2 kWh"


# --- settings ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "color"),
    [("#0b6e4f", "#0B6E4F"), ("0B6E4F ", "#0B6E4F"), ("green", None), ("#12345", None), ("", None)],
)
def test_a_colour_is_six_digits(text: str, color: str | None) -> None:
    assert brand_rules.color_of(text) == color


def test_a_logo_becomes_what_the_backend_takes() -> None:
    png = b"\x89PNG\r\n\x1a\n" + b"\0" * 100
    svg = b"<svg xmlns='http://www.w3.org/2000/svg'/>"
    for name, content in (("Logo.PNG", png), ("logo.svg", svg)):
        assert tenant_rules.logo_problems(brand_rules.logo_of(name, content)) == ()
    largest = brand_rules.logo_of("a.png", png + b"\0" * (brand_rules.MOST_LOGO - len(png)))
    assert len(largest) < 200_000
    assert base64.b64decode(largest.partition(",")[2]).startswith(png)


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.gif", b"GIF89a"), ("a.png", b""), ("a.png", b"\0" * (brand_rules.MOST_LOGO + 1)), ("png", b"")],
)
def test_a_picture_that_cannot_be_a_logo_is_told_in_plain_words(name: str, content: bytes) -> None:
    with pytest.raises(ValueError, match=r"^[A-Z].*\.$") as refused:
        brand_rules.logo_of(name, content)
    assert german(str(refused.value)) != str(refused.value)


def test_only_what_is_new_of_a_brand_is_sent() -> None:
    known = Brand(name="Wattline", seed_color="#0b6e4f", support_email="a@b.example")
    assert brand_rules.change(known, "Wattline ", "#0B6E4F", "", "a@b.example") is None
    wanted = brand_rules.change(known, "Hafenstrom", "#0B6E4F", "", "")
    assert wanted is not None
    assert (wanted.name, wanted.seed_color, wanted.logo, wanted.support_email) == ("Hafenstrom", None, None, "")
    assert brand_rules.problems(" ", "blue", "nobody") == {
        "name": "Your customers need a name to call you by.",
        "color": "Six digits after the #, such as #0B6E4F.",
        "email": "This is no e-mail address.",
    }


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("ws://10.0.0.5:8000/ws", "http://10.0.0.5:8000/api/v1/docs"),
        ("wss://charge.example.com/ws", "https://charge.example.com/api/v1/docs"),
        ("https://charge.example.com/settings", "https://charge.example.com/api/v1/docs"),
    ],
)
def test_the_apis_page_has_the_address_of_the_app(address: str, url: str) -> None:
    assert docs_url(address) == url


def test_every_figure_explains_itself_in_both_languages() -> None:
    for figure in report_rules.FIGURES:
        for text in (figure.word, figure.question, figure.sites, figure.meaning):
            assert german(text) != text or text in ("Energy",), text
        assert inspect.isfunction(figure.value)
