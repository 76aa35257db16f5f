"""One trouble or one way of paying at a time, from the station's socket to what the driver and the operator see."""

from decimal import Decimal

import pytest

from backend.db.engine import DB
from backend.transactions import replaying
from shared.accounts import Role
from tests.ocpp.test_corrections import amount
from tests.ocpp.test_payments import charge, payment_is, tap
from tests.support.card_provider import SECRET, CardProvider, card_provider
from tests.support.node import Node, running_node
from tests.support.signing import SigningMeter
from tests.support.wire import Json, Session16, eventually, key, only_session, sessions, stamp

POWER = {"measurand": "Power.Active.Import", "unit": "W"}


async def metered(node: Node, readings: list[list[Json]], stop_wh: int) -> tuple[str, Json]:
    """(path, doubt) of a session from the app whose register begins with 1,000 Wh."""
    (outlet,) = await node.add_station("CP-1", tariff_id=await node.add_tariff())
    driver = await node.client(Role.DRIVER)
    async with node.booted("CP-1") as station:
        transaction = await tap(station, driver, outlet)
        token = (await DB.run("SELECT id_token FROM transaction WHERE id = $1::uuid", transaction["id"]))[0]["id_token"]
        session = Session16(station, token=token)
        await session.started(1000, minutes_ago=60)
        for number, sampled in enumerate(readings):
            await session.meter(50 - 15 * number, *sampled)
        await session.stopped(stop_wh)
        path = f"/api/v1/transactions/{transaction['id']}"
        shown = await eventually(driver, f"{path}/corrections", lambda d: d["doubt"])
    return path, dict(shown["doubt"])


@pytest.mark.parametrize(
    ("readings", "stop_wh", "flag", "trusted_wh", "reported_wh"),
    [
        ([[{"value": "6000"}], [{"value": "300"}], [{"value": "500"}]], 700, "meter_backwards", 5000, None),
        ([[{"value": "1000"}, {"value": "11000"} | POWER]] * 3, 1000, "meter_stopped", 0, 0),
    ],
    ids=["backwards", "frozen"],
)
async def test_a_meter_nobody_believes_is_billed_by_what_can_be_and_decided(
    node: Node, readings: list[list[Json]], stop_wh: int, flag: str, trusted_wh: int, reported_wh: int | None
) -> None:
    operator = await node.client(Role.OPERATOR)
    path, doubt = await metered(node, readings, stop_wh)
    due = Decimal(trusted_wh) * Decimal("0.40") / 1000
    assert (doubt["flags"], doubt["trusted_wh"], doubt["reported_wh"]) == ([flag], trusted_wh, reported_wh)
    assert amount(doubt["trusted_total"]) == due
    receipt = (await operator.get(f"{path}/receipt")).json()
    assert (receipt["energy_wh"], amount(receipt["total_incl"])) == (trusted_wh, due)
    (waiting,) = (await operator.get("/api/v1/transactions", params={"flag": "needs_decision"})).json()["items"]
    assert flag in waiting["flags"]
    (replay,) = await replaying.replay(node.ctx, receipt["number"])
    assert replay.differences == []

    async def decide(decision: str) -> tuple[int, Json]:
        body = {"decision": decision, "note": "The display was blank"}
        answer = await operator.post(f"{path}/decision", json=body, headers=key())
        return answer.status_code, answer.json()

    if reported_wh is None:
        status, problem = await decide("reported")
        assert (status, problem["code"]) == (409, "nothing_reported")
    status, decided = await decide("accept")
    assert (status, decided["decision"], decided["note"]) == (202, "accept", "The display was blank")
    assert (await operator.get("/api/v1/transactions", params={"flag": "needs_decision"})).json()["items"] == []
    assert amount((await operator.get(f"{path}/receipt")).json()["total_incl"]) == due


async def test_a_signed_value_that_somebody_changed_is_shown_as_not_valid(node: Node) -> None:
    """To the driver too, with the data as it came and the key, for a check of their own."""
    meter = SigningMeter()
    (outlet,) = await node.add_station("CP-1", tariff_id=await node.add_tariff())
    operator, driver = await node.client(Role.OPERATOR), await node.client(Role.DRIVER)
    entered = await operator.put("/api/v1/stations/CP-1/meter-keys/1", json={"public_key": meter.public_key})
    assert entered.status_code == 200, entered.text
    at = node.ctx.now()
    begin = meter.record(at, "1.000", "B")
    changed = meter.record(at, "6.000", "E").replace('"RV":6.0', '"RV":9.0')
    assert '"RV":9.0' in changed

    def signed(data: str, context: str) -> Json:
        return {"value": data, "format": "SignedData", "context": context}

    async with node.booted("CP-1") as station:
        transaction = await tap(station, driver, outlet)
        token = (await DB.run("SELECT id_token FROM transaction WHERE id = $1::uuid", transaction["id"]))[0]["id_token"]
        session = Session16(station, token=token)
        await session.started(1000)
        await session.meter(29, signed(begin, "Transaction.Begin"))
        last = {"timestamp": stamp(0), "sampledValue": [signed(changed, "Transaction.End")]}
        await session.stopped(9000, transactionData=[last])
    path = f"/api/v1/transactions/{transaction['id']}"
    found = await eventually(driver, f"{path}/receipt/signed", lambda one: one["state"] == "failed")
    assert [(one["data"], one["state"], one["public_key"]) for one in found["values"]] == [
        (begin, "verified", meter.public_key),
        (changed, "failed", meter.public_key),
    ]
    xml = (await driver.get(f"{path}/receipt/signed/xml")).text
    assert meter.public_key in xml
    assert "RV&quot;:9.0" in xml or '"RV":9.0' in xml
    await eventually(driver, f"{path}/receipt", lambda _: True)
    assert (await driver.get(f"{path}/receipt/pdf")).content.startswith(b"%PDF-")
    assert "signature_failed" in (await only_session(operator))["flags"]


