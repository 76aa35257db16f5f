"""The books say what bills and payments say, and find where the two differ."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from backend.books import owner_rules, owners, rules, service
from backend.db.engine import DB
from backend.errors import Conflict, InvalidInput
from shared.books import LocationOwnerNew, SettlementRow
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
    assert [f"{one:f}" for one in (row.vat, row.gross, row.captured)] == ["12.66", "79.28", "61.90"]
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


def row(net: str, sessions: int = 3, currency: str = "EUR") -> SettlementRow:
    one = Decimal(net)
    zero = Decimal(0)
    return SettlementRow(
        location_id="l", location="Harbour", currency=currency, sessions=sessions, energy_wh=1000, net=one, vat=zero,
        gross=one, captured=one, owed=zero, on_account=zero,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "share", "fee", "vat", "expected"),
    [
        ([row("100.00")], "90", "0", "0", ("90.00", "0.00", "90.00", "0.00", "90.00", "10.00")),
        (
            [row("100.00"), row("50.00", 7)],
            "80",
            "0.25",
            "19",
            ("120.00", "2.50", "117.50", "22.33", "139.83", "32.50"),
        ),
        ([row("0.05", 1)], "50", "0", "0", ("0.03", "0.00", "0.03", "0.00", "0.03", "0.02")),
        ([row("1.00", 9)], "0", "0.30", "19", ("0.00", "2.70", "-2.70", "-0.51", "-3.21", "3.70")),
        ([], "90", "1", "19", ("0.00", "0.00", "0.00", "0.00", "0.00", "0.00")),
    ],
)
def test_what_is_the_owner_s(
    rows: list[SettlementRow], share: str, fee: str, vat: str, expected: tuple[str, ...]
) -> None:
    terms = {"share": Decimal(share), "session_fee": Decimal(fee), "vat": Decimal(vat)}
    one = owner_rules.statement("o", "Lord", "EUR", rows, **terms)
    found = (one.part, one.fees, one.payout, one.tax, one.total, one.kept)
    assert found == tuple(Decimal(amount) for amount in expected)
    assert one.payout + one.kept == one.net


@pytest.mark.parametrize(
    ("share", "fee", "vat", "path"),
    [("101", "0", "0", "$.share"), ("-1", "0", "0", "$.share"), ("50", "NaN", "0", "$.session_fee"),
     ("50", "0.001", "0", "$.session_fee"), ("50", "0", "200", "$.vat"), ("99.99", "0.35", "7.7", None)],
)  # fmt: skip
def test_terms_that_cant_be_meant(share: str, fee: str, vat: str, path: str | None) -> None:
    wrong = owner_rules.problem(Decimal(share), Decimal(fee), Decimal(vat))
    assert (wrong[0] if wrong else None) == path


async def test_an_owner_s_month_as_sheet_and_table(db: str, clock: Clock) -> None:
    ctx = world.make_context(clock)
    tenant = await world.add_tenant()
    harbour, quay = await world.add_location(tenant, "Harbour"), await world.add_location(tenant, "=Quay")
    at = datetime(2026, 2, 10, 12, tzinfo=UTC)
    for number, place in enumerate((harbour, harbour, quay)):
        station = await world.add_station(tenant, f"CP-{number}", location_id=place)
        await add_bill(tenant, station, None, at, number, "11.90")
    new = LocationOwnerNew(
        name="Lord & Sons", address="Castle 1", share=Decimal(80), session_fee=Decimal("0.25"), vat=Decimal(19),
        locations=[str(harbour)],
    )  # fmt: skip
    lord = await owners.add(ctx, tenant, new)
    with pytest.raises(Conflict):
        await owners.add(ctx, tenant, new)
    (one,) = (await owners.statements(ctx, tenant, "2026-02")).items
    assert (one.net, one.part, one.fees, one.total) == (Decimal(20), Decimal(16), Decimal("0.50"), Decimal("18.45"))
    name, table = await owners.sheet(ctx, tenant, UUID(lord.id), "2026-02", None, "csv")
    assert name == "settlement-2026-02-lord-sons.csv"
    lines = table.decode("utf-8-sig").splitlines()
    assert lines[1].startswith("2026-02,Lord & Sons,Harbour,2,40,20")
    assert lines[-1].endswith("total,,,18.45,,,,EUR")
    for language in ("de", "en"):
        _, sheet = await owners.sheet(ctx, tenant, UUID(lord.id), "2026-02", language, "pdf")
        assert sheet.startswith(b"%PDF")
    _, whole = await owners.tenant_sheet(ctx, tenant, "2026-02", None, "csv")
    assert "2026-02,,'=Quay,1,20," in whole.decode()
    _, drawn = await owners.tenant_sheet(ctx, tenant, "2026-02", "de", "pdf")
    assert drawn.startswith(b"%PDF")
    both = await owners.change(
        ctx, tenant, UUID(lord.id), LocationOwnerNew(name="Lord", locations=[str(quay), str(harbour)])
    )
    assert len(both.locations) == 2
    with pytest.raises(InvalidInput):
        await owners.change(ctx, tenant, UUID(lord.id), LocationOwnerNew(name="Lord", locations=[str(uuid4())]))
    await owners.remove(ctx, tenant, UUID(lord.id))
    assert (await owners.statements(ctx, tenant, "2026-02")).items == []


async def test_a_statement_that_was_issued_stays_and_counts_nothing_twice(db: str, clock: Clock) -> None:
    ctx = world.make_context(clock)
    tenant = await world.add_tenant()
    harbour, quay = await world.add_location(tenant, "Harbour"), await world.add_location(tenant, "Quay")
    at = datetime(2026, 2, 10, 12, tzinfo=UTC)
    for number, place in enumerate((harbour, quay)):
        station = await world.add_station(tenant, f"CP-{number}", location_id=place)
        await add_bill(tenant, station, None, at, number, "11.90")
    lord = await owners.add(ctx, tenant, LocationOwnerNew(name="Lord", share=Decimal(80), locations=[str(harbour)]))
    lady = await owners.add(ctx, tenant, LocationOwnerNew(name="Lady", locations=[str(quay)]))
    with pytest.raises(InvalidInput, match="over yet"):
        await owners.issue(ctx, tenant, UUID(lord.id), "2026-03")
    for again in (1, 2):
        (one,) = (await owners.issue(ctx, tenant, UUID(lord.id), "2026-02")).items
        assert (one.number, one.total, one.issued_at) == ("SET-2026-00001", Decimal(8), ctx.now()), again
    # Other terms, and the location changes hands: what was issued stays, and nobody gets it once more.
    await owners.change(ctx, tenant, UUID(lord.id), LocationOwnerNew(name="Duke", share=Decimal(10)))
    both = [str(harbour), str(quay)]
    await owners.change(ctx, tenant, UUID(lady.id), LocationOwnerNew(name="Lady", locations=both))
    found = {one.owner: one for one in (await owners.statements(ctx, tenant, "2026-02")).items}
    assert {name: (one.total, one.number) for name, one in found.items()} == {
        "Lord": (Decimal(8), "SET-2026-00001"),
        "Lady": (Decimal(10), ""),
    }
    (second,) = (await owners.issue(ctx, tenant, UUID(lady.id), "2026-02")).items
    assert (second.number, [row.location for row in second.locations]) == ("SET-2026-00002", ["Quay"])
    _, sheet = await owners.sheet(ctx, tenant, UUID(lord.id), "2026-02", "de", "pdf")
    assert sheet.startswith(b"%PDF")
    # A correction of then counts in the month in which it is written.
    (bill,) = await DB.run("SELECT id, transaction FROM cdr ORDER BY number LIMIT 1")
    paper = uuid4()
    await DB.run(
        """INSERT INTO paper (id, tenant, kind, number, transaction, currency, total_excl, total_incl, sessions,
        energy_wh, document, issued_at) VALUES ($1, $2, 'credit_note', 'CN-1', $3, 'EUR', -10, -11.90, 1, 0, '{}', $4)
        """,
        paper, tenant, bill["transaction"], ctx.now(),
    )  # fmt: skip
    await DB.run(
        """INSERT INTO correction (tenant, cdr, transaction, paper, kind, number, currency, lines, total_excl,
        total_incl, reason, issued_at) VALUES ($1, $2, $3, $4, 'credit_note', 'CN-1', 'EUR', '[]', -10, -11.90, 'x', $5)
        """,
        tenant, bill["id"], bill["transaction"], paper, ctx.now(),
    )  # fmt: skip
    february = {one.owner: one.total for one in (await owners.statements(ctx, tenant, "2026-02")).items}
    assert (february["Lord"], february["Lady"]) == (Decimal(8), Decimal(10))
    clock.set(datetime(2026, 4, 1, 12, tzinfo=UTC))
    (march,) = (await owners.issue(ctx, tenant, UUID(lady.id), "2026-03")).items
    assert (march.number, march.total, march.sessions) == ("SET-2026-00003", Decimal(-10), 0)
    await owners.remove(ctx, tenant, UUID(lord.id))
    assert "Lord" in {one.owner for one in (await owners.statements(ctx, tenant, "2026-02")).items}
