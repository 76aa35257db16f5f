"""The books say what bills and payments say, and find where the two differ."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from backend.books import rules, service
from backend.db.engine import DB
from backend.errors import InvalidInput
from shared.books import SettlementRow
from tests import world
from tests.conftest import Clock
from tests.services.test_papers import add_bill

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def bill(billed: str | None, state: str | None, captured: str | None, hours: int = 2) -> dict[str, Any]:
    return {
        "transaction": "t",
        "receipt": "2026-1",
        "billed": None if billed is None else Decimal(billed),
        "captured": None if captured is None else Decimal(captured),
        "state": state,
        "changed_at": NOW - timedelta(hours=hours),
    }


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (bill("5", "captured", "5"), None),
        (bill("0", None, None), None),
        (bill("0", "released", "0"), None),
        (bill("5", None, None), None),
        (bill("5", "failed", None), "failed"),
        (bill("5", "capturing", None, hours=0), None),
        (bill("5", "capturing", None), "open"),
        (bill("60", "captured", "50"), "too_little"),
        (bill("5", "released", "0"), "too_little"),
        (bill("5", "captured", "5.01"), "too_much"),
        (bill(None, "captured", "5"), "no_bill"),
        (bill(None, "captured", "0"), None),
    ],
)
def test_differences(row: dict[str, Any], code: str | None) -> None:
    found = rules.difference(row, NOW)
    assert (found.code if found else None) == code


def test_totals_are_exact_sums_by_currency() -> None:
    def row(currency: str, amount: str) -> SettlementRow:
        one = Decimal(amount)
        numbers = {"net": one, "vat": one, "gross": one, "captured": one, "owed": one, "on_account": one}
        return SettlementRow(location_id=None, location="", currency=currency, sessions=1, energy_wh=10, **numbers)

    found = rules.totals([row("EUR", "0.10"), row("CHF", "1.00"), row("EUR", "0.20")])
    assert [(one.currency, one.sessions, one.gross) for one in found] == [
        ("CHF", 1, Decimal("1.00")),
        ("EUR", 2, Decimal("0.30")),
    ]


async def pay(tenant_id: Any, transaction_id: Any, account: Any, state: str, captured: str | None) -> None:
    await DB.run(
        """INSERT INTO payment (tenant, transaction, account, provider, state, currency, hold_amount, captured_amount,
                                card_amount, reference)
        VALUES ($1, $2, $3, 'demo', $4, 'EUR', 50, $5::numeric, COALESCE($5::numeric, 0), 'demo:50:EUR:test')""",
        tenant_id,
        transaction_id,
        account,
        state,
        Decimal(captured) if captured else None,
    )


async def test_payments_debts_settlement_and_a_day(db: str, clock: Clock) -> None:
    ctx = world.make_context(clock)
    tenant = await world.add_tenant()
    harbour = await world.add_location(tenant, "Harbour")
    station = await world.add_station(tenant, "CP-1", location_id=harbour)
    dana, otto = await world.add_account(tenant, "Dana"), await world.add_account(tenant, "Otto")
    at = datetime(2026, 2, 10, 12, tzinfo=UTC)
    for number, (person, amount, state, captured) in enumerate(
        [(dana, "11.90", "captured", "11.90"), (dana, "60.00", "captured", "50.00"), (otto, "5.00", "failed", None)]
    ):
        transaction = await add_bill(tenant, station, person, at, number, amount)
        await pay(tenant, transaction, person, state, captured)
    await add_bill(tenant, station, None, at, 9, "2.38")

    everything = await service.payments(tenant, limit=2)
    assert len(everything.items) == 2
    rest = await service.payments(tenant, limit=2, cursor=everything.next_cursor)
    assert (len(rest.items), rest.next_cursor) == (1, None)
    assert len((await service.payments(tenant, search="otto")).items) == 1
    owing = (await service.payments(tenant, in_debt=True)).items
    assert sorted(one.owed.amount for one in owing) == [Decimal("5.00"), Decimal("10.00")]
    (debt,) = (await service.debts(tenant)).items
    assert (debt.owed.amount, debt.payments, debt.people) == (Decimal("15.00"), 2, 2)

    settled = await service.settlement(ctx, tenant, "2026-02")
    (row,) = settled.rows
    assert (row.location, row.sessions, row.gross, row.captured) == ("Harbour", 4, Decimal("79.28"), Decimal("61.90"))
    assert row.net + row.vat == row.gross
    assert (row.owed, row.on_account) == (Decimal("15.00"), Decimal("2.38"))
    assert row.captured + row.owed + row.on_account == row.gross
    assert settled.totals[0].gross == row.gross
    assert (await service.settlement(ctx, tenant, "2026-01")).rows == []

    (day,) = await service.reconcile(ctx, tenant, date(2026, 2, 10))
    assert (day.bills, day.billed, day.captured) == (4, Decimal("79.28"), Decimal("61.90"))
    assert day.on_account == Decimal("2.38")
    assert sorted(one.code for one in day.differences) == ["failed", "too_little"]
    await service.reconcile(ctx, tenant, date(2026, 2, 10))
    (kept,) = (await service.days(tenant)).items
    assert kept.differences == day.differences
    await service.reconcile(ctx, tenant, date(2026, 2, 11))
    assert [one.day.day for one in (await service.days(tenant)).items] == [11, 10]
    assert [one.day.day for one in (await service.days(tenant, only_differences=True)).items] == [10]
    with pytest.raises(InvalidInput):
        await service.reconcile(ctx, tenant, date(2026, 3, 3))
    stranger = await world.add_tenant("Other")
    assert (await service.payments(stranger)).items == []
    assert (await service.days(stranger)).items == []
