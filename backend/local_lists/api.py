"""Local lists and the authorization cache of stations over HTTP."""

from typing import Any

from litestar import Request, Response, get, post, put

from backend import commands
from backend.context import Context
from backend.local_lists import service
from backend.stations import catalog
from backend.stations import service as stations
from backend.web.guards import Actor
from backend.web.idempotency import once
from backend.web.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, encode_cursor
from shared.accounts import Role
from shared.base import Page
from shared.stations import CommandAnswer
from shared.tokens import LocalList, LocalListChange, LocalListEntry, LocalListSync

STATION = "/api/v1/stations/{identity:str}"
PATH = f"{STATION}/local-list"


@get(PATH, role=Role.OPERATOR, summary="The cards a station keeps: what was chosen, and how far it is")
async def read(ctx: Context, actor: Actor, identity: str) -> LocalList:
    station = await catalog.find(ctx, actor.tenant_id, identity)
    return await service.read(ctx, station.id)


@put(PATH, role=Role.OPERATOR, summary="Choose the cards a station keeps")
async def choose(ctx: Context, actor: Actor, identity: str, data: LocalListChange) -> LocalList:
    """They are sent in the background, now and whenever cards change."""
    return await service.choose(ctx, await catalog.find(ctx, actor.tenant_id, identity), data)


@get(f"{PATH}/entries", role=Role.OPERATOR, summary="The cards a station is known to keep")
async def entries(
    ctx: Context, actor: Actor, identity: str, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Page[LocalListEntry]:
    station = await catalog.find(ctx, actor.tenant_id, identity)
    after = decode_cursor(cursor, tuple[str])
    found = await service.entries(ctx, station.id, after and after[0], limit + 1)
    more = encode_cursor([found[limit - 1].value.lower()]) if len(found) > limit else None
    return Page(items=found[:limit], next_cursor=more)


@post(f"{PATH}/sync", role=Role.OPERATOR, status_code=200, summary="Send the list to the station now")
async def sync(ctx: Context, actor: Actor, identity: str, data: LocalListSync) -> LocalList:
    """Sending it twice does no harm: the second time nothing is missing."""
    station = await catalog.find(ctx, actor.tenant_id, identity)
    return await service.sync(ctx, station, full=data.full, by=actor.account_id)


@post(f"{PATH}/version", role=Role.OPERATOR, status_code=200, summary="Ask the station for the version of its list")
async def version(ctx: Context, actor: Actor, identity: str) -> LocalList:
    station = await catalog.find(ctx, actor.tenant_id, identity)
    return await service.ask_version(ctx, station, actor.account_id)


@post(f"{STATION}/clear-cache", role=Role.OPERATOR, status_code=200, summary="Let the station forget known cards")
async def clear_cache(
    ctx: Context, actor: Actor, request: Request[Any, Any, Any], identity: str
) -> Response[CommandAnswer]:
    """It asks again for each. Needs an Idempotency-Key header."""

    async def work() -> CommandAnswer:
        station = await catalog.find(ctx, actor.tenant_id, identity)
        answer = await stations.send(ctx, station.id, commands.ClearCache(), account_id=actor.account_id)
        return CommandAnswer(
            accepted=answer.accepted, status=answer.status, payload=answer.payload, latency_ms=answer.latency_ms
        )

    return await once(ctx, request, actor.account_id, work, status=200)


routes = [read, choose, entries, sync, version, clear_cache]
