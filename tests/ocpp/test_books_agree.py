"""A mixed month: every paper, export and report about its money says the same, to the cent."""

import csv
import io
import re
import zipfile
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import httpx
import msgspec

from backend.db.engine import DB
from backend.exports import rules
from backend.payments import ledger_store
from backend.reservations import service as reservations
from backend.tariffs import service as tariffs
from backend.tariffs.model import Tariff
from backend.transactions import replaying
from shared.accounts import Role
from tests.ocpp.test_payments import charge, payment_is, tap
from tests.support.node import Node
from tests.support.wire import Json, Session16, asked, card, eventually, key, until

BERLIN = ZoneInfo("Europe/Berlin")
PRICES = {
    "elements": [
        {
            "price_components": [{"type": "FLAT", "price": "3.00", "vat": 19}],
            "restrictions": {"reservation": "RESERVATION_EXPIRES"},
        },
        {
            "price_components": [{"type": "TIME", "price": "6.00", "vat": 19}],
            "restrictions": {"reservation": "RESERVATION"},
        },
        {
            "price_components": [
                {"type": "ENERGY", "price": "0.333", "vat": 19, "step_size": 1},
                {"type": "FLAT", "price": "0.35", "vat": 7},
            ]
        },
    ]
}


def amount(money: Any) -> Decimal:
    return Decimal(str(money["amount"] if isinstance(money, dict) else money))


def total(values: Any) -> Decimal:
    return sum((Decimal(str(one)) for one in values), Decimal(0))


class Month:
    """What happens in it, at two stations of two places."""

    def __init__(self, node: Node, operator: httpx.AsyncClient, first: Any, second: Any, outlets: list[Any]) -> None:
        self.node, self.operator, self.first, self.second, self.outlets = node, operator, first, second, outlets

    async def driver(self, email: str) -> httpx.AsyncClient:
        return await self.node.client(Role.DRIVER, email)

    async def paid(self, driver: httpx.AsyncClient, place: int, wh: int, state: str = "captured") -> str:
        found = await charge((self.first, self.second)[place], driver, self.outlets[place], wh)
        await payment_is(driver, found, state)
        return found

    async def reserved(self, driver: httpx.AsyncClient) -> tuple[Json, Json]:
        """(what the station was asked, the reservation)"""
        body = {"connector_id": str(self.outlets[0]), "minutes": 30}
        sent, answer = await asked(
            self.first, driver, "/api/v1/reservations", body, "ReserveNow", {"status": "Accepted"}
        )
        assert answer.status_code == 201, answer.text
        for table, moments in (("reservation", ("created_at", "expires_at")), ("transaction", ("reserved_from",))):
            earlier = ", ".join(f"{name} = {name} - interval '30 minutes'" for name in moments)
            await DB.run(f"UPDATE {table} SET {earlier} WHERE id = $1::uuid", answer.json()["id"])
        return sent, answer.json()

    async def unused(self, driver: httpx.AsyncClient) -> str:
        _, made = await self.reserved(driver)
        await reservations.expire(self.node.ctx, {"reservation_id": made["id"]})
        await payment_is(driver, made["id"], "captured")
        return str(made["id"])

    async def used(self, driver: httpx.AsyncClient, wh: int) -> None:
        """Begun at the station: on account, with the time that was reserved."""
        sent, _ = await self.reserved(driver)
        session = Session16(self.first, token=sent["idTag"])
        await session.started(0, minutes_ago=10, reservationId=sent["reservationId"])
        await session.stopped(wh)

    async def on_account(self, wh: int) -> None:
        session = Session16(self.second, token=await card(self.node))
        await session.started(0)
        await session.stopped(wh)

    async def credited(self, transaction_id: str, **body: Any) -> None:
        path = f"/api/v1/transactions/{transaction_id}/corrections"
        answer = await self.operator.post(path, json={"reason": "A mistake", **body}, headers=key())
        assert answer.status_code == 202, answer.text

    async def supplemented(self, driver: httpx.AsyncClient) -> None:
        """A register that jumped: the operator bills what it says."""
        transaction = await tap(self.first, driver, self.outlets[0])
        token = (await DB.run("SELECT id_token FROM transaction WHERE id = $1::uuid", transaction["id"]))[0]["id_token"]
        session = Session16(self.first, token=token)
        await session.started(0)
        await session.meter(10, {"value": "5000", "unit": "Wh"})
        await session.stopped(31_000)
        path = f"/api/v1/transactions/{transaction['id']}"
        await eventually(driver, f"{path}/corrections", lambda one: one["doubt"])
        await payment_is(driver, transaction["id"], "captured")
        body = {"decision": "reported", "note": "The meter is right"}
        answer = await self.operator.post(f"{path}/decision", json=body, headers=key())
        assert answer.json()["correction"].startswith("SUP-"), answer.text


