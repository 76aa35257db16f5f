"""Payments, debts and wallets as people look at them."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from backend.context import Context
from backend.errors import InvalidInput, NotFound
from backend.payments import choosing, ledger_store, refunds, rules, store
from backend.web.pages import decode_cursor, page_of
from shared.base import Page
from shared.money import Money
from shared.payments import Debt, LedgerEntry, Payment, PaymentDetail, Refund, RefundTarget, Wallet

Row = store.Row


def payment(row: Row, disputed: Decimal = Decimal(0)) -> Payment:
    def money(amount: Decimal) -> Money:
        return Money(amount=amount, currency=row["currency"])

    captured = row["captured_amount"] or Decimal(0)
    return Payment(
        id=str(row["id"]),
        purpose=row["purpose"],
        state=row["state"],
        provider=row["provider"],
        method=row["method"],
        transaction_id=_id(row["transaction"]),
        account_id=_id(row["account"]),
        person=row["person"],
        held=money(row["hold_amount"]),
        captured=money(captured),
        from_wallet=money(row["wallet_amount"]),
        refunded=money(row["refunded_amount"]),
        refundable=money(refunds.refundable(row, disputed)),
        refundable_to_card=money(refunds.to_card(row, disputed)),
        failure=row["failure"],
        dispute=row["dispute"],
        tries=row["tries"],
        next_try_at=row["next_try_at"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def _id(value: UUID | None) -> str | None:
    return None if value is None else str(value)


def _refund(row: Row) -> Refund:
    return Refund(
        id=str(row["id"]),
        amount=Money(amount=row["amount"], currency=row["currency"]),
        to=RefundTarget(row["target"]),
        reason=row["reason"],
        state=row["state"],
        failure=row["failure"],
        created_at=row["created_at"],
    )


def debt(row: Row) -> Debt:
    return Debt(
        id=str(row["id"]),
        account_id=_id(row["account"]),
        person=row["person"],
        transaction_id=_id(row["transaction"]),
        amount=Money(amount=row["amount"], currency=row["currency"]),
        state=row["state"],
        reason=row["reason"],
        created_at=row["created_at"],
        closed_at=row["closed_at"],
    )


async def one(ctx: Context, tenant_id: UUID, payment_id: UUID) -> PaymentDetail:
    """Raises NotFound."""
    row = await store.one_shown(tenant_id, payment_id)
    if row is None:
        raise NotFound("This payment doesn't exist.")
    disputed = await refunds.disputed(payment_id)
    return PaymentDetail(
        payment=payment(row, disputed), refunds=[_refund(one) for one in await store.refunds_of(payment_id)]
    )


async def page(
    ctx: Context,
    tenant_id: UUID,
    *,
    states: str | None = None,
    account_id: UUID | None = None,
    search: str | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[Payment]:
    """states: several with commas. Raises InvalidInput for unknown ones."""
    wanted = [one.strip() for one in (states or "").split(",") if one.strip()]
    if unknown := [one for one in wanted if one not in rules.NEXT]:
        raise InvalidInput(f"{unknown[0]} is not a state.", fields=[("$.state", f"one of {', '.join(rules.NEXT)}")])
    after = decode_cursor(cursor, tuple[datetime, UUID])
    rows = await store.page(tenant_id, wanted or None, account_id, (search or "").strip() or None, after, limit + 1)
    taken = await ledger_store.disputed([row["id"] for row in rows])
    return _paged(rows, limit, lambda row: payment(row, taken.get(row["id"], Decimal(0))))


async def debts(
    ctx: Context, tenant_id: UUID, account_id: UUID | None, state: str | None, cursor: str | None, limit: int
) -> Page[Debt]:
    after = decode_cursor(cursor, tuple[datetime, UUID])
    rows = await store.debts(tenant_id, account_id, state or None, after, limit + 1)
    return _paged(rows, limit, debt)


def _paged(rows: Sequence[Row], limit: int, shown: Any) -> Page[Any]:
    last = rows[limit - 1] if len(rows) > limit else None
    following = [last["created_at"], last["id"]] if last else None
    return page_of([shown(row) for row in rows[:limit]], following)


async def wallet(ctx: Context, tenant_id: UUID, account_id: UUID) -> Wallet:
    terms = await choosing.terms(ctx, tenant_id)
    balances = await ledger_store.balances(account_id, terms.currency)
    open_debts = await store.debts(tenant_id, account_id, "open", None, 50)

    def money(amount: Decimal) -> Money:
        return Money(amount=amount, currency=terms.currency)

    return Wallet(
        balance=money(balances.get("wallet", Decimal(0))),
        reserved=money(balances.get("reserved", Decimal(0))),
        owed=money(await store.owed(account_id, terms.currency)),
        provider=terms.name,
        debts=[debt(row) for row in open_debts],
    )


def _entry(row: Row) -> LedgerEntry:
    returned = row["returned"] or Decimal(0)
    return LedgerEntry(
        id=row["id"],
        kind=rules.wallet_kind(row["kind"], row["amount"] + returned, spent=bool(row["spent"])),
        amount=Money(amount=row["amount"] + returned, currency=row["currency"]),
        note=row["note"],
        transaction_id=_id(row["transaction"]),
        at=row["created_at"],
        purpose=row["purpose"],
        returned=Money(amount=returned, currency=row["currency"]),
    )


async def entries(ctx: Context, account_id: UUID, cursor: str | None, limit: int) -> Page[LedgerEntry]:
    after = decode_cursor(cursor, tuple[int])
    rows = await ledger_store.entries(account_id, after[0] if after else None, limit + 1)
    items = [_entry(row) for row in rows[:limit]]
    return page_of(items, [items[-1].id] if len(rows) > limit else None)
