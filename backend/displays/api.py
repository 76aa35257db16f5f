"""Messages on screens over HTTP. Numbers are chosen by the caller, so a repetition does no harm."""

from typing import Annotated

from litestar import delete, get, post, put
from litestar.params import Parameter

from backend.commands import Answer
from backend.context import Context
from backend.displays import rules, service
from backend.stations import catalog
from backend.web.guards import Actor
from backend.web.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, encode_cursor
from shared.accounts import Role
from shared.base import Page
from shared.displays import DisplayAnswer, DisplayFilter, DisplayMessage, DisplayMessageNew

PATH = "/api/v1/stations/{identity:str}/messages"
Number = Annotated[int, Parameter(ge=0, le=2**31 - 1)]
LISTED = {"Accepted": "The station sends its messages.", "Unknown": "The station has no such message."}
REMOVED = {"Accepted": "The station removed it.", "Unknown": "The station has no such message."}


def _told(answer: Answer, words: dict[str, str] | None = None) -> DisplayAnswer:
    detail = (words or rules.WORDS).get(answer.status) or rules.explained(answer.status)
    return DisplayAnswer(accepted=answer.accepted, status=answer.status, detail=detail)


@get(PATH, role=Role.OPERATOR, summary="Messages on a station's screen")
async def listed(
    ctx: Context, actor: Actor, identity: str, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Page[DisplayMessage]:
    """As the station last told or accepted them, by number."""
    station = await catalog.find(ctx, actor.tenant_id, identity)
    after = decode_cursor(cursor, tuple[int])
    found = [one for one in await service.shown(ctx, station.id) if after is None or one.number > after[0]]
    more = encode_cursor([found[limit - 1].number]) if len(found) > limit else None
    return Page(items=found[:limit], next_cursor=more)


@put(PATH + "/{number:int}", role=Role.OPERATOR, summary="Show a message on a station's screen")
async def show(ctx: Context, actor: Actor, identity: str, number: Number, data: DisplayMessageNew) -> DisplayAnswer:
    """Replaces the message with this number, if there is one."""
    station = await catalog.find(ctx, actor.tenant_id, identity)
    return _told(await service.show(ctx, station.id, number, data, actor.account_id))


@post(PATH + "/read", role=Role.OPERATOR, status_code=200, summary="Ask a station for its messages")
async def read(ctx: Context, actor: Actor, identity: str, data: DisplayFilter) -> DisplayAnswer:
    """They arrive a little later and are then listed."""
    station = await catalog.find(ctx, actor.tenant_id, identity)
    return _told(await service.read(ctx, station.id, data, actor.account_id), LISTED)


@delete(PATH + "/{number:int}", role=Role.OPERATOR, status_code=200, summary="Remove a message from a screen")
async def remove(ctx: Context, actor: Actor, identity: str, number: Number) -> DisplayAnswer:
    station = await catalog.find(ctx, actor.tenant_id, identity)
    return _told(await service.remove(ctx, station.id, number, actor.account_id), REMOVED)


routes = [listed, show, read, remove]
