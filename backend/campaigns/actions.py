"""One action at one station, through the room that it belongs to, and what came of it in words."""

from dataclasses import dataclass
from uuid import UUID

import structlog

from backend import commands
from backend.context import Context
from backend.devices import service as devices
from backend.errors import StationNotThere, StationOffline, StationTimeout, WattlineError
from backend.local_lists import service as local_lists
from backend.maintenance import service as maintenance
from backend.stations import service as stations
from backend.stations.model import StationRef
from backend.templates import service as templates
from shared.campaigns import ActionKind, CampaignAction, ResultState
from shared.maintenance import StartFirmware
from shared.stations import ResetKind, VariableOutcome
from shared.tokens import ListState

log = structlog.get_logger(__name__)
AWAY = "The station was not connected; it was skipped."


@dataclass(frozen=True, slots=True)
class Outcome:
    """`task`: the firmware update that has begun and goes on."""

    state: ResultState
    detail: str = ""
    task: UUID | None = None


async def perform(ctx: Context, station: StationRef, account_id: UUID, action: CampaignAction) -> Outcome:
    """Never raises for what a station does; outside of every database transaction."""
    if not (await stations.facts_of(ctx, station.id)).online:
        return Outcome(ResultState.OFFLINE, AWAY)
    try:
        return await _perform(ctx, station, account_id, action)
    except StationNotThere:
        return Outcome(ResultState.OFFLINE, AWAY)
    except (StationOffline, StationTimeout) as failure:
        return Outcome(ResultState.FAILED, failure.detail or failure.title)
    except WattlineError as failure:
        return Outcome(ResultState.REFUSED, failure.detail or failure.title)
    except Exception:
        log.exception("an action of a campaign failed", station=station.identity, action=action.kind.value)
        return Outcome(ResultState.FAILED, "Something went wrong on our side; the log tells what.")


async def _perform(ctx: Context, station: StationRef, account_id: UUID, action: CampaignAction) -> Outcome:
    match action.kind:
        case ActionKind.VARIABLES:
            changes = [
                commands.VariableValue(
                    component=one.component,
                    name=one.name,
                    evse=one.evse,
                    connector=one.connector,
                    attribute=one.attribute,
                    value=one.value,
                )
                for one in action.variables
            ]
            return _told(await devices.change(ctx, station, account_id, changes))
        case ActionKind.TEMPLATE:
            return _told((await templates.apply(ctx, station, account_id)).outcomes)
        case ActionKind.FIRMWARE:
            return await _update(ctx, station, account_id, action.firmware or StartFirmware())
        case ActionKind.LOCAL_LIST:
            held = await local_lists.sync(ctx, station, full=action.full, by=account_id)
            refused = held.state is ListState.REFUSED
            return Outcome(ResultState.REFUSED if refused else ResultState.DONE, held.detail)
    answer = await stations.send(ctx, station.id, _command(action), account_id=account_id)
    return Outcome(ResultState.DONE if answer.accepted else ResultState.REFUSED, answer.status)


def _command(action: CampaignAction) -> commands.AnyCommand:
    match action.kind:
        case ActionKind.AVAILABILITY:
            return commands.SetAvailability(operative=bool(action.operative))
        case ActionKind.RESET:
            return commands.Reset(hard=action.reset is ResetKind.HARD)
        case _:
            return commands.Trigger(message=action.message)


def _told(outcomes: list[VariableOutcome]) -> Outcome:
    """Refused as soon as one value was: the station is not as it shall be."""
    refused = [one for one in outcomes if not one.accepted]
    if not refused:
        needs_reboot = any(one.status == "RebootRequired" for one in outcomes)
        return Outcome(ResultState.DONE, "Takes effect after a restart." if needs_reboot else "")
    words = ", ".join(f"{one.name}: {one.detail or one.status}" for one in refused)
    return Outcome(ResultState.REFUSED, f"{len(refused)} of {len(outcomes)} values were not taken ({words})")


async def _update(ctx: Context, station: StationRef, account_id: UUID, wanted: StartFirmware) -> Outcome:
    """It goes on after the station said yes: how it ends is `followed`."""
    task = await maintenance.start_update(ctx, station, account_id, wanted)
    if task.ended_at is not None:
        return _ended(task.status)
    return Outcome(ResultState.RUNNING, task.status, UUID(task.id))


async def followed(ctx: Context, station: StationRef, task_id: UUID) -> Outcome:
    task = await maintenance.task(ctx, station, maintenance.UPDATES, task_id)
    return Outcome(ResultState.RUNNING, task.status, task_id) if task.ended_at is None else _ended(task.status)


def _ended(word: str) -> Outcome:
    """What a firmware update ended with."""
    if word == "Installed":
        return Outcome(ResultState.DONE, word)
    return Outcome(ResultState.REFUSED if word == "Rejected" else ResultState.FAILED, word)
