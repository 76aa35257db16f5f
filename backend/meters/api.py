"""Signed values and meter keys over HTTP."""

from uuid import UUID

from litestar import Response, delete, get, put

from backend.context import Context
from backend.errors import NotFound
from backend.meters import service
from backend.transactions import views
from backend.web.files import attachment
from backend.web.guards import Actor
from shared.accounts import Role
from shared.meters import MeterKeyEntry, MeterKeys, SignedSession

SIGNED = "/api/v1/transactions/{transaction_id:uuid}/receipt/signed"
KEYS = "/api/v1/stations/{identity:str}/meter-keys"


@get(SIGNED, summary="What the meter of a session signed, and whether it fits")
async def signed(ctx: Context, actor: Actor, transaction_id: UUID) -> SignedSession:
    await views.one(ctx, actor, transaction_id)
    found = await service.signed(ctx, transaction_id)
    if found is None:
        raise NotFound("The meter of this session signed nothing.", code="nothing_signed")
    return found


@get(f"{SIGNED}/xml", media_type="application/xml", summary="The same for the S.A.F.E. transparency software")
async def signed_xml(ctx: Context, actor: Actor, transaction_id: UUID) -> Response[bytes]:
    session = await views.one(ctx, actor, transaction_id)
    content = await service.xml(ctx, transaction_id)
    return attachment(f"signed-{session.number}.xml", content.encode(), "application/xml")


@get(KEYS, role=Role.OPERATOR, summary="The public keys of a station's meters")
async def read_keys(ctx: Context, actor: Actor, identity: str) -> MeterKeys:
    return MeterKeys(items=await service.keys(ctx, actor.tenant_id, identity))


@put(f"{KEYS}/{{evse:int}}", role=Role.OPERATOR, summary="Enter the public key of an outlet's meter; 0: the station's")
async def save_key(ctx: Context, actor: Actor, identity: str, evse: int, data: MeterKeyEntry) -> MeterKeys:
    """What could not be checked so far is checked again."""
    return MeterKeys(items=await service.save_key(ctx, actor.tenant_id, identity, evse, data))


@delete(f"{KEYS}/{{evse:int}}", role=Role.OPERATOR, summary="Remove a meter's public key")
async def drop_key(ctx: Context, actor: Actor, identity: str, evse: int) -> None:
    await service.drop_key(ctx, actor.tenant_id, identity, evse)


routes = [signed, signed_xml, read_keys, save_key, drop_key]
