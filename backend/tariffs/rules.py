"""The price of a session: one pure function from periods to a bill. Quote, running cost and receipt all come from it.

The session is cut where a restriction begins or ends to hold; for each piece and dimension the first element that
applies gives the price; quantities are added up exactly (as fractions) and rounded up to the step once, as
OCPI 2.2.1 says: energy in total, times only for the dimension that ends the session, a reservation by itself.
"""
# Longer than 400 lines: one calculation, read from top to bottom; cut in two, each half would need the other.

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

from backend.tariffs.model import (
    WEEKDAYS,
    Bill,
    Dimension,
    Headline,
    Line,
    Period,
    PeriodKind,
    PriceComponent,
    ReservationPart,
    Restrictions,
    Tariff,
)

HOUR = 3600
PLACES = Decimal("0.0001")
# ISO 4217 minor units that aren't 2.
MINOR_UNITS = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
}
RESERVATION_PART = {
    PeriodKind.RESERVATION: ReservationPart.RESERVATION,
    PeriodKind.RESERVATION_EXPIRED: ReservationPart.RESERVATION_EXPIRES,
}
TIME_DIMENSION = {
    PeriodKind.CHARGING: Dimension.TIME,
    PeriodKind.PARKING: Dimension.PARKING_TIME,
    PeriodKind.RESERVATION: Dimension.TIME,
    PeriodKind.RESERVATION_EXPIRED: Dimension.TIME,
}


def round_money(amount: Decimal | Fraction, currency: str) -> Decimal:
    """To the smallest coin of the currency, halves up."""
    return _decimal(Fraction(amount), Decimal(1).scaleb(-MINOR_UNITS.get(currency, 2)))


def _decimal(value: Fraction, places: Decimal = PLACES) -> Decimal:
    scaled = value / Fraction(places)
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return (Decimal(whole) * places).quantize(places, ROUND_HALF_UP)


# --- cutting a session into pieces ------------------------------------------------------------------------


@dataclass(slots=True)
class _Piece:
    """A part of a period in which the same elements apply."""

    period: Period
    begin: datetime
    end: datetime
    energy_wh: Fraction
    energy_before: Fraction
    elapsed: Fraction

    @property
    def seconds(self) -> Fraction:
        return _seconds(self.end - self.begin)


