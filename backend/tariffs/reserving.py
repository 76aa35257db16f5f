"""What a reservation costs that no session follows. Pure."""

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from backend.tariffs.model import Bill, Period, PeriodKind, Tariff
from backend.tariffs.rules import price


class Unused(NamedTuple):
    """expired: nobody comes until its end; given_back: it is cancelled in its last moment."""

    expired: Bill
    given_back: Bill


def unused(tariff: Tariff, begins_at: datetime, ends_at: datetime, zone: ZoneInfo) -> Unused:
    """Both ways in which it may cost something; `zone`: the clock of the location."""

    def bill(kind: PeriodKind) -> Bill:
        return price(tariff, [Period(kind=kind, begins_at=begins_at, ends_at=ends_at)], zone)

    return Unused(bill(PeriodKind.RESERVATION_EXPIRED), bill(PeriodKind.RESERVATION_CANCELLED))
