"""The controller of a site: looks, shares, and tells the stations; what falls is acknowledged before anything rises.

One planner works on a site at a time, whichever node runs it. Who gets what is the scheduler's to decide
(`energy.core.planner`), and what may be sent when is the safety machine's (`energy.core.safety`), kept in the grants.
"""

import asyncio
import time
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from backend import jobs
from backend.context import Context, Unit
from backend.energy import service as profiles
from backend.energy.core.safety import Message
from backend.errors import Conflict, InvalidInput, WattlineError
from backend.events import (
    ConnectorStatusChanged,
    Event,
    PowerExceeded,
    SiteChanged,
    StationBooted,
    StationConnected,
    StationDisconnected,
    TransactionEnded,
    TransactionStarted,
)
from backend.sites import asking, grants, leaving, plan_store, planning, rules, signals, store, wire
from backend.sites.leaving import ref_of
from backend.sites.rules import Spot
from backend.sites.scene import (
    Scene,
    fallbacks_due,
    fallbacks_missing,
    fallbacks_to_raise,
    look,
    notice,
)
from shared.energy import ChargingProfile, Purpose, SetProfile
from shared.sites import NodeKind, PowerNode, SignalKind

HOLDS_S = 900
"""How long a limit holds at most in a station that hears no more; then its fallback does."""
ENDS_S = 60
"""Limits end at whole minutes: the safety machine adds up a site at each end, and there are few."""
RENEW_S = 300
AGAIN = timedelta(seconds=15)
KEPT = (
    "acked_a", "acked_at", "acked_until", "acked_phases", "sent_a", "sent_at", "sent_until", "sent_phases",
    "switched_at", "over_since", "session", "detail",
)  # fmt: skip


# --- planning -----------------------------------------------------------------------------------------


async def plan(ctx: Context, payload: dict[str, Any]) -> None:
    """Job. `xid`: the transaction of what happened; a plan that saw it committed makes this one needless.

    `unless_since`: the same by the clock, for what nothing but time asks for.
    """
    location_id = UUID(payload["location_id"])
    row = await store.site(location_id)
    if row is None or not row["enabled"]:
        return
    async with plan_store.planning(location_id) as mine:
        if not mine:
            await jobs.enqueue("sites.plan", payload, delay=timedelta(seconds=0.5))
            return
        seen = await plan_store.snapshot()
        row = await store.site(location_id)
        if row is None or await _needless(row, payload):
            return
        scene = await _control(ctx, row, seen)
    if scene.cars:
        later = {"location_id": str(location_id), "unless_since": (ctx.now() + AGAIN / 2).isoformat()}
        await jobs.enqueue("sites.plan", later, dedupe=f"{location_id}.again", delay=AGAIN)


async def _needless(row: store.Row, payload: dict[str, Any]) -> bool:
    """Not by the time of a wish: what it is about may be committed after a plan began that is younger than the wish."""
    if since := payload.get("unless_since"):
        return row["planned_at"] is not None and row["planned_at"] > datetime.fromisoformat(since)
    return await plan_store.was_seen(payload["xid"], (row["plan"] or {}).get("seen"))


async def _control(ctx: Context, row: store.Row, seen: str) -> Scene:
    began = time.monotonic()
    scene = await look(ctx, row)
    await _store_fallbacks(ctx, scene)
    await _watch(ctx, scene)
    asked = asking.question(scene)
    found = await asyncio.to_thread(planning.answer, asked)
    given = found.given
    if not scene.safety().exceeded(ctx.now().timestamp()):
        given = planning.with_reserved(given, asked.cars)
    found = found._replace(given=planning.patient(given, asked.cars, scene.now))
    took_ms = round((time.monotonic() - began) * 1000)
    await _tell(ctx, scene, asking.wanted(scene, found.given))
    await _raise_fallbacks(ctx, scene)
    await _write(ctx, scene, found, took_ms, seen)
    return scene