def _seconds(span: timedelta) -> Fraction:
    return Fraction(span // timedelta(microseconds=1), 1_000_000)


def _pieces(tariff: Tariff, periods: Sequence[Period], zone: ZoneInfo) -> Iterator[_Piece]:
    energy, elapsed = Fraction(0), Fraction(0)
    rules = [element.restrictions for element in tariff.elements if element.restrictions]
    for period in sorted(periods, key=lambda one: one.begins_at):
        whole = _seconds(period.ends_at - period.begins_at)
        wh = max(Fraction(period.energy_wh), Fraction(0))
        own = period.kind in RESERVATION_PART
        if whole <= 0:
            if wh > 0:
                yield _Piece(period, period.begins_at, period.begins_at, wh, energy, elapsed)
                energy += wh
            continue
        cuts = {Fraction(0), whole}
        for rule in rules:
            cuts.update(_time_cuts(rule, period, whole, zone))
            if not own:
                cuts.update(Fraction(edge) - elapsed for edge in (rule.min_duration, rule.max_duration) if edge)
                if wh:
                    for edge in (rule.min_kwh, rule.max_kwh):
                        if edge:
                            cuts.add((Fraction(edge) * 1000 - energy) / wh * whole)
        inside = sorted(cut for cut in cuts if 0 <= cut <= whole)
        for begin, end in pairwise(inside):
            part = (end - begin) / whole
            yield _Piece(
                period,
                _moment(period, begin),
                _moment(period, end),
                wh * part,
                energy + wh * begin / whole,
                elapsed + (Fraction(0) if own else begin),
            )
        energy += wh
        elapsed += Fraction(0) if own else whole


def _time(text: str | None) -> time:
    return time.fromisoformat(text) if text else time(0)


def _moment(period: Period, offset: Fraction) -> datetime:
    return period.begins_at + timedelta(microseconds=round(offset * 1_000_000))


def _time_cuts(rule: Restrictions, period: Period, whole: Fraction, zone: ZoneInfo) -> Iterator[Fraction]:
    """Offsets (s) at which the clock or the calendar may change the answer."""
    if not (rule.start_time or rule.end_time or rule.day_of_week or rule.start_date or rule.end_date):
        return
    day = period.begins_at.astimezone(zone).date()
    last = period.ends_at.astimezone(zone).date()
    while day <= last:
        for edge in {time(0), _time(rule.start_time), _time(rule.end_time)}:
            at = datetime.combine(day, edge, zone).astimezone(UTC)
            yield _seconds(at - period.begins_at)
        day += timedelta(days=1)


def _applies(rule: Restrictions | None, piece: _Piece, zone: ZoneInfo) -> bool:
    part = RESERVATION_PART.get(piece.period.kind)
    if rule is None:
        return part is None
    if rule.reservation is not part:
        return False
    local = piece.begin.astimezone(zone)
    return (
        _clock(rule, local)
        and _within(piece.elapsed, rule.min_duration, rule.max_duration)
        and _within(piece.energy_before / 1000, rule.min_kwh, rule.max_kwh)
        and _measured(_power_kw(piece), rule.min_power, rule.max_power)
        and _measured(piece.period.current_a, rule.min_current, rule.max_current)
    )


def _clock(rule: Restrictions, local: datetime) -> bool:
    if rule.day_of_week and WEEKDAYS[local.weekday()] not in rule.day_of_week:
        return False
    if rule.start_date and local.date() < rule.start_date:
        return False
    if rule.end_date and local.date() >= rule.end_date:
        return False
    begin, end, now = _time(rule.start_time), _time(rule.end_time), local.time()
    if begin < end:
        return begin <= now < end
    return now >= begin or now < end


def _within(value: Fraction, low: Decimal | int | None, high: Decimal | int | None) -> bool:
    return (low is None or value >= Fraction(low)) and (high is None or value < Fraction(high))


def _measured(value: Fraction | Decimal | None, low: Decimal | None, high: Decimal | None) -> bool:
    if low is None and high is None:
        return True
    return value is not None and _within(Fraction(value), low, high)


def _power_kw(piece: _Piece) -> Fraction | None:
    if piece.period.power_w is not None:
        return Fraction(piece.period.power_w) / 1000
    seconds = piece.seconds
    return piece.energy_wh * HOUR / seconds / 1000 if seconds else None


# --- adding up ----------------------------------------------------------------------------------------------


class _Entry:
    """What one price component gathered: quantity in Wh, seconds, or times."""

    __slots__ = ("begin", "component", "end", "kind", "quantity")

    def __init__(self, kind: str, component: PriceComponent, piece: _Piece) -> None:
        self.kind = kind
        self.component = component
        self.quantity = Fraction(0)
        self.begin = piece.begin
        self.end = piece.end

    @property
    def per(self) -> int:
        return {Dimension.FLAT: 1, Dimension.ENERGY: 1000}.get(self.component.type, HOUR)

    @property
    def amount(self) -> Fraction:
        return self.quantity / self.per * Fraction(self.component.price)


def price(tariff: Tariff, periods: Sequence[Period], zone: ZoneInfo) -> Bill:
    """The bill of a session. `zone`: the clock of the location. No periods: nothing to pay, but a minimum price."""
    entries: list[_Entry] = []
    flats: set[str] = set()
    grace = Fraction(tariff.parking_grace_minutes * 60)
    last_time: _Entry | None = None
    for piece in _pieces(tariff, periods, zone):
        seconds = piece.seconds
        if piece.period.kind is PeriodKind.PARKING and grace:
            free = min(grace, seconds)
            grace -= free
            seconds -= free
        for kind, component in _prices(tariff, piece, zone):
            quantity = {Dimension.FLAT: Fraction(1), Dimension.ENERGY: piece.energy_wh}.get(component.type, seconds)
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
    return _bill(tariff, entries)


def _prices(tariff: Tariff, piece: _Piece, zone: ZoneInfo) -> Iterator[tuple[str, PriceComponent]]:
    """For each dimension of the piece the first component that applies."""
    reserved = piece.period.kind in RESERVATION_PART
    wanted = {Dimension.FLAT, TIME_DIMENSION[piece.period.kind]} | (set() if reserved else {Dimension.ENERGY})
    for element in tariff.elements:
        if not wanted:
            return
        if not _applies(element.restrictions, piece, zone):
            continue
        for component in element.price_components:
            if component.type in wanted:
                wanted.discard(component.type)
                yield _kind(component.type, piece), component


def _kind(dimension: Dimension, piece: _Piece) -> str:
    if piece.period.kind in RESERVATION_PART:
        flat = "_flat" if dimension is Dimension.FLAT else ""
        return f"{piece.period.kind}{flat}"
    return {"PARKING_TIME": "parking"}.get(dimension, dimension.lower())


def _entry(entries: list[_Entry], kind: str, component: PriceComponent, piece: _Piece) -> _Entry:
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
        step = entry.component.step_size
        total = sum((one.quantity for one in entries if one.kind == kind), Fraction(0))
        entry.quantity += -total % step


def _bill(tariff: Tariff, entries: Iterable[_Entry]) -> Bill:
    lines, excl, incl = [], Fraction(0), Fraction(0)
    parking_left = None if tariff.parking_cap is None else Fraction(tariff.parking_cap)
    for entry in entries:
        amount = entry.amount
        if entry.kind == "parking" and parking_left is not None:
            amount = min(amount, parking_left)
            parking_left -= amount
        vat = Fraction(entry.component.vat or 0) / 100
        excl += amount
        incl += amount * (1 + vat)
        lines.append(
            Line(
                kind=entry.kind,
                quantity=_decimal(entry.quantity / entry.per),
                unit={Dimension.FLAT: "", Dimension.ENERGY: "kWh"}.get(entry.component.type, "h"),
                unit_price=entry.component.price,
                amount_excl=_decimal(amount),
                vat_rate=entry.component.vat,
                amount_incl=_decimal(amount * (1 + vat)),
                begins_at=entry.begin,
                ends_at=entry.end,
            )
        )
    for kind, limit, better in (("minimum", tariff.min_price, max), ("maximum", tariff.max_price, min)):
        if limit is None:
            continue
        new_excl = better(excl, Fraction(limit.excl_vat))
        new_incl = incl + (new_excl - excl) if limit.incl_vat is None else better(incl, Fraction(limit.incl_vat))
        if (new_excl, new_incl) != (excl, incl):
            lines.append(_adjustment(kind, new_excl - excl, new_incl - incl))
        excl, incl = new_excl, new_incl
    return Bill(
        currency=tariff.currency,
        lines=tuple(lines),
        total_excl_vat=_decimal(excl),
        total_incl_vat=_decimal(incl),
        payable=round_money(incl, tariff.currency),
    )


def _adjustment(kind: str, excl: Fraction, incl: Fraction) -> Line:
    return Line(
        kind=kind,
        quantity=Decimal(1),
        unit="",
        unit_price=_decimal(excl),
        amount_excl=_decimal(excl),
        vat_rate=None,
        amount_incl=_decimal(incl),
    )


def compact(tariff: Tariff, periods: Sequence[Period]) -> Sequence[Period]:
    """The same session in fewer periods, where the tariff can't tell the difference (it restricts nothing)."""
    if any(element.restrictions for element in tariff.elements):
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


# --- before the start -----------------------------------------------------------------------------------------


def headline(tariff: Tariff) -> Headline:
    """The prices that apply first when nothing is restricted, or else of the first element; text says "from"."""
    found: dict[Dimension, Decimal] = {}
    varies = False
    for element in tariff.elements:
        rule = element.restrictions
        if rule is not None and rule.reservation is not None:
            continue
        for component in element.price_components:
            gross = _decimal(Fraction(component.price) * (1 + Fraction(component.vat or 0) / 100))
            if component.type in found:
                varies = varies or found[component.type] != gross
                found[component.type] = min(found[component.type], gross) if rule is not None else gross
            else:
                found[component.type] = gross
    texts = []
    if varies:
        texts.append("Prices depend on time or use")
    if tariff.parking_grace_minutes and found.get(Dimension.PARKING_TIME):
        texts.append(f"{tariff.parking_grace_minutes} min free after charging")

    def shown(dimension: Dimension) -> Decimal | None:
        value = found.get(dimension)
        return value.normalize() + Decimal("0.00") if value else None

    return Headline(
        currency=tariff.currency,
        energy=shown(Dimension.ENERGY),
        time=shown(Dimension.TIME),
        parking=shown(Dimension.PARKING_TIME),
        flat=shown(Dimension.FLAT),
        text=". ".join(texts),
        varies=varies,
    )


def problems(tariff: Tariff) -> list[tuple[str, str]]:
    """Why a tariff can't be used, as (path, plain words)."""
    found = []
    for number, element in enumerate(tariff.elements):
        path, rule = f"$.elements[{number}]", element.restrictions
        types = [component.type for component in element.price_components]
        if len(set(types)) != len(types):
            found.append((path, "Each kind of price may stand once in an element."))
        if rule is None:
            continue
        for name in ("kwh", "current", "power", "duration", "date"):
            low, high = ("start_date", "end_date") if name == "date" else (f"min_{name}", f"max_{name}")
            one: date | None = getattr(rule, low)
            other: date | None = getattr(rule, high)
            if one is not None and other is not None and one >= other:
                found.append((f"{path}.restrictions.{high}", f"It must be more than {low}; this never applies."))
    for name, limit in (("min_price", tariff.min_price), ("max_price", tariff.max_price)):
        if limit is not None and limit.incl_vat is not None and limit.incl_vat < limit.excl_vat:
            found.append((f"$.{name}.incl_vat", "With VAT it can't be less than without."))
    if tariff.min_price and tariff.max_price and tariff.min_price.excl_vat > tariff.max_price.excl_vat:
        found.append(("$.min_price", "The minimum price is above the maximum price."))
    return found
