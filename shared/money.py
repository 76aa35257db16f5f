"""Money: an exact amount with its currency, and the prices a driver sees."""

from datetime import datetime
from decimal import Decimal

from shared.base import Message


class Money(Message):
    """An exact amount. `amount` travels as a decimal string, `currency` is an ISO 4217 code."""

    amount: Decimal
    currency: str


class PriceHeadline(Message):
    """What a driver sees before the start. Prices include VAT. None: this part is free.

    energy: for each kWh; time: for each hour of charging; parking: for each hour after charging; flat: once.
    """

    tariff_id: str
    currency: str
    energy: Decimal | None = None
    time: Decimal | None = None
    parking: Decimal | None = None
    flat: Decimal | None = None
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
