"""Corrections, meters in doubt and CDRs over HTTP."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import Parameter

from backend.cdrs import deciding, records, service
from backend.context import Context
from backend.transactions import views
from backend.web.guards import Actor
from backend.web.idempotency import once
from backend.web.pages import DEFAULT_LIMIT, Cursor, Limit
from shared.accounts import Role
from shared.base import Page
from shared.cdrs import BillHistory, Correction, CorrectionNew, DecisionNew, MeterDoubt, SessionRecords

Key = Annotated[str | None, Parameter(header="Idempotency-Key", description="The same for each repetition")]
Since = Annotated[datetime | None, Parameter(description="Written at this time or later (with its offset)")]
Until = Annotated[datetime | None, Parameter(description="Written before this time (with its offset)")]
AnyRequest = Request[Any, Any, Any]


@get("/api/v1/transactions/{transaction_id:uuid}/corrections", summary="What became of a bill after it was written")
async def history(ctx: Context, actor: Actor, transaction_id: UUID) -> BillHistory:
    """Credit notes and supplements, what is to pay by now, and whether the meter is in doubt."""
    return await deciding.history(ctx, actor, transaction_id)


@post(
    "/api/v1/transactions/{transaction_id:uuid}/corrections",
    role=Role.OPERATOR,
    status_code=202,
    summary="Credit a bill, in part or as a whole",
)
async def correct(
    ctx: Context,
    actor: Actor,
    request: AnyRequest,
    transaction_id: UUID,
    data: CorrectionNew,
    idempotency_key: Key = None,
) -> Response[Any]:
    """A numbered credit note is written and sent; money that was taken goes back. The bill itself never changes."""

    async def work() -> Correction:
        return await service.correct(ctx, actor, transaction_id, data)

    return await once(ctx, request, actor.account_id, work)


@get("/api/v1/meter-doubts", role=Role.OPERATOR, summary="Sessions whose meter can't be believed, newest first")
async def doubts(
    ctx: Context,
    actor: Actor,
    is_open: Annotated[bool | None, Parameter(query="open")] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[MeterDoubt]:
    return await deciding.page(actor, is_open=is_open, cursor=cursor, limit=limit)


@post(
    "/api/v1/transactions/{transaction_id:uuid}/decision",
    role=Role.OPERATOR,
    status_code=202,
    summary="Decide what is billed where a meter can't be believed",
)
async def decide(
    ctx: Context,
    actor: Actor,
    request: AnyRequest,
    transaction_id: UUID,
    data: DecisionNew,
    idempotency_key: Key = None,
) -> Response[Any]:
    """Decided once. The driver is told."""

    async def work() -> MeterDoubt:
        return await deciding.decide(ctx, actor, transaction_id, data)

    return await once(ctx, request, actor.account_id, work)


@get("/api/v1/cdrs", role=Role.OPERATOR, summary="CDRs and credits in the form of OCPI 2.2.1, oldest first")
async def cdrs(
    ctx: Context,
    actor: Actor,
    date_from: Since = None,
    date_to: Until = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[dict[str, Any]]:
    return await records.page(actor.tenant_id, begin=_aware(date_from), end=_aware(date_to), cursor=cursor, limit=limit)


def _aware(at: datetime | None) -> datetime | None:
    """Without an offset it is meant in UTC, as OCPI writes times."""
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at


@get(
    "/api/v1/transactions/{transaction_id:uuid}/receipt/cdr",
    role=Role.OPERATOR,
    summary="The CDR and its credits",
)
async def cdr(ctx: Context, actor: Actor, transaction_id: UUID) -> SessionRecords:
    """In the form of OCPI 2.2.1."""
    await views.one(ctx, actor, transaction_id)
    return SessionRecords(items=await records.of_session(ctx, actor.tenant_id, transaction_id))


routes = [history, correct, doubts, decide, cdrs, cdr]
