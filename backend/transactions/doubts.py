"""Doubts about a session: the station is asked, and one that nobody runs any more is closed (2.0.1 E14)."""

from uuid import UUID

from backend.commands import AskTransaction
from backend.context import Context
from backend.errors import Conflict, NotFound
from backend.stations import service as stations
from backend.stations.model import StationRef
from backend.transactions import service, store
from shared.transactions import TransactionAnswer
from shared.transactions import TransactionState as State


async def ask(ctx: Context, station: StationRef, transaction_id: UUID | None, account_id: UUID) -> TransactionAnswer:
    """Raises NotFound for a session of another station, Conflict for one that the station has no name for."""
    ref = None if transaction_id is None else await _ref(station, transaction_id)
    answer = await stations.send(ctx, station.id, AskTransaction(transaction_ref=ref), account_id=account_id)
    ongoing, waiting = answer.result.get("ongoing"), bool(answer.result.get("messages_in_queue"))
    closed = False
    if transaction_id is not None and ongoing is False and not waiting:
        closed = await _close(ctx, station, transaction_id)
    return TransactionAnswer(ongoing=ongoing, messages_in_queue=waiting, closed=closed)


async def _ref(station: StationRef, transaction_id: UUID) -> str:
    row = await store.by_id(transaction_id)
    if row is None or row["station"] != station.id:
        raise NotFound("This station has no such session.")
    if row["ref"] is None:
        raise Conflict("The station has not begun this session, so it can't be asked about it.", code="not_begun")
    return str(row["ref"])


async def _close(ctx: Context, station: StationRef, transaction_id: UUID) -> bool:
    async with ctx.unit() as unit:
        await store.lock_station(station.id)
        row = await store.by_id(transaction_id, lock=True)
        if row is None or row["state"] != State.ACTIVE:
            return False
        await service.close_estimated(ctx, unit, station, row, "zombie")
    return True
