"""A guest and the money after the page of the card: left without one, and a bill that the card didn't pay."""

from decimal import Decimal
from uuid import UUID

import httpx
import pytest

from backend.db.engine import DB
from backend.errors import PaymentRefused
from backend.guests import rules, settling
from backend.guests import store as visits
from backend.main import create_app
from backend.payments import cards, choosing, service, store
from shared.payments import PaymentSettingsChange
from tests import world
from tests.conftest import Clock
from tests.services.test_card_provider import HOLD, Shop, server  # noqa: F401  # the fixture
from tests.services.test_papers import FEBRUARY, add_bill
from tests.support import card_provider as fake
from tests.support.card_provider import CardProvider

HOST = "http://t"


async def guest_shop(clock: Clock, server: CardProvider, provider: str) -> Shop:  # noqa: F811  # the fixture
    handlers = world.handlers_of(settling)
    ctx = world.make_context(clock, handlers, stripe_api=server.url, smtp_host="mail.example.com", public_url=HOST)
    server.lose = 0
    tenant_id = await world.add_tenant()
    change = PaymentSettingsChange(provider=provider, secret_key="sk_test_1", webhook_secret=fake.SECRET)
    await choosing.change(ctx, tenant_id, change)
    return Shop(ctx, server, tenant_id, await world.add_account(tenant_id, "Nobody"))


async def billed_visit(shop: Shop, email: str = "gast@example.com", language: str = "en") -> tuple[UUID, str]:
    """(the session, the path of its page) of a guest whose bill says 11.90."""
    station = await world.add_station(shop.tenant_id, "HH-01")
    connector = await world.add_connector(station)
    one = await add_bill(shop.tenant_id, station, None, FEBRUARY, 1)
    await visits.begin(one, shop.tenant_id, connector, email, language, shop.ctx.now())
    return one, f"/visit/{rules.visit_token(shop.ctx.settings.secret, one)}"


@pytest.mark.parametrize(
    ("provider", "tries"), [("stripe", 1), ("demo", 4)], ids=["before the next try, on the provider's page", "a debt"]
)
async def test_a_guest_whose_card_did_not_pay_pays_with_another_one(
    db: str,
    clock: Clock,
    server: CardProvider,  # noqa: F811  # the fixture
    provider: str,
    tries: int,
) -> None:
    shop = await guest_shop(clock, server, provider)
    ctx = shop.ctx
    transport = httpx.ASGITransport(app=create_app(ctx))
    english = {"Accept-Language": "en"}
    async with ctx.bus, httpx.AsyncClient(transport=transport, base_url=HOST, headers=english) as web:
        one, path = await billed_visit(shop)
        payer = "guest"
        if provider == "stripe":
            payer, page = await cards.begin_guest(ctx, shop.tenant_id, one, "", f"{HOST}{path}/paid", f"{HOST}{path}")
            server.enter_card(page)
        await service.hold(ctx, shop.tenant_id, one, None, payer, HOLD)
        bad = "declined@guest" if provider == "demo" else payer
        await DB.run("UPDATE payment SET state = 'released', payer = $1", bad)  # the hold ran out
        if provider == "stripe":
            server.save_card(payer, fake.NO_FUNDS)
        assert await DB.run("SELECT 1 FROM mail") == []
        for number in range(tries):
            await service.capture(ctx, {"transaction_id": str(one), "due": "11.90", "tries": number})
        letters = await DB.run("SELECT * FROM mail")
        assert len(letters) == tries
        assert "the payment of €11.90" in letters[0]["body_text"]
        assert f"{HOST}{path}" in letters[0]["body_text"]

        shown = await web.get(path)
        assert len(shown.content) < 100_000
        assert "Pay €11.90" in shown.text
        assert "11,90\xa0€ bezahlen" in (await web.get(path, headers={"Accept-Language": "de"})).text
        if provider == "stripe":
            page = (await web.post(f"{path}/pay")).headers["location"]
            assert server.leave(page) == f"{HOST}{path}", "no card: where it can be tried again"
            page = (await web.post(f"{path}/pay")).headers["location"]
            back = server.enter_card(page)
            for _ in range(2):
                assert (await web.get(back)).headers["location"] == path
        else:
            refused = await web.post(f"{path}/pay", data={"card": "declined"})
            assert (refused.status_code, "The card was declined." in refused.text) == (402, True)
            assert (await web.post(f"{path}/pay", data={"card": "good"})).headers["location"] == path
        shown = await web.get(path)
        assert "Paid with" in shown.text
        assert "Still to pay" not in shown.text
        assert (await web.post(f"{path}/pay")).headers["location"] == path, "nothing is owed any more"
        assert await shop.balance("revenue") == Decimal("11.90")
        assert {row["state"] for row in await DB.run("SELECT state FROM debt")} <= {"settled"}


async def test_who_leaves_the_page_of_the_card_can_enter_it_again(db: str, clock: Clock, server: CardProvider) -> None:  # noqa: F811  # the fixture
    shop = await guest_shop(clock, server, "stripe")
    transport = httpx.ASGITransport(app=create_app(shop.ctx))
    async with shop.ctx.bus, httpx.AsyncClient(transport=transport, base_url=HOST) as web:
        station = await world.add_station(shop.tenant_id, "HH-01")
        connector = await world.add_connector(station)
        visit = UUID(int=7)
        path = f"/visit/{rules.visit_token(shop.ctx.settings.secret, visit)}"
        await visits.begin(visit, shop.tenant_id, connector, "", "en", shop.ctx.now())
        payer, page = await cards.begin_guest(
            shop.ctx, shop.tenant_id, visit, "", f"{HOST}{path}/paid", f"{HOST}{path}"
        )
        await visits.change(visit, {"payer": payer})
        shown = await web.get(server.leave(page), headers={"Accept-Language": "de"})
        assert "Es wurde noch keine Karte angegeben" in shown.text
        assert "http-equiv" not in shown.text
        again = (await web.post(f"{path}/card")).headers["location"]
        assert again != page
        assert server.enter_card(again) == f"{HOST}{path}/paid"
        row = await visits.get(visit)
        assert row is not None
        assert row["payer"] == payer, "still to be asked for"


async def test_a_refused_hold_owes_nothing(db: str, clock: Clock, server: CardProvider) -> None:  # noqa: F811  # the fixture
    shop = await guest_shop(clock, server, "demo")
    async with shop.ctx.bus:
        one, _ = await billed_visit(shop)
        with pytest.raises(PaymentRefused, match="declined"):
            await service.hold(shop.ctx, shop.tenant_id, one, None, "declined@guest", HOLD)
        row = await store.of_transaction(one)
        assert row is not None
        assert (row["state"], await DB.run("SELECT 1 FROM mail")) == ("failed", [])
