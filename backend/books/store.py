"""Queries of the books: they read what other rooms wrote."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from backend.db.engine import DB

Row = dict[str, Any]
OWED = "GREATEST(COALESCE(r.total_incl, 0) - COALESCE(p.captured_amount, 0), 0)"
_PAYMENTS = f"""
    SELECT p.id, p.transaction, r.number AS receipt, a.name AS person, a.email,
        COALESCE(NULLIF(s.name, ''), s.identity) AS station, l.name AS location, p.provider, p.method, p.state,
        p.currency, p.hold_amount, r.total_incl AS billed, p.captured_amount AS captured, {OWED} AS owed, p.failure,
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
    """By location and currency: bills that were written in a time."""
    return await DB.run(
        f"""SELECT s.location AS location_id, COALESCE(l.name, '') AS location, r.currency, count(*)::int AS sessions,
            sum(t.energy_wh)::bigint AS energy_wh, sum(r.total_incl) AS gross,
            sum(COALESCE(q.total_excl, round(r.total_excl, 2))) AS net,
            sum(COALESCE(p.captured_amount, 0)) AS captured,
            COALESCE(sum({OWED}) FILTER (WHERE {_IN_DEBT}), 0) AS owed,
            COALESCE(sum(r.total_incl) FILTER (WHERE p.id IS NULL), 0) AS on_account
        FROM cdr r JOIN transaction t ON t.id = r.transaction JOIN charging_station s ON s.id = t.station
        LEFT JOIN location l ON l.id = s.location LEFT JOIN payment p ON p.transaction = t.id
        LEFT JOIN paper q ON q.cdr = r.id
        WHERE r.tenant = $1 AND r.issued_at >= $2 AND r.issued_at < $3
        GROUP BY s.location, l.name, r.currency ORDER BY sum(r.total_incl) DESC, location""",
        tenant_id,
        begin,
        end,
    )


async def bills(tenant_id: UUID, begin: datetime, end: datetime) -> list[Row]:
    """Every bill of a time with its payment, and payments that took money of a session without a bill."""
    return await DB.run(
        """SELECT r.transaction, r.number AS receipt, r.currency, r.total_incl AS billed, p.state,
            p.captured_amount AS captured, GREATEST(p.updated_at, r.issued_at) AS changed_at
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
