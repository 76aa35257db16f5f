"""Campaigns: made and steered by operators, carried out by jobs that ask each station at most once.

A station is claimed (`sent_at`, committed) before anything is sent to it. A job that finds a claim of an earlier run
sends nothing: after a while without a result, the station is told as unknown.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from backend import jobs
from backend.campaigns import actions, rules, store
from backend.context import Context, Unit
from backend.errors import Conflict, InvalidInput, NotFound
from backend.events import CampaignHalted
from backend.stations import service as stations
from shared.campaigns import (
    Campaign,
    CampaignAction,
    CampaignNew,
    CampaignResult,
    CampaignState,
    ResultState,
    Stage,
)

MOST = 5000
"""Stations of one campaign."""
PATIENCE = timedelta(minutes=5)
"""After this a claimed station without a result is told as unknown. Longer than a job may run."""
UPDATE_PATIENCE = timedelta(days=2)
"""How long a firmware update may go on before it is told as unknown."""
NO_CAMPAIGN = "This campaign doesn't exist."
LOST = "Wattline was interrupted while it asked this station; look what came of it. It is not asked again."
STUCK = "The update began, and the station never said how it ended."
Key = list[Any] | None


# --- made and shown ----------------------------------------------------------------------------------


async def add(ctx: Context, tenant_id: UUID, account_id: UUID, new: CampaignNew) -> Campaign:
    """It begins at once. Raises InvalidInput."""
    if problems := rules.problems(new):
        raise InvalidInput(problems[0][1], fields=problems)
    chosen = await _chosen(tenant_id, new)
    values = msgspec.to_builtins(new) | {"stage_ends": rules.ends(new.stages, len(chosen))}
    async with ctx.unit() as unit:
        campaign_id = await store.add(tenant_id, account_id, values, chosen, ctx.now())
        await _advance(ctx, unit, campaign_id)
    return await read(tenant_id, campaign_id)


async def _chosen(tenant_id: UUID, new: CampaignNew) -> list[UUID]:
    """Resolved now, in the order of the list that was given, else by identity."""
    wanted = new.stations
    names = list(dict.fromkeys(wanted.identities))
    if missing := sorted(set(names) - await store.known(tenant_id, names)):
        words = f"There is no station {missing[0]}."
        raise InvalidInput(words, fields=[("$.stations.identities", words)])
    try:
        location_id = UUID(wanted.location_id) if wanted.location_id else None
    except ValueError:
        words = "This location doesn't exist."
        raise InvalidInput(words, fields=[("$.stations.location_id", words)]) from None
    values = msgspec.structs.asdict(wanted) | {"identities": names, "location_id": location_id}
    rows = list(await store.choose(tenant_id, values, MOST + 1))
    if not rows or len(rows) > MOST:
        words = f"More than {MOST} stations fit." if rows else "No accepted station fits."
        raise InvalidInput(words, fields=[("$.stations", words)])
    if names:
        places = {name: place for place, name in enumerate(names)}
        rows.sort(key=lambda row: places[row["identity"]])
    return [row["id"] for row in rows]


def _shown(row: store.Row) -> Campaign:
    same = ("name", "pause_s", "max_failed_percent", "min_failed", "detail", "stage_from", "counts", "created_by")
    return Campaign(
        id=str(row["id"]),
        action=msgspec.convert(row["action"], CampaignAction),
        stages=msgspec.convert(row["stages"], list[Stage]),
        state=CampaignState(row["state"]),
        stage=row["stage"] + 1,
        stages_total=len(row["stage_ends"]),
        total=sum(row["counts"].values()),
        created_at=row["created_at"],
        ended_at=row["ended_at"],
        **{name: row[name] for name in same},
    )


async def read(tenant_id: UUID, campaign_id: UUID) -> Campaign:
    """Raises NotFound, also for another operator's."""
    row = await store.one(tenant_id, campaign_id)
    if row is None:
        raise NotFound(NO_CAMPAIGN)
    return _shown(row)


async def campaigns(
    tenant_id: UUID, state: CampaignState | None, after: tuple[datetime, UUID] | None, limit: int
) -> tuple[list[Campaign], Key]:
    rows = await store.page(tenant_id, state.value if state else None, after, limit + 1)
    more = len(rows) > limit
    return [_shown(row) for row in rows[:limit]], [rows[limit - 1][k] for k in ("created_at", "id")] if more else None


