"""Certificates in stations, and those that were signed for them."""

from piccolo.columns import JSONB, UUID, ForeignKey, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from backend.db.engine import DB
from backend.db.tables.accounts import Tenant
from backend.db.tables.stations import ChargingStation


class InstalledCertificate(Table, db=DB, tablename="installed_certificate"):
    """Named as OCPP does, by digests in lower case. Unique in (station, kind, the two digests, serial)."""

    id = UUID(primary_key=True)
    station = ForeignKey(ChargingStation, on_delete=OnDelete.cascade, null=False)
    kind = Varchar(length=40)
    algorithm = Varchar(length=10)
    issuer_name_hash = Varchar(length=128)
    issuer_key_hash = Varchar(length=128)
    serial = Varchar(length=40)
    children = JSONB(default="[]")
    subject = Varchar(length=200, default="")
    expires_at = Timestamptz(null=True, default=None)
    seen_at = Timestamptz(default=TimestamptzNow())


class IssuedCertificate(Table, db=DB, tablename="issued_certificate"):
    """A station's wish for a certificate, and what became of it."""

    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=False)
    station = ForeignKey(ChargingStation, on_delete=OnDelete.set_null, null=True)
    identity = Varchar(length=48)
    kind = Varchar(length=30)
    state = Varchar(length=10)  # asked, signed, accepted, refused, rejected, revoked
    detail = Varchar(length=300, default="")
    csr = Text()
    chain = Text(default="")
    subject = Varchar(length=200, default="")
    serial = Varchar(length=40, default="")  # hexadecimal, lower case
    expires_at = Timestamptz(null=True, default=None)
    created_at = Timestamptz(default=TimestamptzNow())
    answered_at = Timestamptz(null=True, default=None)
    revoked_at = Timestamptz(null=True, default=None)
