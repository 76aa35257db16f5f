"""Money: an exact amount with its currency, the prices a driver sees, targets and bills."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import msgspec

from shared.base import Message, Request

MINOR_UNITS = {
    **dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split(), 0),
    **dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3),
}
"""Those of ISO 4217 that aren't 2."""


class Money(Message):
    """An exact amount. `amount` travels as a decimal string, `currency` is an ISO 4217 code."""

    amount: Decimal
    currency: str


class PriceHeadline(Message):
    """What a driver sees before the start. Prices include VAT. None: this part is free.

    energy: for each kWh; time: for each hour of charging; parking: for each hour after charging; flat: once;
    reservation: for each hour that a connector is kept, the highest that applies; reservation_flat: for reserving. Both
    are part of the bill of the session; what it costs not to come is asked for at `/reservations/price`.
    """

    tariff_id: str
    currency: str
    energy: Decimal | None = None
    time: Decimal | None = None
    parking: Decimal | None = None
    flat: Decimal | None = None
    reservation: Decimal | None = None
    reservation_flat: Decimal | None = None
    text: str = ""
    """Plain words for parts that a number can't tell, such as times of day or free minutes."""
    varies: bool = False
    """The prices depend on the time or on the use: these are where they begin."""
    free_minutes: int = 0
    """Minutes after charging before `parking` counts."""


class TariffRow(Message):
    """A tariff that a connector can have. The first of an operator's list holds where a connector has none itself."""

    id: str
    name: str
    price: PriceHeadline


class ReceiptLine(Message):
    """One line of a bill: `quantity` `unit` at `unit_price` gives `amount`; only amount_incl has VAT."""

    kind: str
    label: str
    quantity: Decimal
    unit: str
    unit_price: Decimal
    amount: Decimal
    vat_rate: Decimal | None
    amount_incl: Decimal
    begins_at: datetime | None = None
    ends_at: datetime | None = None


class TaxLine(Message):
    """What a bill has at one rate (percent; None: no tax applies). `net` and `tax` add up to `gross`."""

    rate: Decimal | None
    net: Decimal
    tax: Decimal
    gross: Decimal


class TargetNew(Request):
    """Where a session is to stop by itself: exactly one of these. `money` includes VAT."""

    money: Decimal | None = None
    energy_wh: Annotated[int, msgspec.Meta(ge=100, le=1_000_000)] | None = None
    minutes: Annotated[int, msgspec.Meta(ge=1, le=10_080)] | None = None
    soc_percent: Annotated[int, msgspec.Meta(ge=1, le=100)] | None = None


class TargetState(StrEnum):
    WAITING = "waiting"
    """The session is on its way there."""
    REACHED = "reached"
    """The stop was sent because of it."""
    BLOCKED = "blocked"
    """The stop is due and the charger can't be told: `trouble` says why. It is tried again by itself."""


class Target(Message):
    """A target that was set: one of money, energy_wh, minutes and soc_percent. `share`: how much of it is reached, at
    most 1; None for minutes, which count by themselves, and for a battery that doesn't tell."""

    money: Money | None
    energy_wh: int | None
    minutes: int | None
    soc_percent: int | None
    state: TargetState
    trouble: str
    share: Decimal | None
    reached_at: datetime | None


class Receipt(Message):
    """The bill of one ended transaction, read from top to bottom like a till receipt."""

    id: str
    number: str
    transaction_id: str
    issued_at: datetime
    seller: str
    location: str
    address: str
    station: str
    connector: str
    begun_at: datetime
    ended_at: datetime
    energy_wh: int
    meter_start_wh: int
    meter_stop_wh: int
    lines: list[ReceiptLine]
    total_excl: Money
    total_vat: Money
    total_incl: Money
    paid: Money
    payment_state: str
    payment_method: str
    estimated: bool = False
    note: str = ""
    taxes: list[TaxLine] = []
    """Rate by rate; their gross amounts add up to `total_incl`."""
    rounding: Decimal = Decimal(0)
    """What the lines, each rounded to the smallest coin, lack against the total."""
    target: Target | None = None
    """Where the driver wanted it to stop, if it stopped there."""
    reservation: bool = False
    """Of a reservation that nobody used: begun and ended are those of the kept time, and no meter counted."""
    waited_s: int = 0
    """How long the charger made the car wait for power: time that costs nothing."""
    owed: Decimal = Decimal(0)
    """What is still to pay, after corrections and what the operator asks no more for."""
