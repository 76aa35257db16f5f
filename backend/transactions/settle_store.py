"""Queries that write the bills of many sessions together."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.db.engine import DB
from backend.transactions.store import JOINED, READING_COLUMNS

Row = dict[str, Any]


async def unbilled(transactions: Sequence[UUID]) -> list[Row]:
    """Those that ended, also reservations that cost something, and have no bill, with their place, in the order they
    are named; locked."""
    rows = await DB.run(
        f"""{JOINED} JOIN unnest($1::uuid[]) WITH ORDINALITY AS w (id, n) ON w.id = t.id
        WHERE t.state = 'ended' OR (t.state = 'reserved' AND t.stop_reason <> '') ORDER BY w.n FOR UPDATE OF t""",
        list(transactions),
    )
    # Asked with the locks: who had them may just have written the bill.
    billed = await DB.run("SELECT transaction FROM cdr WHERE transaction = ANY($1::uuid[])", list(transactions))
    known = {row["transaction"] for row in billed}
    return [row for row in rows if row["id"] not in known]


async def readings(transactions: Sequence[UUID]) -> dict[UUID, list[Row]]:
    """All of them, in the order of time."""
    found: dict[UUID, list[Row]] = {one: [] for one in transactions}
    rows = await DB.run(
        f"""SELECT transaction, {", ".join(READING_COLUMNS)} FROM transaction_reading
        WHERE transaction = ANY($1::uuid[]) ORDER BY transaction, at""",
        list(transactions),
    )
    for row in rows:
        found[row["transaction"]].append(row)
    return found


async def distrust(transaction_id: UUID, moments: Sequence[datetime]) -> None:
    await DB.run(
        "UPDATE transaction_reading SET trusted = false WHERE transaction = $1 AND at = ANY($2::timestamptz[])",
        transaction_id,
        list(moments),
    )


async def last_number(tenant_id: UUID, more: int) -> int:
    """Give out so many numbers of bills; the last of them. Without gaps: the row stays locked until the bills are
    written or undone."""
    rows = await DB.run(
        "UPDATE tenant SET cdr_counter = cdr_counter + $2 WHERE id = $1 RETURNING cdr_counter", tenant_id, more
    )
    return int(rows[0]["cdr_counter"])


_CDR = {
    "id": "uuid",
    "tenant": "uuid",
    "transaction": "uuid",
    "number": "text",
    "tariff": "uuid",
    "currency": "text",
    "total_excl": "numeric",
    "total_incl": "numeric",
    "issued_at": "timestamptz",
    "lines": "jsonb",
    "facts": "jsonb",
}
_ADD = "INSERT INTO cdr ({}) SELECT * FROM unnest({})".format(
    ", ".join(_CDR), ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(_CDR.values(), start=1))
)


async def add_cdrs(rows: Sequence[Row]) -> None:
    await DB.run(_ADD, *([_stored(row[name], kind) for row in rows] for name, kind in _CDR.items()))


def _stored(value: Any, kind: str) -> Any:
    return msgspec.json.encode(value).decode() if kind == "jsonb" else value  # a list of lists would be a matrix


async def note(rows: Sequence[Row]) -> None:
    """Write what the bill says in their rows: id, cost, currency, flags, updated_at."""
    await DB.run(
        """UPDATE transaction t SET cost = v.cost, currency = v.currency, flags = v.flags, updated_at = v.updated_at
        FROM unnest($1::uuid[], $2::numeric[], $3::text[], $4::jsonb[], $5::timestamptz[])
            AS v (id, cost, currency, flags, updated_at) WHERE t.id = v.id""",
        [row["id"] for row in rows],
        [row["cost"] for row in rows],
        [row["currency"] for row in rows],
        [msgspec.json.encode(row["flags"]).decode() for row in rows],
        [row["updated_at"] for row in rows],
    )
