"""Tenants: the first one, and the brand that app and receipts wear."""

from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec

from backend import geography
from backend.context import Context
from backend.errors import InvalidInput, NotFound
from backend.events import BrandChanged
from backend.tenants import rules, store
from backend.tenants.store import Tenant
from shared.accounts import Brand, BrandChange


async def ensure(ctx: Context, *, name: str, **values: Any) -> Tenant:
    """The first tenant; made at the first start."""
    return await store.first() or await store.add(slug=rules.slug(name), name=name, created_at=ctx.now(), **values)


async def default(ctx: Context) -> Tenant:
    """Whom a newcomer belongs to: a driver who signs up, a station that nobody entered."""
    tenant = await store.first()
    if tenant is None:
        raise NotFound("No tenant exists yet; start Wattline once with its worker or web role.")
    return tenant


async def get(ctx: Context, tenant_id: UUID) -> Tenant:
    tenant = await store.by_id(tenant_id)
    if tenant is None:
        raise NotFound("This operator doesn't exist.")
    return tenant


def brand_of(tenant: Tenant) -> Brand:
    return Brand(
        name=tenant.name,
        seed_color=tenant.seed_color,
        logo=tenant.logo,
        support_email=tenant.support_email,
        currency=tenant.currency,
        time_zone=tenant.time_zone,
        country=tenant.country or geography.country_of(tenant.time_zone),
    )


def language_of(country: str, time_zone: str, wanted: str | None = None) -> str:
    """What a tenant's operators, partners and programs are told in, where nobody `wanted` another: `de` or `en`.

    `country`: as stored, empty where the clock says it.
    """
    return rules.language(wanted, country or geography.country_of(time_zone))


async def brand(ctx: Context, tenant_id: UUID | None = None) -> Brand:
    return brand_of(await (get(ctx, tenant_id) if tenant_id else default(ctx)))


async def hold_amount(ctx: Context, tenant_id: UUID) -> Decimal:
    """What is reserved before a session that costs something: the tenant's own or else the node's, in whole coins."""
    own = await store.hold_amount(tenant_id)
    amount = Decimal(ctx.settings.hold_amount) if own is None else own
    return rules.in_coins(amount, (await get(ctx, tenant_id)).currency)


async def change_brand(ctx: Context, tenant_id: UUID, change: BrandChange) -> Brand:
    """Raises InvalidInput for a logo that isn't a harmless picture."""
    values = {name: value for name, value in msgspec.structs.asdict(change).items() if value is not None}
    if problems := rules.logo_problems(values.get("logo", "")):
        raise InvalidInput("The logo can't be used.", fields=problems)
    if values:
        async with ctx.unit() as unit:
            await store.change(tenant_id, values)
            unit.emit(BrandChanged(tenant_id=tenant_id, at=ctx.now()))
    return await brand(ctx, tenant_id)
