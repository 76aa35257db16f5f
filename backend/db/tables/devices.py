"""Reports that stations were asked for."""

from piccolo.columns import JSONB, UUID, Array, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from backend.db.engine import DB
from backend.db.tables.accounts import Account
from backend.db.tables.stations import ChargingStation


class StationReport(Table, db=DB, tablename="station_report"):
    """One request for a report, and which of its parts came in. The reports themselves are rows of other tables."""

    id = UUID(primary_key=True)
    station = ForeignKey(ChargingStation, on_delete=OnDelete.cascade, null=False)
    account = ForeignKey(Account, on_delete=OnDelete.set_null, null=True)
    request_id = Integer()
    kind = Varchar(length=12)  # base, custom, monitoring, customer
    asked = JSONB()
    status = Varchar(length=40, default="")  # the station's answer, empty before it
    detail = Varchar(length=500, default="")
    parts = Array(base_column=Integer(), default=list)  # seqNo of what came
    last_part = Integer(null=True, default=None)  # the seqNo that said that nothing follows
    items = Integer(default=0)
    texts = JSONB(default="{}")  # customer information: seqNo → text
    created_at = Timestamptz(default=TimestamptzNow())
    heard_at = Timestamptz(null=True, default=None)
