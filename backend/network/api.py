"""Network profiles over HTTP."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Request, Response, get, post, put
from litestar.params import Parameter

from backend.context import Context
from backend.network import service
from backend.stations import catalog
from backend.stations import errands as later
from backend.stations.errands import KEPT, QueueFor
from backend.stations.model import StationRef
from backend.stations.shown import told
from backend.stations.waiting import Errand
from backend.web.guards import Actor
from backend.web.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, encode_cursor
from shared.accounts import Role
from shared.base import Page
from shared.network import NetworkActivated, NetworkActivation, NetworkProfile, NetworkProfileNew
from shared.stations import CommandAnswer, ResetKind

PATH = "/api/v1/stations/{identity:str}/network-profiles"
Slot = Annotated[int, Parameter(ge=0, le=2**31 - 1)]


class _Put(msgspec.Struct):
    """A profile and its slot, as they wait for a station."""

    slot: int
    profile: NetworkProfileNew


class _Activate(msgspec.Struct):
    slot: int
    reset: ResetKind | None = None


async def _put(ctx: Context, station: StationRef, by: UUID | None, wanted: _Put) -> CommandAnswer:
    return told(await service.put(ctx, station.tenant_id, station.identity, wanted.slot, wanted.profile, by))


async def _check(ctx: Context, station: StationRef, wanted: _Put) -> None:
    await service.check(ctx, station.tenant_id, station.identity, wanted.profile)


async def _activate(ctx: Context, station: StationRef, by: UUID | None, wanted: _Activate) -> NetworkActivated:
    return await service.activate(ctx, station, wanted.slot, wanted.reset, by)


PUT = Errand("SetNetworkProfile", _Put, _put, _check)
ACTIVATE = Errand("ActivateNetworkProfile", _Activate, _activate)
errands = [PUT, ACTIVATE]


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


@put(PATH + "/{slot:int}", role=Role.OPERATOR, responses=KEPT, summary="Send a network profile to a 2.0.1 station")
async def set_profile(
    ctx: Context, actor: Actor, identity: str, slot: Slot, data: NetworkProfileNew, queue_for_s: QueueFor = None
) -> Response[CommandAnswer]:
    """Kept once the station accepts it; nothing changes until it is made the first choice."""
    return await later.now_or_later(ctx, actor, identity, PUT, _Put(slot, data), queue_for_s)


@post(
    PATH + "/{slot:int}/activate",
    role=Role.OPERATOR,
    status_code=200,
    responses=KEPT,
    summary="Make a network profile the first choice of a station, and restart it",
)
async def activate(
    ctx: Context,
    actor: Actor,
    request: Request[Any, Any, Any],
    identity: str,
    slot: Slot,
    data: NetworkActivation,
    queue_for_s: QueueFor = None,
) -> Response[NetworkActivated]:
    """Needs an Idempotency-Key header."""
    return await later.once(ctx, actor, request, identity, ACTIVATE, _Activate(slot, data.reset), queue_for_s)


routes = [listed, set_profile, activate]
