"""Reservations that cost something where no session follows.

Each has a row of its own from the moment it is made, with its id and in a state of its own: what is set aside for it,
its bill, its payment and its papers are those of a session. Where a session follows, or nothing is to pay, the row
stays silent: it has no bill, and no list shows it.
"""

from backend import jobs
from backend.context import Context, Unit
from backend.events import Event, ReservationEnded, ReservationMade
from backend.payments import service as payments
from backend.reservations import service as reservations
from backend.stations.model import StationRef
from backend.transactions import pricing, store
from backend.transactions.model import Report
from shared.transactions import TransactionState as State


async def on_made(ctx: Context, unit: Unit, event: Event) -> None:
    """Handler."""
    assert isinstance(event, ReservationMade)
    await store.add(
        {
            "id": event.reservation_id,
            "tenant": event.tenant_id,
            "station": event.station_id,
            "connector": event.connector_id,
            "evse": event.evse or None,
            "account": event.account_id,
            "id_token": event.id_token,
            "tariff": event.tariff_id,
            "currency": event.currency,
            "state": str(State.RESERVED),
            "reserved_from": event.begins_at,
            "created_at": event.at,
            "updated_at": event.at,
        }
    )


async def on_ended(ctx: Context, unit: Unit, event: Event) -> None:
    """Handler: bill it, or give back what was set aside."""
    assert isinstance(event, ReservationEnded)
    row = await store.by_id(event.reservation_id, lock=True)
    if row is None or row["ended_at"] is not None:
        return
    if event.how in pricing.COSTS:
        values = {"ended_at": event.ended_at, "stop_reason": event.how, "updated_at": ctx.now()}
        await store.change(row["id"], values)
        await jobs.enqueue("transactions.settle", {"transactions": [str(row["id"])]})
        return
    await _void(ctx, row)
    session = await store.by_id(event.transaction_id, lock=True) if event.transaction_id else None
    if session is not None and await store.cdr(session["id"]) is None:
        await store.change(session["id"], {"reserved_from": row["reserved_from"]})


async def reserved(ctx: Context, station: StationRef, report: Report, row: store.Row) -> store.Row:
    """A session that began on what was reserved, which from now on knows since when: that time is part of its bill.

    Where the station told too late of it, and the time was billed as not used, that bill is credited.
    """
    found = await reservations.used(ctx, station, report.reservation, row["id"])
    if found is None:
        return row
    reservation_id, since = found
    kept = await store.by_id(reservation_id, lock=True)
    if kept is not None and await store.cdr(reservation_id) is not None:
        await jobs.enqueue("cdrs.credit_unused", {"transaction_id": str(reservation_id)}, dedupe=str(reservation_id))
    elif kept is not None:
        await _void(ctx, kept)
    await store.change(row["id"], {"reserved_from": since})
    return {**row, "reserved_from": since}


async def _void(ctx: Context, row: store.Row) -> None:
    await store.change(row["id"], {"ended_at": ctx.now(), "stop_reason": "", "updated_at": ctx.now()})
    await payments.want_release(row["id"])
