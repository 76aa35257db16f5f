"""Letters."""

from piccolo.columns import JSONB, UUID, ForeignKey, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from backend.db.engine import DB
from backend.db.tables.accounts import Tenant


class Mail(Table, db=DB, tablename="mail"):
    """Kept for a month; the attachments of one that was sent are let go."""

    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=True)
    recipient = Varchar(length=254)
    sender_name = Varchar(length=100, default="")
    reply_to = Varchar(length=254, default="")
    subject = Varchar(length=250)
    body_text = Text()
    body_html = Text(default="")
    attachments = JSONB(default="[]")
    state = Varchar(length=10)  # queued, sent, failed, unsent
    error = Text(default="")
    created_at = Timestamptz(default=TimestamptzNow())
    settled_at = Timestamptz(null=True, default=None)
