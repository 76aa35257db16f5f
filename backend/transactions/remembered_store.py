"""The statement that writes meter values of transactions whose rows are known: one for a group, with its own commit."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import chain
from typing import Any
from uuid import UUID

import msgspec

from backend.db.engine import DB
from backend.transactions.group_store import FOLLOWED, Row

_SAID = (
    "uuid text bigint bigint timestamptz bigint int int int int jsonb xid uuid text int timestamptz".split(),
    """v (id, charging_state, meter_start_wh, meter_last_wh, meter_last_at, energy_wh, power_w, max_power_w,
          soc_percent, seq_no_last, flags, version, station, mark, seq_no, at)""",
)
_POINT = (
    "uuid timestamptz bigint int int numeric numeric text text bool text text int".split(),
    "u (id, b, c, d, e, f, g, h, i, j, k, l, m)",
)
FEW = 3
"""So many rows are given one by one: to unnest a column costs PostgreSQL about 8 µs, and there are 29."""


@lru_cache
def _statement(rows: int, points: int) -> str:
    """For so many of them; 0: for any number, by a list for each column. $1 is the time."""
    said, next_one = _source(_SAID, rows, 2)
    point, _ = _source(_POINT, points, next_one)
    return f"""
    WITH said AS MATERIALIZED (
        SELECT * FROM {said}
    ), held AS MATERIALIZED (
        SELECT t.id FROM said JOIN transaction t ON t.id = said.id
        WHERE t.xmin = said.version AND t.state = 'active' ORDER BY t.id FOR NO KEY UPDATE OF t SKIP LOCKED
    ), message AS (
        INSERT INTO transaction_message (station, transaction, fingerprint, kind, seq_no, at, received_at, payload)
        SELECT station, id, mark, 'updated', seq_no, at, $1, '{{}}' FROM said JOIN held USING (id)
        WHERE mark <> '' ON CONFLICT (station, fingerprint) DO NOTHING RETURNING transaction AS id
    ), taken AS MATERIALIZED (
        SELECT id FROM said JOIN held USING (id) WHERE mark = '' UNION ALL SELECT id FROM message
    ), reading AS (
        INSERT INTO transaction_reading (transaction, at, energy_wh, power_w, soc_percent, current_a, voltage_v,
                                         charging_state, context, trusted, phase_voltages, phase_currents, offered_w)
        SELECT id, b, c, d, e, f, g, h, i, j, k::float8[], l::float8[], m FROM {point} JOIN taken USING (id)
        ON CONFLICT (transaction, at) DO NOTHING
    )
    UPDATE transaction t SET charging_state = said.charging_state, meter_start_wh = said.meter_start_wh,
        meter_last_wh = said.meter_last_wh, meter_last_at = said.meter_last_at, energy_wh = said.energy_wh,
        power_w = said.power_w, max_power_w = said.max_power_w, soc_percent = said.soc_percent,
        seq_no_last = said.seq_no_last, flags = said.flags, updated_at = $1
    FROM said JOIN taken USING (id) WHERE t.id = said.id RETURNING t.id, t.xmin AS version
    """


def _source(what: tuple[list[str], str], number: int, begin: int) -> tuple[str, int]:
    """What stands behind FROM, with parameters from $begin on, and the number of the next one."""
    types, names = what
    if not number:
        lists = ", ".join(f"${begin + n}::{kind}[]" for n, kind in enumerate(types))
        return f"unnest({lists}) AS {names}", begin + len(types)
    rows, at = [], begin
    for _ in range(number):
        rows.append(", ".join(f"${at + n}::{kind}" for n, kind in enumerate(types)))
        at += len(types)
    return f"(VALUES ({'), ('.join(rows)})) AS {names}", at


def _given(rows: Sequence[Sequence[Any]], width: int) -> tuple[int, Iterable[Any]]:
    """(how many a statement is for, their parameters)"""
    if 0 < len(rows) <= FEW:
        return len(rows), chain.from_iterable(rows)
    return 0, [[row[n] for row in rows] for n in range(width)]


async def write(
    rows: Sequence[Row], messages: Sequence[tuple[Any, ...]], points: Sequence[tuple[Any, ...]], now: datetime
) -> Mapping[UUID, int]:
    """The new version of each transaction that was written; the others have changed meanwhile, are locked, or the same
    was said before: of those nothing is written.

    rows: with FOLLOWED, `flags` and `version` (the row's xmin), one a transaction. messages: station, mark ("": none is
    remembered), seq_no, at, one for each of the rows; what they say is in the rows and points, and as it came in the
    OCPP log. points: as `group_store.add_readings`.
    """
    said = [
        (
            *(row[name] for name in FOLLOWED),
            msgspec.json.encode(row["flags"]).decode(),  # of a list, a list of lists would be a matrix
            row["version"],
            *message,
        )
        for row, message in zip(rows, messages, strict=True)
    ]
    many, first = _given(said, len(_SAID[0]))
    more, second = _given(points, len(_POINT[0]))
    found = await DB.run(_statement(many, more), now, *first, *second)
    return {row["id"]: row["version"] for row in found}
