"""Incidents: what needs somebody."""

from piccolo.columns import UUID, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from backend.db.engine import DB
from backend.db.tables.accounts import Account, Tenant
from backend.db.tables.stations import ChargingStation, Connector


class Incident(Table, db=DB, tablename="incident"):
    """At most one that isn't closed for each (station, connector, rule)."""

    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=False)
    station = ForeignKey(ChargingStation, on_delete=OnDelete.cascade, null=True)
    connector = ForeignKey(Connector, on_delete=OnDelete.cascade, null=True)
    rule = Varchar(length=60)
    severity = Varchar(length=10)  # info, warning, critical
    state = Varchar(length=12, default="open")  # open, acknowledged, closed
    title = Varchar(length=200)
    detail = Text(default="")
    advice = Text(default="")
    occurrences = Integer(default=1)
    opened_at = Timestamptz(default=TimestamptzNow())
    seen_at = Timestamptz(default=TimestamptzNow())
    acknowledged_at = Timestamptz(null=True, default=None)
    acknowledged_by = ForeignKey(Account, on_delete=OnDelete.set_null, null=True)
    closed_at = Timestamptz(null=True, default=None)
    closed_by = ForeignKey(Account, on_delete=OnDelete.set_null, null=True)  # None: its condition ended by itself
