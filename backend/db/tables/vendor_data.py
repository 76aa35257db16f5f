"""Messages of vendors."""

from piccolo.columns import JSONB, UUID, BigSerial, ForeignKey, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from backend.db.engine import DB
from backend.db.tables.accounts import Tenant
from backend.db.tables.stations import ChargingStation


class VendorData(Table, db=DB, tablename="vendor_data"):
    """One DataTransfer, kept for WATTLINE_FRAME_DAYS."""

    id = BigSerial(primary_key=True)
    station = ForeignKey(ChargingStation, on_delete=OnDelete.cascade, null=False)
    at = Timestamptz()
    direction = Varchar(length=3)  # in, out
    vendor_id = Varchar(length=255)
    message_id = Varchar(length=50, default="")
    data = Text(default="")
    status = Varchar(length=20)
    answer = Text(default="")


class KnownVendor(Table, db=DB, tablename="known_vendor"):
    """Whose messages an operator accepts. Unique in (tenant, vendor_id)."""

    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.cascade, null=False)
    vendor_id = Varchar(length=255)
    message_ids = JSONB(default="[]")  # empty: all of them
