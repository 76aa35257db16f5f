"""When a stop is sent so that a session ends at its target."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.guests.rules import wished
from backend.transactions import target_rules as rules
from shared.money import TargetNew, TargetState

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def progress(**values: Any) -> rules.Progress:
    return rules.Progress(**({"begun_at": NOW - timedelta(minutes=30), "last_at": NOW, "energy_wh": 5_000} | values))


def never(_: datetime) -> Decimal:
    raise AssertionError("asked for the cost of a target that isn't money")


@pytest.mark.parametrize(
    ("goal", "now", "expected"),
    [
        (TargetNew(minutes=30), progress(), NOW),
        (TargetNew(minutes=31), progress(), NOW + timedelta(minutes=1)),
        (TargetNew(minutes=60), progress(), None),
        (TargetNew(soc_percent=80), progress(soc_percent=80), NOW),
        (TargetNew(soc_percent=80), progress(soc_percent=79), None),
        (TargetNew(soc_percent=80), progress(), None),
        (TargetNew(energy_wh=5_000), progress(), NOW),
        (TargetNew(energy_wh=6_000), progress(), None),  # nothing flows
        (TargetNew(energy_wh=6_000), progress(power_w=36_000), NOW + timedelta(seconds=95)),
        (TargetNew(energy_wh=5_010), progress(power_w=36_000), NOW),  # a second from here: before the stop arrives
        (TargetNew(energy_wh=50_000), progress(power_w=1), None),
    ],
)
def test_when_to_stop(goal: TargetNew, now: rules.Progress, expected: datetime | None) -> None:
    assert rules.stop_at(goal, now, NOW, never) == expected


@given(
    money=st.integers(1, 2_000),
    cents_per_kwh=st.integers(1, 200),
    power_w=st.integers(0, 350_000),
    wh=st.integers(0, 20_000),
)
def test_the_bill_never_goes_beyond_the_money_noticeably(money: int, cents_per_kwh: int, power_w: int, wh: int) -> None:
    goal, now = TargetNew(money=Decimal(money) / 100), progress(power_w=power_w, energy_wh=wh)

    def cost_at(moment: datetime) -> Decimal:
        return Decimal(rules.energy_at(now, moment)) * cents_per_kwh / 100_000

    due = rules.stop_at(goal, now, NOW, cost_at)
    assert goal.money is not None
    if due is None:
        assert cost_at(NOW + rules.AHEAD) < goal.money
        return
    second = cost_at(NOW + timedelta(seconds=1)) - cost_at(NOW)
    if due > NOW:  # there was time: it ends below the target, and by less than two seconds' worth
        assert goal.money - 2 * second - Decimal("0.01") <= cost_at(due + rules.LEAD) < goal.money


@pytest.mark.parametrize(
    ("goal", "least", "now", "said"),
    [
        (TargetNew(), None, None, "Choose one"),
        (TargetNew(minutes=5, soc_percent=5), None, None, "Choose one"),
        (TargetNew(money=Decimal(5)), None, None, "costs nothing here"),
        (TargetNew(money=Decimal("5.001")), Decimal(0), None, "smallest coin"),
        (TargetNew(money=Decimal(1)), Decimal("1.00"), None, "costs 1 EUR already"),
        (TargetNew(energy_wh=5_000), None, progress(), "5 kWh are in the car already"),
        (TargetNew(soc_percent=50), None, progress(soc_percent=50), "50 % already"),
        (TargetNew(money=Decimal(2)), Decimal(1), progress(), ""),
        (TargetNew(soc_percent=80), None, None, ""),
    ],
)
def test_what_can_be_no_target(goal: TargetNew, least: Decimal | None, now: rules.Progress | None, said: str) -> None:
    why = rules.why_not(goal, currency="EUR", least=least, progress=now)
    assert said in why if said else why == ""


@pytest.mark.parametrize(
    ("money", "currency", "fine"),
    [
        ("1.234", "KWD", True),
        ("1.2345", "KWD", False),
        ("10", "JPY", True),
        ("10.50", "JPY", False),
        ("1.5", "EUR", True),
    ],
)
def test_an_amount_has_the_decimals_of_its_currency(money: str, currency: str, fine: bool) -> None:
    why = rules.why_not(TargetNew(money=Decimal(money)), currency=currency, least=Decimal(0), progress=None)
    assert (why == "") is fine


@pytest.mark.parametrize("falls_at", [31, 61, 119, 10_000])
def test_a_price_that_falls_again_is_stopped_before_its_first_step(falls_at: int) -> None:
    """61 minutes by steps of an hour cost two of them, until a minute of another price ends the session."""

    def cost_at(moment: datetime) -> Decimal:
        later = (moment - NOW - rules.LEAD).total_seconds()
        return Decimal("12.00") if 1 <= later < falls_at else Decimal("6.10")

    assert rules.stop_at(TargetNew(money=Decimal(10)), progress(), NOW, cost_at) == NOW


def test_shown_with_how_far_it_is() -> None:
    row = {"cost": Decimal(4), "energy_wh": 4_000, "soc_percent": None}
    for stored, share in (
        ({"money": "16", "currency": "EUR"}, Decimal("0.25")),
        ({"energy_wh": 3_000}, Decimal(1)),
        ({"minutes": 20}, None),
        ({"soc_percent": 80}, None),
    ):
        shown = rules.shown(stored, row)
        assert shown is not None
        assert (shown.share, shown.state) == (share, TargetState.WAITING)
    assert rules.shown(None, row) is None


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("money", "10,50", TargetNew(money=Decimal("10.50"))),
        ("money", "1,234", TargetNew(money=Decimal("1.234"))),  # of dinars; the currency decides later
        ("money", "1.2345", ValueError),
        ("energy", " 20 ", TargetNew(energy_wh=20_000)),
        ("minutes", "45", TargetNew(minutes=45)),
        ("money", "", None),
        ("energy", "-3", ValueError),
        ("battery", "80", ValueError),
        ("minutes", "0", ValueError),
        ("money", "1e5", ValueError),
    ],
)
def test_what_a_guest_s_form_says(kind: str, value: str, expected: Any) -> None:
    if expected is ValueError:
        with pytest.raises(ValueError):  # noqa: PT011  # msgspec's too
            wished(kind, value)
    else:
        assert wished(kind, value) == expected
