"""Commands to stations: recorded, sent over the bus to the node that holds the socket, and answered."""

import asyncio
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from uuid import UUID, uuid4

import msgspec
import structlog

from backend.bus.base import BusDown, NobodyListens, RequestFailed, RequestTimeout
from backend.commands import (
    Answer,
    AnyCommand,
    RawCall,
    Reset,
    SetAvailability,
    SetVariable,
    SetVariables,
    Trigger,
    Unlock,
    VariableValue,
)
from backend.context import Context
from backend.db.groups import GONE as DATABASE_GONE
from backend.errors import (
    Conflict,
    InvalidInput,
    NodeDied,
    NodeUnreachable,
    NotFound,
    NotNoted,
    StationNotThere,
    StationOffline,
    StationRefused,
    StationTimeout,
    WattlineError,
)
from backend.events import StationChanged
from backend.stations import access, met, record_store, rules, store
from backend.stations.lookout import Lookout
from backend.stations.model import StationName, StationRef, VariableReport
from backend.stations.refs import station_ref

log = structlog.get_logger(__name__)

ON_THE_WAY_S = 5
"""What a command may spend on the bus, and waiting behind another one, beyond the station's own time."""
TAKEN = ("Accepted", "RebootRequired")
UNKNOWN = "This station doesn't exist."
AT_ONCE = (Reset, SetAvailability, Trigger, Unlock)
"""Somebody waits for these at the screen, and in them is no money, no secret and no text that goes out as it was
written: a station that was met is asked while the disk takes the note. Nobody hears of an answer before it is there."""
KEPT: ContextVar[list[UUID] | None] = ContextVar("kept", default=None)
"""The row of what waited and is done now: its first message is recorded there, not in a second row."""


async def send(
    ctx: Context,
    asked: UUID | StationRef | StationName,
    command: AnyCommand,
    *,
    account_id: UUID | None = None,
    record_offline: bool = True,
) -> Answer:
    """Ask a station and wait for its answer. Call it outside of every database transaction.

    Raises StationOffline, StationTimeout (NodeDied or NotNoted, where that is why), StationRefused (it answered with a
    CALLERROR), InvalidInput (the payload of a RawCall breaks the schema) and NotFound. A refusal such as `Rejected` is
    an answer.
    record_offline False: of a station that is not there no row is kept, the caller keeps one.
    """
    if kept := KEPT.get():
        station = asked if isinstance(asked, StationRef) else await _known(asked)
        command_id = kept.pop()
        await record_store.name_command(command_id, action_of(command), request_of(command))
        try:
            return await deliver(ctx, station, command, command_id)
        except StationNotThere:
            kept.append(command_id)
            raise
    named = asked.id if isinstance(asked, StationRef) else asked
    note = record_store.Note(uuid4(), account_id, action_of(command), request_of(command), ctx.now())
    noting = None
    known = asked if isinstance(asked, StationRef) else met.get(named)
    if known is None or not isinstance(command, AT_ONCE):
        station = met.keep(named, station_ref(_there(await record_store.add_command(named, note))))
    else:
        station = known
        noting = asyncio.get_running_loop().create_task(record_store.note_command(station.id, note))
    try:
        return await deliver(ctx, station, command, note.id, noting)
    except StationNotThere as failure:
        if record_offline:
            await _failed(ctx, note.id, failure)
        else:
            await record_store.forget_command(note.id)
        raise
    except NotFound:
        met.forget(named)
        if noting is None:
            raise
        # What was met under this name is gone; another one may have it now.
        return await send(ctx, named, command, account_id=account_id, record_offline=record_offline)


async def _known(asked: UUID | StationName) -> StationRef:
    if isinstance(asked, UUID):
        return station_ref(_there(await store.ref(asked)))
    return station_ref(_there(await store.ref_by_identity(asked.identity, asked.tenant_id)))


def _there(row: store.Row | None) -> store.Row:
    if row is None:
        raise NotFound(UNKNOWN)
    return row


async def _failed(ctx: Context, command_id: UUID, failure: WattlineError) -> None:
    detail = {"detail": failure.detail, "code": failure.problem_code}
    await record_store.finish_command(command_id, "failed", failure.title, detail, ctx.now())


