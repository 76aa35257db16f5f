"""Power sites as operators, meters, grid operators and drivers use them."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import msgspec

from backend.context import Context
from backend.errors import InvalidInput, NotFound, NotSignedIn
from backend.events import SiteChanged
from backend.sites import control, leaving, limits_store, rises, rules, store
from shared.sites import (
    EnergyTariff,
    GridLimit,
    GridLimitSet,
    KeyPurpose,
    PowerNode,
    PowerSite,
    Reading,
    SiteKey,
    SitePolicy,
    SiteSet,
)

NO_SITE = "This location has no power tree yet."
KEPT = timedelta(days=400)


# --- the tree ----------------------------------------------------------------------------------------


async def get(ctx: Context, tenant_id: UUID, location_id: UUID) -> PowerSite:
    """Raises NotFound, with code no_power_tree where the location has none."""
    return _shown(await row_of(tenant_id, location_id))


async def row_of(tenant_id: UUID, location_id: UUID) -> store.Row:
    if await store.location(tenant_id, location_id) is None:
        raise NotFound("This location doesn't exist.")
    row = await store.site(location_id, tenant_id)
    if row is None:
        raise NotFound(NO_SITE, code="no_power_tree")
    return row


def _shown(row: store.Row) -> PowerSite:
    return PowerSite(
        location_id=str(row["location"]),
        enabled=row["enabled"],
        nodes=msgspec.convert(row["tree"], list[PowerNode], strict=False),
        policy=msgspec.convert(row["policy"], SitePolicy, strict=False),
        tariff=msgspec.convert(row["tariff"], EnergyTariff, strict=False),
        updated_at=row["updated_at"],
    )


async def put(ctx: Context, tenant_id: UUID, location_id: UUID, wanted: SiteSet) -> PowerSite:
    """Raises InvalidInput (impossible_tree) that names the node whose limit can't be kept."""
    if await store.location(tenant_id, location_id) is None:
        raise NotFound("This location doesn't exist.")
    evses: dict[str, list[int]] = {}
    for one in await store.stations(location_id):
        evses.setdefault(one["identity"], []).append(one["evse"])
    policy, tariff = wanted.policy or SitePolicy(), wanted.tariff or EnergyTariff()
    if found := [*rules.price_problems(policy, tariff)]:
        raise InvalidInput(found[0][1], fields=found)
    if found := rules.problems(wanted.nodes, evses):
        raise InvalidInput(found[0][1], code="impossible_tree", fields=found)
    if found := [*rules.peak_problems(wanted.nodes, evses, policy)]:
        raise InvalidInput(found[0][1], code="impossible_tree", fields=found)
    values = {
        "enabled": wanted.enabled,
        "tree": wanted.nodes,
        "policy": policy,
        "tariff": tariff,
    }
    async with ctx.unit() as unit:
        await store.put_site(tenant_id, location_id, values, ctx.now())
        unit.emit(SiteChanged(tenant_id=tenant_id, at=ctx.now(), location_id=location_id))
        await control.wish_plan(location_id)
        await leaving.wish(location_id)
    return await get(ctx, tenant_id, location_id)


async def delete(ctx: Context, tenant_id: UUID, location_id: UUID) -> None:
    """Stations are rid of what they keep of it: at once, or when they are back."""
    await row_of(tenant_id, location_id)
    async with ctx.unit() as unit:
        await store.delete_site(location_id)
        await leaving.wish(location_id)
        unit.emit(SiteChanged(tenant_id=tenant_id, at=ctx.now(), location_id=location_id))


# --- keys --------------------------------------------------------------------------------------------


async def add_key(ctx: Context, tenant_id: UUID, location_id: UUID, purpose: KeyPurpose) -> SiteKey:
    await row_of(tenant_id, location_id)
    secret = secrets.token_urlsafe(32)
    row = await store.add_key(location_id, purpose.value, _digest(secret), ctx.now())
    return msgspec.structs.replace(_key(row), secret=secret)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode(errors="replace")).hexdigest()


def _key(row: store.Row) -> SiteKey:
    return SiteKey(
        id=str(row["id"]), purpose=KeyPurpose(row["purpose"]), created_at=row["created_at"], used_at=row["used_at"]
    )


async def keys(ctx: Context, tenant_id: UUID, location_id: UUID) -> list[SiteKey]:
    await row_of(tenant_id, location_id)
    return [_key(row) for row in await store.keys(location_id)]


async def drop_key(ctx: Context, tenant_id: UUID, location_id: UUID, key_id: UUID) -> None:
    await row_of(tenant_id, location_id)
    if not await store.drop_key(location_id, key_id):
        raise NotFound("There is no such key.")


