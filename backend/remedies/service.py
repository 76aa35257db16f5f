"""Runs of playbooks: begun with the incident, carried on by jobs. A step is written down before the station is asked,
so a node may die at any moment and nothing is asked twice."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec

from backend import jobs
from backend.alerts import incidents
from backend.context import Context, Unit
from backend.errors import Conflict, NotFound, WattlineError
from backend.events import Event, IncidentChanged, IncidentOpened
from backend.notify import service as notify
from backend.remedies import acting, out_of_service, playbooks, rules, store
from backend.remedies.model import Answer
from shared.faults import EntryKind
from shared.notify import Told
from shared.operations import IncidentState
from shared.remedies import STEP_NAMES, PlaybookSet, PlaybookStep, RemedyState, StepKind

LIVE = (RemedyState.RUNNING, RemedyState.WAITING, RemedyState.ASKS)
GONE = (IncidentState.CLOSED, IncidentState.WATCHED)
DAY = timedelta(hours=24)
NOBODY_AGREED = "Nobody agreed within a day."
BY_PEOPLE = "Somebody took care of it."
NOT_KNOWN = "Nobody charges there any more, so whether it helped isn't known."
CHARGES_UNKNOWN = "charging_without_session"
"""The rule whose incident is that its outlet says it charges: that word alone keeps nobody from a restart."""


# --- beginning ---------------------------------------------------------------------------------------


async def on_opened(ctx: Context, unit: Unit, event: Event) -> None:
    """The first playbook that fits is begun, unless another run is under way at the station."""
    assert isinstance(event, IncidentOpened)
    if event.station_id is None or event.parent_id is not None:
        return
    await _begin_later(event.incident_id)


async def _begin_later(incident_id: UUID) -> None:
    values = {"incident_id": str(incident_id), "run_id": str(uuid4())}
    await jobs.enqueue("remedies.begin", values, dedupe=str(incident_id))


async def begin(ctx: Context, payload: dict[str, Any]) -> None:
    """Job: choose a playbook for an incident and begin it. Where another run is under way at the station, the
    incident waits until that has ended."""
    incident_id, run_id = UUID(payload["incident_id"]), UUID(payload["run_id"])
    row = await store.place(incident_id)
    if row is None or row["state"] in (*GONE, IncidentState.IN_REPAIR) or row["parent"] is not None:
        return
    await playbooks.ensure(ctx, row["tenant"])
    book = await _fitting(ctx, row)
    if book is None:
        return
    async with ctx.unit():
        made = await store.begin(
            {
                "id": run_id,
                "tenant": row["tenant"],
                "playbook": book["id"],
                "version": book["version"],
                "plan": book["plan"],
                "incident": incident_id,
                "station": row["station"],
                "connector": row["connector"],
                "model": row["model"],
                "firmware": row["firmware"],
                "created_at": ctx.now(),
            }
        )
        if made:
            await _note(ctx, incident_id, f"Playbook begins: {book['plan']['name']}")
            await _go_on(ctx, run_id)


async def _fitting(ctx: Context, place: store.Row) -> store.Row | None:
    """The first playbook for an incident as it is known now."""
    for book in await store.playbooks(place["tenant"], ctx.now()):
        plan = msgspec.convert(book["plan"], PlaybookSet)
        if rules.matches(plan, place["rule"], place["code"], place["model"]):
            return book
    return None


async def on_changed(ctx: Context, unit: Unit, event: Event) -> None:
    """Its incident ended or is watched, or its code is known now: the run looks at once."""
    assert isinstance(event, IncidentChanged)
    if event.state in GONE or event.code:
        run_id = await store.live_of(event.incident_id)
        if run_id is not None:
            await jobs.enqueue("remedies.step", {"run_id": str(run_id)}, priority=5)


async def _go_on(ctx: Context, run_id: UUID, due: datetime | None = None) -> None:
    """At once, or at a moment: then asked for as often as one likes, it is one job."""
    values = {"run_id": str(run_id)}
    if due is None:
        await jobs.enqueue("remedies.step", values)
        return
    delay = max(due - ctx.now(), timedelta(0))
    await jobs.enqueue("remedies.step", values, delay=delay, dedupe=f"{run_id} {due.timestamp()}")


async def _note(ctx: Context, incident_id: UUID, text: str) -> None:
    await incidents.note(ctx, incident_id, EntryKind.STEP, text)


# --- going on ----------------------------------------------------------------------------------------


async def step(ctx: Context, payload: dict[str, Any]) -> None:
    """Job: look where a run stands, and do what comes next."""
    run_id = UUID(payload["run_id"])
    due = await _decide(ctx, run_id)
    if due is None:
        return
    place, number, one = due
    try:
        answer = await acting.perform(ctx, place, one)
    except WattlineError as failure:
        answer = Answer(False, failure.detail or failure.title)
    async with ctx.unit():
        row = await store.lock(run_id)
        if row is None or row["step"] != number or row["phase"] != "sent":
            return
        await store.answered(run_id, number, answer.detail, ctx.now())
        if answer.accepted:
            due_at = ctx.now() + timedelta(seconds=one.verify_s)
            await store.update(run_id, phase="verifying", due_at=due_at)
            await _note(ctx, row["incident"], f"{STEP_NAMES[one.kind]}: {answer.detail}")
            await _go_on(ctx, run_id, due_at)
        else:
            await store.end_step(run_id, number, "refused", ctx.now())
            await _note(ctx, row["incident"], f"{STEP_NAMES[one.kind]}: refused. {answer.detail}")
            await store.update(run_id, phase="ready", step=number + 1, due_at=None)
            await _go_on(ctx, run_id)


async def _decide(ctx: Context, run_id: UUID) -> tuple[store.Row, int, PlaybookStep] | None:
    """In one transaction: what the run may do now. The step that is returned is claimed and must be sent once."""
    async with ctx.unit():
        row = await store.lock(run_id)
        if row is None or row["state"] not in LIVE:
            return None
        place = await store.place(row["incident"])
        if place is None or (place["state"] in GONE and await _proven(row, place)):
            await _over(ctx, row, place)
            return None
        plan = msgspec.convert(row["plan"], PlaybookSet)
        if not rules.still_fits(plan, place["rule"], place["code"], row["model"]):
            await _misfit(ctx, row, place)
            return None
        if row["state"] == RemedyState.ASKS:
            if row["due_at"] is not None and ctx.now() >= row["due_at"]:
                await _fail(ctx, row, NOBODY_AGREED)
            return None
        if row["state"] == RemedyState.WAITING and ctx.now() < row["due_at"]:
            await _go_on(ctx, run_id, row["due_at"])
            return None
        if row["phase"] == "sent":
            await _interrupted(ctx, row, plan)
            return None
        if row["phase"] == "verifying":
            if ctx.now() < row["due_at"]:
                await _go_on(ctx, run_id, row["due_at"])
                return None
            if await _verified(ctx, row):
                return None
            await store.end_step(run_id, row["step"], "didn't help", ctx.now())
            row = {**row, "step": row["step"] + 1, "phase": "ready"}
            await store.update(run_id, step=row["step"], phase="ready", due_at=None)
        return await _next(ctx, row, plan, place)


async def _next(
    ctx: Context, row: store.Row, plan: PlaybookSet, place: store.Row
) -> tuple[store.Row, int, PlaybookStep] | None:
    number = row["step"]
    if number >= len(plan.steps):
        await _fail(ctx, row, "Every step was tried and none helped.")
        return None
    one = plan.steps[number]
    if plan.guards.approval and row["approved_at"] is None and one.kind not in rules.HARMLESS:
        asks = {"state": RemedyState.ASKS.value, "detail": f"Waits for a yes to: {STEP_NAMES[one.kind]}"}
        due_at = ctx.now() + rules.ASKED_FOR
        await store.update(row["id"], **asks, due_at=due_at)
        await _go_on(ctx, row["id"], due_at)
        await _note(ctx, row["incident"], f"The playbook waits for somebody's yes to: {STEP_NAMES[one.kind]}")
        await notify.note(
            ctx,
            row["tenant"],
            Told.REMEDY_ASKS,
            f"asks:{row['id']}",
            incident=row["incident"],
            data={"said": f"Next: {STEP_NAMES[one.kind]}"},
        )
        return None
    if one.kind not in rules.HARMLESS:
        await store.lock_treatments(row["tenant"])
    await store.lock_station(row["station"])
    aside = row["connector"] if place["rule"] == CHARGES_UNKNOWN else None
    known = await store.facts(row, place["evse"], ctx.now() - DAY, aside=aside)
    facts = rules.Facts(
        now=ctx.now(),
        began=row["created_at"],
        zone=place["zone"],
        online=known["online"],
        sessions_here=known["sessions"],
        sessions_at_station=known["all_sessions"],
        runs_today=known["runs_today"],
        at_once=known["at_once"],
        outlet=place["evse"] is not None,
        in_repair=known["in_repair"],
    )
    verdict = rules.may(plan, one.kind, facts)
    if verdict.way == "never" and place["state"] == IncidentState.IN_REPAIR:
        await _quit(ctx, row, BY_PEOPLE)
        return None
    if verdict.way == "never":
        await _fail(ctx, row, verdict.reason)
        return None
    if verdict.way == "later" and verdict.until is not None:
        if row["state"] != RemedyState.WAITING or row["detail"] != verdict.reason:
            await _note(ctx, row["incident"], f"The playbook waits. {verdict.reason}")
        await store.update(row["id"], state=RemedyState.WAITING.value, detail=verdict.reason, due_at=verdict.until)
        await _go_on(ctx, row["id"], verdict.until)
        return None
    if not await store.add_step(row["id"], number, one.kind.value, ctx.now()):
        return None
    if one.kind is StepKind.WAIT:
        due_at = ctx.now() + timedelta(seconds=one.verify_s)
        await store.update(row["id"], state=RemedyState.RUNNING.value, detail="", phase="verifying", due_at=due_at)
        await _go_on(ctx, row["id"], due_at)
        return None
    await store.update(row["id"], state=RemedyState.RUNNING.value, detail="", phase="sent", due_at=None)
    if one.kind is StepKind.AVAILABILITY:
        await out_of_service.watch(ctx, row["incident"])
    # Should this process die now, somebody looks later what became of it.
    await _go_on(ctx, row["id"], ctx.now() + rules.INTERRUPTED)
    return place, number, one


async def _interrupted(ctx: Context, row: store.Row, plan: PlaybookSet) -> None:
    """A step was claimed and its answer never written: whoever claimed it is at work, or died. It isn't asked again."""
    number = row["step"]
    known = await store.step(row["id"], number)
    if known is None or ctx.now() - known["sent_at"] < rules.INTERRUPTED:
        return
    due_at = ctx.now() + timedelta(seconds=plan.steps[number].verify_s)
    await store.answered(
        row["id"], number, "Wattline was interrupted while it asked; the answer isn't known.", ctx.now()
    )
    await store.update(row["id"], phase="verifying", due_at=due_at)
    await _go_on(ctx, row["id"], due_at)


