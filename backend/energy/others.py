"""What others want of a station's power: limits from outside, and the needs and plans of cars (ISO 15118)."""

from datetime import datetime, timedelta
from decimal import ROUND_DOWN, Decimal
from typing import Any
from uuid import UUID

import msgspec
import structlog

from backend import jobs
from backend.context import Context
from backend.energy import composite, rules, service, store
from backend.errors import Conflict, InvalidInput, StationOffline, StationRefused, StationTimeout
from backend.events import StationChanged
from backend.stations import service as stations
from backend.stations.model import StationRef
from shared.energy import (
    DAY_S,
    MOST_PERIODS,
    ChargingNeeds,
    ChargingProfile,
    ChargingSchedule,
    ExternalLimit,
    Kind,
    LimitSource,
    Purpose,
    RateUnit,
    SchedulePeriod,
    SetProfile,
)

log = structlog.get_logger(__name__)

NEEDS_STACK_LEVEL = 0


# --- limits from outside -----------------------------------------------------------------------------


async def limit_set(
    ctx: Context,
    station: StationRef,
    *,
    evse: int,
    source: LimitSource,
    grid_critical: bool,
    schedules: list[ChargingSchedule],
) -> None:
    """K12, K13: stored and shown; it counts in everything that we compute."""
    async with ctx.unit() as unit:
        await store.put_limit(station.id, evse, source.value, grid_critical, schedules, ctx.now())
        await service.note_holds(ctx, station, evse)
        unit.emit(_changed(ctx, station))


async def limit_lifted(ctx: Context, station: StationRef, *, evse: int | None, source: LimitSource) -> None:
    """K13."""
    async with ctx.unit() as unit:
        await store.lift_limit(station.id, evse, source.value)
        await service.note_holds(ctx, station, evse or 0)
        unit.emit(_changed(ctx, station))


def _changed(ctx: Context, station: StationRef) -> StationChanged:
    return StationChanged(tenant_id=station.tenant_id, at=ctx.now(), station_id=station.id, identity=station.identity)


async def limits(
    ctx: Context, station_id: UUID, after: tuple[int, str] | None, limit: int
) -> tuple[list[ExternalLimit], service.Key]:
    rows = await store.limits(station_id, after, limit + 1)
    last = rows[limit - 1] if len(rows) > limit else None
    items = [
        ExternalLimit(
            evse=row["evse"],
            source=LimitSource(row["source"]),
            grid_critical=row["grid_critical"],
            schedules=msgspec.convert(row["schedules"], list[ChargingSchedule], strict=False),
            set_at=row["set_at"],
        )
        for row in rows[:limit]
    ]
    return items, [last["evse"], last["source"]] if last else None


# --- what cars ask for -------------------------------------------------------------------------------


class Needs(msgspec.Struct, frozen=True, kw_only=True):
    """None: the car didn't say. most_periods: how many a schedule for it may have."""

    energy_wh: int | None = None
    max_current_a: int | None = None
    max_power_w: int | None = None
    most_periods: int | None = None
    departs_at: datetime | None = None


async def needs_told(ctx: Context, station: StationRef, evse: int, needs: Needs) -> bool:
    """K15: whether a profile follows; a job sends it. Without a transaction there is nothing to plan."""
    if not any(row["evse"] == evse for row in await store.running(station.id)):
        return False
    async with ctx.unit() as unit:
        await store.put_needs(station.id, evse, msgspec.structs.asdict(needs) | {"asked_at": ctx.now()})
        await _answer_later(station, evse)
        unit.emit(_changed(ctx, station))
    return True


async def _answer_later(station: StationRef, evse: int) -> None:
    await jobs.enqueue("energy.answer_needs", {"station_id": str(station.id), "evse": evse})


