"""Commands to stations over HTTP. What moves a station takes an Idempotency-Key, so that a tap counts once."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from litestar import Request, Response, post

from backend import commands
from backend.context import Context
from backend.errors import NotFound
from backend.stations import catalog, service, waiting
from backend.stations.errands import KEPT, QueueFor
from backend.stations.shown import told
from backend.web.guards import Actor
from backend.web.idempotency import HEADER, once, status_of
from shared.accounts import Role
from shared.stations import (
    CommandAnswer,
    ResetKind,
    ResetStation,
    SetAvailability,
    TriggerMessage,
    UnlockConnector,
)

AnyRequest = Request[Any, Any, Any]


async def _send(
    ctx: Context, actor: Actor, identity: str, command: commands.AnyCommand, queue_for_s: int | None = None
) -> CommandAnswer:
    if queue_for_s is not None:
        station = await catalog.find(ctx, actor.tenant_id, identity)
        return await waiting.send(ctx, station, command, actor.account_id, timedelta(seconds=queue_for_s))
    named = service.StationName(actor.tenant_id, identity)
    return told(await service.send(ctx, named, command, account_id=actor.account_id))


async def _outlet(ctx: Context, actor: Actor, identity: str, connector_id: str) -> service.ConnectorRef:
    """A connector of this very station. Raises NotFound."""
    try:
        connector = await service.connector(ctx, actor.tenant_id, UUID(connector_id))
    except ValueError:
        raise NotFound("This connector doesn't exist.") from None
    if connector.station.identity != identity:
        raise NotFound(f"This connector doesn't belong to {identity}.")
    return connector


@post(
    "/api/v1/stations/{identity:str}/reset",
    role=Role.OPERATOR,
    status_code=200,
    responses=KEPT,
    summary="Restart a station",
)
async def reset(
    ctx: Context, actor: Actor, request: AnyRequest, identity: str, data: ResetStation, queue_for_s: QueueFor = None
) -> Response[CommandAnswer]:
    """`soft` lets running sessions end first, `hard` ends them. With a `connector_id` only its EVSE restarts (OCPP
    2.0.1). Needs an Idempotency-Key header."""
    command = commands.Reset(hard=data.kind is ResetKind.HARD)
    if data.connector_id is not None:
        outlet = await _outlet(ctx, actor, identity, data.connector_id)
        command = msgspec.structs.replace(command, evse=outlet.evse)
    return await once(
        ctx, request, actor.account_id, lambda: _send(ctx, actor, identity, command, queue_for_s), status=200
    )


@post(
    "/api/v1/stations/{identity:str}/unlock",
    role=Role.OPERATOR,
    status_code=200,
    responses=KEPT,
    summary="Unlock a cable",
)
async def unlock(
    ctx: Context, actor: Actor, request: AnyRequest, identity: str, data: UnlockConnector, queue_for_s: QueueFor = None
) -> Response[CommandAnswer]:
    """Needs an Idempotency-Key header."""
    outlet = await _outlet(ctx, actor, identity, data.connector_id)
    command = commands.Unlock(evse=outlet.evse, connector=outlet.number)
    return await once(
        ctx, request, actor.account_id, lambda: _send(ctx, actor, identity, command, queue_for_s), status=200
    )


@post(
    "/api/v1/stations/{identity:str}/availability",
    role=Role.OPERATOR,
    status_code=200,
    responses=KEPT,
    summary="Take a station or a connector in or out of service",
)
async def set_availability(
    ctx: Context, actor: Actor, request: AnyRequest, identity: str, data: SetAvailability, queue_for_s: QueueFor = None
) -> Response[CommandAnswer]:
    """Without a `connector_id` it is for the whole station. Needs an Idempotency-Key header."""
    command = commands.SetAvailability(operative=data.operative)
    if data.connector_id is not None:
        outlet = await _outlet(ctx, actor, identity, data.connector_id)
        command = msgspec.structs.replace(command, evse=outlet.evse, connector=outlet.number)
    return await once(
        ctx, request, actor.account_id, lambda: _send(ctx, actor, identity, command, queue_for_s), status=200
    )


@post(
    "/api/v1/stations/{identity:str}/trigger",
    role=Role.OPERATOR,
    status_code=200,
    responses=KEPT,
    summary="Ask for a message again",
)
async def trigger(
    ctx: Context, actor: Actor, identity: str, data: TriggerMessage, queue_for_s: QueueFor = None
) -> Response[CommandAnswer]:
    evse = None
    if data.connector_id is not None:
        evse = (await _outlet(ctx, actor, identity, data.connector_id)).evse
    command = commands.Trigger(message=data.message, evse=evse, extended=data.extended)
    answer = await _send(ctx, actor, identity, command, queue_for_s)
    return Response(content=answer, status_code=status_of(answer, 200))


@post(
    "/api/v1/stations/{identity:str}/ocpp/{action:str}",
    role=Role.OPERATOR,
    status_code=200,
    responses=KEPT,
    summary="Send any OCPP call",
)
async def call(
    ctx: Context,
    actor: Actor,
    request: AnyRequest,
    identity: str,
    action: str,
    data: dict[str, Any],
    queue_for_s: QueueFor = None,
) -> Response[Any]:
    """The body is the payload of the call, checked against the schema of the station's OCPP version; the answer
    is the station's own payload, or a problem with its error. With an Idempotency-Key header it is sent once."""

    async def ask() -> dict[str, Any] | CommandAnswer:
        command = commands.RawCall(action=action, payload=data)
        answer = await _send(ctx, actor, identity, command, queue_for_s)
        return answer if answer.queued_until else answer.payload

    if request.headers.get(HEADER):
        return await once(ctx, request, actor.account_id, ask, status=200)
    answer = await ask()
    return Response(content=answer, status_code=status_of(answer, 200))


@post(
    "/api/v1/stations/{identity:str}/commands/{command_id:uuid}/cancel",
    role=Role.OPERATOR,
    status_code=204,
    summary="Cancel a command that waits for its station",
)
async def cancel(ctx: Context, actor: Actor, identity: str, command_id: UUID) -> None:
    station = await catalog.find(ctx, actor.tenant_id, identity)
    await waiting.cancel(ctx, station, command_id)


routes = [cancel, reset, unlock, set_availability, trigger, call]
