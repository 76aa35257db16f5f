"""Vendors' messages over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, get, post, put
from litestar.params import Parameter

from backend.context import Context
from backend.stations import catalog
from backend.stations import errands as later
from backend.stations.errands import KEPT, QueueFor
from backend.stations.model import StationRef
from backend.stations.shown import told
from backend.stations.waiting import Errand
from backend.vendor_data import service
from backend.web.guards import Actor
from backend.web.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, encode_cursor
from shared.accounts import Role
from shared.base import Page
from shared.stations import CommandAnswer
from shared.vendor_data import KnownVendor, KnownVendorChange, VendorData, VendorDataNew

PATH = "/api/v1/stations/{identity:str}/vendor-data"
VENDORS = "/api/v1/vendors"
Wanted = Annotated[str | None, Parameter(max_length=255, pattern=r"^[^\x00]*$", description="Only these")]


async def _send(ctx: Context, station: StationRef, by: UUID | None, wanted: VendorDataNew) -> CommandAnswer:
    return told(await service.send(ctx, station, wanted, by))


SEND = Errand("SendData", VendorDataNew, _send)
errands = [SEND]


@post(PATH, role=Role.OPERATOR, status_code=200, responses=KEPT, summary="Send a station a message of its vendor")
async def send(
    ctx: Context,
    actor: Actor,
    request: Request[Any, Any, Any],
    identity: str,
    data: VendorDataNew,
    queue_for_s: QueueFor = None,
) -> Response[CommandAnswer]:
    """Needs an Idempotency-Key header."""
    return await later.once(ctx, actor, request, identity, SEND, data, queue_for_s)


@get(PATH, role=Role.OPERATOR, summary="Messages of vendors from and to a station, newest first")
async def listed(
    ctx: Context,
    actor: Actor,
    identity: str,
    vendor_id: Wanted = None,
    message_id: Wanted = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[VendorData]:
    station = await catalog.find(ctx, actor.tenant_id, identity)
    key = decode_cursor(cursor, tuple[int])
    found = await service.listed(ctx, station, vendor_id, message_id, key[0] if key else None, limit + 1)
    more = encode_cursor([int(found[limit - 1].id)]) if len(found) > limit else None
    return Page(items=found[:limit], next_cursor=more)


@get(VENDORS, role=Role.OPERATOR, summary="Vendors whose messages are accepted")
async def vendors(ctx: Context, actor: Actor, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT) -> Page[KnownVendor]:
    key = decode_cursor(cursor, tuple[str])
    found = await service.vendors(ctx, actor.tenant_id, key[0] if key else "", limit + 1)
    more = encode_cursor([found[limit - 1].vendor_id]) if len(found) > limit else None
    return Page(items=found[:limit], next_cursor=more)


@put(VENDORS, role=Role.OPERATOR, summary="Accept the messages of a vendor, or no more")
async def put_vendor(ctx: Context, actor: Actor, data: KnownVendorChange) -> KnownVendorChange:
    """From every station; what they say is kept, and means nothing else here."""
    await service.put_vendor(ctx, actor.tenant_id, data)
    return data


routes = [send, listed, vendors, put_vendor]
