"""Requests that must not be done twice, however often a phone repeats them."""

import hashlib
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from litestar import MediaType, Request, Response

from backend.context import Context
from backend.errors import Conflict, InvalidInput, WattlineError
from backend.web import store

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
        answer = await work()
        body, status = msgspec.json.encode(answer), status_of(answer, status)
    except BaseException:
        await store.free(account_id, key)
        raise
    await store.finish(account_id, key, status, body.decode())
    return Response(content=body, status_code=status, media_type=MediaType.JSON)


def status_of(answer: object, status: int) -> int:
    """202 for what only waits, whatever a request answers otherwise."""
    return 202 if getattr(answer, "queued_until", None) else status


async def _claim(ctx: Context, account_id: UUID, key: str, digest: bytes) -> dict[str, Any] | None:
    """None: the key is ours now. Otherwise the finished row of the first request."""
    now = ctx.now()
    if await store.claim(account_id, key, digest, now, abandoned_before=now - ABANDONED_AFTER):
        return None
    row = await store.find(account_id, key)
    if row is None:
        raise Conflict("The same request just failed; try again.", code="request_in_progress")
    if bytes(row["request_hash"]) != digest:
        raise KeyReused("Use a new key for a new request.")
    if row["status"] is None:
        raise Conflict("The same request is still under way.", code="request_in_progress")
    return {"status": row["status"], "body": row["body"].encode()}


async def forget_old(ctx: Context) -> None:
    """Cron: answers are kept for a day."""
    await store.forget_before(ctx.now() - timedelta(days=1))
