"""A guest whose card was entered on the page of the provider: reserved and started once, on the way back."""

import asyncio
from uuid import uuid4

import httpx

from backend.db.engine import DB
from backend.guests import rules, store
from backend.payments import cards, choosing
from shared.payments import PaymentSettingsChange
from tests.services.test_stripe import KEY, saved_card, stripe_url  # noqa: F401  # the fixture
from tests.support.node import running_node


async def test_back_from_the_card_s_page(db: str, stripe_url: str) -> None:  # noqa: F811
    async with running_node(db, stripe_api=stripe_url) as node:
        (connector,) = await node.add_station("HH-01", tariff_id=await node.add_tariff())
        await choosing.change(node.ctx, node.tenant_id, PaymentSettingsChange(provider="stripe", secret_key=KEY))
        assert await cards.hosted(node.ctx, node.tenant_id)
        provider = (await choosing.terms(node.ctx, node.tenant_id)).provider
        transport = httpx.ASGITransport(app=node.app)
        async with (
            node.booted("HH-01") as station,
            httpx.AsyncClient(transport=transport, base_url="http://t") as guest,
        ):
            await station.call("StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Available"})
            page = await guest.get("/qr/HH-01/1", headers={"Accept-Language": "en"})
            assert "You pay on the page of our payment provider" in page.text
            assert "https://checkout.stripe.com" in page.headers["content-security-policy"]

            async def visit(card: bool) -> str:
                visit_id = uuid4()
                await store.begin(visit_id, node.tenant_id, connector, "", "en", node.ctx.now())
                payer = await provider.customer(key=str(visit_id), email="", name="Guest")
                if card:
                    saved_card(stripe_url, payer)
                await store.change(visit_id, {"payer": payer})
                return f"/visit/{rules.visit_token(node.ctx.settings.secret, visit_id)}"

            cancelled = await visit(card=False)
            assert (await guest.get(f"{cancelled}/paid")).headers["location"] == cancelled
            assert "Try another card" in (await guest.get(cancelled, headers={"Accept-Language": "en"})).text

            good = await visit(card=True)
            back = [asyncio.ensure_future(guest.get(f"{good}/paid")) for _ in range(2)]
            message_id, _ = await station.expect_call("RemoteStartTransaction")
            await station.answer(message_id, {"status": "Accepted"})
            assert {(await one).headers["location"] for one in back} == {good}
            assert "Now plug in your car" in (await guest.get(good, headers={"Accept-Language": "en"})).text
            (payment,) = await DB.run("SELECT * FROM payment WHERE state = 'held'")
            assert (payment["provider"], payment["reference"][:3]) == ("stripe", "pi_")
            await station.expect_nothing(0.2)
