"""Corrections rate by rate, and what OCPI reads."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.cdrs import letters, ocpi, rules
from backend.tariffs.model import Period, PeriodKind
from shared.cdrs import Decision
from shared.money import TaxLine

WH = Decimal(10_000)
BEGUN = datetime(2026, 3, 2, 8, tzinfo=UTC)


def tax(rate: int | None, gross: Decimal) -> TaxLine:
    net = (gross * 100 / (100 + (rate or 0))).quantize(Decimal("0.01"))
    return TaxLine(rate=None if rate is None else Decimal(rate), net=net, tax=gross - net, gross=gross)


amounts = st.integers(1, 100_000).map(lambda cents: Decimal(cents) / 100)


@given(grosses=st.lists(amounts, min_size=1, max_size=3), share=st.integers(1, 100), sign=st.sampled_from([1, -1]))
def test_a_correction_adds_up_to_the_coin(grosses: list[Decimal], share: int, sign: int) -> None:
    taxes = [tax(rate, gross) for rate, gross in zip((None, 7, 19), grosses, strict=False)]
    amount = sign * (sum(grosses) * share / 100).quantize(Decimal("0.01"))
    found = rules.shares(taxes, amount, "EUR")
    net, gross = rules.totals(found)
    assert gross == amount
    assert all(one.net + one.tax == one.gross for one in found)
    assert all(one.gross * sign >= -Decimal("0.01") for one in found)
    assert sum(one.amount_incl for one in rules.lines_of(found, "Correction")) == amount
    assert net * sign <= gross * sign + Decimal("0.01")


@pytest.mark.parametrize(
    ("amount", "left", "said"),
    [
        ("0", "5", "more than zero"),
        ("NaN", "5", "more than zero"),
        ("1.001", "5", "smallest coin"),
        ("5.01", "5", "At most 5 EUR"),
        ("1", "0", "Nothing is left"),
        ("5", "5", ""),
    ],
)
def test_what_can_be_credited(amount: str, left: str, said: str) -> None:
    why = rules.why_not(Decimal(amount), Decimal(left), "EUR")
    assert said in why if said else why == ""


def test_which_meters_need_a_decision() -> None:
    assert rules.doubts(["offline", "meter_jump", "estimated"]) == ["meter_jump"]
    assert rules.doubts(["no_readings", "zombie"]) == ["no_readings"]
    assert rules.doubts(["unit_mended", "unstopped"]) == []


def record(**values: Any) -> dict[str, Any]:
    line = {
        "kind": "energy", "label": "Energy", "quantity": "10", "unit": "kWh", "unit_price": "0.5", "amount": "5",
        "vat_rate": "19", "amount_incl": "5.95",
    }  # fmt: skip
    facts = {
        "begun_at": BEGUN.isoformat(), "ended_at": (BEGUN + timedelta(hours=2)).isoformat(), "energy_wh": 10_000,
        "location": "Harbour", "address": "Pier 1", "estimated": False,
    }  # fmt: skip
    row = {
        "cdr_number": "2026-000001", "tenant_country": "DE", "tenant_name": "e-Charge", "party_id": "",
        "facts": facts, "lines": [line], "transaction": "t", "id_token": "APP123", "account": "a", "currency": "EUR",
        "total_excl": Decimal(5), "total_incl": Decimal("5.95"), "issued_at": BEGUN + timedelta(hours=3),
        "tariff": None, "reserved_from": None,
        "connector_evse": 2, "evse": 2, "connector_number": 1, "standard": "IEC_62196_T2",
        "power_type": "AC", "location_id": None, "identity": "HH-01", "address": "", "city": "", "postal_code": "",
        "country": "", "latitude": None, "longitude": None,
    }  # fmt: skip
    return row | values


def test_a_cdr_and_its_credit_in_ocpi() -> None:
    periods = [
        Period(kind=PeriodKind.CHARGING, begins_at=BEGUN, ends_at=BEGUN + timedelta(minutes=90), energy_wh=WH),
        Period(kind=PeriodKind.PARKING, begins_at=BEGUN + timedelta(minutes=90), ends_at=BEGUN + timedelta(hours=2)),
    ]  # fmt: skip
    found = ocpi.cdr(record(), periods)
    required = (
        "country_code party_id id start_date_time end_date_time cdr_token auth_method cdr_location currency "
        "charging_periods total_cost total_energy total_time last_updated"
    )
    assert set(required.split()) <= set(found)
    assert (found["party_id"], found["start_date_time"]) == ("ECH", "2026-03-02T08:00:00Z")
    assert (found["total_time"], found["total_parking_time"]) == (Decimal("2.0000"), Decimal("0.5000"))
    assert found["charging_periods"][0]["dimensions"][0] == {"type": "ENERGY", "volume": Decimal("10.0000")}
    assert found["charging_periods"][1]["dimensions"] == [{"type": "PARKING_TIME", "volume": Decimal("0.5000")}]
    assert found["total_energy_cost"] == {"excl_vat": Decimal(5), "incl_vat": Decimal("5.95")}
    said = {"correction_number": "CN-2026-00001", "reason": "Too much", "written_at": BEGUN}
    costs = {"correction_excl": Decimal(-1), "correction_incl": Decimal("-1.19")}
    credit = ocpi.correction(found, said | costs)
    assert (credit["credit"], credit["credit_reference_id"], credit["id"]) == (True, "2026-000001", "CN-2026-00001")
    assert credit["total_cost"]["incl_vat"] == Decimal("-1.19")
    more = ocpi.correction(found, said | {"correction_excl": Decimal(1), "correction_incl": Decimal(1)})
    assert "credit" not in more
    assert "2026-000001" in more["remark"]


@pytest.mark.parametrize(("flags", "said"), [
    (["late_stop"], "only after its bill"), (["no_readings"], "didn't tell"), (["late_stop", "meter_jump"], "can't be"),
])  # fmt: skip
def test_the_letter_says_what_was_in_doubt(flags: list[str], said: str) -> None:
    more = {"driver": "", "place": "Markt 1", "sender": "Nord GmbH"}
    english, german = (letters.decided(Decision.ACCEPT, flags=flags, language=one, **more) for one in ("en", "de"))
    assert said in english.text
    assert english.text.split("\n\n")[1] != german.text.split("\n\n")[1]


@pytest.mark.parametrize("decision", Decision)
def test_the_letter_about_a_decision_speaks_the_operator_s_language(decision: Decision) -> None:
    def letter(language: str) -> letters.Letter:
        said = {"driver": "Dana", "place": "Markt 1", "sender": "Nord GmbH"}
        return letters.decided(decision, flags=["meter_jump"], language=language, **said)

    english, german = letter("en"), letter("de")
    assert letters.DECIDED[decision] in english.text
    assert english.text.startswith("Hello Dana,\n\nthe meter of the charger at Markt 1 ")
    assert german.text.startswith("Guten Tag Dana,\n\nder Zähler der Ladesäule (Markt 1) ")
    assert german.subject == "Zu Ihrem Ladevorgang"
    assert german.text.endswith("\n\nNord GmbH")
    assert not set(english.text.split("\n\n")[:3]) & set(german.text.split("\n\n"))
    assert letters.DECIDED[decision] not in german.text
