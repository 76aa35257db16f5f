"""What drivers say is wrong at a charger."""

from piccolo.columns import UUID, Boolean, ForeignKey, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from backend.db.engine import DB
from backend.db.tables.accounts import Account, Tenant
from backend.db.tables.alerts import Incident
from backend.db.tables.stations import ChargingStation, Connector


class DriverReport(Table, db=DB, tablename="driver_report"):
    """A person (`reporter`) has at most one open report about a connector."""

    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=False)
    station = ForeignKey(ChargingStation, on_delete=OnDelete.cascade, null=False)
    connector = ForeignKey(Connector, on_delete=OnDelete.cascade, null=False)
    reporter = Varchar(length=80)  # an account, a guest's visit, or the hash of a guest's address
    account = ForeignKey(Account, on_delete=OnDelete.cascade, null=True)
    kind = Varchar(length=20)  # shared.driver_reports.ProblemKind
    words = Varchar(length=500, default="")
    there = Boolean()
    at = Timestamptz()
    incident = ForeignKey(Incident, on_delete=OnDelete.set_null, null=True)
    state = Varchar(length=10, default="open")  # shared.driver_reports.ReportState
    settled_at = Timestamptz(null=True, default=None)
