"""Numbers, money and times, in English and in German."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from app import i18n
from shared.money import Money, PriceHeadline


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    i18n.speak("en")
    yield
    i18n.speak("en")


def test_money_and_energy_follow_the_language() -> None:
    value = Money(amount=Decimal("1240.5"), currency="EUR")
    assert i18n.money(value) == "€1\u202f240.50"
    assert i18n.amount(Decimal("-3"), "CHF") == "-CHF 3.00"
    assert (i18n.with_unit("20", "€"), i18n.with_unit("20", "kWh")) == ("€20", "20 kWh")
    assert i18n.energy(12_430) == ("12.4", "kWh")
    i18n.speak("de")
    assert i18n.with_unit("20", "€") == "20 €"
    assert i18n.money(value) == "1\u202f240,50 €"
    assert i18n.energy(12_430) == ("12,4", "kWh")
    assert i18n.distance(2340) == "2,3 km"
    assert i18n.rated(3700) == "3,7 kW"


def test_a_price_says_energy_first_and_never_the_word_free() -> None:
    headline = PriceHeadline(tariff_id="t", currency="EUR", energy=Decimal("0.49"), flat=Decimal(1))
    assert i18n.price(headline) == "€0.49/kWh + €1.00 fee"
    assert i18n.price(None) == "No charge"
    assert i18n.price(PriceHeadline(tariff_id="t", currency="EUR")) == "No charge"
    i18n.speak("de")
    assert i18n.price(headline) == "0,49 €/kWh + 1,00 € Gebühr"
    assert i18n.price(None) == "Kostenlos"


def test_days_months_and_ages_follow_the_language() -> None:
    at = datetime(2026, 3, 7, 12, 5, tzinfo=UTC)
    assert i18n.day(at) == "7 Mar"
    assert i18n.month(at) == "March 2026"
    assert i18n.ago(at, at + timedelta(minutes=3)) == "3 min ago"
    i18n.speak("de")
    assert i18n.day(at) == "7. März"
    assert i18n.month(at) == "März 2026"
    assert i18n.ago(at, at + timedelta(minutes=3)) == "vor 3 min"
    assert i18n.ago(at, at + timedelta(days=9)) == "7. März 2026"


@pytest.mark.parametrize(("seconds", "shown"), [(0, "0:00"), (65, "1:05"), (3845, "1:04:05"), (-4, "0:00")])
def test_a_countdown_never_goes_below_nothing(seconds: int, shown: str) -> None:
    assert i18n.countdown(timedelta(seconds=seconds)) == shown


def test_times_follow_the_operators_clock() -> None:
    at = datetime(2026, 7, 31, 22, 30, tzinfo=UTC)
    i18n.speak("en", "Europe/Berlin")
    assert i18n.moment(at) == "1 Aug, 00:30"
    i18n.speak("en", "America/New_York")
    assert i18n.moment(at) == "31 Jul, 18:30"
    i18n.speak("en", "Nowhere/Atlantis")
    assert i18n.moment(at) == f"{i18n.day(at.astimezone())}, {at.astimezone():%H:%M}"
