"""The controller of a site: looks, shares, and tells the stations; what falls is acknowledged before anything rises.

One planner works on a site at a time, whichever node runs it. What a station may be drawing counts with the most that
it can have been told: the last acknowledged limit, one that is on its way, and the fallback of one that is silent.
"""

import asyncio
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any
from uuid import UUID

import structlog

from backend import jobs
from backend.context import Context, Unit
from backend.energy import service as profiles
from backend.errors import WattlineError
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
from backend.sites import plan_store, planning, rules, sharing, signals, store
from backend.sites.rules import Lane, Spot
from backend.sites.scene import OURS_FROM, Grant, Scene, look, question
from backend.sites.sharing import Given
from backend.stations.model import StationRef
from shared.energy import ChargingProfile, ChargingSchedule, Kind, Purpose, RateUnit, SchedulePeriod, SetProfile
from shared.sites import NodeKind, PowerNode, SignalKind
from shared.stations import Registration

log = structlog.get_logger(__name__)
TENTH = Decimal("0.1")
HOLDS_S = 900
"""How long a limit holds in a station that hears no more; then its fallback does."""
RENEW = timedelta(seconds=300)
SETTLES = timedelta(seconds=20)
AGAIN = timedelta(seconds=15)
TOLERANCE = 1.1


# --- telling -----------------------------------------------------------------------------------------


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
    await _watch(ctx, scene)
    asked = question(scene)
    found = await asyncio.to_thread(planning.answer, asked)
    given = sharing.calm(found.given, asked.cars, scene.now)
    took_ms = round((time.monotonic() - began) * 1000)
    await _store_fallbacks(ctx, scene)
    await _tell(ctx, scene, {spot: one.current_a for spot, one in given.items() if _falls(scene, spot, one)})
    rising = {spot: one.current_a for spot, one in given.items() if not _falls(scene, spot, one)}
    await _tell(ctx, scene, _still_fitting(scene, rising))
    await _write(ctx, scene, found._replace(given=given), took_ms, seen)
    return scene


def _falls(scene: Scene, spot: Spot, given: Given) -> bool:
    return given.current_a < scene.counted_a(spot) - 0.05


def _still_fitting(scene: Scene, rising: Mapping[Spot, float]) -> dict[Spot, float]:
    """After the answers: who didn't say yes to less still counts with more, and nobody rises at its cost."""
    found: dict[Spot, float] = {}
    flowing = scene.flowing()
    for spot, wanted in rising.items():
        lane, phases, before = scene.lanes[spot], scene.phases(spot), scene.counted_a(spot)
        room = rules.room(scene.nodes, flowing, lane, phases)
        rise = min(wanted - before, room)
        now_a = before + max(0.0, rise)
        if now_a < lane.minimum_a and wanted >= lane.minimum_a:
            now_a = before
        found[spot] = now_a
        more = lane.load(now_a - before, phases)
        for key in lane.above:
            flowing[key] = rules.add(flowing[key], more)
    return found


async def _store_fallbacks(ctx: Context, scene: Scene) -> None:
    """What each EVSE may draw while we are silent is kept in its station, before anything else is given."""
    wanted = []
    for spot, lane in scene.lanes.items():
        grant = scene.grants.get(spot)
        if scene.online(spot) and (grant is None or grant.fallback_a is None or grant.fallback_a != _tenth(lane)):
            wanted.append(_store_fallback(ctx, scene, spot))
        elif not scene.online(spot) and (grant is None or grant.fallback_a is None):
            most = f"{lane.maximum_a:g} A"
            scene.warnings.append(f"{spot[0]} EVSE {spot[1]} never took its fallback: it counts with {most}.")
    wanted += [_store_maximum(ctx, scene, node) for node in scene.nodes if _new_maximum(scene, node)]
    await asyncio.gather(*wanted)


def _new_maximum(scene: Scene, node: PowerNode) -> bool:
    """A station with a limit of its own keeps it as its maximum, whatever its sessions were given."""
    if node.kind is not NodeKind.STATION or node.limit_a is None or node.station is None:
        return False
    first = next((spot for spot in scene.outlets if spot[0] == node.station), None)
    grant = scene.grants.get((node.station, 0))
    known = grant is not None and grant.fallback_a == float(node.limit_a.quantize(TENTH, ROUND_DOWN))
    return first is not None and scene.online(first) and not known


