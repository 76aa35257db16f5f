"""Queries of transactions, their messages and readings. Rows are dicts; times are aware UTC."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID

from backend.db.engine import DB

Row = dict[str, Any]

COLUMNS = """
    t.id, t.number, t.tenant, t.station, t.connector, t.evse, t.ref, t.account, t.id_token, t.tariff, t.state,
    t.charging_state, t.requested_at, t.begun_at, t.ended_at, t.stop_requested_at, t.meter_start_wh, t.meter_last_wh,
    t.meter_last_at, t.energy_wh, t.power_w, t.max_power_w, t.soc_percent, t.cost, t.currency, t.stop_reason,
    t.failure, t.flags, t.seq_no_last, t.target, t.reserved_from, t.holds, t.created_at, t.updated_at
"""
JOINED = f"""
    SELECT {COLUMNS}, s.identity, s.name AS station_name, s.location AS location_id, s.online,
           l.name AS location, l.time_zone, l.address, l.postal_code, l.city,
           c.evse AS connector_evse, c.number AS connector_number, c.max_power_w AS connector_power_w,
           a.name AS driver
    FROM transaction t
    JOIN charging_station s ON s.id = t.station
    LEFT JOIN location l ON l.id = s.location
    LEFT JOIN connector c ON c.id = t.connector
    LEFT JOIN account a ON a.id = t.account
"""


async def lock_station(station_id: UUID) -> None:
    """One transaction message of a station at a time, on all nodes; until the end of the database transaction."""
    await DB.run("SELECT pg_advisory_xact_lock(hashtextextended($1::text, 17))", str(station_id))


async def try_lock_station(station_id: UUID) -> bool:
    """The same lock, where nobody has it."""
    rows = await DB.run("SELECT pg_try_advisory_xact_lock(hashtextextended($1::text, 17)) AS mine", str(station_id))
    return bool(rows[0]["mine"])


async def lock_account(account_id: UUID) -> None:
    """One start of a person at a time, wherever; after the lock of the station."""
    await DB.run("SELECT pg_advisory_xact_lock(hashtextextended($1::text, 18))", str(account_id))


async def remember_message(
    station_id: UUID, fingerprint: str, kind: str, seq_no: int | None, at: datetime, received: datetime, payload: Any
) -> int | None:
    """The row's id, or None when the same was said before."""
    rows = await DB.run(
        """
        INSERT INTO transaction_message (station, fingerprint, kind, seq_no, at, received_at, payload)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (station, fingerprint) DO NOTHING RETURNING id
        """,
        station_id,
        fingerprint,
        kind,
        seq_no,
        at,
        received,
        payload,
    )
    return rows[0]["id"] if rows else None


async def file_message(message_id: int, transaction_id: UUID | None, note: str = "") -> None:
    await DB.run(
        "UPDATE transaction_message SET transaction = $2, note = $3 WHERE id = $1", message_id, transaction_id, note
    )


async def of_message(station_id: UUID, fingerprint: str) -> Row | None:
    return await _one(
        f"""
        SELECT {COLUMNS} FROM transaction_message m JOIN transaction t ON t.id = m.transaction
        WHERE m.station = $1 AND m.fingerprint = $2
        """,
        station_id,
        fingerprint,
    )


async def _one(sql: str, *arguments: Any) -> Row | None:
    rows = await DB.run(sql, *arguments)
    return rows[0] if rows else None


async def by_wire(station_id: UUID, ref: str | None, number: int | None) -> Row | None:
    """The station's own transaction of this name, locked; another station's is never found."""
    condition = "t.ref = $2" if ref is not None else "t.number = $2"
    value = ref if ref is not None else number
    return await _one(
        f"""SELECT {COLUMNS} FROM transaction t WHERE t.station = $1 AND {condition} AND t.state <> 'reserved'
        FOR UPDATE""",
        station_id,
        value,
    )


async def live_on(station_id: UUID, states: Sequence[str], evse: int | None = None) -> list[Row]:
    """Transactions of a station in these states, newest first, locked."""
    return await DB.run(
        f"""
        SELECT {COLUMNS} FROM transaction t
        WHERE t.station = $1 AND t.state = ANY($2) AND ($3::int IS NULL OR t.evse = $3)
        ORDER BY t.created_at DESC FOR UPDATE
        """,
        station_id,
        list(states),
        evse,
    )


