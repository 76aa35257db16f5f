"""Stripe through its own SDK, against a local server that speaks its API over HTTP."""

import hashlib
import hmac
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from decimal import Decimal
from uuid import uuid4

import httpx
import msgspec
import pytest

from backend.db.engine import DB
from backend.errors import InvalidInput, PaymentRefused
from backend.payments import cards, choosing, refunds, reports, service, store, views
from backend.payments.providers.base import Declined, Unavailable
from backend.payments.providers.stripe import StripeProvider, from_minor, smallest, to_minor
from shared.accounts import Role
from shared.money import Money
from shared.payments import PaymentSettingsChange
from tests import world
from tests.api.harness import People
from tests.conftest import Clock
from tests.support.apps import create_app

KEY = "sk_test_12345"
SECRET = "whsec_test"


@pytest.fixture(scope="module")
def stripe_url() -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "localstripe", "--port", str(port), "--from-scratch"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(200):
            try:
                httpx.get(f"{url}/v1/customers", auth=(KEY, ""))
                break
            except httpx.TransportError:
                time.sleep(0.05)
        yield url
    finally:
        server.terminate()
        server.wait()


def saved_card(url: str, customer: str, number: str = "4242424242424242") -> str:
    """As Stripe's own page does it: the number goes there, a name comes back."""
    card = {"type": "card", "card[number]": number, "card[exp_month]": 12, "card[exp_year]": 2030, "card[cvc]": "123"}
    made = httpx.post(f"{url}/v1/payment_methods", data=card, auth=(KEY, "")).json()["id"]
    httpx.post(
        f"{url}/v1/payment_methods/{made}/attach", data={"customer": customer}, auth=(KEY, "")
    ).raise_for_status()
    return str(made)


def signed(kind: str, subject: dict[str, object], event: str, secret: str = SECRET) -> tuple[bytes, dict[str, str]]:
    now = int(time.time())
    body = msgspec.json.encode({"id": event, "type": kind, "created": now, "data": {"object": subject}})
    sign = hmac.new(secret.encode(), f"{now}.".encode() + body, hashlib.sha256).hexdigest()
    return body, {"stripe-signature": f"t={now},v1={sign}"}


async def test_a_session_is_held_captured_in_part_and_refunded(stripe_url: str, db: str, clock: Clock) -> None:
    ctx = world.make_context(clock, stripe_api=stripe_url)
    tenant_id = await world.add_tenant()
    driver = await world.add_account(tenant_id)
    change = PaymentSettingsChange(provider="stripe", secret_key=KEY, webhook_secret=SECRET)
    shown = await choosing.change(ctx, tenant_id, change)
    assert (shown.provider, shown.has_secret_key) == ("stripe", True)
    assert KEY not in str(await DB.run("SELECT * FROM payment_settings"))

    async def session() -> dict[str, str]:
        station = await world.add_station(tenant_id, uuid4().hex[:8])
        one = await world.add_transaction(station, account=driver, currency="EUR")
        money = Money(amount=Decimal("50.00"), currency="EUR")
        await service.hold(ctx, tenant_id, one, driver, "dana@example.com", money)
        return {"transaction_id": str(one), "due": "12.34"}

    async with ctx.bus:
        with pytest.raises(PaymentRefused) as refused:
            await session()
        assert refused.value.problem_code == "no_payment_method"
        terms = await choosing.terms(ctx, tenant_id)
        customer = await cards.customer(ctx, terms, tenant_id, driver)
        saved_card(stripe_url, customer)
        body, headers = signed("payment_method.attached", {"customer": customer}, "evt_1")
        for _ in range(2):
            await reports.receive(ctx, tenant_id, "stripe", body, headers)
        (event,) = await DB.run("SELECT id FROM provider_event")
        await reports.handle(ctx, {"event_id": str(event["id"])})
        (card,) = await cards.listed(ctx, tenant_id, driver)
        assert card.label == "Visa •••• 4242"

        payload = await session()
        await service.capture(ctx, payload)
        row = (await DB.run("SELECT * FROM payment WHERE state = 'captured'"))[0]
        assert (row["captured_amount"], row["method"]) == (Decimal("12.34"), "Visa •••• 4242")
        async with httpx.AsyncClient(base_url=stripe_url, auth=(KEY, "")) as client:
            intent = (await client.get(f"/v1/payment_intents/{row['reference']}")).json()
        assert (intent["status"], intent["currency"]) == ("succeeded", "eur")

        refund = await refunds.refund(ctx, tenant_id, row["id"], Decimal("2.34"), "Slow")
        await refunds.execute(ctx, {"refund_id": str(refund)})
        (done,) = await store.refunds_of(row["id"])
        assert (done["state"], done["reference"][:3]) == ("done", "re_")

        for kind, status, name in (("closed", "lost", "evt_2"), ("created", "needs_response", "evt_3")):
            subject = {"id": "dp_1", "payment_intent": row["reference"], "status": status}
            body, headers = signed(f"charge.dispute.{kind}", subject, name)
            await reports.receive(ctx, tenant_id, "stripe", body, headers)
        for event in await DB.run("SELECT id FROM provider_event WHERE handled_at IS NULL ORDER BY event"):
            await reports.handle(ctx, {"event_id": str(event["id"])})
        detail = await views.one(ctx, tenant_id, row["id"])
        assert (detail.payment.dispute, detail.payment.refundable.amount) == ("lost", Decimal("10.00"))

        released = await session()
        await service.release(ctx, released)
        await service.release(ctx, released)
        assert (await DB.run("SELECT count(*) AS n FROM payment WHERE state = 'released'"))[0]["n"] == 1
        await cards.forget(ctx, tenant_id, driver, (await store.cards(driver, "stripe"))[0]["id"])
        assert await cards.listed(ctx, tenant_id, driver, fresh=True) == []