async def _store_maximum(ctx: Context, scene: Scene, node: PowerNode) -> None:
    spot = (node.station or "", 0)
    limit = (node.limit_a or Decimal(0)).quantize(TENTH, ROUND_DOWN)
    row = outlet_of(scene, spot)
    grant = scene.grants.setdefault(spot, Grant())
    by_hand = scene.levels.get((spot[0], 0, Purpose.STATION_MAX.value), -1)
    volts = Decimal(str(rules.VOLTAGE)) * rules.PHASES
    watts = in_watts(row)
    profile = ChargingProfile(
        number=OURS_FROM,
        purpose=Purpose.STATION_MAX,
        kind=Kind.ABSOLUTE,
        stack_level=by_hand + 1,
        schedules=[
            ChargingSchedule(
                unit=RateUnit.WATT if watts else RateUnit.AMPERE,
                periods=[SchedulePeriod(start_s=0, limit=limit * volts if watts else limit)],
                starts_at=scene.now.replace(microsecond=0) - timedelta(seconds=5),
            )
        ],
    )
    if await _send(ctx, scene, spot, profile):
        grant.fallback_a = float(limit)
        await store.put_grant(row["id"], 0, {"fallback_a": limit, "detail": ""})


def in_watts(row: store.Row) -> bool:
    """As the station wants it: direct current always, and one that knows no amperes."""
    units = (row["units"] or "").lower()
    return bool(row["dc"]) or (bool(units) and not any(word in units.split(",") for word in ("a", "current")))


def _tenth(lane: Lane) -> float:
    return float(Decimal(str(lane.fallback_a)).quantize(TENTH, ROUND_DOWN))


async def _store_fallback(ctx: Context, scene: Scene, spot: Spot) -> None:
    fallback = _tenth(scene.lanes[spot])
    profile = _profile(scene, spot, fallback, Purpose.DEFAULT, None)
    grant = scene.grants.setdefault(spot, Grant())
    if await _send(ctx, scene, spot, profile):
        grant.fallback_a = fallback
        await store.put_grant(scene.outlets[spot]["id"], spot[1], {"fallback_a": Decimal(str(fallback)), "detail": ""})
    else:
        await store.put_grant(scene.outlets[spot]["id"], spot[1], {"detail": grant.detail})


async def _tell(ctx: Context, scene: Scene, given: Mapping[Spot, float]) -> None:
    await asyncio.gather(*(_grant_one(ctx, scene, spot, current) for spot, current in given.items()))


async def _grant_one(ctx: Context, scene: Scene, spot: Spot, current_a: float) -> None:
    """Noted before it is sent, so that a crash in between counts it."""
    grant = scene.grants.setdefault(spot, Grant())
    limit = Decimal(str(round(current_a, 4))).quantize(TENTH, ROUND_DOWN)
    fresh = grant.acked_at is not None and scene.now - grant.acked_at < RENEW
    if fresh and grant.acked_a is not None and abs(grant.acked_a - float(limit)) < 0.05 and grant.sent_at is None:
        return
    station_id = scene.outlets[spot]["id"]
    grant.sent_a, grant.sent_at = float(limit), ctx.now()
    await store.put_grant(station_id, spot[1], {"sent_a": limit, "sent_at": grant.sent_at})
    profile = _profile(scene, spot, float(limit), Purpose.TRANSACTION, HOLDS_S)
    if await _send(ctx, scene, spot, profile):
        grant.acked_a, grant.acked_at, grant.sent_a, grant.sent_at = float(limit), ctx.now(), None, None
        values = {"acked_a": limit, "acked_at": grant.acked_at, "sent_a": None, "sent_at": None, "detail": ""}
        await store.put_grant(station_id, spot[1], values)
    else:
        await store.put_grant(station_id, spot[1], {"detail": grant.detail})


def ref_of(row: store.Row) -> StationRef:
    return StationRef(
        id=row["id"],
        tenant_id=row["tenant"],
        identity=row["identity"],
        registration=Registration(row["registration"]),
        ocpp_version=row["ocpp_version"],
    )


def outlet_of(scene: Scene, spot: Spot) -> store.Row:
    """EVSE 0, the station as a whole, is told from any of its outlets."""
    return scene.outlets.get(spot) or next(row for key, row in scene.outlets.items() if key[0] == spot[0])


async def _send(ctx: Context, scene: Scene, spot: Spot, profile: ChargingProfile) -> bool:
    station = ref_of(outlet_of(scene, spot))
    try:
        answer = await profiles.set_profile(ctx, station, SetProfile(evse=spot[1], profile=profile), None)
    except WattlineError as error:
        said = str(error)
    else:
        if answer.accepted:
            return True
        said = answer.detail or answer.status
    scene.grants[spot].detail = said[:300]
    scene.warnings.append(f"{spot[0]} EVSE {spot[1]} didn't take its limit: {said}"[:300])
    return False


