"""One step at one station, through stations.service.send."""

import asyncio
import secrets
from dataclasses import dataclass

from backend import commands
from backend.context import Context
from backend.remedies import store
from backend.stations import service as stations
from shared.remedies import PlaybookStep, StepKind

STOP_PATIENCE_S = 20


@dataclass(frozen=True, slots=True)
class Answer:
    accepted: bool
    detail: str


async def perform(ctx: Context, place: store.Row, step: PlaybookStep) -> Answer:
    """Raises what `send` raises. Outside of every database transaction."""
    evse, number = place["evse"], place["number"]
    match step.kind:
        case StepKind.TRIGGER:
            return await _send(ctx, place, commands.Trigger(message=step.message, evse=evse))
        case StepKind.UNLOCK:
            return await _send(ctx, place, commands.Unlock(evse=evse or 1, connector=number or 1))
        case StepKind.SOFT_RESET | StepKind.HARD_RESET:
            return await _send(ctx, place, commands.Reset(hard=step.kind is StepKind.HARD_RESET))
        case StepKind.AVAILABILITY:
            off = await _send(ctx, place, commands.SetAvailability(operative=False, evse=evse, connector=number))
            on = await _send(ctx, place, commands.SetAvailability(operative=True, evse=evse, connector=number))
            return Answer(off.accepted and on.accepted, f"{off.detail}, {on.detail}")
        case StepKind.CLEAR_PROFILES:
            return await _send(ctx, place, commands.ClearProfiles(evse=evse))
        case StepKind.FIRMWARE:
            wanted = commands.UpdateFirmware(
                request_id=secrets.randbelow(2**31 - 1), location=step.url, retrieve_at=ctx.now()
            )
            return await _send(ctx, place, wanted)
        case StepKind.RESTART_SESSION:
            return await _restart(ctx, place)
        case _:
            raise AssertionError(step.kind)


async def _send(ctx: Context, place: store.Row, command: commands.AnyCommand) -> Answer:
    answer = await stations.send(ctx, place["station"], command)
    return Answer(answer.accepted, answer.status)


async def _restart(ctx: Context, place: store.Row) -> Answer:
    """Stop, wait until the session has ended, start again for the same card."""
    row = await store.session_at(place["station"], place["evse"])
    if row is None:
        return Answer(False, "There is no session to restart.")
    stopped = await _send(ctx, place, commands.RequestStop(transaction_ref=row["ref"] or str(row["number"])))
    if not stopped.accepted:
        return stopped
    for _ in range(STOP_PATIENCE_S * 4):
        if await store.session_ended(row["id"]):
            break
        await asyncio.sleep(0.25)
    else:
        return Answer(False, "The session didn't end.")
    start = commands.RequestStart(
        evse=row["evse"] or 1, id_token=row["id_token"], remote_start_id=secrets.randbelow(2**31 - 1)
    )
    return await _send(ctx, place, start)
