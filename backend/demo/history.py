"""Three weeks of past sessions, priced by the real engine, so that lists and plots are not empty on the first day.

They are marked as made up (`simulated_history`) and drawn with a fixed seed.
"""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import msgspec

from backend.context import Context
from backend.db.engine import DB
from backend.demo import city, power
from backend.tariffs import service as tariffs
from backend.transactions import pricing, settling
from shared.transactions import TransactionState

DAYS = 29
SPAN = timedelta(days=DAYS)
ZONE = ZoneInfo("Europe/Berlin")
POINTS = 14
FAILURE_SHARE = 0.04
# How likely an arrival is in each hour of the day.
HOURS = (1, 1, 1, 1, 1, 2, 5, 9, 10, 8, 7, 7, 8, 8, 7, 8, 10, 12, 12, 9, 7, 5, 3, 2)


@dataclass(frozen=True, slots=True)
class Past:
    """One past session: when, how much, and its curve of (at, register Wh, W, state of charge)."""

    begun_at: datetime
    ended_at: datetime
    start_wh: int
    energy_wh: int
    curve: list[tuple[datetime, int, int, int | None]]


def session(chance: random.Random, kind: city.Kind, begun_at: datetime, register_wh: int) -> Past:
    """A plausible one: DC tapers above 60 %, AC runs at what the car takes and then idles."""
    dc = kind.power_type == "DC"
    car_w = chance.choice((50_000, 100_000, 150_000, 220_000)) if dc else chance.choice((7_400, 11_000, 11_000, 22_000))
    top_w = min(kind.power_w, car_w)
    wanted = chance.uniform(14_000, 48_000) if dc else chance.uniform(6_000, 34_000)
    soc = chance.randint(12, 45)
    battery = chance.choice((52_000, 64_000, 77_000, 95_000))
    wanted = min(wanted, battery * (100 - soc) / 100)
    at, energy = begun_at, 0.0
    curve: list[tuple[datetime, int, int, int | None]] = []
    mean_w = top_w * (0.72 if dc else 0.95)
    step = timedelta(hours=wanted / mean_w / POINTS)
    while energy < wanted and len(curve) < POINTS * 3:
        charged = soc + energy / battery * 100
        share = 1.0 if not dc or charged < 60 else max(0.25, 1 - (charged - 60) / 55)
        power = top_w * share * chance.uniform(0.96, 1.0)
        curve.append((at, register_wh + round(energy), round(power), min(100, round(charged)) if dc else None))
        energy = min(wanted, energy + power * step.total_seconds() / 3600)
        at += step
    idle = timedelta(minutes=chance.choice((0, 1, 2, 5) if dc else (2, 10, 25, 50, 90, 140)))
    level = min(100, round(soc + energy / battery * 100)) if dc else None
    curve.append((at, register_wh + round(energy), 0, level))
    return Past(begun_at, at + idle, register_wh, round(energy), curve)


TRICKLE_W = 6 * 230
"""What a car on one phase takes at the least, while it waits for cheap hours."""


def patient(one: Past, shared: power.Shared) -> Past:
    """The same session where the site waits for cheap hours: the least at first, and full power then."""
    lasts, top_w = one.curve[-1][0] - one.curve[0][0], max(watts for _, _, watts, _ in one.curve)
    later = shared.cheapest_start(one.begun_at, lasts, top_w, ZONE) - one.begun_at
    waited_wh = round(TRICKLE_W * later.total_seconds() / 3600)
    if not later or waited_wh >= one.energy_wh:
        shared.draws(one.begun_at, lasts, top_w)
        return one
    level = one.curve[0][3]
    kept = [point for point in one.curve if point[1] - one.start_wh >= waited_wh]
    curve = [(one.begun_at, one.start_wh, TRICKLE_W, level)]
    curve += [(at + later, register, watts, soc) for at, register, watts, soc in kept]
    shared.draws(one.begun_at, later, TRICKLE_W)
    shared.draws(kept[0][0] + later, curve[-1][0] - kept[0][0] - later, top_w)
    return Past(one.begun_at, one.ended_at + later, one.start_wh, one.energy_wh, curve)


