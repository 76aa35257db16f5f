"""A running session is priced again and again: by a tariff that restricts nothing, from the readings that tell
something. The bill is the same to the last digit."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.tariffs.model import Tariff
from backend.tariffs.rules import compact, price
from backend.transactions import flow_rules, pricing
from shared.transactions import ChargingState, TransactionState

BEGIN = datetime(2026, 11, 27, 8, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
TARIFF = msgspec.convert(
    {
        "currency": "EUR",
        "elements": [
            {
                "price_components": [
                    {"type": "ENERGY", "price": "0.49", "step_size": 1},
                    {"type": "TIME", "price": "1.20", "step_size": 1},
                    {"type": "PARKING_TIME", "price": "3.00", "step_size": 1},
                    {"type": "FLAT", "price": "0.35"},
                ]
            }
        ],
    },
    Tariff,
    strict=False,
)
STATES = [*(one.value for one in ChargingState), None]


def reading(minute: int, wh: int | None, state: str | None, *, trusted: bool = True) -> dict[str, Any]:
    return {
        "at": BEGIN + timedelta(minutes=minute),
        "energy_wh": wh,
        "current_a": Decimal(minute % 17),
        "charging_state": state,
        "trusted": trusted,
    }


def session(readings: list[dict[str, Any]], start_wh: int | None, energy_wh: int) -> dict[str, Any]:
    return {
        "state": TransactionState.ACTIVE,
        "begun_at": BEGIN,
        "reserved_from": None,
        "holds": [],
        "meter_start_wh": start_wh,
        "energy_wh": energy_wh,
    }


@st.composite
def readings(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Mostly charging and upwards, as it is; and everything else now and then."""
    found, wh, minute = [], draw(st.integers(0, 500)), 0
    state = draw(st.sampled_from(STATES))
    for _ in range(draw(st.integers(0, 25))):
        minute += draw(st.integers(1, 20))
        wh += draw(st.one_of(st.integers(0, 300), st.just(0), st.integers(-50, -1)))
        state = draw(st.one_of(st.just(state), st.just(state), st.just("charging"), st.sampled_from(STATES)))
        told = draw(st.one_of(st.just(wh), st.just(wh), st.just(wh), st.none()))
        found.append(reading(minute, told, state, trusted=draw(st.integers(0, 9)) > 0))
    return found


@given(readings(), st.one_of(st.none(), st.integers(0, 500)), st.integers(0, 6000), st.integers(0, 600))
def test_the_bill_is_the_same(some: list[dict[str, Any]], start_wh: int | None, energy_wh: int, minutes: int) -> None:
    row, ends_at = session(some, start_wh, energy_wh), BEGIN + timedelta(minutes=minutes)
    for edition in (1, pricing.EDITION):
        every = price(TARIFF, compact(TARIFF, pricing.periods(row, some, ends_at, edition)), BERLIN)
        assert pricing.bill(TARIFF, row, some, BERLIN, ends_at, edition) == every


def test_a_long_session_is_priced_from_few() -> None:
    some = [reading(minute, 100 * minute, "charging") for minute in range(300)]
    assert flow_rules.telling(some) == [some[0], some[-1]]


@pytest.mark.parametrize(
    "kept", [reading(2, 200, "suspended_ev"), reading(2, 50, "charging"), reading(2, 350, "charging")]
)
def test_what_tells_something_is_kept(kept: dict[str, Any]) -> None:
    some = [reading(0, 0, "charging"), reading(1, 100, "charging"), kept, reading(3, 300, "charging")]
    assert kept in flow_rules.telling(some)


def test_nothing_and_little_stay_as_they_are() -> None:
    one, two = reading(0, 0, "charging"), reading(1, 10, "charging")
    for some in ([], [one], [one, two]):
        assert flow_rules.telling(some) == some
