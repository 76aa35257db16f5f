"""Queries of accounts and refresh tokens."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from piccolo.columns import Column

from backend.db.engine import DB
from backend.db.tables import Account as Account
from backend.db.tables import RefreshToken


async def by_email(tenant_id: UUID, email: str) -> Account | None:
    return await Account.objects().get((Account.tenant == tenant_id) & (Account.email == email))


async def by_id(account_id: UUID) -> Account | None:
    return await Account.objects().get(Account.id == account_id)


async def add(
    *,
    tenant_id: UUID,
    email: str,
    name: str,
    password_hash: str,
    role: str,
    now: datetime,
    password_expires_at: datetime | None = None,
) -> Account | None:
    """None when the tenant has this e-mail already."""
    rows = await DB.run(
        """
        INSERT INTO account (id, tenant, email, name, password_hash, role, created_at, password_expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (tenant, email) DO NOTHING RETURNING id
        """,
        uuid4(),
        tenant_id,
        email,
        name,
        password_hash,
        role,
        now,
        password_expires_at,
    )
    return await by_id(rows[0]["id"]) if rows else None


async def add_refresh_token(
    account_id: UUID, family: UUID, token_hash: bytes, expires_at: datetime, now: datetime
) -> None:
    await RefreshToken(
        id=uuid4(),
        account=account_id,
        family=family,
        token_hash=token_hash,
        expires_at=expires_at,
        created_at=now,
    ).save()


async def lock_refresh_token(token_hash: bytes) -> dict[str, Any] | None:
    rows = await DB.run("SELECT * FROM refresh_token WHERE token_hash = $1 FOR UPDATE", token_hash)
    return rows[0] if rows else None


async def mark_used(token_id: UUID, now: datetime) -> None:
    await RefreshToken.update({RefreshToken.used_at: now}).where(RefreshToken.id == token_id)


async def revoke_family(family: UUID, now: datetime) -> None:
    await RefreshToken.update({RefreshToken.revoked_at: now}).where(
        (RefreshToken.family == family) & RefreshToken.revoked_at.is_null()
    )


async def revoke_all(account_id: UUID, now: datetime) -> None:
    """Whoever is signed in with this account has to sign in again."""
    await RefreshToken.update({RefreshToken.revoked_at: now}).where(
        (RefreshToken.account == account_id) & RefreshToken.revoked_at.is_null()
    )


async def page(
    tenant_id: UUID, *, roles: Sequence[str], search: str | None, after: tuple[str, UUID] | None, limit: int
) -> list[dict[str, Any]]:
    """By name."""
    return await DB.run(
        """
        SELECT *, lower(name) AS sorted_by FROM account
        WHERE tenant = $1 AND role = ANY($2)
          AND ($3::text IS NULL OR strpos(lower(name || ' ' || email), lower($3)) > 0)
          AND ($4::text IS NULL OR (lower(name), id) > ($4, $5::uuid))
        ORDER BY lower(name), id LIMIT $6
        """,
        tenant_id,
        list(roles),
        search,
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )


async def lock_admins(tenant_id: UUID) -> list[UUID]:
    """Who can administrate now; nobody else changes that until the end of the transaction."""
    rows = await DB.run(
        "SELECT id FROM account WHERE tenant = $1 AND role = 'admin' AND disabled_at IS NULL ORDER BY id FOR UPDATE",
        tenant_id,
    )
    return [row["id"] for row in rows]


async def change(account_id: UUID, values: Mapping[str, Any]) -> None:
    columns: dict[Column | str, Any] = {}
    columns.update(values.items())
    await Account.update(columns, force=True).where(Account.id == account_id)


async def forget_expired(now: datetime) -> None:
    await RefreshToken.delete().where(RefreshToken.expires_at < now)
