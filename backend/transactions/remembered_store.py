"""The statement that writes meter values of transactions whose rows are known: one for a group, with its own commit."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.db.engine import DB
from backend.transactions.group_store import FOLLOWED, Row

_WRITE = """
    WITH said AS MATERIALIZED (
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::bigint[], $5::timestamptz[], $6::bigint[],
                             $7::int[], $8::int[], $9::int[], $10::int[], $11::jsonb[], $12::xid[], $13::uuid[],
                             $14::text[], $15::int[], $16::timestamptz[])
            AS v (id, charging_state, meter_start_wh, meter_last_wh, meter_last_at, energy_wh, power_w, max_power_w,
                  soc_percent, seq_no_last, flags, version, station, mark, seq_no, at)
    ), held AS MATERIALIZED (
        SELECT t.id FROM said JOIN transaction t ON t.id = said.id
        WHERE t.xmin = said.version AND t.state = 'active' ORDER BY t.id FOR NO KEY UPDATE OF t SKIP LOCKED
    ), message AS (
        INSERT INTO transaction_message (station, transaction, fingerprint, kind, seq_no, at, received_at, payload)
        SELECT station, id, mark, 'updated', seq_no, at, $17, '{}' FROM said JOIN held USING (id)
        WHERE mark <> '' ON CONFLICT (station, fingerprint) DO NOTHING RETURNING transaction AS id
    ), taken AS MATERIALIZED (
        SELECT id FROM said JOIN held USING (id) WHERE mark = '' UNION ALL SELECT id FROM message
    ), reading AS (
        INSERT INTO transaction_reading (transaction, at, energy_wh, power_w, soc_percent, current_a, voltage_v,
                                         charging_state, context, trusted, phase_voltages, phase_currents, offered_w)
        SELECT id, b, c, d, e, f, g, h, i, j, k::float8[], l::float8[], m
        FROM unnest($18::uuid[], $19::timestamptz[], $20::bigint[], $21::int[], $22::int[], $23::numeric[],
                    $24::numeric[], $25::text[], $26::text[], $27::bool[], $28::text[], $29::text[], $30::int[])
            AS u (id, b, c, d, e, f, g, h, i, j, k, l, m) JOIN taken USING (id)
        ON CONFLICT (transaction, at) DO NOTHING
    )
    UPDATE transaction t SET charging_state = said.charging_state, meter_start_wh = said.meter_start_wh,
        meter_last_wh = said.meter_last_wh, meter_last_at = said.meter_last_at, energy_wh = said.energy_wh,
        power_w = said.power_w, max_power_w = said.max_power_w, soc_percent = said.soc_percent,
        seq_no_last = said.seq_no_last, flags = said.flags, updated_at = $17
    FROM said JOIN taken USING (id) WHERE t.id = said.id RETURNING t.id, t.xmin AS version
"""
_NO_POINTS: tuple[tuple[Any, ...], ...] = ((),) * 13


async def write(
    rows: Sequence[Row], messages: Sequence[tuple[Any, ...]], points: Sequence[tuple[Any, ...]], now: datetime
) -> Mapping[UUID, int]:
    """The new version of each transaction that was written; the others have changed meanwhile, are locked, or the same
    was said before: of those nothing is written.

    rows: with FOLLOWED, `flags` and `version` (the row's xmin), one a transaction. messages: station, mark ("": none is
    remembered), seq_no, at, one for each of the rows; what they say is in the rows and points, and as it came in the
    OCPP log. points: as `group_store.add_readings`.
    """
    found = await DB.run(
        _WRITE,
        *([row[name] for row in rows] for name in FOLLOWED),
        [msgspec.json.encode(row["flags"]).decode() for row in rows],  # a list of lists would be a matrix
        [row["version"] for row in rows],
        *(list(column) for column in zip(*messages, strict=True)),
        now,
        *(list(column) for column in (zip(*points, strict=True) if points else _NO_POINTS)),
    )
    return {row["id"]: row["version"] for row in found}
