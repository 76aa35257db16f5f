"""Playbooks as operators see and change them, how they did, and what they would have done."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from backend.context import Context
from backend.errors import InvalidInput, NotFound
from backend.remedies import builtin, past, rules, store
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


def check(plan: PlaybookSet) -> None:
    if found := rules.problems(plan):
        raise InvalidInput(found[0][1], fields=found)


async def add(ctx: Context, tenant_id: UUID, account_id: UUID, plan: PlaybookSet) -> Playbook:
    check(plan)
    async with ctx.unit():
        made = await store.add(tenant_id, "", msgspec.to_builtins(plan), 50, account_id, ctx.now())
    assert made is not None
    return await read(ctx, tenant_id, made)


async def change(ctx: Context, tenant_id: UUID, account_id: UUID, playbook_id: UUID, plan: PlaybookSet) -> Playbook:
    """A new version; runs that are under way go on by theirs."""
    await read(ctx, tenant_id, playbook_id)
    check(plan)
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


class _Session(msgspec.Struct):
    outlet: str
    begun_at: datetime
    ended_at: datetime | None


_sessions = msgspec.json.Decoder(list[_Session])
_commands = msgspec.json.Decoder(list[_Command])


def _case(row: store.Row) -> past.Case:
    return past.Case(
        station=row["station"],
        rule=row["rule"],
        code=row["code"],
        model=row["model"],
        zone=row["zone"],
        opened_at=row["opened_at"],
        ended_at=row["repaired_at"] or row["closed_at"],
        outlet=row["outlet"],
        sessions=[past.Session(one.outlet, one.begun_at, one.ended_at) for one in _sessions.decode(row["sessions"])],
        sent=[
            past.Sent(action=one.action, at=one.at, hard=bool((one.request or {}).get("hard")))
            for one in _commands.decode(row["commands"])
        ],
    )


async def dry_run(ctx: Context, tenant_id: UUID, plan: PlaybookSet, days: int) -> DryRunResult:
    """What this plan would have done, judged by what was recorded: which commands were sent, and what ended after."""
    check(plan)
    since = ctx.now() - timedelta(days=days)
    rows = await store.past(tenant_id, plan.rules, since, rules.PATIENCE, MOST_PAST + 1)
    cut, rows = len(rows) > MOST_PAST, rows[-MOST_PAST:]
    found = past.outcomes(msgspec.structs.replace(plan, enabled=True), [_case(row) for row in rows])
    kinds = Counter(one.kind for one in found if one.kind)
    held = Counter(one.held for one in found if one.held)
    fired = kinds.total() - held.total()
    tried, mended, ended_first = (
        kinds[past.MENDED] + kinds[past.NOT_MENDED],
        kinds[past.MENDED],
        kinds[past.ENDED_FIRST],
    )
    return DryRunResult(
        days=days,
        matched=kinds.total(),
        fired=fired,
        ended_first=ended_first,
        tried=tried,
        mended=mended,
        held=dict(held),
        latest=MOST_PAST if cut else None,
        said=rules.said(days, fired, mended, tried, ended_first, held.total(), latest=MOST_PAST if cut else None),
    )
