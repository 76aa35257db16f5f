"""From a browser that turns push on to what it reads: real HTTP, real encryption, real database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from backend import wiring
from backend.accounts import service as accounts
from backend.addresses import Pinned
from backend.context import Context
from backend.db.engine import DB
from backend.notify import posting, setup
from backend.notify import service as notify
from backend.notify.channels import web_push
from shared.accounts import Role
from shared.notify import Platform
from tests import world
from tests.conftest import Clock
from tests.services.test_notify import deliveries, fault, run_jobs
from tests.support.apps import create_app
from tests.support.browsers import PushService, Subscription, push_service, who_signed

pytestmark = pytest.mark.usefixtures("db")
PASSWORD = "a long enough password"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"


@pytest.fixture
async def service() -> AsyncIterator[PushService]:
    async with push_service() as one:
        yield one


def context(clock: Clock, **settings: Any) -> Context:
    return world.make_context(clock, wiring.EVENTS, push_hosts=("127.0.0.1",), **settings)


async def person(ctx: Context, tenant_id: UUID, name: str = "Olga", role: Role = Role.OPERATOR) -> str:
    email = f"{name.lower()}@example.com"
    await accounts.add(ctx, tenant_id, email=email, password=PASSWORD, name=name, role=role)
    return email


@asynccontextmanager
async def browser(ctx: Context) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=create_app(ctx))
    async with httpx.AsyncClient(
        transport=transport, base_url="http://test", headers={"User-Agent": FIREFOX}
    ) as client:
        yield client


async def sign_in(client: httpx.AsyncClient, email: str) -> dict[str, Any]:
    answer = await client.post("/api/v1/auth/sign-in", json={"email": email, "password": PASSWORD})
    answer.raise_for_status()
    return dict(answer.json())


async def ticket(client: httpx.AsyncClient, tokens: dict[str, Any]) -> str:
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    answer = await client.post("/api/v1/notifications/devices/ticket", headers=headers)
    answer.raise_for_status()
    assert answer.json()["path"] == "/push/device"
    return str(answer.json()["ticket"])


async def turn_on(client: httpx.AsyncClient, tokens: dict[str, Any], one: Subscription) -> httpx.Response:
    return await client.post("/push/on", json={"ticket": await ticket(client, tokens), **one.fields})


async def test_a_fault_is_read_by_the_browser_that_asked_for_it(clock: Clock, service: PushService) -> None:
    ctx, tenant_id = context(clock, push_contact="ops@example.com"), await world.add_tenant()
    email, mine = await person(ctx, tenant_id), service.subscription("olga")
    async with browser(ctx) as client:
        tokens = await sign_in(client, email)
        given = await ticket(client, tokens)
        before = (await client.post("/push/state", json={"ticket": given, "endpoint": mine.endpoint})).json()
        assert before == {"name": "Olga", "on": False, "back": "/notifications"}
        assert (await turn_on(client, tokens, mine)).json()["on"] is True
        assert (await turn_on(client, tokens, mine)).json()["on"] is True
    [device] = (await setup.own(ctx, UUID(tokens["account"]["id"]))).devices
    assert (device.platform, device.name) == (Platform.WEB, "Firefox, Windows")

    station_id = await world.add_station(tenant_id, location_id=await world.add_location(tenant_id))
    await fault(ctx, station_id)
    await fault(ctx, station_id)
    assert await run_jobs(ctx) == []
    [(path, headers, body)] = service.requests
    told = service.messages(mine)[0]
    assert path == "/wpush/olga"
    assert told["title"] == "Residual current protection tripped"
    assert told["link"].startswith("/incidents/")
    assert (headers["content-encoding"], headers["urgency"], headers["ttl"]) == ("aes128gcm", "high", "86400")
    assert headers["topic"] == told["tag"]
    assert b"Residual" not in body
    claims, key = who_signed(headers["authorization"])
    assert (claims["aud"], claims["sub"]) == (service.url, "mailto:ops@example.com")
    assert claims["exp"] <= (clock.now() + timedelta(hours=24)).timestamp()
    assert key == web_push.public_key(ctx.settings.secret)
    assert [row["state"] for row in await deliveries(tenant_id)] == ["sent"]


async def test_a_browser_is_told_in_its_own_language(clock: Clock, service: PushService) -> None:
    ctx, tenant_id = context(clock), await world.add_tenant()
    email, desk, phone = await person(ctx, tenant_id), service.subscription("desk"), service.subscription("phone")
    async with browser(ctx) as client:
        tokens = await sign_in(client, email)
        for one, language in ((desk, "en"), (phone, "de")):
            new = {"ticket": await ticket(client, tokens), **one.fields, "language": language}
            assert (await client.post("/push/on", json=new)).json()["on"] is True
        refused = await client.post("/push/on", json=new | {"language": "German"})
        assert refused.status_code == 400
    station_id = await world.add_station(tenant_id, location_id=await world.add_location(tenant_id))
    await fault(ctx, station_id)
    await run_jobs(ctx)
    assert service.messages(desk)[0]["title"] == "Residual current protection tripped"
    told = service.messages(phone)[0]
    assert told["title"] == "Fehlerstromschutz ausgelöst"
    place, what, advice = told["body"].split("\n")
    assert place.startswith("Harbour · CP-1")
    assert what.endswith("ist außer Betrieb.")
    assert advice.startswith("Anschluss außer Betrieb lassen.")
    async with browser(ctx) as client:  # the page, opened in another language
        asked = {"ticket": await ticket(client, tokens), "endpoint": phone.endpoint, "language": "en"}
        assert (await client.post("/push/state", json=asked)).json()["on"] is True
    await fault(ctx, await world.add_station(tenant_id, "CP-2"))
    await run_jobs(ctx)
    assert service.messages(phone)[1]["title"] == "Residual current protection tripped"


async def test_a_dead_browser_is_removed_and_others_go_on(clock: Clock, service: PushService) -> None:
    ctx, tenant_id = context(clock), await world.add_tenant()
    email, dead, alive = await person(ctx, tenant_id), service.subscription("dead"), service.subscription("alive")
    service.answers["/wpush/dead"] = (410, {})
    async with browser(ctx) as client:
        tokens = await sign_in(client, email)
        await turn_on(client, tokens, dead)
        await turn_on(client, tokens, alive)
    station_id = await world.add_station(tenant_id)
    await fault(ctx, station_id)
    await run_jobs(ctx)
    assert [row["token"] for row in await DB.run("SELECT token FROM push_device")] == [alive.endpoint]
    assert sorted(row["state"] for row in await deliveries(tenant_id)) == ["failed", "sent"]
    await fault(ctx, await world.add_station(tenant_id, "CP-2"))
    await run_jobs(ctx)
    assert len(service.messages(alive)) == 2
    assert len([one for one in service.requests if one[0] == "/wpush/dead"]) == 1


async def test_a_busy_push_service_is_asked_again_when_it_said(clock: Clock, service: PushService) -> None:
    ctx, tenant_id = context(clock), await world.add_tenant()
    email, mine = await person(ctx, tenant_id), service.subscription("olga")
    service.answer = (429, {"Retry-After": "1200"})
    async with browser(ctx) as client:
        await turn_on(client, await sign_in(client, email), mine)
    await fault(ctx, await world.add_station(tenant_id))
    assert await run_jobs(ctx) == []  # no failure: the worker would try again after a second
    assert len(service.requests) == 1
    [waiting] = await deliveries(tenant_id)
    assert (waiting["state"], waiting["attempts"]) == ("queued", 1)
    assert waiting["due_at"] == clock.now() + timedelta(minutes=20)
    assert (await setup.channels(ctx, tenant_id, secret=False))[0].failures == 1
    service.answer = (201, {})
    [delay] = await DB.run("SELECT execute_after - created AS wait FROM pgqueuer WHERE entrypoint = 'notify.deliver'")
    assert timedelta(minutes=19) < delay["wait"] < timedelta(minutes=21)
    await posting.deliver(ctx, {"delivery_id": str(waiting["id"])})  # too early: nothing leaves
    assert len(service.requests) == 1
    clock.advance(minutes=20)
    await run_jobs(ctx, until=clock.now() + timedelta(minutes=21))
    assert [row["state"] for row in await deliveries(tenant_id)] == ["sent"]
    assert len(service.messages(mine)) == 2


async def test_patience_ends_where_the_message_is_old(clock: Clock, service: PushService) -> None:
    ctx, tenant_id = context(clock), await world.add_tenant()
    email = await person(ctx, tenant_id)
    service.answer = (503, {"Retry-After": "20000"})
    async with browser(ctx) as client:
        await turn_on(client, await sign_in(client, email), service.subscription("olga"))
    await fault(ctx, await world.add_station(tenant_id))
    await run_jobs(ctx)
    [waiting] = await deliveries(tenant_id)
    clock.advance(hours=23)
    await posting.deliver(ctx, {"delivery_id": str(waiting["id"])})
    [row] = await deliveries(tenant_id)
    assert (row["state"], row["attempts"]) == ("failed", 2)
    service.answer = (201, {})
    await posting.again(ctx, tenant_id, row["id"])
    await run_jobs(ctx)
    assert [row["state"] for row in await deliveries(tenant_id)] == ["sent"]


async def test_addresses_of_the_own_network_are_refused(
    clock: Clock, service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    ctx, tenant_id = world.make_context(clock, wiring.EVENTS, webhook_hosts=("127.0.0.1",)), await world.add_tenant()
    email = await person(ctx, tenant_id, "Dana", Role.DRIVER)
    async with browser(ctx) as client:
        tokens = await sign_in(client, email)
        refused = await turn_on(client, tokens, service.subscription("x"))
        assert (refused.status_code, refused.json()["code"]) == (400, "push_endpoint")
        named = Subscription("https://push.example.net/1")
        assert (await turn_on(client, tokens, named)).status_code == 200
        bad = named.fields | {"ticket": await ticket(client, tokens), "p256dh": "AAAA"}
        refused = await client.post("/push/on", json=bad)
        assert (refused.status_code, refused.json()["code"]) == (400, "push_keys")

    async def inside(host: str, *_: Any, **__: Any) -> list[Any]:
        return [(0, 0, 0, "", ("10.0.0.7", 0))]

    monkeypatch.setattr("asyncio.base_events.BaseEventLoop.getaddrinfo", lambda _self, host, *a, **k: inside(host))
    [row] = await DB.run("SELECT id FROM push_device")
    address = posting.Address(channel=posting.Channel.PUSH, account=UUID(tokens["account"]["id"]), device=row["id"])
    text = posting.Text("t", "b", notify.rules.Severity.INFO, "/notices")
    async with ctx.unit() as unit:
        await posting.post(ctx, unit, tenant_id, address, notify.Told.TEST, str(uuid4()), text)
    await run_jobs(ctx)
    [row] = await deliveries(tenant_id)
    assert row["state"] == "failed"
    assert "own network" in row["error"]


async def test_the_name_that_was_judged_is_the_one_that_is_called(
    clock: Clock, service: PushService, monkeypatch: pytest.MonkeyPatch
) -> None:
    ctx, tenant_id = context(clock), await world.add_tenant()
    email, mine = await person(ctx, tenant_id), Subscription("https://push.example.net/wpush/olga")

    async def pinned(url: str, allowed: Any = ()) -> Pinned:
        assert url == mine.endpoint
        return Pinned(f"{service.url}/wpush/olga", {"Host": "push.example.net"}, {})

    monkeypatch.setattr(web_push, "pinned", pinned)
    async with browser(ctx) as client:
        await turn_on(client, await sign_in(client, email), mine)
    await fault(ctx, await world.add_station(tenant_id))
    await run_jobs(ctx)
    [(_, headers, body)] = service.requests
    assert headers["host"] == "push.example.net"
    assert who_signed(headers["authorization"])[0]["aud"] == "https://push.example.net"
    assert mine.read(body)


async def test_tickets_run_out_and_stand_for_nothing_else(clock: Clock, service: PushService) -> None:
    ctx, tenant_id = context(clock), await world.add_tenant()
    email, mine = await person(ctx, tenant_id), service.subscription("olga")
    async with browser(ctx) as client:
        tokens = await sign_in(client, email)
        given = await ticket(client, tokens)
        as_token = await client.get("/api/v1/me", headers={"Authorization": f"Bearer {given}"})
        assert as_token.status_code == 401
        for wrong in (tokens["access_token"], "", "x.y.z", given[:-2]):
            answer = await client.post("/push/on", json={"ticket": wrong, **mine.fields})
            assert (answer.status_code, answer.json()["code"]) == (401, "push_ticket_invalid"), wrong
        clock.advance(minutes=15)
        answer = await client.post("/push/on", json={"ticket": given, **mine.fields})
        assert answer.status_code == 401
        tokens = (await client.post("/api/v1/auth/refresh", json={"refresh_token": tokens["refresh_token"]})).json()
        given = await ticket(client, tokens)
        await client.post("/api/v1/auth/sign-out", json={"refresh_token": tokens["refresh_token"]})
        answer = await client.post("/push/on", json={"ticket": given, **mine.fields})
        assert answer.status_code == 401
    assert await DB.run("SELECT 1 FROM push_device") == []


async def test_a_browser_says_where_it_moved(clock: Clock, service: PushService) -> None:
    ctx, tenant_id = context(clock), await world.add_tenant()
    email, old, new = await person(ctx, tenant_id), service.subscription("old"), service.subscription("new")
    async with browser(ctx) as client:
        await turn_on(client, await sign_in(client, email), old)
        said = {"old_endpoint": old.endpoint, "old_auth": old.keys["auth"], **new.fields}
        wrong = await client.post("/push/move", json=said | {"old_auth": new.keys["auth"]})
        assert wrong.status_code == 404
        outside = await client.post("/push/move", json=said | {"endpoint": "https://10.0.0.1/x"})
        assert (outside.status_code, outside.json()["code"]) == (400, "push_endpoint")
        assert (await client.post("/push/move", json=said)).status_code == 204
        assert (await client.post("/push/move", json=said)).status_code == 404
    await fault(ctx, await world.add_station(tenant_id))
    await run_jobs(ctx)
    assert len(service.messages(new)) == 1
    assert [path for path, *_ in service.requests] == ["/wpush/new"]


async def test_a_test_message_and_off_again(clock: Clock, service: PushService) -> None:
    ctx, tenant_id = context(clock), await world.add_tenant()
    email, mine = await person(ctx, tenant_id, "Dana", Role.DRIVER), service.subscription("dana")
    async with browser(ctx) as client:
        tokens = await sign_in(client, email)
        asks = {"ticket": await ticket(client, tokens), "endpoint": mine.endpoint}
        assert (await client.post("/push/test", json=asks)).status_code == 404
        on = await turn_on(client, tokens, mine)
        assert on.json() == {"name": "Dana", "on": True, "back": "/me"}
        assert (await client.post("/push/test", json=asks)).status_code == 202
        await run_jobs(ctx)
        [told] = service.messages(mine)
        assert (told["title"], told["link"]) == ("It works", "/notices")
        assert (await client.post("/push/off", json=asks)).json()["on"] is False
        assert (await client.post("/push/off", json=asks)).json()["on"] is False
        assert (await client.post("/push/test", json=asks)).status_code == 404
    assert await DB.run("SELECT 1 FROM push_device") == []
