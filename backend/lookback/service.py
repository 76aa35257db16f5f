"""Looking back as a job: one station after the other, a few seconds a run, stopped and gone on with at any time."""

import asyncio
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import structlog

from backend import jobs
from backend.alerts import rules as alerts
from backend.alerts import rules_service, tuning, vendor_codes
from backend.context import Context
from backend.errors import Conflict, InvalidInput
from backend.lookback import beside, rules, store
from backend.lookback.recorded import Read, Recorded
from backend.lookback.showing import firings as firings
from backend.lookback.showing import listed as listed
from backend.lookback.showing import names_of
from backend.lookback.showing import read as read
from backend.remedies import past, playbooks
from shared.lookback import LookBack, LookBackNew, LookBackState

log = structlog.get_logger(__name__)
JOB = "lookback.run"
RUN_S = 20.0
"""A run of the job takes no longer, then the next one goes on: a worker has other things to do too."""
KEPT = timedelta(days=60)


# --- asking ------------------------------------------------------------------------------------------


async def begin(ctx: Context, tenant_id: UUID, account_id: UUID, asked: LookBackNew) -> LookBack:
    if asked.plan is not None:
        playbooks.check(asked.plan)
    names = names_of(asked)
    strange = [name for name in [*names, *asked.thresholds] if name not in alerts.BY_NAME]
    if strange:
        raise InvalidInput(f"There is no rule “{strange[0]}”.", code="no_rule")
    if not any(rules.replayable(name) for name in names):
        raise InvalidInput(
            "Nothing that is recorded tells of these rules, so they can't be tried on the past."
            if names
            else "Say which rules are to be tried.",
            code="not_in_the_past" if names else "no_rules",
        )
    for name, values in asked.thresholds.items():
        rules_service.checked(name, values)
    location_id = _location(asked)
    stations = await store.count_stations(tenant_id, asked.vendor, asked.model, location_id)
    look_back_id, now = uuid4(), ctx.now()
    async with ctx.unit():
        made = await store.add(
            {
                "id": look_back_id,
                "tenant": tenant_id,
                "account": account_id,
                "asked": msgspec.to_builtins(asked),
                "begins_at": now - timedelta(days=asked.days),
                "ends_at": now,
                "stations": stations,
                "created_at": now,
            }
        )
        if not made:
            raise Conflict("Another look back is under way. Wait for it, or stop it.", code="look_back_running")
        await jobs.enqueue(JOB, {"id": str(look_back_id), "turn": 0})
    return await read(ctx, tenant_id, look_back_id)


def _location(asked: LookBackNew) -> UUID | None:
    try:
        return UUID(asked.location_id) if asked.location_id else None
    except ValueError:
        raise InvalidInput("This location doesn't exist.", fields=[("$.location_id", "no id of a location")]) from None


async def stop(ctx: Context, tenant_id: UUID, look_back_id: UUID) -> LookBack:
    await read(ctx, tenant_id, look_back_id)
    async with ctx.unit():
        await store.end(look_back_id, LookBackState.STOPPED, ctx.now())
    return await read(ctx, tenant_id, look_back_id)


async def forget_old(ctx: Context) -> None:
    """Cron."""
    await store.forget(ctx.now() - KEPT)


# --- working -----------------------------------------------------------------------------------------


async def run(read_frame: Read, ctx: Context, payload: dict[str, Any]) -> None:
    """Job. A station counts in the transaction that stores its firings, so one that was looked at isn't again."""
    row = await store.get(UUID(payload["id"]))
    if row is None or row["state"] not in (LookBackState.QUEUED, LookBackState.RUNNING):
        return
    try:
        more = await _work(read_frame, ctx, row)
    except asyncio.CancelledError:
        raise
    except Exception as error:
        log.exception("a look back failed", id=str(row["id"]))
        async with ctx.unit():
            await store.end(row["id"], LookBackState.FAILED, ctx.now(), f"{type(error).__name__}: {error}"[:500])
        return
    if more is None:
        return
    async with ctx.unit():
        if more:
            await jobs.enqueue(JOB, {"id": str(row["id"]), "turn": payload["turn"] + 1})
        else:
            await store.end(row["id"], LookBackState.DONE, ctx.now())


