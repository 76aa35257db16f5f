"""Messages that fit nothing, over HTTP, for operators."""

from typing import Annotated

from litestar import get, post
from litestar.params import Parameter

from backend.context import Context
from backend.transactions import quarantine
from backend.web.guards import Actor
from backend.web.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, page_of
from shared.accounts import Role
from shared.base import Page
from shared.quarantine import AttachMessage, DismissMessage, QuarantinedMessage, QuarantineState

PATH = "/api/v1/quarantine"
Id = Annotated[int, Parameter(ge=0, le=2**63 - 1)]


@get(PATH, role=Role.OPERATOR, summary="Messages of stations that fit no session, newest first")
async def listed(
    ctx: Context,
    actor: Actor,
    message_state: Annotated[QuarantineState | None, Parameter(query="state")] = None,
    station: str | None = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[QuarantinedMessage]:
    before = decode_cursor(cursor, tuple[int])
    items, more = await quarantine.page(
        ctx, actor.tenant_id, state=message_state, identity=station, before=before and before[0], limit=limit
    )
    return page_of(items, more)


@get(f"{PATH}/{{message_id:int}}", role=Role.OPERATOR, summary="One such message")
async def read(ctx: Context, actor: Actor, message_id: Id) -> QuarantinedMessage:
    return await quarantine.one(ctx, actor.tenant_id, message_id)


@post(f"{PATH}/{{message_id:int}}/attach", role=Role.OPERATOR, status_code=200, summary="Say which session it is of")
async def attach(ctx: Context, actor: Actor, message_id: Id, data: AttachMessage) -> QuarantinedMessage:
    """It counts as if it had named the session. Each message counts once."""
    return await quarantine.attach(ctx, actor, message_id, data.transaction_id)


@post(f"{PATH}/{{message_id:int}}/dismiss", role=Role.OPERATOR, status_code=200, summary="Say that it is of none")
async def dismiss(ctx: Context, actor: Actor, message_id: Id, data: DismissMessage) -> QuarantinedMessage:
    """It stays on record, with the note."""
    return await quarantine.dismiss(ctx, actor, message_id, data.note)


routes = [listed, read, attach, dismiss]
