"""What the driver's pages decide, without a screen."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from app import i18n
from app.common import bill
from app.driver import rules
from app.driver.reserving_rules import reserving_sentence
from shared.money import Money, PriceHeadline, ReceiptLine, Target, TargetState
from shared.reservations import ReservationPrice
from shared.stations import (
    Availability,
    Connector,
    ConnectorStatus,
    LocationDetail,
    LocationSummary,
    PowerType,
    StationForDriver,
)
from shared.transactions import ChargingState, PaymentInfo, Reading, Transaction, TransactionDetail, TransactionState

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


def plain(text: str) -> str:
    return text


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    i18n.speak("en", "UTC")
    yield
    i18n.speak("en")


def location(
    name: str, *, free: int = 1, broken: int = 0, latitude: float = 53.5, kinds: str = "AC"
) -> LocationSummary:
    return LocationSummary(
        id=name,
        name=name,
        address="Quay 1",
        city="Hamburg",
        latitude=latitude,
        longitude=10.0,
        availability=Availability(total=4, available=free, in_use=4 - free - broken, out_of_order=broken),
        max_power_w=22_000,
        power_types=[PowerType(kind) for kind in kinds.split()],
    )


def outlet(name: str, status: ConnectorStatus, *, power_w: int = 22_000, kind: str = "AC", **more: Any) -> Connector:
    return Connector(
        id=name,
        evse=1,
        number=1,
        label="1",
        standard="IEC_62196_T2",
        power_type=PowerType(kind),
        max_power_w=power_w,
        status=status,
        **more,
    )


def session(state: TransactionState = TransactionState.ACTIVE, **more: Any) -> Transaction:
    values: dict[str, Any] = {
        "id": "t",
        "number": 1,
        "state": state,
        "charging_state": ChargingState.CHARGING,
        "station_id": "s",
        "station_identity": "HAF-01",
        "station_name": "HafenCity 01",
        "location_id": "l",
        "location": "HafenCity",
        "connector_id": "c",
        "connector": "1",
        "driver": "Dana",
        "id_token": "x",
        "requested_at": NOW,
        "begun_at": NOW,
        "ended_at": None,
        "energy_wh": 1000,
        "power_w": 11_000,
        "soc_percent": None,
        "cost": Money(amount=Decimal("1.50"), currency="EUR"),
        "stop_reason": "",
        "failure": "",
        "stopping": False,
        "flags": [],
        "updated_at": NOW,
    }
    return Transaction(**(values | more))


# --- finding -------------------------------------------------------------------------------------------------


def test_nearest_first_with_a_place_and_by_name_without_one() -> None:
    far, near = location("Altona", latitude=53.9), location("Zoo", latitude=53.51)
    assert [one.name for one in rules.found([near, far], rules.Wish(), None)] == ["Altona", "Zoo"]
    by_distance = rules.found([far, near], rules.Wish(), (53.5, 10.0))
    assert [one.name for one in by_distance] == ["Zoo", "Altona"]
    assert by_distance[0].distance_m is not None
    assert 1000 < by_distance[0].distance_m < 1300


def test_filters_and_words_of_the_search_all_have_to_fit() -> None:
    places = [location("HafenCity", kinds="AC DC"), location("Altona", free=0), location("Barmbek")]
    dc = frozenset({PowerType.DC})
    assert [one.name for one in rules.found(places, rules.Wish(power=dc), None)] == ["HafenCity"]
    assert "Altona" not in [one.name for one in rules.found(places, rules.Wish(available=True), None)]
    assert [one.name for one in rules.found(places, rules.Wish(search="HAMBURG barm"), None)] == ["Barmbek"]


@pytest.mark.parametrize(
    ("free", "broken", "said"), [(3, 1, "3 of 4 available"), (0, 1, "All in use"), (0, 4, "Out of service")]
)
def test_a_locations_state_in_words(free: int, broken: int, said: str) -> None:
    one = location("A", free=free, broken=broken)
    assert rules.availability(one.availability, plain)[0] == said
    assert rules.pin(one).broken is (broken == 4)


# --- a connector ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", list(ConnectorStatus))
@pytest.mark.parametrize("online", [True, False])
def test_what_can_be_started_has_no_hindrance_and_what_cannot_says_why(status: ConnectorStatus, online: bool) -> None:
    one = outlet("c", status)
    assert bool(rules.hindrance(one, online, plain)) is not rules.startable(one, online)


def test_a_fault_tells_what_the_station_said() -> None:
    assert "GroundFailure" in rules.hindrance(
        outlet("c", ConnectorStatus.FAULTED, error_code="GroundFailure"), True, plain
    )
    assert "NoError" not in rules.hindrance(outlet("c", ConnectorStatus.FAULTED, error_code="NoError"), True, plain)


@pytest.mark.parametrize(
    ("hourly", "once", "said"),
    [
        (None, None, ""),
        ("2", None, "up to €2.00 for each hour"),
        (None, "1", "up to €1.00."),
        ("2", "1", "up to €1.00, and €2.00 for each hour"),
    ],
)
def test_what_reserving_costs(hourly: str | None, once: str | None, said: str) -> None:
    one, two = (None if value is None else Decimal(value) for value in (hourly, once))
    price = PriceHeadline(tariff_id="t", currency="EUR", reservation=one, reservation_flat=two)
    found = reserving_sentence(price, None, plain)
    assert said in found
    assert bool(found) is ("part of the bill" in found)
    assert reserving_sentence(None, None, plain) == ""


@pytest.mark.parametrize(
    ("unused", "given_back", "said"),
    [
        (None, None, ""),
        ("3", None, "If you don't come: €3.00. Giving it back in time costs nothing. We set €3.00 aside until then."),
        ("4", "1", "If you don't come: €4.00. If you give it back earlier: up to €1.00. We set €4.00 aside"),
        (None, "1", "If you give it back earlier: up to €1.00. We set €1.00 aside"),
    ],
)
def test_what_it_costs_not_to_come(unused: str | None, given_back: str | None, said: str) -> None:
    one, two = (
        None if value is None else Money(amount=Decimal(value), currency="EUR") for value in (unused, given_back)
    )
    held = max((value for value in (one, two) if value), key=lambda value: value.amount, default=None)
    price = ReservationPrice(minutes=30, unused=one, given_back=two, held=held)
    found = reserving_sentence(None, price, plain)
    assert found.startswith(said)
    assert bool(found) is bool(said)


def test_prices_in_plain_words_with_the_fee_after_the_free_minutes() -> None:
    price = PriceHeadline(
        tariff_id="t",
        currency="EUR",
        energy=Decimal("0.59"),
        flat=Decimal("0.50"),
        parking=Decimal(6),
        free_minutes=20,
        varies=True,
    )
    assert rules.price_lines(price, plain) == [
        "€0.59 for each kWh",
        "€0.50 once, for starting",
        "When your car is full: 20 min free, then €6.00 for each hour that it stays",
        "Prices depend on the time of day or on how much you charge",
    ]
    assert rules.price_lines(None, plain) == ["Charging costs nothing here."]
    assert "€50.00" in rules.hold_sentence(price, Decimal(50), plain)
    assert "Nothing is reserved" in rules.hold_sentence(None, Decimal(50), plain)


def test_what_is_free_instead_is_of_the_same_kind_and_here_before_there() -> None:
    broken = outlet("c1", ConnectorStatus.FAULTED, kind="DC")
    others = [
        outlet("c2", ConnectorStatus.AVAILABLE),
        outlet("c3", ConnectorStatus.AVAILABLE, kind="DC", power_w=50_000),
        outlet("c4", ConnectorStatus.AVAILABLE, kind="DC", power_w=150_000),
    ]
    station = StationForDriver(id="s", identity="S", name="S", online=True, connectors=[broken, *others])
    here = LocationDetail(
        id="here",
        name="Here",
        address="",
        postal_code="",
        city="",
        country="DE",
        latitude=53.5,
        longitude=10.0,
        time_zone="UTC",
        description="",
        availability=location("x").availability,
        stations=[station],
    )
    free = rules.free_here(here, broken)
    assert free is not None
    assert free[1].id == "c4"
    assert (
        rules.free_here(
            msgspec.structs.replace(here, stations=[msgspec.structs.replace(station, online=False)]), broken
        )
        is None
    )
    places = [location("Far", latitude=53.9, kinds="DC"), location("Near", latitude=53.6, kinds="DC"), location("AC")]
    near = rules.nearest_other(places, here, PowerType.DC)
    assert near is not None
    assert near.name == "Near"


# --- a session -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "word"),
    [
        ({}, "Charging"),
        ({"stopping": True}, "Stopping"),
        ({"charging_state": ChargingState.SUSPENDED_EV}, "Paused by your car"),
        ({"charging_state": ChargingState.SUSPENDED_EVSE}, "Paused by the charger"),
        ({"charging_state": None}, "Charging"),
        ({"state": TransactionState.REQUESTED}, "Waiting for the car"),
        ({"state": TransactionState.FAILED}, "Not started"),
        ({"state": TransactionState.ENDED}, "Ended"),
    ],
)
def test_the_state_of_a_session_in_words(more: dict[str, Any], word: str) -> None:
    assert rules.state_word(session(**more), plain) == word


def test_the_running_session_is_the_newest_that_is_on() -> None:
    old = session(id="old", begun_at=NOW - timedelta(hours=2))
    ended = session(TransactionState.ENDED, id="ended", begun_at=NOW + timedelta(hours=1))
    assert rules.running([]) is None
    assert rules.running([ended]) is None
    found = rules.running([old, session(id="new"), ended])
    assert found is not None
    assert found.id == "new"


def detail(payment: PaymentInfo | None = None, **more: Any) -> TransactionDetail:
    return TransactionDetail(
        transaction=session(**more),
        readings=[],
        timeline=[],
        payment=payment,
        has_receipt=False,
        max_power_w=22_000,
        price="",
    )


def test_the_ring_shows_the_battery_or_else_the_share_of_the_power() -> None:
    assert rules.fill(detail(soc_percent=42)) == 0.42
    assert rules.fill(detail()) == 0.5
    assert rules.fill(detail(power_w=90_000)) == 1.0
    assert rules.fill(detail(power_w=None)) == 0.0


def with_battery(soc: int, power_w: int = 50_000, target: Target | None = None) -> TransactionDetail:
    """Ten percents so far, of 600 Wh each."""
    at = datetime(2026, 5, 1, 12, tzinfo=UTC)
    told = [
        Reading(at=at, energy_wh=0, soc_percent=soc - 10),
        Reading(at=at, energy_wh=3_000),
        Reading(at=at, energy_wh=6_000, soc_percent=soc),
    ]
    known = detail(soc_percent=soc, power_w=power_w, energy_wh=6_000, begun_at=at, target=target)
    return msgspec.structs.replace(known, readings=told)


def goal(**wanted: Any) -> Target:
    nothing = dict.fromkeys(("money", "energy_wh", "minutes", "soc_percent", "share", "reached_at"))
    return Target(**nothing | wanted, state=TargetState.WAITING, trouble="")


@pytest.mark.parametrize(
    ("known", "name", "minutes"),
    [
        (with_battery(30), "80 %", 36),
        (with_battery(90), "full", 7.2),
        (with_battery(30, target=goal(soc_percent=60)), "target", 21.6),
        (with_battery(30, target=goal(energy_wh=31_000)), "target", 30),
        (with_battery(30, target=goal(minutes=25)), "target", 15),
        (with_battery(70, target=goal(soc_percent=60)), "target", 0),
    ],
)
def test_how_long_it_goes_on_at_this_pace(known: TransactionDetail, name: str, minutes: float) -> None:
    found = rules.ahead(known, datetime(2026, 5, 1, 12, 10, tzinfo=UTC))
    assert found is not None
    assert found[0] == name
    assert found[1].total_seconds() == pytest.approx(minutes * 60)


@pytest.mark.parametrize(
    "known",
    [
        detail(),
        detail(soc_percent=30),
        with_battery(30, power_w=100),
        msgspec.structs.replace(with_battery(30), readings=[]),
    ],
)
def test_nothing_is_said_of_what_cant_be_known(known: TransactionDetail) -> None:
    assert rules.ahead_sentence(known, datetime(2026, 5, 1, 12, 10, tzinfo=UTC), plain) == ""


@pytest.mark.parametrize("state", ["pending", "held", "capturing", "captured", "releasing", "released", "failed"])
def test_every_state_of_a_payment_has_its_sentence(state: str) -> None:
    euros = Money(amount=Decimal(50), currency="EUR")
    payment = PaymentInfo(id="p", state=state, method="Demo card", held=euros, captured=euros)
    said = rules.payment_sentence(detail(payment), plain)
    assert said.endswith(".")
    assert ("given back" in said) is (state in ("releasing", "released"))
    assert ("€50.00" in said) is (state in ("held", "captured"))


# --- the past ------------------------------------------------------------------------------------------------


def test_months_have_their_sums_and_the_last_one_only_when_it_is_whole() -> None:
    october = NOW - timedelta(days=40)
    past = [session(id="a"), session(id="b", cost=None), session(id="c", begun_at=october)]
    first, second = rules.months(past, more=True)
    assert (first.name, len(first.sessions), first.energy_wh, first.whole) == ("November 2026", 2, 2000, True)
    assert first.cost == Money(amount=Decimal("1.50"), currency="EUR")
    assert (second.name, second.whole) == ("October 2026", False)
    assert all(month.whole for month in rules.months(past, more=False))


def test_several_currencies_have_no_sum() -> None:
    other = session(cost=Money(amount=Decimal(1), currency="SEK"))
    assert rules.total([session(), other]) is None
    assert rules.total([]) is None


def line(kind: str, quantity: str, unit: str, price: str, amount: str) -> ReceiptLine:
    return ReceiptLine(
        kind=kind,
        label=kind,
        quantity=Decimal(quantity),
        unit=unit,
        unit_price=Decimal(price),
        amount=Decimal(0),
        vat_rate=Decimal(19),
        amount_incl=Decimal(amount),
    )


def test_a_line_says_quantity_and_the_price_that_was_on_the_sign() -> None:
    energy = line("energy", "21.259", "kWh", "0.411765", "10.4169")
    parking = line("parking", "0.5", "h", "3.025210", "1.8000")
    assert bill.quantity(energy, "EUR") == "21.259 kWh × €0.49/kWh"
    assert bill.quantity(line("energy", "10.000", "kWh", "0.411765", "4.90"), "EUR") == "10 kWh × €0.49/kWh"
    assert bill.quantity(parking, "EUR") == "30 min × €3.60/h"
    assert bill.quantity(line("flat", "1", "", "0.42", "0.50"), "EUR") == ""
