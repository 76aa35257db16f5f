"""Queries of payments."""

from datetime import datetime
from typing import Any
from uuid import UUID

from backend.db.engine import DB

Row = dict[str, Any]


async def add(values: Row) -> None:
    names = list(values)
    marks = ", ".join(f"${number}" for number in range(1, len(names) + 1))
    await DB.run(f"INSERT INTO payment ({', '.join(names)}) VALUES ({marks})", *values.values())


async def of_transaction(transaction_id: UUID, *, lock: bool = False) -> Row | None:
    rows = await DB.run(f"SELECT * FROM payment WHERE transaction = $1 {'FOR UPDATE' if lock else ''}", transaction_id)
    return rows[0] if rows else None


async def change(payment_id: UUID, now: datetime, values: Row) -> None:
    names = ", ".join(f"{name} = ${number}" for number, name in enumerate(values, start=3))
    await DB.run(f"UPDATE payment SET updated_at = $2, {names} WHERE id = $1", payment_id, now, *values.values())
