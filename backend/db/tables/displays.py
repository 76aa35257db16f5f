"""Messages on the screens of stations."""

from piccolo.columns import UUID, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from backend.db.engine import DB
from backend.db.tables.stations import ChargingStation


class DisplayMessage(Table, db=DB, tablename="display_message"):
    """As the station accepted or last told it. Unique in (station, number)."""

    id = UUID(primary_key=True)
    station = ForeignKey(ChargingStation, on_delete=OnDelete.cascade, null=False)
    number = Integer()
    priority = Varchar(length=20)
    format = Varchar(length=10)
    content = Text()
    language = Varchar(length=8, default="")
    state = Varchar(length=20, default="")
    begins_at = Timestamptz(null=True, default=None)
    ends_at = Timestamptz(null=True, default=None)
    transaction_ref = Varchar(length=36, default="")
    request_id = Integer(null=True, default=None)  # of the report that told it last
    updated_at = Timestamptz(default=TimestamptzNow())
