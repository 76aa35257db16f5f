"""Days that were reconciled."""

from piccolo.columns import JSONB, BigSerial, Date, ForeignKey, Integer, Numeric, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
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
