"""From ended transactions to their bills: jobs, repeatable, one CDR for each transaction.

Sessions that ended in one group are settled in one job and one database transaction. What can't be is halved, by a job
for each half, until the bad session is alone: it is tried again by itself.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import msgspec
import structlog

from backend import jobs
from backend.context import Context, Unit
from backend.events import CdrIssued, Event, TransactionEnded
from backend.payments import service as payments
from backend.tariffs.model import Bill, Line
from backend.tenants import service as tenants
from backend.transactions import curves, edge_store, meter_rules, pricing, rules, settle_store, store
from backend.transactions.service import ESTIMATED_CLOSE_DELAY
from shared.money import ReceiptLine
from shared.transactions import TransactionState as State

log = structlog.get_logger(__name__)
JOB = "transactions.settle"
MOST_TOGETHER = 25
"""Sessions in one database transaction: all their readings are in memory at once."""
LABELS = {
    "energy": "Energy",
    "time": "Charging time",
    "parking": "Time after charging",
    "flat": "Session fee",
    "reservation": "Reservation",
    "reservation_flat": "Reservation fee",
    "reservation_expired": "Reservation not used",
    "reservation_expired_flat": "Fee for a reservation not used",
    "reservation_cancelled": "Reservation given back",
    "reservation_cancelled_flat": "Fee for a reservation given back",
    "minimum": "Up to the minimum price",
    "maximum": "Down to the maximum price",
}


async def on_ended(ctx: Context, unit: Unit, events: Sequence[Event]) -> None:
    """Bill them; what we closed ourselves waits for the station's own stop."""
    ended = [event.transaction_id for event in events if isinstance(event, TransactionEnded)]
    waiting = await edge_store.flagged(ended, "estimated_close")
    now = [one for one in ended if one not in waiting]
    await jobs.enqueue_all(JOB, [_payload(now[n : n + MOST_TOGETHER]) for n in range(0, len(now), MOST_TOGETHER)])
    await jobs.enqueue_all(JOB, [_payload([one]) for one in waiting], delay=ESTIMATED_CLOSE_DELAY)


def _payload(transactions: Sequence[UUID]) -> dict[str, Any]:
    return {"transactions": [str(one) for one in transactions]}


async def settle(ctx: Context, payload: dict[str, Any]) -> None:
    """Job: write the CDRs and have them paid. Done already: nothing happens."""
    # A job of an older version names one.
    wanted = [UUID(one) for one in payload.get("transactions") or [payload["transaction_id"]]]
    try:
        async with ctx.unit() as unit:
            await _settle(ctx, unit, wanted)
    except Exception as error:
        half = len(wanted) // 2
        if not half:
            raise
        log.warning("sessions can't be settled together", sessions=len(wanted), exc_info=error)
        await jobs.enqueue_all(JOB, [_payload(wanted[:half]), _payload(wanted[half:])])


async def _settle(ctx: Context, unit: Unit, wanted: Sequence[UUID]) -> None:
    rows = await settle_store.unbilled(wanted)
    if not rows:
        return
    readings = await settle_store.readings([row["id"] for row in rows])
    now, billed, cdrs = ctx.now(), list[store.Row](), []
    waits: dict[UUID, dict[str, int]] = {}
    for row in rows:
        own = readings[row["id"]]
        await _doubt(row, own)
        bill = await pricing.final_bill(ctx, row, pricing.zone_of(row), own)
        if row["state"] == State.RESERVED and bill.payable <= 0:
            await payments.want_release(row["id"])
            continue
        billed.append(row)
        waits[row["id"]] = {"waited_s": bill.waited_s} if bill.waited_s else {}
        cdrs.append(
            {
                "id": uuid4(),
                "tenant": row["tenant"],
                "transaction": row["id"],
                "tariff": row["tariff"],
                "currency": bill.currency,
                "lines": lines(bill),
                "total_excl": bill.total_excl_vat,
                "total_incl": bill.payable,
                "issued_at": now,
            }
        )
        row |= {"cost": bill.payable, "currency": bill.currency, "updated_at": now}
        await asyncio.sleep(0)  # a bill of thousands of readings takes a while, and messages come meanwhile
    if not billed:
        return
    if sessions := [(row, readings[row["id"]]) for row in billed if row["state"] == State.ENDED]:
        await curves.keep_all(sessions)
    sellers = {one: (await tenants.get(ctx, one)).name for one in {row["tenant"] for row in billed}}
    numbers = await _numbers(billed)
    for row, cdr, number in zip(billed, cdrs, numbers, strict=True):
        said = facts(row, row, sellers[row["tenant"]])
        cdr |= {"number": number, "facts": said | waits.pop(row["id"])}
    await settle_store.add_cdrs(cdrs)
    await settle_store.note(billed)
    await payments.want_captures({row["id"]: row["cost"] for row in billed})
    for cdr in cdrs:
        unit.emit(CdrIssued(tenant_id=cdr["tenant"], at=now, cdr_id=cdr["id"], transaction_id=cdr["transaction"]))


