"""Bulk actions and what became of them at each station."""

from piccolo.columns import JSONB, UUID, BigSerial, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from backend.db.engine import DB
from backend.db.tables.accounts import Account, Tenant
from backend.db.tables.maintenance import MaintenanceTask
from backend.db.tables.stations import ChargingStation


class Campaign(Table, db=DB, tablename="campaign"):
    """One action for a fixed list of stations, stage by stage."""

    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=False)
    account = ForeignKey(Account, on_delete=OnDelete.set_null, null=True)
    name = Varchar(length=100)
    action = JSONB()
    stages = JSONB()  # as they were asked for
    stage_ends = JSONB()  # how many stations may have been asked by the end of each
    pause_s = Integer(default=0)
    max_failed_percent = Integer()
    min_failed = Integer()
    state = Varchar(length=10, default="running")
    detail = Varchar(length=300, default="")
    stage = Integer(default=0)
    stage_from = Timestamptz(null=True, default=None)  # the pause before this stage ends then
    forgiven_finished = Integer(default=0)  # counted before an operator resumed a halted one
    forgiven_failed = Integer(default=0)
    halted_at_station = ForeignKey(ChargingStation, on_delete=OnDelete.set_null, null=True)
    created_at = Timestamptz(default=TimestamptzNow())
    ended_at = Timestamptz(null=True, default=None)


class CampaignStation(Table, db=DB, tablename="campaign_station"):
    """A station of a campaign, in its order. Unique in (campaign, station)."""

    id = BigSerial(primary_key=True)
    campaign = ForeignKey(Campaign, on_delete=OnDelete.cascade, null=False)
    station = ForeignKey(ChargingStation, on_delete=OnDelete.cascade, null=False)
    state = Varchar(length=10, default="waiting")
    detail = Varchar(length=300, default="")
    task = ForeignKey(MaintenanceTask, on_delete=OnDelete.set_null, null=True)  # an update that is followed
    sent_at = Timestamptz(null=True, default=None)  # claimed: from here on it is never sent again
    ended_at = Timestamptz(null=True, default=None)
