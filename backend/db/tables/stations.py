"""Locations, charging stations, connectors, and what stations said."""

from typing import Any

from piccolo.columns import (
    JSONB,
    UUID,
    BigInt,
    BigSerial,
    Boolean,
    DoublePrecision,
    ForeignKey,
    Integer,
    LazyTableReference,
    SmallInt,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from backend.db.engine import DB
from backend.db.tables.accounts import Account, Tenant
from backend.db.tables.money import Tariff

OWNER: Any = LazyTableReference("LocationOwner", module_path="backend.db.tables.books")


class Location(Table, db=DB, tablename="location"):
    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=False)
    name = Varchar(length=200)
    address = Varchar(length=200, default="")
    postal_code = Varchar(length=20, default="")
    city = Varchar(length=100, default="")
    country = Varchar(length=2, default="")
    latitude = DoublePrecision()
    longitude = DoublePrecision()
    time_zone = Varchar(length=64, default="UTC")
    description = Text(default="")
    owner: Any = ForeignKey(OWNER, on_delete=OnDelete.set_null, null=True)
    created_at = Timestamptz(default=TimestamptzNow())


class ChargingStation(Table, db=DB, tablename="charging_station"):
    """One station. `identity` is what it calls itself in the URL: unique over all tenants."""

    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=False)
    location = ForeignKey(Location, on_delete=OnDelete.restrict, null=True)
    identity = Varchar(length=48, unique=True)
    name = Varchar(length=200, default="")
    registration = Varchar(length=10, default="pending")  # pending, accepted, rejected
    password_hash = Varchar(length=200, default="")  # empty: no password asked (security profile 0)
    ocpp_version = Varchar(length=10, default="")  # 1.6, 2.0.1, empty before the first connection
    vendor = Varchar(length=200, default="")
    model = Varchar(length=200, default="")
    serial = Varchar(length=200, default="")
    firmware = Varchar(length=200, default="")
    online = Boolean(default=False)
    node = Varchar(length=64, default="")  # the process that holds the socket
    connection_epoch = BigInt(default=0)
    connection = UUID(null=True, default=None)  # the socket itself: an old one's late close changes nothing
    connected_at = Timestamptz(null=True, default=None)
    disconnected_at = Timestamptz(null=True, default=None)
    last_seen_at = Timestamptz(null=True, default=None)
    booted_at = Timestamptz(null=True, default=None)
    boot_reason = Varchar(length=50, default="")
    created_at = Timestamptz(default=TimestamptzNow())
    security_profile = SmallInt(default=0)  # 0 nothing, 1 password, 2 TLS and password, 3 client certificate
    pending_passwords = JSONB(default="[]")  # hashes: sent to the station, and not used to sign in yet
    pending_profile = SmallInt(null=True, default=None)  # counts from the first connection that meets it
    clock_off_s = DoublePrecision(null=True, default=None)  # its clock minus ours, as it last told live
    clock_off_at = Timestamptz(null=True, default=None)
    wireless = Boolean(default=False)  # it told of a SIM card when it booted


class Connector(Table, db=DB, tablename="connector"):
    """One outlet of an EVSE. Unique in (station, evse, number). OCPP 1.6 connector n is evse n, number 1."""

    id = UUID(primary_key=True)
    station = ForeignKey(ChargingStation, on_delete=OnDelete.cascade, null=False)
    evse = Integer()
    number = Integer(default=1)
    standard = Varchar(length=40, default="IEC_62196_T2")
    power_type = Varchar(length=2, default="AC")
    max_power_w = Integer(default=0)
    tariff = ForeignKey(Tariff, on_delete=OnDelete.set_null, null=True)
    status = Varchar(length=20, default="unknown")  # shared.stations.ConnectorStatus, but never offline
    status_at = Timestamptz(null=True, default=None)
    error_code = Varchar(length=50, default="")
    error_info = Varchar(length=200, default="")
    withheld = Boolean(default=False)  # suspended because the station gives nothing
    operative = Boolean(default=True)  # what the operator last asked for


class StatusChange(Table, db=DB, tablename="status_change"):
    """History of connectors and of the connection (connector None: online or offline)."""

    id = BigSerial(primary_key=True)
    station = ForeignKey(ChargingStation, on_delete=OnDelete.cascade, null=False)
    connector = ForeignKey(Connector, on_delete=OnDelete.cascade, null=True)
    at = Timestamptz()
    status = Varchar(length=20)
    error_code = Varchar(length=50, default="")
    info = Varchar(length=200, default="")


class StationVariable(Table, db=DB, tablename="station_variable"):
    """A configuration key (1.6) or a variable (2.0.1). Unique in (station, component, evse, connector, name)."""

    id = BigSerial(primary_key=True)
    station = ForeignKey(ChargingStation, on_delete=OnDelete.cascade, null=False)
    component = Varchar(length=101, default="")  # `Component` or `Component/instance`
    evse = Integer(default=0)  # 0: of the station
    name = Varchar(length=110)  # `Variable` or `Variable/instance`
    value = Text(null=True, default=None)  # of the attribute Actual
    read_only = Boolean(default=False)
    updated_at = Timestamptz(default=TimestamptzNow())
    connector = Integer(default=0)  # 0: of the EVSE as a whole
    attributes = JSONB(default="{}")  # by `Target.value`, `Actual.mutability` …
    characteristics = JSONB(null=True, default=None)  # data type, unit, limits, values


class StationCommand(Table, db=DB, tablename="station_command"):
    """Every call an operator or a driver sent, and what the station answered."""

    id = UUID(primary_key=True)
    station = ForeignKey(ChargingStation, on_delete=OnDelete.cascade, null=False)
    account = ForeignKey(Account, on_delete=OnDelete.set_null, null=True)
    action = Varchar(length=60)
    request = JSONB()
    state = Varchar(length=10, default="sent")  # queued, sent, answered, failed
    status = Varchar(length=60, default="")
    answer = JSONB(null=True, default=None)
    at = Timestamptz(default=TimestamptzNow())
    answered_at = Timestamptz(null=True, default=None)
    command = JSONB(null=True, default=None)  # as it is sent, of one that waits
    expires_at = Timestamptz(null=True, default=None)  # of one that waits, or waited


class OcppFrame(Table, db=DB, tablename="ocpp_frame"):
    """The OCPP log: one row a message, in partitions by day; `id` only counts."""

    id = BigSerial(primary_key=True)
    station_id = UUID(null=False)
    at = Timestamptz()
    direction = Varchar(length=3)  # in, out
    kind = Varchar(length=10)  # call, result, error, malformed
    action = Varchar(length=60, default="")
    message_id = Varchar(length=64, default="")
    payload = Text(default="")
    size = Integer(default=0)
    latency_ms = BigInt(null=True, default=None)
    error_code = Varchar(length=60, default="")
