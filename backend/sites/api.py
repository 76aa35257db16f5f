"""The power of a location over HTTP: for operators, meters, grid operators and drivers."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, delete, get, post, put
from litestar.params import Parameter

from backend.context import Context
from backend.sites import feeds, listing, live, savings, service, whatif, wishes
from backend.web.guards import Actor
from backend.web.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, page_of
from shared.accounts import Role
from shared.base import Page
from shared.sites import (
    FeedSet,
    FeedState,
    GridLimit,
    GridLimitSet,
    KeyNew,
    KeyPurpose,
    OwnSaving,
    PowerSite,
    Readings,
    Saving,
    SignalAnswer,
    SignalImport,
    SiteKey,
    SiteKeys,
    SiteLive,
    SiteRow,
    SiteSet,
    Wish,
    WishSet,
)
from shared.what_if import WhatIf, WhatIfAnswer

AnyRequest = Request[Any, Any, Any]
SITE = "/api/v1/locations/{location_id:uuid}/power"
SESSION = "/api/v1/transactions/{transaction_id:uuid}"
Month = Annotated[str | None, Parameter(max_length=7, description="As 2030-01; nothing: this one")]


@get("/api/v1/power/sites", role=Role.OPERATOR, summary="All sites: what flows against what may")
async def list_sites(ctx: Context, actor: Actor, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT) -> Page[SiteRow]:
    """Locations with a station: what is closest to its limit first, those without a power tree last. The order is that
    of the moment, so pages may overlap."""
    begin = (decode_cursor(cursor, tuple[int]) or (0,))[0]
    found = await listing.rows(ctx, actor.tenant_id)
    return page_of(found[begin : begin + limit], [begin + limit] if begin + limit < len(found) else None)


@get(SITE, role=Role.OPERATOR, summary="The power tree of a location, and how it is shared")
async def read_site(ctx: Context, actor: Actor, location_id: UUID) -> PowerSite:
    return await service.get(ctx, actor.tenant_id, location_id)


@put(SITE, role=Role.OPERATOR, summary="Set the power tree of a location")
async def set_site(ctx: Context, actor: Actor, location_id: UUID, data: SiteSet) -> PowerSite:
    """As a whole. A tree whose fallbacks pass one of its limits is refused, and the node named."""
    return await service.put(ctx, actor.tenant_id, location_id, data)


@delete(SITE, role=Role.OPERATOR, summary="Take the power tree of a location away")
async def delete_site(ctx: Context, actor: Actor, location_id: UUID) -> None:
    """Nothing is controlled any more; stations keep their fallback until their profiles are cleared."""
    await service.delete(ctx, actor.tenant_id, location_id)


@get(f"{SITE}/live", role=Role.OPERATOR, summary="What flows at a location, and who waits for what")
async def read_live(ctx: Context, actor: Actor, location_id: UUID) -> SiteLive:
    return await live.now(ctx, actor.tenant_id, location_id)


@get(f"{SITE}/savings", role=Role.OPERATOR, summary="A month against uncontrolled charging")
async def read_saving(ctx: Context, actor: Actor, location_id: UUID, month: Month = None) -> Saving:
    return await savings.of_site(ctx, await service.row_of(actor.tenant_id, location_id), month)


@post(f"{SITE}/what-if", role=Role.OPERATOR, status_code=200, summary="More connectors on the site's own past")
async def ask_what_if(ctx: Context, actor: Actor, location_id: UUID, data: WhatIf) -> WhatIfAnswer:
    return await whatif.ask(ctx, await service.row_of(actor.tenant_id, location_id), data)


@post(f"{SITE}/signals", role=Role.OPERATOR, status_code=200, summary="Import prices, CO2 or a solar forecast")
async def take_signals(ctx: Context, actor: Actor, location_id: UUID, data: SignalImport) -> SignalAnswer:
    """Prices each kWh, grams of CO2 each kWh, or watts. Values that jump are left out and said."""
    return await feeds.take(ctx, await service.row_of(actor.tenant_id, location_id), data)


@put(f"{SITE}/feeds", role=Role.OPERATOR, summary="Fetch prices, CO2 or a solar forecast from an address")
async def set_feed(ctx: Context, actor: Actor, location_id: UUID, data: FeedSet) -> FeedState:
    """At once and each hour. While it fails, the last values hold and the feed is flagged."""
    return await feeds.put(ctx, actor.tenant_id, location_id, data)


@get(f"{SITE}/grid-limits", role=Role.OPERATOR, summary="Limits of the grid operator")
async def list_grid_limits(
    ctx: Context, actor: Actor, location_id: UUID, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Page[GridLimit]:
    await service.row_of(actor.tenant_id, location_id)
    after = decode_cursor(cursor, tuple[str])
    return page_of(*await service.grid_limits(ctx, location_id, after and after[0], limit))


# --- keys of machines --------------------------------------------------------------------------------


@get(f"{SITE}/keys", role=Role.ADMIN, summary="Keys of a site's meters and its grid operator")
async def list_keys(ctx: Context, actor: Actor, location_id: UUID) -> SiteKeys:
    return SiteKeys(items=await service.keys(ctx, actor.tenant_id, location_id))


@post(f"{SITE}/keys", role=Role.ADMIN, status_code=201, summary="Make a key for a meter or the grid operator")
async def add_key(ctx: Context, actor: Actor, location_id: UUID, data: KeyNew) -> SiteKey:
    """The secret is told once."""
    return await service.add_key(ctx, actor.tenant_id, location_id, data.purpose)


@delete(f"{SITE}/keys/{{key_id:uuid}}", role=Role.ADMIN, summary="Take a key away")
async def drop_key(ctx: Context, actor: Actor, location_id: UUID, key_id: UUID) -> None:
    await service.drop_key(ctx, actor.tenant_id, location_id, key_id)


def _authorization(request: AnyRequest) -> str:
    return request.headers.get("authorization", "")


@post("/api/v1/power/readings", public=True, status_code=204, summary="A site's meter tells what it shows")
async def take_readings(ctx: Context, request: AnyRequest, data: Readings) -> None:
    """With the site's meter key as a Bearer token."""
    await service.read(ctx, await service.site_of_key(ctx, _authorization(request), KeyPurpose.METER), data.readings)


