"""Power of a location: its tree, what its connectors were granted, the grid operator's limits, what it came to."""

from typing import Any

from piccolo.columns import (
    JSONB,
    UUID,
    BigSerial,
    Boolean,
    ForeignKey,
    Integer,
    Numeric,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from backend.db.engine import DB
from backend.db.tables.accounts import Tenant
from backend.db.tables.stations import ChargingStation, Location
from backend.db.tables.transactions import Transaction

AMPERES = (8, 1)
VALUE = (14, 5)


class PowerSite(Table, db=DB, tablename="power_site"):
    """The power tree of a location, how it is shared, its last readings and plan."""

    id = UUID(primary_key=True)
    location = ForeignKey(Location, on_delete=OnDelete.cascade, null=False, unique=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=False)
    enabled = Boolean(default=False)
    tree = JSONB()
    policy = JSONB()
    tariff = JSONB(default="{}")
    readings = JSONB(default="{}")
    plan = JSONB(null=True, default=None)
    planned_at = Timestamptz(null=True, default=None)
    updated_at = Timestamptz(default=TimestamptzNow())


class PowerGrant(Table, db=DB, tablename="power_grant"):
    """What an EVSE may draw: as sent, and as the station acknowledged it. Unique in (station, evse)."""

    station = ForeignKey(ChargingStation, on_delete=OnDelete.cascade, null=False)
    evse = Integer(default=None)
    id = UUID(primary_key=True)
    acked_a = Numeric(digits=AMPERES, null=True, default=None)
    acked_at = Timestamptz(null=True, default=None)
    sent_a = Numeric(digits=AMPERES, null=True, default=None)
    sent_at = Timestamptz(null=True, default=None)
    acked_until = Timestamptz(null=True, default=None)  # None: it has no end
    acked_phases = Integer(null=True, default=None)
    sent_until = Timestamptz(null=True, default=None)
    sent_phases = Integer(null=True, default=None)
    session = UUID(null=True, default=None)  # for which it was given: one of before says nothing of the next
    switched_at = Timestamptz(null=True, default=None)  # when it was last turned on or off
    fallback_a = Numeric(digits=AMPERES, null=True, default=None)  # stored in the station, for when we are silent
    over_since = Timestamptz(null=True, default=None)  # it draws more than it was given
    detail = Varchar(length=300, default="")


class PowerKey(Table, db=DB, tablename="power_key"):
    """What a meter or the grid operator signs its calls with; only the hash is kept."""

    id = UUID(primary_key=True)
    location = ForeignKey(Location, on_delete=OnDelete.cascade, null=False)
    purpose = Varchar(length=10)
    hash = Varchar(length=64, unique=True)
    created_at = Timestamptz(default=TimestamptzNow())
    used_at = Timestamptz(null=True, default=None)


class GridLimit(Table, db=DB, tablename="grid_limit"):
    """A limit of the grid operator for a while. Unique in (location, ref)."""

    id = UUID(primary_key=True)
    location = ForeignKey(Location, on_delete=OnDelete.cascade, null=False)
    ref: Any = Varchar(length=100)
    starts_at = Timestamptz()
    ends_at = Timestamptz()
    limit_w = Integer(default=None)
    created_at = Timestamptz(default=TimestamptzNow())
    cancelled_at = Timestamptz(null=True, default=None)


class PowerSignal(Table, db=DB, tablename="power_signal"):
    """A price (each kWh), CO2 intensity (g each kWh) or solar forecast (W). Unique in (location, kind, starts_at)."""

    id = BigSerial(primary_key=True)
    location = ForeignKey(Location, on_delete=OnDelete.cascade, null=False)
    kind = Varchar(length=10)
    starts_at = Timestamptz()
    ends_at = Timestamptz()
    value = Numeric(digits=VALUE)


class PowerFeed(Table, db=DB, tablename="power_feed"):
    """Where signals of a kind come from, and how that goes. Unique in (location, kind)."""

    id = UUID(primary_key=True)
    location = ForeignKey(Location, on_delete=OnDelete.cascade, null=False)
    kind = Varchar(length=10)
    url = Varchar(length=500, default="")
    adapter = Varchar(length=20, default="points")
    state = Varchar(length=10, default="ok")
    detail = Varchar(length=300, default="")
    heard_at = Timestamptz(null=True, default=None)


class PowerInterval(Table, db=DB, tablename="power_interval"):
    """Five minutes of a site: drawn at most, allowed, planned, and what uncontrolled charging would have drawn."""

    id = BigSerial(primary_key=True)
    location = ForeignKey(Location, on_delete=OnDelete.cascade, null=False)
    at = Timestamptz()
    peak_w = Integer(default=0)
    limit_w = Integer(null=True, default=None)
    planned_w = Integer(default=0)
    free_w = Integer(default=0)
    price = Numeric(digits=VALUE, null=True, default=None)


class ChargeWish(Table, db=DB, tablename="charge_wish"):
    """What the driver of a session wants: energy, and until when."""

    id = UUID(primary_key=True)
    transaction = ForeignKey(Transaction, on_delete=OnDelete.cascade, null=False, unique=True)
    departs_at = Timestamptz(null=True, default=None)
    energy_wh = Integer(null=True, default=None)
    asked_at = Timestamptz(default=TimestamptzNow())
