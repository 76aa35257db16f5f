"""Notifications: devices, wishes, routes, and every message with what became of it."""

from piccolo.columns import JSONB, UUID, Boolean, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from backend.db.engine import DB
from backend.db.tables.accounts import Account, Tenant
from backend.db.tables.alerts import Incident
from backend.db.tables.stations import ChargingStation
from backend.db.tables.transactions import Transaction


class PushDevice(Table, db=DB, tablename="push_device"):
    id = UUID(primary_key=True)
    account = ForeignKey(Account, on_delete=OnDelete.cascade, null=False)
    token = Varchar(length=4096, unique=True)  # of Firebase, or a browser's endpoint
    p256dh = Varchar(length=100, default="")  # a browser's keys; empty: not a browser
    auth = Varchar(length=30, default="")
    sign_in = UUID(null=True, default=None)  # refresh_token.family
    platform = Varchar(length=10)  # android, ios, web
    name = Varchar(length=100, default="")
    language = Varchar(length=2, default="")  # empty: English
    seen_at = Timestamptz(default=TimestamptzNow())


class NotifyPreference(Table, db=DB, tablename="notify_preference"):
    account = ForeignKey(Account, on_delete=OnDelete.cascade, primary_key=True, null=False)
    wishes = JSONB()  # shared.notify.Wishes


class NotifyHook(Table, db=DB, tablename="notify_hook"):
    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=False)
    name = Varchar(length=100)
    kind = Varchar(length=10)  # generic, slack, teams, sms
    url = Varchar(length=2000)
    secret = Varchar(length=100)
    created_at = Timestamptz(default=TimestamptzNow())


class NotifyRota(Table, db=DB, tablename="notify_rota"):
    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=False)
    name = Varchar(length=100)
    plan = JSONB()  # shared.notify.RotaSet


class NotifyRoute(Table, db=DB, tablename="notify_route"):
    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=False)
    name = Varchar(length=100)
    enabled = Boolean(default=True)
    plan = JSONB()  # shared.notify.RouteSet
    created_at = Timestamptz(default=TimestamptzNow())


class Notice(Table, db=DB, tablename="notice"):
    """Something that somebody must hear; `key` makes it one however often it is noted."""

    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=False)
    kind = Varchar(length=30)
    key = Varchar(length=200, unique=True)
    incident = ForeignKey(Incident, on_delete=OnDelete.cascade, null=True)
    transaction = ForeignKey(Transaction, on_delete=OnDelete.cascade, null=True)
    station = ForeignKey(ChargingStation, on_delete=OnDelete.cascade, null=True)
    account = ForeignKey(Account, on_delete=OnDelete.cascade, null=True)
    data = JSONB(default="{}")
    at = Timestamptz()
    told_at = Timestamptz(null=True, default=None)


class Delivery(Table, db=DB, tablename="delivery"):
    """One message to one address. A held one gathers notices until it is due."""

    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=False)
    account = ForeignKey(Account, on_delete=OnDelete.cascade, null=True)
    hook = ForeignKey(NotifyHook, on_delete=OnDelete.set_null, null=True)
    device = ForeignKey(PushDevice, on_delete=OnDelete.set_null, null=True)
    channel = Varchar(length=10)  # app, push, email, webhook
    kind = Varchar(length=30)
    key = Varchar(length=300, unique=True)
    severity = Varchar(length=10, default="info")
    title = Text()
    body = Text(default="")
    link = Varchar(length=200, default="")
    address = Varchar(length=300, default="")
    notices = JSONB(default="[]")
    state = Varchar(length=10)  # held, queued, sent, failed, skipped
    reason = Varchar(length=20, default="")  # of a held one: quiet, digest, storm
    attempts = Integer(default=0)
    error = Text(default="")
    created_at = Timestamptz()
    due_at = Timestamptz(null=True, default=None)
    tried_at = Timestamptz(null=True, default=None)
    sent_at = Timestamptz(null=True, default=None)
    read_at = Timestamptz(null=True, default=None)


class ChannelHealth(Table, db=DB, tablename="channel_health"):
    """`channel`: push, email, or hook:<id>. `failures` counts those in a row."""

    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=False)
    channel = Varchar(length=60)
    failures = Integer(default=0)
    failing_since = Timestamptz(null=True, default=None)
    ok_at = Timestamptz(null=True, default=None)
    error = Text(default="")


class StationWatch(Table, db=DB, tablename="station_watch"):
    """A driver wants to hear when the station works again."""

    id = UUID(primary_key=True)
    account = ForeignKey(Account, on_delete=OnDelete.cascade, null=False)
    station = ForeignKey(ChargingStation, on_delete=OnDelete.cascade, null=False)
    at = Timestamptz(default=TimestamptzNow())
