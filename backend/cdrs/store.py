"""Queries of corrections, of meters in doubt, and of what a CDR says of its place."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from backend.db.engine import DB

Row = dict[str, Any]


async def bill(transaction_id: UUID, *, lock: bool = False) -> Row | None:
    rows = await DB.run(f"SELECT * FROM cdr WHERE transaction = $1 {'FOR UPDATE' if lock else ''}", transaction_id)
    return rows[0] if rows else None


async def insert(table: str, values: Row) -> None:
    names = ", ".join(values)
    marks = ", ".join(f"${number}" for number in range(1, len(values) + 1))
    await DB.run(f"INSERT INTO {table} ({names}) VALUES ({marks}) ON CONFLICT DO NOTHING", *values.values())


_CORRECTIONS = """SELECT k.*, r.number AS corrects, COALESCE(a.name, '') AS maker FROM correction k
    JOIN cdr r ON r.id = k.cdr LEFT JOIN account a ON a.id = k.made_by"""


async def corrections(transaction_id: UUID) -> list[Row]:
    return await DB.run(f"{_CORRECTIONS} WHERE k.transaction = $1 ORDER BY k.issued_at, k.number", transaction_id)


async def correction(correction_id: UUID) -> Row | None:
    rows = await DB.run(f"{_CORRECTIONS} WHERE k.id = $1", correction_id)
    return rows[0] if rows else None


async def note_refund(correction_id: UUID, amount: Decimal) -> None:
    await DB.run("UPDATE correction SET refunded = $2 WHERE id = $1", correction_id, amount)


# --- meters in doubt -------------------------------------------------------------------------------------------

_DOUBTS = """SELECT d.*, t.number, COALESCE(NULLIF(s.name, ''), s.identity) AS station,
        COALESCE(l.name, '') AS location,
        COALESCE(a.name, '') AS driver, a.email, COALESCE(b.name, '') AS decider, COALESCE(k.number, '') AS paper
    FROM meter_doubt d JOIN transaction t ON t.id = d.transaction JOIN charging_station s ON s.id = t.station
    LEFT JOIN location l ON l.id = s.location LEFT JOIN account a ON a.id = t.account
    LEFT JOIN account b ON b.id = d.decided_by LEFT JOIN correction k ON k.id = d.correction"""


async def doubt(transaction_id: UUID, *, lock: bool = False) -> Row | None:
    rows = await DB.run(f"{_DOUBTS} WHERE d.transaction = $1 {'FOR UPDATE OF d' if lock else ''}", transaction_id)
    return rows[0] if rows else None


async def doubts(
    tenant_id: UUID, *, is_open: bool | None, after: tuple[datetime, UUID] | None, limit: int
) -> list[Row]:
    return await DB.run(
        f"""{_DOUBTS} WHERE d.tenant = $1 AND ($2::bool IS NULL OR (d.decision = '') = $2)
          AND ($3::timestamptz IS NULL OR (d.created_at, d.id) < ($3, $4::uuid))
        ORDER BY d.created_at DESC, d.id DESC LIMIT $5""",
        tenant_id,
        is_open,
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )


async def decide(doubt_id: UUID, values: Row) -> None:
    names = ", ".join(f"{name} = ${number}" for number, name in enumerate(values, start=2))
    await DB.run(f"UPDATE meter_doubt SET {names} WHERE id = $1", doubt_id, *values.values())


async def withdraw(transaction_id: UUID) -> None:
    """One that nobody decided yet: the station told more."""
    await DB.run("DELETE FROM meter_doubt WHERE transaction = $1 AND decision = ''", transaction_id)


async def undecided(transaction_id: UUID) -> bool:
    return bool(await DB.run("SELECT 1 FROM meter_doubt WHERE transaction = $1 AND decision = ''", transaction_id))


async def reported_register(transaction_id: UUID) -> int | None:
    """The last register (Wh) that the station told of a session, believed or not."""
    rows = await DB.run(
        """SELECT COALESCE(
            (SELECT (m.payload ->> 'meterStop')::numeric FROM transaction_message m
             WHERE m.transaction = $1 AND m.kind = 'ended' AND m.payload ->> 'meterStop' ~ '^-?[0-9]{1,15}$'
             ORDER BY m.id DESC LIMIT 1),
            (SELECT r.energy_wh FROM transaction_reading r WHERE r.transaction = $1 AND r.energy_wh IS NOT NULL
             ORDER BY r.at DESC, r.trusted LIMIT 1)) AS wh""",
        transaction_id,
    )
    return None if rows[0]["wh"] is None else int(rows[0]["wh"])


# --- for other companies ---------------------------------------------------------------------------------------

_RECORDS = """
    SELECT r.*, r.number AS cdr_number, t.id_token, t.account, t.meter_start_wh, t.begun_at, t.ended_at, t.energy_wh,
        t.reserved_from, t.holds, t.state, t.stop_reason, t.ref, t.meter_last_wh, t.charging_state, t.evse, s.identity,
        l.id AS location_id, l.name AS location, l.address, l.city, l.postal_code, l.country, l.latitude,
        l.longitude, l.time_zone,
        c.evse AS connector_evse, c.number AS connector_number, c.standard, c.power_type, f.definition, f.version,
        f.created_at AS tariff_at, n.country AS tenant_country, n.name AS tenant_name, n.slug,
        COALESCE(i.party_id, '') AS party_id
    FROM cdr r JOIN transaction t ON t.id = r.transaction JOIN charging_station s ON s.id = t.station
    LEFT JOIN location l ON l.id = s.location LEFT JOIN connector c ON c.id = t.connector
    LEFT JOIN tariff f ON f.id = r.tariff JOIN tenant n ON n.id = r.tenant LEFT JOIN issuer i ON i.tenant = r.tenant"""


async def record(tenant_id: UUID, transaction_id: UUID) -> Row | None:
    rows = await DB.run(f"{_RECORDS} WHERE r.tenant = $1 AND r.transaction = $2", tenant_id, transaction_id)
    return rows[0] if rows else None


async def records(
    tenant_id: UUID,
    *,
    begin: datetime | None,
    end: datetime | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Row]:
    """CDRs and their corrections in the order in which they were written; `correction_id` None: the CDR itself."""
    return await DB.run(
        f"""SELECT x.*, k.id AS correction_id, k.number AS correction_number, k.total_excl AS correction_excl,
                k.total_incl AS correction_incl, k.reason, COALESCE(k.issued_at, x.issued_at) AS written_at,
                COALESCE(k.id, x.id) AS written_id, o.written
            FROM (SELECT r.id AS cdr_id, NULL::uuid AS k_id, r.issued_at AS written FROM cdr r WHERE r.tenant = $1
                  UNION ALL SELECT k.cdr, k.id, k.issued_at FROM correction k WHERE k.tenant = $1) o
            JOIN ({_RECORDS}) x ON x.id = o.cdr_id LEFT JOIN correction k ON k.id = o.k_id
            WHERE ($2::timestamptz IS NULL OR o.written >= $2) AND ($3::timestamptz IS NULL OR o.written < $3)
              AND ($4::timestamptz IS NULL OR (o.written, COALESCE(o.k_id, o.cdr_id)) > ($4, $5::uuid))
            ORDER BY o.written, COALESCE(o.k_id, o.cdr_id) LIMIT $6""",
        tenant_id,
        begin,
        end,
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )


async def readings(transactions: Sequence[UUID]) -> dict[UUID, list[Row]]:
    found: dict[UUID, list[Row]] = {one: [] for one in transactions}
    rows = await DB.run(
        """SELECT transaction, at, energy_wh, current_a, charging_state, trusted FROM transaction_reading
        WHERE transaction = ANY($1::uuid[]) ORDER BY transaction, at""",
        list(transactions),
    )
    for row in rows:
        found[row["transaction"]].append(row)
    return found
