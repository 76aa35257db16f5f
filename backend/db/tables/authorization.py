"""Id tokens: cards, app users, anything a station may present."""

from piccolo.columns import JSONB, UUID, Array, Boolean, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from backend.db.engine import DB
from backend.db.tables.accounts import Account, Tenant
from backend.db.tables.stations import ChargingStation


class IdToken(Table, db=DB, tablename="id_token"):
    """`value` is compared case-insensitively and is unique in its tenant (stored as sent, index on lower)."""

    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=False)
    value = Varchar(length=36)
    type = Varchar(length=20, default="ISO14443")  # 2.0.1 IdTokenEnumType; Central for app users
    account = ForeignKey(Account, on_delete=OnDelete.set_null, null=True)
    label = Varchar(length=100, default="")
    parent = Varchar(length=36, default="")  # 1.6 parentIdTag, 2.0.1 groupIdToken
    blocked_at = Timestamptz(null=True, default=None)
    expires_at = Timestamptz(null=True, default=None)
    created_at = Timestamptz(default=TimestamptzNow())


class TokenGroup(Table, db=DB, tablename="token_group"):
    """What is said of a group of tokens. A group exists through its tokens; a row is needed for the master pass."""

    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.cascade, null=False)
    name = Varchar(length=36, null=False)
    master_pass = Boolean(default=False)
    created_at = Timestamptz(default=TimestamptzNow())


class LocalList(Table, db=DB, tablename="local_list"):
    """The tokens that a station keeps for when it is offline: what is wanted, and what it is known to hold."""

    station = ForeignKey(ChargingStation, primary_key=True, on_delete=OnDelete.cascade, null=False)
    mode = Varchar(length=10, default="off")  # off, all, groups
    groups = JSONB(default="[]")
    state = Varchar(length=10, default="unknown")  # unknown, waiting, sending, synced, refused
    detail = Varchar(length=300, default="")
    version = Integer(default=0)
    station_version = Integer(null=True, default=None)
    entries = JSONB(null=True, default=None)  # by value in lower case; None: not known
    synced_at = Timestamptz(null=True, default=None)
    busy_until = Timestamptz(null=True, default=None)
    excluded = Array(base_column=Text(), default=list)  # tokens that must not be on this list, in lower case


class MasterPassRefusal(Table, db=DB, tablename="master_pass_refusal"):
    """A station that won't take the master pass `name`, with the firmware that said so."""

    station = ForeignKey(ChargingStation, primary_key=True, on_delete=OnDelete.cascade, null=False)
    name = Text()
    firmware = Varchar(length=200)
    status = Varchar(length=60)  # what it answered
    at = Timestamptz()
