"""Charging profiles over HTTP, for operators."""

from typing import Any

from litestar import Request, Response, get, post

from backend.context import Context
from backend.energy import others, service
from backend.stations import catalog
from backend.stations import errands as later
from backend.stations.errands import KEPT, QueueFor
from backend.stations.model import StationRef
from backend.stations.waiting import Errand
from backend.transactions import views
from backend.web.guards import Actor
from backend.web.idempotency import once
from backend.web.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, page_of
from shared.accounts import Role
from shared.base import Page
from shared.energy import (
    ChargingNeeds,
    Composite,
    CompositeAsk,
    ExternalLimit,
    ProfileAnswer,
    ProfileFilter,
    SetProfile,
    StartLimited,
    StoredProfile,
)
from shared.transactions import Transaction

AnyRequest = Request[Any, Any, Any]
STATION = "/api/v1/stations/{identity:str}"
PROFILES = f"{STATION}/charging-profiles"


async def _check_filter(_ctx: Context, _station: StationRef, which: ProfileFilter) -> None:
    service.check_filter(which)


SET = Errand(
    "SetProfile",
    SetProfile,
    lambda ctx, station, by, wanted: service.set_profile(ctx, station, wanted, by),
    service.check_profile,
)
CLEAR = Errand(
    "ClearProfiles",
    ProfileFilter,
    lambda ctx, station, by, which: service.clear(ctx, station, which, by),
    _check_filter,
)
READ = Errand("GetProfiles", ProfileFilter, lambda ctx, station, by, which: service.read(ctx, station, which, by))
errands = [SET, CLEAR, READ]


@get(PROFILES, role=Role.OPERATOR, summary="Charging profiles that a station holds")
async def listed(
    ctx: Context, actor: Actor, identity: str, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Page[StoredProfile]:
    """As it accepted or last reported them, by EVSE."""
    station = await catalog.find(ctx, actor.tenant_id, identity)
    return page_of(*await service.page(ctx, station.id, decode_cursor(cursor, tuple[int, str, int]), limit))


@post(PROFILES, role=Role.OPERATOR, status_code=200, responses=KEPT, summary="Set a charging profile")
async def set_profile(
    ctx: Context, actor: Actor, request: AnyRequest, identity: str, data: SetProfile, queue_for_s: QueueFor = None
) -> Response[ProfileAnswer]:
    """Needs an Idempotency-Key header."""
    return await later.once(ctx, actor, request, identity, SET, data, queue_for_s)


@post(f"{PROFILES}/clear", role=Role.OPERATOR, status_code=200, responses=KEPT, summary="Clear charging profiles")
async def clear(
    ctx: Context, actor: Actor, request: AnyRequest, identity: str, data: ProfileFilter, queue_for_s: QueueFor = None
) -> Response[ProfileAnswer]:
    """One by its number, or those that fit; an empty body clears all. Needs an Idempotency-Key header."""
    return await later.once(ctx, actor, request, identity, CLEAR, data, queue_for_s)


@post(
    f"{PROFILES}/read",
    role=Role.OPERATOR,
    status_code=200,
    responses=KEPT,
    summary="Ask a station for its charging profiles",
)
async def read(
    ctx: Context, actor: Actor, identity: str, data: ProfileFilter, queue_for_s: QueueFor = None
) -> Response[ProfileAnswer]:
    """OCPP 2.0.1. They arrive a little later and are then listed."""
    return await later.now_or_later(ctx, actor, identity, READ, data, queue_for_s)


@post(f"{STATION}/composite-schedule", role=Role.OPERATOR, status_code=200, summary="What the profiles come to")
async def ask_composite(ctx: Context, actor: Actor, identity: str, data: CompositeAsk) -> Composite:
    """The station's own answer, beside what Wattline computes from the profiles it knows."""
    station = await catalog.find(ctx, actor.tenant_id, identity)
    return await service.ask_composite(ctx, station, data, actor.account_id)


@get(f"{STATION}/external-limits", role=Role.OPERATOR, summary="Limits that others set at a station")
async def external(
    ctx: Context, actor: Actor, identity: str, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Page[ExternalLimit]:
    station = await catalog.find(ctx, actor.tenant_id, identity)
    return page_of(*await others.limits(ctx, station.id, decode_cursor(cursor, tuple[int, str]), limit))


@get(f"{STATION}/charging-needs", role=Role.OPERATOR, summary="What the cars at a station asked for and plan")
async def needs(
    ctx: Context, actor: Actor, identity: str, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Page[ChargingNeeds]:
    """By ISO 15118; only cars that speak it."""
    station = await catalog.find(ctx, actor.tenant_id, identity)
    after = decode_cursor(cursor, tuple[int])
    return page_of(*await others.needs(ctx, station.id, after and after[0], limit))


@post("/api/v1/limited-starts", role=Role.OPERATOR, status_code=202, summary="Start charging with a limit")
async def start_limited(ctx: Context, actor: Actor, request: AnyRequest, data: StartLimited) -> Response[Any]:
    """As a start, with a charging profile from the first moment on. Needs an Idempotency-Key header."""

    async def work() -> Transaction:
        return await views.one(ctx, actor, await service.start_limited(ctx, actor, data))

    return await once(ctx, request, actor.account_id, work)


routes = [listed, set_profile, clear, read, ask_composite, external, needs, start_limited]
