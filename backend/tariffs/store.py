"""Queries of tariffs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.db.engine import DB

Row = dict[str, Any]


async def by_ids(ids: Sequence[UUID]) -> list[Row]:
    """With `since` when each holds in place of the version before it; None: from its own beginning."""
    return await DB.run(
        "SELECT t.*, o.retired_at AS since FROM tariff t LEFT JOIN tariff o ON o.id = t.follows WHERE t.id = ANY($1)",
        list(ids),
    )


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


async def add(
    tariff_id: UUID,
    tenant_id: UUID,
    name: str,
    currency: str,
    definition: Any,
    now: Any,
    *,
    version: int = 1,
    follows: UUID | None = None,
) -> None:
    await DB.run(
        """INSERT INTO tariff (id, tenant, name, currency, definition, created_at, version, follows)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)""",
        tariff_id,
        tenant_id,
        name,
        currency,
        definition,
        now,
        version,
        follows,
    )


async def in_use(tenant_id: UUID, tariff_id: UUID, *, lock: bool = False) -> Row | None:
    rows = await DB.run(
        f"""SELECT t.*, (SELECT count(*) FROM connector c WHERE c.tariff = t.id) AS connectors FROM tariff t
        WHERE t.tenant = $1 AND t.id = $2 AND t.retired_at IS NULL {"FOR UPDATE" if lock else ""}""",
        tenant_id,
        tariff_id,
    )
    return rows[0] if rows else None


async def hand_over(old: UUID, new: UUID | None) -> None:
    """Connectors and rules take the new version, or connectors none of their own. What runs keeps the old one."""
    await DB.run("UPDATE connector SET tariff = $2 WHERE tariff = $1", old, new)
    if new is None:
        await DB.run("DELETE FROM tariff_where WHERE tariff = $1", old)
    else:
        await DB.run("UPDATE tariff_where SET tariff = $2 WHERE tariff = $1", old, new)


async def retire(tariff_id: UUID, now: datetime) -> None:
    await DB.run("UPDATE tariff SET retired_at = $2 WHERE id = $1", tariff_id, now)


async def keep_place(old: UUID, new: UUID) -> None:
    """The first of a tenant's tariffs holds for all others: a new version stands where the old one stood."""
    await DB.run("UPDATE tariff SET created_at = (SELECT created_at FROM tariff WHERE id = $1) WHERE id = $2", old, new)


async def tenant(tenant_id: UUID) -> Row:
    rows = await DB.run("SELECT currency, time_zone FROM tenant WHERE id = $1", tenant_id)
    return rows[0]
