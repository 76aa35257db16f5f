"""Queries of papers, and of the bills that they are made of."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.db.engine import DB

Row = dict[str, Any]
COLUMNS = """
    p.id, p.tenant, p.kind, p.number, p.account, p.transaction, p.period, p.currency, p.total_excl, p.total_incl,
    p.sessions, p.energy_wh, p.issued_at, a.name AS person, a.email, m.state AS mailed
"""
FROM = "FROM paper p LEFT JOIN account a ON a.id = p.account LEFT JOIN mail m ON m.id = p.mail"


async def issuer(tenant_id: UUID) -> Row | None:
    rows = await DB.run("SELECT * FROM issuer WHERE tenant = $1", tenant_id)
    return rows[0] if rows else None


async def save_issuer(tenant_id: UUID, values: Row) -> None:
    await DB.run("INSERT INTO issuer (tenant) VALUES ($1) ON CONFLICT DO NOTHING", tenant_id)
    if values:
        names = ", ".join(f"{name} = ${number}" for number, name in enumerate(values, start=2))
        await DB.run(f"UPDATE issuer SET {names} WHERE tenant = $1", tenant_id, *values.values())


async def next_number(tenant_id: UUID, kind: str) -> int:
    """Without gaps: the row stays locked until the paper is written or undone."""
    rows = await DB.run(
        """INSERT INTO paper_counter (tenant, kind, last) VALUES ($1, $2, 1)
        ON CONFLICT (tenant, kind) DO UPDATE SET last = paper_counter.last + 1 RETURNING last""",
        tenant_id,
        kind,
    )
    return int(rows[0]["last"])


_ADDED = {
    "id": "uuid",
    "tenant": "uuid",
    "kind": "text",
    "number": "text",
    "account": "uuid",
    "transaction": "uuid",
    "cdr": "uuid",
    "period": "text",
    "currency": "text",
    "total_excl": "numeric",
    "total_incl": "numeric",
    "sessions": "int",
    "energy_wh": "bigint",
    "document": "jsonb",
    "issued_at": "timestamptz",
}
_ADD = "INSERT INTO paper ({}) SELECT * FROM unnest({}) ON CONFLICT DO NOTHING RETURNING id".format(
    ", ".join(_ADDED), ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(_ADDED.values(), start=1))
)


async def add(papers: Sequence[Row]) -> int:
    """How many: not where the bill, or the month of this person, has its paper already."""
    return len(await DB.run(_ADD, *([paper.get(name) for paper in papers] for name in _ADDED)))


async def get(paper_id: UUID) -> Row | None:
    rows = await DB.run(f"SELECT {COLUMNS}, p.document {FROM} WHERE p.id = $1", paper_id)
    return rows[0] if rows else None


async def of_transaction(transaction_id: UUID) -> Row | None:
    """Its receipt."""
    rows = await DB.run(
        f"SELECT {COLUMNS}, p.document {FROM} WHERE p.transaction = $1 AND p.kind = 'receipt'", transaction_id
    )
    return rows[0] if rows else None


async def page(
    tenant_id: UUID,
    *,
    kinds: Sequence[str],
    account_id: UUID | None,
    period: str | None,
    search: str | None,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> list[Row]:
    return await DB.run(
        f"""SELECT {COLUMNS} {FROM}
        WHERE p.tenant = $1 AND p.kind = ANY($2) AND ($3::uuid IS NULL OR p.account = $3)
          AND ($4::text IS NULL OR p.period = $4)
          AND ($5::text IS NULL OR strpos(lower(concat_ws(' ', p.number, a.name, a.email)), lower($5)) > 0)
          AND ($6::timestamptz IS NULL OR (p.issued_at, p.id) < ($6, $7::uuid))
        ORDER BY p.issued_at DESC, p.id DESC LIMIT $8""",
        tenant_id,
        list(kinds),
        account_id,
        period,
        search,
        after[0] if after else None,
        after[1] if after else None,
        limit,
    )


async def invoiced(tenant_id: UUID, account_id: UUID, period: str, currency: str) -> bool:
    rows = await DB.run(
        """SELECT 1 FROM paper WHERE tenant = $1 AND account = $2 AND period = $3 AND currency = $4
        AND kind = 'invoice'""",
        tenant_id,
        account_id,
        period,
        currency,
    )
    return bool(rows)


async def set_mail(paper_id: UUID, mail_id: UUID) -> None:
    await DB.run("UPDATE paper SET mail = $2 WHERE id = $1", paper_id, mail_id)


async def bill(transaction_id: UUID) -> Row | None:
    """The charge detail record of a session, with whose it is."""
    rows = await bills([transaction_id])
    return rows[0] if rows else None


async def bills(transactions: Sequence[UUID]) -> list[Row]:
    """Those of many, where there are."""
    return await DB.run(f"{BILLS} WHERE c.transaction = ANY($1::uuid[])", list(transactions))


BILLS = """
    SELECT c.*, t.account, a.name AS person, a.email FROM cdr c JOIN transaction t ON t.id = c.transaction
    LEFT JOIN account a ON a.id = t.account
"""


async def bills_of(tenant_id: UUID, account_id: UUID, currency: str, begin: datetime, end: datetime) -> list[Row]:
    """What was billed to a person in a time, in the order of numbers."""
    return await DB.run(
        f"""{BILLS} WHERE c.tenant = $1 AND t.account = $2 AND c.currency = $3 AND c.issued_at >= $4
        AND c.issued_at < $5 ORDER BY c.issued_at, c.number""",
        tenant_id,
        account_id,
        currency,
        begin,
        end,
    )


async def corrections_of(tenant_id: UUID, account_id: UUID, currency: str, begin: datetime, end: datetime) -> list[Row]:
    """The credit notes and supplements written to a person in a time, in the order of time."""
    return await DB.run(
        """SELECT p.document, p.tenant, p.currency, t.account, a.name AS person, a.email FROM correction k
        JOIN paper p ON p.id = k.paper JOIN transaction t ON t.id = k.transaction JOIN account a ON a.id = t.account
        WHERE k.tenant = $1 AND t.account = $2 AND k.currency = $3 AND k.issued_at >= $4 AND k.issued_at < $5
        ORDER BY k.issued_at, k.number""",
        tenant_id,
        account_id,
        currency,
        begin,
        end,
    )


async def customers(tenant_id: UUID, begin: datetime, end: datetime) -> list[Row]:
    """Who was billed in a time, or whose bills were corrected in it, and in which currencies."""
    return await DB.run(
        """SELECT DISTINCT t.account, c.currency FROM (
            SELECT transaction, currency FROM cdr WHERE tenant = $1 AND issued_at >= $2 AND issued_at < $3
            UNION ALL
            SELECT transaction, currency FROM correction WHERE tenant = $1 AND issued_at >= $2 AND issued_at < $3
        ) c JOIN transaction t ON t.id = c.transaction WHERE t.account IS NOT NULL ORDER BY t.account, c.currency""",
        tenant_id,
        begin,
        end,
    )


async def tenants() -> list[Row]:
    return await DB.run("SELECT id, time_zone FROM tenant ORDER BY created_at")


async def lock(account_id: UUID, period: str) -> None:
    """One invoice of a person and month at a time, until the end of the database transaction."""
    await DB.run("SELECT pg_advisory_xact_lock(hashtextextended($1::text, 31))", f"{account_id}{period}")
