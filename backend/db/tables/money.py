"""Tariffs, payments and charge detail records."""

from decimal import Decimal
from typing import Any

from piccolo.columns import (
    JSONB,
    UUID,
    BigSerial,
    Boolean,
    Date,
    ForeignKey,
    Integer,
    LazyTableReference,
    Numeric,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from backend.db.engine import DB
from backend.db.tables.accounts import Account, DriverGroup, Tenant

AMOUNT = (14, 4)
LOCATION: Any = LazyTableReference("Location", module_path="backend.db.tables.stations")
STATION: Any = LazyTableReference("ChargingStation", module_path="backend.db.tables.stations")
TRANSACTION: Any = LazyTableReference("Transaction", module_path="backend.db.tables.transactions")


class Tariff(Table, db=DB, tablename="tariff"):
    """`definition` is tariffs.model.Tariff as JSON. One in use is never changed: a new row takes its place."""

    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=False)
    name = Varchar(length=100)
    currency = Varchar(length=3)
    definition = JSONB()
    version = Integer(default=1)
    follows: Any = ForeignKey("self", on_delete=OnDelete.restrict, null=True)  # the version before
    created_at = Timestamptz(default=TimestamptzNow())
    retired_at = Timestamptz(null=True, default=None)


class TariffWhere(Table, db=DB, tablename="tariff_where"):
    """Where a tariff applies: at a location, a station, or (neither) everywhere; days of the place's own clock."""

    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.cascade, null=False)
    tariff = ForeignKey(Tariff, on_delete=OnDelete.cascade, null=False)
    location: Any = ForeignKey(LOCATION, on_delete=OnDelete.cascade, null=True)
    station: Any = ForeignKey(STATION, on_delete=OnDelete.cascade, null=True)
    driver_group = ForeignKey(DriverGroup, on_delete=OnDelete.cascade, null=True)
    valid_from = Date(null=True, default=None)
    valid_to = Date(null=True, default=None)
    created_at = Timestamptz(default=TimestamptzNow())


class Payment(Table, db=DB, tablename="payment"):
    """The payment of one transaction, a top-up or a settled debt. Amounts are in `currency`; one a transaction.

    What was captured came from the card (`card_amount`) and from the wallet; `wallet_amount` is what the wallet has
    reserved for it.
    """

    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=False)
    transaction: Any = ForeignKey(TRANSACTION, on_delete=OnDelete.restrict, null=True, unique=True)
    account = ForeignKey(Account, on_delete=OnDelete.restrict, null=True)
    provider = Varchar(length=20)
    reference = Varchar(length=200, default="")  # the provider's name for the hold
    method = Varchar(length=60, default="")  # for people: "Visa •••• 4242"
    state = Varchar(length=12)  # pending, held, capturing, captured, releasing, released, failed
    currency = Varchar(length=3)
    hold_amount = Numeric(digits=AMOUNT)
    due_amount = Numeric(digits=AMOUNT, null=True, default=None)
    captured_amount = Numeric(digits=AMOUNT, null=True, default=None)
    failure = Text(default="")
    purpose = Varchar(length=10, default="session")  # session, topup, debt
    payer = Varchar(length=254, default="")  # the provider's word for who pays
    wallet_amount = Numeric(digits=AMOUNT, default=Decimal(0))
    card_amount = Numeric(digits=AMOUNT, default=Decimal(0))
    refunded_amount = Numeric(digits=AMOUNT, default=Decimal(0))
    card_refunded = Numeric(digits=AMOUNT, default=Decimal(0))
    tries = Integer(default=0)
    next_try_at = Timestamptz(null=True, default=None)
    asked = Varchar(length=600, default="")  # key, customer and card with which the provider was asked last
    credited = Numeric(digits=AMOUNT, default=Decimal(0))  # by corrections, before the money was taken
    settles: Any = ForeignKey("self", on_delete=OnDelete.restrict, null=True)  # whose debt this pays
    dispute = Varchar(length=20, default="")  # the provider's word: needs_response, won, lost …
    created_at = Timestamptz(default=TimestamptzNow())
    updated_at = Timestamptz(default=TimestamptzNow())


class PaymentSettings(Table, db=DB, tablename="payment_settings"):
    """How a tenant is paid. The secrets are encrypted with the node's own."""

    tenant = ForeignKey(Tenant, on_delete=OnDelete.cascade, primary_key=True, null=False)
    provider = Varchar(length=20, default="demo")
    secret_key = Text(default="", secret=True)
    publishable_key = Varchar(length=200, default="")
    webhook_secret = Text(default="", secret=True)
    on_outage = Varchar(length=10, default="refuse")
    on_debt = Varchar(length=10, default="refuse")
    debt_limit = Numeric(digits=AMOUNT, default=Decimal(0))
    hold_amount = Numeric(digits=AMOUNT, null=True, default=None)  # null: the node's setting
    retry_hours = Varchar(length=80, default="1,24,72")
    letter_subject = Varchar(length=150, default="")  # empty: the usual words
    letter_retry = Varchar(length=3000, default="")
    letter_last = Varchar(length=3000, default="")
    updated_at = Timestamptz(default=TimestamptzNow())


