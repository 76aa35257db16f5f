"""From an ended transaction to its bill: one job, repeatable, one CDR for each transaction."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import msgspec

from backend import jobs
from backend.context import Context, Unit
from backend.events import CdrIssued, Event, TransactionEnded
from backend.payments import service as payments
from backend.tariffs.model import Bill, Line
from backend.tenants import service as tenants
from backend.transactions import curves, edge_store, pricing, rules, store
from backend.transactions.service import ESTIMATED_CLOSE_DELAY
from shared.money import ReceiptLine
from shared.transactions import TransactionState as State

LABELS = {
    "energy": "Energy",
    "time": "Charging time",
    "parking": "Time after charging",
    "flat": "Session fee",
    "reservation": "Reservation",
    "reservation_flat": "Reservation fee",
    "reservation_expired": "Reservation not used",
    "reservation_expired_flat": "Fee for a reservation not used",
    "minimum": "Up to the minimum price",
    "maximum": "Down to the maximum price",
}


async def on_ended(ctx: Context, unit: Unit, events: Sequence[Event]) -> None:
    """Bill them; what we closed ourselves waits for the station's own stop."""
    ended = [event.transaction_id for event in events if isinstance(event, TransactionEnded)]
    waiting = await edge_store.flagged(ended, "estimated_close")
    payloads = {one: {"transaction_id": str(one)} for one in ended}
    await jobs.enqueue_all("transactions.settle", [payloads[one] for one in ended if one not in waiting])
    for one in waiting:
        await jobs.enqueue("transactions.settle", payloads[one], delay=ESTIMATED_CLOSE_DELAY)


async def settle(ctx: Context, payload: dict[str, Any]) -> None:
    """Job: write the CDR and have it paid. Done already: nothing happens."""
    transaction_id = UUID(payload["transaction_id"])
    async with ctx.unit() as unit:
        row = await store.by_id(transaction_id, lock=True)
        if row is None or row["state"] != State.ENDED or await store.cdr(transaction_id) is not None:
            return
        readings = await store.readings(transaction_id)
        if rules.meter_stopped(readings, row["energy_wh"]):
            row["flags"] = rules.merge_flags(row["flags"], "meter_stopped")
            await store.change(transaction_id, {"flags": row["flags"]})
        await curves.keep(row, readings)
        place = await store.joined(transaction_id)
        assert place is not None
        tenant = await tenants.get(ctx, row["tenant"])
        bill = await pricing.final_bill(ctx, row, pricing.zone_of(place), readings)
        year = row["ended_at"].year
        cdr_id, number = uuid4(), await store.next_cdr_number(row["tenant"])
        await store.add_cdr(
            {
                "id": cdr_id,
                "tenant": row["tenant"],
                "transaction": transaction_id,
                "number": f"{year}-{number:06d}",
                "tariff": row["tariff"],
                "currency": bill.currency,
                "lines": lines(bill),
                "total_excl": bill.total_excl_vat,
                "total_incl": bill.payable,
                "facts": facts(row, place, tenant.name),
                "issued_at": ctx.now(),
            }
        )
        await store.change(transaction_id, {"cost": bill.payable, "currency": bill.currency, "updated_at": ctx.now()})
        await payments.want_capture(transaction_id, bill.payable)
        unit.emit(CdrIssued(tenant_id=row["tenant"], at=ctx.now(), cdr_id=cdr_id, transaction_id=transaction_id))


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
        "begun_at": row["begun_at"].isoformat(),
        "ended_at": row["ended_at"].isoformat(),
        "energy_wh": row["energy_wh"],
        "meter_start_wh": row["meter_start_wh"] or 0,
        "meter_stop_wh": (row["meter_start_wh"] or 0) + row["energy_wh"],
        "estimated": "estimated" in row["flags"],
        "flags": row["flags"],
        **({"target": row["target"]} if (row["target"] or {}).get("reached_at") else {}),
    }