async def _verified(ctx: Context, row: store.Row) -> bool:
    """Incidents that end only with the next session: a station that came back well counts, and is watched."""
    known = await store.step(row["id"], row["step"])
    if known is None or known["kind"] not in (StepKind.SOFT_RESET, StepKind.HARD_RESET):
        return False
    place = await store.place(row["incident"])
    if place is None or place["rule"] not in playbooks.ENDS_WITH_A_SESSION:
        return False
    if not await store.healthy(row["station"], row["connector"], known["sent_at"]):
        return False
    words = "Restarted by a playbook and well since; watched for a day."
    await incidents.change_state(ctx, row["tenant"], row["incident"], None, IncidentState.WATCHED, words)
    await _mended(ctx, row)
    return True


async def _sent(row: store.Row) -> list[store.Row]:
    return [one for one in await store.steps([row["id"]]) if one["kind"] != StepKind.WAIT]


async def _proven(row: store.Row, place: store.Row) -> bool:
    sent = await _sent(row)
    spoke = bool(sent) and await store.spoke(row["station"], sent[-1]["sent_at"])
    by_hand = rules.by_people(IncidentState(place["state"]), closed_by=place["closed_by"])
    return rules.proven(place["rule"], by_hand=by_hand, sent=bool(sent), spoke=spoke)


