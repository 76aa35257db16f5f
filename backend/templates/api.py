"""Configuration templates and differences over HTTP."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, delete, get, patch, post

from backend.context import Context
from backend.stations import catalog
from backend.stations import errands as later
from backend.stations.errands import KEPT, QueueFor
from backend.stations.waiting import Errand
from backend.templates import service
from backend.web.guards import Actor
from backend.web.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, page_of
from shared.accounts import Role
from shared.base import Page
from shared.templates import Applied, Drift, Template, TemplateChange, TemplateNew

AnyRequest = Request[Any, Any, Any]
TEMPLATES = "/api/v1/configuration-templates"
STATION = "/api/v1/stations/{identity:str}"


class _Nothing(msgspec.Struct):
    """The template in force when it is done is the one that is set."""


APPLY = Errand("ApplyTemplate", _Nothing, lambda ctx, station, by, _: service.apply(ctx, station, by))
errands = [APPLY]


def _after(cursor: str | None) -> str | None:
    key: tuple[str] | None = decode_cursor(cursor, tuple[str])
    return key[0] if key else None


@get(TEMPLATES, role=Role.OPERATOR, summary="Configuration templates, by name")
async def list_templates(
    ctx: Context, actor: Actor, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Page[Template]:
    return page_of(*await service.templates(actor.tenant_id, _after(cursor), limit))


@post(TEMPLATES, role=Role.OPERATOR, status_code=201, summary="Make a configuration template")
async def add_template(ctx: Context, actor: Actor, data: TemplateNew) -> Template:
    """A station has the template that is meant most closely for it: chosen stations, then more patterns."""
    return await service.add(ctx, actor.tenant_id, data)


@get(f"{TEMPLATES}/{{template_id:uuid}}", role=Role.OPERATOR, summary="One configuration template")
async def read_template(ctx: Context, actor: Actor, template_id: UUID) -> Template:
    return await service.read(actor.tenant_id, template_id)


@patch(f"{TEMPLATES}/{{template_id:uuid}}", role=Role.OPERATOR, summary="Change a configuration template")
async def change_template(ctx: Context, actor: Actor, template_id: UUID, data: TemplateChange) -> Template:
    """What is left out stays. No station is changed by it."""
    return await service.change(ctx, actor.tenant_id, template_id, data)


@delete(f"{TEMPLATES}/{{template_id:uuid}}", role=Role.OPERATOR, summary="Delete a configuration template")
async def remove_template(ctx: Context, actor: Actor, template_id: UUID) -> None:
    await service.remove(actor.tenant_id, template_id)


@get("/api/v1/configuration-drift", role=Role.OPERATOR, summary="Stations that differ from their template")
async def list_drift(
    ctx: Context,
    actor: Actor,
    template_id: UUID | None = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[Drift]:
    """By identity; also those that never told their configuration. A page may hold fewer than asked for and go on."""
    return page_of(*await service.differing(ctx, actor.tenant_id, template_id, _after(cursor), limit))


@get(f"{STATION}/drift", role=Role.OPERATOR, summary="Where a station differs from its template")
async def read_drift(ctx: Context, actor: Actor, identity: str) -> Drift:
    """As the station last told its configuration."""
    return await service.of_station(ctx, await catalog.find(ctx, actor.tenant_id, identity))


@post(
    f"{STATION}/drift/apply",
    role=Role.OPERATOR,
    status_code=200,
    responses=KEPT,
    summary="Set a station to its template",
)
async def apply(
    ctx: Context, actor: Actor, request: AnyRequest, identity: str, queue_for_s: QueueFor = None
) -> Response[Applied]:
    """Sets what differs and tells of each value what came of it. Needs an Idempotency-Key header."""
    return await later.once(ctx, actor, request, identity, APPLY, _Nothing(), queue_for_s)


routes = [
    list_templates,
    add_template,
    read_template,
    change_template,
    remove_template,
    list_drift,
    read_drift,
    apply,
]
