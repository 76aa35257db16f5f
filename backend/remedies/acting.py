"""One step at one station, through stations.service.send."""

import secrets

from backend import commands
from backend.context import Context
from backend.remedies import out_of_service, store
from backend.remedies.model import Answer
from backend.stations import service as stations
from backend.transactions import restarting
from shared.remedies import PlaybookStep, StepKind


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
            return await out_of_service.off_and_on(ctx, place)
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
    """The new session is written down and paid for as any other."""
    session = await store.session_at(place["station"], place["evse"])
    if session is None:
        return Answer(False, "There is no session to restart.")
    await restarting.restart(ctx, session)
    return Answer(True, "Accepted")
