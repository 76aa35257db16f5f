"""Queries of payments, refunds, debts, saved cards, and of what providers report."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from backend.db.engine import DB

Row = dict[str, Any]
After = tuple[datetime, UUID] | None


async def insert(table: str, values: Row, *, once: str = "") -> bool:
    """once: the columns of a unique key; a row that has it already stays, and False is returned."""
    names = list(values)
    marks = ", ".join(f"${number}" for number in range(1, len(names) + 1))
    conflict = f"ON CONFLICT ({once}) DO NOTHING" if once else ""
    rows = await DB.run(
        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks}) {conflict} RETURNING 1", *values.values()
    )
    return bool(rows)


async def add(values: Row) -> None:
    await insert("payment", values)


async def of_transaction(transaction_id: UUID, *, lock: bool = False) -> Row | None:
    rows = await DB.run(f"SELECT * FROM payment WHERE transaction = $1 {'FOR UPDATE' if lock else ''}", transaction_id)
    return rows[0] if rows else None


async def with_payment(transactions: Sequence[UUID]) -> list[UUID]:
    """Those of them that something was held for, or was to be."""
    rows = await DB.run("SELECT transaction FROM payment WHERE transaction = ANY($1::uuid[])", list(transactions))
    return [row["transaction"] for row in rows]


async def by_id(payment_id: UUID, *, lock: bool = False) -> Row | None:
    rows = await DB.run(f"SELECT * FROM payment WHERE id = $1 {'FOR UPDATE' if lock else ''}", payment_id)
    return rows[0] if rows else None


async def by_reference(tenant_id: UUID, reference: str) -> Row | None:
    rows = await DB.run(
        "SELECT * FROM payment WHERE tenant = $1 AND reference = $2 AND reference <> ''", tenant_id, reference
    )
    return rows[0] if rows else None


async def settling(payment_id: UUID) -> list[Row]:
    """What pays, or has paid, the debt of a session's payment; locked."""
    return await DB.run("SELECT * FROM payment WHERE settles = $1 ORDER BY created_at, id FOR UPDATE", payment_id)


async def since(payment_id: UUID) -> Row:
    """What became of a payment: later, what paid its debt; later_refunded of that; written_off of its debt; at, when
    money was taken last: a refund doesn't change it."""
    rows = await DB.run(
        """SELECT COALESCE((SELECT sum(captured_amount) FROM payment WHERE settles = $1), 0) AS later,
            COALESCE((SELECT sum(refunded_amount) FROM payment WHERE settles = $1), 0) AS later_refunded,
            COALESCE((SELECT amount FROM debt WHERE payment = $1 AND state = 'written_off'), 0) AS written_off,
            (SELECT max(created_at) FROM ledger_transfer WHERE kind IN ('card', 'spend') AND payment IN (
                SELECT $1 UNION ALL SELECT id FROM payment WHERE settles = $1)) AS at""",
        payment_id,
    )
    return rows[0]


async def change(payment_id: UUID, now: datetime, values: Row) -> None:
    names = ", ".join(f"{name} = ${number}" for number, name in enumerate(values, start=3))
    await DB.run(f"UPDATE payment SET updated_at = $2, {names} WHERE id = $1", payment_id, now, *values.values())


_SHOWN = """SELECT p.*, coalesce(a.name, '') AS person FROM payment p LEFT JOIN account a ON a.id = p.account"""


async def one_shown(tenant_id: UUID, payment_id: UUID) -> Row | None:
    rows = await DB.run(f"{_SHOWN} WHERE p.tenant = $1 AND p.id = $2", tenant_id, payment_id)
    return rows[0] if rows else None


async def page(
    tenant_id: UUID, states: Sequence[str] | None, account_id: UUID | None, search: str | None, after: After, limit: int
) -> list[Row]:
    at, last = after or (None, None)
    return await DB.run(
        f"""{_SHOWN} WHERE p.tenant = $1 AND ($2::text[] IS NULL OR p.state = ANY($2))
        AND ($3::uuid IS NULL OR p.account = $3)
        AND ($4::text IS NULL OR a.name ILIKE '%' || $4 || '%' OR p.payer ILIKE '%' || $4 || '%'
            OR p.reference ILIKE '%' || $4 || '%')
        AND ($5::timestamptz IS NULL OR (p.created_at, p.id) < ($5, $6::uuid))
        ORDER BY p.created_at DESC, p.id DESC LIMIT $7""",
        tenant_id, list(states) if states else None, account_id, search, at, last, limit,
    )  # fmt: skip


# --- refunds -----------------------------------------------------------------------------------------------------


