"""Bills that were wrong: credited, decided, counted, replayed. Against a station on a socket."""

from decimal import Decimal

from backend.db.engine import DB
from backend.transactions import replaying
from shared.accounts import Role
from tests.ocpp.test_payments import charge, payment_is, tap
from tests.support.node import Node
from tests.support.wire import Json, Session16, eventually, key

PRICES = [{"type": "ENERGY", "price": "0.50", "vat": "19"}, {"type": "FLAT", "price": "1", "vat": "7"}]


def amount(money: Json) -> Decimal:
    return Decimal(money["amount"])


async def test_a_bill_is_credited_in_parts_and_never_changes(node: Node) -> None:
    """10 kWh: 5.95 with 19 %, 1.07 with 7 %, together 7.02."""
    tariff = await node.add_tariff(components=PRICES)
    (outlet,) = await node.add_station("CP-1", tariff_id=tariff)
    driver, operator = await node.client(Role.DRIVER), await node.client(Role.OPERATOR)
    async with node.booted("CP-1") as station:
        transaction_id = await charge(station, driver, outlet, 10_000)
        await payment_is(driver, transaction_id, "captured")
    path = f"/api/v1/transactions/{transaction_id}"
    before = (await driver.get(f"{path}/receipt")).json()
    assert amount(before["total_incl"]) == Decimal("7.02")

    async def credit(body: Json, status: int = 202) -> Json:
        answer = await operator.post(f"{path}/corrections", json=body, headers=key())
        assert answer.status_code == status, answer.text
        return dict(answer.json())

    assert (await driver.post(f"{path}/corrections", json={"reason": "Mine"}, headers=key())).status_code == 403
    assert "At most 7.02" in (await credit({"reason": "Too much", "amount": "7.03"}, 400))["detail"]
    first = await credit({"reason": "The fee was wrong", "amount": "2.00"})
    assert (first["number"].split("-")[0], first["corrects"]) == ("CN", before["number"])
    assert (amount(first["total_incl"]), amount(first["refunded"])) == (-2, 2)
    assert {Decimal(line["vat_rate"]) for line in first["lines"]} == {7, 19}
    rest = await credit({"reason": "All of it", "to": "wallet"})
    assert (amount(rest["total_incl"]), rest["number"][-5:]) == (Decimal("-5.02"), "00002")
    assert "Nothing is left" in (await credit({"reason": "More"}, 400))["detail"]
    wallet = (await driver.get("/api/v1/wallet")).json()
    assert amount(wallet["balance"]) == Decimal("5.02")
    assert {**(await driver.get(f"{path}/receipt")).json(), "paid": 0, "owed": 0} == {**before, "paid": 0, "owed": 0}
    history = (await driver.get(f"{path}/corrections")).json()
    assert (len(history["corrections"]), amount(history["left"]), history["doubt"]) == (2, 0, None)

    pdf = await driver.get(f"/api/v1/invoices/{first['paper_id']}/pdf")
    assert (pdf.status_code, pdf.content[:5]) == (200, b"%PDF-")
    records = (await operator.get("/api/v1/cdrs")).json()["items"]
    assert [one.get("credit", False) for one in records] == [False, True, True]
    assert {one["credit_reference_id"] for one in records[1:]} == {before["number"]}
    assert records[0]["total_cost"] == {"excl_vat": 6, "incl_vat": 7.02}
    assert records[0]["tariffs"][0]["elements"][0]["price_components"][0]["price"] == 0.5
    assert sum(Decimal(str(one["total_cost"]["incl_vat"])) for one in records) == 0
    assert records == (await operator.get(f"{path}/receipt/cdr")).json()["items"]
    table = (await operator.get("/api/v1/exports", params={"kind": "cdrs"})).text
    assert (table.count(before["number"]), "The fee was wrong" in table) == (3, True)
    exported = await operator.get("/api/v1/exports", params={"kind": "cdrs", "format": "json"})
    assert [one["id"] for one in exported.json()] == [one["id"] for one in records]
    wrong = await operator.get("/api/v1/exports", params={"kind": "payments", "format": "json"})
    assert wrong.status_code == 400
    period = before["issued_at"][:7]
    settled = (await operator.get("/api/v1/books/settlement", params={"period": period})).json()["totals"][0]
    assert (settled["sessions"], Decimal(settled["gross"]), Decimal(settled["captured"])) == (1, 0, 0)
    day = {"day": before["issued_at"][:10]}
    (checked,) = (await operator.post("/api/v1/books/reconciliation", json=day)).json()["items"]
    assert checked["differences"] == []
    (replay,) = await replaying.replay(node.ctx, before["number"])
    assert (replay.differences, len(replay.corrections), replay.left) == ([], 2, 0)
    assert any("To pay by now: 0" in line for line in replaying.told(replay))


