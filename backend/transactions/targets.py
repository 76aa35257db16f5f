"""Sessions that stop by themselves: at an amount of money, energy, time or state of charge.

Each meter value of a session with a target, each minute and the return of its station have a job look at it; the job
computes with the engine that writes the bills when the target is reached, and sends the stop in time.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from backend import jobs
from backend.context import Context, Unit
from backend.errors import Conflict, NotFound, StationOffline, StationRefused, StationTimeout
from backend.events import Event, StationBooted, StationConnected, TransactionUpdated
from backend.tariffs import service as tariffs
from backend.transactions import pricing, requests, store, target_rules, target_store
from backend.web.guards import Actor
from shared.money import TargetNew, TargetState
from shared.transactions import TransactionState as State

Row = store.Row
TROUBLES = {
    StationOffline: "The charger is offline and can't be told to stop. Unplug to stop now; it is told when it is back.",
    StationTimeout: "The charger doesn't answer. It is asked again; unplug to stop now.",
    StationRefused: "The charger refused to stop. It is asked again; stop at the car or unplug to stop now.",
}


async def watch(rows: Sequence[Row]) -> None:
    """Inside the unit that stored new readings: sessions with a target are looked at once it is committed."""
    for row in rows:
        if row["target"] is not None:
            await _look(row["id"])


async def _look(transaction_id: UUID, at: datetime | None = None, now: datetime | None = None) -> None:
    payload = {"transaction_id": str(transaction_id)}
    if at is None or now is None:
        await jobs.enqueue("transactions.check_target", payload, dedupe=str(transaction_id))
    else:
        key = f"{transaction_id} {int(at.timestamp())}"
        await jobs.enqueue("transactions.check_target", payload, dedupe=key, delay=at - now)


async def watch_all(ctx: Context) -> None:
    """Cron: what runs towards a target, also where the station has become silent."""
    for transaction_id in await target_store.running():
        await _look(transaction_id)


async def on_back(ctx: Context, unit: Unit, events: Sequence[Event]) -> None:
    """Handler: stations that are back hear of stops that were due meanwhile."""
    back = [event.station_id for event in events if isinstance(event, StationConnected | StationBooted)]
    for transaction_id in await target_store.running(back):
        await _look(transaction_id)


async def change(ctx: Context, actor: Actor, transaction_id: UUID, wanted: TargetNew | None) -> None:
    """Set, change or take away the target of a session that waits or runs.

    Raises NotFound, Conflict (not_running), InvalidInput (target_impossible) for one that is behind already.
    """
    row = await store.joined(transaction_id)
    if row is None or row["tenant"] != actor.tenant_id or not requests.may_see(actor, row):
        raise NotFound("This session doesn't exist.")
    await _change(ctx, row, wanted)


async def change_as_guest(ctx: Context, transaction_id: UUID, wanted: TargetNew | None) -> None:
    """For whoever holds the link of a guest's session. Raises as `change` does."""
    row = await store.joined(transaction_id)
    if row is None or row["account"] is not None:
        raise NotFound("This session doesn't exist.")
    await _change(ctx, row, wanted)


async def _change(ctx: Context, row: Row, wanted: TargetNew | None) -> None:
    transaction_id = row["id"]
    if row["state"] not in requests.LIVE:
        raise Conflict("This session has ended already.", code="not_running")
    tariff = await tariffs.get(ctx, row["tariff"]) if row["tariff"] else None
    progress = _progress(row, []) if row["begun_at"] else None
    cost = await _cost_now(ctx, row) if progress is not None and tariff is not None else None
    zone = row["time_zone"] or "UTC"
    target = (
        None if wanted is None else requests.target_of(wanted, tariff, zone, ctx.now(), progress=progress, cost=cost)
    )
    async with ctx.unit() as unit:
        fresh = await store.by_id(transaction_id, lock=True)
        if fresh is None or fresh["state"] not in requests.LIVE:
            raise Conflict("This session has ended already.", code="not_running")
        await store.change(transaction_id, {"target": target, "updated_at": ctx.now()})
        requests.tell(ctx, unit, TransactionUpdated, row, row["identity"])
        if target is not None:
            await _look(transaction_id)