async def site_of_key(ctx: Context, authorization: str, purpose: KeyPurpose) -> store.Row:
    """Raises NotSignedIn for a key that isn't one of this purpose."""
    word, _, secret = authorization.partition(" ")
    row = await store.use_key(_digest(secret.strip()), ctx.now()) if word.lower() == "bearer" and secret else None
    site = await store.site(row["location"]) if row is not None and row["purpose"] == purpose.value else None
    if site is None:
        raise NotSignedIn(f"Send a site's {purpose.value} key as a Bearer token.", code="bad_site_key")
    return site


# --- meters ------------------------------------------------------------------------------------------


async def read(ctx: Context, row: store.Row, told: Sequence[Reading]) -> None:
    """Raises InvalidInput for a node that no meter speaks of, and for a time that isn't now. Of each meter the newest
    one holds: what comes later and is older is passed over."""
    nodes = {node.key: node for node in msgspec.convert(row["tree"], list[PowerNode], strict=False)}
    async with ctx.unit() as unit:
        known = await store.readings(row["location"])
        for place, one in enumerate(told):
            node = nodes.get(one.node)
            if node is None or node.kind not in rules.METERED:
                wrong = "no load, solar plant or battery of this site"
                raise InvalidInput(f"'{one.node}' is {wrong}.", fields=[(f"$.readings[{place}].node", wrong)])
            at = one.at or ctx.now()
            if at.tzinfo is None or abs(at - ctx.now()) > timedelta(minutes=5):
                raise InvalidInput(
                    "A reading is of now: its time is more than five minutes off, or has no zone.",
                    fields=[(f"$.readings[{place}].at", "now, with its zone")],
                )
            amps = _currents(one, place)
            at = min(at, ctx.now())  # a clock that is ahead doesn't keep a meter alive that has fallen silent
            before = known.get(one.node)
            if before is not None and at < datetime.fromisoformat(before["at"]):
                continue
            seen = rises.learned(before, at, amps, control.HOLDS_S + node.stale_after_s)
            known[one.node] = {"at": at.isoformat(), "currents_a": amps, **seen}
            await store.put_reading(row["location"], one.node, known[one.node])
        await control.replan(ctx, unit, row)


def _currents(one: Reading, place: int) -> list[float]:
    if one.currents_a is not None and len(one.currents_a) == rules.PHASES:
        return one.currents_a
    if one.currents_a is None and one.power_w is not None:
        return [round(one.power_w / rules.VOLTAGE / rules.PHASES, 2)] * rules.PHASES
    raise InvalidInput(
        "Tell the amperes of all three phases, or the watts.",
        fields=[(f"$.readings[{place}].currents_a", "three values")],
    )


# --- the grid operator -------------------------------------------------------------------------------


async def set_grid_limit(ctx: Context, row: store.Row, wanted: GridLimitSet) -> GridLimit:
    if wanted.starts_at.tzinfo is None:
        raise InvalidInput("The begin needs its zone.", fields=[("$.starts_at", "with Z or +01:00")])
    if not -86_400 * 31 < (wanted.starts_at - ctx.now()).total_seconds() < 86_400 * 366:
        raise InvalidInput("This begin is too far away.", fields=[("$.starts_at", "within a year")])
    ends = wanted.starts_at + timedelta(seconds=wanted.duration_s)
    async with ctx.unit() as unit:
        found = await limits_store.put(row["location"], wanted.ref, wanted.starts_at, ends, wanted.limit_w, ctx.now())
        await control.replan(ctx, unit, row)
    return grid_limit(found, ctx.now())


async def cancel_grid_limit(ctx: Context, row: store.Row, ref: str) -> GridLimit:
    async with ctx.unit() as unit:
        found = await limits_store.cancel(row["location"], ref, ctx.now())
        if found is None:
            raise NotFound("There is no such limit.")
        await control.replan(ctx, unit, row)
    return grid_limit(found, ctx.now())


def grid_limit(row: store.Row, now: datetime) -> GridLimit:
    if row["cancelled_at"] is not None:
        state = "cancelled"
    elif row["ends_at"] <= now:
        state = "over"
    else:
        state = "active" if row["starts_at"] <= now else "coming"
    return GridLimit(
        ref=row["ref"],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        limit_w=row["limit_w"],
        state=state,
        acknowledged_at=row["created_at"],
    )


async def grid_limits(
    ctx: Context, location_id: UUID, after: str | None, limit: int
) -> tuple[list[GridLimit], list[str] | None]:
    rows = await limits_store.listed(location_id, ctx.now() - KEPT, after, limit + 1)
    found = [grid_limit(row, ctx.now()) for row in rows[:limit]]
    return found, [found[-1].ref] if len(rows) > limit else None


async def forget_old(ctx: Context) -> None:
    await store.forget_before(ctx.now() - KEPT)
