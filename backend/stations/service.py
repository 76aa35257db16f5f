"""Stations as the OCPP edge and other rooms use them: admission, presence, boot, status, and commands."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from backend.context import Context, Unit
from backend.errors import NotFound
from backend.events import StationBooted, StationChanged
from backend.stations import access, record_store, rules, store
from backend.stations.access import expect_profile as expect_profile
from backend.stations.commands import send as send
from backend.stations.frame_rows import FrameRows
from backend.stations.met import gone as gone
from backend.stations.met import here as here
from backend.stations.model import PLAIN
from backend.stations.model import Admission as Admission
from backend.stations.model import BootFacts as BootFacts
from backend.stations.model import ConnectorRef as ConnectorRef
from backend.stations.model import Proof as Proof
from backend.stations.model import StationFacts as StationFacts
from backend.stations.model import StationName as StationName
from backend.stations.model import StationRef as StationRef
from backend.stations.model import StatusReport as StatusReport
from backend.stations.model import VariableReport as VariableReport
from backend.stations.presence import connected as connected
from backend.stations.presence import disconnected as disconnected
from backend.stations.presence import flooded as flooded
from backend.stations.presence import forget_node as forget_node
from backend.stations.presence import links as links
from backend.stations.presence import next_epoch as next_epoch
from backend.stations.presence import seen as seen
from backend.stations.presence import superseded as superseded
from backend.stations.refs import connector_ref, station_ref
from backend.stations.statuses import connector_status as connector_status
from backend.stations.statuses import forget_statuses as forget_statuses
from backend.stations.statuses import status_of as status_of
from backend.tenants import service as tenants
from shared.stations import Registration

# --- admission and presence --------------------------------------------------------------------------


async def admit(ctx: Context, identity: str, password: str | None, proof: Proof = PLAIN) -> Admission:
    """Whether a station may open a socket; asked before the upgrade, so it must not tell much to strangers.

    An unknown identity gets a pending row where the settings say so, and the password that it offered first
    becomes its password: nobody else can take its place while it waits for an operator.
    """
    if rules.identity_problem(identity):
        return Admission(False, "identity")
    row = await store.ref_by_identity(identity)
    if row is None and rules.admission_refusal(None, password, ctx.settings.unknown_stations) == "":
        row = await _hold_unknown(ctx, identity, password)
        if row is None:
            return Admission(False, "full")
    known = None
    if row is not None:
        known = access.known(row)
    refusal = rules.admission_refusal(known, password, "refuse", proof, identity)
    if refusal or row is None:
        return Admission(False, refusal, station_ref(row) if row else None)
    if known is not None:
        await access.signed_in(ctx, station_ref(row), known, password, proof)
    facts = BootFacts(vendor=row["vendor"], model=row["model"], firmware=row["firmware"])
    return Admission(True, station=station_ref(row), facts=facts, held_by=row.get("node") or "")


async def called(ctx: Context, identity: str) -> StationRef | None:
    """Whoever is called so, in whatever tenant: only the OCPP edge may ask that."""
    row = None if rules.identity_problem(identity) else await store.ref_by_identity(identity)
    return None if row is None else station_ref(row)


async def _hold_unknown(ctx: Context, identity: str, password: str | None) -> store.Row | None:
    tenant = await tenants.default(ctx)
    password_hash = rules.hash_password(password) if password else ""
    async with ctx.unit() as unit:
        row, made = await store.add_pending(tenant.id, identity, password_hash, ctx.now())
        if row is not None and made:
            _changed(ctx, unit, station_ref(row))
    return row


def _changed(ctx: Context, unit: Unit, station: StationRef) -> None:
    unit.emit(
        StationChanged(tenant_id=station.tenant_id, at=ctx.now(), station_id=station.id, identity=station.identity)
    )


# --- what stations say -------------------------------------------------------------------------------


async def booted(ctx: Context, station_id: UUID, facts: BootFacts) -> Registration:
    """Remember who it is. The answer is what an operator decided, or PENDING."""
    said = (
        station_id,
        rules.clean(facts.vendor),
        rules.clean(facts.model),
        rules.clean(facts.serial),
        rules.clean(facts.firmware),
        rules.clean(facts.reason, 50),
        facts.wireless,
    )
    answer: Registration | None = await ctx.together("boots", _boots, station_id, said, at_once=1, most_together=100)
    return (await _boots(ctx, [said], wait=True))[0] or Registration.REJECTED if answer is None else answer


async def _boots(ctx: Context, boots: Sequence[tuple[Any, ...]], *, wait: bool = False) -> list[Registration | None]:
    """For each, in order: None where there is no such station, or somebody else has it locked."""
    now = ctx.now()
    async with ctx.unit() as unit:
        rows = {row["id"]: row for row in await store.set_booted(boots, now, wait=wait)}
        for station_id, row in rows.items():
            unit.emit(
                StationBooted(
                    tenant_id=row["tenant"],
                    at=now,
                    station_id=station_id,
                    identity=row["identity"],
                    registration=row["registration"],
                )
            )
    return [Registration(rows[said[0]]["registration"]) if said[0] in rows else None for said in boots]


async def log_frames(ctx: Context, rows: FrameRows) -> None:
    """Write a group of logged messages; the caller blanked their secrets and announces FramesLogged."""
    if rows.count:
        await record_store.add_frames(rows)


async def forget_frames(ctx: Context) -> None:
    """Cron: the OCPP log is kept for WATTLINE_FRAME_DAYS, in whole days."""
    before = ctx.now() - timedelta(days=ctx.settings.frame_days)
    async with ctx.unit():
        await record_store.keep_partitions(before)
    while await record_store.delete_frames(before):
        pass


async def variable_values(
    ctx: Context, station_id: UUID, names: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], str | None]:
    """What the station last said of some of its variables: (component, name) → value. 1.6 has no components: ""."""
    rows = await record_store.variable_values(station_id, names)
    return {(row["component"], row["name"]): row["value"] for row in rows}


async def store_variables(ctx: Context, station_id: UUID, reports: Sequence[VariableReport]) -> None:
    """Configuration that a station told. Passwords are kept as a dash of dots, whatever the station sends."""
    if not reports:
        return
    now = ctx.now()
    cleaned = rules.merged(rules.storable(report) for report in reports if rules.countable(report))
    async with ctx.unit() as unit:
        station = await store.ref(station_id)
        if station is None:
            raise NotFound("This station doesn't exist any more.")
        await record_store.put_variables(station_id, cleaned, now)
        _changed(ctx, unit, station_ref(station))


async def variables(ctx: Context, station_ids: Sequence[UUID], names: Sequence[str]) -> Sequence[Mapping[str, Any]]:
    """What these stations told of variables with these names: station, component, evse, connector, name, value,
    read_only, attributes."""
    return await record_store.values(station_ids, names)


async def facts(ctx: Context, tenant_id: UUID, after: str | None, limit: int) -> list[StationFacts]:
    """Accepted stations by identity, behind this one."""
    return [StationFacts(**row) for row in await record_store.facts(tenant_id, None, after, limit)]


async def facts_of(ctx: Context, station_id: UUID) -> StationFacts:
    """Raises NotFound."""
    for row in await record_store.facts(None, station_id, None, 1):
        return StationFacts(**row)
    raise NotFound("This station doesn't exist any more.")


async def component_values(ctx: Context, station_id: UUID, component: str) -> dict[str, str]:
    """Values of one component of the station (1.6: of all keys, with an empty name) by variable."""
    rows = await record_store.of_component(station_id, component)
    return {row["name"]: row["value"] for row in rows if row["value"] is not None}


# --- lookups for other rooms -------------------------------------------------------------------------


async def station(ctx: Context, station_id: UUID) -> StationRef | None:
    row = await store.ref(station_id)
    return None if row is None else station_ref(row)


async def variable(ctx: Context, station_id: UUID, component: str, name: str) -> str | None:
    """What the station last told of one of its own variables; None: nothing."""
    return await record_store.variable(station_id, component, name)


async def connector_by_wire(ctx: Context, station_id: UUID, evse: int, number: int = 1) -> ConnectorRef | None:
    """The connector that a station names so; None if it never announced it."""
    row = await store.connector_by_wire(station_id, evse, number)
    return None if row is None else connector_ref(row)


async def connectors_by_wire(
    ctx: Context, named: Sequence[tuple[UUID, int, int]]
) -> dict[tuple[UUID, int, int], ConnectorRef]:
    """The same for many of (station, EVSE, number); those that nobody announced are left out."""
    rows = await store.connectors_by_wire(named) if named else []
    return {(row["station"], row["evse"], row["number"]): connector_ref(row) for row in rows}


async def outlet(ctx: Context, station_id: UUID, evse: int, number: int = 1) -> ConnectorRef | None:
    """The connector that a station means where it can mean only one: 0 is the one of a station with a single
    outlet, and one that it never announced is written down now. None: nobody can tell.
    """
    if evse == 0:
        only = await store.only_connector(station_id)
        return None if only is None else connector_ref(only)
    found = await connector_by_wire(ctx, station_id, evse, number)
    if found is not None or not rules.may_exist(evse, number):
        return found
    async with ctx.unit() as unit:
        await store.add_connector(station_id, evse, number)
        row = await store.ref(station_id)
        if row is not None:
            _changed(ctx, unit, station_ref(row))
    return await connector_by_wire(ctx, station_id, evse, number)


async def connector(ctx: Context, tenant_id: UUID, connector_id: UUID) -> ConnectorRef:
    """Raises NotFound, also for another operator's connector."""
    row = await store.connector(tenant_id, connector_id)
    if row is None:
        raise NotFound("This connector doesn't exist.")
    return connector_ref(row)
