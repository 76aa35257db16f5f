"""A site as it is: what flows where, who waits for what and why, and the plan against the limits."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from backend.context import Context
from backend.energy.core.grid import value_at
from backend.errors import NotFound
from backend.events import (
    ConnectorStatusChanged,
    SiteChanged,
    StationConnected,
    StationDisconnected,
    TransactionEnded,
    TransactionStarted,
    TransactionUpdated,
)
from backend.live.topic import Subject, Topic
from backend.sites import checks, limits_store, rules, service, signals, store
from backend.sites import feeds as feed_states
from backend.sites.grants import Grant
from backend.sites.limits import Announced, limit_now_w
from backend.sites.scene import Scene, look, notice, own_tree
from shared.accounts import Role
from shared.sites import CarNow, Flow, NodeKind, Notice, PlanPoint, SignalKind, SiteLive

PAST = timedelta(hours=4)
AHEAD = timedelta(hours=8)
MOST_NAMES = 5


async def now(ctx: Context, tenant_id: UUID, location_id: UUID) -> SiteLive:
    """Raises NotFound, with code no_power_tree where there is none."""
    row = await service.row_of(tenant_id, location_id)
    scene = await look(ctx, row)
    plan = row["plan"] or {}
    limits = await limits_store.listed(location_id, ctx.now())
    ahead = await limits_store.ahead(location_id, ctx.now(), ctx.now() + AHEAD)
    return SiteLive(
        location_id=str(location_id),
        enabled=row["enabled"],
        flows=flows(scene),
        cars=cars(scene, plan),
        points=await points(scene, ahead, plan),
        planned_at=row["planned_at"],
        solver=plan.get("solver", ""),
        solver_detail=plan.get("detail", ""),
        plan_ms=plan.get("ms", 0),
        warnings=warnings(scene, plan),
        feeds=await feed_states.states(ctx, location_id),
        grid_limits=[service.grid_limit(one, ctx.now()) for one in limits],
        currency=scene.tariff.currency,
        paid_peak_w=scene.peak.paid if scene.peak else None,
    )


def warnings(scene: Scene, plan: Mapping[str, Any]) -> list[Notice]:
    told = [*scene.warnings, *_outside(scene), *msgspec.convert(plan.get("warnings", []), list[Notice])]
    return list({one.text: one for one in told}.values())


def _outside(scene: Scene) -> list[Notice]:
    """Stations that draw from the same fuse, and that nobody counts."""
    inside = {lane.station for lane in scene.lanes.values()}
    names = sorted({identity for identity, _ in scene.outlets} - inside)
    if not names:
        return []
    shown = ", ".join(names[:MOST_NAMES]) + (" …" if len(names) > MOST_NAMES else "")
    return [notice("not_in_tree", "Not in the tree, so neither counted nor limited: {stations}.", stations=shown)]


def flows(scene: Scene) -> list[Flow]:
    measured, counted = scene.measured(), scene.flowing()
    found = []
    for node in scene.nodes:
        load = measured[node.key]
        most = counted[node.key]
        if node.kind in rules.METERED:
            most = scene.loads.get(node.key, rules.worst_case(node))
        found.append(
            Flow(
                node=node.key,
                currents_a=[round(one, 1) for one in load],
                power_w=round(rules.watts(load)),
                limit_a=float(node.limit_a) if node.limit_a is not None else None,
                limit_w=node.limit_w,
                granted_a=round(max(most), 1),
                stale=node.key in scene.stale,
            )
        )
    return found


def cars(scene: Scene, plan: Mapping[str, Any]) -> list[CarNow]:
    planned = {(one["station"], one["evse"]): one for one in plan.get("cars", [])}
    found = []
    for spot, car in scene.cars.items():
        if spot not in scene.lanes:
            continue
        grant, told = scene.grant(spot), planned.get(spot)
        counted, wish = scene.counted_a(spot), scene.wanted(spot)
        why = _why(scene, spot, grant, told, counted)
        found.append(
            CarNow(
                transaction_id=str(car["id"]),
                station=spot[0],
                evse=spot[1],
                power_w=car["power_w"],
                granted_a=scene.given_a(spot),
                wanted_a=told["wanted_a"] if told else counted,
                counted_a=round(counted, 1),
                reason=why.text,
                reason_code=why.code,
                reason_values=why.values,
                energy_wh=car["energy_wh"],
                energy_wanted_wh=wish.energy_wh,
                departs_at=wish.departs_at,
                learned=wish.learned,
                reachable=scene.online(spot),
                goes_first=rules.goes_first(scene.policy.goes_first, car),
            )
        )
    return found


def _why(scene: Scene, spot: rules.Spot, grant: Grant, told: Mapping[str, Any] | None, counted: float) -> Notice:
    if not scene.online(spot):
        silent = "Its station is silent: it counts with {counted} A until it is back."
        return notice("silent", silent, counted=f"{counted:g}")
    if grant.over_since is not None:
        over = "It draws {drawn} A and was given {given} A; others get less meanwhile."
        return notice("over", over, drawn=f"{scene.measured_a(spot):.1f}", given=f"{scene.given_a(spot):g}")
    if grant.detail.startswith(checks.DIFFERS):
        second = grant.detail.removeprefix(checks.DIFFERS)
        return notice("schedule_differs", checks.DIFFERS + "{second}.", second=second.strip("."))
    if grant.detail:
        return notice("station_refused", "Its station didn't take the limit: {said}", said=grant.detail)
    if told is None:
        return notice("unplanned", "Not planned yet.")
    return as_notice(told["why"])


def as_notice(why: Mapping[str, Any]) -> Notice:
    """The scheduler's reason; values of the same names in every language."""
    values = {name: ", ".join(why.get(name, ())) for name in ("limits", "ahead") if why.get(name)}
    if why.get("until"):
        values["until"] = datetime.fromtimestamp(why["until"], UTC).isoformat()
    return Notice(code=why["code"], text=why["text"], values=values)


