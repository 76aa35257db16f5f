"""How 2.0.1 stations reach us."""

from piccolo.columns import UUID, Boolean, ForeignKey, Integer, SmallInt, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from backend.db.engine import DB
from backend.db.tables.stations import ChargingStation


class NetworkProfile(Table, db=DB, tablename="network_profile"):
    """What a slot holds, as the station accepted it. Unique in (station, slot)."""

    id = UUID(primary_key=True)
    station = ForeignKey(ChargingStation, on_delete=OnDelete.cascade, null=False)
    slot = Integer()
    url = Text()
    security_profile = SmallInt()
    interface = Varchar(length=20)
    message_timeout_s = Integer()
    active = Boolean(default=False)  # first in the station's order of slots
    updated_at = Timestamptz(default=TimestamptzNow())