# --- limits ------------------------------------------------------------------------------------------


async def _tell(ctx: Context, scene: Scene, limits: Mapping[str, float]) -> None:
    """Whatever may go now goes; each answer may set the next free. What falls never waits for anything."""
    safety = scene.safety()
    spots = {rules.outlet_id(spot): spot for spot in scene.lanes}
    phases = {
        name: None if wire.in_watts(scene.outlets[spot]) else scene.known_phases(spot) for name, spot in spots.items()
    }
    under_way: set[asyncio.Task[None]] = set()

    def released() -> list[Message]:
        now = ctx.now().timestamp()
        return safety.release(limits, now, holds_until(now), renew_s=HOLDS_S - RENEW_S, phases=phases)

    may_go = await asyncio.to_thread(released)  # of a large site it takes a while at first; later only what changed
    while True:
        for message in may_go:
            under_way.add(asyncio.create_task(_deliver(ctx, scene, spots[message.connector], message)))
        if not under_way:
            return
        done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
        for one in done:
            one.result()
        may_go = released()


def holds_until(now: float) -> float:
    return (now + HOLDS_S) // ENDS_S * ENDS_S


async def _deliver(ctx: Context, scene: Scene, spot: Spot, message: Message) -> None:
    """Noted before it is sent, so that a crash in between counts it. Who fails is left alone until the next plan."""
    safety, grant = scene.safety(), scene.grant(spot)
    await _keep(ctx, scene, spot, "")
    profile = wire.limit(
        scene.outlets[spot], scene.lanes[spot], scene.phases(spot), message, scene.level(spot, Purpose.TRANSACTION),
        ctx.now(),
    )  # fmt: skip
    sent = await _send(ctx, scene, spot, profile)
    if sent.accepted:
        if ((grant.acked_a or 0) > 0) != (message.amps > 0):
            grant.switched_at = ctx.now()
        grant.acked_at = ctx.now()
        safety.acknowledged(message.connector, message.number)
    else:
        if sent.refused:
            safety.refused(message.connector, message.number)
        safety.lost(message.connector)
    await _keep(ctx, scene, spot, sent.said)


async def _keep(ctx: Context, scene: Scene, spot: Spot, said: str) -> None:
    """What the machine holds of an outlet, as it is read again at the next plan."""
    grant = scene.grant(spot)
    grants.keep(grant, scene.held(spot), scene.stored_a(spot), ctx.now())
    grant.detail = said
    await _put(scene, spot)


async def _put(scene: Scene, spot: Spot) -> None:
    grant = scene.grant(spot)
    grant.session = scene.cars[spot]["id"]
    values = {name: getattr(grant, name) for name in KEPT}
    amps = {name: None if values[name] is None else wire.tenth(values[name]) for name in ("acked_a", "sent_a")}
    await store.put_grant(scene.outlets[spot]["id"], spot[1], values | amps)


class Sent(NamedTuple):
    """`refused`: it is certain that the station doesn't follow it."""

    accepted: bool
    refused: bool = False
    said: str = ""


async def _send(ctx: Context, scene: Scene, spot: Spot, profile: ChargingProfile) -> Sent:
    station = ref_of(outlet_of(scene, spot))
    try:
        answer = await profiles.set_profile(ctx, station, SetProfile(evse=spot[1], profile=profile), None)
    except WattlineError as error:
        found = Sent(accepted=False, refused=isinstance(error, InvalidInput | Conflict), said=str(error)[:300])
    else:
        if answer.accepted:
            return Sent(accepted=True)
        found = Sent(accepted=False, refused=True, said=(answer.detail or answer.status)[:300])
    outlet = f"{spot[0]} EVSE {spot[1]}"
    scene.warnings.append(notice("refused", "{outlet} didn't take its limit: {said}", outlet=outlet, said=found.said))
    return found


# --- what a station keeps while we are silent --------------------------------------------------------


