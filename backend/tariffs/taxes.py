"""What a bill says of its taxes, rate by rate, so that everything printed adds up to the smallest coin. Pure."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

import msgspec

from backend.tariffs.rules import round_money
from shared.money import ReceiptLine, TaxLine

NEAR = Decimal("0.5")
"""An adjustment (minimum, maximum) names no rate: one within half a point of a rate of the bill is that rate."""


class Split(msgspec.Struct, frozen=True):
    """rounding: what the lines as printed lack (or have too much) against the total; it has its share of tax."""

    taxes: list[TaxLine]
    rounding: Decimal
    net: Decimal
    tax: Decimal


def split(lines: Sequence[ReceiptLine], total: Decimal, currency: str) -> Split:
    """`total`: what is to pay, rounded as the currency wants. The gross amounts of `taxes` add up to it exactly."""
    groups: dict[Decimal | None, Decimal] = {}
    known = sorted({line.vat_rate for line in lines if line.vat_rate is not None})
    for line in lines:
        rate = _rate(line, known)
        groups[rate] = groups.get(rate, Decimal(0)) + round_money(line.amount_incl, currency)
    rounding = total - sum(groups.values(), Decimal(0))
    if rounding:
        largest = max(groups, key=lambda rate: abs(groups[rate]), default=None)
        groups[largest] = groups.get(largest, Decimal(0)) + rounding
    taxes = [_tax(rate, gross, currency) for rate, gross in sorted(groups.items(), key=_by_rate)]
    net = sum((one.net for one in taxes), Decimal(0))
    return Split(taxes=taxes, rounding=rounding, net=net, tax=total - net)


def merged(parts: Iterable[Sequence[TaxLine]]) -> list[TaxLine]:
    """The sums of several bills, rate by rate."""
    found: dict[Decimal | None, TaxLine] = {}
    for part in parts:
        for one in part:
            rate = _plain(one.rate)
            so_far = found.get(rate)
            found[rate] = TaxLine(
                rate=rate,
                net=one.net + (so_far.net if so_far else 0),
                tax=one.tax + (so_far.tax if so_far else 0),
                gross=one.gross + (so_far.gross if so_far else 0),
            )
    return [one for _, one in sorted(found.items(), key=_by_rate)]


def _by_rate(item: tuple[Decimal | None, object]) -> Decimal:
    return Decimal(-1) if item[0] is None else item[0]


def _rate(line: ReceiptLine, known: Sequence[Decimal]) -> Decimal | None:
    if line.vat_rate is not None:
        return _plain(line.vat_rate)
    if not line.amount or line.amount == line.amount_incl:
        return None
    implied = (line.amount_incl / line.amount - 1) * 100
    nearest = min(known, key=lambda rate: abs(rate - implied), default=None)
    return _plain(nearest if nearest is not None and abs(nearest - implied) <= NEAR else round(implied, 2))


def _plain(rate: Decimal | None) -> Decimal | None:
    """19, 19.0 and 19.00 are one rate."""
    if rate is None:
        return None
    return rate.quantize(Decimal(1)) if rate == rate.to_integral_value() else rate.normalize()


def _tax(rate: Decimal | None, gross: Decimal, currency: str) -> TaxLine:
    net = gross if not rate else round_money(gross * 100 / (100 + rate), currency)
    return TaxLine(rate=rate, net=net, tax=gross - net, gross=gross)
