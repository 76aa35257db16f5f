"""Exports: all rows, once, in tables that run nothing."""

import csv
import io
import zipfile
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from backend.db.engine import DB
from backend.exports import rules, service
from backend.exports.rules import Kind
from backend.payments import paying, refunds
from tests import world
from tests.support.node import Node, running_node

EVIL = '=HYPERLINK("http://evil.example","x")'
MARCH = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
async def node(db: str) -> AsyncIterator[Node]:
    async with running_node(db) as one:
        yield one


async def add_sessions(node: Node, count: int) -> None:
    station_id = await world.add_station(node.tenant_id, "CP-1", name=EVIL)
    driver = await world.add_account(node.tenant_id, "@Dana")
    for number in range(count):
        at = MARCH + timedelta(hours=number // 3)  # three of one moment: a slice may end between them
        transaction_id = await world.add_transaction(
            station_id,
            account=driver,
            state="ended",
            created_at=at,
            begun_at=at,
            ended_at=at + timedelta(minutes=30),
            energy_wh=7_500,
            cost=Decimal("3.75"),
            currency="EUR",
        )
        await DB.run(
            """INSERT INTO payment (tenant, transaction, account, provider, state, currency, hold_amount,
                                    captured_amount)
            VALUES ($1, $2, $3, 'demo', 'captured', 'EUR', 50, 3.75)""",
            node.tenant_id,
            transaction_id,
            driver,
        )


async def table(client: Any, path: str, **params: Any) -> list[dict[str, str]]:
    answer = await client.get("/api/v1/exports", params={"kind": path} | params)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


async def test_every_row_once_and_nothing_runs(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "SLICE", 4)
    await add_sessions(node, 11)
    client = await node.client()
    found = await table(client, "sessions")
    assert len(found) == 11
    assert len({row["session_id"] for row in found}) == 11
    first = found[0]
    assert tuple(first) == rules.COLUMNS[Kind.SESSIONS]
    assert first["station"] == "'" + EVIL
    assert first["driver"] == "'@Dana"
    numbers = (Decimal(first["energy_kwh"]), first["minutes"], Decimal(first["cost"]))
    assert numbers == (Decimal("7.5"), "30", Decimal("3.75"))
    assert first["begun_at"] == "2026-03-01T01:00:00+01:00"
    payments = await table(client, "payments", state="captured")
    assert len(payments) == 11
    assert await table(client, "payments", state="failed") == []
    assert await table(client, "cdrs") == []
    assert len(await table(client, "sessions", begins_on="2026-03-01", ends_on="2026-03-01")) == 11
    assert await table(client, "sessions", begins_on="2026-03-02") == []
    wrong = await client.get("/api/v1/exports?kind=sessions&begins_on=2026-03-02&ends_on=2026-03-01")
    assert wrong.status_code == 400
    assert (await client.get("/api/v1/exports?kind=secrets")).status_code == 400


async def test_money_beside_sessions(node: Node) -> None:
    """Top-ups, each movement of a wallet, debts with what settled them, refunds."""
    driver = await world.add_account(node.tenant_id, "Dana")
    await paying.top_up(node.ctx, node.tenant_id, driver, Decimal(20))
    await paying.give_credit(node.ctx, node.tenant_id, driver, Decimal(5), "Sorry")
    payment = (await DB.run("SELECT id FROM payment"))[0]["id"]
    await refunds.refund(node.ctx, node.tenant_id, payment, Decimal(3), "=Slow")
    await DB.run(
        """INSERT INTO debt (id, tenant, account, payment, amount, currency, state, reason)
        VALUES (gen_random_uuid(), $1, $2, $3, 7, 'EUR', 'open', 'No funds')""",
        node.tenant_id,
        driver,
        payment,
    )
    debt = (await DB.run("SELECT id FROM debt"))[0]["id"]
    await paying.settle_debt(node.ctx, node.tenant_id, driver, debt)
    client = await node.client()
    (topup,) = await table(client, "topups")
    assert (topup["driver"], Decimal(topup["amount"]), topup["state"]) == ("Dana", 20, "captured")
    moved = [(row["kind"], Decimal(row["amount"])) for row in await table(client, "wallets")]
    assert sorted(moved) == [("promotion", 5), ("refund", -3), ("reserve", -7), ("topup", 20)]
    (owed,) = await table(client, "debts", state="settled")
    assert (Decimal(owed["amount"]), owed["paid_with"], owed["reason"]) == (7, "Wallet", "No funds")
    assert owed["paid_at"]
    (back,) = await table(client, "refunds")
    assert (Decimal(back["amount"]), back["to"], back["reason"]) == (3, "card", "'=Slow")
    for kind in ("topups", "wallets", "debts", "refunds"):
        sheet = await client.get("/api/v1/exports", params={"kind": kind, "format": "xlsx"})
        assert sheet.content.startswith(b"PK"), kind


async def test_what_a_sheet_cannot_hold_is_on_the_next_one(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "SHEET_ROWS", 2)
    monkeypatch.setattr(service, "SLICE", 3)
    await add_sessions(node, 5)
    client = await node.client()
    answer = await client.get("/api/v1/exports?kind=sessions&format=xlsx")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        rows = [book.read(f"xl/worksheets/sheet{number}.xml").decode().count("<row ") for number in (1, 2, 3)]
        assert 'name="sessions 3"' in book.read("xl/workbook.xml").decode()
    assert rows == [3, 3, 2], "the names of the columns stand on each"
    assert len(await table(client, "sessions")) == 5, "a CSV has no end"


async def test_a_sheet_holds_texts_as_texts_and_numbers_as_numbers(node: Node) -> None:
    await add_sessions(node, 3)
    answer = await (await node.client()).get("/api/v1/exports?kind=sessions&format=xlsx")
    assert answer.headers["content-type"] == rules.MEDIA[rules.Form.XLSX]
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "HYPERLINK" in sheet
    assert "<v>7.5</v>" in sheet
    assert sheet.count("<row ") == 4


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        ("+49 40", "'+49 40"),
        ("\tx", "'\tx"),
        ("a=b", "a=b"),
        (Decimal("-1.50"), "-1.50"),
        (Decimal("1E+3"), "1000"),
        (None, ""),
        (True, "yes"),
        (["offline", "=x"], "offline, =x"),
    ],
)
def test_cells(value: Any, cell: str) -> None:
    assert rules.as_csv(value) == cell
