"""Local lists and the authorization cache of stations over HTTP."""

from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post, put

from backend import commands
from backend.context import Context
from backend.local_lists import service
from backend.stations import catalog
from backend.stations import errands as later
from backend.stations import service as stations
from backend.stations.errands import KEPT, QueueFor
from backend.stations.model import StationRef
from backend.stations.shown import told
from backend.stations.waiting import Errand
from backend.web.guards import Actor
from backend.web.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, encode_cursor
from shared.accounts import Role
from shared.base import Page
from shared.stations import CommandAnswer
from shared.tokens import LocalList, LocalListChange, LocalListEntry, LocalListSync

STATION = "/api/v1/stations/{identity:str}"
PATH = f"{STATION}/local-list"


class _Nothing(msgspec.Struct):
    """What is asked needs no more words."""


async def _sync(ctx: Context, station: StationRef, by: UUID | None, wanted: LocalListSync) -> LocalList:
    return await service.sync(ctx, station, full=wanted.full, by=by)


async def _check(_ctx: Context, station: StationRef, _wanted: LocalListSync) -> None:
    await service.check_chosen(station.id)


async def _version(ctx: Context, station: StationRef, by: UUID | None, _wanted: _Nothing) -> LocalList:
    return await service.ask_version(ctx, station, by)


async def _clear_cache(ctx: Context, station: StationRef, by: UUID | None, _wanted: _Nothing) -> CommandAnswer:
    return told(await stations.send(ctx, station.id, commands.ClearCache(), account_id=by))


SYNC = Errand("SendLocalList", LocalListSync, _sync, _check)
VERSION = Errand("GetLocalListVersion", _Nothing, _version)
CLEAR_CACHE = Errand("ClearCache", _Nothing, _clear_cache)
errands = [SYNC, VERSION, CLEAR_CACHE]


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


@post(
    f"{PATH}/sync",
    role=Role.OPERATOR,
    status_code=200,
    responses=KEPT,
    summary="Send the list to the station now",
)
async def sync(
    ctx: Context, actor: Actor, identity: str, data: LocalListSync, queue_for_s: QueueFor = None
) -> Response[LocalList]:
    """Sending it twice does no harm: the second time nothing is missing."""
    return await later.now_or_later(ctx, actor, identity, SYNC, data, queue_for_s)


@post(
    f"{PATH}/version",
    role=Role.OPERATOR,
    status_code=200,
    responses=KEPT,
    summary="Ask the station for the version of its list",
)
async def version(ctx: Context, actor: Actor, identity: str, queue_for_s: QueueFor = None) -> Response[LocalList]:
    return await later.now_or_later(ctx, actor, identity, VERSION, _Nothing(), queue_for_s)


@post(
    f"{STATION}/clear-cache",
    role=Role.OPERATOR,
    status_code=200,
    responses=KEPT,
    summary="Let the station forget known cards",
)
async def clear_cache(
    ctx: Context, actor: Actor, request: Request[Any, Any, Any], identity: str, queue_for_s: QueueFor = None
) -> Response[CommandAnswer]:
    """It asks again for each. Needs an Idempotency-Key header."""
    return await later.once(ctx, actor, request, identity, CLEAR_CACHE, _Nothing(), queue_for_s)


routes = [read, choose, entries, sync, version, clear_cache]
