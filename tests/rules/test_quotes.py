"""Quote = bill, also with a reservation before: what a person was told, and what stored rows are billed."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.reservations.rules import How
from backend.tariffs import explaining, reserving
from backend.tariffs.model import Period, PeriodKind, Tariff
from backend.tariffs.rules import price
from backend.transactions import pricing, silent
from shared.transactions import TransactionState as State

BERLIN = ZoneInfo("Europe/Berlin")
BEGIN = datetime(2026, 3, 28, 6, 0, tzinfo=UTC)
"""A day before clocks are put forward: sessions reach into it."""


@st.composite
def tariffs(draw: st.DrawFn) -> Tariff:
    """With prices for reserving, some of them by the clock, and limits; every number a person might enter."""

    def cents(most: int) -> str:
        return f"{draw(st.integers(0, most)) / 1000:.3f}"

    def component(kind: str, most: int) -> dict[str, Any]:
        vat = draw(st.sampled_from([None, 7, 19]))
        return {"type": kind, "price": cents(most), "vat": vat, "step_size": draw(st.sampled_from([1, 60, 900]))}

    def restricted(components: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
        clock = draw(st.sampled_from([{}, {"start_time": "22:00", "end_time": "06:00"}, {"start_time": "08:30"}]))
        return {"price_components": components, "restrictions": clock | more}

    elements = []
    for part in ("RESERVATION_EXPIRES", "RESERVATION"):
        for kind, most in (("FLAT", 5_000), ("TIME", 9_000)):
            if draw(st.booleans()):
                elements.append(restricted([component(kind, most)], reservation=part))
    if draw(st.booleans()):
        elements.append(restricted([component("ENERGY", 900)], min_kwh=draw(st.integers(1, 20))))
    usual = (("FLAT", 2_000), ("ENERGY", 900), ("TIME", 3_000), ("PARKING_TIME", 9_000))
    elements.append({"price_components": [component(*one) for one in usual]})
    limits = {}
    if draw(st.booleans()):
        limits["min_price"] = {"excl_vat": cents(5_000)}
    if draw(st.booleans()):
        limits["max_price"] = {"excl_vat": str(5 + draw(st.integers(0, 40)))}
    free = {"parking_grace_minutes": draw(st.sampled_from([0, 15])), "parking_cap": draw(st.sampled_from([None, "3"]))}
    return msgspec.convert({"elements": elements, **limits, **free}, Tariff, strict=False)


def stored(**values: Any) -> dict[str, Any]:
    """A row of a session, as the database has it."""
    return {"state": State.ENDED, "reserved_from": None, "begun_at": None, "energy_wh": 0, "meter_start_wh": None,
            "meter_last_wh": None, "charging_state": None, "stop_reason": "", "holds": []} | values  # fmt: skip


def reading(at: datetime, wh: int, state: str) -> dict[str, Any]:
    return {"at": at, "energy_wh": wh, "current_a": None, "charging_state": state, "trusted": True}


@given(tariff=tariffs(), minutes=st.integers(1, 1_800), at=st.integers(0, 86_399))
def test_a_reservation_that_nobody_uses_is_billed_as_it_was_quoted(tariff: Tariff, minutes: int, at: int) -> None:
    """The price that `GET /reservations/price` tells, the hold, and the bill of what became of it."""
    begin = BEGIN + timedelta(seconds=at)
    end = begin + timedelta(minutes=minutes)
    quoted = reserving.unused(tariff, begin, end, BERLIN)
    for how, told in ((How.EXPIRED, quoted.expired), (How.GIVEN_BACK, quoted.given_back)):
        row = stored(state=State.RESERVED, stop_reason=how, reserved_from=begin, ended_at=end)
        assert pricing.bill(tariff, row, [], BERLIN, end) == told
    sooner = begin + timedelta(seconds=minutes * 30)
    row = stored(state=State.RESERVED, stop_reason=How.GIVEN_BACK, reserved_from=begin, ended_at=sooner)
    less, whole = pricing.bill(tariff, row, [], BERLIN, sooner), quoted.given_back
    # Where the most is said without VAT, hours of another VAT rate may change how much VAT is in it.
    assert less.payable <= whole.payable or less.total_excl_vat <= whole.total_excl_vat


@given(
    tariff=tariffs(),
    minutes=st.integers(1, 600),
    kwh=st.integers(1, 80),
    parking=st.integers(0, 600),
    at=st.integers(0, 1_439),
    looks=st.lists(st.integers(1, 599), max_size=4),
)
def test_a_reserved_session_is_billed_as_it_was_quoted(
    tariff: Tariff, minutes: int, kwh: int, parking: int, at: int, looks: list[int]
) -> None:
    """The reserved time and an example of a session, as told before; the bill of the readings; the running cost told
    for its end; and what is told of it later doesn't depend on how often somebody looked."""
    begin = BEGIN + timedelta(minutes=at)
    since = begin - timedelta(minutes=minutes)
    kept = Period(kind=PeriodKind.RESERVATION, begins_at=since, ends_at=begin)
    shown = explaining.example(tariff, begin, BERLIN, 11_000, kwh, parking)
    full = begin + timedelta(minutes=shown.charging_minutes)
    end = full + timedelta(minutes=parking)
    quoted = price(tariff, [kept, *explaining.session(begin, kwh * 1000, shown.charging_minutes, parking)], BERLIN)

    wh, top = kwh * 1000, 7_000 + kwh * 1000
    readings = [reading(begin, 7_000, "charging")]
    for look in sorted(set(looks)):
        if 0 < (share := Decimal(look) / shown.charging_minutes) < 1 and (wh * share) % 1 == 0:
            readings.append(reading(begin + timedelta(minutes=look), 7_000 + int(wh * share), "charging"))
    readings.append(reading(full, top, "suspended_ev"))
    row = stored(
        begun_at=begin, reserved_from=since, energy_wh=wh, meter_start_wh=7_000, meter_last_wh=top,
        charging_state="suspended_ev",
    )  # fmt: skip
    billed = pricing.bill(tariff, row, readings, BERLIN, end)
    assert abs(billed.total_excl_vat - quoted.total_excl_vat) <= Decimal("0.0001")
    assert abs(billed.total_incl_vat - quoted.total_incl_vat) <= Decimal("0.0001")
    assert abs(pricing.projected(tariff, row, readings, BERLIN, wh, end) - billed.payable) <= Decimal("0.01")
    assert abs(billed.payable - billed.total_incl_vat) <= Decimal("0.0051")
    assert [(one.kind, one.quantity) for one in billed.lines] == [(one.kind, one.quantity) for one in quoted.lines]
    alone = pricing.bill(tariff, row | {"reserved_from": None}, readings, BERLIN, end)
    assert alone.total_excl_vat <= billed.total_excl_vat
    if not tariff.min_price and not tariff.max_price:
        assert abs(alone.total_incl_vat - shown.bill.total_incl_vat) <= Decimal("0.0001")


