"""The processes that run on this database."""

from piccolo.columns import UUID, Boolean, Integer, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from backend.db.engine import DB


class Node(Table, db=DB, tablename="node"):
    """A lease: a node that doesn't renew it is dead, and its stations are offline."""

    name = Varchar(length=64, primary_key=True)
    instance = UUID()
    roles = Varchar(length=40)
    connections = Integer(default=0)  # most it takes of the database's
    stations = Integer(default=0)
    draining = Boolean(default=False)
    started_at = Timestamptz(default=TimestamptzNow())
    seen_at = Timestamptz(default=TimestamptzNow())