async def write(ctx: Context, tenant_id: UUID, prices: dict[str, UUID]) -> None:
    """Insert sessions, readings, receipts and a few outages for every connector of the demo."""
    chance = random.Random(20457)
    tenant_name = (await DB.run("SELECT name FROM tenant WHERE id = $1", tenant_id))[0]["name"]
    rows = await DB.run(
        """
        SELECT c.id AS connector, c.evse, s.id AS station, s.identity, s.name AS station_name, l.name AS location,
               l.address, l.postal_code, l.city, l.time_zone, c.evse AS connector_evse
        FROM connector c JOIN charging_station s ON s.id = c.station JOIN location l ON l.id = s.location
        WHERE s.tenant = $1 ORDER BY s.identity, c.evse
        """,
        tenant_id,
    )
    kinds = {identity: kind for identity, _site, kind in city.identities()}
    definitions = {name: (await tariffs.get(ctx, tariff_id)).definition for name, tariff_id in prices.items()}
    driver = (await DB.run("SELECT id FROM account WHERE tenant = $1 AND role = 'driver' LIMIT 1", tenant_id))[0]["id"]
    found: list[dict[str, Any]] = []
    shared = power.Shared()
    for row in rows:
        waits = shared if row["identity"].startswith(f"{power.SITE}-") else None
        kind = kinds[row["identity"]]
        for one in _connector_past(chance, kind, ctx.now(), waits):
            bill_row: dict[str, Any] = {
                "state": TransactionState.ENDED,
                "reserved_from": None,
                "holds": [],
                "begun_at": one.begun_at,
                "meter_start_wh": one.start_wh,
                "energy_wh": one.energy_wh,
            }
            readings = [_reading(*point) for point in one.curve]
            bill = pricing.bill(definitions[kind.tariff], bill_row, readings, ZONE, one.ended_at)
            found.append({"place": row, "past": one, "bill": bill, "tariff": prices[kind.tariff], "readings": readings})
    found.sort(key=lambda one: one["past"].ended_at)
    numbers = await DB.run("SELECT nextval('transaction_number') AS n FROM generate_series(1, $1)", len(found))
    transactions: list[dict[str, Any]] = []
    all_readings: list[dict[str, Any]] = []
    cdrs: list[dict[str, Any]] = []
    payments: list[dict[str, Any]] = []
    for counter, (session_of, number) in enumerate(zip(found, numbers, strict=True), 1):
        _rows_of(session_of, number["n"], counter, tenant_id, tenant_name, driver if counter % 37 == 0 else None,
                 chance.choice(city.CARDS), transactions, all_readings, cdrs, payments)  # fmt: skip
    await _copy("transaction", transactions)
    await _copy("transaction_reading", all_readings)
    await _copy("cdr", cdrs)
    await _copy("payment", payments)
    await DB.run("UPDATE tenant SET cdr_counter = $2 WHERE id = $1", tenant_id, len(found))
    await _copy("status_change", _outages(chance, rows, ctx.now()))
    await _copy("station_reading", _between_sessions({one["place"]["connector"]: one for one in found}, ctx.now()))


