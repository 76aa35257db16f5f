"""The books, read from bills and payments; each night the last days are reconciled."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from backend.books import rules, store
from backend.context import Context
from backend.errors import InvalidInput
from backend.papers.rules import month
from backend.tariffs.rules import round_money
from backend.tenants import service as tenants
from backend.web.pages import decode_cursor, page_of
from shared.base import Page
from shared.books import (
    DebtSum,
    DebtSums,
    Difference,
    PaymentRow,
    ReconciledDay,
    Settlement,
    SettlementRow,
)
from shared.money import Money

LOOKED_BACK = 7
"""Days that are checked anew each night: captures may come late."""


async def payments(
    tenant_id: UUID,
    *,
    states: list[str] | None = None,
    search: str | None = None,
    in_debt: bool = False,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[PaymentRow]:
    rows = await store.payments(
        tenant_id,
        states=states,
        search=(search or "").strip() or None,
        in_debt=in_debt,
        after=decode_cursor(cursor, tuple[datetime, UUID]),
        limit=limit + 1,
    )
    last = rows[limit - 1] if len(rows) > limit else None
    return page_of([_payment(row) for row in rows[:limit]], [last["created_at"], last["id"]] if last else None)


def _payment(row: store.Row) -> PaymentRow:
    def money(amount: Decimal | None) -> Money:
        return Money(amount=amount or Decimal(0), currency=row["currency"])

    return PaymentRow(
        id=str(row["id"]),
        transaction_id=str(row["transaction"]),
        receipt=row["receipt"] or "",
        person=row["person"] or "",
        email=row["email"] or "",
        station=row["station"],
        location=row["location"] or "",
        provider=row["provider"],
        method=row["method"],
        state=row["state"],
        held=money(row["hold_amount"]),
        billed=money(row["billed"]) if row["billed"] is not None else None,
        captured=money(row["captured"]),
        owed=money(row["owed"]),
        failure=row["failure"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


async def debts(tenant_id: UUID) -> DebtSums:
    return DebtSums(
        items=[
            DebtSum(
                owed=Money(amount=row["owed"], currency=row["currency"]),
                payments=row["payments"],
                people=row["people"],
            )
            for row in await store.debts(tenant_id)
        ]
    )


async def settlement(ctx: Context, tenant_id: UUID, period: str) -> Settlement:
    """What each location earned in a month on the operator's clock."""
    begin, end = month(period, ZoneInfo((await tenants.get(ctx, tenant_id)).time_zone))
    rows = [
        SettlementRow(
            location_id=str(row["location_id"]) if row["location_id"] else None,
            location=row["location"],
            currency=row["currency"],
            sessions=row["sessions"],
            energy_wh=row["energy_wh"],
            net=row["net"],
            vat=round_money(row["gross"] - row["net"], row["currency"]),
            gross=round_money(row["gross"], row["currency"]),
            captured=round_money(row["captured"], row["currency"]),
            owed=round_money(row["owed"], row["currency"]),
            on_account=round_money(row["on_account"], row["currency"]),
        )
        for row in await store.earned(tenant_id, begin, end)
    ]
    return Settlement(period=period, rows=rows, totals=rules.totals(rows))


async def reconcile(ctx: Context, tenant_id: UUID, day: date) -> list[ReconciledDay]:
    """Check a day now. Raises InvalidInput for one that has not begun."""
    tenant = await tenants.get(ctx, tenant_id)
    zone = ZoneInfo(tenant.time_zone)
    if day > ctx.now().astimezone(zone).date():
        raise InvalidInput("This day is yet to come.", fields=[("$.day", "today or before")])
    begin = datetime.combine(day, datetime.min.time(), zone)
    end = datetime.combine(day + timedelta(1), datetime.min.time(), zone)
    rows = await store.bills(tenant_id, begin, end)
    found = []
    for currency in sorted({row["currency"] for row in rows} or {tenant.currency}):
        own = [row for row in rows if row["currency"] == currency]
        differences = [one for row in own if (one := rules.difference(row, ctx.now())) is not None]
        values: dict[str, Any] = {
            "bills": sum(row["billed"] is not None for row in own),
            "billed": sum((row["billed"] or Decimal(0) for row in own), Decimal(0)),
            "captured": sum((row["captured"] or Decimal(0) for row in own), Decimal(0)),
            "on_account": sum((row["billed"] for row in own if row["billed"] and row["state"] is None), Decimal(0)),
            "differences": msgspec.to_builtins(differences),
            "checked_at": ctx.now(),
        }
        async with ctx.unit():
            await store.keep_day(tenant_id, day, currency, values)
        found.append(ReconciledDay(day=day, currency=currency, **(values | {"differences": differences})))
    return found


async def nightly(ctx: Context) -> None:
    """Cron: the last days of every operator."""
    for tenant in await store.tenants():
        today = ctx.now().astimezone(ZoneInfo(tenant["time_zone"])).date()
        for back in range(1, LOOKED_BACK + 1):
            await reconcile(ctx, tenant["id"], today - timedelta(back))


async def days(
    tenant_id: UUID, *, only_differences: bool = False, cursor: str | None = None, limit: int = 50
) -> Page[ReconciledDay]:
    after = decode_cursor(cursor, tuple[date, str])
    rows = await store.days(tenant_id, after, limit + 1, only_differences=only_differences)
    items = [
        ReconciledDay(
            day=row["day"],
            currency=row["currency"],
            bills=row["bills"],
            billed=row["billed"],
            captured=row["captured"],
            on_account=row["on_account"],
            differences=msgspec.convert(row["differences"], list[Difference], strict=False),
            checked_at=row["checked_at"],
        )
        for row in rows[:limit]
    ]
    last = items[-1] if len(rows) > limit else None
    return page_of(items, [last.day, last.currency] if last else None)