async def lay_back(month_over_at: datetime) -> None:
    """As if it had happened over the month before: on its first and its last minute, too."""
    begin = (month_over_at - timedelta(days=1)).astimezone(BERLIN).replace(day=1)
    for table, mine in (("cdr", "id"), ("correction", "cdr")):
        rows = await DB.run(f"SELECT id, {mine} AS bill FROM {table} ORDER BY number")
        for place, row in enumerate(rows):
            at = begin + timedelta(days=2 * place, minutes=17)
            if place == 0:
                at = begin
            elif place == len(rows) - 1:
                at = month_over_at - timedelta(seconds=1)
            await DB.run(f"UPDATE {table} SET issued_at = $2 WHERE id = $1", row["id"], at)
            owner = "cdr" if table == "cdr" else "id"
            where = "cdr = $1" if owner == "cdr" else "id = (SELECT paper FROM correction WHERE id = $1)"
            await DB.run(f"UPDATE paper SET issued_at = $2 WHERE {where}", row["id"], at)


async def month(node: Node) -> Month:
    tariff = await tariffs.add(node.ctx, node.tenant_id, "Mixed", msgspec.convert(PRICES, Tariff, strict=False))
    outlets = [(await node.add_station(name, tariff_id=tariff))[0] for name in ("CP-1", "CP-2")]
    return Month(node, await node.client(), None, None, outlets)


