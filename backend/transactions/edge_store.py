"""Queries that begin and end the sessions of many stations together."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec

from backend.db.engine import DB

Row = dict[str, Any]

BLANK: Row = {
    "number": None,
    "energy_wh": 0,
    "power_w": None,
    "max_power_w": 0,
    "soc_percent": None,
    "cost": None,
    "requested_at": None,
    "target": None,
    "reserved_from": None,
    "holds": [],
}
"""What the database sets where a new row doesn't say it."""


def _columns(rows: Sequence[Row], names: Sequence[str]) -> list[list[Any]]:
    return [[row[name] for row in rows] for name in names]


def _flags(rows: Sequence[Row]) -> list[str]:
    return [msgspec.json.encode(row["flags"]).decode() for row in rows]  # a list of lists would be a matrix


async def known(marks: Sequence[tuple[UUID, str]]) -> set[tuple[UUID, str]]:
    """Of (station, fingerprint) those that were said before. Ask with the locks of the stations."""
    rows = await DB.run(
        """SELECT m.station, m.fingerprint FROM unnest($1::uuid[], $2::text[]) AS q (station, mark)
        JOIN transaction_message m ON m.station = q.station AND m.fingerprint = q.mark""",
        [station for station, _ in marks],
        [mark for _, mark in marks],
    )
    return {(row["station"], row["fingerprint"]) for row in rows}


async def taken(wanted: Sequence[tuple[int, UUID, int | None, str | None]]) -> set[int]:
    """Of (n, station, evse, ref) the n where a start means more than a new row: somebody asked for one at the station,
    the outlet still charges another, or a transaction of this name is known already."""
    rows = await DB.run(
        """SELECT q.n FROM unnest($1::int[], $2::uuid[], $3::int[], $4::text[]) AS q (n, station, evse, ref)
        WHERE EXISTS (SELECT 1 FROM transaction t WHERE t.station = q.station AND t.state IN ('requested', 'active')
                AND (t.state = 'requested' OR t.evse IS NULL OR t.evse = q.evse))
            OR EXISTS (SELECT 1 FROM transaction t WHERE t.station = q.station AND t.ref = q.ref)""",
        *(list(column) for column in zip(*wanted, strict=True)),
    )
    return {row["n"] for row in rows}


_MEASURED = {
    "meter_start_wh": "bigint",
    "meter_last_wh": "bigint",
    "meter_last_at": "timestamptz",
    "energy_wh": "bigint",
    "power_w": "int",
    "max_power_w": "int",
    "soc_percent": "int",
    "seq_no_last": "int",
}
_ADDED = {
    "id": "uuid",
    "tenant": "uuid",
    "station": "uuid",
    "connector": "uuid",
    "account": "uuid",
    "tariff": "uuid",
    "evse": "int",
    "ref": "text",
    "id_token": "text",
    "currency": "text",
    "state": "text",
    "charging_state": "text",
    "begun_at": "timestamptz",
    "created_at": "timestamptz",
    "updated_at": "timestamptz",
    **_MEASURED,
}
_ADD = """INSERT INTO transaction ({names}, flags) SELECT * FROM unnest({types}, ${last}::jsonb[])
    RETURNING id, number""".format(
    names=", ".join(_ADDED),
    types=", ".join(f"${n}::{kind}[]" for n, kind in enumerate(_ADDED.values(), start=1)),
    last=len(_ADDED) + 1,
)


async def add(rows: Sequence[Row]) -> dict[UUID, int]:
    """New transactions; their numbers, by id."""
    added = await DB.run(_ADD, *_columns(rows, list(_ADDED)), _flags(rows))
    return {row["id"]: row["number"] for row in added}


_CLOSED = {
    "id": "uuid",
    "state": "text",
    "ended_at": "timestamptz",
    "stop_reason": "text",
    "charging_state": "text",
    **_MEASURED,
    "updated_at": "timestamptz",
}
_CLOSE = """UPDATE transaction t SET {values}, flags = v.flags
    FROM unnest({types}, ${last}::jsonb[]) AS v ({names}, flags) WHERE t.id = v.id""".format(
    names=", ".join(_CLOSED),
    values=", ".join(f"{name} = v.{name}" for name in _CLOSED if name != "id"),
    types=", ".join(f"${n}::{kind}[]" for n, kind in enumerate(_CLOSED.values(), start=1)),
    last=len(_CLOSED) + 1,
)


async def close(rows: Sequence[Row]) -> None:
    """Write what the end of sessions changes in their rows."""
    await DB.run(_CLOSE, *_columns(rows, list(_CLOSED)), _flags(rows))


async def flagged(transactions: Sequence[UUID], flag: str) -> set[UUID]:
    """Those with this flag."""
    rows = await DB.run(
        "SELECT id FROM transaction WHERE id = ANY($1::uuid[]) AND flags ? $2", list(transactions), flag
    )
    return {row["id"] for row in rows}
