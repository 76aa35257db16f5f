"""Tariffs as operators write them, and what sample sessions would cost."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import msgspec

from shared.base import Message, Request
from shared.money import Money, PriceHeadline, ReceiptLine

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
    """What one kind of session would cost. kind: quick, evening, overnight."""

    kind: str
    energy_kwh: Decimal
    charging_minutes: int
    parking_minutes: int
    begins: str
    lines: list[ReceiptLine]
    total_excl: Money
    total_incl: Money


class TariffQuote(Message):
    """problems: why the tariff can't be used, as `path: words`; then there are no samples."""

    price: PriceHeadline | None
    samples: list[SampleSession]
    problems: list[str]
