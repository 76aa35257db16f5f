"""Days that were reconciled."""

from decimal import Decimal

from piccolo.columns import JSONB, UUID, BigSerial, Date, ForeignKey, Integer, Numeric, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from backend.db.engine import DB
from backend.db.tables.accounts import Tenant
from backend.db.tables.money import AMOUNT


class Reconciliation(Table, db=DB, tablename="reconciliation"):
    """Written anew each time a day is checked. Unique in (tenant, day, currency)."""

    id = BigSerial(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.cascade, null=False)
    day = Date(default=None)
    currency = Varchar(length=3)
    bills = Integer()
    billed = Numeric(digits=AMOUNT)
    captured = Numeric(digits=AMOUNT)
    differences = JSONB()  # of shared.books.Difference
    checked_at = Timestamptz()
    on_account = Numeric(digits=AMOUNT)  # billed, and no card was ever asked: paid by invoice


class ProviderMovement(Table, db=DB, tablename="provider_movement"):
    """A line of the payment provider's own list, as it was read."""

    id = BigSerial(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.cascade, null=False)
    provider = Varchar(length=20)
    reference = Varchar(length=200)
    kind = Varchar(length=20)
    amount = Numeric(digits=AMOUNT)
    fee = Numeric(digits=AMOUNT)
    currency = Varchar(length=3)
    payment = Varchar(length=200, default="")  # the provider's name of the payment
    about = Varchar(length=300, default="")
    at = Timestamptz()


class ProviderDayRow(Table, db=DB, tablename="provider_day"):
    """A day of that list, held against the ledger."""

    id = BigSerial(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.cascade, null=False)
    provider = Varchar(length=20)
    day = Date(default=None)
    currency = Varchar(length=3)
    charges = Numeric(digits=AMOUNT)
    refunds = Numeric(digits=AMOUNT)
    disputes = Numeric(digits=AMOUNT)
    fees = Numeric(digits=AMOUNT)
    payouts = Numeric(digits=AMOUNT)
    booked = Numeric(digits=AMOUNT)
    differences = JSONB()  # of shared.books.ProviderDifference
    problem = Varchar(length=300, default="")
    checked_at = Timestamptz()


class LocationOwner(Table, db=DB, tablename="location_owner"):
    """Whom locations belong to (location.owner), and what of their earnings is theirs."""

    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.cascade, null=False)
    name = Varchar(length=100)
    address = Varchar(length=300, default="")
    email = Varchar(length=254, default="")
    tax_id = Varchar(length=40, default="")
    bank = Varchar(length=100, default="")
    share = Numeric(digits=(5, 2), default=Decimal(100))
    session_fee = Numeric(digits=AMOUNT, default=Decimal(0))
    vat = Numeric(digits=(5, 2), default=Decimal(0))
    created_at = Timestamptz(default=TimestamptzNow())


class OwnerStatementRow(Table, db=DB, tablename="owner_statement"):
    """What an owner was sent for a month, in one currency: never changed once written."""

    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=False)
    owner = ForeignKey(LocationOwner, on_delete=OnDelete.set_null, null=True)
    number = Varchar(length=30)
    period = Varchar(length=7)
    currency = Varchar(length=3)
    total = Numeric(digits=AMOUNT)
    document = JSONB()  # owner_rules.Frozen
    issued_at = Timestamptz()