@put("/api/v1/power/grid-limit", public=True, summary="The grid operator limits a site for a while")
async def set_grid_limit(ctx: Context, request: AnyRequest, data: GridLimitSet) -> GridLimit:
    """With the site's grid key as a Bearer token. The answer is the acknowledgement."""
    row = await service.site_of_key(ctx, _authorization(request), KeyPurpose.GRID)
    return await service.set_grid_limit(ctx, row, data)


@get("/api/v1/power/grid-limit", public=True, summary="The grid operator reads its limits of a site")
async def own_grid_limits(
    ctx: Context, request: AnyRequest, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Page[GridLimit]:
    """With the site's grid key as a Bearer token: those that it set, by their `ref`, lifted ones and past ones too."""
    row = await service.site_of_key(ctx, _authorization(request), KeyPurpose.GRID)
    after = decode_cursor(cursor, tuple[str])
    return page_of(*await service.grid_limits(ctx, row["location"], after and after[0], limit))


@delete("/api/v1/power/grid-limit/{ref:str}", public=True, status_code=200, summary="The grid operator lifts a limit")
async def cancel_grid_limit(ctx: Context, request: AnyRequest, ref: str) -> GridLimit:
    """With the site's grid key as a Bearer token."""
    row = await service.site_of_key(ctx, _authorization(request), KeyPurpose.GRID)
    return await service.cancel_grid_limit(ctx, row, ref)


# --- drivers -----------------------------------------------------------------------------------------


@get(f"{SESSION}/wish", summary="What the driver of a session wants")
async def read_wish(ctx: Context, actor: Actor, transaction_id: UUID) -> Wish:
    return await wishes.get(ctx, actor, transaction_id)


@put(f"{SESSION}/wish", summary="Tell departure and energy of a session")
async def set_wish(ctx: Context, actor: Actor, transaction_id: UUID, data: WishSet) -> Wish:
    """At its start or during it. An impossible wish is answered with what is possible."""
    return await wishes.put(ctx, actor, transaction_id, data)


@get(f"{SESSION}/saving", summary="What a session saved against uncontrolled charging")
async def read_session_saving(ctx: Context, actor: Actor, transaction_id: UUID) -> Saving:
    return await savings.of_session(ctx, actor, transaction_id)


@get("/api/v1/me/saving", summary="What a driver saved in a month by charging at the right time")
async def read_own_saving(ctx: Context, actor: Actor, month: Month = None) -> OwnSaving:
    """Of their sessions at sites that share power."""
    return await savings.of_driver(ctx, actor, month)


routes = [
    list_sites,
    read_site,
    set_site,
    delete_site,
    read_live,
    read_saving,
    ask_what_if,
    take_signals,
    set_feed,
    list_grid_limits,
    list_keys,
    add_key,
    drop_key,
    take_readings,
    set_grid_limit,
    own_grid_limits,
    cancel_grid_limit,
    read_wish,
    set_wish,
    read_session_saving,
    read_own_saving,
]
