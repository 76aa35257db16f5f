"""Monitors of stations, and their events."""

from piccolo.columns import (
    BigInt,
    BigSerial,
    Boolean,
    DoublePrecision,
    ForeignKey,
    Integer,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from backend.db.engine import DB
from backend.db.tables.stations import ChargingStation


class StationMonitoring(Table, db=DB, tablename="station_monitoring"):
    """What was last accepted of base and level."""

    station = ForeignKey(ChargingStation, primary_key=True, on_delete=OnDelete.cascade, null=False)
    base = Varchar(length=20, default="")  # All, FactoryDefault, HardWiredOnly
    severity = Integer(null=True, default=None)
    updated_at = Timestamptz(default=TimestamptzNow())


class StationMonitor(Table, db=DB, tablename="station_monitor"):
    """One monitor of a variable. Unique in (station, number)."""

    id = BigSerial(primary_key=True)
    station = ForeignKey(ChargingStation, on_delete=OnDelete.cascade, null=False)
    number = Integer()  # the station's own
    component = Varchar(length=101)
    evse = Integer(default=0)
    connector = Integer(default=0)
    name = Varchar(length=101)
    type = Varchar(length=20)
    value = DoublePrecision()
    severity = Integer()
    transaction = Boolean(default=False)
    updated_at = Timestamptz(default=TimestamptzNow())
    own = Boolean(default=False)  # set from here


class StationEvent(Table, db=DB, tablename="station_event"):
    """One event of a NotifyEvent, as it came."""

    id = BigSerial(primary_key=True)
    station = ForeignKey(ChargingStation, on_delete=OnDelete.cascade, null=False)
    at = Timestamptz()
    received_at = Timestamptz(default=TimestamptzNow())
    number = BigInt()  # eventId
    trigger = Varchar(length=10)  # Alerting, Delta, Periodic
    notification = Varchar(length=25)
    component = Varchar(length=101)
    evse = Integer(default=0)
    connector = Integer(default=0)
    name = Varchar(length=101)
    value = Text(default="")
    cleared = Boolean(default=False)
    cause = BigInt(null=True, default=None)
    tech_code = Varchar(length=50, default="")
    tech_info = Varchar(length=500, default="")
    transaction_ref = Varchar(length=36, default="")
    monitor = BigInt(null=True, default=None)  # variableMonitoringId
