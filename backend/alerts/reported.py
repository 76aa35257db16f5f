"""What drivers report: it strengthens what is known of a place already, or is judged by its own rule."""

from collections.abc import Mapping
from uuid import UUID

from backend.alerts import facts_store, incidents, rules, service, store
from backend.alerts.incidents import Seen
from backend.alerts.place import Place
from backend.context import Context, Unit
from shared.faults import EntryKind
from shared.operations import IncidentState

RULE = "driver_reports"


async def label(connector_id: UUID) -> str:
    return await facts_store.label(connector_id)


async def strengthen(ctx: Context, unit: Unit, station_id: UUID, connector_id: UUID) -> UUID | None:
    """The incident that a report about this outlet belongs to, because drivers feel it; None: there is none."""
    row = await store.noticed_at(station_id, connector_id)
    if row is None:
        return None
    incidents.tell(unit, row, IncidentState(row["state"]), ctx.now())
    return UUID(str(row["id"]))


async def judge(ctx: Context, unit: Unit, place: Place, facts: rules.ReportFacts, *, seen: Seen) -> UUID | None:
    """The open incident of the reports themselves, if they are enough for one."""
    await service.apply(ctx, unit, place, facts, seen=seen)
    row = await store.lock_open(place, RULE)
    return row["id"] if row else None


async def note(ctx: Context, incident_id: UUID, text: str, data: Mapping[str, str]) -> None:
    """A report as a line of an incident's timeline, in the open unit."""
    await incidents.note(ctx, incident_id, EntryKind.REPORTED, text, data=data)
