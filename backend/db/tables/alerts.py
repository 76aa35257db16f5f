"""Incidents: what needs somebody, what became of them, and the rules that find them."""

from decimal import Decimal
from typing import Any

from piccolo.columns import (
    JSONB,
    UUID,
    BigSerial,
    Date,
    DoublePrecision,
    ForeignKey,
    Integer,
    Numeric,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.reference import LazyTableReference
from piccolo.table import Table

from backend.db.engine import DB
from backend.db.tables.accounts import Account, Tenant
from backend.db.tables.stations import ChargingStation, Connector, Location

ITSELF = LazyTableReference("Incident", module_path=__name__)


class Incident(Table, db=DB, tablename="incident"):
    """At most one that isn't closed for each (location, station, connector, part, rule)."""

    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=False)
    station = ForeignKey(ChargingStation, on_delete=OnDelete.cascade, null=True)
    connector = ForeignKey(Connector, on_delete=OnDelete.cascade, null=True)
    rule = Varchar(length=60)
    severity = Varchar(length=10)  # info, warning, critical
    state = Varchar(length=12, default="open")  # shared.operations.IncidentState
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
    location = ForeignKey(Location, on_delete=OnDelete.cascade, null=True)  # of one about a whole site
    parent: Any = ForeignKey(
        ITSELF, on_delete=OnDelete.set_null, null=True
    )  # a part of that one: told with it, not alone
    assignee = ForeignKey(Account, on_delete=OnDelete.set_null, null=True)
    code = Varchar(length=60, default="")  # of the fault, such as GroundFailure
    cause = Text(default="")
    evidence = JSONB(default="{}")  # what the rule saw: name → value
    down = DoublePrecision(default=0.0)  # the part of the place's business that it costs, 0 to 1
    affected = Integer(default=1)  # stations
    part = Varchar(length=200, default="")  # of the station, such as PowerContactor/Problem, where each has its own
    began_at = Timestamptz(null=True, default=None)  # when the fault itself began, as far as it is known
    in_repair_at = Timestamptz(null=True, default=None)
    watched_at = Timestamptz(null=True, default=None)
    repaired_at = Timestamptz(null=True, default=None)  # when its condition ended last
    lost_sessions = Numeric(digits=(10, 2), default=Decimal(0))
    lost_amount = Numeric(digits=(14, 2), default=Decimal(0))  # in the tenant's currency


class IncidentEntry(Table, db=DB, tablename="incident_entry"):
    """One line of an incident's timeline."""

    id = BigSerial(primary_key=True)
    incident = ForeignKey(Incident, on_delete=OnDelete.cascade, null=False)
    at = Timestamptz()
    kind = Varchar(length=20)  # shared.faults.EntryKind
    account = ForeignKey(Account, on_delete=OnDelete.set_null, null=True)
    text = Text(default="")
    data = JSONB(default="{}")


class RuleThreshold(Table, db=DB, tablename="rule_threshold"):
    """What a tenant asks of a rule, for all stations or those of a vendor and model. Unique in all four."""

    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=False)
    rule = Varchar(length=60)
    vendor = Varchar(length=200, default="")  # empty: of every vendor
    model = Varchar(length=200, default="")  # empty: every model
    values = JSONB()
    updated_at = Timestamptz(default=TimestamptzNow())


class RuleSwitch(Table, db=DB, tablename="rule_switch"):
    """A rule that is off, or was. Unique in (tenant, rule)."""

    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=False)
    rule = Varchar(length=60)
    off_at = Timestamptz(null=True, default=None)  # None: it is on
    error = Text(default="")  # what it threw; empty where somebody switched it off
    failures = Integer(default=0)


class StationBaseline(Table, db=DB, tablename="station_baseline"):
    """What is usual at a station, computed nightly."""

    station = ForeignKey(ChargingStation, on_delete=OnDelete.cascade, primary_key=True, null=False)
    days = DoublePrecision()  # how many it was computed from
    sessions_per_day = DoublePrecision()
    session_amount = Numeric(digits=(14, 4), default=Decimal(0))
    longest_gap_s = DoublePrecision(null=True, default=None)
    drops_per_day = DoublePrecision(default=0.0)
    computed_at = Timestamptz(default=None)


class StationDrop(Table, db=DB, tablename="station_drop"):
    """A lost connection; kept for a week."""

    id = BigSerial(primary_key=True)
    station = ForeignKey(ChargingStation, on_delete=OnDelete.cascade, null=False)
    at = Timestamptz(default=None)


class StationLink(Table, db=DB, tablename="station_link"):
    """How a station's link answers pings: lately, and as a rule."""

    station = ForeignKey(ChargingStation, on_delete=OnDelete.cascade, primary_key=True, null=False)
    at = Timestamptz(default=None)
    spans = Integer(default=1)  # how often it was noted
    round_trip_ms = DoublePrecision()
    lost_percent = DoublePrecision()
    usual_ms = DoublePrecision()
    usual_lost_percent = DoublePrecision()


class VendorCode(Table, db=DB, tablename="vendor_code"):
    """What a vendor means by a code, in a tenant's own words. Unique in (tenant, vendor, code), all lower case."""

    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=False)
    vendor = Varchar(length=200)
    code = Varchar(length=60)
    title = Varchar(length=200)
    severity = Varchar(length=10)
    cause = Text(default="")
    advice = Text(default="")
    updated_at = Timestamptz(default=None)


class UnknownCode(Table, db=DB, tablename="unknown_code"):
    """A vendor's code that nobody knew when it came. Unique in (tenant, vendor, code)."""

    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=False)
    vendor = Varchar(length=200)
    code = Varchar(length=60)
    times = Integer(default=1)
    station = ForeignKey(ChargingStation, on_delete=OnDelete.set_null, null=True)  # the last one that sent it
    text = Varchar(length=500, default="")  # what it said besides
    seen_at = Timestamptz(default=None)


class FirmwareSupport(Table, db=DB, tablename="firmware_support"):
    """Until when a vendor stands by a firmware. Unique in all but the day."""

    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=False)
    vendor = Varchar(length=200, default=None)
    model = Varchar(length=200, default="")
    firmware = Varchar(length=200, default=None)
    ends_on = Date(default=None)
