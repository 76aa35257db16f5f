"""Looks back over HTTP."""

from datetime import datetime
from uuid import UUID

from litestar import get, post

from backend.context import Context
from backend.lookback import service
from backend.web.guards import Actor
from backend.web.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, page_of
from shared.accounts import Role
from shared.base import Page
from shared.lookback import LookBack, LookBackFiring, LookBackNew

BASE = "/api/v1/look-backs"
ONE = f"{BASE}/{{look_back_id:uuid}}"


@post(BASE, role=Role.OPERATOR, status_code=202, summary="Try rules, thresholds or a playbook on the past")
async def begin_look_back(ctx: Context, actor: Actor, data: LookBackNew) -> LookBack:
    """Goes on in the background; at most one at a time. Nothing is sent to a station, and nobody is told."""
    return await service.begin(ctx, actor.tenant_id, actor.account_id, data)


@get(BASE, role=Role.OPERATOR, summary="Looks back, newest first")
async def list_look_backs(
    ctx: Context, actor: Actor, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Page[LookBack]:
    key = decode_cursor(cursor, tuple[datetime, UUID])
    return page_of(*await service.listed(ctx, actor.tenant_id, key, limit))


@get(ONE, role=Role.OPERATOR, summary="A look back: how far it is, and what it found")
async def read_look_back(ctx: Context, actor: Actor, look_back_id: UUID) -> LookBack:
    return await service.read(ctx, actor.tenant_id, look_back_id)


@get(f"{ONE}/firings", role=Role.OPERATOR, summary="Each time that it would have fired, newest first")
async def list_firings(
    ctx: Context,
    actor: Actor,
    look_back_id: UUID,
    rule: str | None = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[LookBackFiring]:
    key = decode_cursor(cursor, tuple[datetime, int])
    return page_of(*await service.firings(ctx, actor.tenant_id, look_back_id, rule, key, limit))


@post(f"{ONE}/stop", role=Role.OPERATOR, status_code=200, summary="Stop a look back; what it found so far stays")
async def stop_look_back(ctx: Context, actor: Actor, look_back_id: UUID) -> LookBack:
    return await service.stop(ctx, actor.tenant_id, look_back_id)


routes = [begin_look_back, list_look_backs, read_look_back, list_firings, stop_look_back]
