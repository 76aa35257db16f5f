"""From a browser that turns push on to what it reads: real HTTP, real encryption, real database."""

# Longer than 400 lines: one path from the browser to what it reads, with the browser that all its tests share.

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from backend import wiring
from backend.accounts import people
from backend.accounts import service as accounts
from backend.addresses import Pinned
from backend.context import Context
from backend.db.engine import DB
from backend.notify import browsers, posting, setup
from backend.notify import service as notify
from backend.notify.channels import web_push
from backend.web.guards import Actor
from shared.accounts import PersonChange, Role
from shared.notify import Platform, PushDeviceNew, Wishes
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


# --- who must hear nothing more ----------------------------------------------------------------------


async def queued_for(ctx: Context, tenant_id: UUID, identity: str = "CP-1") -> None:
    """A fault that is written down for everybody, and not sent yet."""
    await fault(ctx, await world.add_station(tenant_id, identity))
    await DB.run("DELETE FROM pgqueuer WHERE entrypoint LIKE 'notify.%' AND entrypoint <> 'notify.tell'")
    await notify.tell(ctx, {"tenant_id": str(tenant_id)})


async def test_a_device_that_signed_out_hears_nothing_not_even_what_was_on_its_way(
    clock: Clock, service: PushService
) -> None:
    ctx, tenant_id = context(clock), await world.add_tenant()
    email = await person(ctx, tenant_id)
    home, work = service.subscription("home"), service.subscription("work")
    async with browser(ctx) as client:
        at_home, at_work = await sign_in(client, email), await sign_in(client, email)
        await turn_on(client, at_home, home)
        await turn_on(client, at_work, work)
        await queued_for(ctx, tenant_id)
        await client.post("/api/v1/auth/sign-out", json={"refresh_token": at_work["refresh_token"]})
    await run_jobs(ctx)
    assert (len(service.messages(home)), len(service.messages(work))) == (1, 0)
    assert sorted((row["state"], row["error"]) for row in await deliveries(tenant_id)) == [
        ("failed", "This address was removed."),
        ("sent", ""),
    ]
    await fault(ctx, await world.add_station(tenant_id, "CP-2"))
    await run_jobs(ctx)
    assert (len(service.messages(home)), len(service.messages(work))) == (2, 0)
    account_id = UUID(at_home["account"]["id"])
    assert len((await setup.own(ctx, account_id)).devices) == 1
    await notify.forget_old(ctx)
    assert [row["token"] for row in await DB.run("SELECT token FROM push_device")] == [home.endpoint]


async def test_a_new_password_keeps_this_device_and_ends_the_others(clock: Clock, service: PushService) -> None:
    ctx, tenant_id = context(clock), await world.add_tenant()
    email, here, there = await person(ctx, tenant_id), service.subscription("here"), service.subscription("there")
    async with browser(ctx) as client:
        mine, other = await sign_in(client, email), await sign_in(client, email)
        await turn_on(client, mine, here)
        await turn_on(client, other, there)
        headers = {"Authorization": f"Bearer {mine['access_token']}"}
        wanted = {"current": PASSWORD, "new": "another long password"}
        changed = await client.post("/api/v1/me/password", json=wanted, headers=headers)
        assert changed.status_code == 200
        old = await client.post("/api/v1/auth/refresh", json={"refresh_token": mine["refresh_token"]})
        assert old.status_code == 401
        await fault(ctx, await world.add_station(tenant_id))
        await run_jobs(ctx)
        assert (len(service.messages(here)), len(service.messages(there))) == (1, 0)
        renewed = {"refresh_token": changed.json()["refresh_token"]}
        assert (await client.post("/api/v1/auth/refresh", json=renewed)).status_code == 200


async def test_somebody_else_on_the_same_browser_gets_theirs_only(clock: Clock, service: PushService) -> None:
    ctx, tenant_id = context(clock), await world.add_tenant()
    olga, otto = await person(ctx, tenant_id), await person(ctx, tenant_id, "Otto", Role.DRIVER)
    first = service.subscription("shared")
    async with browser(ctx) as client:
        tokens = await sign_in(client, olga)
        await turn_on(client, tokens, first)
        await queued_for(ctx, tenant_id)
        # Olga forgot to sign out; the browser hands the same subscription to the next one.
        answer = await turn_on(client, await sign_in(client, otto), first)
        assert answer.json()["name"] == "Otto"
        state = {"ticket": await ticket(client, tokens), "endpoint": first.endpoint}
        assert (await client.post("/push/state", json=state)).json()["on"] is False
    await run_jobs(ctx)
    await fault(ctx, await world.add_station(tenant_id, "CP-2"))
    await run_jobs(ctx)
    assert service.messages(first) == []