async def refunds_of(payment_id: UUID) -> list[Row]:
    return await DB.run("SELECT * FROM refund WHERE payment = $1 ORDER BY created_at, id", payment_id)


async def refund(refund_id: UUID) -> Row | None:
    rows = await DB.run("SELECT * FROM refund WHERE id = $1", refund_id)
    return rows[0] if rows else None


async def refund_by_reference(tenant_id: UUID, reference: str) -> Row | None:
    rows = await DB.run(
        "SELECT * FROM refund WHERE tenant = $1 AND reference = $2 AND reference <> ''", tenant_id, reference
    )
    return rows[0] if rows else None


async def change_refund(refund_id: UUID, now: datetime, state: str, reference: str, failure: str) -> None:
    await DB.run(
        "UPDATE refund SET updated_at = $2, state = $3, reference = $4, failure = $5 WHERE id = $1",
        refund_id, now, state, reference, failure,
    )  # fmt: skip


# --- debts -------------------------------------------------------------------------------------------------------

_DEBT = """SELECT d.*, coalesce(a.name, '') AS person, p.transaction FROM debt d
    JOIN payment p ON p.id = d.payment LEFT JOIN account a ON a.id = d.account"""


async def debt(tenant_id: UUID, debt_id: UUID, *, lock: bool = False) -> Row | None:
    rows = await DB.run(
        f"{_DEBT} WHERE d.tenant = $1 AND d.id = $2 {'FOR UPDATE OF d' if lock else ''}", tenant_id, debt_id
    )
    return rows[0] if rows else None


async def debt_of(payment_id: UUID, *, lock: bool = False) -> Row | None:
    """The open debt of a session's payment."""
    rows = await DB.run(
        f"SELECT * FROM debt WHERE payment = $1 AND state = 'open' {'FOR UPDATE' if lock else ''}", payment_id
    )
    return rows[0] if rows else None


async def debts(tenant_id: UUID, account_id: UUID | None, state: str | None, after: After, limit: int) -> list[Row]:
    at, last = after or (None, None)
    return await DB.run(
        f"""{_DEBT} WHERE d.tenant = $1 AND ($2::uuid IS NULL OR d.account = $2) AND ($3::text IS NULL OR d.state = $3)
        AND ($4::timestamptz IS NULL OR (d.created_at, d.id) < ($4, $5::uuid))
        ORDER BY d.created_at DESC, d.id DESC LIMIT $6""",
        tenant_id, account_id, state, at, last, limit,
    )  # fmt: skip


async def owed(account_id: UUID, currency: str) -> Decimal:
    rows = await DB.run(
        "SELECT coalesce(sum(amount), 0) AS owed FROM debt WHERE account = $1 AND currency = $2 AND state = 'open'",
        account_id, currency,
    )  # fmt: skip
    found: Decimal = rows[0]["owed"]
    return found


async def unpaid(account_id: UUID, currency: str) -> Decimal:
    """What sessions may still cost, or did cost, for which nothing could be reserved, until it is paid or a debt."""
    rows = await DB.run(
        """SELECT coalesce(sum(coalesce(p.due_amount - p.wallet_amount, p.hold_amount)), 0) AS unpaid
        FROM payment p JOIN transaction t ON t.id = p.transaction
        WHERE p.account = $1 AND p.currency = $2 AND p.purpose = 'session' AND p.reference = ''
        AND p.captured_amount IS NULL AND CASE WHEN p.due_amount IS NOT NULL THEN p.state IN ('capturing', 'failed')
            ELSE p.state = 'failed' AND p.tries = 0 AND p.wallet_amount = 0 AND (t.state IN ('requested', 'active')
                OR (t.state = 'reserved' AND t.ended_at IS NULL) OR (t.state = 'ended' AND NOT EXISTS (
                    SELECT 1 FROM cdr c WHERE c.transaction = t.id AND c.total_incl <= p.credited))) END""",
        account_id, currency,
    )  # fmt: skip
    found: Decimal = rows[0]["unpaid"]
    return found


async def close_debt(debt_id: UUID, state: str, now: datetime) -> None:
    await DB.run("UPDATE debt SET state = $2, closed_at = $3 WHERE id = $1", debt_id, state, now)


async def lessen_debt(payment_id: UUID, amount: Decimal, now: datetime) -> Decimal:
    """By how much the open debt of a payment shrank; one of which nothing is left is settled, and says what it was."""
    rows = await DB.run(
        """UPDATE debt d SET amount = CASE WHEN d.amount <= $2 THEN d.amount ELSE d.amount - $2 END,
            state = CASE WHEN d.amount <= $2 THEN 'settled' ELSE d.state END,
            closed_at = CASE WHEN d.amount <= $2 THEN $3 ELSE d.closed_at END
        FROM (SELECT id, amount FROM debt WHERE payment = $1 AND state = 'open' AND settling IS NULL FOR UPDATE) old
        WHERE d.id = old.id RETURNING least(old.amount, $2) AS less""",
        payment_id, amount, now,
    )  # fmt: skip
    found: Decimal = rows[0]["less"] if rows else Decimal(0)
    return found