async def _over(ctx: Context, row: store.Row, place: store.Row | None) -> None:
    """The incident ended: by somebody, by what was tried, or before anything was."""
    if place is not None and rules.by_people(IncidentState(place["state"]), closed_by=place["closed_by"]):
        await _quit(ctx, row, BY_PEOPLE)
    elif sent := await _sent(row):
        charges = await store.charges(row["station"], row["connector"], sent[0]["sent_at"])
        if place is None or rules.helped(place["rule"], charges=charges):
            await _mended(ctx, row)
        else:
            await _end(ctx, row, RemedyState.OVER, NOT_KNOWN)
            await _note(ctx, row["incident"], f"The playbook ends. {NOT_KNOWN}")
    else:
        await _end(ctx, row, RemedyState.OVER, "It ended by itself.")
        await _note(ctx, row["incident"], "It ended before the playbook did anything.")


async def _mended(ctx: Context, row: store.Row) -> None:
    detail = f"{STEP_NAMES[StepKind((await _sent(row))[-1]['kind'])]} helped."
    await _end(ctx, row, RemedyState.MENDED, detail, step="helped")
    await _note(ctx, row["incident"], f"Mended: {detail}")


async def _misfit(ctx: Context, row: store.Row, place: store.Row) -> None:
    """The station said meanwhile what it is, and this playbook leaves that alone: another one begins, or somebody must
    look."""
    reason = f"It turned out to be {place['code']}, which this playbook leaves alone."
    await _quit(ctx, row, reason)
    if await _fitting(ctx, place) is not None:
        await _begin_later(row["incident"])
    else:
        await _tell_failed(ctx, row, reason)


