"""All sites of a tenant at a glance: what flows against what may, who waits, and where somebody should look."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from backend.context import Context
from backend.events import SiteChanged, StationConnected, StationDisconnected, TransactionEnded, TransactionStarted
from backend.live.topic import Subject, Topic, everything, of_any
from backend.sites import limits_store, live, rules, store
from backend.sites.limits import Announced
from backend.sites.scene import heard, own_tree
from shared.accounts import Role
from shared.sites import SiteRow


async def rows(ctx: Context, tenant_id: UUID) -> list[SiteRow]:
    """Every location with an accepted station: what is closest to its limit first, what has no power tree last."""
    found = await store.sites_now(tenant_id)
    limits: dict[UUID, list[Announced]] = {}
    for location_id, one in await limits_store.active(tenant_id, ctx.now()):
        limits.setdefault(location_id, []).append(one)
    return sorted((_row(ctx, one, limits.get(one["location"], [])) for one in found), key=_order)


def _row(ctx: Context, row: store.Row, limits: Sequence[Announced]) -> SiteRow:
    shown = SiteRow(
        location_id=str(row["location"]),
        name=row["name"],
        city=row["city"],
        enabled=row["enabled"],
        stations=row["stations"],
        silent=row["silent"],
        cars=row["cars"],
        waiting=row["waiting"] if row["enabled"] else 0,
        power_w=row["cars_w"],
    )
    if row["enabled"] is None:
        return shown
    meters, stale = heard(own_tree(row), row["readings"], ctx.now())
    plan = row["plan"] or {}
    return msgspec.structs.replace(
        shown,
        power_w=row["cars_w"] + round(sum(rules.watts(each) for each in meters.values())),
        limit_w=live.connection_limit_w(row, limits, ctx.now()),
        limited=bool(limits),
        warnings=len(stale) + len(plan.get("warnings", [])),
        planned_at=row["planned_at"],
    )


def _order(one: SiteRow) -> tuple[bool, float, str]:
    share = one.power_w / one.limit_w if one.limit_w else 0.0
    return one.enabled is None, -share, one.name.casefold()


async def _load(ctx: Context, subject: Subject) -> list[SiteRow]:
    return await rows(ctx, subject.actor.tenant_id)


TOPIC = Topic(
    pattern="sites",
    role=Role.OPERATOR,
    load=_load,
    events=of_any(
        (SiteChanged, StationConnected, StationDisconnected, TransactionStarted, TransactionEnded), everything
    ),
    interval_s=2.0,
    refresh_s=15.0,
)
