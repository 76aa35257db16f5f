"""The statement that writes meter values of transactions whose rows are known: one for a group, with its own commit."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.db.engine import DB
from backend.transactions.group_store import FOLLOWED, Row
from backend.transactions.store import ADD_READINGS

# Row by row (LATERAL), and the locked row by its place: by a plan that was made at a quiet hour a join looks through
# all that run, for each group.
_WRITE = f"""
    WITH said AS MATERIALIZED (
        SELECT * FROM unnest($1::followed_row[])
    ), held AS MATERIALIZED (
        SELECT t.id, t.ctid AS place FROM said CROSS JOIN LATERAL (
            SELECT id, ctid FROM transaction WHERE id = said.id AND xmin = said.version AND state = 'active'
            FOR NO KEY UPDATE SKIP LOCKED
        ) AS t
    ), message AS (
        INSERT INTO transaction_message (station, transaction, fingerprint, kind, seq_no, at, received_at, payload)
        SELECT station, id, mark, 'updated', seq_no, at, $3, '{{}}' FROM said JOIN held USING (id)
        WHERE mark <> '' ON CONFLICT (station, fingerprint) DO NOTHING RETURNING transaction AS id
    ), taken AS MATERIALIZED (
        SELECT id FROM said JOIN held USING (id) WHERE mark = '' UNION ALL SELECT id FROM message
    ), reading AS (
        {ADD_READINGS} SELECT point.* FROM unnest($2::reading_row[]) AS point JOIN taken ON taken.id = point.transaction
        ON CONFLICT (transaction, at) DO NOTHING
    )
    UPDATE transaction t SET charging_state = said.charging_state, meter_start_wh = said.meter_start_wh,
        meter_last_wh = said.meter_last_wh, meter_last_at = said.meter_last_at, energy_wh = said.energy_wh,
        power_w = said.power_w, max_power_w = said.max_power_w, soc_percent = said.soc_percent,
        seq_no_last = said.seq_no_last, flags = said.flags::jsonb, updated_at = $3
    FROM said JOIN taken USING (id) JOIN held USING (id) WHERE t.ctid = held.place RETURNING t.id, t.xmin AS version
"""


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
        (*(row[name] for name in FOLLOWED), msgspec.json.encode(row["flags"]).decode(), row["version"], *message)
        for row, message in zip(rows, messages, strict=True)
    ]
    found = await DB.run(_WRITE, said, points, now)
    return {row["id"]: row["version"] for row in found}
