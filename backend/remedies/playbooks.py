"""Playbooks as operators see and change them, how they did, and what they would have done."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from backend.context import Context
from backend.errors import InvalidInput, NotFound
from backend.remedies import builtin, rules, store
from shared.remedies import (
    DryRunResult,
    ModelFigures,
    Playbook,
    PlaybookDetail,
    PlaybookSet,
    PlaybookVersion,
    Remedy,
    RemedyState,
    RemedyStep,
    StepKind,
)

ENDS_WITH_A_SESSION = ("starts_failing", "no_energy", "no_power", "power_below_offer", "meter_freeze", "stops_early")
"""Rules whose incidents end only when somebody charges there."""
SPAN = timedelta(days=90)
MOST_PAST = 5000
NO_PLAYBOOK = "This playbook doesn't exist."
ACTIONS = {
    StepKind.TRIGGER: ("Trigger", None),
    StepKind.UNLOCK: ("Unlock", None),
    StepKind.SOFT_RESET: ("Reset", False),
    StepKind.HARD_RESET: ("Reset", True),
    StepKind.AVAILABILITY: ("SetAvailability", None),
    StepKind.CLEAR_PROFILES: ("ClearProfiles", None),
    StepKind.RESTART_SESSION: ("RequestStop", None),
    StepKind.FIRMWARE: ("UpdateFirmware", None),
}


async def ensure(ctx: Context, tenant_id: UUID) -> None:
    """Every operator has the built-in ones, once; removed ones stay removed."""
    missing = [key for key in builtin.BUILT_IN if key not in await store.known_keys(tenant_id)]
    if missing:
        async with ctx.unit():
            for key in missing:
                place = list(builtin.BUILT_IN).index(key)
                plan = msgspec.to_builtins(builtin.BUILT_IN[key])
                await store.add(tenant_id, key, plan, place, None, ctx.now())


def _shown(row: store.Row) -> Playbook:
    return Playbook(
        id=str(row["id"]),
        key=row["key"],
        version=row["version"],
        plan=msgspec.convert(row["plan"], PlaybookSet),
        updated_at=row["updated_at"],
        figures=rules.figures(row["runs"], row["mended"], row["failed"]),
    )


async def listed(ctx: Context, tenant_id: UUID) -> list[Playbook]:
    await ensure(ctx, tenant_id)
    return [_shown(row) for row in await store.playbooks(tenant_id, ctx.now() - SPAN)]


async def read(ctx: Context, tenant_id: UUID, playbook_id: UUID) -> Playbook:
    rows = await store.playbooks(tenant_id, ctx.now() - SPAN, playbook_id)
    if not rows:
        raise NotFound(NO_PLAYBOOK)
    return _shown(rows[0])


async def detail(ctx: Context, tenant_id: UUID, playbook_id: UUID) -> PlaybookDetail:
    one = await read(ctx, tenant_id, playbook_id)
    return PlaybookDetail(
        playbook=one,
        versions=[
            PlaybookVersion(
                version=row["version"],
                plan=msgspec.convert(row["plan"], PlaybookSet),
                at=row["at"],
                by=row["by"],
                figures=rules.figures(row["runs"], row["mended"], row["failed"]),
            )
            for row in await store.versions(playbook_id)
        ],
        models=[
            ModelFigures(
                model=row["model"],
                firmware=row["firmware"],
                figures=rules.figures(row["runs"], row["mended"], row["failed"]),
            )
            for row in await store.models(playbook_id, ctx.now() - SPAN)
        ],
    )


def _check(plan: PlaybookSet) -> None:
    if found := rules.problems(plan):
        raise InvalidInput(found[0][1], fields=found)


async def add(ctx: Context, tenant_id: UUID, account_id: UUID, plan: PlaybookSet) -> Playbook:
    _check(plan)
    async with ctx.unit():
        made = await store.add(tenant_id, "", msgspec.to_builtins(plan), 50, account_id, ctx.now())
    assert made is not None
    return await read(ctx, tenant_id, made)


async def change(ctx: Context, tenant_id: UUID, account_id: UUID, playbook_id: UUID, plan: PlaybookSet) -> Playbook:
    """A new version; runs that are under way go on by theirs."""
    await read(ctx, tenant_id, playbook_id)
    _check(plan)
    async with ctx.unit():
        await store.change(tenant_id, playbook_id, msgspec.to_builtins(plan), account_id, ctx.now())
    return await read(ctx, tenant_id, playbook_id)


async def remove(ctx: Context, tenant_id: UUID, playbook_id: UUID) -> None:
    if not await store.remove(tenant_id, playbook_id, ctx.now()):
        raise NotFound(NO_PLAYBOOK)


# --- runs --------------------------------------------------------------------------------------------


async def runs(
    ctx: Context,
    tenant_id: UUID,
    *,
    after: tuple[datetime, UUID] | None = None,
    limit: int,
    **filters: Any,
) -> tuple[list[Remedy], list[Any] | None]:
    """`filters`: remedy_id, incident_id, playbook_id, state."""
    rows = await store.page(tenant_id, after=after, limit=limit + 1, **filters)
    more, rows = len(rows) > limit, rows[:limit]
    found: dict[UUID, list[RemedyStep]] = {}
    for one in await store.steps([row["id"] for row in rows]):
        same = {name: one[name] for name in ("number", "sent_at", "ended_at", "outcome", "detail")}
        found.setdefault(one["remedy"], []).append(RemedyStep(kind=StepKind(one["kind"]), **same))
    shown = [
        Remedy(
            id=str(row["id"]),
            incident_id=str(row["incident"]),
            title=row["title"],
            playbook_id=str(row["playbook"]),
            playbook=row["plan"]["name"],
            station_identity=row["identity"],
            station_name=row["name"],
            state=RemedyState(row["state"]),
            steps_total=len(row["plan"]["steps"]),
            steps=found.get(row["id"], []),
            **{name: row[name] for name in ("version", "step", "detail", "due_at", "created_at", "ended_at")},
        )
        for row in rows
    ]
    return shown, [rows[-1]["created_at"], rows[-1]["id"]] if more else None


# --- the past ----------------------------------------------------------------------------------------


class _Command(msgspec.Struct):
    action: str
    at: datetime
    request: dict[str, Any] | None = None


_commands = msgspec.json.Decoder(list[_Command])


def _of_plan(plan: PlaybookSet, one: _Command) -> bool:
    for step in plan.steps:
        action, hard = ACTIONS.get(step.kind, ("", None))
        if one.action == action and (hard is None or bool((one.request or {}).get("hard")) is hard):
            return True
    return False


async def dry_run(ctx: Context, tenant_id: UUID, plan: PlaybookSet, days: int) -> DryRunResult:
    """What this plan would have done, judged by what was recorded: which commands were sent, and what ended after."""
    _check(plan)
    rows = await store.past(tenant_id, plan.rules, ctx.now() - timedelta(days=days), MOST_PAST)
    asked = msgspec.structs.replace(plan, enabled=True)
    held: dict[str, int] = {}
    at: dict[UUID, list[datetime]] = {}
    matched = fired = ended_first = tried = mended = 0
    first = sum(step.verify_s for step in _until_first(plan))
    for row in rows:
        if not rules.matches(asked, row["rule"], row["code"], row["model"]):
            continue
        matched += 1
        if reason := _held(plan, row, at):
            held[reason] = held.get(reason, 0) + 1
            continue
        fired += 1
        ended = row["repaired_at"] or row["closed_at"]
        if ended is not None and ended < row["opened_at"] + timedelta(seconds=first):
            ended_first += 1
            continue
        at.setdefault(row["station"], []).append(row["opened_at"])
        sent = [one for one in _commands.decode(row["commands"]) if _of_plan(plan, one)]
        if sent:
            tried += 1
            longest = max(step.verify_s for step in plan.steps)
            mended += ended is not None and ended - sent[-1].at <= timedelta(seconds=longest)
    return DryRunResult(
        days=days,
        matched=matched,
        fired=fired,
        ended_first=ended_first,
        tried=tried,
        mended=mended,
        held=held,
        said=rules.said(days, fired, mended, tried, ended_first, sum(held.values())),
    )


def _until_first(plan: PlaybookSet) -> list[Any]:
    found = []
    for step in plan.steps:
        if step.kind is not StepKind.WAIT:
            break
        found.append(step)
    return found


def _held(plan: PlaybookSet, row: store.Row, at: dict[UUID, list[datetime]]) -> str:
    """The guard that would have held it back, empty for none."""
    day = [moment for moment in at.get(row["station"], []) if row["opened_at"] - moment < timedelta(days=1)]
    if len(day) >= plan.guards.max_per_day:
        return "limit a day"
    if row["sessions"] and not plan.guards.during_session:
        return "a session was running"
    if rules.quiet(plan.guards.quiet_from, plan.guards.quiet_to, row["opened_at"], row["zone"]):
        return "quiet hours"
    return ""
