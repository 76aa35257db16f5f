"""Certificates over HTTP, for operators."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from litestar import MediaType, Request, Response, get, post
from litestar.params import Parameter

from backend.certificates import service
from backend.context import Context
from backend.stations import catalog
from backend.stations import errands as later
from backend.stations.errands import KEPT, QueueFor
from backend.stations.waiting import Errand
from backend.web.guards import Actor
from backend.web.pages import DEFAULT_LIMIT, Cursor, Limit, decode_cursor, page_of
from shared.accounts import Role
from shared.base import Page
from shared.certificates import (
    CertificateAnswer,
    CertificateHash,
    InstallCertificate,
    InstalledCertificate,
    IssuedCertificate,
    ListCertificates,
    RenewCertificate,
)

PATH = "/api/v1/stations/{identity:str}/certificates"


INSTALL = Errand(
    "InstallCertificate",
    InstallCertificate,
    lambda ctx, station, by, wanted: service.install(ctx, station, wanted, by),
    service.check_root,
)
READ = Errand(
    "ListCertificates",
    ListCertificates,
    lambda ctx, station, by, wanted: service.read(ctx, station, wanted.kinds, by),
)
DELETE = Errand(
    "DeleteCertificate", CertificateHash, lambda ctx, station, by, which: service.delete(ctx, station, which, by)
)
RENEW = Errand(
    "RenewCertificate",
    RenewCertificate,
    lambda ctx, station, by, wanted: service.renew(ctx, station, wanted.kind, by),
)
errands = [INSTALL, READ, DELETE, RENEW]


@get(PATH, role=Role.OPERATOR, summary="Certificates installed in a station")
async def listed(
    ctx: Context, actor: Actor, identity: str, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Page[InstalledCertificate]:
    """As it accepted or last listed them."""
    station = await catalog.find(ctx, actor.tenant_id, identity)
    after = decode_cursor(cursor, tuple[UUID])
    return page_of(*await service.installed(ctx, station.id, after and after[0], limit))


@post(PATH, role=Role.OPERATOR, status_code=200, responses=KEPT, summary="Install a root certificate in a station")
async def install(
    ctx: Context, actor: Actor, identity: str, data: InstallCertificate, queue_for_s: QueueFor = None
) -> Response[CertificateAnswer]:
    """Installed twice, it is installed once."""
    return await later.now_or_later(ctx, actor, identity, INSTALL, data, queue_for_s)


@post(f"{PATH}/read", role=Role.OPERATOR, status_code=200, responses=KEPT, summary="Ask a station for its certificates")
async def read(
    ctx: Context, actor: Actor, identity: str, data: ListCertificates, queue_for_s: QueueFor = None
) -> Response[CertificateAnswer]:
    return await later.now_or_later(ctx, actor, identity, READ, data, queue_for_s)


@post(
    f"{PATH}/delete", role=Role.OPERATOR, status_code=200, responses=KEPT, summary="Delete a certificate from a station"
)
async def delete(
    ctx: Context, actor: Actor, identity: str, data: CertificateHash, queue_for_s: QueueFor = None
) -> Response[CertificateAnswer]:
    return await later.now_or_later(ctx, actor, identity, DELETE, data, queue_for_s)


@post(
    f"{PATH}/renew",
    role=Role.OPERATOR,
    status_code=200,
    responses=KEPT,
    summary="Let a station renew its own certificate",
)
async def renew(
    ctx: Context,
    actor: Actor,
    request: Request[Any, Any, Any],
    identity: str,
    data: RenewCertificate,
    queue_for_s: QueueFor = None,
) -> Response[CertificateAnswer]:
    """It makes a new key and asks to have it signed; `issued` tells what becomes of it. Needs an Idempotency-Key."""
    return await later.once(ctx, actor, request, identity, RENEW, data, queue_for_s)


@get(f"{PATH}/issued", role=Role.OPERATOR, summary="Certificates signed for a station, newest first")
async def issued_to(
    ctx: Context, actor: Actor, identity: str, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT
) -> Page[IssuedCertificate]:
    station = await catalog.find(ctx, actor.tenant_id, identity)
    after = decode_cursor(cursor, tuple[datetime, UUID])
    return page_of(*await service.issued(ctx, actor.tenant_id, station_id=station.id, after=after, limit=limit))


@get("/api/v1/certificates", role=Role.OPERATOR, summary="Certificates signed for stations, newest first")
async def issued(
    ctx: Context,
    actor: Actor,
    expires_within_days: Annotated[
        int | None, Parameter(ge=0, le=3650, description="Only those in use that end by then")
    ] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[IssuedCertificate]:
    return page_of(
        *await service.issued(
            ctx,
            actor.tenant_id,
            expires_within_days=expires_within_days,
            after=decode_cursor(cursor, tuple[datetime, UUID]),
            limit=limit,
        )
    )


@post(
    "/api/v1/certificates/{certificate_id:uuid}/revoke",
    role=Role.OPERATOR,
    status_code=200,
    summary="Revoke a station's certificate",
)
async def revoke(ctx: Context, actor: Actor, certificate_id: UUID) -> IssuedCertificate:
    """No station gets in with it any more."""
    return await service.revoke(ctx, actor.tenant_id, certificate_id)


@get(
    "/api/v1/certificate-authority",
    role=Role.OPERATOR,
    media_type=MediaType.TEXT,
    sync_to_thread=True,
    summary="The root that signs for stations, as PEM",
)
def authority(ctx: Context, actor: Actor) -> str:
    return service.root(ctx)


routes = [listed, install, read, delete, renew, issued_to, issued, revoke, authority]
