"""From what happened to a message at its address: real push client, real webhooks, real database."""

import asyncio
import socket
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from standardwebhooks.webhooks import Webhook

from backend import wiring
from backend.alerts import service as alerts
from backend.context import Context
from backend.db.engine import DB
from backend.errors import Conflict, InvalidInput
from backend.notify import posting, rules, setup
from backend.notify.channels import Trouble, webhook
from backend.notify.channels.base import Letter, Refused
from backend.stations import service as stations
from backend.stations.service import StatusReport
from shared.notify import (
    Channel,
    HookKind,
    HookSet,
    Platform,
    PushDeviceNew,
    RotaSet,
    RouteSet,
    Step,
    Target,
    TargetKind,
    Wishes,
)
from shared.said import in_language
from shared.stations import ConnectorStatus
from tests import world
from tests.conftest import Clock
from tests.support.push import SETTING, push_server
from tests.support.receivers import Receiver, push_error, receiver

pytestmark = pytest.mark.usefixtures("db")
SECRET = "whsec_" + "c2VjcmV0" * 4


@pytest.fixture
async def phones() -> AsyncIterator[Receiver]:
    async with push_server() as one:
        yield one


def context(clock: Clock) -> Context:
    return world.make_context(clock, wiring.EVENTS, fcm_credentials=SETTING, webhook_hosts=("127.0.0.1",))


async def run_jobs(ctx: Context, *, until: datetime | None = None) -> list[str]:
    """Everything of this room that waits and is due, as the worker would; the names of what was tried and failed."""
    failed = []
    for _ in range(20):
        rows = await DB.run(
            """DELETE FROM pgqueuer WHERE entrypoint LIKE 'notify.%' AND execute_after - created <= $1::interval
            RETURNING id, entrypoint, payload""",
            (until - ctx.now()) if until else timedelta(0),
        )
        if not rows:
            break
        for row in sorted(rows, key=lambda row: row["id"]):
            payload = msgspec.json.decode(row["payload"])
            try:
                await wiring.JOBS[row["entrypoint"]](ctx, payload)
                await wiring.JOBS[row["entrypoint"]](ctx, payload)  # a job may run twice
            except Trouble:
                failed.append(row["entrypoint"])
    return failed


async def fault(ctx: Context, station_id: UUID, code: str = "GroundFailure", evse: int = 1) -> None:
    report = StatusReport(evse=evse, status=ConnectorStatus.FAULTED, at=ctx.now(), error_code=code)
    await stations.connector_status(ctx, station_id, report)


async def deliveries(tenant_id: UUID, channel: str = "push") -> list[dict[str, Any]]:
    return await DB.run(
        "SELECT * FROM delivery WHERE tenant = $1 AND channel = $2 ORDER BY created_at, id", tenant_id, channel
    )


async def operator(ctx: Context, tenant_id: UUID, name: str = "Olga", token: str = "") -> UUID:
    account_id = await world.add_account(tenant_id, name, "operator")
    if token:
        await setup.add_device(ctx, account_id, PushDeviceNew(token=token, platform=Platform.ANDROID))
    return account_id


async def test_a_fault_reaches_the_phone_once(clock: Clock, phones: Receiver) -> None:
    ctx, tenant_id = context(clock), await world.add_tenant()
    olga = await operator(ctx, tenant_id, token="token-of-olga")
    await operator(ctx, tenant_id, "Nophone")
    station_id = await world.add_station(tenant_id, location_id=await world.add_location(tenant_id))
    await fault(ctx, station_id)
    await fault(ctx, station_id)
    await run_jobs(ctx)
    [(headers, body)] = phones.requests
    assert headers["authorization"] == "Bearer static"
    assert body["message"]["token"] == "token-of-olga"
    assert body["message"]["notification"]["title"] == "Residual current protection tripped"
    assert body["message"]["data"]["link"].startswith("/incidents/")
    states = {row["state"]: row["error"] for row in await deliveries(tenant_id)}
    assert states == {"sent": "", "skipped": "No device of theirs gets push."}
    [notice] = await setup.notices(ctx, tenant_id, olga)
    assert (notice.title, notice.read) == ("Residual current protection tripped", False)
    await posting.read(ctx, tenant_id, olga)
    assert (await setup.notices(ctx, tenant_id, olga))[0].read


