"""Tariffs as operators write them, and what sample sessions would cost."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

import msgspec

from shared.base import Message, Request
from shared.money import Money, PriceHeadline, ReceiptLine, TariffRow

TariffName = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]


class TariffNew(Request):
    """definition: a tariff in the form of OCPI 2.2.1 (currency, elements, min_price, max_price), with
    parking_grace_minutes and parking_cap besides."""

    name: TariffName
    definition: dict[str, Any]


class TariffDetail(Message):
    """version counts up; a session keeps the one it began with. connectors: how many have it for themselves."""

    id: str
    name: str
    version: int
    price: PriceHeadline
    definition: dict[str, Any]
    connectors: int
    created_at: datetime


class TariffPreview(Request):
    definition: dict[str, Any]


class SampleSession(Message):
    """What one kind of session would cost. kind: quick, evening, overnight; unused: a reservation nobody uses."""

    kind: str
    energy_kwh: Decimal
    charging_minutes: int
    parking_minutes: int
    begins: str
    lines: list[ReceiptLine]
    total_excl: Money
    total_incl: Money
    reserved_minutes: int = 0


class TariffQuote(Message):
    """problems: why the tariff can't be used, as `path: words`; then there are no samples."""

    price: PriceHeadline | None
    samples: list[SampleSession]
    problems: list[str]


class TariffRule(Message):
    """A tariff applies here: at one location, at one station, or (neither) everywhere; for one group of drivers, or
    (none) for everybody; from the first to the last day, both on the place's own clock. state: now, later, over."""

    id: str
    tariff_id: str
    tariff: str
    price: PriceHeadline
    location_id: str | None
    location: str
    station_id: str | None
    station: str
    group_id: str | None
    group: str
    valid_from: date | None
    valid_to: date | None
    state: str


class TariffRuleNew(Request):
    """Name a location or a station, or neither: then it applies everywhere."""

    tariff_id: str
    location_id: str | None = None
    station_id: str | None = None
    group_id: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None


class PlacePrices(Message):
    """What charging costs at a place: the rule that wins first. general holds where no rule speaks; own_tariffs: how
    many connectors there have one for themselves, which comes before all rules but those for a group."""

    rules: list[TariffRule]
    general: TariffRow | None
    own_tariffs: int


class PricePart(Message):
    """kind: energy (for each kWh), time (for each hour of charging), parking (for each hour after charging), flat
    (once). `price` includes VAT."""

    kind: str
    price: Decimal


class PriceWindow(Message):
    """A part of today; `now`: the one that holds at this moment. No parts: it costs nothing then."""

    begins: str
    ends: str
    now: bool
    parts: list[PricePart]


class PriceCondition(Message):
    """Prices from `low` on and up to `high` of: kwh, minutes, kw or ampere."""

    what: str
    low: Decimal | None
    high: Decimal | None
    parts: list[PricePart]


class PriceExample(Message):
    """What a session would cost that begins now, by the engine that writes the bills."""

    energy_wh: int
    charging_minutes: int
    parking_minutes: int
    total: Money
    lines: list[ReceiptLine]


class PriceExplanation(Message):
    """What a session costs at a connector now. headline None: it costs nothing.

    windows: today on the clock of the location; only one where the price is the same all day. power_w: what a common
    car draws here, which the examples count with.
    """

    connector_id: str
    station: str
    connector: str
    location: str
    location_id: str | None
    headline: PriceHeadline | None
    power_w: int
    time_zone: str
    windows: list[PriceWindow]
    conditions: list[PriceCondition]
    examples: list[PriceExample]
    vat_rates: list[Decimal]
    minimum: Money | None
    maximum: Money | None
    parking_cap: Money | None
    hold: Money | None
    """What is reserved before the start."""
