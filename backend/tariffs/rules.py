"""The price of a session: one pure function from periods to a bill. Quote, running cost and receipt all come from it.

The session is cut where a restriction begins or ends to hold; for each piece and dimension the first element that
applies gives the price; quantities are added up exactly (as fractions) and rounded up to the step once, as
OCPI 2.2.1 says: energy in total, times only for the dimension that ends the session, a reservation by itself.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import product
from zoneinfo import ZoneInfo

import msgspec

from backend.tariffs.model import Bill, Dimension, Line, Period, PeriodKind, PriceComponent, Tariff
from backend.tariffs.pieces import A_SECOND, HOUR, RESERVATION_PARTS, UNUSED, Exact, Piece, applies, parts, pieces
from shared.money import MINOR_UNITS

PLACES = Decimal("0.0001")
TIME_DIMENSION: dict[PeriodKind, Dimension | None] = {
    PeriodKind.CHARGING: Dimension.TIME,
    PeriodKind.PARKING: Dimension.PARKING_TIME,
    PeriodKind.WAITING: None,
    PeriodKind.RESERVATION: Dimension.TIME,
    PeriodKind.RESERVATION_EXPIRED: Dimension.TIME,
    PeriodKind.RESERVATION_CANCELLED: Dimension.TIME,
}


def round_money(amount: Decimal | Fraction, currency: str) -> Decimal:
    """To the smallest coin of the currency, halves up."""
    return exact(Fraction(amount), Decimal(1).scaleb(-MINOR_UNITS.get(currency, 2)))


def exact(value: Fraction, places: Decimal = PLACES) -> Decimal:
    """Rounded to so many places, halves up."""
    digits = -int(places.as_tuple().exponent)
    double = 2 * value.denominator
    whole = (2 * value.numerator * 10**digits + value.denominator) // double
    return Decimal(whole).scaleb(-digits)


class _Entry:
    """What one price component gathered: quantity in Wh, microseconds, or times."""

    __slots__ = ("begin", "component", "end", "kind", "quantity")

    def __init__(self, kind: str, component: PriceComponent, piece: Piece) -> None:
        self.kind = kind
        self.component = component
        self.quantity: Exact = 0
        self.begin = piece.begin
        self.end = piece.end

    @property
    def per(self) -> int:
        return {Dimension.FLAT: 1, Dimension.ENERGY: 1000}.get(self.component.type, HOUR * A_SECOND)

    @property
    def step(self) -> int:
        """Of the quantity."""
        return self.component.step_size * (1 if self.component.type is Dimension.ENERGY else A_SECOND)

    @property
    def sold(self) -> Fraction:
        """In the unit that the price is for."""
        return Fraction(self.quantity) / self.per

    @property
    def amount(self) -> Fraction:
        return self.sold * Fraction(self.component.price)


def price(tariff: Tariff, periods: Sequence[Period], zone: ZoneInfo) -> Bill:
    """The bill of a session, or of a reservation that none followed (then without the minimum, which OCPI asks for a
    charging session). `zone`: the clock of the location. No periods: nothing to pay, but a minimum price."""
    entries: list[_Entry] = []
    flats: set[str] = set()
    grace = tariff.parking_grace_minutes * 60 * A_SECOND
    last_time: _Entry | None = None
    for piece in pieces(tariff, periods, zone):
        micros = piece.micros
        if piece.period.kind is PeriodKind.PARKING and grace:
            free = min(grace, micros)
            grace -= free
            micros -= free
        for kind, component in applying(tariff, piece, zone):
            quantity = {Dimension.FLAT: 1, Dimension.ENERGY: piece.energy_wh}.get(component.type, micros)
            if quantity <= 0 or (component.type is Dimension.FLAT and kind in flats):
                continue
            if component.type is Dimension.FLAT:
                flats.add(kind)
            entry = _entry(entries, kind, component, piece)
            entry.quantity += quantity
            entry.end = max(entry.end, piece.end)
            if kind in ("time", "parking"):
                last_time = entry
    _round_up(entries, last_time)
    unused = bool(periods) and all(period.kind in UNUSED for period in periods)
    bill = _bill(msgspec.structs.replace(tariff, min_price=None) if unused else tariff, entries)
    return msgspec.structs.replace(bill, waited_s=waited_s(periods))


def waited_s(periods: Sequence[Period]) -> int:
    """Whole seconds in which the car was made to wait for power."""
    waited = (period.ends_at - period.begins_at for period in periods if period.kind is PeriodKind.WAITING)
    return sum(waited, timedelta(0)) // timedelta(seconds=1)


def applying(tariff: Tariff, piece: Piece, zone: ZoneInfo) -> Iterator[tuple[str, PriceComponent]]:
    """For each dimension of the piece the first component that applies."""
    reserved = piece.period.kind in RESERVATION_PARTS
    wanted = {Dimension.FLAT, TIME_DIMENSION[piece.period.kind], None if reserved else Dimension.ENERGY} - {None}
    for part, element in product(parts(piece), tariff.elements):
        if not wanted:
            return
        if not applies(element.restrictions, piece, zone, part):
            continue
        for component in element.price_components:
            if component.type in wanted:
                wanted.discard(component.type)
                yield _kind(component.type, piece), component


def _kind(dimension: Dimension, piece: Piece) -> str:
    if piece.period.kind in RESERVATION_PARTS:
        flat = "_flat" if dimension is Dimension.FLAT else ""
        return f"{piece.period.kind}{flat}"
    return {"PARKING_TIME": "parking"}.get(dimension, dimension.lower())


def _entry(entries: list[_Entry], kind: str, component: PriceComponent, piece: Piece) -> _Entry:
    for entry in entries:
        if entry.kind == kind and entry.component == component:
            return entry
    entries.append(_Entry(kind, component, piece))
    return entries[-1]


def _round_up(entries: list[_Entry], last_time: _Entry | None) -> None:
    """Fill the last used component of a dimension up to its step; the dimension's total counts."""
    last: dict[str, _Entry] = {}
    for entry in entries:
        if entry.component.type is not Dimension.FLAT:
            before = last.get(entry.kind)
            last[entry.kind] = entry if before is None or entry.end >= before.end else before
    for kind, entry in last.items():
        if kind in ("time", "parking") and (last_time is None or last_time.kind != kind):
            continue
        if kind in ("time", "parking") and last_time is not None:
            entry = last_time
        total = sum(one.quantity for one in entries if one.kind == kind)
        entry.quantity += -total % entry.step