async def _doubt(row: store.Row, readings: list[store.Row]) -> None:
    """What only the whole session tells of its meter: flagged, and not billed."""
    if meter_rules.meter_stopped(readings, row["energy_wh"]):
        row["flags"] = rules.merge_flags(row["flags"], "meter_stopped")
    strays = meter_rules.out_of_line(readings, (row["meter_start_wh"] or 0) + row["energy_wh"])
    if strays:
        await settle_store.distrust(row["id"], strays)
        for one in readings:
            one["trusted"] = one["trusted"] and one["at"] not in strays
        row["flags"] = rules.merge_flags(row["flags"], "meter_backwards")


async def _numbers(rows: Sequence[store.Row]) -> list[str]:
    """Of their bills, each tenant's numbered on."""
    many = Counter(row["tenant"] for row in rows)
    # In this order on every node: two groups may not wait for each other's tenants.
    following = {one: await settle_store.last_number(one, many[one]) - many[one] + 1 for one in sorted(many)}
    numbers = []
    for row in rows:
        numbers.append(f"{row['ended_at'].year}-{following[row['tenant']]:06d}")
        following[row["tenant"]] += 1
    return numbers


def lines(bill: Bill) -> list[Any]:
    """As they are stored."""
    return [msgspec.to_builtins(shown(line)) for line in bill.lines]


def shown(line: Line) -> ReceiptLine:
    return ReceiptLine(
        kind=line.kind,
        label=LABELS[line.kind],
        quantity=line.quantity,
        unit=line.unit,
        unit_price=line.unit_price,
        amount=line.amount_excl,
        vat_rate=line.vat_rate,
        amount_incl=line.amount_incl,
        begins_at=line.begins_at,
        ends_at=line.ends_at,
    )


def facts(row: store.Row, place: store.Row, seller: str) -> dict[str, Any]:
    """What the receipt says of the session, fixed when it is written."""
    town = " ".join(part for part in (place["postal_code"], place["city"]) if part)
    return {
        "seller": seller,
        "location": place["location"] or "",
        "address": ", ".join(part for part in (place["address"], town) if part),
        "time_zone": place["time_zone"] or "UTC",
        "station": place["station_name"] or place["identity"],
        "connector": str(place["connector_evse"] or row["evse"] or ""),
        "begun_at": (row["begun_at"] or row["reserved_from"]).isoformat(),
        "ended_at": row["ended_at"].isoformat(),
        "energy_wh": row["energy_wh"],
        "meter_start_wh": row["meter_start_wh"] or 0,
        "meter_stop_wh": (row["meter_start_wh"] or 0) + row["energy_wh"],
        "estimated": "estimated" in row["flags"],
        "flags": row["flags"],
        "edition": pricing.EDITION,
        **({"reservation": True} if row["state"] == State.RESERVED else {}),
        **({"target": row["target"]} if (row["target"] or {}).get("reached_at") else {}),
    }
