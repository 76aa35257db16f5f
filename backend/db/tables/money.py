"""Tariffs, payments and charge detail records."""

from typing import Any

from piccolo.columns import JSONB, UUID, ForeignKey, LazyTableReference, Numeric, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from backend.db.engine import DB
from backend.db.tables.accounts import Account, Tenant

AMOUNT = (14, 4)
TRANSACTION: Any = LazyTableReference("Transaction", module_path="backend.db.tables.transactions")


class Tariff(Table, db=DB, tablename="tariff"):
    """`definition` is tariffs.model.Tariff as JSON. One in use is never changed: a new row takes its place."""

    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=False)
    name = Varchar(length=100)
    currency = Varchar(length=3)
    definition = JSONB()
    created_at = Timestamptz(default=TimestamptzNow())
    retired_at = Timestamptz(null=True, default=None)


class Payment(Table, db=DB, tablename="payment"):
    """The payment of one transaction. Amounts are in `currency`; one payment a transaction."""

    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=False)
    transaction: Any = ForeignKey(TRANSACTION, on_delete=OnDelete.restrict, null=False, unique=True)
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
    created_at = Timestamptz(default=TimestamptzNow())
    updated_at = Timestamptz(default=TimestamptzNow())


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
