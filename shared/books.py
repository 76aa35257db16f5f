"""The books: payments, debts, what each location earned, and whether bills and money agree."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

import msgspec

from shared.base import Message, Request
from shared.money import Money


class PaymentRow(Message):
    """The payment of one session, as an operator sees it. `owed`: billed and not taken."""

    id: str
    transaction_id: str
    receipt: str
    person: str
    email: str
    station: str
    location: str
    provider: str
    method: str
    state: str
    held: Money
    billed: Money | None
    captured: Money
    owed: Money
    failure: str
    created_at: datetime
    updated_at: datetime


class DebtSum(Message):
    """All that is owed in one currency."""

    owed: Money
    payments: int
    people: int


class DebtSums(Message):
    items: list[DebtSum]


class SettlementRow(Message):
    """What one location earned in a month, in one currency."""

    location_id: str | None
    location: str
    currency: str
    sessions: int
    energy_wh: int
    net: Decimal
    vat: Decimal
    gross: Decimal
    captured: Decimal
    owed: Decimal
    """Billed to a card that could not pay it."""
    on_account: Decimal
    """Billed where no card was asked: paid by invoice."""


class Settlement(Message):
    """`totals`: one row a currency, which is the sum of its rows."""

    period: str
    rows: list[SettlementRow]
    totals: list[SettlementRow]


class Difference(Message):
    """Where bill and payment don't say the same. code: failed, open, too_little, too_much, no_bill."""

    code: str
    text: str
    transaction_id: str
    receipt: str
    billed: Decimal
    captured: Decimal


class ReconciledDay(Message):
    """One day on the operator's clock: what was billed, what was taken for it, and every difference."""

    day: date
    currency: str
    bills: int
    billed: Decimal
    captured: Decimal
    on_account: Decimal
    """Of what was billed: where no card was asked, so that it is paid by invoice. No difference."""
    differences: list[Difference]
    checked_at: datetime


class ReconcileDay(Request):
    day: date


class ProviderDifference(Message):
    """Where our ledger and the provider's list don't say the same of one payment, and what to do about it.

    ours, theirs: above zero what came in, below what was given back. payment_id: None where no payment here knows it.
    """

    code: str
    text: str
    advice: str
    payment_id: str | None
    transaction_id: str | None
    person: str
    reference: str
    ours: Decimal
    theirs: Decimal


class ProviderDay(Message):
    """One day of the provider's own list. refunds, disputes and payouts are below zero, fees are what it keeps;
    booked is what our ledger says came in on that day. problem: why the list couldn't be read."""

    day: date
    provider: str
    currency: str
    charges: Decimal
    refunds: Decimal
    disputes: Decimal
    fees: Decimal
    payouts: Decimal
    booked: Decimal
    differences: list[ProviderDifference]
    problem: str
    checked_at: datetime


class OwnedPlace(Message):
    id: str
    name: str


class LocationOwner(Message):
    """Whom locations belong to. share: percent of the net earnings that are theirs; session_fee: what the operator
    keeps of each session besides; vat: percent on the payout, 0 where none is due."""

    id: str
    name: str
    address: str
    email: str
    tax_id: str
    bank: str
    share: Decimal
    session_fee: Decimal
    vat: Decimal
    locations: list[OwnedPlace]


class LocationOwnerNew(Request):
    """locations: the ids of all that are theirs."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    address: Annotated[str, msgspec.Meta(max_length=300)] = ""
    email: Annotated[str, msgspec.Meta(max_length=254)] = ""
    tax_id: Annotated[str, msgspec.Meta(max_length=40)] = ""
    bank: Annotated[str, msgspec.Meta(max_length=100)] = ""
    share: Decimal = Decimal(100)
    session_fee: Decimal = Decimal(0)
    vat: Decimal = Decimal(0)
    locations: Annotated[list[str], msgspec.Meta(max_length=1000)] = []


class OwnerStatement(Message):
    """What of a month is one owner's, in one currency. part: their share of net; fees: what the operator keeps for
    sessions; payout: part less fees, total with VAT; kept: what stays with the operator; owed: not paid by drivers."""

    owner_id: str
    owner: str
    currency: str
    sessions: int
    energy_wh: int
    net: Decimal
    gross: Decimal
    owed: Decimal
    share: Decimal
    part: Decimal
    session_fee: Decimal
    fees: Decimal
    payout: Decimal
    vat: Decimal
    tax: Decimal
    total: Decimal
    kept: Decimal
    locations: list[SettlementRow]
    number: str = ""
    """Of one that was issued, which never changes; empty: reckoned now."""
    issued_at: datetime | None = None


class OwnerStatementsNew(Request):
    """Issue the statements of a month that is over, one for each currency."""

    period: Annotated[str, msgspec.Meta(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")]


class OwnerStatements(Message):
    period: str
    items: list[OwnerStatement]
