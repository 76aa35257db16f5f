"""Corrections of bills, and meters in doubt."""

from decimal import Decimal
from typing import Any

from piccolo.columns import JSONB, UUID, BigInt, ForeignKey, Numeric, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from backend.db.engine import DB
from backend.db.tables.accounts import Account, Tenant
from backend.db.tables.money import AMOUNT, TRANSACTION, Cdr
from backend.db.tables.papers import Paper


class Correction(Table, db=DB, tablename="correction"):
    """A credit (amounts below zero) or a supplement of a bill. Never changed once written."""

    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=False)
    cdr = ForeignKey(Cdr, on_delete=OnDelete.restrict, null=False)
    transaction: Any = ForeignKey(TRANSACTION, on_delete=OnDelete.restrict, null=False)
    paper = ForeignKey(Paper, on_delete=OnDelete.restrict, null=False)
    kind = Varchar(length=12)  # credit_note, supplement
    number = Varchar(length=30)  # that of its paper
    currency = Varchar(length=3)
    lines = JSONB()
    total_excl = Numeric(digits=AMOUNT)
    total_incl = Numeric(digits=AMOUNT)
    reason = Varchar(length=300)
    refunded = Numeric(digits=AMOUNT, default=Decimal(0))
    made_by = ForeignKey(Account, on_delete=OnDelete.set_null, null=True)
    issued_at = Timestamptz()


class MeterDoubt(Table, db=DB, tablename="meter_doubt"):
    """One a session. `decision` empty: open."""

    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=False)
    transaction: Any = ForeignKey(TRANSACTION, on_delete=OnDelete.restrict, null=False, unique=True)
    flags = JSONB()
    trusted_wh = BigInt()
    reported_wh = BigInt(null=True, default=None)
    currency = Varchar(length=3)
    trusted_total = Numeric(digits=AMOUNT)
    reported_total = Numeric(digits=AMOUNT, null=True, default=None)
    decision = Varchar(length=10, default="")
    note = Varchar(length=300, default="")
    correction = ForeignKey(Correction, on_delete=OnDelete.restrict, null=True)
    decided_by = ForeignKey(Account, on_delete=OnDelete.set_null, null=True)
    decided_at = Timestamptz(null=True, default=None)
    created_at = Timestamptz()
