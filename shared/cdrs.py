"""Corrections of bills, and sessions whose meter can't be believed."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

import msgspec

from shared.base import Message, Request
from shared.money import Money, ReceiptLine
from shared.payments import RefundTarget

Why = Annotated[str, msgspec.Meta(min_length=3, max_length=300)]


class CorrectionNew(Request):
    """`amount` is with VAT; None: all that is left of the bill. `to`: where money that was taken goes back to."""

    reason: Why
    amount: Decimal | None = None
    to: RefundTarget = RefundTarget.CARD


class Correction(Message):
    """kind: credit_note (less is to pay, amounts below zero) or supplement. `refunded`: what went back to card or
    wallet; the rest was not paid yet and isn't asked for any more."""

    id: str
    kind: str
    number: str
    corrects: str
    transaction_id: str
    paper_id: str
    reason: str
    lines: list[ReceiptLine]
    total_excl: Money
    total_incl: Money
    refunded: Money
    made_by: str
    issued_at: datetime


class Decision(StrEnum):
    """What is done about a session whose meter can't be believed."""

    ACCEPT = "accept"
    """The bill by the trusted readings stays."""
    REPORTED = "reported"
    """What the meter said is billed: the difference is credited, or asked for."""
    WAIVE = "waive"
    """Nothing is to pay; what was taken goes back."""


class DecisionNew(Request):
    decision: Decision
    note: Why
    to: RefundTarget = RefundTarget.CARD


class MeterDoubt(Message):
    """`reported_*` None: what the meter said can be no energy at all. `decision` None: it waits for one."""

    transaction_id: str
    number: int
    station: str
    location: str
    driver: str
    flags: list[str]
    trusted_wh: int
    reported_wh: int | None
    trusted_total: Money
    reported_total: Money | None
    decision: Decision | None
    note: str
    decided_by: str
    decided_at: datetime | None
    correction: str
    """The number of the paper that the decision made; empty: none was needed."""
    created_at: datetime


class BillHistory(Message):
    """What became of a bill after it was written. `left`: what is to pay by now."""

    corrections: list[Correction]
    left: Money | None
    doubt: MeterDoubt | None


class SessionRecords(Message):
    """The CDR of a session in the form of OCPI 2.2.1, then its credits."""

    items: list[dict[str, Any]]
