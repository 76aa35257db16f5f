"""Notifications over HTTP: one's own, and the operator's routes, rotas, channels and deliveries."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import delete, get, post, put
from litestar.params import Parameter

from backend.context import Context
from backend.notify import browsers, posting, setup
from backend.web.guards import Actor
from backend.web.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, page_of
from shared.accounts import Role
from shared.base import Page
from shared.notify import (
    Channel,
    ChannelState,
    Delivery,
    DeliveryState,
    HookSet,
    Notice,
    OwnNotifications,
    PushDevice,
    PushDeviceNew,
    PushTicket,
    Rota,
    RotaSet,
    Route,
    RouteSet,
    Wishes,
)

BASE = "/api/v1/notifications"


# --- one's own ---------------------------------------------------------------------------------------


@get(BASE, summary="Your latest messages in the app")
async def list_notices(ctx: Context, actor: Actor) -> list[Notice]:
    return await setup.notices(ctx, actor.tenant_id, actor.account_id)


@post(f"{BASE}/read", status_code=204, summary="You have read your messages")
async def read_notices(ctx: Context, actor: Actor) -> None:
    await posting.read(ctx, actor.tenant_id, actor.account_id)


@get(f"{BASE}/own", summary="What you want to hear, and your phones")
async def own(ctx: Context, actor: Actor) -> OwnNotifications:
    return await setup.own(ctx, actor.account_id)


@put(f"{BASE}/own", summary="Say what you want to hear")
async def set_own(ctx: Context, actor: Actor, data: Wishes) -> OwnNotifications:
    return await setup.set_wishes(ctx, actor.account_id, data)


@post(f"{BASE}/devices", status_code=201, summary="Register an app for push")
async def add_device(ctx: Context, actor: Actor, data: PushDeviceNew) -> PushDevice:
    """The token of Firebase Cloud Messaging. Registered again, it is the same device."""
    return await setup.add_device(ctx, actor.account_id, data, sign_in=actor.sign_in)


@post(f"{BASE}/devices/ticket", status_code=201, summary="Turn on push in a browser: a ticket for the page that asks")
async def push_ticket(ctx: Context, actor: Actor) -> PushTicket:
    """Open `path` with `#` and the ticket behind it, at the address of the app."""
    return browsers.ticket(ctx, actor)


@delete(f"{BASE}/devices/{{device_id:uuid}}", summary="No push to this device any more")
async def remove_device(ctx: Context, actor: Actor, device_id: UUID) -> None:
    await setup.remove_device(ctx, actor.account_id, device_id)


@put(f"{BASE}/watched/{{station_id:uuid}}", status_code=204, summary="Tell me when this station works again")
async def watch_station(ctx: Context, actor: Actor, station_id: UUID) -> None:
    await setup.watch(ctx, actor.tenant_id, actor.account_id, station_id)


@delete(f"{BASE}/watched/{{station_id:uuid}}", summary="Don't tell me of this station")
async def unwatch_station(ctx: Context, actor: Actor, station_id: UUID) -> None:
    await setup.unwatch(ctx, actor.account_id, station_id)


# --- channels ----------------------------------------------------------------------------------------


@get(f"{BASE}/channels", role=Role.OPERATOR, summary="Channels, and which of them are down")
async def list_channels(ctx: Context, actor: Actor) -> list[ChannelState]:
    return await setup.channels(ctx, actor.tenant_id, secret=actor.may(Role.ADMIN))


@post(f"{BASE}/webhooks", role=Role.ADMIN, status_code=201, summary="Add a webhook")
async def add_hook(ctx: Context, actor: Actor, data: HookSet) -> ChannelState:
    return await setup.put_hook(ctx, actor.tenant_id, None, data)


@put(f"{BASE}/webhooks/{{hook_id:uuid}}", role=Role.ADMIN, summary="Change a webhook")
async def change_hook(ctx: Context, actor: Actor, hook_id: UUID, data: HookSet) -> ChannelState:
    return await setup.put_hook(ctx, actor.tenant_id, hook_id, data)


@delete(f"{BASE}/webhooks/{{hook_id:uuid}}", role=Role.ADMIN, summary="Remove a webhook")
async def remove_hook(ctx: Context, actor: Actor, hook_id: UUID) -> None:
    await setup.remove(ctx, "notify_hook", actor.tenant_id, hook_id)


@post(f"{BASE}/webhooks/{{hook_id:uuid}}/test", role=Role.ADMIN, status_code=202, summary="Try a webhook")
async def try_hook(ctx: Context, actor: Actor, hook_id: UUID) -> None:
    await setup.hook(ctx, actor.tenant_id, hook_id)
    await posting.test_hook(ctx, actor.tenant_id, hook_id)


# --- rotas and routes --------------------------------------------------------------------------------


@get(f"{BASE}/rotas", role=Role.OPERATOR, summary="On-call rotas, and whose turn it is")
async def list_rotas(ctx: Context, actor: Actor) -> list[Rota]:
    return await setup.rotas(ctx, actor.tenant_id)


@post(f"{BASE}/rotas", role=Role.ADMIN, status_code=201, summary="Add a rota")
async def add_rota(ctx: Context, actor: Actor, data: RotaSet) -> Rota:
    return await setup.put_rota(ctx, actor.tenant_id, None, data)


@put(f"{BASE}/rotas/{{rota_id:uuid}}", role=Role.ADMIN, summary="Change a rota")
async def change_rota(ctx: Context, actor: Actor, rota_id: UUID, data: RotaSet) -> Rota:
    return await setup.put_rota(ctx, actor.tenant_id, rota_id, data)


@delete(f"{BASE}/rotas/{{rota_id:uuid}}", role=Role.ADMIN, summary="Remove a rota")
async def remove_rota(ctx: Context, actor: Actor, rota_id: UUID) -> None:
    await setup.remove(ctx, "notify_rota", actor.tenant_id, rota_id)


@get(f"{BASE}/routes", role=Role.OPERATOR, summary="Which incidents go to whom")
async def list_routes(ctx: Context, actor: Actor) -> list[Route]:
    """One without an id is what is done as long as there are none."""
    return await setup.routes(ctx, actor.tenant_id)


@post(f"{BASE}/routes", role=Role.ADMIN, status_code=201, summary="Add a route")
async def add_route(ctx: Context, actor: Actor, data: RouteSet) -> Route:
    return await setup.put_route(ctx, actor.tenant_id, None, data)


@put(f"{BASE}/routes/{{route_id:uuid}}", role=Role.ADMIN, summary="Change a route")
async def change_route(ctx: Context, actor: Actor, route_id: UUID, data: RouteSet) -> Route:
    return await setup.put_route(ctx, actor.tenant_id, route_id, data)


@delete(f"{BASE}/routes/{{route_id:uuid}}", role=Role.ADMIN, summary="Remove a route")
async def remove_route(ctx: Context, actor: Actor, route_id: UUID) -> None:
    await setup.remove(ctx, "notify_route", actor.tenant_id, route_id)


# --- deliveries --------------------------------------------------------------------------------------


@get(f"{BASE}/deliveries", role=Role.OPERATOR, summary="Messages that left, wait or failed, newest first")
async def list_deliveries(
    ctx: Context,
    actor: Actor,
    delivery_state: Annotated[DeliveryState | None, Parameter(query="state")] = None,
    channel: Channel | None = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[Delivery]:
    key = decode_cursor(cursor, tuple[datetime, UUID])
    return page_of(*await setup.deliveries(ctx, actor.tenant_id, delivery_state, channel, key, limit))


@post(
    f"{BASE}/deliveries/{{delivery_id:uuid}}/retry",
    role=Role.OPERATOR,
    status_code=202,
    summary="Send a message again that failed",
)
async def retry_delivery(ctx: Context, actor: Actor, delivery_id: UUID) -> None:
    await posting.again(ctx, actor.tenant_id, delivery_id)


routes = [
    list_notices,
    read_notices,
    own,
    set_own,
    add_device,
    push_ticket,
    remove_device,
    watch_station,
    unwatch_station,
    list_channels,
    add_hook,
    change_hook,
    remove_hook,
    try_hook,
    list_rotas,
    add_rota,
    change_rota,
    remove_rota,
    list_routes,
    add_route,
    change_route,
    remove_route,
    list_deliveries,
    retry_delivery,
]
