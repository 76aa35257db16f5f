"""What drivers want of their sessions, and what is possible of it."""

from datetime import timedelta
from uuid import UUID

import msgspec

from backend.context import Context
from backend.errors import InvalidInput
from backend.sites import control, readings, rules, store, wish_rules
from backend.sites.asking import cars_of
from backend.sites.rules import Spot
from backend.sites.scene import Scene, look, own_tree
from backend.transactions import views
from backend.web.guards import Actor
from shared.sites import SitePolicy, Wish, WishSet


async def put(ctx: Context, actor: Actor, transaction_id: UUID, wanted: WishSet) -> Wish:
    """What the driver wants; an impossible wish is kept, and answered with what is possible. Raises NotFound."""
    await views.one(ctx, actor, transaction_id)
    if wanted.departs_at is not None:
        if wanted.departs_at.tzinfo is None:
            raise InvalidInput("The departure needs its zone.", fields=[("$.departs_at", "with Z or +01:00")])
        if not timedelta(0) < wanted.departs_at - ctx.now() < timedelta(days=14):
            raise InvalidInput("A departure lies ahead, within two weeks.", fields=[("$.departs_at", "later")])
    async with ctx.unit() as unit:
        await store.put_wish(transaction_id, wanted.departs_at, wanted.energy_wh, ctx.now())
        row = await store.site_of_transaction(transaction_id)
        if row is not None:
            await control.replan(ctx, unit, row)
    return await get(ctx, actor, transaction_id)


async def get(ctx: Context, actor: Actor, transaction_id: UUID) -> Wish:
    await views.one(ctx, actor, transaction_id)
    told = await store.wish(transaction_id)
    if told is None:
        return Wish(departs_at=None, energy_wh=None, possible_wh=None, detail="")
    row = await store.site_of_transaction(transaction_id)
    possible = await _possible(ctx, row, told) if row is not None else None
    detail = ""
    if possible is not None and told["energy_wh"] and possible < told["energy_wh"]:
        detail = f"Until then at most {possible / 1000:.1f} kWh are possible here."
    return Wish(departs_at=told["departs_at"], energy_wh=told["energy_wh"], possible_wh=possible, detail=detail)


async def _possible(ctx: Context, row: store.Row, told: store.Row) -> int | None:
    """What it had, and what it can have until it leaves."""
    if told["departs_at"] is None:
        return None
    scene = await look(ctx, row)
    lane = scene.lanes.get((row["identity"], row["evse"]))
    if lane is None:
        return None
    nodes, policy = own_tree(row), msgspec.convert(row["policy"], SitePolicy, strict=False)
    if policy.demand_charge and policy.demand_peak_w:
        nodes = rules.grid_limited(nodes, policy.demand_peak_w)
    car, loads = _able(scene, lane.spot), scene.heard_safely()
    return int(row["energy_wh"]) + wish_rules.possible_wh(
        nodes, lane, car, loads, scene.ahead, scene.now, told["departs_at"]
    )


def _able(scene: Scene, spot: Spot) -> wish_rules.Able:
    """As it shows itself, and as it told its station (ISO 15118)."""
    lane, session = scene.lanes[spot], scene.cars.get(spot)
    seen = next((one for one in cars_of(scene) if one.lane.spot == spot), None)
    if seen is not None:
        return wish_rules.Able(seen.phases, seen.takes_a)
    if session is None:
        return wish_rules.Able(lane.phases, lane.maximum_a)
    direct = bool(scene.outlets[spot]["dc"])
    return wish_rules.Able(scene.phases(spot), readings.said_most_a(session, lane, direct=direct))
