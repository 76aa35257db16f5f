"""Requests that must not be done twice, however often a phone repeats them."""

import hashlib
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
from litestar import MediaType, Request, Response

from backend.context import Context
from backend.db.engine import DB
from backend.errors import Conflict, InvalidInput, WattlineError

HEADER = "Idempotency-Key"
_KEY = re.compile(r"^[\x21-\x7e]{8,200}$")
ABANDONED_AFTER = timedelta(minutes=2)
"""A request that never finished (its process died) frees its key after this time."""


class KeyReused(WattlineError):
    status, code, title = 422, "idempotency_key_reused", "This key was used for another request"


async def once(
    ctx: Context,
    request: Request[Any, Any, Any],
    account_id: UUID,
    work: Callable[[], Awaitable[Any]],
    *,
    status: int = 202,
) -> Response[Any]:
    """The answer of `work()`, done once for the request's Idempotency-Key; a repetition gets the stored answer.

    A failed request frees its key, so that the same tap can be tried again. Raises InvalidInput without a key,
    KeyReused when the key came with another request before, Conflict while the first is still under way.
    """
    key = request.headers.get(HEADER, "")
    if not _KEY.match(key):
        raise InvalidInput(
            f"Send an {HEADER} header of 8 to 200 printable characters, the same for each repetition.",
            code="idempotency_key_missing",
        )
    digest = hashlib.sha256(f"{request.method} {request.url.path}\n".encode() + await request.body()).digest()
    row = await _claim(ctx, account_id, key, digest)
    if row is not None:
        return Response(content=row["body"], status_code=row["status"], media_type=MediaType.JSON)
    try:
        body = msgspec.json.encode(await work())
    except BaseException:
        await DB.run("DELETE FROM idempotency_key WHERE account = $1 AND key = $2 AND status IS NULL", account_id, key)
        raise
    await DB.run(
        "UPDATE idempotency_key SET status = $3, body = $4::text::jsonb WHERE account = $1 AND key = $2",
        account_id,
        key,
        status,
        body.decode(),
    )
    return Response(content=body, status_code=status, media_type=MediaType.JSON)


async def _claim(ctx: Context, account_id: UUID, key: str, digest: bytes) -> dict[str, Any] | None:
    """None: the key is ours now. Otherwise the finished row of the first request."""
    now = ctx.now()
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
        now - ABANDONED_AFTER,
    )
    if claimed:
        return None
    rows = await DB.run(
        "SELECT request_hash, status, body::text AS body FROM idempotency_key WHERE account = $1 AND key = $2",
        account_id,
        key,
    )
    if not rows:
        raise Conflict("The same request just failed; try again.", code="request_in_progress")
    if bytes(rows[0]["request_hash"]) != digest:
        raise KeyReused("Use a new key for a new request.")
    if rows[0]["status"] is None:
        raise Conflict("The same request is still under way.", code="request_in_progress")
    return {"status": rows[0]["status"], "body": rows[0]["body"].encode()}


async def forget_old(ctx: Context) -> None:
    """Cron: answers are kept for a day."""
    await DB.run("DELETE FROM idempotency_key WHERE created_at < $1", ctx.now() - timedelta(days=1))