async def test_who_left_the_team_or_the_house_hears_nothing_more(clock: Clock, service: PushService) -> None:
    ctx, tenant_id = context(clock), await world.add_tenant()
    admin = await accounts.add(ctx, tenant_id, email="ada@example.com", password=PASSWORD, name="Ada", role=Role.ADMIN)
    assert admin is not None
    boss = Actor(account_id=admin.id, tenant_id=tenant_id, role=Role.ADMIN, name="Ada")
    found: dict[str, tuple[UUID, Subscription]] = {}
    async with browser(ctx) as client:
        for name in ("Olga", "Otto"):
            tokens = await sign_in(client, await person(ctx, tenant_id, name))
            found[name] = UUID(tokens["account"]["id"]), service.subscription(name)
            await turn_on(client, tokens, found[name][1])
    (olga, hers), (otto, his) = found["Olga"], found["Otto"]
    await setup.set_wishes(ctx, olga, Wishes(quiet_from="00:00", quiet_to="23:59", critical_always=False))
    await queued_for(ctx, tenant_id)
    await people.change(ctx, boss, olga, PersonChange(role=Role.DRIVER))
    await people.change(ctx, boss, otto, PersonChange(active=False))
    await DB.run("UPDATE delivery SET state = 'queued', title = 'x', due_at = NULL WHERE channel = 'push'")
    for row in await deliveries(tenant_id):
        await posting.deliver(ctx, {"delivery_id": str(row["id"])})
    await fault(ctx, await world.add_station(tenant_id, "CP-2"))
    await run_jobs(ctx, until=clock.now() + timedelta(days=1))
    assert service.messages(hers) == []
    assert service.messages(his) == []


async def test_two_tenants_never_hear_of_each_other(clock: Clock, service: PushService) -> None:
    ctx = context(clock)
    first, second = await world.add_tenant("Nord"), await world.add_tenant("Sued")
    both: dict[UUID, Subscription] = {}
    for tenant_id in (first, second):
        row = await accounts.add(
            ctx, tenant_id, email="olga@example.com", password=PASSWORD, name="Olga", role=Role.OPERATOR
        )
        assert row is not None
        both[tenant_id] = service.subscription(str(tenant_id))
        actor = accounts.actor_of(row)
        new = browsers.BrowserNew(ticket=browsers.ticket(ctx, actor).ticket, **both[tenant_id].fields)
        await browsers.add(ctx, new, FIREFOX)
    await fault(ctx, await world.add_station(first))
    await run_jobs(ctx)
    assert len(service.messages(both[first])) == 1
    assert service.messages(both[second]) == []


async def test_an_app_with_a_token_of_its_own_stays_beside_browsers(clock: Clock, service: PushService) -> None:
    """Without Firebase here its message is skipped, with the reason; the browser still gets its own."""
    ctx, tenant_id = context(clock), await world.add_tenant()
    email, mine = await person(ctx, tenant_id), service.subscription("olga")
    async with browser(ctx) as client:
        tokens = await sign_in(client, email)
        await turn_on(client, tokens, mine)
    await setup.add_device(
        ctx, UUID(tokens["account"]["id"]), PushDeviceNew(token="a-token-of-an-app", platform=Platform.ANDROID)
    )
    await fault(ctx, await world.add_station(tenant_id))
    await run_jobs(ctx)
    assert len(service.messages(mine)) == 1
    assert sorted(row["state"] for row in await deliveries(tenant_id)) == ["sent", "skipped"]


async def test_nobody_keeps_more_than_twenty_devices(clock: Clock, service: PushService) -> None:
    ctx, tenant_id = context(clock), await world.add_tenant()
    account_id = await world.add_account(tenant_id)
    actor = Actor(account_id=account_id, tenant_id=tenant_id, role=Role.DRIVER, name="Dana")
    given = browsers.ticket(ctx, actor).ticket
    for number in range(23):
        clock.advance(seconds=1)
        await browsers.add(ctx, browsers.BrowserNew(ticket=given, **service.subscription(f"{number}").fields), "")
    kept = await DB.run("SELECT token FROM push_device ORDER BY seen_at")
    assert [row["token"].rsplit("/", 1)[-1] for row in kept] == [str(number) for number in range(3, 23)]