class PaymentCustomer(Table, db=DB, tablename="payment_customer"):
    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.cascade, null=False)
    account = ForeignKey(Account, on_delete=OnDelete.cascade, null=False)
    provider = Varchar(length=20)
    reference = Varchar(length=200)
    created_at = Timestamptz(default=TimestamptzNow())


class PaymentMethod(Table, db=DB, tablename="payment_method"):
    """A card that is saved at the provider: only its name there and what people call it."""

    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.cascade, null=False)
    account = ForeignKey(Account, on_delete=OnDelete.cascade, null=False)
    provider = Varchar(length=20)
    reference = Varchar(length=200)
    label = Varchar(length=60)
    expires = Varchar(length=7, default="")
    preferred = Boolean(default=False)
    created_at = Timestamptz(default=TimestamptzNow())


class Refund(Table, db=DB, tablename="refund"):
    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=False)
    payment = ForeignKey(Payment, on_delete=OnDelete.restrict, null=False)
    amount = Numeric(digits=AMOUNT)
    currency = Varchar(length=3)
    target = Varchar(length=10)  # card, wallet
    reason = Varchar(length=300, default="")
    state = Varchar(length=10)  # pending, done, failed
    reference = Varchar(length=200, default="")
    failure = Text(default="")
    made_by = ForeignKey(Account, on_delete=OnDelete.set_null, null=True)
    created_at = Timestamptz(default=TimestamptzNow())
    updated_at = Timestamptz(default=TimestamptzNow())


class Debt(Table, db=DB, tablename="debt"):
    """What a payment could not take; one a payment."""

    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=False)
    account = ForeignKey(Account, on_delete=OnDelete.restrict, null=True)
    payment = ForeignKey(Payment, on_delete=OnDelete.restrict, null=False, unique=True)
    settling = ForeignKey(Payment, on_delete=OnDelete.restrict, null=True)
    amount = Numeric(digits=AMOUNT)
    currency = Varchar(length=3)
    state = Varchar(length=12)  # open, settled, written_off
    reason = Text(default="")
    created_at = Timestamptz(default=TimestamptzNow())
    closed_at = Timestamptz(null=True, default=None)


class ProviderEvent(Table, db=DB, tablename="provider_event"):
    """What a provider reported, each once."""

    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=False)
    provider = Varchar(length=20)
    event = Varchar(length=200)
    kind = Varchar(length=80)
    payload = JSONB()
    happened_at = Timestamptz()
    received_at = Timestamptz(default=TimestamptzNow())
    handled_at = Timestamptz(null=True, default=None)


class LedgerAccount(Table, db=DB, tablename="ledger_account"):
    """`balance` is what its entries add up to; a trigger keeps it, and no wallet goes below zero."""

    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=False)
    owner = ForeignKey(Account, on_delete=OnDelete.restrict, null=True)
    kind = Varchar(length=12)  # wallet, reserved, provider, revenue, promotion
    currency = Varchar(length=3)
    balance = Numeric(digits=AMOUNT, default=Decimal(0))


class LedgerTransfer(Table, db=DB, tablename="ledger_transfer"):
    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=False)
    key = Varchar(length=120)  # done twice, it happens once
    kind = Varchar(length=20)
    payment = ForeignKey(Payment, on_delete=OnDelete.restrict, null=True)
    note = Varchar(length=300, default="")
    created_at = Timestamptz(default=TimestamptzNow())


class LedgerEntry(Table, db=DB, tablename="ledger_entry"):
    """Never changed. Those of a transfer add up to zero when it is committed."""

    id = BigSerial(primary_key=True)
    transfer = ForeignKey(LedgerTransfer, on_delete=OnDelete.restrict, null=False)
    account = ForeignKey(LedgerAccount, on_delete=OnDelete.restrict, null=False)
    amount = Numeric(digits=AMOUNT)
    currency = Varchar(length=3)


class Cdr(Table, db=DB, tablename="cdr"):
    """A charge detail record: the bill of one ended transaction. Never changed once written."""

    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=False)
    transaction: Any = ForeignKey(TRANSACTION, on_delete=OnDelete.restrict, null=False, unique=True)
    number = Varchar(length=30)  # continuous and unique in its tenant
    tariff = ForeignKey(Tariff, on_delete=OnDelete.restrict, null=True)
    currency = Varchar(length=3)
    lines = JSONB()
    total_excl = Numeric(digits=AMOUNT)
    total_incl = Numeric(digits=AMOUNT)
    facts = JSONB()  # seller, place, times and registers as printed: a later rename changes no receipt
    issued_at = Timestamptz(default=TimestamptzNow())
