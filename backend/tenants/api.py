"""The brand: read by everybody, changed by an admin."""

from litestar import get, put

from backend.context import Context
from backend.tenants import service
from backend.web.guards import Actor
from shared.accounts import Brand, BrandChange, Role


@get("/api/v1/brand", public=True, summary="The operator's brand")
async def read_brand(ctx: Context) -> Brand:
    return await service.brand(ctx)


@put("/api/v1/brand", role=Role.ADMIN, summary="Change the operator's brand")
async def change_brand(ctx: Context, actor: Actor, data: BrandChange) -> Brand:
    return await service.change_brand(ctx, actor.tenant_id, data)


routes = [read_brand, change_brand]
