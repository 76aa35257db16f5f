"""What meters signed, and their keys."""

from typing import Any

from piccolo.columns import BigSerial, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from backend.db.engine import DB
from backend.db.tables.stations import ChargingStation
from backend.db.tables.transactions import Transaction


class SignedValue(Table, db=DB, tablename="signed_value"):
    """`data` and `public_key` are untouched. Unique in (transaction, fingerprint)."""

    id = BigSerial(primary_key=True)
    transaction: Any = ForeignKey(Transaction, on_delete=OnDelete.cascade, null=False)
    at = Timestamptz()
    context = Varchar(length=30, default="")
    data = Text()
    public_key = Text(default="")  # as the message carried it
    encoding = Varchar(length=50, default="")
    method = Varchar(length=50, default="")
    fingerprint = Varchar(length=64)
    state = Varchar(length=10, default="unverified")  # unverified, verified, failed
    key_source = Varchar(length=20, default="")  # operator, configuration, message
    used_key = Text(default="")  # hex, what it was checked with
    note = Text(default="")
    checked_at = Timestamptz(null=True, default=None)


class MeterKey(Table, db=DB, tablename="meter_key"):
    """The public key of an outlet's meter (evse 0: of the whole station), as an operator entered it."""

    id = BigSerial(primary_key=True)
    station = ForeignKey(ChargingStation, on_delete=OnDelete.cascade, null=False)
    evse = Integer()
    public_key = Text()
    label = Varchar(length=100, default="")
    changed_at = Timestamptz()
