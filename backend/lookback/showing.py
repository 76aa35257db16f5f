"""Looks back as people see them."""

from collections import Counter
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.alerts import rules as alerts
from backend.context import Context
from backend.errors import NotFound
from backend.lookback import beside, rules, store
from shared.lookback import LookBack, LookBackFiring, LookBackNew, LookBackState, ModelResult, RuleResult
from shared.operations import Severity

NO_LOOK_BACK = "This look back doesn't exist."


def names_of(asked: LookBackNew) -> list[str]:
    """The rules that are tried."""
    names = [*asked.rules, *asked.thresholds, *(asked.plan.rules if asked.plan else [])]
    return list(dict.fromkeys(names))


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
    names = names_of(asked)
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
        said=beside.said(asked.days, by_rule.total(), all_now, happened.total(), lost, outcomes),
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
