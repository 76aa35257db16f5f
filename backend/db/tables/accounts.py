"""Tenants (operator companies), their people, and what keeps them signed in."""

from piccolo.columns import JSONB, UUID, Bytea, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from backend.db.engine import DB


class Tenant(Table, db=DB, tablename="tenant"):
    id = UUID(primary_key=True)
    slug = Varchar(length=60, unique=True)
    name = Varchar(length=100)
    seed_color = Varchar(length=7, default="#0B6E4F")
    logo = Text(default="")
    support_email = Varchar(length=254, default="")
    currency = Varchar(length=3, default="EUR")
    time_zone = Varchar(length=64, default="Europe/Berlin")
    country = Varchar(length=2, default="")
    cdr_counter = Integer(default=0)  # the last receipt number given out, counted per tenant without gaps
    created_at = Timestamptz(default=TimestamptzNow())


class DriverGroup(Table, db=DB, tablename="driver_group"):
    """Drivers who have prices of their own; the name is unique in its tenant."""

    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.cascade, null=False)
    name = Varchar(length=100)
    created_at = Timestamptz(default=TimestamptzNow())


class Account(Table, db=DB, tablename="account"):
    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=False)
    email = Varchar(length=254)  # lower case; unique in its tenant
    name = Varchar(length=100)
    password_hash = Varchar(length=200)
    role = Varchar(length=20)  # driver, operator, admin
    password_expires_at = Timestamptz(null=True, default=None)  # set while somebody else knows the password
    disabled_at = Timestamptz(null=True, default=None)
    driver_group = ForeignKey(DriverGroup, on_delete=OnDelete.set_null, null=True)
    created_at = Timestamptz(default=TimestamptzNow())


class RefreshToken(Table, db=DB, tablename="refresh_token"):
    """One link of a chain (`family`): each use makes the next one; a second use revokes the whole family."""

    id = UUID(primary_key=True)
    account = ForeignKey(Account, on_delete=OnDelete.cascade, null=False)
    family = UUID()
    token_hash = Bytea(unique=True)
    expires_at = Timestamptz()
    used_at = Timestamptz(null=True, default=None)
    revoked_at = Timestamptz(null=True, default=None)
    created_at = Timestamptz(default=TimestamptzNow())


class IdempotencyKey(Table, db=DB, tablename="idempotency_key"):
    """The answer to a request that must not be done twice. Unique in (account, key); kept for a day."""

    id = UUID(primary_key=True)
    account = ForeignKey(Account, on_delete=OnDelete.cascade, null=False)
    key = Varchar(length=200)
    request_hash = Bytea()
    status = Integer(null=True, default=None)  # None: the first request is still under way
    body = JSONB(null=True, default=None)
    created_at = Timestamptz(default=TimestamptzNow())
