"""Incidents for operators."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import get, post
from litestar.params import Parameter

from backend.alerts import service
from backend.context import Context
from backend.web.guards import Actor
from backend.web.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, encode_cursor
from shared.accounts import Role
from shared.base import Page
from shared.operations import Incident, IncidentState


@get("/api/v1/incidents", role=Role.OPERATOR, summary="What needs somebody, newest first")
async def list_incidents(
    ctx: Context,
    actor: Actor,
    wanted: Annotated[IncidentState | None, Parameter(query="state")] = None,
    station: str | None = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[Incident]:
    """Without a `state` all of them, closed ones too. `station`: the identity of one."""
    items, following = await service.incidents(
        ctx,
        actor.tenant_id,
        states=tuple(IncidentState) if wanted is None else (wanted,),
        identity=station,
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
    return await service.acknowledge(ctx, actor.tenant_id, incident_id, actor.account_id)


@post("/api/v1/incidents/{incident_id:uuid}/close", role=Role.OPERATOR, status_code=200, summary="Close an incident")
async def close(ctx: Context, actor: Actor, incident_id: UUID) -> Incident:
    return await service.close(ctx, actor.tenant_id, incident_id, actor.account_id)


routes = [list_incidents, acknowledge, close]