async def _cost_now(ctx: Context, row: Row) -> Decimal:
    readings = await store.readings(row["id"])
    progress = _progress(row, readings)
    tariff = await tariffs.get(ctx, row["tariff"])
    moment = max(ctx.now(), progress.last_at)
    energy = target_rules.energy_at(progress, moment)
    return pricing.projected(tariff.definition, row, readings, pricing.zone_of(row), energy, moment)


def _progress(row: Row, readings: Sequence[Row]) -> target_rules.Progress:
    last_at = max(row["meter_last_at"] or row["begun_at"], row["begun_at"])
    power = row["power_w"] if row["power_w"] is not None else _mean_power(readings)
    return target_rules.Progress(
        begun_at=row["begun_at"],
        last_at=last_at,
        energy_wh=row["energy_wh"],
        power_w=max(power, 0),
        soc_percent=row["soc_percent"],
    )


def _mean_power(readings: Sequence[Row]) -> int:
    """Of the last two readings, where a station tells no power."""
    known = [one for one in readings if one["trusted"] and one["energy_wh"] is not None][-2:]
    if len(known) < 2:
        return 0
    seconds = (known[1]["at"] - known[0]["at"]).total_seconds()
    return round((known[1]["energy_wh"] - known[0]["energy_wh"]) * 3600 / seconds) if seconds > 0 else 0


async def check(ctx: Context, payload: dict[str, Any]) -> None:
    """Job: send the stop if it is due, come back to the second if it soon will be."""
    transaction_id = UUID(payload["transaction_id"])
    row = await store.joined(transaction_id)
    if row is None or row["state"] != State.ACTIVE or row["target"] is None:
        return
    now = ctx.now()
    if row["target"].get("reached_at"):
        due: datetime | None = now  # the stop was sent, and the session goes on
    else:
        due = await _due(ctx, row, now)
    if due is None:
        return
    if due > now:
        await _look(transaction_id, due, now)
        return
    if target_rules.due_again(row["target"], now):
        await _stop(ctx, row)


async def _due(ctx: Context, row: Row, now: datetime) -> datetime | None:
    goal = target_rules.goal_of(row["target"])
    readings = await store.readings(row["id"])
    progress = _progress(row, readings)
    tariff = await tariffs.get(ctx, row["tariff"]) if row["tariff"] else None
    zone = pricing.zone_of(row)

    def cost_at(moment: datetime) -> Decimal:
        assert tariff is not None  # a target in money is refused where nothing is to pay
        energy = target_rules.energy_at(progress, moment)
        return pricing.projected(tariff.definition, row, readings, zone, energy, max(moment, progress.last_at))

    if goal.money is not None and tariff is None:
        return None
    return target_rules.stop_at(goal, progress, now, cost_at)


async def _stop(ctx: Context, row: Row) -> None:
    """Written down first: after a crash the next look tries again, a minute later."""
    tried: dict[str, Any] = {"tried_at": ctx.now().isoformat(), "tries": row["target"].get("tries", 0) + 1}
    await _note(ctx, row, **tried)
    try:
        await requests.stop_running(ctx, row, None)
    except tuple(TROUBLES) as failure:
        trouble = next(words for kind, words in TROUBLES.items() if isinstance(failure, kind))
        if isinstance(failure, StationOffline):
            tried = {
                "tried_at": None,
                "tries": row["target"].get("tries", 0),
            }  # nothing was sent: at once when it is back
        await _note(ctx, row, **tried, state=str(TargetState.BLOCKED), trouble=trouble)
        return
    except Conflict:
        return  # it ended meanwhile
    reached = row["target"].get("reached_at") or ctx.now().isoformat()
    await _note(ctx, row, **tried, state=str(TargetState.REACHED), trouble="", reached_at=reached)


async def _note(ctx: Context, row: Row, **values: Any) -> None:
    """Only while it is still the same target."""
    async with ctx.unit() as unit:
        fresh = await store.by_id(row["id"], lock=True)
        if fresh is None or fresh["target"] is None or fresh["target"].get("set_at") != row["target"].get("set_at"):
            return
        await store.change(row["id"], {"target": fresh["target"] | values})
        requests.tell(ctx, unit, TransactionUpdated, row, row["identity"])
