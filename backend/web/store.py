"""Queries of idempotency keys."""

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from backend.db.engine import DB


async def claim(account_id: UUID, key: str, digest: bytes, now: datetime, *, abandoned_before: datetime) -> bool:
    """Whether the key is ours now: nobody had it, or who had it never finished."""
    claimed = await DB.run(
        """
        INSERT INTO idempotency_key (id, account, key, request_hash, created_at) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (account, key) DO UPDATE SET created_at = $5, request_hash = $4
            WHERE idempotency_key.status IS NULL AND idempotency_key.created_at < $6
        RETURNING id
        """,
        uuid4(),
        account_id,
        key,
        digest,
        now,
        abandoned_before,
    )
    return bool(claimed)


async def find(account_id: UUID, key: str) -> dict[str, Any] | None:
    rows = await DB.run(
        "SELECT request_hash, status, body::text AS body FROM idempotency_key WHERE account = $1 AND key = $2",
        account_id,
        key,
    )
    return rows[0] if rows else None


async def finish(account_id: UUID, key: str, status: int, body: str) -> None:
    await DB.run(
        "UPDATE idempotency_key SET status = $3, body = $4::text::jsonb WHERE account = $1 AND key = $2",
        account_id,
        key,
        status,
        body,
    )


async def free(account_id: UUID, key: str) -> None:
    await DB.run("DELETE FROM idempotency_key WHERE account = $1 AND key = $2 AND status IS NULL", account_id, key)


async def forget_before(moment: datetime) -> None:
    await DB.run("DELETE FROM idempotency_key WHERE created_at < $1", moment)
