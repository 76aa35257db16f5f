"""Tariffs over HTTP: those in use, written, changed, retired, and tried before anybody charges by them."""

from datetime import datetime
from uuid import UUID

from litestar import delete, get, post, put

from backend.context import Context
from backend.tariffs import editing, service
from backend.web.guards import Actor
from backend.web.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, page_of
from shared.accounts import Role
from shared.base import Page
from shared.money import TariffRow
from shared.tariffs import TariffDetail, TariffNew, TariffPreview, TariffQuote


@get("/api/v1/tariffs", role=Role.OPERATOR, summary="The tariffs in use")
async def list_tariffs(
    ctx: Context, actor: Actor, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Page[TariffRow]:
    """Oldest first; the first one holds for every connector without one of its own."""
    items, following = await service.listed(ctx, actor.tenant_id, decode_cursor(cursor, tuple[datetime, UUID]), limit)
    return page_of(items, following)


@get("/api/v1/tariffs/{tariff_id:uuid}", role=Role.OPERATOR, summary="One tariff as it is written")
async def one_tariff(ctx: Context, actor: Actor, tariff_id: UUID) -> TariffDetail:
    return await editing.one(ctx, actor.tenant_id, tariff_id)


@post("/api/v1/tariffs", role=Role.OPERATOR, summary="Write a tariff")
async def add_tariff(ctx: Context, actor: Actor, data: TariffNew) -> TariffDetail:
    """One that can't be meant is refused with the places."""
    return await editing.add(ctx, actor.tenant_id, data)


@put("/api/v1/tariffs/{tariff_id:uuid}", role=Role.OPERATOR, summary="Change a tariff: a new version")
async def change_tariff(ctx: Context, actor: Actor, tariff_id: UUID, data: TariffNew) -> TariffDetail:
    """Sessions that run keep the version they began with."""
    return await editing.change(ctx, actor.tenant_id, tariff_id, data)


@delete("/api/v1/tariffs/{tariff_id:uuid}", role=Role.OPERATOR, summary="Retire a tariff")
async def retire_tariff(ctx: Context, actor: Actor, tariff_id: UUID) -> None:
    """Its connectors take the first of the others. Sessions that run keep it."""
    await editing.retire(ctx, actor.tenant_id, tariff_id)


@post("/api/v1/tariffs/preview", role=Role.OPERATOR, status_code=200, summary="What sample sessions would cost")
async def preview_tariff(ctx: Context, actor: Actor, data: TariffPreview) -> TariffQuote:
    return await editing.preview(ctx, actor.tenant_id, data)


routes = [list_tariffs, one_tariff, add_tariff, change_tariff, retire_tariff, preview_tariff]
