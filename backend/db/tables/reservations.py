"""Outlets that are held for somebody."""

from piccolo.columns import UUID, ForeignKey, Integer, Numeric, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from backend.db.engine import DB
from backend.db.tables.accounts import Account, Tenant
from backend.db.tables.stations import ChargingStation, Connector
from backend.db.tables.transactions import Transaction


class Reservation(Table, db=DB, tablename="reservation"):
    """`number` is the id on the wire of both versions."""

    id = UUID(primary_key=True)
    number = Integer(unique=True)  # default nextval('reservation_number')
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=False)
    station = ForeignKey(ChargingStation, on_delete=OnDelete.cascade, null=False)
    connector = ForeignKey(Connector, on_delete=OnDelete.cascade, null=True)  # None: whichever is free
    connector_type = Varchar(length=20, default="")
    account = ForeignKey(Account, on_delete=OnDelete.set_null, null=True)  # whose it is
    id_token = Varchar(length=36)
    parent = Varchar(length=36, default="")  # the group of the token
    state = Varchar(length=10)  # asked, held, refused, used, expired, cancelled, removed
    detail = Varchar(length=300, default="")
    expires_at = Timestamptz()
    unused_price = Numeric(digits=(14, 4))  # what it costs if nobody comes, with VAT
    currency = Varchar(length=3, default="")
    transaction = ForeignKey(Transaction, on_delete=OnDelete.set_null, null=True)
    created_at = Timestamptz(default=TimestamptzNow())
    ended_at = Timestamptz(null=True, default=None)