async def deliver(
    ctx: Context,
    station: StationRef,
    command: AnyCommand,
    command_id: UUID,
    noting: Awaitable[bool] | None = None,
) -> Answer:
    """As `send`, for a command that is on record already, or is when `noting` is done. Of a StationNotThere nothing is
    recorded: the caller knows whether it is tried again."""
    station_id = station.id
    try:
        new = await access.begin(station, command)
        try:
            answer = await _ask(ctx, station.identity, station_id, command)
        finally:
            if noting is not None:
                await _noted(station.identity, noting)
        await access.heard(station_id, new, answer)
        _raise_failure(station.identity, answer)
    except (NotNoted, StationNotThere):
        raise
    except (Conflict, InvalidInput, NodeUnreachable, StationOffline, StationRefused, StationTimeout) as failure:
        await _failed(ctx, command_id, failure)
        raise
    with _database_needed(station.identity):
        await record_store.finish_command(
            command_id, "answered", answer.status, {"detail": "", "payload": rules.redact(answer.payload)}, ctx.now()
        )
    if isinstance(command, SetVariables):
        statuses = answer.result.get("statuses", ())
        took = [one for one, word in zip(command.changes, statuses, strict=False) if word in TAKEN]
        await _took(ctx, station_id, took)
    if answer.accepted:
        await _remember(ctx, station_id, command)
        await ctx.tell(
            StationChanged(tenant_id=station.tenant_id, at=ctx.now(), station_id=station_id, identity=station.identity)
        )
    return answer


async def _noted(identity: str, noting: Awaitable[bool]) -> None:
    """Raises NotFound for a station that was deleted meanwhile, and NotNoted."""
    with _database_needed(identity):
        if not await noting:
            raise NotFound(UNKNOWN)


@contextmanager
def _database_needed(identity: str) -> Iterator[None]:
    """The station may have been asked already. Raises NotNoted where the database is away."""
    try:
        yield
    except DATABASE_GONE:
        log.warning("a command could not be noted", identity=identity)
        raise NotNoted(
            f"Whether {identity} does it is not known: the database can't be reached to note it. Look what the station "
            "does before you try again."
        ) from None


def action_of(command: AnyCommand) -> str:
    return command.action if isinstance(command, RawCall) else type(command).__name__


def request_of(command: AnyCommand) -> Any:
    """What it asks, without secrets."""
    request = msgspec.to_builtins(command)
    return rules.redact({key: value for key, value in request.items() if key not in ("type", "timeout_s")})


async def _ask(ctx: Context, identity: str, station_id: UUID, command: AnyCommand) -> Answer:
    patience_s = (command.timeout_s or ctx.settings.call_timeout_s) + ON_THE_WAY_S
    try:
        async with Lookout(ctx, station_id) as lookout:
            reply = await ctx.bus.request(f"station.{station_id}", msgspec.json.encode(command), timeout=patience_s)
    except NobodyListens:
        return Answer(outcome="offline")
    except BusDown:
        raise NodeUnreachable(f"{identity} is not connected to this server, and others can't be reached now.") from None
    except RequestTimeout:
        raise StationTimeout(f"{identity} didn't answer within {patience_s} seconds.") from None
    except RequestFailed:
        raise StationRefused(f"The command to {identity} failed on its way; the log tells why.") from None
    except TimeoutError:
        raise NodeDied(
            f"The server that held {identity} {lookout.trouble}. Whether the command reached the station is not known: "
            "look what it does before you try again."
        ) from None
    return msgspec.json.decode(reply, type=Answer)


def _raise_failure(identity: str, answer: Answer) -> None:
    if answer.outcome == "answered":
        return
    told = f"{answer.error_code}: {answer.error_description}".strip(": ")
    match answer.outcome:
        case "offline":
            raise StationNotThere(f"{identity} is not connected now, so it can't be asked.")
        case "timeout":
            raise StationTimeout(f"{identity} didn't answer in time.")
        case "closed":
            raise StationOffline(f"{identity} lost its connection before it answered.")
        case "invalid":
            raise InvalidInput(told or "The payload doesn't fit the schema of this action.", code="invalid_payload")
        case _:
            raise StationRefused(f"{identity} answered {told or 'with an error'}.", code="station_error")


async def _remember(ctx: Context, station_id: UUID, command: AnyCommand) -> None:
    """What the station took over is what we show, before it tells us the next time."""
    match command:
        case SetVariable():
            await _took(ctx, station_id, [command])
        case SetAvailability(operative=operative, evse=evse, connector=connector):
            await store.set_operative(station_id, evse, connector, operative)


async def _took(ctx: Context, station_id: UUID, changes: Sequence[SetVariable | VariableValue]) -> None:
    """All in one query. No secret is kept in clear; the password of the sign-in is `access`'s."""
    reports = rules.merged(_taken(one) for one in changes if not rules.is_secret(one.name))
    if reports:
        await record_store.put_variables(station_id, reports, ctx.now())


def _taken(change: SetVariable | VariableValue) -> VariableReport:
    actual = change.attribute == "Actual"
    return VariableReport(
        component=change.component,
        evse=change.evse,
        connector=change.connector,
        name=change.name,
        value=change.value if actual else None,
        actual=actual,
        read_only=None,
        attributes={} if actual else {f"{change.attribute}.value": change.value},
    )
