"""The ledger in PostgreSQL: accounts whose balance triggers keep, transfers that add up to zero."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from backend.db.engine import DB

Row = dict[str, Any]


async def account(tenant_id: UUID, owner: UUID | None, kind: str, currency: str) -> UUID:
    """Made where there is none."""
    await DB.run(
        """INSERT INTO ledger_account (id, tenant, owner, kind, currency) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (tenant, owner, kind, currency) DO NOTHING""",
        uuid4(), tenant_id, owner, kind, currency,
    )  # fmt: skip
    rows = await DB.run(
        """SELECT id FROM ledger_account
        WHERE tenant = $1 AND owner IS NOT DISTINCT FROM $2 AND kind = $3 AND currency = $4""",
        tenant_id, owner, kind, currency,
    )  # fmt: skip
    found: UUID = rows[0]["id"]
    return found


async def lock(accounts: Sequence[UUID]) -> dict[UUID, Decimal]:
    """The balances, locked until the transaction ends; always in one order, so that nobody waits for each other."""
    rows = await DB.run(
        "SELECT id, balance FROM ledger_account WHERE id = ANY($1) ORDER BY id FOR UPDATE", list(accounts)
    )
    return {row["id"]: row["balance"] for row in rows}


async def post(
    tenant_id: UUID,
    key: str,
    kind: str,
    entries: Sequence[tuple[UUID, Decimal]],
    currency: str,
    now: datetime,
    *,
    payment: UUID | None = None,
    note: str = "",
) -> bool:
    """False: it was done before. The database refuses what doesn't add up to zero, at the commit."""
    transfer = uuid4()
    rows = await DB.run(
        """INSERT INTO ledger_transfer (id, tenant, key, kind, payment, note, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant, key) DO NOTHING RETURNING 1""",
        transfer, tenant_id, key, kind, payment, note[:300], now,
    )  # fmt: skip
    if not rows:
        return False
    for entry_account, amount in entries:
        await DB.run(
            "INSERT INTO ledger_entry (transfer, account, amount, currency) VALUES ($1, $2, $3, $4)",
            transfer, entry_account, amount, currency,
        )  # fmt: skip
    return True


async def balances(owner: UUID, currency: str) -> dict[str, Decimal]:
    """By kind: wallet, reserved."""
    rows = await DB.run("SELECT kind, balance FROM ledger_account WHERE owner = $1 AND currency = $2", owner, currency)
    return {row["kind"]: row["balance"] for row in rows}


async def entries(owner: UUID, before: int | None, limit: int) -> list[Row]:
    """What changed a wallet, the newest first. What came back of a reserve (`returned`) and whether the rest was spent
    stands with the reserve: it is one story, told where it began."""
    return await DB.run(
        """SELECT e.id, e.amount, e.currency, t.kind, t.note, t.created_at,
            COALESCE(p.transaction, settled.transaction) AS transaction,
            COALESCE(p.purpose, '') AS purpose, after.returned, after.spent
        FROM ledger_entry e JOIN ledger_account a ON a.id = e.account JOIN ledger_transfer t ON t.id = e.transfer
        LEFT JOIN payment p ON p.id = t.payment LEFT JOIN payment settled ON settled.id = p.settles
        LEFT JOIN LATERAL (
            SELECT sum(o.amount) FILTER (WHERE o.account = a.id) AS returned, bool_or(of.kind = 'spend') AS spent
            FROM ledger_transfer of JOIN ledger_entry o ON o.transfer = of.id
            WHERE t.kind = 'reserve' AND of.payment = t.payment AND of.kind IN ('restore', 'spend')
        ) after ON true
        WHERE a.owner = $1 AND a.kind = 'wallet' AND t.kind <> 'restore' AND ($2::bigint IS NULL OR e.id < $2)
        ORDER BY e.id DESC LIMIT $3""",
        owner, before, limit,
    )  # fmt: skip


async def disputed(payments: Sequence[UUID]) -> dict[UUID, Decimal]:
    """What the bank has taken back of payments and not returned; of others nothing is said."""
    rows = await DB.run(
        """SELECT t.payment, sum(e.amount) AS taken FROM ledger_entry e JOIN ledger_transfer t ON t.id = e.transfer
        JOIN ledger_account a ON a.id = e.account
        WHERE t.payment = ANY($1) AND t.kind = 'dispute' AND a.kind = 'provider' GROUP BY t.payment""",
        list(payments),
    )
    return {row["payment"]: max(row["taken"], Decimal(0)) for row in rows}  # what comes back may be told first


async def parts_of(tenant_id: UUID, key: str) -> list[tuple[str, UUID | None, Decimal]]:
    """(kind, owner, amount) of a transfer; empty: there is none of this key."""
    rows = await DB.run(
        """SELECT a.kind, a.owner, e.amount FROM ledger_entry e JOIN ledger_transfer t ON t.id = e.transfer
        JOIN ledger_account a ON a.id = e.account WHERE t.tenant = $1 AND t.key = $2 ORDER BY e.id""",
        tenant_id,
        key,
    )
    return [(row["kind"], row["owner"], row["amount"]) for row in rows]


async def totals(tenant_id: UUID, currency: str) -> dict[str, Decimal]:
    """The sum of all accounts of a kind. Together they are zero."""
    rows = await DB.run(
        "SELECT kind, sum(balance) AS total FROM ledger_account WHERE tenant = $1 AND currency = $2 GROUP BY kind",
        tenant_id, currency,
    )  # fmt: skip
    return {row["kind"]: row["total"] for row in rows}