async def test_a_dead_token_is_removed_and_a_full_quota_tried_again(clock: Clock, phones: Receiver) -> None:
    ctx, tenant_id = context(clock), await world.add_tenant()
    await operator(ctx, tenant_id, token="dead-token")
    await operator(ctx, tenant_id, "Busy", token="busy-token")
    await operator(ctx, tenant_id, "Typo", token="no-token-at-all")
    answers = {
        "dead-token": push_error(404, "UNREGISTERED"),
        "busy-token": push_error(429, "QUOTA_EXCEEDED"),
        "no-token-at-all": push_error(
            400, "INVALID_ARGUMENT", "The registration token is not a valid FCM registration token"
        ),
    }
    phones.answer = lambda body: answers[body["message"]["token"]]
    await fault(ctx, await world.add_station(tenant_id))
    assert await run_jobs(ctx) == ["notify.deliver"]
    assert [row["token"] for row in await DB.run("SELECT token FROM push_device")] == ["busy-token"]
    failed = sorted(row["error"].partition(":")[0] for row in await deliveries(tenant_id) if row["state"] == "failed")
    assert failed == ["InvalidArgumentError", "UnregisteredError"]
    [waiting] = [row for row in await deliveries(tenant_id) if row["state"] == "queued"]
    assert "QUOTA" in waiting["error"]
    assert waiting["attempts"] == 1
    for _ in range(rules.DOWN_AFTER - 1):
        with pytest.raises(Trouble):
            await posting.deliver(ctx, {"delivery_id": str(waiting["id"])})
    push = (await setup.channels(ctx, tenant_id, secret=False))[0]
    assert (push.down, push.failures, push.waiting) == (True, 3, 1)
    phones.answer = lambda _body: (200, {"name": "1"})
    await posting.deliver(ctx, {"delivery_id": str(waiting["id"])})
    push = (await setup.channels(ctx, tenant_id, secret=False))[0]
    assert (push.down, push.waiting) == (False, 0)


async def test_it_is_given_up_at_last_and_sent_again_by_hand(clock: Clock, phones: Receiver) -> None:
    ctx, tenant_id = context(clock), await world.add_tenant()
    await operator(ctx, tenant_id, token="busy-token")
    phones.answer = lambda _body: push_error(429, "QUOTA_EXCEEDED")
    await fault(ctx, await world.add_station(tenant_id))
    await run_jobs(ctx)
    [row] = await deliveries(tenant_id)
    await DB.run("UPDATE delivery SET attempts = $1", rules.TRIES - 1)
    await posting.deliver(ctx, {"delivery_id": str(row["id"])})
    assert (await deliveries(tenant_id))[0]["state"] == "failed"
    phones.answer = lambda _body: (200, {"name": "1"})
    await posting.again(ctx, tenant_id, row["id"])
    await run_jobs(ctx)
    assert (await deliveries(tenant_id))[0]["state"] == "sent"


async def test_a_storm_is_a_handful_of_messages(clock: Clock, phones: Receiver) -> None:
    ctx, tenant_id = context(clock), await world.add_tenant()
    await operator(ctx, tenant_id, token="token-of-olga")
    places = [await world.add_station(tenant_id, f"CP-{number}") for number in range(20)]
    for station_id in places[:10]:
        await fault(ctx, station_id)
        clock.advance(seconds=31)  # apart enough to have nothing to do with each other
    await run_jobs(ctx)
    assert [body["message"]["notification"]["title"] for _, body in phones.requests] == ["10 incidents at 10 places"]
    for number, station_id in enumerate(places[10:]):
        await fault(ctx, station_id)
        clock.advance(seconds=31)
        await run_jobs(ctx)
        assert len(phones.requests) <= rules.BURST + 1, number
    before = len(phones.requests)
    assert [row["reason"] for row in await deliveries(tenant_id) if row["state"] == "held"] == ["storm"]
    await run_jobs(ctx, until=clock.now() + rules.STORM_PAUSE)
    assert len(phones.requests) == before + 1


async def test_a_webhook_is_signed_and_its_trouble_shown(clock: Clock) -> None:
    ctx, tenant_id = context(clock), await world.add_tenant()
    async with receiver() as one:
        hooks = {}
        for kind in HookKind:
            hooks[kind] = await setup.put_hook(ctx, tenant_id, None, HookSet(name=kind, kind=kind, url=one.url))
        targets = [Target(kind=TargetKind.HOOK, id=hook.id) for hook in hooks.values()]
        await setup.put_route(ctx, tenant_id, None, RouteSet(name="Out", targets=targets, channels=[Channel.APP]))
        await fault(ctx, await world.add_station(tenant_id))
        await run_jobs(ctx)
        secrets = {str(hook.id): hook.secret for hook in hooks.values()}
        sent = {str(row["id"]): secrets[str(row["hook"])] for row in await deliveries(tenant_id, "webhook")}
        assert len(one.requests) == len(HookKind)
        for (headers, body), raw in zip(one.requests, one.raw, strict=True):
            expected = Webhook(sent[headers["webhook-id"]]).sign(headers["webhook-id"], clock.now(), raw)
            assert headers["webhook-signature"] == expected
            assert in_language("Residual current protection tripped", "de") in str(body)  # the operator is in Berlin
        one.answer = lambda _body: (500, {})
        await posting.test_hook(ctx, tenant_id, UUID(hooks[HookKind.SLACK].id))
        assert await run_jobs(ctx) == ["notify.deliver"]
    slack = next(row for row in await setup.channels(ctx, tenant_id, secret=True) if row.kind is HookKind.SLACK)
    assert "500" in slack.error
    with pytest.raises(InvalidInput):
        await setup.put_hook(ctx, tenant_id, None, HookSet(name="x", kind=HookKind.GENERIC, url="http://[::1]:9/hook"))