async def points(scene: Scene, limits: Sequence[Announced], plan: Mapping[str, Any]) -> list[PlanPoint]:
    """What was drawn and planned, and what is expected: every car at what it has until it has what it wants."""
    found = [
        PlanPoint(
            at=one["at"], planned_w=one["planned_w"], limit_w=one["limit_w"], drawn_w=one["peak_w"], price=one["price"]
        )
        for one in await store.intervals(scene.row["location"], scene.now - PAST)
    ]
    root = next(node for node in scene.nodes if node.kind is NodeKind.GRID)
    others = rules.watts(rules.flows(scene.nodes, [], {}, scene.metered)[root.key])
    at = signals.quarter(scene.now) + signals.QUARTER
    prices = scene.signals.get(SignalKind.PRICE.value, [])
    while at <= scene.now + AHEAD:
        found.append(
            PlanPoint(
                at=at,
                planned_w=round(others + _expected_w(scene, plan, at)),
                limit_w=connection_limit_w(scene.row, limits, at),
                price=signals.price_at(scene.tariff, prices, at, scene.row["time_zone"]),
            )
        )
        at += signals.QUARTER
    return found


def _expected_w(scene: Scene, plan: Mapping[str, Any], at: datetime) -> float:
    """As the plan foresees it; where it doesn't, every car at what it has until it has what it wants."""
    later = {(one["station"], one["evse"]): one.get("later") for one in plan.get("cars", [])}
    total = 0.0
    for spot, car in scene.cars.items():
        grant = scene.grant(spot)
        told = scene.wanted(spot)
        gone = told.departs_at and at >= told.departs_at and not told.learned
        if spot not in scene.lanes or gone:
            continue
        per_amp = scene.phases(spot) * scene.lanes[spot].volts
        if later.get(spot):  # also of one that waits now
            total += per_amp * value_at(later[spot], at.timestamp())
            continue
        if not grant.acked_a:
            continue
        power = grant.acked_a * per_amp
        wanted = told.energy_wh
        hours = (at - scene.now).total_seconds() / 3600
        total += 0.0 if wanted and car["energy_wh"] + power * hours > wanted else power
    return total


def connection_limit_w(row: store.Row, limits: Sequence[Announced], at: datetime) -> int | None:
    """What may come through the grid connection of a site: the least of its own limits and the grid operator's."""
    tree = own_tree(row)
    root = next(node for node in tree if node.kind is NodeKind.GRID)
    each = [root.limit_w] if root.limit_w is not None else []
    if root.limit_a is not None:
        each.append(round(float(root.limit_a) * rules.PHASES * rules.VOLTAGE))
    if (limit_w := limit_now_w(limits, at)) is not None:
        each.append(limit_w)
    return min(each) if each else None


# --- followed by a screen ----------------------------------------------------------------------------


async def _load(ctx: Context, subject: Subject) -> SiteLive:
    try:
        location_id = UUID(subject.argument)
    except ValueError:
        raise NotFound("There is no such thing.") from None
    row = await service.row_of(subject.actor.tenant_id, location_id)
    subject.memory["stations"] = {str(one["id"]) for one in await store.stations(row["location"])}
    return await now(ctx, subject.actor.tenant_id, location_id)


def _this_site(event: SiteChanged, subject: Subject) -> str | None:
    return "*" if str(event.location_id) == subject.argument else None


def _station_here(event: StationConnected | TransactionUpdated, subject: Subject) -> str | None:
    return "*" if str(event.station_id) in subject.memory.get("stations", ()) else None


TOPIC = Topic(
    pattern="site:*",
    role=Role.OPERATOR,
    load=_load,
    events={
        SiteChanged: _this_site,
        **dict.fromkeys(
            (
                StationConnected,
                StationDisconnected,
                ConnectorStatusChanged,
                TransactionStarted,
                TransactionUpdated,
                TransactionEnded,
            ),
            _station_here,
        ),
    },
    interval_s=1.0,
    refresh_s=15.0,
)
