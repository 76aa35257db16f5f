"""Incidents for operators."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.params import Parameter

from backend.alerts import details, incidents
from backend.context import Context
from backend.errors import InvalidInput
from backend.web.guards import Actor
from backend.web.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, encode_cursor
from shared.accounts import Role
from shared.base import Page
from shared.faults import FaultFigures, IncidentAssign, IncidentDetail, IncidentNote, IncidentStateChange
from shared.operations import Incident, IncidentState, Severity


@get("/api/v1/incidents", role=Role.OPERATOR, summary="What needs somebody, newest first")
async def list_incidents(
    ctx: Context,
    actor: Actor,
    wanted: Annotated[IncidentState | None, Parameter(query="state")] = None,
    station: str | None = None,
    rule: str | None = None,
    severity: Severity | None = None,
    location: UUID | None = None,
    parent: UUID | None = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[Incident]:
    """Without a `state` all of them, closed ones too. `station`: the identity of one. Parts of a greater incident are
    listed with `parent`, its id, or for a station."""
    items, following = await incidents.incidents(
        ctx,
        actor.tenant_id,
        states=tuple(IncidentState) if wanted is None else (wanted,),
        identity=station,
        rule=rule,
        severity=None if severity is None else severity.value,
        location=location,
        parent=parent,
        after=decode_cursor(cursor, tuple[datetime, UUID]),
        limit=limit,
    )
    return Page(items=items, next_cursor=None if following is None else encode_cursor(following))


@post(
    "/api/v1/incidents/{incident_id:uuid}/acknowledge",
    role=Role.OPERATOR,
    status_code=200,
    summary="Take care of an incident",
)
async def acknowledge(ctx: Context, actor: Actor, incident_id: UUID) -> Incident:
    return await incidents.acknowledge(ctx, actor.tenant_id, incident_id, actor.account_id)


@post("/api/v1/incidents/{incident_id:uuid}/close", role=Role.OPERATOR, status_code=200, summary="Close an incident")
async def close(ctx: Context, actor: Actor, incident_id: UUID) -> Incident:
    return await incidents.close(ctx, actor.tenant_id, incident_id, actor.account_id)


@get("/api/v1/incidents/{incident_id:uuid}", role=Role.OPERATOR, summary="An incident with all that is known of it")
async def get_incident(ctx: Context, actor: Actor, incident_id: UUID) -> IncidentDetail:
    return await details.detail(ctx, actor.tenant_id, incident_id)


@get("/api/v1/incidents/figures", role=Role.OPERATOR, summary="How fast incidents are seen, taken and mended, by rule")
async def get_figures(ctx: Context, actor: Actor, days: Annotated[int, Parameter(ge=1, le=366)] = 30) -> FaultFigures:
    return await details.figures(ctx, actor.tenant_id, days)


@post(
    "/api/v1/incidents/{incident_id:uuid}/state",
    role=Role.OPERATOR,
    status_code=200,
    summary="Move an incident to acknowledged, in repair, watched or closed",
)
async def set_state(ctx: Context, actor: Actor, incident_id: UUID, data: IncidentStateChange) -> Incident:
    return await incidents.change_state(ctx, actor.tenant_id, incident_id, actor.account_id, data.state, data.note)


@post(
    "/api/v1/incidents/{incident_id:uuid}/assign",
    role=Role.OPERATOR,
    status_code=200,
    summary="Give an incident to somebody",
)
async def assign(ctx: Context, actor: Actor, incident_id: UUID, data: IncidentAssign) -> Incident:
    wanted = None if data.account_id is None else uuid_of(data.account_id)
    return await incidents.assign(ctx, actor.tenant_id, incident_id, wanted, actor.account_id)


@post(
    "/api/v1/incidents/{incident_id:uuid}/notes",
    role=Role.OPERATOR,
    status_code=200,
    summary="Write a note to an incident",
)
async def add_note(ctx: Context, actor: Actor, incident_id: UUID, data: IncidentNote) -> Incident:
    return await incidents.add_note(ctx, actor.tenant_id, incident_id, data.text, actor.account_id)


def uuid_of(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise InvalidInput("This is no id.", code="invalid_id") from None


routes = [list_incidents, get_figures, get_incident, acknowledge, close, set_state, assign, add_note]
