"""How stations must prove who they are, set by operators."""

from litestar import post

from backend import commands
from backend.context import Context
from backend.errors import Conflict
from backend.stations import catalog, rules, service
from backend.web.guards import Actor
from shared.accounts import Role
from shared.security import PasswordChange, PasswordChanged, SecurityProfileChange, SecurityProfileSend
from shared.stations import CommandAnswer, StationDetail

STATION = "/api/v1/stations/{identity:str}"
PASSWORD = {"1.6": ("", "AuthorizationKey"), "2.0.1": ("SecurityCtrlr", "BasicAuthPassword")}
"""Version → component and name of the variable."""


@post(f"{STATION}/security-profile", role=Role.OPERATOR, status_code=200, summary="Demand a higher security profile")
async def raise_security_profile(
    ctx: Context, actor: Actor, identity: str, data: SecurityProfileChange
) -> StationDetail:
    """It is never lowered; the same again does no harm."""
    return await catalog.raise_security_profile(ctx, actor.tenant_id, identity, data.profile, at_once=data.at_once)


@post(
    f"{STATION}/security-profile/send",
    role=Role.OPERATOR,
    status_code=200,
    summary="Tell a 1.6 station to come back with a higher security profile",
)
async def send_security_profile(ctx: Context, actor: Actor, identity: str, data: SecurityProfileSend) -> CommandAnswer:
    """It is in force once the station does. A 2.0.1 station is told by a network profile instead."""
    station = await catalog.may_raise(ctx, actor.tenant_id, identity, data.profile)
    if station.ocpp_version != "1.6":
        raise Conflict(
            "Only a 1.6 station is told so; give a 2.0.1 station a network profile.", code="use_network_profile"
        )
    command = commands.SetVariable(name="SecurityProfile", value=str(data.profile))
    answer = await service.send(ctx, station.id, command, account_id=actor.account_id)
    return CommandAnswer(
        accepted=answer.accepted, status=answer.status, payload=answer.payload, latency_ms=answer.latency_ms
    )


@post(f"{STATION}/password", role=Role.OPERATOR, status_code=200, summary="Give a station a new password")
async def change_password(ctx: Context, actor: Actor, identity: str, data: PasswordChange) -> PasswordChanged:
    """Sent to the station, which signs in with it from its next connection on. The answer with a password that was
    made is kept nowhere: should it be lost, send the request again."""
    station = await catalog.find(ctx, actor.tenant_id, identity)
    version = station.ocpp_version or "1.6"
    component, name = PASSWORD[version]
    password = data.password or rules.fresh_password(version)
    value = rules.password_on_wire(password, version)
    command = commands.SetVariable(component=component, name=name, value=value)
    answer = await service.send(ctx, station.id, command, account_id=actor.account_id)
    made = password if answer.accepted and data.password is None else None
    return PasswordChanged(accepted=answer.accepted, status=answer.status, password=made)


routes = [raise_security_profile, send_security_profile, change_password]
