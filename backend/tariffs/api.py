"""The tariffs that a connector can have."""

from datetime import datetime
from uuid import UUID

from litestar import get

from backend.context import Context
from backend.tariffs import service
from backend.web.guards import Actor
from backend.web.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, page_of
from shared.accounts import Role
from shared.base import Page
from shared.money import TariffRow


@get("/api/v1/tariffs", role=Role.OPERATOR, summary="The tariffs in use")
async def list_tariffs(
    ctx: Context, actor: Actor, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Page[TariffRow]:
    """Oldest first; the first one holds for every connector without one of its own."""
    items, following = await service.listed(ctx, actor.tenant_id, decode_cursor(cursor, tuple[datetime, UUID]), limit)
    return page_of(items, following)


routes = [list_tariffs]
