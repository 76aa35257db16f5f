"""What a session costs here now, in parts that people can be told: today's prices hour by hour, prices that depend on
the use, and examples. Every number comes from the engine that writes the bills. Pure."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

import msgspec

from backend.tariffs.model import Bill, Dimension, Period, PeriodKind, Restrictions, Tariff, TariffElement
from backend.tariffs.pieces import Piece
from backend.tariffs.rules import applying, exact, price

PARTS = {
    Dimension.ENERGY: "energy",
    Dimension.TIME: "time",
    Dimension.FLAT: "flat",
    Dimension.PARKING_TIME: "parking",
}
AC_CAR_W = 11_000
"""What a common car takes at most from an AC outlet."""
DC_SHARE = Decimal("0.6")
"""What a car takes from a fast charger on average, of its power."""


class Window(msgspec.Struct, frozen=True, kw_only=True):
    """A part of today in which the prices of a session that has just begun stay the same; gross, by part."""

    begins_at: datetime
    ends_at: datetime
    prices: dict[str, Decimal]


class Condition(msgspec.Struct, frozen=True, kw_only=True):
    """Prices from some use on, or below it. what: kwh, minutes, kw, ampere."""

    what: str
    low: Decimal | None
    high: Decimal | None
    prices: dict[str, Decimal]


class Example(msgspec.Struct, frozen=True, kw_only=True):
    energy_wh: int
    charging_minutes: int
    parking_minutes: int
    bill: Bill


def gross(amount: Decimal, vat: Decimal | None) -> Decimal:
    return exact(Fraction(amount) * (1 + Fraction(vat or 0) / 100))


def power_w(max_power_w: int, power_type: str) -> int:
    """What a common car draws here."""
    if power_type == "DC":
        return int((max_power_w or 50_000) * DC_SHARE)
    return min(max_power_w or AC_CAR_W, AC_CAR_W)


def prices_at(tariff: Tariff, at: datetime, zone: ZoneInfo, watts: int) -> dict[str, Decimal]:
    """Of a session that begins then, part by part."""
    found: dict[str, Decimal] = {}
    for kind in (PeriodKind.CHARGING, PeriodKind.PARKING):
        power = Decimal(watts if kind is PeriodKind.CHARGING else 0)
        period = Period(kind=kind, begins_at=at, ends_at=at + timedelta(seconds=1), power_w=power)
        piece = Piece(period, at, period.ends_at, Fraction(0), Fraction(0), Fraction(0))
        for _, component in applying(tariff, piece, zone):
            if component.price and (kind is PeriodKind.CHARGING or component.type is Dimension.PARKING_TIME):
                found[PARTS[component.type]] = gross(component.price, component.vat)
    return found


def windows(tariff: Tariff, now: datetime, zone: ZoneInfo, watts: int) -> list[Window]:
    """Today on the location's clock, cut where a price changes."""
    today = now.astimezone(zone).date()
    begin = datetime.combine(today, time(0), zone).astimezone(UTC)
    end = datetime.combine(today + timedelta(days=1), time(0), zone).astimezone(UTC)
    edges = {begin, end}
    for rule in _rules(tariff):
        for clock in (rule.start_time, rule.end_time):
            if clock:
                edges.add(datetime.combine(today, time.fromisoformat(clock), zone).astimezone(UTC))
    ordered = sorted(edges)
    found: list[Window] = []
    for at, following in pairwise(ordered):
        prices = prices_at(tariff, at, zone, watts)
        if found and found[-1].prices == prices:
            found[-1] = msgspec.structs.replace(found[-1], ends_at=following)
        else:
            found.append(Window(begins_at=at, ends_at=following, prices=prices))
    return found


def _rules(tariff: Tariff) -> Iterable[Restrictions]:
    return (one.restrictions for one in tariff.elements if one.restrictions and one.restrictions.reservation is None)


def conditions(tariff: Tariff) -> list[Condition]:
    """Prices that hold only from some energy, time, power or current on, or up to it."""
    found = []
    for element in tariff.elements:
        rule = element.restrictions
        if rule is None or rule.reservation is not None:
            continue
        for what, low, high in (
            ("kwh", rule.min_kwh, rule.max_kwh),
            ("minutes", _minutes(rule.min_duration), _minutes(rule.max_duration)),
            ("kw", rule.min_power, rule.max_power),
            ("ampere", rule.min_current, rule.max_current),
        ):
            if low is not None or high is not None:
                found.append(Condition(what=what, low=low, high=high, prices=_parts(element)))
    return found


def _minutes(seconds: int | None) -> Decimal | None:
    return None if seconds is None else Decimal(seconds) / 60


def _parts(element: TariffElement) -> dict[str, Decimal]:
    return {PARTS[one.type]: gross(one.price, one.vat) for one in element.price_components}


def examples(tariff: Tariff, now: datetime, zone: ZoneInfo, watts: int) -> list[Example]:
    """Sessions that begin now: a short one, a full one, and a full one that stays connected for an hour after."""
    return [example(tariff, now, zone, watts, kwh, parking) for kwh, parking in ((10, 0), (20, 0), (40, 60))]


def example(tariff: Tariff, now: datetime, zone: ZoneInfo, watts: int, kwh: int, parking: int) -> Example:
    """Rounded to whole minutes of charging, at the power of a common car."""
    minutes = max(1, round(kwh * 1000 * 60 / watts))
    periods = session(now, kwh * 1000, minutes, parking)
    return Example(
        energy_wh=kwh * 1000, charging_minutes=minutes, parking_minutes=parking, bill=price(tariff, periods, zone)
    )


def session(begin: datetime, energy_wh: int, charging_minutes: int, parking_minutes: int) -> Sequence[Period]:
    full = begin + timedelta(minutes=charging_minutes)
    found = [Period(kind=PeriodKind.CHARGING, begins_at=begin, ends_at=full, energy_wh=Decimal(energy_wh))]
    if parking_minutes:
        end = full + timedelta(minutes=parking_minutes)
        found.append(Period(kind=PeriodKind.PARKING, begins_at=full, ends_at=end))
    return found


def rates(tariff: Tariff) -> list[Decimal]:
    """The rates of tax that prices of this tariff hold, in percent."""
    return sorted({one.vat for element in tariff.elements for one in element.price_components if one.vat})
