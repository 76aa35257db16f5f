"""Taxes of a bill: whatever the lines are, what is printed adds up."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.tariffs import taxes
from backend.tariffs.rules import round_money
from shared.money import ReceiptLine


def line(amount: str | Decimal, rate: str | Decimal | None, kind: str = "energy", incl: str = "") -> ReceiptLine:
    excl = Decimal(amount)
    vat = None if rate is None else Decimal(rate)
    gross = Decimal(incl) if incl else round(excl * (1 + (vat or Decimal(0)) / 100), 4)
    return ReceiptLine(
        kind=kind,
        label=kind,
        quantity=Decimal(1),
        unit="",
        unit_price=excl,
        amount=excl,
        vat_rate=vat,
        amount_incl=gross,
    )


amounts = st.decimals(min_value=0, max_value=500, places=4)
rates = st.sampled_from([None, Decimal(0), Decimal("19.0"), Decimal(19), Decimal(7), Decimal("8.1")])
bills = st.lists(st.builds(line, amounts, rates), max_size=6)


@given(bills, st.sampled_from(["EUR", "JPY", "KWD"]))
def test_everything_printed_adds_up(lines: list[ReceiptLine], currency: str) -> None:
    total = round_money(sum((one.amount_incl for one in lines), Decimal(0)), currency)
    found = taxes.split(lines, total, currency)
    assert sum(round_money(one.amount_incl, currency) for one in lines) + found.rounding == total
    assert sum(one.gross for one in found.taxes) == total
    assert all(one.net + one.tax == one.gross for one in found.taxes)
    assert found.net + found.tax == total
    assert len({one.rate for one in found.taxes}) == len(found.taxes)


@given(st.lists(bills, max_size=4))
def test_sums_of_bills_are_the_sums_of_their_taxes(several: list[list[ReceiptLine]]) -> None:
    splits = [
        taxes.split(lines, round_money(sum((one.amount_incl for one in lines), Decimal(0)), "EUR"), "EUR")
        for lines in several
    ]
    merged = taxes.merged(one.taxes for one in splits)
    assert sum(one.net for one in merged) == sum(one.net for one in splits)
    assert sum(one.tax for one in merged) == sum(one.tax for one in splits)


@pytest.mark.parametrize(
    ("lines", "total", "expected"),
    [
        ([], "0", []),
        ([line("10", "19")], "11.90", [("19", "10.00", "1.90")]),
        ([line("10", "19"), line("10", "7.0")], "22.60", [("7", "10.00", "0.70"), ("19", "10.00", "1.90")]),
        ([line("0.30", "19"), line("1", None, "minimum", "1.19")], "1.55", [("19", "1.30", "0.25")]),
        ([line("5", None)], "5.00", [(None, "5.00", "0.00")]),
    ],
)
def test_by_hand(lines: list[ReceiptLine], total: str, expected: list[tuple[str | None, str, str]]) -> None:
    found = taxes.split(lines, Decimal(total), "EUR").taxes
    assert [(str(one.rate) if one.rate is not None else None, str(one.net), str(one.tax)) for one in found] == expected
