"""Whom a push no longer reaches: who signed out, left, was disabled, or shares a browser with somebody else."""

from datetime import timedelta
from uuid import UUID

import pytest

from backend.accounts import people
from backend.accounts import service as accounts
from backend.context import Context
from backend.db.engine import DB
from backend.notify import browsers, posting, setup
from backend.notify import service as notify
from backend.web.guards import Actor
from shared.accounts import PersonChange, Role
from shared.notify import Platform, PushDeviceNew, Wishes
from tests import world
from tests.conftest import Clock
from tests.services.test_notify import deliveries, fault, run_jobs
from tests.services.test_web_push import FIREFOX, PASSWORD, browser, context, person, sign_in, ticket, turn_on
from tests.services.test_web_push import service as service
from tests.support.browsers import PushService, Subscription

pytestmark = pytest.mark.usefixtures("db")


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