async def _quit(ctx: Context, row: store.Row, reason: str) -> None:
    """Neither mended nor failed: it isn't this playbook's any more."""
    await _end(ctx, row, RemedyState.STOPPED, reason)
    await _note(ctx, row["incident"], f"The playbook ends. {reason}")


async def _end(ctx: Context, row: store.Row, state: RemedyState, detail: str, *, step: str = "ended") -> None:
    """And what waited at this station has its turn. `step`: what became of the one under way."""
    if row["phase"] != "ready":
        await store.end_step(row["id"], row["step"], step, ctx.now())
    await store.update(row["id"], state=state.value, detail=detail, due_at=None, ended_at=ctx.now())
    for incident_id in await store.waiting(row["station"]):
        await _begin_later(incident_id)


async def _fail(ctx: Context, row: store.Row, reason: str) -> None:
    """Somebody must look: told along the routes."""
    await _end(ctx, row, RemedyState.FAILED, reason)
    await _note(ctx, row["incident"], f"The playbook couldn't mend it. {reason}")
    await _tell_failed(ctx, row, reason)


async def _tell_failed(ctx: Context, row: store.Row, reason: str) -> None:
    about = {"incident": row["incident"], "data": {"said": reason}}
    await notify.note(ctx, row["tenant"], Told.REMEDY_FAILED, f"failed:{row['id']}", **about)


# --- people ------------------------------------------------------------------------------------------


async def _locked(tenant_id: UUID, run_id: UUID) -> store.Row:
    row = await store.lock(run_id)
    if row is None or row["tenant"] != tenant_id:
        raise NotFound("This run doesn't exist.")
    return row


async def approve(ctx: Context, tenant_id: UUID, run_id: UUID, account_id: UUID) -> None:
    """Raises Conflict for one that asks for nothing; twice changes nothing."""
    async with ctx.unit():
        row = await _locked(tenant_id, run_id)
        if row["approved_at"] is not None:
            return
        if row["state"] != RemedyState.ASKS:
            raise Conflict("This run asks for nothing.", code="remedy_asks_nothing")
        now = ctx.now()
        await store.update(
            run_id, state=RemedyState.RUNNING.value, detail="", due_at=None, approved_at=now, approved_by=account_id
        )
        await incidents.note(ctx, row["incident"], EntryKind.STEP, "The playbook may go on.", account_id=account_id)
        await _go_on(ctx, run_id)


async def stop(ctx: Context, tenant_id: UUID, run_id: UUID, account_id: UUID) -> None:
    """What the station was asked already goes on there; nothing more is asked, for other incidents there neither."""
    async with ctx.unit():
        row = await _locked(tenant_id, run_id)
        if row["state"] in LIVE:
            values = {"state": RemedyState.STOPPED.value, "detail": "Somebody stopped it."}
            await store.update(run_id, **values, due_at=None, ended_at=ctx.now())
            await incidents.note(
                ctx, row["incident"], EntryKind.STEP, "The playbook was stopped.", account_id=account_id
            )