async def test_nobody_acknowledges_so_the_next_ones_hear_of_it(clock: Clock, phones: Receiver) -> None:
    ctx, tenant_id = context(clock), await world.add_tenant()
    first = await operator(ctx, tenant_id, "First", token="first-token")
    second = await operator(ctx, tenant_id, "Second", token="second-token")
    gone = await operator(ctx, tenant_id, "Gone", token="gone-token")
    rota = await setup.put_rota(
        ctx, tenant_id, None, RotaSet(name="Nights", members=[str(gone), str(first)], starts_at=clock.now())
    )
    await DB.run("UPDATE account SET disabled_at = now() WHERE id = $1", gone)  # whose turn it would be
    step = Step(after_min=10, targets=[Target(kind=TargetKind.ACCOUNT, id=str(second))], channels=[Channel.PUSH])
    await setup.put_route(
        ctx,
        tenant_id,
        None,
        RouteSet(name="R", targets=[Target(kind=TargetKind.ROTA, id=rota.id)], channels=[Channel.PUSH], steps=[step]),
    )
    one, two = [await world.add_station(tenant_id, name) for name in ("A", "B")]
    with pytest.raises(Conflict, match="on call in this rota"):
        await setup.remove(ctx, "notify_rota", tenant_id, UUID(rota.id))
    assert (await setup.rotas(ctx, tenant_id))[0].on_call == str(first)
    await fault(ctx, one)
    await fault(ctx, two)
    await run_jobs(ctx)
    assert {body["message"]["token"] for _, body in phones.requests} == {"first-token"}
    taken = (await alerts.open_incidents(ctx, tenant_id))[0]
    await alerts.acknowledge(ctx, tenant_id, UUID(taken.id), first)
    await run_jobs(ctx, until=clock.now() + timedelta(minutes=10))
    later = [body["message"] for _, body in phones.requests if body["message"]["token"] == "second-token"]
    assert [one["notification"]["title"] for one in later] == [
        "Nobody has taken it yet: Residual current protection tripped"
    ]
    await DB.run("UPDATE account SET role = CASE name WHEN 'Second' THEN 'admin' ELSE 'driver' END")
    phones.requests.clear()
    await fault(ctx, await world.add_station(tenant_id, "C"))
    await run_jobs(ctx)  # nobody of the rota is left
    assert {body["message"]["token"] for _, body in phones.requests} == {"second-token"}
    [route] = await setup.routes(ctx, tenant_id)
    targets, ways = [Target(kind=TargetKind.ACCOUNT, id=str(second))], [Channel.APP, Channel.PUSH]
    named = msgspec.structs.replace(route.plan, targets=targets, channels=ways)
    await setup.put_route(ctx, tenant_id, UUID(route.id), named)
    await DB.run("UPDATE account SET role = CASE name WHEN 'First' THEN 'admin' ELSE 'driver' END")
    phones.requests.clear()
    await fault(ctx, await world.add_station(tenant_id, "D"))
    await run_jobs(ctx)  # whom the route names is on the team no more
    assert {body["message"]["token"] for _, body in phones.requests} == {"first-token"}
    assert {one["account"] for one in await deliveries(tenant_id, "app")} == {first}
    with pytest.raises(InvalidInput):
        await setup.put_route(ctx, tenant_id, UUID(route.id), named)


async def test_quiet_hours_hold_what_is_not_critical(clock: Clock, phones: Receiver) -> None:
    ctx, tenant_id = context(clock), await world.add_tenant()
    olga = await operator(ctx, tenant_id, token="token-of-olga")
    here = rules.local(clock.now(), "Europe/Berlin")
    span = {"quiet_from": f"{here:%H:00}", "quiet_to": f"{here + timedelta(hours=2):%H:00}"}
    await setup.set_wishes(ctx, olga, Wishes(**span))
    one, two = [await world.add_station(tenant_id, name) for name in ("A", "B")]
    await fault(ctx, one, "HighTemperature")
    await fault(ctx, two, "ReaderFailure")
    await run_jobs(ctx)
    assert phones.requests == []
    [held] = await deliveries(tenant_id)
    assert (held["state"], held["reason"], len(held["notices"])) == ("held", "quiet", 2)
    await run_jobs(ctx, until=held["due_at"])
    [(_, body)] = phones.requests
    assert body["message"]["notification"]["title"] == "2 incidents at 2 places"
    with pytest.raises(InvalidInput):
        await setup.set_wishes(ctx, olga, Wishes(quiet_from="22:00"))


