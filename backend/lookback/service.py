"""Looking back as a job: one station after the other, a few seconds a run, stopped and gone on with at any time."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import structlog

from backend import jobs
from backend.alerts import rules as alerts
from backend.alerts import rules_service, tuning
from backend.context import Context
from backend.errors import Conflict, InvalidInput, NotFound
from backend.lookback import rules, store
from backend.remedies import past, playbooks
from shared.lookback import LookBack, LookBackFiring, LookBackNew, LookBackState, ModelResult, RuleResult
from shared.operations import Severity

log = structlog.get_logger(__name__)
Read = Callable[[str, str, str, datetime], Sequence[rules.Happening]]
"""(version, action, frame as it was recorded, when it came) → what it said. The OCPP edge's: `ocpp.recorded`."""

FRAMES = ("StatusNotification", "NotifyEvent", "SecurityEventNotification")
JOB = "lookback.run"
SLICE = timedelta(days=1)
RUN_S = 20.0
"""A run of the job takes no longer, then the next one goes on: a worker has other things to do too."""
KEPT = timedelta(days=60)
NO_LOOK_BACK = "This look back doesn't exist."


# --- asking ------------------------------------------------------------------------------------------


async def begin(ctx: Context, tenant_id: UUID, account_id: UUID, asked: LookBackNew) -> LookBack:
    if asked.plan is not None:
        playbooks.check(asked.plan)
    names = _names(asked)
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


def _names(asked: LookBackNew) -> list[str]:
    names = [*asked.rules, *asked.thresholds, *(asked.plan.rules if asked.plan else [])]
    return list(dict.fromkeys(names))


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
    names = [name for name in _names(asked) if rules.replayable(name)]
    begin, end = row["begins_at"], row["ends_at"]
    today = (await tuning.of(row["tenant"])).thresholds(station["vendor"], station["model"])
    wanted = {**today, **{name: {**today.get(name, {}), **more} for name, more in asked.thresholds.items()}}

    def replay(names: Sequence[str], thresholds: alerts.Thresholds) -> rules.Replay:
        return rules.Replay(
            names,
            thresholds,
            begin,
            silence_s=ctx.settings.silence_s,
            drops_per_day=station["drops_per_day"],
            wireless=station["wireless"],
        )

    tried, now = replay(names, wanted), replay(list(asked.thresholds), today)
    source = Recorded(read_frame, station, begin, end, timedelta(seconds=ctx.settings.silence_s))
    async for one in source.happenings():
        tried.feed(one)
        if asked.thresholds:
            now.feed(one)
    tried.finish(end)
    now.finish(end)
    real = [rules.Incident(**dict(each)) for each in await store.incidents(station["id"], names, begin, end)]
    same, missed = rules.matched(tried.firings, real)
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
    asked: LookBackNew, station: store.Row, firings: Sequence[rules.Firing], begin: datetime, end: datetime
) -> list[past.Outcome]:
    if asked.plan is None:
        return [past.Outcome("") for _ in firings]
    sent = [past.Sent(**dict(each)) for each in await store.sent(station["id"], begin, end)]
    cases = [
        past.Case(
            station=station["id"],
            rule=one.rule,
            code=one.code,
            model=station["model"],
            zone=station["zone"],
            opened_at=one.fired_at,
            ended_at=one.ended_at,
            in_session=one.in_session,
            sent=[each for each in sent if one.fired_at <= each.at <= (one.ended_at or end)],
        )
        for one in firings
    ]
    return past.outcomes(msgspec.structs.replace(asked.plan, enabled=True), cases)