async def active_on(station_id: UUID) -> list[Row]:
    """What runs at a known EVSE of a station: id, evse, holds."""
    return await DB.run(
        "SELECT id, evse, holds FROM transaction WHERE station = $1 AND state = 'active' AND evse IS NOT NULL",
        station_id,
    )


async def add(values: Row) -> Row:
    names = list(values)
    marks = ", ".join(f"${number}" for number in range(1, len(names) + 1))
    rows = await DB.run(
        f"INSERT INTO transaction AS t ({', '.join(names)}) VALUES ({marks}) RETURNING {COLUMNS}", *values.values()
    )
    return rows[0]


async def change(transaction_id: UUID, values: Row) -> None:
    names = ", ".join(f"{name} = ${number}" for number, name in enumerate(values, start=2))
    await DB.run(f"UPDATE transaction SET {names} WHERE id = $1", transaction_id, *values.values())


async def absorb(transaction_id: UUID, other_id: UUID) -> None:
    """Messages and readings of the other one become this one's; the other one is no more."""
    await DB.run("UPDATE transaction_message SET transaction = $1 WHERE transaction = $2", transaction_id, other_id)
    await DB.run("UPDATE transaction_reading SET transaction = $1 WHERE transaction = $2", transaction_id, other_id)
    await DB.run("DELETE FROM transaction WHERE id = $1", other_id)


async def by_id(transaction_id: UUID, *, lock: bool = False) -> Row | None:
    return await _one(
        f"SELECT {COLUMNS} FROM transaction t WHERE t.id = $1 {'FOR UPDATE' if lock else ''}", transaction_id
    )


async def joined(transaction_id: UUID) -> Row | None:
    return await _one(f"{JOINED} WHERE t.id = $1", transaction_id)


READING_COLUMNS = (
    "at",
    "energy_wh",
    "power_w",
    "soc_percent",
    "current_a",
    "voltage_v",
    "charging_state",
    "context",
    "trusted",
    "phase_voltages",
    "phase_currents",
    "offered_w",
)


ADD_READINGS = f"INSERT INTO transaction_reading (transaction, {', '.join(READING_COLUMNS)})"
"""Of a `reading_row`, whose columns are these in this order."""


async def add_readings(transaction_id: UUID, rows: Sequence[tuple[Any, ...]]) -> int:
    """Rows in the order of READING_COLUMNS; those of a moment that is known already are left out. How many are new.

    A curve that was kept without them is void."""
    found = await DB.run(
        f"""
        WITH void AS (DELETE FROM transaction_curve WHERE transaction = $1)
        {ADD_READINGS} SELECT * FROM unnest($2::reading_row[]) ON CONFLICT (transaction, at) DO NOTHING RETURNING 1
        """,
        transaction_id,
        [(transaction_id, *row) for row in rows],
    )
    return len(found)


async def readings(transaction_id: UUID) -> list[Row]:
    return await DB.run(
        f"SELECT {', '.join(READING_COLUMNS)} FROM transaction_reading WHERE transaction = $1 ORDER BY at",
        transaction_id,
    )


async def messages(transaction_id: UUID) -> list[Row]:
    return await DB.run(
        "SELECT kind, seq_no, at, received_at, note FROM transaction_message WHERE transaction = $1 "
        "AND kind <> 'updated' ORDER BY received_at, id",
        transaction_id,
    )


async def own_sessions(account_id: UUID) -> int:
    rows = await DB.run(
        "SELECT count(*) AS n FROM transaction WHERE account = $1 AND state IN ('requested', 'active')", account_id
    )
    return int(rows[0]["n"])


async def next_number() -> int:
    rows = await DB.run("SELECT nextval('transaction_number') AS number")
    return int(rows[0]["number"])


class Sort(NamedTuple):
    column: str
    falling: bool
    sql_kind: str
    cursor: Any
    """The types of its value and of a row's id."""


