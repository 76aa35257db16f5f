"""Network profiles over HTTP."""

from typing import Annotated, Any

from litestar import Request, Response, get, post, put
from litestar.params import Parameter

from backend.context import Context
from backend.network import service
from backend.stations import catalog
from backend.web.guards import Actor
from backend.web.idempotency import once
from backend.web.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, encode_cursor
from shared.accounts import Role
from shared.base import Page
from shared.network import NetworkActivated, NetworkActivation, NetworkProfile, NetworkProfileNew
from shared.stations import CommandAnswer

PATH = "/api/v1/stations/{identity:str}/network-profiles"
Slot = Annotated[int, Parameter(ge=0, le=2**31 - 1)]


@get(PATH, role=Role.OPERATOR, summary="Network profiles of a 2.0.1 station")
async def listed(
    ctx: Context, actor: Actor, identity: str, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Page[NetworkProfile]:
    """As the station accepted them, by slot."""
    station = await catalog.find(ctx, actor.tenant_id, identity)
    after = decode_cursor(cursor, tuple[int])
    found = await service.profiles(ctx, station, after[0] if after else service.FIRST, limit + 1)
    more = encode_cursor([found[limit - 1].slot]) if len(found) > limit else None
    return Page(items=found[:limit], next_cursor=more)


@put(PATH + "/{slot:int}", role=Role.OPERATOR, summary="Send a network profile to a 2.0.1 station")
async def set_profile(ctx: Context, actor: Actor, identity: str, slot: Slot, data: NetworkProfileNew) -> CommandAnswer:
    """Kept once the station accepts it; nothing changes until it is made the first choice."""
    answer = await service.put(ctx, actor.tenant_id, identity, slot, data, actor.account_id)
    return CommandAnswer(
        accepted=answer.accepted, status=answer.status, payload=answer.payload, latency_ms=answer.latency_ms
    )


@post(
    PATH + "/{slot:int}/activate",
    role=Role.OPERATOR,
    status_code=200,
    summary="Make a network profile the first choice of a station, and restart it",
)
async def activate(
    ctx: Context, actor: Actor, request: Request[Any, Any, Any], identity: str, slot: Slot, data: NetworkActivation
) -> Response[NetworkActivated]:
    """Needs an Idempotency-Key header."""

    async def work() -> NetworkActivated:
        station = await catalog.find(ctx, actor.tenant_id, identity)
        return await service.activate(ctx, station, slot, data.reset, actor.account_id)

    return await once(ctx, request, actor.account_id, work, status=200)


routes = [listed, set_profile, activate]