class Recorded:
    """What was recorded of a station, a day at a time, in the order of time.

    Its log of OCPP tells of outlets, components and silences; where the log doesn't reach back so far (it is kept for
    days, the rest for longer), the stored changes of status stand in for it.
    """

    def __init__(
        self, read_frame: Read, station: store.Row, begin: datetime, end: datetime, silence: timedelta
    ) -> None:
        self._read, self._station, self._begin, self._end, self._silence = read_frame, station, begin, end, silence
        self.recorded_from: datetime | None = None
        self._logged_from: datetime | None = None

    async def happenings(self) -> AsyncIterator[rules.Happening]:
        station_id = self._station["id"]
        log = await store.first_frame(station_id, self._begin, self._end)
        self._logged_from = log["first"]
        for row in await store.standing(station_id, self._begin):
            yield self._change({**dict(row), "at": self._begin})
        day = self._begin
        while day < self._end:
            until = min(day + SLICE, self._end)
            found = await self._day(station_id, day, until)
            if found and self.recorded_from is None:
                self.recorded_from = found[0].at
            for one in found:
                yield one
            day = until
            await asyncio.sleep(0)
        if log["last"] is not None and self._end - log["last"] >= self._silence:
            yield rules.Gap(at=self._end, since=log["last"])

    async def _day(self, station_id: UUID, begin: datetime, end: datetime) -> list[rules.Happening]:
        found: list[rules.Happening] = []
        for row in await store.changes(station_id, begin, end):
            link = row["status"] in ("online", "offline")
            if link or self._logged_from is None or row["at"] < self._logged_from:
                found.append(self._change(row))
        if self._logged_from is not None and self._logged_from < end:
            found += self._frames(await store.frames(station_id, begin, end, FRAMES, self._silence))
        for row in await store.sessions(station_id, begin, end):
            found += _session(row, begin, end)
        found += [_reading(row) for row in await store.readings(station_id, begin, end)]
        found.sort(key=lambda one: one.at)
        return found

    def _change(self, row: Any) -> rules.Happening:
        if row["status"] in ("online", "offline"):
            return rules.Link(at=row["at"], online=row["status"] == "online")
        return rules.Outlet(
            at=row["at"], label=row["label"], status=row["status"], error_code=row["error_code"], info=row["info"]
        )

    def _frames(self, rows: Sequence[store.Row]) -> list[rules.Happening]:
        found: list[rules.Happening] = []
        for row in rows:
            if row["since"] is not None:
                found.append(rules.Gap(at=row["at"], since=row["since"]))
            if row["kind"] == "call" and row["action"] in FRAMES:
                found += self._read(self._station["ocpp_version"], row["action"], row["payload"], row["at"])
        return found


def _session(row: store.Row, begin: datetime, end: datetime) -> list[rules.Happening]:
    found: list[rules.Happening] = []
    label, transaction = row["label"], str(row["id"])

    def here(at: datetime | None) -> bool:
        return at is not None and begin <= at < end

    if row["state"] == "failed":
        return [rules.NotStarted(at=row["created_at"], label=label, failure=row["failure"])]
    if here(row["begun_at"]):
        found.append(
            rules.Began(
                at=row["begun_at"],
                label=label,
                transaction=transaction,
                number=row["number"],
                dc=row["power_type"] == "DC",
                max_power_w=row["max_power_w"] or 0,
            )
        )
    if here(row["ended_at"]) and row["begun_at"] is not None:
        seconds = (row["ended_at"] - row["begun_at"]).total_seconds()
        found.append(
            rules.Over(
                at=row["ended_at"],
                label=label,
                transaction=transaction,
                number=row["number"],
                past=alerts.Past(
                    seconds=seconds,
                    energy_wh=row["energy_wh"],
                    reason=row["stop_reason"],
                    driver=row["driver"] or "",
                ),
                flags=frozenset(row["flags"]),
            )
        )
    return found


def _reading(row: store.Row) -> rules.Happening:
    return rules.Read(
        at=row["at"],
        transaction=str(row["transaction"]),
        moment=alerts.Moment(
            at=row["at"],
            energy_wh=row["energy_wh"],
            power_w=row["power_w"],
            voltage_v=row["voltage_v"],
            voltages=tuple(row["phase_voltages"] or ()),
            currents=tuple(row["phase_currents"] or ()),
            offered_w=row["offered_w"],
        ),
        soc_percent=row["soc_percent"],
        charging=row["charging_state"] == "charging" if row["charging_state"] else None,
    )


# --- showing -----------------------------------------------------------------------------------------


