"""Queries of the provider's own list and of what our ledger says about it."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from backend.db.engine import DB

Row = dict[str, Any]


async def keep(tenant_id: UUID, provider: str, rows: Sequence[Sequence[Any]]) -> None:
    """A line that is known stays as it is."""
    for row in rows:
        await DB.run(
            """INSERT INTO provider_movement
                (tenant, provider, reference, kind, amount, fee, currency, payment, about, at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (tenant, provider, reference) DO NOTHING""",
            tenant_id,
            provider,
            *row,
        )


async def horizon(tenant_id: UUID, provider: str) -> date | None:
    """Since when the provider's list is known here."""
    rows = await DB.run(
        "SELECT min(day) AS day FROM provider_day WHERE tenant = $1 AND provider = $2 AND problem = ''",
        tenant_id,
        provider,
    )
    return rows[0]["day"] if rows else None


async def theirs_on(tenant_id: UUID, provider: str, begin: datetime, end: datetime) -> list[Row]:
    return await DB.run(
        """SELECT * FROM provider_movement WHERE tenant = $1 AND provider = $2 AND at >= $3 AND at < $4
        ORDER BY at, id""",
        tenant_id,
        provider,
        begin,
        end,
    )


async def theirs_of(tenant_id: UUID, provider: str, references: Sequence[str]) -> list[Row]:
    """All that is known of some payments, whenever it was."""
    return await DB.run(
        "SELECT * FROM provider_movement WHERE tenant = $1 AND provider = $2 AND payment = ANY($3)",
        tenant_id,
        provider,
        list(references),
    )


_OURS = """SELECT p.id, p.reference, p.currency, p.transaction, a.name AS person, -e.amount AS amount,
        t.created_at AS at,
        CASE t.kind WHEN 'refund' THEN 'refund' WHEN 'dispute' THEN 'dispute' ELSE 'charge' END AS kind
    FROM ledger_entry e JOIN ledger_account c ON c.id = e.account AND c.kind = 'provider'
    JOIN ledger_transfer t ON t.id = e.transfer JOIN payment p ON p.id = t.payment
    LEFT JOIN account a ON a.id = p.account
    WHERE t.tenant = $1 AND p.provider = $2"""


async def ours_on(tenant_id: UUID, provider: str, begin: datetime, end: datetime) -> list[Row]:
    """What our ledger says the provider took and gave, of a time."""
    return await DB.run(f"{_OURS} AND t.created_at >= $3 AND t.created_at < $4", tenant_id, provider, begin, end)


async def ours_of(tenant_id: UUID, provider: str, references: Sequence[str]) -> list[Row]:
    return await DB.run(f"{_OURS} AND p.reference = ANY($3)", tenant_id, provider, list(references))


async def named(tenant_id: UUID, provider: str, references: Sequence[str]) -> dict[str, Row]:
    rows = await DB.run(
        """SELECT p.id, p.reference, p.transaction, a.name AS person FROM payment p
        LEFT JOIN account a ON a.id = p.account WHERE p.tenant = $1 AND p.provider = $2 AND p.reference = ANY($3)""",
        tenant_id,
        provider,
        list(references),
    )
    return {row["reference"]: row for row in rows}


COLUMNS = ("charges", "refunds", "disputes", "fees", "payouts", "booked", "differences", "problem", "checked_at")


async def keep_day(tenant_id: UUID, provider: str, day: date, currency: str, values: Row) -> None:
    marks = ", ".join(f"${number}" for number in range(5, 5 + len(COLUMNS)))
    sets = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS)
    await DB.run(
        f"""INSERT INTO provider_day (tenant, provider, day, currency, {", ".join(COLUMNS)})
        VALUES ($1, $2, $3, $4, {marks}) ON CONFLICT (tenant, provider, day, currency) DO UPDATE SET {sets}""",
        tenant_id,
        provider,
        day,
        currency,
        *(values[name] for name in COLUMNS),
    )


async def days(tenant_id: UUID, after: tuple[date, int] | None, limit: int, *, only_differences: bool) -> list[Row]:
    return await DB.run(
        """SELECT * FROM provider_day WHERE tenant = $1
          AND ($2::date IS NULL OR (day, id) < ($2, $3::bigint))
          AND (NOT $4::bool OR differences <> '[]'::jsonb OR problem <> '')
        ORDER BY day DESC, id DESC LIMIT $5""",
        tenant_id,
        after[0] if after else None,
        after[1] if after else None,
        only_differences,
        limit,
    )