async def _store_fallbacks(ctx: Context, scene: Scene) -> None:
    """What each EVSE may draw while we are silent is kept in its station, before anything else is given."""
    for spot in fallbacks_missing(scene):
        told = "{outlet} never took its fallback: it counts with {most} A."
        outlet, most = f"{spot[0]} EVSE {spot[1]}", f"{scene.lanes[spot].maximum_a:g}"
        scene.warnings.append(notice("no_fallback", told, outlet=outlet, most=most))
    await asyncio.gather(
        *(_store_fallback(ctx, scene, spot) for spot in fallbacks_due(scene)),
        *(_store_maximum(ctx, scene, node) for node in scene.nodes if _new_maximum(scene, node)),
    )


async def _raise_fallbacks(ctx: Context, scene: Scene) -> None:
    raised = fallbacks_to_raise(scene, ctx.now())
    await asyncio.gather(*(_store_fallback(ctx, scene, spot) for spot in raised))


async def _store_fallback(ctx: Context, scene: Scene, spot: Spot) -> None:
    told = wire.tenth(scene.lanes[spot].fallback_a)
    outlet, grant = scene.outlets[spot], scene.grant(spot)
    level = scene.level(spot, Purpose.DEFAULT)
    sent = await _send(ctx, scene, spot, wire.fallback(outlet, scene.lanes[spot], float(told), level, ctx.now()))
    if sent.accepted:
        grant.fallback_a = float(told)
        await store.put_grant(outlet["id"], spot[1], {"fallback_a": told, "detail": ""})
    else:
        await store.put_grant(outlet["id"], spot[1], {"detail": sent.said})


def _new_maximum(scene: Scene, node: PowerNode) -> bool:
    """A station with a limit of its own keeps it as its maximum, whatever its sessions were given."""
    if node.kind is not NodeKind.STATION or node.limit_a is None or node.station is None:
        return False
    first = next((spot for spot in scene.outlets if spot[0] == node.station), None)
    known = scene.grant((node.station, 0)).fallback_a == float(wire.tenth(node.limit_a))
    return first is not None and scene.online(first) and not known


async def _store_maximum(ctx: Context, scene: Scene, node: PowerNode) -> None:
    spot = (node.station or "", 0)
    limit = wire.tenth(node.limit_a or 0)
    outlet = outlet_of(scene, spot)
    profile = wire.maximum(outlet, limit, scene.level(spot, Purpose.STATION_MAX), ctx.now())
    if (await _send(ctx, scene, spot, profile)).accepted:
        scene.grant(spot).fallback_a = float(limit)
        await store.put_grant(outlet["id"], 0, {"fallback_a": limit, "detail": ""})


def outlet_of(scene: Scene, spot: Spot) -> store.Row:
    """EVSE 0, the station as a whole, is told from any of its outlets."""
    return scene.outlets.get(spot) or next(row for key, row in scene.outlets.items() if key[0] == spot[0])


# --- what is really drawn, and what came of it -------------------------------------------------------


async def _watch(ctx: Context, scene: Scene) -> None:
    """A station that draws more than it was given is noticed: it counts with what it draws, and others get less."""
    for spot, over in asking.overdrawn(scene):
        grant = scene.grant(spot)
        grant.over_since = scene.now if over else None
        row = scene.outlets[spot]
        async with ctx.unit() as unit:
            await _put(scene, spot)
            unit.emit(
                PowerExceeded(
                    tenant_id=row["tenant"],
                    at=scene.now,
                    station_id=row["id"],
                    identity=spot[0],
                    evse=spot[1],
                    exceeded=over,
                    drawn_a=round(scene.measured_a(spot), 1),
                    given_a=scene.given_a(spot),
                )
            )