async def test_a_report_that_nobody_signed_is_refused(db: str, clock: Clock) -> None:
    ctx = world.make_context(clock)
    tenant_id = await world.add_tenant()
    await choosing.change(ctx, tenant_id, PaymentSettingsChange(secret_key=KEY, webhook_secret=SECRET))
    people = People(ctx, create_app(ctx), tenant_id)
    body, headers = signed("payment_intent.canceled", {"id": "pi_1"}, "evt_1", "whsec_other")
    async with ctx.bus, people.client(None) as client:
        for wrong in (headers, {}, {"stripe-signature": "t=1,v1=aa"}):
            answer = await client.post(f"/api/v1/payment-reports/stripe/{tenant_id}", content=body, headers=wrong)
            assert (answer.status_code, answer.json()["code"]) == (400, "bad_signature")
        good, headers = signed("payment_intent.canceled", {"id": "pi_1"}, "evt_1")
        answer = await client.post(f"/api/v1/payment-reports/stripe/{tenant_id}", content=good, headers=headers)
        assert answer.status_code == 204
    async with people.client(Role.ADMIN) as client:
        shown = (await client.get("/api/v1/payment-settings")).text
        assert KEY not in shown
        assert SECRET not in shown


async def test_a_provider_that_is_not_there_is_unavailable_and_an_unknown_hold_is_declined(stripe_url: str) -> None:
    away = StripeProvider(secret_key=KEY, base="http://127.0.0.1:1")
    with pytest.raises(Unavailable):
        await away.hold(key="k", customer="cus_1", amount=Decimal(1), currency="EUR", card="pm_1")
    there = StripeProvider(secret_key=KEY, base=stripe_url)
    with pytest.raises(Declined):
        await there.capture(key="k", reference="pi_none", amount=Decimal(1), currency="EUR")


@pytest.mark.parametrize(
    ("amount", "currency", "taken", "held"),
    [
        ("12.34", "EUR", 1234, 1234),
        ("500", "JPY", 500, 500),
        ("5", "ISK", 500, 500),
        ("1200", "UGX", 120000, 120000),
        ("100", "HUF", 10000, 10000),
        ("100.50", "TWD", 10050, 10050),
        ("5000", "MGA", 5000, 5000),
        ("5000.40", "MGA", 5000, 5001),
        *[("1.230", one, 1230, 1230) for one in ("BHD", "JOD", "KWD", "OMR", "TND")],
        *[("1.234", one, 1230, 1240) for one in ("BHD", "JOD", "KWD", "OMR", "TND")],
        ("0.004", "KWD", 0, 10),
    ],
)
def test_amounts_as_stripe_counts_them(amount: str, currency: str, taken: int, held: int) -> None:
    exact = Decimal(amount)
    assert (to_minor(exact, currency), to_minor(exact, currency, up=True)) == (taken, held)
    assert from_minor(taken, currency) <= exact <= from_minor(held, currency)
    assert exact - from_minor(taken, currency) < smallest(currency), "what the books take for rounding"
    assert to_minor(from_minor(taken, currency), currency) == taken


def test_no_amount_is_rounded_in_silence() -> None:
    with pytest.raises(ValueError, match="smallest coin"):
        to_minor(Decimal("0.001"), "EUR")


@pytest.mark.parametrize("key", ["", "sk_live"])
async def test_stripe_without_its_key_is_not_chosen(db: str, clock: Clock, key: str) -> None:
    ctx = world.make_context(clock)
    tenant_id = await world.add_tenant()
    change = PaymentSettingsChange(provider="stripe", secret_key=key)
    if key:
        assert (await choosing.change(ctx, tenant_id, change)).provider == "stripe"
    else:
        with pytest.raises(InvalidInput):
            await choosing.change(ctx, tenant_id, change)