def _profile(scene: Scene, spot: Spot, current_a: float, purpose: Purpose, holds_s: int | None) -> ChargingProfile:
    """In amperes, or in watts where the station knows only those; above what somebody set by hand."""
    row, lane = scene.outlets[spot], scene.lanes[spot]
    watts = in_watts(row)
    phases = scene.phases(spot) if spot in scene.cars else lane.phases
    volts = Decimal(str(rules.VOLTAGE)) * phases
    limit = Decimal(str(current_a))
    if watts:
        limit = (limit * volts * (Decimal(str(lane.efficiency)) if row["dc"] else 1)).quantize(TENTH, ROUND_DOWN)
    by_hand = max(scene.levels.get((spot[0], evse, purpose.value), -1) for evse in {spot[1], 0})
    period = SchedulePeriod(start_s=0, limit=limit, phases=None if watts else lane.phases)
    return ChargingProfile(
        number=OURS_FROM + spot[1] * 10 + (purpose is Purpose.TRANSACTION),
        purpose=purpose,
        kind=Kind.ABSOLUTE,
        stack_level=by_hand + 1,
        schedules=[
            ChargingSchedule(
                unit=RateUnit.WATT if watts else RateUnit.AMPERE,
                periods=[period],
                starts_at=scene.now.replace(microsecond=0) - timedelta(seconds=5),
                duration_s=holds_s,
            )
        ],
    )


async def _watch(ctx: Context, scene: Scene) -> None:
    """A station that draws more than it was given is noticed: it counts with what it draws, and others get less."""
    for spot, car in scene.cars.items():
        if spot not in scene.lanes:
            continue
        grant = scene.grants.setdefault(spot, Grant())
        read_at = car["meter_last_at"]
        if grant.acked_a is None or grant.acked_at is None or read_at is None or read_at < grant.acked_at + SETTLES:
            continue
        over = scene.measured_a(spot) > grant.acked_a * TOLERANCE + 1
        if over == (grant.over_since is not None):
            continue
        grant.over_since = scene.now if over else None
        row = scene.outlets[spot]
        async with ctx.unit() as unit:
            await store.put_grant(row["id"], spot[1], {"over_since": grant.over_since})
            unit.emit(
                PowerExceeded(
                    tenant_id=row["tenant"],
                    at=scene.now,
                    station_id=row["id"],
                    identity=spot[0],
                    evse=spot[1],
                    exceeded=over,
                    drawn_a=round(scene.measured_a(spot), 1),
                    given_a=grant.acked_a,
                )
            )


async def _write(ctx: Context, scene: Scene, found: planning.Answer, took_ms: int, seen: str) -> None:
    root = next(node for node in scene.nodes if node.kind is NodeKind.GRID)
    over = rules.exceeded(scene.nodes, scene.flowing())
    if over:
        scene.warnings.append(f"More could flow than allowed: {', '.join(over)}. Nothing rises until it fits again.")
    told = {spot: scene.lanes[spot].load(one.current_a, scene.phases(spot)) for spot, one in found.given.items()}
    planned = rules.watts(rules.flows(scene.nodes, list(scene.lanes.values()), told, scene.metered)[root.key])
    prices = scene.signals.get(SignalKind.PRICE.value, [])
    limit_w = root.limit_w
    if root.limit_a is not None:
        by_fuse = round(float(root.limit_a) * rules.PHASES * rules.VOLTAGE)
        limit_w = min(by_fuse, limit_w if limit_w is not None else by_fuse)
    values = {
        "drawn_w": round(rules.watts(scene.measured()[root.key])),
        "limit_w": limit_w,
        "planned_w": round(planned),
        "price": signals.price_at(scene.tariff, prices, scene.now, scene.row["time_zone"]),
    }
    at = scene.now.replace(minute=scene.now.minute - scene.now.minute % 5, second=0, microsecond=0)
    location_id = scene.row["location"]
    reasons = [
        {"station": spot[0], "evse": spot[1], "wanted_a": one.current_a, "reason": one.reason}
        for spot, one in found.given.items()
    ]
    async with ctx.unit() as unit:
        await store.note(location_id, at, values)
        kept = {"cars": reasons, "warnings": scene.warnings, "ms": took_ms, "seen": seen}
        kept |= {"solver": found.solver, "detail": found.detail}
        await plan_store.put_plan(location_id, kept, scene.now)
        unit.emit(SiteChanged(tenant_id=scene.row["tenant"], at=scene.now, location_id=location_id))


# --- when --------------------------------------------------------------------------------------------


async def wish_plan(location_id: UUID) -> None:
    """In the transaction of what happened, if one is open."""
    await jobs.enqueue("sites.plan", {"location_id": str(location_id), "xid": await plan_store.transaction_number()})


async def on_change(ctx: Context, unit: Unit, event: Event) -> None:
    """A session, a station or an outlet changed: its site is planned anew."""
    assert isinstance(
        event,
        StationConnected
        | StationDisconnected
        | StationBooted
        | ConnectorStatusChanged
        | TransactionStarted
        | TransactionEnded,
    )
    found = await store.site_of_station(event.station_id)
    if found is None:
        return
    if isinstance(event, StationBooted):
        await store.forget_grants(event.station_id, None, fallback=True)
    elif isinstance(event, TransactionStarted | TransactionEnded):
        await store.forget_grants(event.station_id, await store.evse_of(event.transaction_id), fallback=False)
    await wish_plan(found["location"])


async def tick(ctx: Context) -> None:
    """Each minute, whatever happened."""
    for location_id in await store.enabled_sites():
        await wish_plan(location_id)
