"""A session is ended and begun anew for the same card: for whoever mends an outlet while somebody charges there."""

import asyncio
from uuid import UUID

from backend.context import Context
from backend.errors import Conflict
from backend.payments import service as payments
from backend.stations import service as stations
from backend.transactions import requests, store
from shared.stations import ConnectorStatus
from shared.transactions import TransactionState as State

PATIENCE_S = 20
"""How long the station may take until the old session has ended and its outlet says that it doesn't charge."""
STEP_S = 0.25
BUSY = (ConnectorStatus.CHARGING, ConnectorStatus.SUSPENDED)


async def restart(ctx: Context, transaction_id: UUID) -> UUID:
    """The new session: of the same driver, at today's tariff, with a hold where the old one had one.

    Nothing is stopped that couldn't begin again. Raises Conflict, and what a stop and a start raise.
    """
    row = await store.joined(transaction_id)
    if row is None or row["state"] != State.ACTIVE:
        raise Conflict("There is no session to restart.", code="not_running")
    payer = await payments.payer(transaction_id)
    if payer is not None and row["account"] is None:
        raise Conflict("A guest's session isn't restarted: their page knows only this one.", code="guest_session")
    if row["connector"] is None or not row["id_token"]:
        raise Conflict("It isn't known where and for whom this session runs.", code="session_unknown")
    await requests.stop_running(ctx, row, None)
    await _ended(ctx, row)
    connector = await stations.connector(ctx, row["tenant"], row["connector"])
    return await requests.start_for(ctx, connector, row["account"], row["id_token"], payer)


async def _ended(ctx: Context, row: store.Row) -> None:
    """Raises Conflict. An outlet that still says it charges is left to the start, which refuses it."""
    ended = False
    for _ in range(int(PATIENCE_S / STEP_S)):
        fresh = await store.by_id(row["id"])
        ended = fresh is None or fresh["state"] == State.ENDED
        if ended and (await stations.connector(ctx, row["tenant"], row["connector"])).status not in BUSY:
            return
        await asyncio.sleep(STEP_S)
    if not ended:
        raise Conflict("The session didn't end.", code="still_running")
