"""Queries that write the messages of many stations together: one statement for a group instead of one for each."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

import msgspec

from backend.db.engine import DB
from backend.transactions.store import ADD_READINGS

Row = dict[str, Any]

# Of running transactions each is looked up by itself (LATERAL): a join, planned at a quiet hour, reads all that run.
_RUNNING = """
    SELECT q.n, t.id, t.number, t.ref, t.connector, t.evse, t.account, t.tariff, t.state, t.charging_state,
        t.reserved_from, t.holds, t.begun_at, t.meter_start_wh, t.meter_last_wh, t.meter_last_at, t.energy_wh,
        t.power_w, t.max_power_w, t.soc_percent, t.cost, t.currency, t.flags, t.seq_no_last, t.requested_at, t.id_token,
        t.target, c.number AS outlet, c.max_power_w AS power_limit_w, l.time_zone,
        t.account IS NULL AND t.id_token = '' AND EXISTS (
            SELECT 1 FROM transaction r WHERE r.station = t.station AND r.state = 'requested') AS may_be_asked_for
    FROM unnest($1::int[], $2::uuid[], {}[]) AS q (n, station, name)
    CROSS JOIN LATERAL (
        SELECT * FROM transaction WHERE station = q.station AND {} = q.name AND state = 'active' FOR UPDATE SKIP LOCKED
    ) AS t
    JOIN connector c ON c.id = t.connector
    JOIN charging_station s ON s.id = t.station
    LEFT JOIN location l ON l.id = s.location
"""
_BY_REF = _RUNNING.format("$3::text", "ref")
_BY_NUMBER = _RUNNING.format("$3::bigint", "number")


async def lock_stations(stations: Sequence[UUID]) -> set[UUID]:
    """Those whose lock was free (the one of `store.lock_station`): theirs until the end of the database transaction.
    Waiting for the others could lock two groups out of each other's stations for ever."""
    rows = await DB.run(
        "SELECT s FROM unnest($1::uuid[]) AS s WHERE pg_try_advisory_xact_lock(hashtextextended(s::text, 17))",
        list(stations),
    )
    return {row["s"] for row in rows}


async def running(wanted: Sequence[tuple[int, UUID, str | None, int | None]]) -> dict[int, Row]:
    """Of (n, station, ref, number) the active transactions that run at a known outlet, locked, by n."""
    found: dict[int, Row] = {}
    named = [(n, station, ref) for n, station, ref, _ in wanted if ref is not None]
    numbered = [(n, station, number) for n, station, ref, number in wanted if ref is None]
    for sql, some in ((_BY_REF, named), (_BY_NUMBER, numbered)):
        if some:
            rows = await DB.run(sql, *(list(column) for column in zip(*some, strict=True)))
            found |= {row["n"]: row for row in rows}
    return found


async def remember(messages: Sequence[tuple[Any, ...]]) -> set[tuple[UUID, str]]:
    """(station, fingerprint) of what wasn't said before. Rows: station, transaction, fingerprint, kind, seq_no, at,
    received_at, payload."""
    rows = await DB.run(
        """
        INSERT INTO transaction_message (station, transaction, fingerprint, kind, seq_no, at, received_at, payload)
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::int[], $6::timestamptz[],
                             $7::timestamptz[], $8::jsonb[])
        ON CONFLICT (station, fingerprint) DO NOTHING RETURNING station, fingerprint
        """,
        *(list(column) for column in zip(*messages, strict=True)),
    )
    return {(row["station"], row["fingerprint"]) for row in rows}


async def add_readings(points: Sequence[tuple[Any, ...]]) -> None:
    """Rows: transaction, then as store.READING_COLUMNS; those of a moment that is known already are left out."""
    await DB.run(
        f"{ADD_READINGS} SELECT * FROM unnest($1::reading_row[]) ON CONFLICT (transaction, at) DO NOTHING", points
    )


FOLLOWED = (
    "id",
    "charging_state",
    "meter_start_wh",
    "meter_last_wh",
    "meter_last_at",
    "energy_wh",
    "power_w",
    "max_power_w",
    "soc_percent",
    "seq_no_last",
)


async def follow(rows: Sequence[Row], now: datetime) -> int | None:
    """Write what reports changed in running transactions: FOLLOWED and `flags`. The version (xmin) of their rows."""
    found = await DB.run(
        """
        UPDATE transaction t SET charging_state = v.charging_state, meter_start_wh = v.meter_start_wh,
            meter_last_wh = v.meter_last_wh, meter_last_at = v.meter_last_at, energy_wh = v.energy_wh,
            power_w = v.power_w, max_power_w = v.max_power_w, soc_percent = v.soc_percent,
            seq_no_last = v.seq_no_last, flags = v.flags, updated_at = $12
        FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::bigint[], $5::timestamptz[], $6::bigint[], $7::int[],
                    $8::int[], $9::int[], $10::int[], $11::jsonb[])
            AS v (id, charging_state, meter_start_wh, meter_last_wh, meter_last_at, energy_wh, power_w, max_power_w,
                  soc_percent, seq_no_last, flags)
        WHERE t.id = v.id RETURNING t.xmin AS version
        """,
        *([row[name] for row in rows] for name in FOLLOWED),
        [msgspec.json.encode(row["flags"]).decode() for row in rows],  # a list of lists would be a matrix
        now,
    )
    return found[0]["version"] if found else None


