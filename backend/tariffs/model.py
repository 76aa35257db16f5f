"""Tariffs as OCPI 2.2.1 (mod_tariffs) means them, what they are applied to, and what comes out."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import msgspec

MOST = Decimal(10_000_000)
ClockTime = Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class Dimension(StrEnum):
    """What a price is for: once, each kWh, each hour of charging, each hour connected without charging."""

    FLAT = "FLAT"
    ENERGY = "ENERGY"
    TIME = "TIME"
    PARKING_TIME = "PARKING_TIME"


class Weekday(StrEnum):
    MONDAY = "MONDAY"
    TUESDAY = "TUESDAY"
    WEDNESDAY = "WEDNESDAY"
    THURSDAY = "THURSDAY"
    FRIDAY = "FRIDAY"
    SATURDAY = "SATURDAY"
    SUNDAY = "SUNDAY"


WEEKDAYS = tuple(Weekday)


class ReservationPart(StrEnum):
    RESERVATION = "RESERVATION"
    RESERVATION_EXPIRES = "RESERVATION_EXPIRES"


class _Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, Decimal) and not (value.is_finite() and 0 <= value <= MOST):
                raise ValueError(f"{name} must be from 0 to {MOST}")


class PriceComponent(_Part, frozen=True, kw_only=True):
    """price without VAT; vat in percent, None: not applicable. step_size: Wh for ENERGY, seconds for times."""

    type: Dimension
    price: Decimal
    vat: Decimal | None = None
    step_size: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 1


class Restrictions(_Part, frozen=True, kw_only=True):
    """When an element applies: minimum included, maximum excluded; times on the location's clock.

    kwh and duration (s) count from the session's begin, current (A) and power (kW) are those of the moment.
    """

    start_time: ClockTime | None = None
    end_time: ClockTime | None = None
    start_date: date | None = None
    end_date: date | None = None
    min_kwh: Decimal | None = None
    max_kwh: Decimal | None = None
    min_current: Decimal | None = None
    max_current: Decimal | None = None
    min_power: Decimal | None = None
    max_power: Decimal | None = None
    min_duration: Annotated[int, msgspec.Meta(ge=0)] | None = None
    max_duration: Annotated[int, msgspec.Meta(ge=0)] | None = None
    day_of_week: list[Weekday] = []
    reservation: ReservationPart | None = None


class TariffElement(_Part, frozen=True, kw_only=True):
    price_components: Annotated[list[PriceComponent], msgspec.Meta(min_length=1, max_length=8)]
    restrictions: Restrictions | None = None


class PriceLimit(_Part, frozen=True, kw_only=True):
    excl_vat: Decimal
    incl_vat: Decimal | None = None


class Tariff(_Part, frozen=True, kw_only=True):
    """For each dimension the first element that applies counts. Ours beyond OCPI: the two parking fields."""

    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")] = "EUR"
    elements: Annotated[list[TariffElement], msgspec.Meta(min_length=1, max_length=100)]
    min_price: PriceLimit | None = None
    max_price: PriceLimit | None = None
    parking_grace_minutes: Annotated[int, msgspec.Meta(ge=0, le=1440)] = 0
    """So many minutes without charging are free in a session."""
    parking_cap: Decimal | None = None
    """Parking never costs more than this in a session, without VAT."""


class PeriodKind(StrEnum):
    CHARGING = "charging"
    PARKING = "parking"
    WAITING = "waiting"
    """The station, or who tells it what it may give, withholds the power: time that costs nothing, energy that does."""
    RESERVATION = "reservation"
    RESERVATION_EXPIRED = "reservation_expired"
    RESERVATION_CANCELLED = "reservation_cancelled"
    """Given back before its end: nobody came, and it didn't expire."""


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """A stretch of a session in which nothing changes. Times are aware UTC; energy flows evenly.

    current_a, power_w None: not known; power then is the mean.
    """

    kind: PeriodKind
    begins_at: datetime
    ends_at: datetime
    energy_wh: Decimal = Decimal(0)
    current_a: Decimal | None = None
    power_w: Decimal | None = None


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a bill: quantity in kWh, hours or times, amounts to four decimals."""

    kind: str
    """energy, time, parking, flat, minimum, maximum, or a kind of reservation: its time, or with _flat its fee."""
    quantity: Decimal
    unit: str
    unit_price: Decimal
    amount_excl: Decimal
    vat_rate: Decimal | None
    amount_incl: Decimal
    begins_at: datetime | None = None
    ends_at: datetime | None = None


class Bill(msgspec.Struct, frozen=True, kw_only=True):
    """total_*: exact to four decimals; payable: what is asked for, rounded as the currency wants, with VAT."""

    currency: str
    lines: tuple[Line, ...]
    total_excl_vat: Decimal
    total_incl_vat: Decimal
    payable: Decimal
    waited_s: int = 0
    """How long the car was made to wait for power."""


class Headline(msgspec.Struct, frozen=True, kw_only=True):
    """What a driver sees before the start, with VAT. None: no such price."""

    currency: str
    energy: Decimal | None = None
    time: Decimal | None = None
    parking: Decimal | None = None
    flat: Decimal | None = None
    reservation: Decimal | None = None
    reservation_flat: Decimal | None = None
    text: str = ""
    varies: bool = False