async def test_everything_that_tells_of_a_month_s_money_agrees(node: Node) -> None:
    happens = await month(node)
    operator = happens.operator
    dana, otto = await happens.driver("dana@example.com"), await happens.driver("otto@example.com")
    async with node.booted("CP-1") as happens.first, node.booted("CP-2") as happens.second:
        for one in (happens.first, happens.second):
            free = {"connectorId": 1, "status": "Available", "errorCode": "NoError"}
            assert await one.call("StatusNotification", free) == {}
        await happens.paid(dana, 0, 10_007)
        answer = await dana.post("/api/v1/wallet/top-up", json={"amount": "5.00"}, headers=key())
        assert answer.status_code < 300, answer.text
        await happens.paid(dana, 1, 22_222)  # a part from the wallet
        in_part = await happens.paid(otto, 0, 13_579)
        await happens.unused(otto)
        whole = await happens.unused(dana)
        await happens.used(otto, 4_321)
        await happens.on_account(17_171)
        await happens.supplemented(dana)
        await until("SELECT count(*)::int FROM cdr", 8)
    await happens.credited(in_part, amount="1.23", to="wallet")
    await happens.credited(whole)

    over = datetime.now(BERLIN).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    await lay_back(over.astimezone(UTC))
    last = (over - timedelta(days=1)).date()
    first, period = last.replace(day=1), last.isoformat()[:7]
    days = {"begins_on": first.isoformat(), "ends_on": last.isoformat()}

    # What was billed: papers, as the engine computes them anew.
    papers = await DB.run("SELECT total_incl, total_excl, document FROM paper WHERE kind <> 'invoice'")
    gross, net = total(row["total_incl"] for row in papers), total(row["total_excl"] for row in papers)
    assert len(papers) == 8 + 3
    for row in papers:
        taxes = row["document"]["taxes"]
        assert total(one["gross"] for one in taxes) == row["total_incl"]
        assert total(one["net"] for one in taxes) == row["total_excl"]
    receipts = []
    for row in await DB.run("SELECT number, transaction FROM cdr"):
        receipts.append((await operator.get(f"/api/v1/transactions/{row['transaction']}/receipt")).json())
        corrected = (await operator.get(f"/api/v1/transactions/{row['transaction']}/corrections")).json()
        (replay,) = await replaying.replay(node.ctx, row["number"])
        assert (replay.differences, replay.left) == ([], amount(corrected["left"]))
        receipts += corrected["corrections"]
    assert total(amount(one["total_incl"]) for one in receipts) == gross
    assert total(amount(one["total_excl"]) for one in receipts) == net

    # The records for other companies, and files for spreadsheets.
    records = (await operator.get("/api/v1/cdrs", params={"limit": 100})).json()["items"]
    assert total(one["total_cost"]["incl_vat"] for one in records) == gross
    table = await operator.get("/api/v1/exports", params={"kind": "cdrs"} | days)
    lines = list(csv.DictReader(io.StringIO(table.text.removeprefix("\ufeff"))))
    assert (len(lines), total(one["total_incl"] for one in lines)) == (11, gross)
    sheet = await operator.get("/api/v1/exports", params={"kind": "cdrs", "format": "xlsx"} | days)
    with zipfile.ZipFile(io.BytesIO(sheet.content)) as book:
        cells = book.read("xl/worksheets/sheet1.xml").decode()
    column = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[rules.COLUMNS[rules.Kind.CDRS].index("total_incl")]
    assert total(re.findall(rf'<c r="{column}[0-9]+"[^>]*><v>([^<]+)</v>', cells)[-11:]) == gross

    # The operator's figures, by day and by place, and what the month gives to whom.
    figures = (await operator.get("/api/v1/analytics", params=days)).json()
    assert (amount(figures["total"]["revenue"]), amount(figures["total"]["revenue_excl"])) == (gross, net)
    for rows in (figures["by_day"], figures["by_location"]):
        assert total(one["revenue"] for one in rows) == gross
        assert total(one["revenue_excl"] for one in rows) == net
    settled = (await operator.get("/api/v1/books/settlement", params={"period": period})).json()
    (whole_month,) = settled["totals"]
    assert (amount(whole_month["gross"]), amount(whole_month["net"])) == (gross, net)
    by_place = {row["location_id"]: amount(row["gross"]) for row in settled["rows"]}
    assert by_place == {one["location_id"]: amount(one["revenue"]) for one in figures["by_location"]}
    assert whole_month["sessions"] == 6, "two are reservations that nobody used"
    for name, place_id in zip(("Lord", "Lady"), by_place, strict=True):
        new = {"name": name, "share": "100", "locations": [place_id]}
        owner = (await operator.post("/api/v1/owners", json=new, headers=key())).json()
        path = f"/api/v1/owners/{owner['id']}/statements"
        answer = await operator.post(path, json={"period": period}, headers=key())
        assert answer.status_code < 300, answer.text
    issued = await DB.run("SELECT document FROM owner_statement")
    assert total(row["document"]["statement"]["net"] for row in issued) == net

    # The money: taken, owed and on account make up what was billed, day by day and on the whole; so does the ledger.
    checked = []
    for number in range((last - first).days + 1):
        day = {"day": (first + timedelta(number)).isoformat()}
        checked += (await operator.post("/api/v1/books/reconciliation", json=day)).json()["items"]
    assert total(one["billed"] for one in checked) == gross
    taken, owed, rest = (amount(whole_month[name]) for name in ("captured", "owed", "on_account"))
    assert (taken + owed + rest, total(one["captured"] for one in checked)) == (gross, taken)
    assert total(one["on_account"] for one in checked) == rest > 0
    assert owed > 0, "the supplement"
    (debts,) = (await operator.get("/api/v1/books/debts")).json()["items"]
    assert amount(debts["owed"]) == owed
    ledger = await ledger_store.totals(node.tenant_id, "EUR")
    assert (sum(ledger.values()), ledger["revenue"]) == (0, taken)
    rows = list(csv.DictReader(io.StringIO((await operator.get("/api/v1/exports?kind=payments")).text)))
    back = list(csv.DictReader(io.StringIO((await operator.get("/api/v1/exports?kind=refunds")).text)))
    refunds = total(row["amount"] for row in back if row["state"] == "done")
    assert total(row["captured"] or 0 for row in rows) - refunds == taken

    # Invoices of the people, and who has none.
    answer = await operator.post("/api/v1/invoices", json={"period": period})
    assert answer.json()["made"] == 2, answer.text
    invoiced = await DB.run("SELECT total_incl, document FROM paper WHERE kind = 'invoice'")
    bills = await DB.run("SELECT c.total_incl, t.account FROM cdr c JOIN transaction t ON t.id = c.transaction")
    corrections = await DB.run(
        "SELECT k.total_incl, t.account FROM correction k JOIN transaction t ON t.id = k.transaction"
    )
    assert len(corrections) == 3
    written = [*bills, *corrections]
    assert total(row["total_incl"] for row in invoiced) == total(row["total_incl"] for row in written if row["account"])
    nobody = total(row["total_incl"] for row in written if row["account"] is None)
    assert 0 < nobody < rest, "a driver's session on account is on an invoice"
    assert total(row["total_incl"] for row in invoiced) + nobody == gross
    assert all(UUID(row["location_id"]) for row in settled["rows"])