def _between_sessions(latest: dict[Any, dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    """What the meters said a little while ago, with nobody there: registers where the last sessions left them, and a
    few watts for lamps and electronics at the main meter of the station."""
    at = now - timedelta(minutes=12)
    registers: dict[Any, int] = {}
    said = []
    for one in latest.values():
        station, wh = one["place"]["station"], one["past"].start_wh + one["past"].energy_wh
        registers[station] = registers.get(station, 0) + wh
        said.append((station, one["place"]["evse"], wh, 0))
    said += [(station, 0, round(wh * 1.012), 38) for station, wh in registers.items()]
    return [
        {"station": station, "evse": evse, "at": at, "energy_wh": wh, "power_w": watts}
        for station, evse, wh, watts in said
    ]


def _connector_past(chance: random.Random, kind: city.Kind, now: datetime, waits: power.Shared | None) -> list[Past]:
    """`waits`: where the site shares its power and waits for cheap hours."""
    found: list[Past] = []
    register = chance.randint(200_000, 9_000_000)
    free_at = now - SPAN
    for day in range(DAYS + 1):
        date = (now - SPAN + timedelta(days=day)).astimezone(ZONE).date()
        weekend = 0.8 if date.weekday() >= 5 else 1.0
        for _ in range(_poisson(chance, kind.arrivals * weekend)):
            hour = chance.choices(range(24), HOURS)[0]
            local = datetime(date.year, date.month, date.day, hour, chance.randint(0, 59), tzinfo=ZONE)
            begun_at = max(local.astimezone(UTC), free_at + timedelta(minutes=7))
            one = session(chance, kind, begun_at, register)
            one = patient(one, waits) if waits else one
            if one.ended_at > now - timedelta(minutes=20):
                continue
            if chance.random() < FAILURE_SHARE:
                one = Past(one.begun_at, one.begun_at + timedelta(minutes=2), register, 0, one.curve[:1])
            found.append(one)
            register, free_at = register + one.energy_wh, one.ended_at
    return found


def _poisson(chance: random.Random, mean: float) -> int:
    count, product, limit = 0, chance.random(), 2.718281828**-mean
    while product > limit:
        product *= chance.random()
        count += 1
    return count


def _reading(at: datetime, register_wh: int, power_w: int, soc: int | None) -> dict[str, Any]:
    return {
        "at": at,
        "energy_wh": register_wh,
        "power_w": power_w,
        "soc_percent": soc,
        "current_a": None,
        "voltage_v": None,
        "charging_state": "charging" if power_w else "suspended_ev",
        "context": "Sample.Periodic",
        "trusted": True,
    }


def _rows_of(
    one: dict[str, Any],
    number: int,
    counter: int,
    tenant_id: UUID,
    seller: str,
    account: UUID | None,
    card: str,
    transactions: list[dict[str, Any]],
    readings: list[dict[str, Any]],
    cdrs: list[dict[str, Any]],
    payments: list[dict[str, Any]],
) -> None:
    past, bill, place, transaction_id = one["past"], one["bill"], one["place"], uuid4()
    row = {
        "id": transaction_id,
        "number": number,
        "tenant": tenant_id,
        "station": place["station"],
        "connector": place["connector"],
        "evse": place["evse"],
        "account": account,
        "id_token": card,
        "tariff": one["tariff"],
        "state": TransactionState.ENDED.value,
        "begun_at": past.begun_at,
        "ended_at": past.ended_at,
        "meter_start_wh": past.start_wh,
        "meter_last_wh": past.start_wh + past.energy_wh,
        "meter_last_at": past.ended_at,
        "energy_wh": past.energy_wh,
        "max_power_w": max(point[2] for point in past.curve),
        "soc_percent": past.curve[-1][3],
        "cost": bill.payable,
        "currency": bill.currency,
        "stop_reason": "EVDisconnected" if past.energy_wh else "Other",
        "simulated_history": True,
        "created_at": past.begun_at,
        "updated_at": past.ended_at,
    }
    transactions.append(row)
    for reading in one["readings"]:
        readings.append({"transaction": transaction_id, **reading})
    facts = settling.facts({**row, "flags": [], "target": None}, place, seller)
    cdrs.append(
        {
            "id": uuid4(),
            "tenant": tenant_id,
            "transaction": transaction_id,
            "number": f"{past.ended_at.year}-{counter:06d}",
            "tariff": one["tariff"],
            "currency": bill.currency,
            "lines": [msgspec.to_builtins(settling.shown(line)) for line in bill.lines],
            "total_excl": bill.total_excl_vat,
            "total_incl": bill.payable,
            "facts": facts,
            "issued_at": past.ended_at,
        }
    )
    if account is not None:
        payments.append(
            {
                "id": uuid4(),
                "tenant": tenant_id,
                "transaction": transaction_id,
                "account": account,
                "provider": "demo",
                "reference": f"demo:50.00:EUR:{transaction_id}",
                "method": "Demo card •••• 4242",
                "state": "captured",
                "currency": bill.currency,
                "hold_amount": Decimal(50),
                "due_amount": bill.payable,
                "captured_amount": bill.payable,
                "card_amount": bill.payable,
                "created_at": past.begun_at,
                "updated_at": past.ended_at,
            }
        )


def _outages(chance: random.Random, rows: list[dict[str, Any]], now: datetime) -> list[dict[str, Any]]:
    """Stations came online when the network began; a few had bad hours since."""
    changes = []
    for station in {row["station"]: None for row in rows}:
        changes.append({"station": station, "connector": None, "at": now - SPAN, "status": "online"})
        for _ in range(chance.choice((0, 0, 0, 1, 2))):
            at = now - timedelta(hours=chance.uniform(12, DAYS * 24))
            back = min(at + timedelta(minutes=chance.uniform(8, 240)), now - timedelta(hours=1))
            changes.append({"station": station, "connector": None, "at": at, "status": "offline"})
            changes.append({"station": station, "connector": None, "at": back, "status": "online"})
    for row in rows:
        own = {"station": row["station"], "connector": row["connector"]}
        changes.append({**own, "at": now - SPAN, "status": "available"})
        if chance.random() < 0.25:
            at = now - timedelta(hours=chance.uniform(12, DAYS * 24))
            back = min(at + timedelta(hours=chance.uniform(0.5, 18)), now - timedelta(hours=1))
            changes.append({**own, "at": at, "status": "faulted"})
            changes.append({**own, "at": back, "status": "available"})
    return changes


async def _copy(table: str, rows: list[dict[str, Any]]) -> None:
    if rows:
        names = list(rows[0])
        await DB.copy(table, names, [tuple(row[name] for name in names) for row in rows])
