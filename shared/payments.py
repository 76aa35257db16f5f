"""Payments: cards that are saved at the provider, the wallet, refunds, debts, and how a tenant is paid."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import msgspec

from shared.base import Message, Request
from shared.money import Money

Reason = Annotated[str, msgspec.Meta(max_length=300)]


class RefundTarget(StrEnum):
    CARD = "card"
    WALLET = "wallet"


class Policy(StrEnum):
    REFUSE = "refuse"
    ALLOW = "allow"


class Refund(Message):
    """state: pending (the provider is being asked), done, failed."""

    id: str
    amount: Money
    to: RefundTarget
    reason: str
    state: str
    failure: str
    created_at: datetime


class Payment(Message):
    """Money of a session, a top-up or a settled debt.

    purpose: session, topup, debt. state: pending, held, capturing, captured, releasing, released, failed.
    dispute: the provider's word where the cardholder objects: needs_response, under_review, won, lost.
    """

    id: str
    purpose: str
    state: str
    provider: str
    method: str
    transaction_id: str | None
    account_id: str | None
    person: str
    held: Money
    captured: Money
    from_wallet: Money
    refunded: Money
    refundable: Money
    refundable_to_card: Money
    failure: str
    dispute: str
    tries: int
    next_try_at: datetime | None
    created_at: datetime
    updated_at: datetime


class PaymentDetail(Message):
    payment: Payment
    refunds: list[Refund]


class RefundNew(Request):
    """to: card gives back what the card paid; wallet can take all of it."""

    amount: Decimal
    reason: Reason = ""
    to: RefundTarget = RefundTarget.CARD


class Debt(Message):
    """What a payment could not take. state: open, settled, written_off."""

    id: str
    account_id: str | None
    person: str
    transaction_id: str | None
    amount: Money
    state: str
    reason: str
    created_at: datetime
    closed_at: datetime | None


class Card(Message):
    """A card saved at the payment provider: what people call it, never its number."""

    id: str
    label: str
    expires: str
    preferred: bool


class CardBegin(Message):
    """url: the provider's own page where the card is entered; empty: it is saved already."""

    url: str = ""


class Wallet(Message):
    """balance can be spent; reserved is held for a session that runs; owed is what debts add up to."""

    balance: Money
    reserved: Money
    owed: Money
    provider: str
    debts: list[Debt]


class TopUp(Request):
    amount: Decimal


class PromoCredit(Request):
    amount: Decimal
    note: Reason = ""


class LedgerEntry(Message):
    """A change of a wallet. kind: topup, promotion, refund, dispute, reserve while money is set aside, and what became
    of it: spend, or restore where all came back. amount: what the wallet has more or less for it by now. returned: what
    came back of what was set aside. purpose: of the payment it belongs to (session, topup, debt); empty: there is
    none."""

    id: int
    kind: str
    amount: Money
    note: str
    transaction_id: str | None
    at: datetime
    purpose: str = ""
    returned: Money | None = None


class PaymentSettings(Message):
    """How a tenant is paid. Secrets are never shown: only whether they are there."""

    provider: str
    publishable_key: str
    has_secret_key: bool
    has_webhook_secret: bool
    webhook_url: str
    on_outage: Policy
    on_debt: Policy
    debt_limit: Money
    hold_amount: Money
    retry_hours: list[int]
    secret_key_reference: str = ""
    webhook_secret_reference: str = ""
    """Where a secret isn't stored but taken from the server's environment: the name there."""
    letter_subject: str = ""
    letter_retry: str = ""
    letter_last: str = ""
    """What is written to people whose payment failed: while it is tried again, and when it is a debt."""


class PaymentSettingsChange(Request):
    """What isn't given stays. on_outage, on_debt: allow lets people charge until they owe debt_limit.

    hold_amount is reserved before a session. retry_hours: how long after a refused capture it is tried again, each
    time longer; after the last it is a debt. A secret may be `env:WATTLINE_PAY_…`: then the server's environment
    has it. letter_…: with {name}, {amount} and {operator} in them; empty: the usual words.
    """

    provider: Annotated[str, msgspec.Meta(max_length=20)] | None = None
    secret_key: Annotated[str, msgspec.Meta(max_length=300)] | None = None
    publishable_key: Annotated[str, msgspec.Meta(max_length=200)] | None = None
    webhook_secret: Annotated[str, msgspec.Meta(max_length=300)] | None = None
    on_outage: Policy | None = None
    on_debt: Policy | None = None
    debt_limit: Decimal | None = None
    hold_amount: Decimal | None = None
    retry_hours: Annotated[list[int], msgspec.Meta(max_length=10)] | None = None
    letter_subject: Annotated[str, msgspec.Meta(max_length=150)] | None = None
    letter_retry: Annotated[str, msgspec.Meta(max_length=3000)] | None = None
    letter_last: Annotated[str, msgspec.Meta(max_length=3000)] | None = None