async def _work(read_frame: Read, ctx: Context, row: store.Row) -> bool | None:
    """Whether there is more to do. None: it was stopped, or another run of the job is at it."""
    asked = msgspec.convert(row["asked"], LookBackNew)
    until = time.monotonic() + RUN_S
    last, tally = row["last_station"], dict(row["tally"])
    while True:
        station = await store.next_station(row["tenant"], asked.vendor, asked.model, _location(asked), last)
        if station is None:
            return False
        if time.monotonic() > until:
            return True
        found = await _station(read_frame, ctx, row, asked, station)
        _add(tally, found)
        async with ctx.unit():
            if not await store.advance(row["id"], last, station["id"], tally, found.recorded_from):
                return None
            await store.add_firings(found.rows)
        last = station["id"]


def _add(tally: dict[str, Any], found: "_Found") -> None:
    for name, counts in (("now", found.now), ("missed", found.missed)):
        tally[name] = dict(Counter(tally.get(name, {})) + Counter(counts))
    tally["threw"] = {**found.threw, **tally.get("threw", {})}


class _Found(msgspec.Struct):
    rows: list[tuple[Any, ...]]
    now: dict[str, int]
    missed: dict[str, int]
    threw: dict[str, str]
    recorded_from: datetime | None


async def _station(read_frame: Read, ctx: Context, row: store.Row, asked: LookBackNew, station: store.Row) -> _Found:
    names = [name for name in names_of(asked) if rules.replayable(name)]
    begin, end = row["begins_at"], row["ends_at"]
    today = (await tuning.of(row["tenant"])).thresholds(station["vendor"], station["model"])
    wanted = {**today, **{name: {**today.get(name, {}), **more} for name, more in asked.thresholds.items()}}

    meaning = await vendor_codes.dictionary(row["tenant"], station["vendor"])

    def replay(names: Sequence[str], thresholds: alerts.Thresholds) -> rules.Replay:
        return rules.Replay(
            names,
            thresholds,
            begin,
            silence_s=ctx.settings.silence_s,
            drops_per_day=station["drops_per_day"],
            wireless=station["wireless"],
            meaning=meaning,
        )

    tried, now = replay(names, wanted), replay(list(asked.thresholds), today)
    source = Recorded(read_frame, station, begin, end, timedelta(seconds=ctx.settings.silence_s))
    async for one in source.happenings():
        tried.feed(one)
        if asked.thresholds:
            now.feed(one)
    tried.finish(end)
    now.finish(end)
    real = [beside.Incident(**dict(each)) for each in await store.incidents(station["id"], names, begin, end)]
    same, missed = beside.matched(tried.firings, real)
    outcomes = await _outcomes(asked, station, tried.firings, begin, end)
    return _Found(
        rows=[
            (
                row["id"],
                station["id"],
                UUID(same[number]) if number in same else None,
                one.rule,
                one.label[:20],
                one.title[:200],
                one.detail,
                one.severity,
                one.code[:60],
                one.fired_at,
                one.ended_at,
                one.occurrences,
                outcomes[number].kind,
                outcomes[number].held,
            )
            for number, one in enumerate(tried.firings)
            if asked.plan is None or outcomes[number].kind
        ],
        now=dict(Counter(one.rule for one in now.firings)),
        missed=missed,
        threw=tried.threw,
        recorded_from=source.recorded_from,
    )


async def _outcomes(
    asked: LookBackNew, station: store.Row, firings: Sequence[beside.Firing], begin: datetime, end: datetime
) -> list[past.Outcome]:
    if asked.plan is None:
        return [past.Outcome("") for _ in firings]
    actions = sorted({action for action, _ in past.ACTIONS.values()})
    sent = [past.Sent(**dict(each)) for each in await store.sent(station["id"], actions, begin, end)]
    sessions = [past.Session(**dict(each)) for each in await store.charged(station["id"], begin, end)]
    cases = [
        past.Case(
            station=station["id"],
            rule=one.rule,
            code=one.code,
            model=station["model"],
            zone=station["zone"],
            opened_at=one.fired_at,
            ended_at=one.ended_at,
            outlet=one.label,
            sessions=[each for each in sessions if past.near(each, one.fired_at)],
            sent=[each for each in sent if one.fired_at <= each.at <= (one.ended_at or end)],
        )
        for one in firings
    ]
    return past.outcomes(msgspec.structs.replace(asked.plan, enabled=True), cases)