async def jumped(node: Node, identity: str, wh: int) -> tuple[str, Json]:
    """A session whose station says so many Wh in half an hour, after 5 kWh that can be believed: 2.00 are billed."""
    tariff = await node.add_tariff()
    (outlet,) = await node.add_station(identity, tariff_id=tariff)
    driver = await node.client(Role.DRIVER)
    async with node.booted(identity) as station:
        transaction = await tap(station, driver, outlet)
        token = (await DB.run("SELECT id_token FROM transaction WHERE id = $1::uuid", transaction["id"]))[0]["id_token"]
        session = Session16(station, token=token)
        await session.started(0)
        await session.meter(10, {"value": "5000", "unit": "Wh"})
        await session.stopped(wh)
        path = f"/api/v1/transactions/{transaction['id']}"
        shown = await eventually(driver, f"{path}/corrections", lambda d: d["doubt"] and d["doubt"]["decision"] is None)
        await payment_is(driver, transaction["id"], "captured")
    return path, dict(shown["doubt"])


async def test_an_operator_decides_about_a_meter(node: Node) -> None:
    operator = await node.client(Role.OPERATOR)
    path, doubt = await jumped(node, "CP-1", 900_000_000)
    assert (doubt["flags"], doubt["trusted_wh"], amount(doubt["trusted_total"])) == (["meter_jump"], 5_000, 2)
    waived, _ = await jumped(node, "CP-2", 100_000)
    reported, doubt = await jumped(node, "CP-3", 30_000)
    assert (doubt["reported_wh"], amount(doubt["reported_total"])) == (30_000, 12)
    waiting = (await operator.get("/api/v1/transactions", params={"flag": "needs_decision"})).json()["items"]
    assert len(waiting) == 3
    assert (await operator.get("/api/v1/overview")).json()["decisions"] == 3

    async def decide(path: str, decision: str, status: int = 202) -> Json:
        body = {"decision": decision, "note": "Looked at the meter"}
        answer = await operator.post(f"{path}/decision", json=body, headers=key())
        assert answer.status_code == status, answer.text
        return dict(answer.json())

    assert (await decide(path, "accept"))["decided_by"] == "operator"
    assert (await decide(path, "waive", 409))["code"] == "decided_already"
    assert (await decide(waived, "waive"))["correction"] == "CN-2026-00001"
    history = (await operator.get(f"{waived}/corrections")).json()
    assert (amount(history["left"]), amount(history["corrections"][0]["refunded"])) == (0, 2)
    assert (await decide(reported, "reported"))["correction"] == "SUP-2026-00001"
    history = (await operator.get(f"{reported}/corrections")).json()
    assert (amount(history["left"]), amount(history["corrections"][0]["total_incl"])) == (12, 10)
    (paper,) = await DB.run("SELECT document FROM paper WHERE number = 'SUP-2026-00001'")
    (session,) = paper["document"]["sessions"]
    assert (session["energy_wh"], session["meter_stop_wh"] - session["meter_start_wh"]) == (30_000, 30_000)
    debts = (await operator.get("/api/v1/debts", params={"state": "open"})).json()["items"]
    assert [amount(one["amount"]) for one in debts] == [10]
    assert (await operator.get("/api/v1/meter-doubts", params={"open": "true"})).json()["items"] == []
    assert len((await operator.get("/api/v1/meter-doubts", params={"open": "false"})).json()["items"]) == 3
    assert not (await operator.get("/api/v1/transactions", params={"flag": "needs_decision"})).json()["items"]
