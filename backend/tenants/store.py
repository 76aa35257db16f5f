"""Queries of tenants."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from piccolo.columns import Column

from backend.db.engine import DB
from backend.db.tables import Tenant as Tenant


async def first() -> Tenant | None:
    return await Tenant.objects().order_by(Tenant.created_at).first()


async def by_id(tenant_id: UUID) -> Tenant | None:
    return await Tenant.objects().get(Tenant.id == tenant_id)


async def add(*, slug: str, name: str, **values: Any) -> Tenant:
    tenant = Tenant(id=uuid4(), slug=slug, name=name, **values)
    await tenant.save()
    return tenant


async def hold_amount(tenant_id: UUID) -> Decimal | None:
    rows = await DB.run("SELECT hold_amount FROM payment_settings WHERE tenant = $1", tenant_id)
    return rows[0]["hold_amount"] if rows else None


async def change(tenant_id: UUID, values: Mapping[str, Any]) -> None:
    columns: dict[Column | str, Any] = {}
    columns.update(values.items())
    await Tenant.update(columns, force=True).where(Tenant.id == tenant_id)