async def answer_needs(ctx: Context, payload: dict[str, Any]) -> None:
    """Job: give the car's transaction what it wants, within what limits the station. Repeating it does no harm."""
    station = await stations.station(ctx, UUID(payload["station_id"]))
    if station is None:
        return
    evse = payload["evse"]
    row = await store.needs_on(station.id, evse)
    now = ctx.now().replace(microsecond=0)
    until = row["departs_at"] if row and row["departs_at"] else None
    duration_s = max(60, min(7 * DAY_S, (until - now) // timedelta(seconds=1) if until else DAY_S))
    told = await stations.variable_values(ctx, station.id, rules.VARIABLES)
    unit = RateUnit.WATT if row and row["max_power_w"] else RateUnit.AMPERE
    taken = rules.units(told)
    if taken and unit not in taken:
        unit = next(iter(taken))
    limits = await service.computed(
        ctx, station, evse=evse, starts_at=now, duration_s=duration_s, unit=unit, without=Purpose.TRANSACTION
    )
    counts = [one for one in (row and row["most_periods"], rules.most_periods(told), MOST_PERIODS) if one]
    periods = fitted(limits, _most(row, unit), min(counts))
    profile = ChargingProfile(
        purpose=Purpose.TRANSACTION,
        kind=Kind.ABSOLUTE,
        stack_level=NEEDS_STACK_LEVEL,
        schedules=[ChargingSchedule(unit=unit, periods=periods, starts_at=now, duration_s=duration_s)],
    )
    try:
        await service.set_profile(ctx, station, SetProfile(evse=evse, profile=profile), None)
    except InvalidInput as failure:
        log.warning("no profile for a car's needs", identity=station.identity, evse=evse, fields=failure.fields)
    except (Conflict, StationOffline, StationRefused, StationTimeout):
        return  # over, away, or it can't: the command is on record, and the car asks again


def _most(row: store.Row | None, unit: RateUnit) -> Decimal | None:
    """What the car takes at most, in this unit; None: it didn't say."""
    if row is None:
        return None
    volts = composite.VOLTAGE * composite.PHASES
    power, current = row["max_power_w"], row["max_current_a"]
    if unit is RateUnit.WATT:
        return Decimal(power) if power else Decimal(current) * volts if current else None
    return Decimal(current) if current else Decimal(power) / volts if power else None


def fitted(limits: list[SchedulePeriod], most: Decimal | None, count: int) -> list[SchedulePeriod]:
    """No more than the car takes, in no more periods than it can read: later ones become one at their lowest."""
    found: list[SchedulePeriod] = []
    for one in limits:
        limit = (one.limit if most is None else min(one.limit, most)).quantize(service.WIRE, ROUND_DOWN)
        if not found or (found[-1].limit, found[-1].phases) != (limit, one.phases):
            found.append(msgspec.structs.replace(one, limit=limit))
    if len(found) > count:
        rest = found[count - 1 :]
        lowest = min(rest, key=lambda one: one.limit)
        found = [*found[: count - 1], msgspec.structs.replace(lowest, start_s=rest[0].start_s)]
    return found


async def plan_told(ctx: Context, station: StationRef, evse: int, time_base: datetime, plan: ChargingSchedule) -> bool:
    """K15.FR: whether the car's own schedule keeps to the limits. One that doesn't is answered by a new profile."""
    begins = plan.starts_at or time_base
    duration_s = max(1, min(7 * DAY_S, plan.duration_s or DAY_S))
    limits = await service.computed(ctx, station, evse=evse, starts_at=begins, duration_s=duration_s, unit=plan.unit)
    fine = composite.within(plan.periods, limits, duration_s)
    async with ctx.unit() as unit:
        await store.put_plan(station.id, evse, plan, fine, ctx.now())
        if not fine:
            await _answer_later(station, evse)
        unit.emit(_changed(ctx, station))
    return fine


async def needs(
    ctx: Context, station_id: UUID, after: int | None, limit: int
) -> tuple[list[ChargingNeeds], service.Key]:
    rows = await store.needs(station_id, after, limit + 1)
    items = [
        ChargingNeeds(
            evse=row["evse"],
            energy_wh=row["energy_wh"],
            max_current_a=row["max_current_a"],
            max_power_w=row["max_power_w"],
            departs_at=row["departs_at"],
            asked_at=row["asked_at"],
            plan=msgspec.convert(row["plan"], ChargingSchedule, strict=False) if row["plan"] else None,
            plan_within=row["plan_within"],
        )
        for row in rows[:limit]
    ]
    return items, [rows[limit - 1]["evse"]] if len(rows) > limit else None