async def results(
    tenant_id: UUID, campaign_id: UUID, state: ResultState | None, search: str, after: int, limit: int
) -> tuple[list[CampaignResult], Key]:
    await read(tenant_id, campaign_id)
    rows = await store.results(campaign_id, state.value if state else None, search, after, limit + 1)
    shown = [
        CampaignResult(
            state=ResultState(row["state"]),
            **{name: row[name] for name in ("identity", "name", "detail", "sent_at", "ended_at")},
        )
        for row in rows[:limit]
    ]
    return shown, [rows[limit - 1]["id"]] if len(rows) > limit else None


# --- steered -----------------------------------------------------------------------------------------


async def _locked(tenant_id: UUID, campaign_id: UUID) -> store.Row:
    """Raises NotFound, and Conflict for one that is over."""
    row = await store.lock(campaign_id)
    if row is None or row["tenant"] != tenant_id:
        raise NotFound(NO_CAMPAIGN)
    if row["state"] in (CampaignState.DONE, CampaignState.CANCELLED):
        raise Conflict("This campaign is over.", code="campaign_over")
    return row


async def pause(ctx: Context, tenant_id: UUID, campaign_id: UUID) -> Campaign:
    """Stations that were asked already answer; no other is asked."""
    async with ctx.unit():
        row = await _locked(tenant_id, campaign_id)
        if row["state"] == CampaignState.RUNNING:
            await store.update(campaign_id, state=CampaignState.PAUSED.value, detail="")
    return await read(tenant_id, campaign_id)


async def resume(ctx: Context, tenant_id: UUID, campaign_id: UUID) -> Campaign:
    """A halted one goes on, and what failed so far counts no more."""
    async with ctx.unit() as unit:
        row = await _locked(tenant_id, campaign_id)
        if row["state"] == CampaignState.HALTED:
            found = rules.tally(await store.counts(campaign_id))
            await store.update(campaign_id, forgiven_finished=found.finished, forgiven_failed=found.failed)
        await store.update(campaign_id, state=CampaignState.RUNNING.value, detail="")
        await _solved(ctx, unit, row)
        await _advance(ctx, unit, campaign_id)
    return await read(tenant_id, campaign_id)


async def cancel(ctx: Context, tenant_id: UUID, campaign_id: UUID) -> Campaign:
    """For good. Stations that were asked already answer; the others are left as they are."""
    async with ctx.unit() as unit:
        row = await _locked(tenant_id, campaign_id)
        await store.cancel_waiting(campaign_id, ctx.now())
        await store.update(campaign_id, state=CampaignState.CANCELLED.value, detail="", ended_at=ctx.now())
        await _solved(ctx, unit, row)
    return await read(tenant_id, campaign_id)


async def _solved(ctx: Context, unit: Unit, row: store.Row) -> None:
    """An operator decided about a halted one: its incident is over."""
    if row["state"] == CampaignState.HALTED and row["halted_at_station"] is not None:
        await _tell(ctx, unit, row, row["halted_at_station"], rules.Tally(), halted=False)


async def _tell(
    ctx: Context, unit: Unit, row: store.Row, station_id: UUID, found: rules.Tally, *, halted: bool
) -> None:
    station = await stations.station(ctx, station_id)
    if station is not None:
        unit.emit(
            CampaignHalted(
                tenant_id=station.tenant_id,
                at=ctx.now(),
                station_id=station.id,
                identity=station.identity,
                campaign_id=row["id"],
                name=row["name"],
                halted=halted,
                failed=found.failed,
                finished=found.finished,
            )
        )


# --- carried out -------------------------------------------------------------------------------------


async def _advance(ctx: Context, unit: Unit, campaign_id: UUID) -> None:
    """Whatever is due now."""
    row = await store.lock(campaign_id)
    if row is None or row["state"] != CampaignState.RUNNING:
        return
    if row["stage_from"] is not None and row["stage_from"] > ctx.now():
        return
    found = rules.tally(await store.counts(campaign_id))
    limit = rules.Limit(
        max_percent=row["max_failed_percent"],
        at_least=row["min_failed"],
        forgiven_finished=row["forgiven_finished"],
        forgiven_failed=row["forgiven_failed"],
    )
    step, count = rules.decide(found, row["stage_ends"], row["stage"], limit)
    match step:
        case rules.Step.TAKE:
            for result_id in await store.take(campaign_id, count):
                await _enqueue(result_id)
        case rules.Step.NEXT:
            pause = timedelta(seconds=row["pause_s"])
            await store.update(campaign_id, stage=row["stage"] + 1, stage_from=ctx.now() + pause)
            await jobs.enqueue("campaigns.step", {"campaign_id": str(campaign_id)}, delay=pause)
        case rules.Step.END:
            await store.update(campaign_id, state=CampaignState.DONE.value, ended_at=ctx.now(), stage_from=None)
        case rules.Step.HALT:
            station_id = await store.last_failed(campaign_id)
            words = f"{found.failed} of {found.finished} stations failed or refused."
            await store.update(
                campaign_id, state=CampaignState.HALTED.value, detail=words, halted_at_station=station_id
            )
            if station_id is not None:
                await _tell(ctx, unit, row, station_id, found, halted=True)


