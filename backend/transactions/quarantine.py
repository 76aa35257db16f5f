"""Messages that fit no transaction: shown to operators, who attach each to one, or dismiss it."""

from typing import Any
from uuid import UUID

import msgspec

from backend.context import Context
from backend.errors import Conflict, InvalidInput, NotFound
from backend.events import TransactionUpdated
from backend.stations import catalog
from backend.stations import service as stations
from backend.transactions import quarantine_store, recording, store
from backend.transactions.model import Ended, Updated
from backend.web.guards import Actor
from shared.quarantine import QuarantinedMessage, QuarantineState
from shared.transactions import TransactionState as State

NONE = "This message doesn't exist."
REPORTS: dict[str, type[Updated] | type[Ended]] = {"updated": Updated, "ended": Ended}


def _shown(row: quarantine_store.Row) -> QuarantinedMessage:
    return QuarantinedMessage(
        id=row["id"],
        identity=row["identity"],
        kind=row["kind"],
        state=QuarantineState(row["resolution"] or "open"),
        reason=row["note"],
        at=row["at"],
        received_at=row["received_at"],
        payload=row["payload"],
        transaction_id=str(row["transaction"]) if row["transaction"] else None,
        note=row["resolution_note"],
        resolved_by=row["by_name"] or "",
        resolved_at=row["resolved_at"],
    )


async def page(
    ctx: Context,
    tenant_id: UUID,
    *,
    state: QuarantineState | None,
    identity: str | None,
    before: int | None,
    limit: int,
) -> tuple[list[QuarantinedMessage], list[Any] | None]:
    """Newest first; `before` is an id."""
    resolution = None if state is None else "" if state is QuarantineState.OPEN else state.value
    rows = await quarantine_store.page(tenant_id, resolution, identity, before, limit + 1)
    return [_shown(row) for row in rows[:limit]], [rows[limit - 1]["id"]] if len(rows) > limit else None


async def one(ctx: Context, tenant_id: UUID, message_id: int) -> QuarantinedMessage:
    row = await quarantine_store.one(tenant_id, message_id)
    if row is None:
        raise NotFound(NONE)
    return _shown(row)


async def attach(ctx: Context, actor: Actor, message_id: int, transaction_id: str) -> QuarantinedMessage:
    """Apply the message to a transaction of the same station, as if it had named it.

    Raises NotFound, InvalidInput (no transaction of this station), Conflict (already_resolved; already_billed: a
    bill that was issued is not changed by a message that comes after it).
    """
    known = await quarantine_store.one(actor.tenant_id, message_id)
    if known is None:
        raise NotFound(NONE)
    station = await catalog.find(ctx, actor.tenant_id, known["identity"])
    async with ctx.unit() as unit:
        await store.lock_station(station.id)
        message = await quarantine_store.one(actor.tenant_id, message_id, lock=True)
        if message is None or message["resolution"]:
            raise Conflict("Somebody has resolved this message already.", code="already_resolved")
        row = await _transaction(station.id, transaction_id)
        if await store.cdr(row["id"]) is not None:
            raise Conflict("This session has its bill already.", code="already_billed")
        report = msgspec.convert(message["report"], REPORTS[message["kind"]], strict=False)
        report = msgspec.structs.replace(report, ref=row["ref"], number=row["number"], seq_no=None)
        connector = await stations.connector_by_wire(ctx, station.id, row["evse"] or 0, report.connector)
        await quarantine_store.resolve(
            message_id, "attached", "", actor.account_id, ctx.now(), transaction_id=row["id"]
        )
        row = await recording.apply_readings(ctx, row, report, connector)
        if isinstance(report, Ended):
            await recording.end(ctx, unit, station, row, report, connector)
        else:
            unit.emit(recording.event(ctx, TransactionUpdated, station, row))
    return await one(ctx, actor.tenant_id, message_id)


async def _transaction(station_id: UUID, transaction_id: str) -> store.Row:
    wrong = InvalidInput(
        "This session doesn't belong to that station.", fields=[("$.transaction_id", "unknown at this station")]
    )
    try:
        row = await store.by_id(UUID(transaction_id), lock=True)
    except ValueError:
        raise wrong from None
    if row is None or row["station"] != station_id or row["state"] == State.REQUESTED or row["begun_at"] is None:
        raise wrong
    return row


async def dismiss(ctx: Context, actor: Actor, message_id: int, note: str) -> QuarantinedMessage:
    """It belongs to nothing; it stays on record. Raises NotFound, Conflict (already_resolved)."""
    async with ctx.unit():
        message = await quarantine_store.one(actor.tenant_id, message_id, lock=True)
        if message is None:
            raise NotFound(NONE)
        if message["resolution"]:
            raise Conflict("Somebody has resolved this message already.", code="already_resolved")
        await quarantine_store.resolve(message_id, "dismissed", note, actor.account_id, ctx.now())
    return await one(ctx, actor.tenant_id, message_id)