async def raise_debt(payment_id: UUID, amount: Decimal) -> bool:
    """False where the payment never had a debt. One that is closed opens with this amount."""
    rows = await DB.run(
        """UPDATE debt SET amount = CASE WHEN state = 'open' THEN amount + $2 ELSE $2 END, state = 'open',
            closed_at = NULL, settling = NULL WHERE payment = $1 RETURNING id""",
        payment_id, amount,
    )  # fmt: skip
    return bool(rows)


async def settle_debt_with(debt_id: UUID, payment_id: UUID | None) -> None:
    await DB.run("UPDATE debt SET settling = $2 WHERE id = $1", debt_id, payment_id)


async def debt_paid(payment_id: UUID, now: datetime) -> None:
    await DB.run("UPDATE debt SET state = 'settled', closed_at = $2 WHERE settling = $1", payment_id, now)


async def debt_unpaid(payment_id: UUID) -> None:
    await DB.run("UPDATE debt SET settling = NULL WHERE settling = $1 AND state = 'open'", payment_id)


# --- cards -------------------------------------------------------------------------------------------------------


async def person(account_id: UUID) -> Row:
    """Empty for an account that isn't there."""
    rows = await DB.run("SELECT id, tenant, email, name FROM account WHERE id = $1", account_id)
    return rows[0] if rows else {}


async def customer(account_id: UUID, provider: str) -> str | None:
    rows = await DB.run(
        "SELECT reference FROM payment_customer WHERE account = $1 AND provider = $2", account_id, provider
    )
    return rows[0]["reference"] if rows else None


async def account_of(tenant_id: UUID, provider: str, reference: str) -> UUID | None:
    rows = await DB.run(
        "SELECT account FROM payment_customer WHERE tenant = $1 AND provider = $2 AND reference = $3",
        tenant_id, provider, reference,
    )  # fmt: skip
    return rows[0]["account"] if rows else None


async def cards(account_id: UUID, provider: str) -> list[Row]:
    """The preferred one first."""
    return await DB.run(
        """SELECT * FROM payment_method WHERE account = $1 AND provider = $2
        ORDER BY preferred DESC, created_at DESC, id""",
        account_id, provider,
    )  # fmt: skip


async def keep_cards(account_id: UUID, provider: str, references: Sequence[str]) -> None:
    await DB.run(
        "DELETE FROM payment_method WHERE account = $1 AND provider = $2 AND NOT reference = ANY($3)",
        account_id, provider, list(references),
    )  # fmt: skip


async def prefer_card(account_id: UUID, card_id: UUID) -> None:
    await DB.run("UPDATE payment_method SET preferred = (id = $2) WHERE account = $1", account_id, card_id)


async def remove_card(card_id: UUID) -> None:
    await DB.run("DELETE FROM payment_method WHERE id = $1", card_id)


# --- settings and reports ----------------------------------------------------------------------------------------


async def settings(tenant_id: UUID) -> Row | None:
    rows = await DB.run("SELECT * FROM payment_settings WHERE tenant = $1", tenant_id)
    return rows[0] if rows else None


async def change_settings(tenant_id: UUID, now: datetime, values: Row) -> None:
    await DB.run("INSERT INTO payment_settings (tenant) VALUES ($1) ON CONFLICT (tenant) DO NOTHING", tenant_id)
    names = "".join(f", {name} = ${number}" for number, name in enumerate(values, start=3))
    await DB.run(
        f"UPDATE payment_settings SET updated_at = $2{names} WHERE tenant = $1", tenant_id, now, *values.values()
    )


async def tenant_currency(tenant_id: UUID) -> str | None:
    rows = await DB.run("SELECT currency FROM tenant WHERE id = $1", tenant_id)
    return rows[0]["currency"] if rows else None


async def provider_event(event_id: UUID, *, lock: bool = False) -> Row | None:
    rows = await DB.run(f"SELECT * FROM provider_event WHERE id = $1 {'FOR UPDATE' if lock else ''}", event_id)
    return rows[0] if rows else None


async def event_handled(event_id: UUID, now: datetime) -> None:
    await DB.run("UPDATE provider_event SET handled_at = $2 WHERE id = $1", event_id, now)
