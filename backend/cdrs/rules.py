"""What a correction of a bill says, rate by rate, and which meters need a decision. Pure."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

import msgspec

from backend.tariffs.rules import round_money
from shared.money import ReceiptLine, TaxLine

DOUBTFUL = ("meter_backwards", "meter_jump", "meter_stopped", "no_start_register", "no_readings", "late_stop")
NEEDS_DECISION = "needs_decision"


def doubts(flags: Iterable[str]) -> list[str]:
    known = set(flags)
    return [flag for flag in DOUBTFUL if flag in known]


def left(total: Decimal, corrections: Iterable[Decimal]) -> Decimal:
    """What is to pay of a bill. Corrections are signed."""
    return total + sum(corrections, Decimal(0))


def why_not(amount: Decimal, still: Decimal, currency: str) -> str:
    """Why so much can't be credited, in plain words; empty: it can."""
    if still <= 0:
        return "Nothing is left of this bill that could be credited."
    if not amount.is_finite() or amount <= 0:
        return "The amount must be more than zero."
    if round_money(amount, currency) != amount:
        return "The amount is finer than the smallest coin of the currency."
    if amount > still:
        return f"At most {still.normalize():f} {currency} are left of this bill."
    return ""


def turned(lines: Sequence[ReceiptLine]) -> list[ReceiptLine]:
    """The same lines with their signs turned: a whole bill credited."""
    return [
        msgspec.structs.replace(
            one, quantity=-one.quantity, amount=-one.amount, amount_incl=-one.amount_incl, begins_at=None, ends_at=None
        )
        for one in lines
    ]


def turned_taxes(taxes: Sequence[TaxLine]) -> list[TaxLine]:
    return [TaxLine(rate=one.rate, net=-one.net, tax=-one.tax, gross=-one.gross) for one in taxes]


def shares(taxes: Sequence[TaxLine], amount: Decimal, currency: str) -> list[TaxLine]:
    """`amount` (with its sign, VAT included) over the rates of the original, as they stand to each other there; it
    adds up to the smallest coin. A bill of nothing: no rate."""
    whole = sum((one.gross for one in taxes), Decimal(0))
    if whole == 0:
        return [TaxLine(rate=None, net=amount, tax=Decimal(0), gross=amount)]
    found: list[TaxLine] = []
    rest = amount
    for place, one in enumerate(taxes):
        gross = rest if place == len(taxes) - 1 else _signed(amount * one.gross / whole, currency)
        rest -= gross
        if gross:
            net = _signed(gross * 100 / (100 + (one.rate or 0)), currency)
            found.append(TaxLine(rate=one.rate, net=net, tax=gross - net, gross=gross))
    return found


def _signed(amount: Decimal, currency: str) -> Decimal:
    """Halves away from zero: a credit of a half is the half that was billed, turned."""
    return round_money(amount, currency) if amount >= 0 else -round_money(-amount, currency)


def lines_of(taxes: Sequence[TaxLine], label: str) -> list[ReceiptLine]:
    return [
        ReceiptLine(
            kind="correction",
            label=label,
            quantity=Decimal(1),
            unit="",
            unit_price=one.net,
            amount=one.net,
            vat_rate=one.rate,
            amount_incl=one.gross,
        )
        for one in taxes
    ]


def totals(taxes: Sequence[TaxLine]) -> tuple[Decimal, Decimal]:
    """(without VAT, with VAT)."""
    return sum((one.net for one in taxes), Decimal(0)), sum((one.gross for one in taxes), Decimal(0))
