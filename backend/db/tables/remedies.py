"""Playbooks and what became of their runs."""

from piccolo.columns import JSONB, UUID, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from backend.db.engine import DB
from backend.db.tables.accounts import Account, Tenant
from backend.db.tables.alerts import Incident
from backend.db.tables.stations import ChargingStation, Connector


class Playbook(Table, db=DB, tablename="playbook"):
    """`key`: of a built-in one, which each tenant has once and may change."""

    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=False)
    key = Varchar(length=60, default="")
    version = Integer(default=1)
    plan = JSONB()  # shared.remedies.PlaybookSet
    place = Integer(default=100)
    created_at = Timestamptz(default=TimestamptzNow())
    updated_at = Timestamptz(default=TimestamptzNow())
    removed_at = Timestamptz(null=True, default=None)


class PlaybookVersion(Table, db=DB, tablename="playbook_version"):
    id = UUID(primary_key=True)
    playbook = ForeignKey(Playbook, on_delete=OnDelete.cascade, null=False)
    version = Integer()
    plan = JSONB()
    account = ForeignKey(Account, on_delete=OnDelete.set_null, null=True)
    at = Timestamptz(default=TimestamptzNow())


class Remedy(Table, db=DB, tablename="remedy"):
    """A run for one incident, by the plan as it was then. At most one a station is under way."""

    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=False)
    playbook = ForeignKey(Playbook, on_delete=OnDelete.cascade, null=False)
    version = Integer()
    plan = JSONB()
    incident = ForeignKey(Incident, on_delete=OnDelete.cascade, null=False)
    station = ForeignKey(ChargingStation, on_delete=OnDelete.cascade, null=False)
    connector = ForeignKey(Connector, on_delete=OnDelete.set_null, null=True)
    model = Varchar(length=200, default="")
    firmware = Varchar(length=200, default="")
    state = Varchar(length=10, default="running")  # shared.remedies.RemedyState
    phase = Varchar(length=10, default="ready")  # ready, sent, verifying: of the step
    step = Integer(default=0)
    approved_at = Timestamptz(null=True, default=None)
    approved_by = ForeignKey(Account, on_delete=OnDelete.set_null, null=True)
    detail = Text(default="")
    due_at = Timestamptz(null=True, default=None)
    created_at = Timestamptz()
    ended_at = Timestamptz(null=True, default=None)


class RemedyStep(Table, db=DB, tablename="remedy_step"):
    """Written before the station is asked: whoever finds it doesn't ask again."""

    id = UUID(primary_key=True)
    remedy = ForeignKey(Remedy, on_delete=OnDelete.cascade, null=False)
    number = Integer()
    kind = Varchar(length=20)
    sent_at = Timestamptz()
    answered_at = Timestamptz(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)
    outcome = Varchar(length=20, default="")
    detail = Text(default="")
