"""Commands that wait for a station that is offline: kept in order, each sent at most once, told when it is too late."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec

from backend import jobs
from backend.commands import AnyCommand, RawCall, SetVariable, SetVariables
from backend.context import Context, Unit
from backend.errors import Conflict, InvalidInput, StationNotThere, StationOffline, WattlineError
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


D = TypeVar("D", bound=msgspec.Struct)


@dataclass(frozen=True)
class Errand(Generic[D]):
    """What a room asks of a station in its own words, with all that it does before and after: now, or once the
    station is there.

    `name`: unique, shown in the station's history while it waits. `work`: does it for (station, account, wanted).
    `check`: raises, before it is kept, what a person can mend at once.
    """

    name: str
    kind: type[D]
    work: Callable[[Context, StationRef, UUID | None, D], Awaitable[Any]]
    check: Callable[[Context, StationRef, D], Awaitable[object]] | None = None


Errands = Mapping[str, Errand[Any]]


class _Kept(msgspec.Struct):
    """An errand that waits."""

    errand: str
    wanted: msgspec.Raw


async def send(
    ctx: Context, station: StationRef, command: AnyCommand, account_id: UUID | None, patience: timedelta
) -> CommandAnswer:
    """Ask now, or where the station is offline keep the command for it. Behind others that wait it waits too.

    Raises what a command raises, but StationOffline; InvalidInput for a secret, which isn't kept.
    """
    refuse_secrets(_names(command))
    if isinstance(command, RawCall) and rules.redact(command.payload) != command.payload:
        refuse_secrets(["password"])
    if not await record_store.waiting(station.id, ctx.now()):
        try:
            return told(await commands.send(ctx, station, command, account_id=account_id, record_offline=False))
        except StationNotThere:
            pass
    action, request = commands.action_of(command), commands.request_of(command)
    return await _keep(ctx, station, account_id, action, request, msgspec.json.encode(command), patience)


async def run(
    ctx: Context, station: StationRef, errand: Errand[D], wanted: D, account_id: UUID, patience: timedelta
) -> Any:
    """As `send`, of an errand: its own answer, or the CommandAnswer of what waits."""
    if errand.check is not None:
        await errand.check(ctx, station, wanted)
    if await store.is_online(station.id) and not await record_store.waiting(station.id, ctx.now()):
        try:
            return await errand.work(ctx, station, account_id, wanted)
        except StationNotThere:
            pass
    encoded = msgspec.json.encode(wanted)
    kept = msgspec.json.encode(_Kept(errand.name, msgspec.Raw(encoded)))
    request = rules.redact(msgspec.json.decode(encoded))
    return await _keep(ctx, station, account_id, errand.name, request, kept, patience)


async def _keep(
    ctx: Context,
    station: StationRef,
    account_id: UUID | None,
    action: str,
    request: Any,
    command: bytes,
    patience: timedelta,
) -> CommandAnswer:
    expires_at = ctx.now() + patience
    async with ctx.unit() as unit:
        command_id = await record_store.queue_command(
            station.id, account_id, action, request, command, ctx.now(), expires_at
        )
        await jobs.enqueue("stations.deliver", {"station_id": str(station.id)}, delay=timedelta(seconds=1))
        unit.emit(_changed(ctx, station))
    return CommandAnswer(accepted=False, status=QUEUED, queued_until=expires_at, command_id=str(command_id))


def refuse_secrets(names: Iterable[str]) -> None:
    """Raises InvalidInput: what waits is kept as it will be sent, and a secret isn't kept."""
    if any(rules.is_secret(name) for name in names):
        raise InvalidInput("A secret is set at once or not at all.", fields=[("$.queue_for_s", "leave it out")])


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


async def on_booted(ctx: Context, unit: Unit, events: Sequence[Event]) -> None:
    booted = [event for event in events if isinstance(event, StationBooted)]
    accepted = [event.station_id for event in booted if event.registration == Registration.ACCEPTED]
    await _deliver_later(ctx, accepted, timedelta(seconds=1))


async def on_connected(ctx: Context, unit: Unit, event: Event) -> None:
    assert isinstance(event, StationConnected)
    await _deliver_later(ctx, [event.station_id], WITHOUT_BOOT)


async def _deliver_later(ctx: Context, stations: Sequence[UUID], delay: timedelta) -> None:
    for station_id in await record_store.waiting_of(stations, ctx.now()) if stations else ():
        await jobs.enqueue("stations.deliver", {"station_id": str(station_id)}, delay=delay)


async def deliver(errands: Errands, ctx: Context, payload: dict[str, Any]) -> None:
    """Job: send what waits, one after the other. Of two at once one does the work; nothing is sent twice."""
    station_id = UUID(payload["station_id"])
    row = await store.ref(station_id)
    if row is None:
        return
    station = station_ref(row)
    if station.registration is not Registration.ACCEPTED:
        return
    while (queued := await _claim(ctx, station_id)) is not None:
        try:
            await _do(errands, ctx, station, queued)
        except StationNotThere:
            await record_store.requeue(queued["id"])
            return
        except WattlineError:
            continue  # on record with the command


async def _do(errands: Errands, ctx: Context, station: StationRef, queued: Mapping[str, Any]) -> None:
    """Raises StationNotThere where nothing has left yet."""
    raw = msgspec.json.encode(queued["command"])
    if "errand" not in queued["command"]:
        await commands.deliver(ctx, station, _decoder.decode(raw), queued["id"])
        return
    kept = msgspec.json.decode(raw, type=_Kept)
    errand = errands.get(kept.errand)
    row = [queued["id"]]
    mark = commands.KEPT.set(row)
    try:
        if errand is None:
            raise Conflict("This version of Wattline doesn't know what was asked.", code="unknown_errand")
        answer = await errand.work(
            ctx, station, queued["account"], msgspec.json.decode(kept.wanted, type=errand.kind, strict=False)
        )
        if row:  # nothing had to be sent
            status = str(getattr(answer, "status", "") or "Accepted")
            await record_store.finish_command(queued["id"], "answered", status, {"detail": ""}, ctx.now())
    except StationNotThere as failure:
        if row:
            raise
        raise StationOffline(failure.detail) from failure  # some of it has left: it isn't begun anew
    except WattlineError as failure:
        await record_store.fail_kept(queued["id"], failure.title, failure.detail, ctx.now())
        raise
    finally:
        commands.KEPT.reset(mark)


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
