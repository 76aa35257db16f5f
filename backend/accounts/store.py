"""Queries of accounts and refresh tokens."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from backend.db.engine import DB
from backend.db.tables import Account as Account
from backend.db.tables import RefreshToken


async def by_email(tenant_id: UUID, email: str) -> Account | None:
    return await Account.objects().get((Account.tenant == tenant_id) & (Account.email == email))


async def by_id(account_id: UUID) -> Account | None:
    return await Account.objects().get(Account.id == account_id)


async def add(
    *, tenant_id: UUID, email: str, name: str, password_hash: str, role: str, now: datetime
) -> Account | None:
    """None when the tenant has this e-mail already."""
    rows = await DB.run(
        """
        INSERT INTO account (id, tenant, email, name, password_hash, role, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant, email) DO NOTHING RETURNING id
        """,
        uuid4(),
        tenant_id,
        email,
        name,
        password_hash,
        role,
        now,
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


async def forget_expired(now: datetime) -> None:
    await RefreshToken.delete().where(RefreshToken.expires_at < now)