def _bill(tariff: Tariff, entries: Iterable[_Entry]) -> Bill:
    lines, excl, incl = list[Line](), Fraction(0), Fraction(0)
    by_rate: dict[Decimal | None, Fraction] = {}
    parking_left = None if tariff.parking_cap is None else Fraction(tariff.parking_cap)
    for entry in entries:
        amount = entry.amount
        if entry.kind == "parking" and parking_left is not None:
            amount = min(amount, parking_left)
            parking_left -= amount
        vat = Fraction(entry.component.vat or 0) / 100
        excl += amount
        incl += amount * (1 + vat)
        by_rate[entry.component.vat] = by_rate.get(entry.component.vat, Fraction(0)) + amount
        lines.append(
            Line(
                kind=entry.kind,
                quantity=exact(entry.sold),
                unit={Dimension.FLAT: "", Dimension.ENERGY: "kWh"}.get(entry.component.type, "h"),
                unit_price=entry.component.price,
                amount_excl=exact(amount),
                vat_rate=entry.component.vat,
                amount_incl=exact(amount * (1 + vat)),
                begins_at=entry.begin,
                ends_at=entry.end,
            )
        )
    for kind, limit, better in (("minimum", tariff.min_price, max), ("maximum", tariff.max_price, min)):
        if limit is None:
            continue
        new_excl = better(excl, Fraction(limit.excl_vat))
        if limit.incl_vat is None:
            parts = _taxed(tariff, by_rate, new_excl - excl)
            new_incl = incl + sum((part * (1 + Fraction(rate or 0) / 100) for rate, part in parts), Fraction(0))
            for rate, part in parts:
                by_rate[rate] = by_rate.get(rate, Fraction(0)) + part
                lines.append(_adjustment(kind, part, part * (1 + Fraction(rate or 0) / 100), rate))
        else:
            new_incl = better(incl, Fraction(limit.incl_vat))
            if (new_excl, new_incl) != (excl, incl):
                lines.append(_adjustment(kind, new_excl - excl, new_incl - incl))
        excl, incl = new_excl, new_incl
    return Bill(
        currency=tariff.currency,
        lines=tuple(lines),
        total_excl_vat=exact(excl),
        total_incl_vat=exact(incl),
        payable=round_money(incl, tariff.currency),
    )


def _taxed(
    tariff: Tariff, by_rate: dict[Decimal | None, Fraction], change: Fraction
) -> list[tuple[Decimal | None, Fraction]]:
    """How a change of the net total is taxed where the limit names none with VAT: as what was sold, rate by rate. Of a
    session that cost nothing, with the highest rate of its tariff."""
    if not change:
        return []
    whole = sum(by_rate.values(), Fraction(0))
    if whole:
        return [(rate, change * part / whole) for rate, part in by_rate.items() if part]
    rates = [one.vat for element in tariff.elements for one in element.price_components if one.vat is not None]
    return [(max(rates, default=None), change)]


def _adjustment(kind: str, excl: Fraction, incl: Fraction, rate: Decimal | None = None) -> Line:
    return Line(
        kind=kind,
        quantity=Decimal(1),
        unit="",
        unit_price=exact(excl),
        amount_excl=exact(excl),
        vat_rate=rate,
        amount_incl=exact(incl),
    )


def restricts(tariff: Tariff) -> bool:
    """Whether any of its prices holds at some times, or for some sessions, only."""
    return any(element.restrictions for element in tariff.elements)


def compact(tariff: Tariff, periods: Sequence[Period]) -> Sequence[Period]:
    """The same session in fewer periods, where the tariff can't tell the difference."""
    if restricts(tariff):
        return periods
    found: list[Period] = []
    for period in sorted(periods, key=lambda one: one.begins_at):
        last = found[-1] if found else None
        if last is not None and last.kind is period.kind and last.ends_at == period.begins_at:
            found[-1] = Period(
                kind=last.kind,
                begins_at=last.begins_at,
                ends_at=period.ends_at,
                energy_wh=last.energy_wh + period.energy_wh,
            )
        else:
            found.append(period)
    return found
