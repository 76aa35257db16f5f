"""Papers and who issues them."""

from typing import Any

from piccolo.columns import (
    JSONB,
    UUID,
    BigInt,
    BigSerial,
    Boolean,
    ForeignKey,
    Integer,
    Numeric,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from backend.db.engine import DB
from backend.db.tables.accounts import Account, Tenant
from backend.db.tables.mail import Mail
from backend.db.tables.money import AMOUNT, TRANSACTION, Cdr


class Issuer(Table, db=DB, tablename="issuer"):
    """What the law wants to know of who issues papers. One a tenant; none: only the brand's name is known."""

    tenant = ForeignKey(Tenant, on_delete=OnDelete.cascade, null=False, primary_key=True)
    name = Varchar(length=200, default="")
    address = Varchar(length=500, default="")
    tax_id = Varchar(length=40, default="")
    register = Varchar(length=200, default="")
    bank = Varchar(length=200, default="")
    email = Varchar(length=254, default="")
    phone = Varchar(length=40, default="")
    footer = Varchar(length=300, default="")
    party_id = Varchar(length=3, default="")  # OCPI
    mail_receipts = Boolean(default=True)
    mail_invoices = Boolean(default=True)


class PaperCounter(Table, db=DB, tablename="paper_counter"):
    """The last number of a series. Unique in (tenant, kind)."""

    id = BigSerial(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.cascade, null=False)
    kind = Varchar(length=12)
    last = Integer()


class Paper(Table, db=DB, tablename="paper"):
    """`document` is papers.rules.Document as JSON: what was written, and nothing changes it."""

    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=False)
    kind = Varchar(length=12)  # receipt, invoice, credit_note, supplement
    number = Varchar(length=30)
    account = ForeignKey(Account, on_delete=OnDelete.restrict, null=True)
    transaction: Any = ForeignKey(TRANSACTION, on_delete=OnDelete.restrict, null=True)
    cdr = ForeignKey(Cdr, on_delete=OnDelete.restrict, null=True)
    period = Varchar(length=7, default="")
    currency = Varchar(length=3)
    total_excl = Numeric(digits=AMOUNT)
    total_incl = Numeric(digits=AMOUNT)
    sessions = Integer()
    energy_wh = BigInt()
    document = JSONB()
    mail = ForeignKey(Mail, on_delete=OnDelete.set_null, null=True)
    issued_at = Timestamptz()
