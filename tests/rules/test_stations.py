"""Decisions about stations and connectors."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.stations import rules
from shared.money import PriceHeadline
from shared.stations import ConnectorStatus, Registration

REPORTED = [status for status in ConnectorStatus if status is not ConnectorStatus.OFFLINE]


@pytest.mark.parametrize(
    ("online", "statuses", "worst"),
    [
        (True, [], "unknown"),
        (False, [], "offline"),
        (False, ["faulted", "available"], "offline"),
        (True, ["available", "available"], "available"),
        (True, ["available", "charging"], "charging"),
        (True, ["charging", "occupied"], "charging"),
        (True, ["available", "unavailable", "charging"], "unavailable"),
        (True, ["unavailable", "faulted"], "faulted"),
        (True, ["unknown", "available"], "unknown"),
    ],
)
def test_a_station_shows_the_worst_of_its_connectors(online: bool, statuses: list[str], worst: str) -> None:
    assert rules.worst_status(online, statuses) == worst


def test_every_reported_state_has_a_rank() -> None:
    assert set(rules.WORST_FIRST) == set(REPORTED)
    assert set(rules.STATION_ORDER) == set(ConnectorStatus)


@given(st.lists(st.sampled_from(REPORTED)), st.sampled_from(REPORTED))
def test_another_connector_never_makes_a_station_look_better(
    known: list[ConnectorStatus], more: ConnectorStatus
) -> None:
    rank = rules.WORST_FIRST.index
    if known:
        assert rank(rules.worst_status(True, [*known, more])) <= rank(rules.worst_status(True, known))


@given(st.lists(st.sampled_from(list(ConnectorStatus))))
def test_every_connector_is_counted_once(statuses: list[ConnectorStatus]) -> None:
    counted = rules.availability(statuses)
    assert counted.total == len(statuses) == counted.available + counted.in_use + counted.out_of_order
    assert counted.available == statuses.count(ConnectorStatus.AVAILABLE)
    broken = {ConnectorStatus.FAULTED, ConnectorStatus.UNAVAILABLE, ConnectorStatus.OFFLINE, ConnectorStatus.UNKNOWN}
    assert counted.out_of_order == sum(status in broken for status in statuses)


def test_a_connector_of_an_offline_station_is_never_shown_as_free() -> None:
    assert rules.shown_status(False, "available") is ConnectorStatus.OFFLINE
    assert rules.shown_status(True, "available") is ConnectorStatus.AVAILABLE


@pytest.mark.parametrize(("evse", "number", "label"), [(1, 1, "1"), (12, 1, "12"), (2, 3, "2-3")])
def test_labels(evse: int, number: int, label: str) -> None:
    assert rules.connector_label(evse, number) == label


@pytest.mark.parametrize(
    ("evse", "number", "may"),
    [(1, 1, True), (100, 10, True), (0, 1, False), (1, 0, False), (101, 1, False), (1, 11, False), (2**31, 1, False)],
)
def test_reports_make_only_so_many_connectors(evse: int, number: int, may: bool) -> None:
    assert rules.may_exist(evse, number) is may


@pytest.mark.parametrize(
    ("reported", "changed"),
    [
        (("available", "NoError", ""), False),
        (("faulted", "NoError", ""), True),
        (("available", "WeakSignal", ""), True),
        (("available", "NoError", "door open"), True),
    ],
)
def test_only_news_counts_as_a_change(reported: tuple[str, str, str], changed: bool) -> None:
    known = rules.StatusFacts("available", "NoError", "")
    assert rules.status_changed(known, rules.StatusFacts(*reported)) is changed


# --- identities and passwords ------------------------------------------------------------------------


@pytest.mark.parametrize("identity", ["CP-1", "a", "Ladesäule 7", "x" * 48, "a:b@c", "50%"])
def test_identities_that_exist_in_the_field(identity: str) -> None:
    assert rules.identity_problem(identity) == ""


@pytest.mark.parametrize("identity", ["", " ", "x" * 49, "a/b", "a\nb", "a\x00", " CP", "CP ", "\x7f"])
def test_identities_that_no_station_may_have(identity: str) -> None:
    assert rules.identity_problem(identity).endswith(".")


@given(st.text(min_size=1), st.text(min_size=1))
def test_a_password_fits_its_own_hash_only(password: str, other: str) -> None:
    hashed = rules.hash_password(password)
    assert rules.password_matches(hashed, password)
    assert rules.password_matches(hashed, other) is (other == password)
    assert not rules.password_matches(hashed, None)
    assert password not in hashed or len(password) < 5


def test_equal_passwords_have_different_hashes_that_fit_the_column() -> None:
    first, second = rules.hash_password("0123456789abcdef"), rules.hash_password("0123456789abcdef")
    assert first != second
    assert len(first) <= 200


def test_no_hash_asks_for_no_password() -> None:
    assert rules.password_matches("", None)
    assert rules.password_matches("", "whatever")


def test_a_hash_of_another_scheme_fits_nothing() -> None:
    _, salt, digest = rules.hash_password("secret-secret-16").split("$")
    assert not rules.password_matches(f"md5${salt}${digest}", "secret-secret-16")


RIGHT, WRONG = "right-password-16", "wrong-password-16"


@pytest.mark.parametrize(
    ("registration", "has_password", "offered", "refusal"),
    [
        (Registration.ACCEPTED, True, RIGHT, ""),
        (Registration.ACCEPTED, True, WRONG, "password"),
        (Registration.ACCEPTED, True, None, "password"),
        (Registration.ACCEPTED, False, None, ""),
        (Registration.ACCEPTED, False, WRONG, ""),
        (Registration.PENDING, True, RIGHT, ""),
        (Registration.PENDING, True, WRONG, "password"),
        (Registration.REJECTED, True, RIGHT, "rejected"),
        (Registration.REJECTED, True, WRONG, "password"),
        (Registration.REJECTED, False, None, "rejected"),
    ],
)
def test_who_may_connect(registration: Registration, has_password: bool, offered: str | None, refusal: str) -> None:
    known = rules.Known(registration, rules.hash_password(RIGHT) if has_password else "")
    assert rules.admission_refusal(known, offered, "pending") == refusal


@pytest.mark.parametrize(("policy", "refusal"), [("pending", ""), ("refuse", "unknown")])
def test_strangers_are_held_or_refused_as_the_settings_say(policy: str, refusal: str) -> None:
    assert rules.admission_refusal(None, None, policy) == refusal


# --- texts -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        (None, ""),
        ("null", ""),
        ("NULL", ""),
        (" Vendor ", "Vendor"),
        ("a\x00b\r\nc", "abc"),
        ("ABB-Ünïcode-充电", "ABB-Ünïcode-充电"),
        ("x" * 500, "x" * 200),
    ],
)
def test_texts_of_stations_are_cleaned(text: str | None, stored: str) -> None:
    assert rules.clean(text) == stored


@given(st.text(), st.integers(1, 300))
def test_cleaned_texts_fit_and_hold_no_control_characters(text: str, length: int) -> None:
    cleaned = rules.clean(text, length)
    assert len(cleaned) <= length
    assert cleaned.isprintable()


@pytest.mark.parametrize(
    ("payload", "kept"),
    [
        ({"key": "AuthorizationKey", "value": "s3cret"}, {"key": "AuthorizationKey", "value": "•••"}),
        ({"key": "HeartbeatInterval", "value": "60"}, {"key": "HeartbeatInterval", "value": "60"}),
        (
            {"setVariableData": [{"variable": {"name": "BasicAuthPassword"}, "attributeValue": "s3cret"}]},
            {"setVariableData": [{"variable": {"name": "BasicAuthPassword"}, "attributeValue": "•••"}]},
        ),
        (
            {"name": "SecurityCtrlr.BasicAuthPassword", "value": "s"},
            {"name": "SecurityCtrlr.BasicAuthPassword", "value": "•••"},
        ),
        ({"connectionData": {"apn": {"password": "s3cret"}}}, {"connectionData": {"apn": {"password": "•••"}}}),
        (["a\x00b", 1, None, {"k\x00": True}], ["ab", 1, None, {"k": True}]),
    ],
)
def test_nothing_secret_is_kept_in_the_history(payload: object, kept: object) -> None:
    assert rules.redact(payload) == kept


@pytest.mark.parametrize(
    ("typed", "pattern"), [("abc", "%abc%"), ("50%", "%50\\%%"), ("a_b", "%a\\_b%"), ("c:\\x", "%c:\\\\x%")]
)
def test_what_people_type_is_no_wildcard(typed: str, pattern: str) -> None:
    assert rules.like(typed) == pattern


def price(name: str, *, energy: str | None = None, flat: str | None = None) -> PriceHeadline:
    return PriceHeadline(
        tariff_id=name,
        currency="EUR",
        energy=Decimal(energy) if energy else None,
        flat=Decimal(flat) if flat else None,
    )


def test_a_location_is_announced_with_its_lowest_price() -> None:
    dear, cheap, start = (
        price("dear", energy="0.59"),
        price("cheap", energy="0.39"),
        price("s", energy="0.39", flat="1"),
    )
    assert rules.cheapest([dear, start, cheap]) == cheap
    assert rules.cheapest([]) is None


@pytest.mark.parametrize(
    ("version", "password", "fits", "wire"),
    [
        ("1.6", "x" * 15, False, ""),
        ("1.6", "x" * 16, True, "78" * 16),
        ("1.6", "x" * 21, False, ""),
        ("1.6", "0aF4" * 8, True, "0aF4" * 8),
        ("1.6", "0aF4" * 10, True, "0aF4" * 10),
        ("1.6", "0" * 42, False, ""),
        ("2.0.1", "x" * 15, False, ""),
        ("2.0.1", "A-z_0*=:+|@.1234", True, "A-z_0*=:+|@.1234"),
        ("2.0.1", "x" * 40, True, "x" * 40),
        ("2.0.1", "x" * 41, False, ""),
        ("2.0.1", "with spaces in it", False, ""),
    ],
)
def test_what_a_password_may_be(version: str, password: str, fits: bool, wire: str) -> None:
    assert (rules.password_problem(password, version) == "") is fits
    if fits:
        assert rules.password_on_wire(password, version) == wire
        kept = rules.hash_password(wire)
        assert rules.password_matches(kept, password)
        assert rules.password_matches(kept, wire)


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
def test_a_password_that_is_made_fits_and_is_another_each_time(version: str) -> None:
    one, two = rules.fresh_password(version), rules.fresh_password(version)
    assert one != two
    assert rules.password_problem(one, version) == ""
    assert rules.password_on_wire(one, version) == one
