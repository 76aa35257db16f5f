"""Flags of a session that other rooms set and take away. Inside the caller's unit."""

from collections.abc import Sequence
from uuid import UUID

from backend.transactions import rules, store

Row = store.Row


async def get(transaction_id: UUID) -> Row | None:
    return await store.by_id(transaction_id)


async def among(transactions: Sequence[UUID], flags: Sequence[str]) -> list[Row]:
    """Those of the transactions that have any of these flags."""
    return await store.flagged(transactions, flags)


async def add(transaction_id: UUID, *flags: str) -> None:
    row = await store.by_id(transaction_id, lock=True)
    if row is not None:
        await store.change(transaction_id, {"flags": rules.merge_flags(row["flags"], *flags)})


async def take_away(transaction_id: UUID, flag: str) -> None:
    row = await store.by_id(transaction_id, lock=True)
    if row is not None:
        await store.change(transaction_id, {"flags": [one for one in row["flags"] if one != flag]})
