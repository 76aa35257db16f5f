"""Queries of id tokens."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from backend.db.engine import DB


async def by_value(tenant_id: UUID, normal_value: str) -> dict[str, Any] | None:
    rows = await DB.run(
        """SELECT t.id, t.account, t.parent, t.blocked_at, t.expires_at, a.disabled_at
        FROM id_token t LEFT JOIN account a ON a.id = t.account
        WHERE t.tenant = $1 AND lower(t.value) = $2""",
        tenant_id,
        normal_value,
    )
    return rows[0] if rows else None


async def central_value(account_id: UUID) -> str | None:
    """The token an account starts with from the app; a blocked one too, so that blocking can't be dodged."""
    rows = await DB.run(
        "SELECT value FROM id_token WHERE account = $1 AND type = 'Central' ORDER BY created_at, id LIMIT 1", account_id
    )
    return rows[0]["value"] if rows else None


async def lock_account(account_id: UUID) -> UUID | None:
    """The account's tenant; None if there is no such account. Two first starts at once make one token."""
    rows = await DB.run("SELECT tenant FROM account WHERE id = $1 FOR NO KEY UPDATE", account_id)
    return rows[0]["tenant"] if rows else None


async def add(
    tenant_id: UUID,
    value: str,
    *,
    type: str,
    account_id: UUID | None,
    label: str,
    parent: str,
    expires_at: datetime | None,
    at: datetime,
) -> bool:
    """False if the tenant has this value already."""
    rows = await DB.run(
        """INSERT INTO id_token (id, tenant, value, type, account, label, parent, expires_at, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING RETURNING id""",
        uuid4(),
        tenant_id,
        value,
        type,
        account_id,
        label,
        parent,
        expires_at,
        at,
    )
    return bool(rows)
