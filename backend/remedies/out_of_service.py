"""Out of service and back. What a playbook took out comes back whatever happens in between: a job asks for it until the
station has answered, unless an operator said something since."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from backend import commands, jobs
from backend.alerts import incidents
from backend.context import Context
from backend.errors import WattlineError
from backend.remedies import rules, store
from backend.remedies.model import Answer
from backend.stations import service as stations
from shared.faults import EntryKind
from shared.remedies import STEP_NAMES, StepKind

JOB = "remedies.back"
CLOSED = "It is out of service already."
LONGEST = timedelta(minutes=10)
GIVEN_UP = timedelta(days=30)


async def watch(ctx: Context, incident_id: UUID) -> None:
    """In the unit that claims the step, so before anything is asked."""
    values = {"incident_id": str(incident_id), "since": ctx.now().isoformat(), "tries": 0}
    await jobs.enqueue(JOB, values, delay=rules.INTERRUPTED)


async def off_and_on(ctx: Context, place: store.Row) -> Answer:
    """What somebody took out of service stays so."""
    if await store.closed(place["station"], place["evse"], place["number"]):
        return Answer(False, CLOSED)
    off = await stations.send(ctx, place["station"], _wish(place, operative=False))
    on = await stations.send(ctx, place["station"], _wish(place, operative=True))
    return Answer(off.accepted and on.accepted, f"{off.status}, {on.status}")


def _wish(place: store.Row, *, operative: bool) -> commands.SetAvailability:
    return commands.SetAvailability(operative=operative, evse=place["evse"], connector=place["number"])


async def bring_back(ctx: Context, payload: dict[str, Any]) -> None:
    """Job: some time after the step, and again until the station has answered."""
    incident_id, since = UUID(payload["incident_id"]), datetime.fromisoformat(payload["since"])
    place = await store.place(incident_id)
    if place is None or ctx.now() - since > GIVEN_UP:
        return
    wishes = await store.wishes(place["station"], place["evse"], place["number"], since)
    if not rules.left_out([rules.Wish(**one) for one in wishes]):
        return
    try:
        answer = await stations.send(ctx, place["station"], _wish(place, operative=True), record_offline=False)
    except WattlineError:
        tries = payload["tries"] + 1
        delay = min(timedelta(minutes=tries), LONGEST)
        key = f"{incident_id} {payload['since']} {tries}"
        await jobs.enqueue(JOB, {**payload, "tries": tries}, delay=delay, dedupe=key)
        return
    name = STEP_NAMES[StepKind.AVAILABILITY]
    words = f"{name}: {answer.status}" if answer.accepted else f"{name}: refused. {answer.status}"
    async with ctx.unit():
        await incidents.note(ctx, incident_id, EntryKind.STEP, words)
