"""Queries of tariffs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.db.engine import DB

Row = dict[str, Any]


async def by_ids(ids: Sequence[UUID]) -> list[Row]:
    return await DB.run("SELECT * FROM tariff WHERE id = ANY($1)", list(ids))


async def of_tenant(tenant_id: UUID) -> list[Row]:
    return await DB.run(
        "SELECT * FROM tariff WHERE tenant = $1 AND retired_at IS NULL ORDER BY created_at, id", tenant_id
    )


async def page(tenant_id: UUID, after: tuple[datetime, UUID] | None, limit: int) -> list[Row]:
    """In the order of `of_tenant`."""
    created_at, tariff_id = after or (None, None)
    return await DB.run(
        """SELECT * FROM tariff WHERE tenant = $1 AND retired_at IS NULL
        AND ($2::timestamptz IS NULL OR (created_at, id) > ($2, $3::uuid))
        ORDER BY created_at, id LIMIT $4""",
        tenant_id,
        created_at,
        tariff_id,
        limit,
    )


async def add(tariff_id: UUID, tenant_id: UUID, name: str, currency: str, definition: Any, now: Any) -> None:
    await DB.run(
        "INSERT INTO tariff (id, tenant, name, currency, definition, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
        tariff_id,
        tenant_id,
        name,
        currency,
        definition,
        now,
    )
