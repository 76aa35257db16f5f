"""Sessions that show what a tariff means before anybody charges by it. Pure."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import NamedTuple
from zoneinfo import ZoneInfo

from backend.tariffs.model import Bill, Period, PeriodKind, Tariff
from backend.tariffs.rules import price

DAY = date(2026, 3, 4)
"""A Wednesday without a change of clocks."""


class Sample(NamedTuple):
    kind: str
    begins: time
    kwh: int
    charging: timedelta
    parking: timedelta
    reserved: timedelta = timedelta(0)
    """Kept for somebody who doesn't come: the whole of it."""


SAMPLES = (
    Sample("quick", time(12), 35, timedelta(minutes=30), timedelta(minutes=5)),
    Sample("evening", time(18), 22, timedelta(hours=2), timedelta(minutes=30)),
    Sample("overnight", time(20), 44, timedelta(hours=4), timedelta(hours=7)),
)
UNUSED = Sample("unused", time(18), 0, timedelta(0), timedelta(0), timedelta(minutes=30))


def priced(tariff: Tariff, zone: ZoneInfo) -> list[tuple[Sample, Bill]]:
    """A reservation that nobody uses is among them where the tariff has a price for reserving."""
    reserving = any(one.restrictions and one.restrictions.reservation for one in tariff.elements)
    return [(one, price(tariff, periods(one, zone), zone)) for one in (*SAMPLES, *([UNUSED] if reserving else []))]


def periods(one: Sample, zone: ZoneInfo) -> list[Period]:
    begin = datetime.combine(DAY, one.begins, zone)
    if one.reserved:
        return [Period(kind=PeriodKind.RESERVATION_EXPIRED, begins_at=begin, ends_at=begin + one.reserved)]
    full = begin + one.charging
    hours = Decimal(one.charging // timedelta(minutes=1)) / 60
    power_w = Decimal(one.kwh * 1000) / hours
    return [
        Period(
            kind=PeriodKind.CHARGING,
            begins_at=begin,
            ends_at=full,
            energy_wh=Decimal(one.kwh * 1000),
            power_w=power_w,
        ),
        Period(kind=PeriodKind.PARKING, begins_at=full, ends_at=full + one.parking),
    ]