async def read(ctx: Context, tenant_id: UUID, look_back_id: UUID) -> LookBack:
    row = await store.get(look_back_id, tenant_id)
    if row is None:
        raise NotFound(NO_LOOK_BACK)
    return await _shown(row)


async def listed(
    ctx: Context, tenant_id: UUID, after: tuple[datetime, UUID] | None, limit: int
) -> tuple[list[LookBack], list[Any] | None]:
    rows = await store.page(tenant_id, after, limit + 1)
    more, rows = len(rows) > limit, rows[:limit]
    return [await _shown(row) for row in rows], [rows[-1]["created_at"], rows[-1]["id"]] if more else None


async def _shown(row: store.Row) -> LookBack:
    asked = msgspec.convert(row["asked"], LookBackNew)
    names = _names(asked)
    figures = await store.figures(row["id"])
    tally = row["tally"]
    now: dict[str, int] = tally.get("now", {})
    missed: dict[str, int] = tally.get("missed", {})
    by_rule: Counter[str] = Counter()
    happened: Counter[str] = Counter()
    by_model: Counter[tuple[str, str]] = Counter()
    outcomes: Counter[str] = Counter()
    where: dict[tuple[str, str], set[Any]] = {}
    for one in figures:
        by_rule[one["rule"]] += one["fired"]
        happened[one["rule"]] += one["happened"]
        outcomes[one["outcome"]] += one["fired"]
        by_model[one["vendor"], one["model"]] += one["fired"]
        where.setdefault((one["vendor"], one["model"]), set()).update(one["stations"])
    outcomes.pop("", None)
    # A playbook is for some codes and models only: what its rules found beside these says nothing against it.
    lost = 0 if asked.plan else sum(missed.values())
    all_now = sum(now.values()) if asked.thresholds and set(names) == set(asked.thresholds) else None
    return LookBack(
        id=str(row["id"]),
        state=LookBackState(row["state"]),
        asked=asked,
        by=row["by"],
        created_at=row["created_at"],
        ended_at=row["ended_at"],
        stations=row["stations"],
        done=row["done"],
        recorded_from=row["recorded_from"],
        fired=by_rule.total(),
        now=all_now,
        happened=happened.total(),
        missed=lost,
        outcomes=dict(outcomes),
        rules=[
            RuleResult(
                rule=name,
                title=alerts.BY_NAME[name].title if name in alerts.BY_NAME else name,
                fired=by_rule[name],
                now=now.get(name, 0) if name in asked.thresholds else None,
                happened=happened[name],
                missed=0 if asked.plan else missed.get(name, 0),
            )
            for name in names
            if rules.replayable(name)
        ],
        models=[
            ModelResult(vendor=vendor, model=model, stations=len(where[vendor, model]), fired=fired)
            for (vendor, model), fired in by_model.most_common(20)
        ],
        left_out=[name for name in names if not rules.replayable(name)],
        threw=tally.get("threw", {}),
        said=rules.said(asked.days, by_rule.total(), all_now, happened.total(), lost, outcomes),
        error=row["error"],
    )


async def firings(
    ctx: Context,
    tenant_id: UUID,
    look_back_id: UUID,
    rule: str | None,
    after: tuple[datetime, int] | None,
    limit: int,
) -> tuple[list[LookBackFiring], list[Any] | None]:
    if await store.get(look_back_id, tenant_id) is None:
        raise NotFound(NO_LOOK_BACK)
    rows = await store.firings(look_back_id, rule, after, limit + 1)
    more, rows = len(rows) > limit, rows[:limit]
    same = ("rule", "title", "detail", "model", "code", "fired_at", "ended_at", "occurrences", "outcome", "held")
    shown = [
        LookBackFiring(
            id=str(row["id"]),
            severity=Severity(row["severity"]),
            station_identity=row["identity"],
            station_name=row["name"],
            connector=row["label"],
            incident_id=str(row["incident"]) if row["incident"] else None,
            **{name: row[name] for name in same},
        )
        for row in rows
    ]
    return shown, [rows[-1]["fired_at"], rows[-1]["id"]] if more else None