async def step(ctx: Context, payload: dict[str, Any]) -> None:
    """Job: the pause before a stage is over, or nearly where clocks differ."""
    campaign_id = UUID(payload["campaign_id"])
    async with ctx.unit() as unit:
        row = await store.lock(campaign_id)
        if row is not None and row["stage_from"] is not None and row["stage_from"] > ctx.now():
            await jobs.enqueue("campaigns.step", payload, delay=row["stage_from"] - ctx.now())
            return
        await _advance(ctx, unit, campaign_id)


async def _enqueue(result_id: int) -> None:
    await jobs.enqueue("campaigns.act", {"result_id": result_id}, dedupe=str(result_id))


async def act(ctx: Context, payload: dict[str, Any]) -> None:
    """Job: ask one station, at most once whatever happens to this process."""
    result_id = int(payload["result_id"])
    found = await store.result(result_id)
    if found is None:
        return
    async with ctx.unit() as unit:
        row = await store.lock(found["campaign"])
        found = await store.result(result_id)
        if row is None or found is None or not await _claimed(ctx, unit, row, found):
            return
    station = await stations.station(ctx, found["station"])
    if station is None:
        return  # deleted, and its row with it
    if row["account"] is None:
        outcome = actions.Outcome(ResultState.REFUSED, "The account that began this campaign doesn't exist any more.")
    else:
        action = msgspec.convert(row["action"], CampaignAction)
        outcome = await actions.perform(ctx, station, row["account"], action)
    async with ctx.unit() as unit:
        await store.lock(found["campaign"])
        await _heard(ctx, unit, found, outcome)


async def _claimed(ctx: Context, unit: Unit, row: store.Row, found: store.Row) -> bool:
    """Whether this run, and no other, shall ask the station."""
    if found["state"] != ResultState.RUNNING or found["task"] is not None:
        return False
    if found["sent_at"] is not None:
        await _maybe_lost(ctx, unit, found)
        return False
    if row["state"] != CampaignState.RUNNING:
        await store.put_back(found["id"])
        if row["state"] == CampaignState.CANCELLED:
            await store.cancel_waiting(row["id"], ctx.now())
        return False
    await store.claim(found["id"], ctx.now())
    return True


async def _maybe_lost(ctx: Context, unit: Unit, found: store.Row) -> None:
    """It was claimed before, by a run that perhaps still goes on; `watch` looks again."""
    if ctx.now() - found["sent_at"] >= PATIENCE:
        await _heard(ctx, unit, found, actions.Outcome(ResultState.UNKNOWN, LOST))


async def _heard(ctx: Context, unit: Unit, found: store.Row, outcome: actions.Outcome) -> None:
    await store.finish(found["id"], outcome.state.value, outcome.detail, outcome.task, ctx.now())
    await _advance(ctx, unit, found["campaign"])


async def watch(ctx: Context) -> None:
    """Cron: how updates ended, what was lost with its process, and a campaign whose job was."""
    for campaign in await store.going_on():
        for found in await store.running(campaign["id"]):
            async with ctx.unit() as unit:
                await store.lock(campaign["id"])
                await _look_at(ctx, unit, found)
        async with ctx.unit() as unit:
            await _advance(ctx, unit, campaign["id"])


async def _look_at(ctx: Context, unit: Unit, found: store.Row) -> None:
    if found["sent_at"] is None:
        await _enqueue(found["id"])  # nothing happens where its job is still to run
        return
    if found["task"] is None:
        await _maybe_lost(ctx, unit, found)
        return
    station = await stations.station(ctx, found["station"])
    if station is None:
        return
    outcome = await actions.followed(ctx, station, found["task"])
    if outcome.state is ResultState.RUNNING and ctx.now() - found["sent_at"] >= UPDATE_PATIENCE:
        outcome = actions.Outcome(ResultState.UNKNOWN, STUCK, found["task"])
    await _heard(ctx, unit, found, outcome)
