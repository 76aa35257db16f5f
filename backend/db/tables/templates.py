"""Configuration templates."""

from piccolo.columns import JSONB, UUID, BigSerial, ForeignKey, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from backend.db.engine import DB
from backend.db.tables.accounts import Tenant
from backend.db.tables.stations import ChargingStation


class ConfigTemplate(Table, db=DB, tablename="config_template"):
    """Patterns with * and ? of the stations it is for, and what they should be set to. Unique in (tenant, name)."""

    id = UUID(primary_key=True)
    tenant = ForeignKey(Tenant, on_delete=OnDelete.restrict, null=False)
    name = Varchar(length=100)
    vendor = Varchar(length=200, default="")  # empty: any
    model = Varchar(length=200, default="")
    firmware = Varchar(length=200, default="")
    wanted = JSONB(default="[]")  # component, name, evse, connector, attribute, value
    created_at = Timestamptz(default=TimestamptzNow())
    updated_at = Timestamptz(default=TimestamptzNow())


class ConfigTemplateStation(Table, db=DB, tablename="config_template_station"):
    """A station that a template was chosen for; such a template is for no others. Unique in (template, station)."""

    id = BigSerial(primary_key=True)
    template = ForeignKey(ConfigTemplate, on_delete=OnDelete.cascade, null=False)
    station = ForeignKey(ChargingStation, on_delete=OnDelete.cascade, null=False)