async def readings_of(transactions: Sequence[UUID]) -> dict[UUID, list[Any]]:
    """What a bill needs of their readings, in the order of time."""
    found: dict[UUID, list[Any]] = {one: [] for one in transactions}
    rows = await DB.records(
        """SELECT transaction, at, energy_wh, current_a, charging_state, trusted FROM transaction_reading
        WHERE transaction = ANY($1::uuid[]) ORDER BY transaction, at""",
        list(transactions),
    )
    for own, some in groupby(rows, key=itemgetter("transaction")):
        found[own] = list(some)
    return found


async def set_costs(costs: Sequence[tuple[Any, ...]]) -> dict[UUID, int]:
    """Rows: transaction, cost, currency, version (xmin) or None. The new versions of those that are still of theirs;
    the others are left as they are."""
    rows = await DB.run(
        """UPDATE transaction t SET cost = v.cost, currency = v.currency
        FROM unnest($1::uuid[], $2::numeric[], $3::text[], $4::xid[]) AS v (id, cost, currency, version)
        WHERE t.id = v.id AND (v.version IS NULL OR t.xmin = v.version) RETURNING t.id, t.xmin AS version""",
        *(list(column) for column in zip(*costs, strict=True)),
    )
    return {row["id"]: row["version"] for row in rows}


async def tariffs_running() -> list[UUID]:
    """Of the sessions that run."""
    rows = await DB.run("SELECT DISTINCT tariff FROM transaction WHERE state = 'active' AND tariff IS NOT NULL")
    return [row["tariff"] for row in rows]


async def silent(tariffs: Sequence[UUID], since: datetime) -> list[Row]:
    """Sessions by these tariffs that run and of which nothing has come since, with what their bill needs."""
    return await DB.run(
        """SELECT t.id, t.tenant, t.station, t.connector, t.account, t.tariff, t.state, t.reserved_from, t.holds,
            t.begun_at, t.meter_start_wh, t.meter_last_wh, t.meter_last_at, t.energy_wh, t.charging_state, t.cost,
            t.currency, t.xmin AS version, s.identity, l.time_zone
        FROM transaction t
        JOIN charging_station s ON s.id = t.station
        LEFT JOIN location l ON l.id = s.location
        WHERE t.state = 'active' AND t.begun_at IS NOT NULL AND t.updated_at < $2 AND t.tariff = ANY($1::uuid[])
        ORDER BY t.id""",
        list(tariffs),
        since,
    )


async def charging(outlets: Sequence[tuple[int, UUID, int]]) -> list[Row]:
    """Of (n, station, evse) the transactions that run there, locked."""
    return await DB.run(
        """SELECT q.n, t.id, t.ref, t.charging_state, t.meter_last_wh, t.begun_at, t.connector, t.account, t.power_w,
            t.version
        FROM (
            SELECT q.n, here.id FROM unnest($1::int[], $2::uuid[], $3::int[]) AS q (n, station, evse)
            CROSS JOIN LATERAL (
                SELECT id FROM transaction WHERE station = q.station AND evse = q.evse AND state = 'active' OFFSET 0
            ) AS here
            ORDER BY here.id
        ) AS q CROSS JOIN LATERAL (
            SELECT *, xmin AS version FROM transaction WHERE id = q.id AND state = 'active' FOR UPDATE
        ) AS t""",
        *(list(column) for column in zip(*outlets, strict=True)),
    )


async def turn(points: Sequence[tuple[Any, ...]]) -> None:
    """Rows as in `add_readings`: the state that holds from a moment on, also where a meter value came just then."""
    last = {point[:2]: point for point in points}
    await DB.run(
        """INSERT INTO transaction_reading (transaction, at, energy_wh, power_w, charging_state, context, trusted)
        SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::bigint[], $4::int[], $5::text[], $6::text[], $7::bool[])
        ON CONFLICT (transaction, at) DO UPDATE SET charging_state = excluded.charging_state""",
        *(list(column) for column in zip(*(_turned(point) for point in last.values()), strict=True)),
    )


def _turned(point: tuple[Any, ...]) -> tuple[Any, ...]:
    transaction, at, energy_wh, power_w, _soc, _amps, _volts, state, context, trusted, *_ = point
    return transaction, at, energy_wh, power_w, state, context, trusted


async def set_states(states: Sequence[tuple[UUID, str, int | None]], now: datetime) -> dict[UUID, int]:
    """Rows: transaction, its charging state, and its power then. The new versions."""
    rows = await DB.run(
        """UPDATE transaction t SET charging_state = v.state, updated_at = $4, power_w = v.power_w
        FROM unnest($1::uuid[], $2::text[], $3::int[]) AS v (id, state, power_w) WHERE t.id = v.id
        RETURNING t.id, t.xmin AS version""",
        *(list(column) for column in zip(*states, strict=True)),
        now,
    )
    return {row["id"]: row["version"] for row in rows}
