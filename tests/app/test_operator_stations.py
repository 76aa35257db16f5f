"""What the station pages decide without a screen."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from app.errors import ApiError
from app.operator import station_command_list as commands
from app.operator import station_rules as rules
from shared.operations import Incident, IncidentState, Severity
from shared.stations import CommandAnswer, Connector, ConnectorStatus, Frame, PowerType, Registration, StationRow
from shared.transactions import Transaction, TransactionState

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def connector(label: str = "1", status: ConnectorStatus = ConnectorStatus.AVAILABLE) -> Connector:
    return Connector(
        id=f"c{label}",
        evse=int(label),
        number=1,
        label=label,
        standard="IEC_62196_T2",
        power_type=PowerType.AC,
        max_power_w=22_000,
        status=status,
    )


def station(identity: str = "CP-1", **values: Any) -> StationRow:
    row = StationRow(
        id=identity,
        identity=identity,
        name="",
        location_id=None,
        location="Harbour",
        vendor="Volta",
        model="Twin",
        ocpp_version="1.6",
        registration=Registration.ACCEPTED,
        online=True,
        last_seen_at=NOW,
        status=ConnectorStatus.AVAILABLE,
        connectors=[connector()],
        power_w=0,
        open_incidents=0,
    )
    return msgspec.structs.replace(row, **values)


def session(connector_id: str = "c1", **values: Any) -> Transaction:
    row = Transaction(
        id=f"t-{connector_id}",
        number=1,
        state=TransactionState.ACTIVE,
        charging_state=None,
        station_id="CP-1",
        station_identity="CP-1",
        station_name="",
        location_id=None,
        location="",
        connector_id=connector_id,
        connector="1",
        driver="Dana",
        id_token="",
        requested_at=None,
        begun_at=NOW,
        ended_at=None,
        energy_wh=0,
        power_w=None,
        soc_percent=None,
        cost=None,
        stop_reason="",
        failure="",
        stopping=False,
        flags=[],
        updated_at=NOW,
    )
    return msgspec.structs.replace(row, **values)


def identities(rows: list[StationRow]) -> list[str]:
    return [row.identity for row in rows]


FLEET = [
    station("B", name="Alpha", status=ConnectorStatus.CHARGING, power_w=11_000),
    station("A", name="alpha", status=ConnectorStatus.FAULTED, open_incidents=2),
    station("C", name="Zulu", location="Airport", power_w=22_000, last_seen_at=None),
    station("P", registration=Registration.PENDING, status=ConnectorStatus.UNKNOWN),
]


# --- the list ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("search", "status", "wanted"),
    [
        ("", "", ["B", "A", "C", "P"]),
        ("alpha", "", ["B", "A"]),
        ("ZULU air", "", ["C"]),
        ("zulu harbour", "", []),
        ("", "charging", ["B"]),
        ("", "pending", ["P"]),
        ("", "unknown", []),
        ("b", "faulted", ["A"]),
    ],
)
def test_every_searched_word_must_be_there_and_the_state_must_be_it(
    search: str, status: str, wanted: list[str]
) -> None:
    assert identities(rules.found(FLEET, search, status)) == wanted


@pytest.mark.parametrize(
    ("sort", "wanted"),
    [
        ("name", ["A", "B", "P", "C"]),
        ("-power", ["C", "B", "A", "P"]),
        ("status", ["A", "P", "B", "C"]),
        ("-incidents", ["A", "B", "C", "P"]),
        ("last_seen", ["C", "A", "B", "P"]),
        ("nonsense", ["A", "B", "P", "C"]),
    ],
)
def test_the_order_is_the_columns_and_equal_ones_stay_by_identity(sort: str, wanted: list[str]) -> None:
    assert identities(rules.in_order(FLEET, sort)) == wanted


def test_filters_are_the_usual_ones_and_those_that_find_something() -> None:
    counts = rules.counted(FLEET)
    assert counts == {"charging": 1, "faulted": 1, "available": 1, "pending": 1}
    assert rules.offered(counts, "") == ["available", "charging", "offline", "faulted", "pending"]
    assert rules.offered({}, "reserved") == ["available", "charging", "offline", "faulted", "reserved"]


# --- addresses ---------------------------------------------------------------------------------------


def test_what_an_address_asks_for_survives_the_way_there_and_back() -> None:
    address = rules.address("/stations", status="faulted", open="CP 1/ä&", none="")
    assert address.startswith("/stations?")
    assert rules.asked(address) == {"status": "faulted", "open": "CP 1/ä&"}
    assert rules.address("/stations") == "/stations"
    assert rules.quoted("CP 1/ä") == "CP%201%2F%C3%A4"


@pytest.mark.parametrize(
    ("ocpp_url", "app_url", "wanted"),
    [
        ("ws://127.0.0.1:9000/ocpp", "http://10.0.0.7:8000/", "ws://10.0.0.7:9000/ocpp/CP-1"),
        ("ws://127.0.0.1:9000/ocpp", "", "ws://127.0.0.1:9000/ocpp/CP-1"),
        ("wss://ocpp.example.com/ocpp/", "https://app.example.com", "wss://ocpp.example.com/ocpp/CP-1"),
    ],
)
def test_the_address_to_type_into_a_station_is_one_it_can_reach(ocpp_url: str, app_url: str, wanted: str) -> None:
    assert rules.station_url(ocpp_url, app_url, "CP-1") == wanted


# --- one station -------------------------------------------------------------------------------------

FAULTED = connector("2", ConnectorStatus.FAULTED)
CLOSED = connector("1", ConnectorStatus.UNAVAILABLE)
INCIDENT = Incident(
    id="i",
    rule="fault",
    severity=Severity.WARNING,
    state=IncidentState.OPEN,
    title="",
    detail="",
    advice="",
    station_id=None,
    station_identity="CP-1",
    station_name="",
    location="",
    connector_id=None,
    connector="",
    opened_at=NOW,
    acknowledged_at=None,
    acknowledged_by="",
    closed_at=None,
    occurrences=1,
)


@pytest.mark.parametrize(
    ("row", "incidents", "tone", "head"),
    [
        (station(), [], "good", "Working"),
        (station(), [INCIDENT], "warning", "Working, with something open"),
        (station(connectors=[connector(), FAULTED]), [INCIDENT], "danger", "Partly working"),
        (station(connectors=[FAULTED]), [], "danger", "Not working"),
        (station(connectors=[CLOSED]), [], "neutral", "Out of service"),
        (station(online=False, connectors=[FAULTED]), [INCIDENT], "neutral", "Offline"),
        (station(online=False, last_seen_at=None), [], "neutral", "Never connected"),
        (station(registration=Registration.PENDING), [], "violet", "Waits for you"),
        (station(registration=Registration.REJECTED, online=False), [], "neutral", "Rejected"),
    ],
)
def test_one_sentence_says_whether_it_works(row: StationRow, incidents: list[Incident], tone: str, head: str) -> None:
    found = rules.verdict(row, incidents)
    assert (found.tone, found.head) == (tone, head)


def test_a_session_on_a_free_connector_is_one_whose_end_got_lost() -> None:
    assert rules.forgotten(connector(), session())
    assert not rules.forgotten(connector(status=ConnectorStatus.CHARGING), session())
    assert not rules.forgotten(connector(), session(state=TransactionState.REQUESTED))


# --- commands ----------------------------------------------------------------------------------------

SPECS = {spec.name: spec for spec in commands.COMMANDS}


@pytest.mark.parametrize(
    ("name", "row", "sessions", "why"),
    [
        ("start", station(), [], ""),
        ("start", station(), [session()], "No connector is ready for a new session."),
        ("start", station(connectors=[FAULTED]), [], "No connector is ready for a new session."),
        ("start", station(registration=Registration.PENDING), [], "Only once the station is accepted."),
        ("stop", station(), [], "No session is running."),
        ("stop", station(), [session()], ""),
        ("stop", station(), [session(stopping=True)], "No session is running."),
        ("unlock", station(connectors=[]), [], "It has not told of any connector yet."),
        ("availability", station(connectors=[]), [], ""),
        ("reset-soft", station(online=False), [], ""),  # it can wait
        ("start", station(online=False), [], "Not while the station is offline."),
    ],
)
def test_a_command_that_cannot_be_sent_says_why(
    name: str, row: StationRow, sessions: list[Transaction], why: str
) -> None:
    assert commands.why_not(SPECS[name], row, sessions) == why


def test_the_question_says_whom_it_interrupts() -> None:
    running = [session("c1"), session("c2")]
    assert commands.interrupts(SPECS["reset-hard"], "", "", running) == running
    assert commands.interrupts(SPECS["unlock"], "c2", "", running) == running[1:]
    assert commands.interrupts(SPECS["reset-soft"], "", "", running) == []
    assert commands.interrupts(SPECS["availability"], "", "out", running) == []


def test_the_first_choice_is_what_one_wants() -> None:
    both = station(connectors=[connector("1", ConnectorStatus.FAULTED), connector("2")])
    assert commands.first_target(SPECS["start"], both, []) == "c2"
    assert commands.first_target(SPECS["availability"], both, []) == commands.WHOLE
    assert commands.first_option(SPECS["availability"], both) == commands.OUT_OF_SERVICE
    assert commands.first_option(SPECS["availability"], station(connectors=[CLOSED])) == commands.IN_SERVICE


@pytest.mark.parametrize(
    ("status", "accepted", "wanted"),
    [
        ("RebootRequired", True, "It is stored and counts after the next restart."),
        ("Rejected", False, "It refuses. Its own rules, or what it does right now, don't allow it."),
        ("VendorWord", True, "It will do it."),
        ("VendorWord", False, "It refuses."),
    ],
)
def test_a_stations_word_is_explained(status: str, accepted: bool, wanted: str) -> None:
    assert rules.meaning(CommandAnswer(accepted=accepted, status=status)) == wanted


def test_no_answer_is_said_as_what_it_is() -> None:
    assert "gone" in rules.failure(ApiError("x", "y", code="node_died", status=504))[1]
    assert "noted" in rules.failure(ApiError("x", "y", code="not_noted", status=504))[0]
    assert rules.failure(ApiError("x", "y", code="station_timeout", status=504))[0] == "No answer from {identity}"
    assert rules.failure(ApiError("x", "y", code="station_offline", status=409))[0] == "{identity} is offline"
    assert rules.failure(ApiError("x", "y", code="station_error", status=502))[1] == "y"
    assert rules.failure(ApiError("Title", "Detail", code="else")) == ("Title", "Detail")


# --- the log -----------------------------------------------------------------------------------------


def frame(number: int, **values: Any) -> Frame:
    one = Frame(
        id=str(number), at=NOW, direction="in", kind="call", action="Heartbeat", message_id="m", payload="{}", size=2
    )
    return msgspec.structs.replace(one, **values)


def test_frames_that_come_twice_are_shown_once_newest_first() -> None:
    found = rules.joined([frame(9), frame(8)], [frame(10), frame(9), frame(100)])
    assert [one.id for one in found] == ["100", "10", "9", "8"]


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        (("", "", False), True),
        (("in", "Heartbeat", False), True),
        (("out", "", False), False),
        (("", "Boot", False), False),
        (("", "", True), False),
    ],
)
def test_live_frames_are_filtered_as_the_api_filters(filters: tuple[str, str, bool], wanted: bool) -> None:
    assert rules.passes(frame(1), *filters) is wanted
    assert rules.passes(frame(1, kind="error"), "", "", True)


@pytest.mark.parametrize(
    ("payload", "wanted"),
    [
        ('[2,"1","Heartbeat",{"a":  1}]', '{"a": 1}'),
        ('[3,"1",{}]', "{}"),
        ('[4,"1","NotSupported","no",{}]', '["NotSupported", "no"]'),
        ("not  json", "not json"),
        ("[]", "[]"),
    ],
)
def test_a_line_of_the_log_shows_what_a_message_says(payload: str, wanted: str) -> None:
    assert rules.short(payload) == wanted


def test_long_lines_are_cut_and_json_is_made_readable() -> None:
    assert rules.short("x" * 500, 10) == "x" * 9 + "…"
    assert rules.pretty('{"a":1}') == '{\n  "a": 1\n}'
    assert rules.pretty("{broken") == "{broken"


# --- configuration -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "wanted", "problem"),
    [
        ("60", "600", ""),
        ("60", "-1", ""),
        ("60", "soon", "This is a whole number."),
        ("true", "false", ""),
        ("True", "1", "This is true or false."),
        ("abc", "", ""),
        (None, "anything", ""),
    ],
)
def test_a_value_of_another_kind_is_caught_before_it_leaves(before: str | None, wanted: str, problem: str) -> None:
    assert rules.value_problem(before, wanted) == problem


@pytest.mark.parametrize(
    ("action", "payload", "problem"),
    [
        ("ClearCache", "", ""),
        ("ClearCache", "{}", ""),
        (" ", "{}", "Which action?"),
        ("X", "{", "This is not JSON."),
        ("X", "[]", "The payload is a JSON object: {…}"),
    ],
)
def test_a_free_call_must_be_a_json_object(action: str, payload: str, problem: str) -> None:
    assert rules.call_problem(action, payload) == problem


def test_an_age_is_never_negative() -> None:
    assert rules.age(NOW, NOW - timedelta(seconds=5)) == timedelta(0)
    assert rules.age(None, NOW) is None
