"""What rules and playbooks would have found in the past."""

from piccolo.columns import JSONB, UUID, BigSerial, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from backend.db.engine import DB
from backend.db.tables.accounts import Account, Tenant
from backend.db.tables.alerts import Incident
from backend.db.tables.stations import ChargingStation


class LookBack(Table, db=DB, tablename="look_back"):
    """At most one of a tenant is under way. Stations are looked at in the order of their ids."""

    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=False)
    account = ForeignKey(Account, on_delete=OnDelete.set_null, null=True)
    asked = JSONB()  # shared.lookback.LookBackNew
    state = Varchar(length=10, default="queued")
    begins_at = Timestamptz()
    ends_at = Timestamptz()
    stations = Integer(default=0)
    done = Integer(default=0)
    last_station = UUID(null=True, default=None)  # no reference: a mark in an order
    tally = JSONB(default="{}")  # rule → now, missed; what threw
    recorded_from = Timestamptz(null=True, default=None)
    error = Text(default="")
    created_at = Timestamptz()
    ended_at = Timestamptz(null=True, default=None)


class LookBackFiring(Table, db=DB, tablename="look_back_firing"):
    """One incident that would have been, and the one that it was in truth."""

    id = BigSerial(primary_key=True)
    look_back = ForeignKey(LookBack, on_delete=OnDelete.cascade, null=False)
    station = ForeignKey(ChargingStation, on_delete=OnDelete.cascade, null=False)
    incident = ForeignKey(Incident, on_delete=OnDelete.set_null, null=True)
    rule = Varchar(length=60)
    label = Varchar(length=20, default="")
    title = Varchar(length=200)
    detail = Text(default="")
    severity = Varchar(length=10)
    code = Varchar(length=60, default="")
    fired_at = Timestamptz()
    ended_at = Timestamptz(null=True, default=None)
    occurrences = Integer(default=1)
    outcome = Varchar(length=20, default="")
    held = Varchar(length=60, default="")
