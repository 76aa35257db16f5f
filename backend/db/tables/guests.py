"""Visits of people without an account."""

from piccolo.columns import JSONB, UUID, ForeignKey, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from backend.db.engine import DB
from backend.db.tables.accounts import Tenant
from backend.db.tables.stations import Connector


class GuestVisit(Table, db=DB, tablename="guest_visit"):
    """`id` is also that of the transaction that the visit begins. The e-mail is forgotten after a while."""

    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=False)
    connector = ForeignKey(Connector, on_delete=OnDelete.cascade, null=False)
    email = Varchar(length=254, default="")
    language = Varchar(length=2, default="en")
    failure_code = Varchar(length=60, default="")
    failure = Text(default="")
    target = JSONB(null=True, default=None)  # shared.money.TargetNew
    created_at = Timestamptz(default=TimestamptzNow())
    payer = Varchar(length=254, default="")  # while a card is being entered on the provider's page