async def test_a_driver_hears_what_concerns_them(clock: Clock, phones: Receiver) -> None:
    ctx, tenant_id = context(clock), await world.add_tenant()
    driver = await world.add_account(tenant_id)
    await setup.add_device(ctx, driver, PushDeviceNew(token="token-of-dana", platform=Platform.IOS))
    station_id = await world.add_station(tenant_id, location_id=await world.add_location(tenant_id), online=True)
    await setup.watch(ctx, tenant_id, driver, station_id)
    await fault(ctx, station_id)
    await stations.connector_status(
        ctx, station_id, StatusReport(evse=1, status=ConnectorStatus.AVAILABLE, at=clock.now(), error_code="NoError")
    )
    await run_jobs(ctx)
    mine = [body["message"]["notification"]["title"] for _, body in phones.requests]
    assert mine == ["It works again"]
    assert (await setup.own(ctx, driver)).watched == []


async def test_a_webhook_whose_name_changes_its_mind_never_reaches_the_own_network(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: public when it is judged, our own network when it is called."""
    reached = 0

    async def inside(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal reached
        reached += 1
        writer.close()

    server = await asyncio.start_server(inside, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    answers, real = ["8.8.8.8"], socket.getaddrinfo

    def resolve(host: Any, *args: Any, **more: Any) -> Any:
        if host != "hooks.example":
            return real(host, *args, **more)
        answer = answers.pop() if answers else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answer, port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(webhook, "TIMEOUT_S", 0.5)
    letter = Letter(
        id=uuid4(), tenant_id=uuid4(), sender="W", address=f"http://hooks.example:{port}/in", kind="test",
        severity="info", title="T", body="B", link="/", url="http://x/", at=clock.now(), secret=SECRET, form="generic",
    )  # fmt: skip
    for _ in range(2):  # then, when it says from the beginning that it is inside
        with pytest.raises((Trouble, Refused)):
            await webhook.send(context(clock), letter)
    server.close()
    assert reached == 0


async def test_a_storm_while_a_channel_is_down_is_still_a_handful(clock: Clock) -> None:
    """Sixty stations report faults while the chat doesn't answer: few messages wait, and each arrives once."""
    ctx, tenant_id = context(clock), await world.add_tenant()
    async with receiver() as chat:
        chat.answer = lambda _body: (503, {})
        hook = await setup.put_hook(ctx, tenant_id, None, HookSet(name="Chat", kind=HookKind.SLACK, url=chat.url))
        targets = [Target(kind=TargetKind.HOOK, id=hook.id)]
        await setup.put_route(ctx, tenant_id, None, RouteSet(name="Out", targets=targets, channels=[Channel.APP]))
        for number in range(60):
            await fault(ctx, await world.add_station(tenant_id, f"S{number}"), code="InternalError")
        failed = await run_jobs(ctx)
        waiting = [row for row in await deliveries(tenant_id, "webhook") if row["state"] == "queued"]
        assert 1 <= len(failed) <= 8
        assert len(waiting) == len(failed)
        shown = next(row for row in await setup.channels(ctx, tenant_id, secret=True) if row.kind is HookKind.SLACK)
        assert "503" in shown.error
        chat.answer = lambda _body: (200, {})
        chat.requests.clear()
        clock.advance(minutes=6)
        for row in waiting:  # as the queue tries them again; twice, as after a worker that died
            for _ in range(2):
                await posting.deliver(ctx, {"delivery_id": str(row["id"])})
        await run_jobs(ctx, until=clock.now() + timedelta(minutes=10))
        ids = [headers["webhook-id"] for headers, _ in chat.requests]
    assert len(ids) == len(set(ids))
    assert {str(row["id"]) for row in waiting} <= set(ids)
    assert len(ids) <= 10
    assert {row["state"] for row in await deliveries(tenant_id, "webhook")} == {"sent"}


async def test_another_tenants_incident_is_told_to_nobody_here(clock: Clock, phones: Receiver) -> None:
    ctx, mine, theirs = context(clock), await world.add_tenant(), await world.add_tenant("Sued")
    await operator(ctx, mine, token="mine")
    await operator(ctx, theirs, "Otto", token="theirs")
    await fault(ctx, await world.add_station(theirs, "T-1"))
    await run_jobs(ctx)
    assert [body["message"]["token"] for _, body in phones.requests] == ["theirs"]
    assert await deliveries(mine) == []
