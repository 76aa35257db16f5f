"""Charging profiles, limits that others set, and what cars ask for."""

from piccolo.columns import JSONB, UUID, Boolean, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from backend.db.engine import DB
from backend.db.tables.stations import ChargingStation
from backend.db.tables.transactions import Transaction


class ChargingProfile(Table, db=DB, tablename="charging_profile"):
    """One that the station accepted from us (source CSO) or reported. Unique in (station, source, number)."""

    id = UUID(primary_key=True)
    station = ForeignKey(ChargingStation, on_delete=OnDelete.cascade, null=False)
    evse = Integer()
    number = Integer()
    source = Varchar(length=10, default="CSO")
    purpose = Varchar(length=40)
    stack_level = Integer()
    transaction = ForeignKey(Transaction, on_delete=OnDelete.cascade, null=True)
    profile = JSONB()
    request_id = Integer(null=True, default=None)  # of the report that told it
    set_at = Timestamptz(default=TimestamptzNow())


class ChargingProfileRead(Table, db=DB, tablename="charging_profile_read"):
    """A question whose answer comes in parts; `everything`: what it doesn't name is no more."""

    request_id = Integer(primary_key=True)
    station = ForeignKey(ChargingStation, on_delete=OnDelete.cascade, null=False)
    everything = Boolean(default=None)
    asked_at = Timestamptz(default=TimestamptzNow())


class ExternalLimit(Table, db=DB, tablename="external_limit"):
    """Unique in (station, evse, source). evse 0: the whole station."""

    id = UUID(primary_key=True)
    station = ForeignKey(ChargingStation, on_delete=OnDelete.cascade, null=False)
    evse = Integer()
    source = Varchar(length=10)
    grid_critical = Boolean(default=False)
    schedules = JSONB(default="[]")
    set_at = Timestamptz(default=TimestamptzNow())


class ChargingNeeds(Table, db=DB, tablename="charging_needs"):
    """What the car on an EVSE asked for last, and its plan. Unique in (station, evse)."""

    id = UUID(primary_key=True)
    station = ForeignKey(ChargingStation, on_delete=OnDelete.cascade, null=False)
    evse = Integer()
    energy_wh = Integer(null=True, default=None)
    max_current_a = Integer(null=True, default=None)
    max_power_w = Integer(null=True, default=None)
    most_periods = Integer(null=True, default=None)
    departs_at = Timestamptz(null=True, default=None)
    asked_at = Timestamptz(default=TimestamptzNow())
    plan = JSONB(null=True, default=None)
    plan_within = Boolean(null=True, default=None)
