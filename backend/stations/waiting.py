"""Commands that wait for a station that is offline: kept in order, each sent at most once, told when it is too late."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from backend import jobs
from backend.commands import AnyCommand, SetVariable, SetVariables
from backend.context import Context, Unit
from backend.errors import Conflict, InvalidInput, StationNotThere, WattlineError
from backend.events import Event, StationBooted, StationChanged, StationConnected
from backend.stations import commands, record_store, rules, store
from backend.stations.model import StationRef
from backend.stations.refs import station_ref
from backend.stations.shown import told
from shared.stations import CommandAnswer, Registration

QUEUED = "Queued"
WITHOUT_BOOT = timedelta(seconds=30)
"""A station that comes back may boot first, and some break when they are asked before; others never boot again."""
LOST_AFTER = timedelta(minutes=10)

_decoder = msgspec.json.Decoder(AnyCommand)


async def send(
    ctx: Context, station: StationRef, command: AnyCommand, account_id: UUID, patience: timedelta
) -> CommandAnswer:
    """Ask now, or where the station is offline keep the command for it. Behind others that wait it waits too.

    Raises what a command raises, but StationOffline; InvalidInput for a secret, which isn't kept.
    """
    if any(rules.is_secret(name) for name in _names(command)):
        raise InvalidInput("A secret is set at once or not at all.", fields=[("$.queue_for_s", "leave it out")])
    if not await record_store.waiting(station.id, ctx.now()):
        try:
            return told(await commands.send(ctx, station.id, command, account_id=account_id, record_offline=False))
        except StationNotThere:
            pass
    expires_at = ctx.now() + patience
    async with ctx.unit() as unit:
        command_id = await record_store.queue_command(
            station.id,
            account_id,
            commands.action_of(command),
            commands.request_of(command),
            msgspec.json.encode(command),
            ctx.now(),
            expires_at,
        )
        await jobs.enqueue("stations.deliver", {"station_id": str(station.id)}, delay=timedelta(seconds=1))
        unit.emit(_changed(ctx, station))
    return CommandAnswer(accepted=False, status=QUEUED, queued_until=expires_at, command_id=str(command_id))


def _names(command: AnyCommand) -> list[str]:
    if isinstance(command, SetVariables):
        return [one.name for one in command.changes]
    return [command.name] if isinstance(command, SetVariable) else []


def _changed(ctx: Context, station: StationRef) -> StationChanged:
    return StationChanged(tenant_id=station.tenant_id, at=ctx.now(), station_id=station.id, identity=station.identity)


async def cancel(ctx: Context, station: StationRef, command_id: UUID) -> None:
    """Raises Conflict for one that doesn't wait (any more)."""
    async with ctx.unit() as unit:
        if not await record_store.cancel_queued(station.id, command_id, ctx.now()):
            raise Conflict("This command doesn't wait any more.", code="not_queued")
        unit.emit(_changed(ctx, station))


async def on_booted(ctx: Context, unit: Unit, event: Event) -> None:
    assert isinstance(event, StationBooted)
    if event.registration == Registration.ACCEPTED:
        await _deliver_later(ctx, event.station_id, timedelta(seconds=1))


async def on_connected(ctx: Context, unit: Unit, event: Event) -> None:
    assert isinstance(event, StationConnected)
    await _deliver_later(ctx, event.station_id, WITHOUT_BOOT)


async def _deliver_later(ctx: Context, station_id: UUID, delay: timedelta) -> None:
    if await record_store.waiting(station_id, ctx.now()):
        await jobs.enqueue("stations.deliver", {"station_id": str(station_id)}, delay=delay)


async def deliver(ctx: Context, payload: dict[str, Any]) -> None:
    """Job: send what waits, one after the other. Of two at once one does the work; nothing is sent twice."""
    station_id = UUID(payload["station_id"])
    row = await store.ref(station_id)
    if row is None:
        return
    station = station_ref(row)
    if station.registration is not Registration.ACCEPTED:
        return
    while (queued := await _claim(ctx, station_id)) is not None:
        command = _decoder.decode(msgspec.json.encode(queued["command"]))
        try:
            await commands.deliver(ctx, station, command, queued["id"])
        except StationNotThere:
            await record_store.requeue(queued["id"])
            return
        except WattlineError:
            continue  # on record with the command


async def _claim(ctx: Context, station_id: UUID) -> Any:
    async with ctx.unit():
        return await record_store.claim_next(station_id, ctx.now())


async def expire(ctx: Context) -> None:
    """Cron, each minute: what is too late, and what a process that died has left behind."""
    now = ctx.now()
    await record_store.expire_queued(now, now - LOST_AFTER)
    for station_id in await record_store.stations_with_waiting(now):
        await jobs.enqueue(
            "stations.deliver", {"station_id": str(station_id)}, dedupe=str(station_id), delay=WITHOUT_BOOT
        )