SORTS = {
    "newest": Sort("t.created_at", True, "timestamptz", tuple[datetime, UUID]),
    "oldest": Sort("t.created_at", False, "timestamptz", tuple[datetime, UUID]),
    "-energy": Sort("t.energy_wh", True, "bigint", tuple[int, UUID]),
    "energy": Sort("t.energy_wh", False, "bigint", tuple[int, UUID]),
    "-cost": Sort("COALESCE(t.cost, 0)", True, "numeric", tuple[Decimal, UUID]),
    "cost": Sort("COALESCE(t.cost, 0)", False, "numeric", tuple[Decimal, UUID]),
}


async def page(
    tenant_id: UUID,
    *,
    account_id: UUID | None,
    states: Sequence[str] | None,
    station: str | None,
    search: str | None,
    sort: str,
    after: tuple[Any, UUID] | None,
    limit: int,
    flag: str | None = None,
) -> list[Row]:
    """`sorted_by` of a row is what a cursor needs beside its id. Of reservations only those that are billed."""
    column, falling, sql_kind, _ = SORTS[sort]
    sign, way = ("<", "DESC") if falling else (">", "ASC")
    return await DB.run(
        f"""
        {JOINED.replace("FROM transaction t", f", {column} AS sorted_by FROM transaction t", 1)}
        WHERE t.tenant = $1 AND ($2::uuid IS NULL OR t.account = $2) AND ($3::text[] IS NULL OR t.state = ANY($3))
          AND ($4::text IS NULL OR s.identity = $4)
          AND ($5::text IS NULL OR strpos(lower(concat_ws(' ', s.identity, s.name, l.name, a.name, t.id_token,
                                                          t.number::text)), lower($5)) > 0)
          AND ($6::{sql_kind} IS NULL OR ({column}, t.id) {sign} ($6, $7::uuid))
          AND ($9::text IS NULL OR t.flags ? $9) AND (t.state <> 'reserved' OR t.cost > 0)
        ORDER BY {column} {way}, t.id {way} LIMIT $8
        """,
        tenant_id,
        account_id,
        list(states) if states else None,
        station,
        search,
        after[0] if after else None,
        after[1] if after else None,
        limit,
        flag,
    )


async def flagged(transactions: Sequence[UUID], flags: Sequence[str]) -> list[Row]:
    """Those with any of these flags."""
    return await DB.run(
        f"SELECT {COLUMNS} FROM transaction t WHERE t.id = ANY($1::uuid[]) AND t.flags ?| $2::text[]",
        list(transactions),
        list(flags),
    )


async def by_ids(tenant_id: UUID, ids: Sequence[UUID]) -> list[Row]:
    return await DB.run(f"{JOINED} WHERE t.tenant = $1 AND t.id = ANY($2)", tenant_id, list(ids))


async def zombies(quiet_since: datetime) -> list[Row]:
    """Active transactions whose outlet says since then that it is free, or that nobody heard of for a day."""
    return await DB.run(
        f"""
        SELECT {COLUMNS} FROM transaction t JOIN charging_station s ON s.id = t.station
        LEFT JOIN connector c ON c.id = t.connector
        WHERE t.state = 'active' AND s.online AND s.connected_at < $1
          AND ((c.status = 'available' AND c.status_at < $1 AND t.updated_at < $1)
               OR t.updated_at < $1 - interval '1 day')
        """,
        quiet_since,
    )


async def cdr(transaction_id: UUID) -> Row | None:
    return await _one("SELECT * FROM cdr WHERE transaction = $1", transaction_id)


async def corrected(cdr_id: UUID) -> list[Row]:
    """Credits and supplements of a bill."""
    return await DB.run(
        "SELECT number, total_incl, lines, reason FROM correction WHERE cdr = $1 ORDER BY issued_at, number", cdr_id
    )


async def totals(transactions: Sequence[UUID]) -> list[Row]:
    """What their bills ask for, and the sum of what corrected them."""
    return await DB.run(
        """SELECT c.transaction, c.total_incl,
            COALESCE((SELECT sum(k.total_incl) FROM correction k WHERE k.transaction = c.transaction), 0) AS corrected
        FROM cdr c WHERE c.transaction = ANY($1::uuid[])""",
        list(transactions),
    )


async def billed(name: str) -> list[Row]:
    """The CDRs that a person may mean: by its number, or by the id of the transaction or of the CDR itself."""
    return await DB.run("SELECT * FROM cdr WHERE $1 IN (number, transaction::text, id::text) ORDER BY issued_at", name)
