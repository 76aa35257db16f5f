"""Groups of drivers, such as a fleet or the staff: a tariff can apply for one of them."""

from typing import Any
from uuid import UUID

from backend.accounts import groups_store as store
from backend.context import Context
from backend.errors import Conflict, InvalidInput, NotFound
from shared.accounts import Driver, DriverChange, DriverGroup, DriverGroupNew

NO_GROUP = "This group doesn't exist."
NO_DRIVER = "This driver doesn't exist."
Key = list[Any] | None


def _shown(row: store.Row) -> DriverGroup:
    return DriverGroup(id=str(row["id"]), name=row["name"], drivers=row["drivers"], rules=row["rules"])


def _driver(row: store.Row) -> Driver:
    return Driver(
        id=str(row["id"]),
        name=row["name"],
        email=row["email"],
        group_id=str(row["driver_group"]) if row["driver_group"] else None,
        group=row["group_name"] or "",
        active=row["disabled_at"] is None,
        created_at=row["created_at"],
    )


async def page(
    ctx: Context, tenant_id: UUID, after: tuple[str, UUID] | None, limit: int
) -> tuple[list[DriverGroup], Key]:
    rows = await store.page(tenant_id, after, limit + 1)
    return [_shown(row) for row in rows[:limit]], _following(rows, limit)


def _following(rows: Any, limit: int) -> Key:
    return [rows[limit - 1]["sorted_by"], rows[limit - 1]["id"]] if len(rows) > limit else None


async def one(ctx: Context, tenant_id: UUID, group_id: UUID) -> DriverGroup:
    row = await store.one(tenant_id, group_id)
    if row is None:
        raise NotFound(NO_GROUP)
    return _shown(row)


async def add(ctx: Context, tenant_id: UUID, new: DriverGroupNew) -> DriverGroup:
    """Raises Conflict for a name that is taken."""
    name = _name(new.name)
    async with ctx.unit():
        group_id = await store.add(tenant_id, name, ctx.now())
    if group_id is None:
        raise _taken(name)
    return await one(ctx, tenant_id, group_id)


async def rename(ctx: Context, tenant_id: UUID, group_id: UUID, new: DriverGroupNew) -> DriverGroup:
    """Raises NotFound, Conflict."""
    name = _name(new.name)
    await one(ctx, tenant_id, group_id)
    async with ctx.unit():
        if not await store.rename(tenant_id, group_id, name):
            raise _taken(name)
    return await one(ctx, tenant_id, group_id)


def _name(text: str) -> str:
    if not text.strip():
        raise InvalidInput("Give the group a name.", fields=[("$.name", "empty")])
    return text.strip()


def _taken(name: str) -> Conflict:
    return Conflict(f"There is a group {name} already.", code="name_taken", fields=[("$.name", "taken")])


async def remove(ctx: Context, tenant_id: UUID, group_id: UUID) -> None:
    """Raises NotFound. Its drivers stay, and pay what everybody pays."""
    async with ctx.unit():
        if not await store.remove(tenant_id, group_id):
            raise NotFound(NO_GROUP)


async def drivers(
    ctx: Context,
    tenant_id: UUID,
    *,
    group_id: UUID | None,
    search: str | None,
    after: tuple[str, UUID] | None,
    limit: int,
) -> tuple[list[Driver], Key]:
    words = (search or "").strip() or None
    rows = await store.drivers(tenant_id, group_id=group_id, search=words, after=after, limit=limit + 1)
    return [_driver(row) for row in rows[:limit]], _following(rows, limit)


async def driver(ctx: Context, tenant_id: UUID, account_id: UUID) -> Driver:
    row = await store.driver(tenant_id, account_id)
    if row is None:
        raise NotFound(NO_DRIVER)
    return _driver(row)


async def change(ctx: Context, tenant_id: UUID, account_id: UUID, wanted: DriverChange) -> Driver:
    """Raises NotFound, and InvalidInput for a group that isn't there."""
    await driver(ctx, tenant_id, account_id)
    async with ctx.unit():
        await store.put(account_id, await _group(tenant_id, wanted.group_id))
    return await driver(ctx, tenant_id, account_id)


async def _group(tenant_id: UUID, text: str | None) -> UUID | None:
    if not text:
        return None
    try:
        found = await store.one(tenant_id, UUID(text))
    except ValueError:
        found = None
    if found is None:
        raise InvalidInput(NO_GROUP, fields=[("$.group_id", NO_GROUP)])
    group_id: UUID = found["id"]
    return group_id
