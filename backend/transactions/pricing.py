"""The bill of a session from its stored readings: running cost, final CDR and receipt are the same computation."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from backend.context import Context
from backend.reservations.rules import How
from backend.stations.model import ConnectorRef
from backend.tariffs import service as tariffs
from backend.tariffs import where
from backend.tariffs.model import Bill, Period, PeriodKind, Tariff
from backend.tariffs.periods import Reading, from_readings
from backend.tariffs.rules import compact, price, restricts
from backend.tenants import service as tenants
from backend.transactions import flow_rules, group_store, store
from shared.transactions import ChargingState
from shared.transactions import TransactionState as State

COSTS = {How.EXPIRED: PeriodKind.RESERVATION_EXPIRED, How.GIVEN_BACK: PeriodKind.RESERVATION_CANCELLED}
"""As what a reservation is billed, by how it ended: the reason of its end."""
EDITION = 2
"""By which rules a bill is computed, as its facts say; none there: 1, by which time that a car was made to wait for
power was idle time. A bill is computed anew by those that it was written by."""
Row = store.Row
COST_EVERY = timedelta(seconds=10)
A_READING = timedelta(seconds=0.1)
TURNS = 100
_costed: dict[UUID, tuple[datetime, timedelta]] = {}
"""When, and how long that holds."""
MOST_REMEMBERED = 50_000
READ_TOGETHER = 5
LONG = 30
"""Readings of a session that take longer to price than others should wait."""


async def tariff_for(
    ctx: Context,
    tenant_id: UUID,
    connector: ConnectorRef | None,
    account_id: UUID | None = None,
    at: datetime | None = None,
) -> tuple[UUID | None, str]:
    """(tariff, currency) that a session of this driver keeps when it begins here, now or `at`."""
    found = await where.applying(ctx, tenant_id, outlet(connector), account_id, at)
    return (found.id, found.currency) if found else (None, "")


class Wanted(NamedTuple):
    """Whose price is asked for: of whom, where, from when on."""

    tenant_id: UUID
    outlet: ConnectorRef
    account_id: UUID | None
    at: datetime


async def tariffs_for(ctx: Context, wanted: Mapping[int, Wanted]) -> dict[int, tuple[UUID | None, str]]:
    """`tariff_for` of many, each book of prices read once."""
    books: dict[tuple[UUID, UUID | None, date], where.Book] = {}
    found: dict[int, tuple[UUID | None, str]] = {}
    for n, one in wanted.items():
        key = one.tenant_id, one.account_id, one.at.date()
        book = books.get(key)
        if book is None:
            book = books[key] = await where.book(ctx, one.tenant_id, one.account_id, one.at)
        tariff_id = msgspec.structs.replace(book, at=one.at).tariff_at(outlet(one.outlet))
        version = None if tariff_id is None else await tariffs.version_at(ctx, tariff_id, one.at)
        found[n] = (version.id, version.currency) if version else (None, "")
    return found


def outlet(connector: ConnectorRef | None) -> where.Outlet:
    if connector is None:
        return where.Outlet()
    return where.Outlet(
        location=connector.location_id,
        station=connector.station.id,
        own=connector.tariff_id,
        time_zone=connector.time_zone,
    )


def bill(
    tariff: Tariff, row: Row, readings: list[Row], zone: ZoneInfo, ends_at: datetime, edition: int = EDITION
) -> Bill:
    """Price a transaction: `readings` as stored (only trusted ones count), its own start and end registers."""
    few = not row["holds"] and not restricts(tariff)
    return price(tariff, compact(tariff, periods(row, readings, ends_at, edition, few=few)), zone)


def periods(
    row: Row, readings: list[Row], ends_at: datetime, edition: int = EDITION, *, few: bool = False
) -> list[Period]:
    """What is priced of a transaction, or of a reservation without one. `few`: only those that differ in more than
    their moment."""
    if row["state"] == State.RESERVED:
        kind = COSTS[How(row["stop_reason"])]
        return [Period(kind=kind, begins_at=row["reserved_from"], ends_at=ends_at)]
    waits = edition > 1
    counting = [
        one
        for one in readings
        if one["trusted"] and one["energy_wh"] is not None and row["begun_at"] <= one["at"] <= ends_at
    ]
    points = [
        Reading(
            at=one["at"],
            energy_wh=one["energy_wh"],
            current_a=one["current_a"],
            charging=flow_rules.flows(one["charging_state"]),
            waiting=waits and one["charging_state"] == ChargingState.SUSPENDED_EVSE,
            declined=one["charging_state"] in flow_rules.DECLINED,
        )
        for one in (flow_rules.telling(counting) if few else counting)
    ]
    if row["meter_start_wh"] is not None and not (points and points[0].at == row["begun_at"]):
        first = points[0] if points else Reading(at=row["begun_at"], energy_wh=0)
        as_first = msgspec.structs.replace(first, at=row["begun_at"], energy_wh=row["meter_start_wh"], current_a=None)
        points.insert(0, as_first)
    top = (row["meter_start_wh"] or 0) + row["energy_wh"]
    # The bill says what the session says: no reading counts beyond its final register.
    points = [one if one.energy_wh <= top else msgspec.structs.replace(one, energy_wh=top) for one in points]
    if points and points[-1].energy_wh < top:
        points.append(Reading(at=ends_at, energy_wh=top, charging=None))
    return [*_reserved(row), *from_readings(points, ends_at, flow_rules.holds(row["holds"]) if waits else ())]


def _reserved(row: Row) -> list[Period]:
    if row["reserved_from"] is None or row["reserved_from"] >= row["begun_at"]:
        return []
    return [Period(kind=PeriodKind.RESERVATION, begins_at=row["reserved_from"], ends_at=row["begun_at"])]


def least(tariff: Tariff, zone: ZoneInfo, now: datetime) -> Decimal:
    """What a session costs that ends at once: the fee for starting, and the minimum price."""
    moment = Period(kind=PeriodKind.CHARGING, begins_at=now, ends_at=now + timedelta(seconds=1), energy_wh=Decimal(1))
    return price(tariff, [moment], zone).payable


def projected(
    tariff: Tariff, row: Row, readings: list[Row], zone: ZoneInfo, energy_wh: int, moment: datetime
) -> Decimal:
    """What a running session would cost if it ended at `moment` with so much energy, going on as it does now."""
    more = energy_wh - row["energy_wh"]
    last = {"energy_wh": (row["meter_last_wh"] or 0) + more, "current_a": None, "charging_state": row["charging_state"]}
    known = [*readings, {"at": moment, "trusted": True, **last}] if row["meter_last_wh"] is not None else readings
    return bill(tariff, {**row, "energy_wh": energy_wh}, known, zone, moment).payable


async def final_bill(
    ctx: Context, row: Row, zone: ZoneInfo, readings: list[Row] | None = None, edition: int = EDITION
) -> Bill:
    """The bill of an ended transaction, by the tariff it began with. `readings`: where they were looked up already."""
    if row["tariff"] is None:
        return zero((await tenants.get(ctx, row["tenant"])).currency)
    tariff = await tariffs.get(ctx, row["tariff"])
    readings = await store.readings(row["id"]) if readings is None else readings
    return bill(tariff.definition, row, readings, zone, row["ended_at"], edition)


def edition_of(facts: Mapping[str, Any]) -> int:
    """Of a bill that is written."""
    return int(facts.get("edition", 1))


def _due(row: Row, now: datetime) -> bool:
    """Whether the cost of a running session is to be computed anew: every ten seconds, of one with thousands of
    readings less often, because each time all of them count."""
    if row["tariff"] is None:
        return False
    last_at, every = _costed.get(row["id"], (None, COST_EVERY))
    return last_at is None or now - last_at >= every


def _costed_now(row: Row, now: datetime, readings: int) -> None:
    if len(_costed) > MOST_REMEMBERED:
        _costed.clear()
    every = max(COST_EVERY, A_READING * readings)
    if row["id"] not in _costed:
        # Five hundred sessions that began together, or are heard together after a start, would be due together for
        # ever: a second of work in one piece, in which everybody waits.
        every = every * (row["id"].int % TURNS) / TURNS
    _costed[row["id"]] = (now, every)


def _so_far(
    tariff: Tariff, row: Row, readings: list[Row], time_zone: str | None, until: datetime | None = None
) -> Decimal:
    """Of one that runs up to its last meter value: what comes late is followed by more. `until`: if it ended then."""
    ends_at = row.get("ended_at") or max(
        row["meter_last_at"] or row["begun_at"], row["begun_at"], until or row["begun_at"]
    )
    return bill(tariff, row, readings, ZoneInfo(time_zone or "UTC"), ends_at).payable


async def with_cost(ctx: Context, row: Row, *, final: bool = False) -> Row:
    """The row with its cost so far, computed anew now and then, and always when it is final."""
    now = ctx.now()
    if row["tariff"] is None or not (final or _due(row, now)):
        return row
    tariff = await tariffs.get(ctx, row["tariff"])
    place, readings = await store.joined(row["id"]), await store.readings(row["id"])
    _costed_now(row, now, len(readings))
    cost = _so_far(tariff.definition, row, readings, place["time_zone"] if place else None)
    await store.change(row["id"], {"cost": cost, "currency": tariff.currency})
    return {**row, "cost": cost, "currency": tariff.currency}


async def with_costs(ctx: Context, rows: Sequence[Row], *, due: bool = False) -> None:
    """The same for many sessions, whose rows know their `time_zone`: in place. Of a row with a `version` only while it
    is that one; it gets its new version, or None. `due`: all of them, and those that run up to now."""
    now = ctx.now()
    priced = [row for row in rows if row["tariff"] is not None and (due or _due(row, now))]
    if not priced:
        return
    changed = []
    for begin in range(0, len(priced), READ_TOGETHER):
        some = priced[begin : begin + READ_TOGETHER]
        readings = await group_store.readings_of([row["id"] for row in some])
        for row in some:
            tariff = await tariffs.get(ctx, row["tariff"])
            own = readings.pop(row["id"])
            _costed_now(row, now, len(own))
            cost = _so_far(tariff.definition, row, own, row["time_zone"], now if due else None)
            if (row["cost"], row["currency"]) != (cost, tariff.currency):
                row |= {"cost": cost, "currency": tariff.currency}
                changed.append(row)
            if len(own) >= LONG:
                await asyncio.sleep(0)  # a hundred long sessions take a second: everybody else goes on meanwhile
    if not changed:
        return
    costs = [(row["id"], row["cost"], row["currency"], row.get("version")) for row in changed]
    versions = await group_store.set_costs(costs)
    for row in changed:
        row["version"] = versions.get(row["id"])


def zone_of(row: Any) -> ZoneInfo:
    return ZoneInfo((row and row["time_zone"]) or "UTC")


def zero(currency: str) -> Bill:
    """Nothing to pay: no tariff applied."""
    nothing = Decimal(0)
    return Bill(currency=currency, lines=(), total_excl_vat=nothing, total_incl_vat=nothing, payable=nothing)