async def _write(ctx: Context, scene: Scene, found: planning.Answer, took_ms: int, seen: str) -> None:
    root = next(node for node in scene.nodes if node.kind is NodeKind.GRID)
    if over := scene.safety().exceeded(ctx.now().timestamp()):
        told = "More could flow than allowed: {limits}. Nothing rises until it fits again."
        scene.warnings.append(notice("exceeded", told, limits=", ".join(over)))
    others = {spot: scene.counted_a(spot) for spot in scene.cars if spot in scene.lanes}
    amps = others | {spot: one.current_a for spot, one in found.given.items()}
    load = {spot: scene.lanes[spot].load(current, scene.phases(spot)) for spot, current in amps.items()}
    planned = rules.watts(rules.flows(scene.nodes, list(scene.lanes.values()), load, scene.metered)[root.key])
    prices = scene.signals.get(SignalKind.PRICE.value, [])
    limit_w = root.limit_w
    if root.limit_a is not None:
        by_fuse = round(float(root.limit_a) * rules.PHASES * rules.VOLTAGE)
        limit_w = min(by_fuse, limit_w if limit_w is not None else by_fuse)
    values = {
        "drawn_w": round(scene.through_w()),
        "limit_w": limit_w,
        "planned_w": round(planned),
        "price": signals.price_at(scene.tariff, prices, scene.now, scene.row["time_zone"]),
    }
    at = scene.now.replace(minute=scene.now.minute - scene.now.minute % 5, second=0, microsecond=0)
    location_id = scene.row["location"]
    cars = [
        {"station": spot[0], "evse": spot[1], "wanted_a": one.current_a, "why": one.why,
         "later": found.later.get(rules.outlet_id(spot), ())}
        for spot, one in found.given.items()
    ]  # fmt: skip
    async with ctx.unit() as unit:
        await store.note(location_id, at, values)
        kept = {"cars": cars, "warnings": scene.warnings, "ms": took_ms, "seen": seen}
        kept |= {"solver": found.solver, "detail": found.detail}
        await plan_store.put_plan(location_id, kept, scene.now)
        unit.emit(SiteChanged(tenant_id=scene.row["tenant"], at=scene.now, location_id=location_id))


# --- when --------------------------------------------------------------------------------------------


async def wish_plan(location_id: UUID) -> None:
    """In the transaction of what happened, if one is open."""
    await wish_plans([location_id])


async def wish_plans(location_ids: Collection[UUID]) -> None:
    """The same of many: with a node go the stations of hundreds of sites."""
    if location_ids:
        number = await plan_store.transaction_number()
        await jobs.enqueue_all("sites.plan", [{"location_id": str(one), "xid": number} for one in location_ids])


async def replan(ctx: Context, unit: Unit, row: store.Row) -> None:
    unit.emit(SiteChanged(tenant_id=row["tenant"], at=ctx.now(), location_id=row["location"]))
    if row["enabled"]:
        await wish_plan(row["location"])


async def on_change(ctx: Context, unit: Unit, events: Sequence[Event]) -> None:
    """Sessions, stations or outlets changed: their sites are planned anew."""
    changes = [
        event
        for event in events
        if isinstance(
            event,
            StationConnected
            | StationDisconnected
            | StationBooted
            | ConnectorStatusChanged
            | TransactionStarted
            | TransactionEnded,
        )
    ]
    await leaving.on_connected({event.station_id for event in changes if isinstance(event, StationConnected)})
    sites = await store.sites_of_stations({event.station_id for event in changes})
    for event in changes:
        if event.station_id not in sites:
            continue
        station = event.station_id, event.identity
        if isinstance(event, StationBooted):
            await leaving.forget(ctx, unit, event.tenant_id, station, None, fallback=True)
        elif isinstance(event, TransactionStarted | TransactionEnded):
            evse = await store.evse_of(event.transaction_id)
            await leaving.forget(ctx, unit, event.tenant_id, station, evse, fallback=False)
    await wish_plans(sorted(set(sites.values())))


async def tick(ctx: Context) -> None:
    """Each minute, whatever happened."""
    await wish_plans(await store.enabled_sites())
