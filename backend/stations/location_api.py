"""Locations and outlets as operators enter them."""

from typing import Any
from uuid import UUID

from litestar import Request, Response, delete, patch, post

from backend.context import Context
from backend.stations import places
from backend.web.guards import Actor
from backend.web.idempotency import HEADER, once
from shared.accounts import Role
from shared.stations import ConnectorChange, LocationChange, LocationDetail, LocationNew, StationForDriver


@post("/api/v1/locations", role=Role.OPERATOR, status_code=201, summary="Enter a location")
async def add_location(
    ctx: Context, actor: Actor, request: Request[Any, Any, Any], data: LocationNew
) -> Response[LocationDetail]:
    """With an Idempotency-Key header it is made once. Drivers see it once an accepted station stands there."""

    async def make() -> LocationDetail:
        return await places.add(ctx, actor.tenant_id, data)

    if request.headers.get(HEADER):
        return await once(ctx, request, actor.account_id, make, status=201)
    return Response(content=await make(), status_code=201)


@patch("/api/v1/locations/{location_id:uuid}", role=Role.OPERATOR, summary="Change a location")
async def change_location(ctx: Context, actor: Actor, location_id: UUID, data: LocationChange) -> LocationDetail:
    """Null stays as it is."""
    return await places.change(ctx, actor.tenant_id, location_id, data)


@delete("/api/v1/locations/{location_id:uuid}", role=Role.OPERATOR, summary="Delete a location without stations")
async def delete_location(ctx: Context, actor: Actor, location_id: UUID) -> None:
    await places.delete(ctx, actor.tenant_id, location_id)


@patch("/api/v1/connectors/{connector_id:uuid}", role=Role.OPERATOR, summary="Tell a connector's plug, power, tariff")
async def change_connector(ctx: Context, actor: Actor, connector_id: UUID, data: ConnectorChange) -> StationForDriver:
    """What its station doesn't tell and drivers want to know. Null stays; an empty `tariff_id` takes its own away."""
    return await places.change_outlet(ctx, actor.tenant_id, connector_id, data)


routes = [add_location, change_location, delete_location, change_connector]
