"""How stations must prove who they are, set by operators."""

from litestar import post

from backend.context import Context
from backend.stations import catalog
from backend.web.guards import Actor
from shared.accounts import Role
from shared.security import SecurityProfileChange
from shared.stations import StationDetail


@post(
    "/api/v1/stations/{identity:str}/security-profile",
    role=Role.OPERATOR,
    status_code=200,
    summary="Demand a higher security profile",
)
async def raise_security_profile(
    ctx: Context, actor: Actor, identity: str, data: SecurityProfileChange
) -> StationDetail:
    """From its next connection on the station must meet it. It is never lowered; the same again does no harm."""
    return await catalog.raise_security_profile(ctx, actor.tenant_id, identity, data.profile)


routes = [raise_security_profile]