@pytest.mark.parametrize("policy", ["refuse", "allow"])
async def test_a_provider_that_does_not_answer(node: Node, policy: str) -> None:
    """refuse: no station is asked. allow: people charge until they owe the limit, and nothing of it is lost."""
    tariff = await node.add_tariff()
    (outlet,) = await node.add_station("CP-1", tariff_id=tariff)
    admin, driver = await node.client(Role.ADMIN), await node.client(Role.DRIVER, "unavailable@x.org")
    settings = {"on_outage": policy, "on_debt": "allow", "debt_limit": "6", "hold_amount": "5", "retry_hours": []}
    assert (await admin.put("/api/v1/payment-settings", json=settings)).status_code == 200
    async with node.booted("CP-1") as station:
        wish = {"connector_id": str(outlet)}
        if policy == "refuse":
            answer = await driver.post("/api/v1/transactions", json=wish, headers=key())
            assert (answer.status_code, answer.json()["code"]) == (402, "payment_unavailable")
            await station.expect_nothing()
            return
        session = await charge(station, driver, outlet, 10_000)
        receipt = await eventually(driver, f"/api/v1/transactions/{session}/receipt", lambda _: True)
        assert amount(receipt["total_incl"]) == 4
        refused = await driver.post("/api/v1/transactions", json=wish, headers=key())
        assert (refused.status_code, refused.json()["code"]) == (402, "payment_unavailable")
        await station.expect_nothing()
    assert {one["state"] for one in await sessions(driver)} == {"ended", "failed"}
    (row,) = await DB.run("SELECT state, due_amount FROM payment WHERE transaction = $1::uuid", session)
    assert (row["state"] in ("released", "failed", "captured"), row["due_amount"]) == (False, 4), "it waits to be taken"


async def test_a_saved_card_is_charged_while_its_holder_is_away(db: str) -> None:
    """Held in advance and off session with the card that was saved once; then taken in part, the rest let go."""
    with card_provider() as server:
        async with running_node(db, worker=True, stripe_api=server.url) as node:
            await _pays_with_saved_card(node, server)


async def _pays_with_saved_card(node: Node, server: CardProvider) -> None:
    (outlet,) = await node.add_station("CP-1", tariff_id=await node.add_tariff())
    admin, driver = await node.client(Role.ADMIN), await node.client(Role.DRIVER)
    settings = {"provider": "stripe", "secret_key": "sk_test_1", "webhook_secret": SECRET, "hold_amount": "30"}
    assert (await admin.put("/api/v1/payment-settings", json=settings)).status_code == 200
    begun = (await driver.post("/api/v1/cards")).json()
    assert begun["url"].startswith(server.url)
    server.enter_card(begun["url"])
    (card,) = (await driver.get("/api/v1/cards", params={"fresh": "true"})).json()
    async with node.booted("CP-1") as station:
        transaction = await tap(station, driver, outlet)
        (intent,) = server._of("pi")
        (asked,) = [given for method, path, given in server.calls if (method, path) == ("POST", "/v1/payment_intents")]
        assert (intent["status"], intent["amount"]) == ("requires_capture", 3000)
        assert (asked["off_session"], asked["confirm"], asked["capture_method"]) == ("true", "true", "manual")
        token = (await DB.run("SELECT id_token FROM transaction WHERE id = $1::uuid", transaction["id"]))[0]["id_token"]
        session = Session16(station, token=token)
        await session.started(0)
        await session.stopped(10_000)
    payment = await payment_is(driver, transaction["id"], "captured")
    assert (amount(payment["captured"]), payment["method"]) == (4, card["label"])
    (intent,) = server._of("pi")
    assert (intent["status"], intent["amount_received"]) == ("succeeded", 400)


async def test_money_that_goes_back_to_the_wallet_pays_the_next_session(node: Node) -> None:
    (outlet,) = await node.add_station("CP-1", tariff_id=await node.add_tariff())
    operator, driver = await node.client(Role.OPERATOR), await node.client(Role.DRIVER)
    async with node.booted("CP-1") as station:
        first = await charge(station, driver, outlet, 10_000)
        await payment_is(driver, first, "captured")
        (payment,) = (await operator.get("/api/v1/payments")).json()["items"]
        path = f"/api/v1/payments/{payment['id']}/refunds"
        too_much = await operator.post(path, json={"amount": "4.01", "to": "wallet"}, headers=key())
        assert too_much.status_code in (400, 409), too_much.text
        body = {"amount": "1.50", "to": "wallet", "reason": "The cable was stiff"}
        once = key()
        for _ in range(2):  # a form that is sent twice gives money once
            answer = await operator.post(path, json=body, headers=once)
            assert answer.status_code == 202, answer.text
        wallet = (await driver.get("/api/v1/wallet")).json()
        assert amount(wallet["balance"]) == Decimal("1.50")
        (entry,) = (await driver.get("/api/v1/wallet/entries")).json()["items"]
        assert amount(entry["amount"]) == Decimal("1.50")

        second = await charge(station, driver, outlet, 5_000)
        await payment_is(driver, second, "captured")
        assert amount((await driver.get("/api/v1/wallet")).json()["balance"]) == 0
    rows = await DB.run("SELECT captured_amount, wallet_amount FROM payment WHERE transaction = $1::uuid", second)
    assert [(row["captured_amount"], row["wallet_amount"]) for row in rows] == [(Decimal("2.00"), Decimal("1.50"))]
    day = {"day": payment["created_at"][:10]}
    (checked,) = (await operator.post("/api/v1/books/reconciliation", json=day)).json()["items"]
    assert checked["differences"] == []