@pytest.mark.parametrize(
    ("kind", "price", "alone"),
    [("TIME", "3", True), ("PARKING_TIME", "6", True), ("PARKING_TIME", "0", False), ("ENERGY", "0.5", False)],
)
def test_what_costs_more_without_a_word_of_the_station(kind: str, price: str, alone: bool) -> None:
    parts = [{"type": "ENERGY", "price": "0.4"}, {"type": kind, "price": price}]
    definition = {"elements": [{"price_components": parts}]}
    assert silent.grows_alone(msgspec.convert(definition, Tariff, strict=False)) is alone


def test_sessions_that_began_together_are_not_priced_together_for_ever() -> None:
    """The first time at once, the second spread over the ten seconds, later ones every ten."""
    rows = [{"id": UUID(int=n), "tariff": UUID(int=1)} for n in range(7_000, 7_100)]
    assert all(pricing._due(row, BEGIN) for row in rows)
    for row in rows:
        pricing._costed_now(row, BEGIN, 1)
    due = [sum(pricing._due(row, BEGIN + timedelta(seconds=s)) for row in rows) for s in range(11)]
    assert due == [10 * s + 1 for s in range(10)] + [100]
    for row in rows:
        pricing._costed_now(row, BEGIN, 1)
    assert not any(pricing._due(row, BEGIN + pricing.COST_EVERY * 0.99) for row in rows)
    assert all(pricing._due(row, BEGIN + pricing.COST_EVERY) for row in rows)
