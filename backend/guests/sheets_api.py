"""Sheets of codes for operators, to print."""

from typing import Annotated
from uuid import UUID

from litestar import Response, get
from litestar.params import Parameter

from backend.context import Context
from backend.guests import sheets
from backend.web.files import attachment
from backend.web.guards import Actor
from shared.accounts import Role

Language = Annotated[str | None, Parameter(max_length=10, description="de or en; nothing: the operator's country's")]


@get(
    "/api/v1/stations/{identity:str}/qr-sheet",
    role=Role.OPERATOR,
    media_type="application/pdf",
    summary="The codes of a station's connectors, to print (PDF)",
)
async def station_sheet(ctx: Context, actor: Actor, identity: str, language: Language = None) -> Response[bytes]:
    return attachment(*await sheets.of_station(ctx, actor.tenant_id, identity, language))


@get(
    "/api/v1/locations/{location_id:uuid}/qr-sheet",
    role=Role.OPERATOR,
    media_type="application/pdf",
    summary="The codes of a location's connectors, to print (PDF)",
)
async def location_sheet(ctx: Context, actor: Actor, location_id: UUID, language: Language = None) -> Response[bytes]:
    return attachment(*await sheets.of_location(ctx, actor.tenant_id, location_id, language))


routes = [station_sheet, location_sheet]
