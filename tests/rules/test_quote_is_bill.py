"""What is told before is what is billed after, reservations included: laws of the two ways through the engine."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from backend.reservations.rules import How
from backend.tariffs import explaining, reserving
from backend.tariffs.model import Period, PeriodKind, Tariff
from backend.tariffs.rules import price
from backend.transactions import pricing
from shared.transactions import TransactionState
from tests.rules.test_tariffs import PLAIN, RESERVABLE, TANGLED

BERLIN = ZoneInfo("Europe/Berlin")
MIDNIGHT = datetime(2026, 3, 1, 23, 0, tzinfo=UTC)
prices = st.sampled_from([*RESERVABLE, PLAIN, TANGLED])
minutes = st.integers(1, 600)


def unused(how: How, begin: datetime) -> dict[str, Any]:
    return {"state": TransactionState.RESERVED, "stop_reason": how.value, "reserved_from": begin}


def session(begin: datetime, wh: int, reserved_from: datetime | None) -> dict[str, Any]:
    return {
        "state": TransactionState.ENDED,
        "reserved_from": reserved_from,
        "begun_at": begin,
        "meter_start_wh": 7_000,
        "energy_wh": wh,
        "meter_last_wh": 7_000 + wh,
        "charging_state": None,
    }


def stored(at: datetime, wh: int, charging: bool) -> dict[str, Any]:
    state = "charging" if charging else "suspended_ev"
    return {"at": at, "energy_wh": 7_000 + wh, "current_a": None, "charging_state": state, "trusted": True}


@given(one=prices, at=st.integers(0, 1439), kept=minutes, until=minutes)
def test_what_an_unused_reservation_was_said_to_cost_is_its_bill(one: Tariff, at: int, kept: int, until: int) -> None:
    begin = MIDNIGHT + timedelta(minutes=at)
    end, given_back = begin + timedelta(minutes=kept), begin + timedelta(minutes=min(kept, until))
    told = reserving.unused(one, begin, end, BERLIN)
    assert pricing.bill(one, unused(How.EXPIRED, begin), [], BERLIN, end) == told.expired
    assert pricing.bill(one, unused(How.GIVEN_BACK, begin), [], BERLIN, end) == told.given_back
    # Given back before its end it never costs more than was said, and than was set aside.
    early = pricing.bill(one, unused(How.GIVEN_BACK, begin), [], BERLIN, given_back)
    assert early.payable <= told.given_back.payable


@given(
    one=prices, at=st.integers(0, 1439), kept=st.integers(0, 300), kwh=st.integers(1, 100), parking=st.integers(0, 300)
)
def test_an_example_with_reserved_time_is_the_bill_of_that_session(
    one: Tariff, at: int, kept: int, kwh: int, parking: int
) -> None:
    """As the example is priced, and as a station's readings of the same session are."""
    begin = MIDNIGHT + timedelta(minutes=at)
    reserved_from = begin - timedelta(minutes=kept) if kept else None
    shown = explaining.example(one, begin, BERLIN, 11_000, kwh, parking)
    full = begin + timedelta(minutes=shown.charging_minutes)
    end = full + timedelta(minutes=parking)
    reserved = [Period(kind=PeriodKind.RESERVATION, begins_at=reserved_from, ends_at=begin)] if reserved_from else []
    periods = explaining.session(begin, kwh * 1000, shown.charging_minutes, parking)
    quoted = price(one, [*reserved, *periods], BERLIN)
    readings = [stored(begin, 0, charging=True), stored(full, kwh * 1000, charging=False)]
    billed = pricing.bill(one, session(begin, kwh * 1000, reserved_from), readings, BERLIN, end)
    assert (billed.total_excl_vat, billed.total_incl_vat, billed.payable) == (
        quoted.total_excl_vat, quoted.total_incl_vat, quoted.payable,
    )  # fmt: skip
    assert [(line.kind, line.quantity) for line in billed.lines] == [
        (line.kind, line.quantity) for line in quoted.lines
    ]
    assert quoted.payable >= shown.bill.payable
    assert Decimal(0) <= billed.payable


@given(one=prices, kept=st.integers(0, 300), wh=st.integers(0, 60_000), more=st.integers(1, 20_000), on=minutes)
def test_a_running_cost_that_was_foreseen_is_the_bill_when_it_comes_so(
    one: Tariff, kept: int, wh: int, more: int, on: int
) -> None:
    """What a target in money is watched by, with reserved time in the bill."""
    begin = MIDNIGHT + timedelta(hours=9)
    now, end = begin + timedelta(minutes=30), begin + timedelta(minutes=30 + on)
    running = session(begin, wh, begin - timedelta(minutes=kept)) | {"charging_state": "charging"}
    readings = [stored(begin, 0, charging=True), stored(now, wh, charging=True)]
    foreseen = pricing.projected(one, running, readings, BERLIN, wh + more, end)
    ended = session(begin, wh + more, begin - timedelta(minutes=kept))
    final = pricing.bill(one, ended, [*readings, stored(end, wh + more, charging=True)], BERLIN, end)
    assert foreseen == final.payable
