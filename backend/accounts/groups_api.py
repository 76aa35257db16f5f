"""Drivers and their groups over HTTP, for operators."""

from uuid import UUID

from litestar import delete, get, post, put

from backend.accounts import groups
from backend.context import Context
from backend.web.guards import Actor
from backend.web.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, page_of
from shared.accounts import Driver, DriverChange, DriverGroup, DriverGroupNew, Role
from shared.base import Page


@get("/api/v1/driver-groups", role=Role.OPERATOR, summary="Groups of drivers with prices of their own, by name")
async def list_groups(
    ctx: Context, actor: Actor, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Page[DriverGroup]:
    return page_of(*await groups.page(ctx, actor.tenant_id, decode_cursor(cursor, tuple[str, UUID]), limit))


@post("/api/v1/driver-groups", role=Role.OPERATOR, summary="A new group of drivers")
async def add_group(ctx: Context, actor: Actor, data: DriverGroupNew) -> DriverGroup:
    return await groups.add(ctx, actor.tenant_id, data)


@put("/api/v1/driver-groups/{group_id:uuid}", role=Role.OPERATOR, summary="Give a group another name")
async def rename_group(ctx: Context, actor: Actor, group_id: UUID, data: DriverGroupNew) -> DriverGroup:
    return await groups.rename(ctx, actor.tenant_id, group_id, data)


@delete("/api/v1/driver-groups/{group_id:uuid}", role=Role.OPERATOR, summary="Dissolve a group")
async def remove_group(ctx: Context, actor: Actor, group_id: UUID) -> None:
    """Its drivers stay and pay what everybody pays; the tariffs that applied for it apply to nobody."""
    await groups.remove(ctx, actor.tenant_id, group_id)


@get("/api/v1/drivers", role=Role.OPERATOR, summary="The drivers, by name")
async def list_drivers(
    ctx: Context,
    actor: Actor,
    group_id: UUID | None = None,
    search: str | None = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[Driver]:
    """Of one group, or all; `search`: a part of the name or the e-mail."""
    found = await groups.drivers(
        ctx,
        actor.tenant_id,
        group_id=group_id,
        search=search,
        after=decode_cursor(cursor, tuple[str, UUID]),
        limit=limit,
    )
    return page_of(*found)


@get("/api/v1/drivers/{account_id:uuid}", role=Role.OPERATOR, summary="One driver")
async def one_driver(ctx: Context, actor: Actor, account_id: UUID) -> Driver:
    return await groups.driver(ctx, actor.tenant_id, account_id)


@put("/api/v1/drivers/{account_id:uuid}", role=Role.OPERATOR, summary="Put a driver into a group, or into none")
async def change_driver(ctx: Context, actor: Actor, account_id: UUID, data: DriverChange) -> Driver:
    """Sessions that run keep their price."""
    return await groups.change(ctx, actor.tenant_id, account_id, data)


routes = [list_groups, add_group, rename_group, remove_group, list_drivers, one_driver, change_driver]
