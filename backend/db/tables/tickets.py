"""Who repairs stations, and what they were sent."""

from piccolo.columns import JSONB, UUID, BigSerial, ForeignKey, Integer, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from backend.db.engine import DB
from backend.db.tables.accounts import Account, Tenant
from backend.db.tables.alerts import Incident
from backend.db.tables.mail import Mail


class ServicePartner(Table, db=DB, tablename="service_partner"):
    """`locations`: ids of the sites it is for; none: all."""

    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=False)
    name = Varchar(length=100)
    kind = Varchar(length=10)  # email, webhook
    address = Varchar(length=500)
    secret = Varchar(length=100)
    locations = JSONB(default="[]")
    created_at = Timestamptz(default=TimestamptzNow())
    removed_at = Timestamptz(null=True, default=None)


class ServiceTicket(Table, db=DB, tablename="service_ticket"):
    """A partner has at most one that is open about an incident. Of one by e-mail the letter knows what became of it."""

    id = UUID(primary_key=True)
    number = BigSerial(unique=True)
    incident = ForeignKey(Incident, on_delete=OnDelete.cascade, null=False)
    partner = ForeignKey(ServicePartner, on_delete=OnDelete.set_null, null=True)
    partner_name = Varchar(length=100)
    kind = Varchar(length=10)
    address = Varchar(length=500)
    account = ForeignKey(Account, on_delete=OnDelete.set_null, null=True)
    mail = ForeignKey(Mail, on_delete=OnDelete.set_null, null=True)
    state = Varchar(length=12, default="queued")  # shared.tickets.TicketState
    note = Text(default="")
    answer = Text(default="")
    attempts = Integer(default=0)
    error = Text(default="")
    created_at = Timestamptz()
    sent_at = Timestamptz(null=True, default=None)
    acknowledged_at = Timestamptz(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)
