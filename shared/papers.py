"""Papers: invoices of a month, credit notes, who issues them, and what a meter signed."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import msgspec

from shared.base import Message, Request
from shared.money import Money

Line = Annotated[str, msgspec.Meta(max_length=200)]


class PaperKind(StrEnum):
    RECEIPT = "receipt"
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    SUPPLEMENT = "supplement"
    """What is to pay on top of a receipt."""


class Paper(Message):
    """A receipt, a monthly invoice or a credit note. Numbers of each kind run on without gaps for an operator."""

    id: str
    kind: PaperKind
    number: str
    issued_at: datetime
    person: str
    email: str
    period: str
    """`2026-10` for an invoice, empty for what belongs to one session."""
    transaction_id: str | None
    sessions: int
    energy_wh: int
    total_excl: Money
    total_vat: Money
    total_incl: Money
    mailed: str = ""
    """What became of its last letter: queued, sent, failed, unsent; empty: none was written."""


class PaperMail(Request):
    """Where to send it; nothing: to the person's own address."""

    email: Annotated[str, msgspec.Meta(max_length=254)] = ""
    language: Annotated[str, msgspec.Meta(pattern="^(en|de)$")] | None = None


class InvoiceRun(Request):
    """The month to invoice, such as `2026-10`; it must be over."""

    period: Annotated[str, msgspec.Meta(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")]


class InvoiceRunDone(Message):
    period: str
    made: int
    there_already: int


class Issuer(Message):
    """Who issues papers: what the law wants on them. Empty name: the brand's."""

    name: str = ""
    address: str = ""
    """Several lines."""
    tax_id: str = ""
    register: str = ""
    """Such as `HRB 12345, Amtsgericht Hamburg`."""
    bank: str = ""
    email: str = ""
    phone: str = ""
    footer: str = ""
    """A line of the operator's own at the end of each paper."""
    party_id: str = ""
    """Three letters or digits that name the operator in OCPI; empty: made from the name."""
    mail_receipts: bool = True
    """A receipt goes to its driver by e-mail when it is written."""
    mail_invoices: bool = True
    complete: bool = False
    """Whether a tax office would take the papers: name, address and tax id are there."""


class IssuerChange(Request):
    """What isn't given stays."""

    name: Line | None = None
    address: Annotated[str, msgspec.Meta(max_length=500)] | None = None
    tax_id: Annotated[str, msgspec.Meta(max_length=40)] | None = None
    register: Line | None = None
    bank: Line | None = None
    email: Annotated[str, msgspec.Meta(max_length=254)] | None = None
    phone: Annotated[str, msgspec.Meta(max_length=40)] | None = None
    footer: Annotated[str, msgspec.Meta(max_length=300)] | None = None
    party_id: Annotated[str, msgspec.Meta(pattern="^([A-Z0-9]{3})?$")] | None = None
    mail_receipts: bool | None = None
    mail_invoices: bool | None = None


class Paid(Message):
    """How far a paper is paid."""

    amount: Decimal
    owed: Decimal
    method: str
    state: str
