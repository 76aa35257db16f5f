"""Messages on screens over HTTP. Numbers are chosen by the caller, so a repetition does no harm."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, delete, get, post, put
from litestar.params import Parameter

from backend.commands import Answer
from backend.context import Context
from backend.displays import rules, service
from backend.stations import catalog
from backend.stations import errands as later
from backend.stations.errands import KEPT, QueueFor
from backend.stations.model import StationRef
from backend.stations.waiting import Errand
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


class _Numbered(msgspec.Struct):
    """A message and its number, as they wait for a station."""

    number: int
    message: DisplayMessageNew | None = None


async def _show(ctx: Context, station: StationRef, by: UUID | None, wanted: _Numbered) -> DisplayAnswer:
    assert wanted.message is not None
    return _told(await service.show(ctx, station.id, wanted.number, wanted.message, by))


async def _check(_ctx: Context, _station: StationRef, wanted: _Numbered) -> None:
    assert wanted.message is not None
    service.check(wanted.message)


async def _read(ctx: Context, station: StationRef, by: UUID | None, wanted: DisplayFilter) -> DisplayAnswer:
    return _told(await service.read(ctx, station.id, wanted, by), LISTED)


async def _remove(ctx: Context, station: StationRef, by: UUID | None, wanted: _Numbered) -> DisplayAnswer:
    return _told(await service.remove(ctx, station.id, wanted.number, by), REMOVED)


SHOW = Errand("ShowMessage", _Numbered, _show, _check)
READ = Errand("ListMessages", DisplayFilter, _read)
REMOVE = Errand("RemoveMessage", _Numbered, _remove)
errands = [SHOW, READ, REMOVE]


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


@put(PATH + "/{number:int}", role=Role.OPERATOR, responses=KEPT, summary="Show a message on a station's screen")
async def show(
    ctx: Context, actor: Actor, identity: str, number: Number, data: DisplayMessageNew, queue_for_s: QueueFor = None
) -> Response[DisplayAnswer]:
    """Replaces the message with this number, if there is one."""
    return await later.now_or_later(ctx, actor, identity, SHOW, _Numbered(number, data), queue_for_s)


@post(PATH + "/read", role=Role.OPERATOR, status_code=200, responses=KEPT, summary="Ask a station for its messages")
async def read(
    ctx: Context, actor: Actor, identity: str, data: DisplayFilter, queue_for_s: QueueFor = None
) -> Response[DisplayAnswer]:
    """They arrive a little later and are then listed."""
    return await later.now_or_later(ctx, actor, identity, READ, data, queue_for_s)


@delete(
    PATH + "/{number:int}",
    role=Role.OPERATOR,
    status_code=200,
    responses=KEPT,
    summary="Remove a message from a screen",
)
async def remove(
    ctx: Context, actor: Actor, identity: str, number: Number, queue_for_s: QueueFor = None
) -> Response[DisplayAnswer]:
    return await later.now_or_later(ctx, actor, identity, REMOVE, _Numbered(number), queue_for_s)


routes = [listed, show, read, remove]
