"""Firmware, logs, and what stations say of their security."""

from piccolo.columns import (
    JSONB,
    UUID,
    BigInt,
    BigSerial,
    Boolean,
    Bytea,
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
from backend.db.tables.accounts import Account, Tenant
from backend.db.tables.stations import ChargingStation


class FirmwareFile(Table, db=DB, tablename="firmware_file"):
    """The bytes lie in the data folder, under this id."""

    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=False)
    account = ForeignKey(Account, on_delete=OnDelete.set_null, null=True)
    name = Varchar(length=200)
    size = BigInt()
    sha256 = Varchar(length=64)
    md5 = Varchar(length=32)
    created_at = Timestamptz(default=TimestamptzNow())


class MaintenanceTask(Table, db=DB, tablename="maintenance_task"):
    """Something a station does over a while and reports on: an update, or a log file that it sends."""

    id = UUID(primary_key=True)
    station = ForeignKey(ChargingStation, on_delete=OnDelete.cascade, null=False)
    account = ForeignKey(Account, on_delete=OnDelete.set_null, null=True)
    firmware_file = ForeignKey(FirmwareFile, on_delete=OnDelete.set_null, null=True)
    kind = Varchar(length=12)  # update, publish, diagnostics, security
    request_id = Integer()
    status = Varchar(length=40)
    history = JSONB()  # [{"status": …, "at": …}], oldest first
    location = Text(default="")  # without the secret part
    token_hash = Bytea(null=True, default=None, unique=True)
    expires_at = Timestamptz(null=True, default=None)
    used_at = Timestamptz(null=True, default=None)
    file_name = Varchar(length=255, default="")
    file_size = BigInt(null=True, default=None)
    created_at = Timestamptz(default=TimestamptzNow())
    ended_at = Timestamptz(null=True, default=None)


class SecurityEvent(Table, db=DB, tablename="security_event"):
    id = BigSerial(primary_key=True)
    station = ForeignKey(ChargingStation, on_delete=OnDelete.cascade, null=False)
    at = Timestamptz()
    received_at = Timestamptz(default=TimestamptzNow())
    type = Varchar(length=50)
    info = Varchar(length=255, default="")
    critical = Boolean(default=False)
