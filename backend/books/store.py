"""Queries of the books: they read what other rooms wrote."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from backend.db.engine import DB

Row = dict[str, Any]
BILLED = "(r.total_incl + COALESCE((SELECT sum(k.total_incl) FROM correction k WHERE k.cdr = r.id), 0))"
"""What is to pay of a bill by now: its corrections are counted."""
LATER = "COALESCE((SELECT sum(d.captured_amount) FROM payment d WHERE d.settles = p.id), 0)"
"""What paid the debt of a payment."""
TAKEN = f"""(p.captured_amount + {LATER}
    - COALESCE((SELECT sum(k.refunded) FROM correction k WHERE k.transaction = p.transaction), 0))"""
"""What was taken, also to pay its debt, and not given back by a correction; a refund without one changes no bill."""
OWED = f"GREATEST(COALESCE({BILLED}, 0) - COALESCE({TAKEN}, 0), 0)"
_PAYMENTS = f"""
    SELECT p.id, p.transaction, r.number AS receipt, a.name AS person, a.email,
        COALESCE(NULLIF(s.name, ''), s.identity) AS station, l.name AS location, p.provider, p.method, p.state,
        p.currency, p.hold_amount, {BILLED} AS billed, {TAKEN} AS captured, {OWED} AS owed, p.failure,
        p.created_at, p.updated_at
    FROM payment p JOIN transaction t ON t.id = p.transaction JOIN charging_station s ON s.id = t.station
    LEFT JOIN location l ON l.id = s.location LEFT JOIN account a ON a.id = p.account
    LEFT JOIN cdr r ON r.transaction = p.transaction
    WHERE p.tenant = $1"""
_IN_DEBT = f"p.state IN ('captured', 'failed') AND {OWED} > 0"


async def payments(
    tenant_id: UUID,
    *,
    states: Sequence[str] | None,
    search: str | None,
    in_debt: bool,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Row]:
    """Newest first."""
    return await DB.run(
        f"""{_PAYMENTS} AND ($2::text[] IS NULL OR p.state = ANY($2)) AND (NOT $3::bool OR ({_IN_DEBT}))
          AND ($4::text IS NULL OR strpos(lower(concat_ws(' ', r.number, a.name, a.email, p.reference, p.method,
                                                          s.identity, s.name, l.name)), lower($4)) > 0)
          AND ($5::timestamptz IS NULL OR (p.created_at, p.id) < ($5, $6::uuid))
        ORDER BY p.created_at DESC, p.id DESC LIMIT $7""",
        tenant_id,
        list(states) if states else None,
        in_debt,
        search,
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )


async def debts(tenant_id: UUID) -> list[Row]:
    return await DB.run(
        f"""SELECT p.currency, sum({OWED}) AS owed, count(*)::int AS payments, count(DISTINCT p.account)::int AS people
        FROM payment p LEFT JOIN cdr r ON r.transaction = p.transaction WHERE p.tenant = $1 AND {_IN_DEBT}
        GROUP BY p.currency ORDER BY p.currency""",
        tenant_id,
    )


async def earned(tenant_id: UUID, begin: datetime, end: datetime) -> list[Row]:
    """By location and currency: bills and corrections that were written in a time."""
    return await DB.run(
        f"""WITH said AS (
            SELECT r.id, r.transaction, r.currency, r.total_incl AS gross,
                COALESCE(q.total_excl, round(r.total_excl, 2)) AS net, 1 AS sessions, 0 AS refunded
            FROM cdr r LEFT JOIN paper q ON q.cdr = r.id
            WHERE r.tenant = $1 AND r.issued_at >= $2 AND r.issued_at < $3
            UNION ALL
            SELECT k.cdr, k.transaction, k.currency, k.total_incl, k.total_excl, 0, k.refunded FROM correction k
            WHERE k.tenant = $1 AND k.issued_at >= $2 AND k.issued_at < $3)
        SELECT s.location AS location_id, COALESCE(l.name, '') AS location, b.currency,
            COALESCE(sum(b.sessions) FILTER (WHERE t.state <> 'reserved'), 0)::int AS sessions,
            COALESCE(sum(t.energy_wh) FILTER (WHERE b.sessions = 1), 0)::bigint AS energy_wh, sum(b.gross) AS gross,
            sum(b.net) AS net,
            COALESCE(sum(p.captured_amount + {LATER}) FILTER (WHERE b.sessions = 1), 0) - sum(b.refunded) AS captured,
            COALESCE(sum({OWED}) FILTER (WHERE {_IN_DEBT} AND b.sessions = 1), 0) AS owed,
            COALESCE(sum(b.gross) FILTER (WHERE p.id IS NULL), 0) AS on_account
        FROM said b JOIN cdr r ON r.id = b.id JOIN transaction t ON t.id = b.transaction
        JOIN charging_station s ON s.id = t.station
        LEFT JOIN location l ON l.id = s.location LEFT JOIN payment p ON p.transaction = t.id
        GROUP BY s.location, l.name, b.currency ORDER BY sum(b.gross) DESC, location""",
        tenant_id,
        begin,
        end,
    )


async def bills(tenant_id: UUID, begin: datetime, end: datetime) -> list[Row]:
    """Every bill of a time with its payment, and payments that took money of a session without a bill."""
    return await DB.run(
        f"""SELECT r.transaction, r.number AS receipt, r.currency, {BILLED} AS billed, p.state,
            {TAKEN} AS captured, GREATEST(p.updated_at, r.issued_at) AS changed_at
        FROM cdr r LEFT JOIN payment p ON p.transaction = r.transaction
        WHERE r.tenant = $1 AND r.issued_at >= $2 AND r.issued_at < $3
        UNION ALL
        SELECT p.transaction, NULL, p.currency, NULL, p.state, p.captured_amount, p.updated_at
        FROM payment p WHERE p.tenant = $1 AND p.updated_at >= $2 AND p.updated_at < $3 AND p.captured_amount > 0
          AND p.purpose = 'session'
          AND NOT EXISTS (SELECT 1 FROM cdr r WHERE r.transaction = p.transaction)
        ORDER BY 2""",
        tenant_id,
        begin,
        end,
    )


async def keep_day(tenant_id: UUID, day: date, currency: str, values: Row) -> None:
    await DB.run(
        """INSERT INTO reconciliation
            (tenant, day, currency, bills, billed, captured, on_account, differences, checked_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (tenant, day, currency) DO UPDATE
        SET bills = $4, billed = $5, captured = $6, on_account = $7, differences = $8, checked_at = $9""",
        tenant_id,
        day,
        currency,
        *values.values(),
    )


async def days(tenant_id: UUID, after: tuple[date, str] | None, limit: int, *, only_differences: bool) -> list[Row]:
    return await DB.run(
        """SELECT * FROM reconciliation WHERE tenant = $1
          AND ($2::date IS NULL OR day < $2 OR (day = $2 AND currency > $3))
          AND (NOT $4::bool OR differences <> '[]'::jsonb)
        ORDER BY day DESC, currency LIMIT $5""",
        tenant_id,
        after[0] if after else None,
        after[1] if after else None,
        only_differences,
        limit,
    )


async def tenants() -> list[Row]:
    return await DB.run("SELECT id, time_zone, currency FROM tenant ORDER BY created_at")
