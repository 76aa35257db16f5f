"""Times in which a station was told to give a session nothing: kept with it, because nobody pays idle fees for them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from backend.context import Context
from backend.tariffs.periods import Hold
from backend.transactions import flow_rules, store
from shared.transactions import TransactionState as State


class Running(NamedTuple):
    """`held`: it is known already that it gets nothing now, or will get nothing later."""

    id: UUID
    evse: int
    held: bool


async def running(station_id: UUID, now: datetime) -> list[Running]:
    """What charges at a station, at a known EVSE."""
    return [
        Running(row["id"], row["evse"], any(end > now for _, end in flow_rules.holds(row["holds"])))
        for row in await store.active_on(station_id)
    ]


async def held_since(transaction_id: UUID, since: datetime, now: datetime) -> bool:
    """Whether it got nothing at some time since then."""
    row = await store.by_id(transaction_id)
    return row is not None and any(begin <= now and end > since for begin, end in flow_rules.holds(row["holds"]))


async def note(ctx: Context, told: Mapping[UUID, Sequence[Hold]]) -> None:
    """From now on these hold, by transaction, as far as anybody knows; what was so far stays."""
    async with ctx.unit():
        for transaction_id in sorted(told):
            row = await store.by_id(transaction_id, lock=True)
            if row is None or row["state"] != State.ACTIVE:
                continue
            holds = flow_rules.noted(row["holds"], ctx.now(), told[transaction_id])
            if holds != row["holds"]:
                await store.change(transaction_id, {"holds": holds})
