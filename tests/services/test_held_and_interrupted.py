"""What a driver hears of a session that broke off, and what waits for an operator's digest."""

from datetime import timedelta
from uuid import UUID

import pytest

from backend.db.engine import DB
from backend.notify import posting, rules, setup
from backend.notify import service as notify
from backend.remedies import service as remedies
from backend.stations.model import StationRef
from backend.transactions import service as transactions
from backend.transactions.model import Ended
from shared.notify import Platform, PushDeviceNew, Told, Wishes
from shared.remedies import Guards
from shared.stations import ConnectorStatus, Registration
from tests import world
from tests.conftest import Clock
from tests.services.test_notify import context, deliveries, fault, operator, run_jobs
from tests.services.test_notify import phones as phones
from tests.services.test_remedies import House
from tests.services.test_remedies import house as house
from tests.support.receivers import Receiver

pytestmark = pytest.mark.usefixtures("db")


@pytest.mark.parametrize(
    ("reason", "wishes", "told"),
    [
        ("PowerLoss", Wishes(), ["Your session was interrupted"]),
        ("EmergencyStop", Wishes(session_finished=False), ["Your session was interrupted"]),
        ("PowerLoss", Wishes(session_interrupted=False), []),
        ("EVDisconnected", Wishes(), ["Your session is finished"]),
        ("EVDisconnected", Wishes(session_finished=False), []),
    ],
)
async def test_a_driver_hears_why_their_session_broke_off(
    clock: Clock, phones: Receiver, reason: str, wishes: Wishes, told: list[str]
) -> None:
    ctx, tenant_id = context(clock), await world.add_tenant()
    driver, other = await world.add_account(tenant_id), await world.add_account(tenant_id, "Somebody else")
    for account_id in (driver, other):
        await setup.add_device(ctx, account_id, PushDeviceNew(token=f"of-{account_id}", platform=Platform.IOS))
    await setup.set_wishes(ctx, driver, wishes)
    station_id = await world.add_station(tenant_id, online=True)
    begun = {"begun_at": clock.now() - timedelta(hours=1), "meter_start_wh": 1000, "evse": 1}
    await world.add_transaction(station_id, await world.add_connector(station_id), ref="t-1", account=driver, **begun)
    station = StationRef(id=station_id, tenant_id=tenant_id, identity="CP-1", registration=Registration.ACCEPTED)
    report = Ended(at=clock.now(), ref="t-1", evse=1, seq_no=9, meter_wh=8400, reason=reason)
    for _ in range(2):  # a station may say it twice
        await transactions.ended(ctx, station, report)
        await run_jobs(ctx)
    pushes = [body["message"] for _, body in phones.requests]
    assert [one["notification"]["title"] for one in pushes] == told
    assert {one["token"] for one in pushes} <= {f"of-{driver}"}
    if reason == "PowerLoss" and told:
        assert "lost its power" in pushes[0]["notification"]["body"]


async def test_a_driver_with_a_digest_sleeps_too(clock: Clock, phones: Receiver) -> None:
    """A digest gathers incidents; what a driver waits for comes at once, and after the quiet hours."""
    ctx, tenant_id = context(clock), await world.add_tenant()
    driver = await world.add_account(tenant_id)
    await setup.add_device(ctx, driver, PushDeviceNew(token="of-dana", platform=Platform.IOS))
    here = rules.local(clock.now(), "Europe/Berlin")
    quiet = {"quiet_from": f"{here:%H:00}", "quiet_to": f"{here + timedelta(hours=2):%H:00}"}
    station_id = await world.add_station(tenant_id, online=True)
    for number, wishes in enumerate((Wishes(digest_at="08:00"), Wishes(digest_at="08:00", **quiet))):
        await setup.set_wishes(ctx, driver, wishes)
        async with ctx.unit():
            about = {"station": station_id, "account": driver}
            await notify.note(ctx, tenant_id, Told.STATION_BACK, f"back:{number}", **about)
        await run_jobs(ctx)
    assert len(phones.requests) == 1
    [waits] = [row for row in await deliveries(tenant_id) if row["state"] == "queued"]
    assert rules.local(waits["due_at"], "Europe/Berlin").hour == (here + timedelta(hours=2)).hour


async def test_what_waits_for_the_digest_comes_once_a_day_and_critical_at_once(clock: Clock, phones: Receiver) -> None:
    ctx, tenant_id = context(clock), await world.add_tenant()
    olga = await operator(ctx, tenant_id, token="token-of-olga")
    await setup.set_wishes(ctx, olga, Wishes(digest_at="08:00"))
    first, second = [await world.add_station(tenant_id, name) for name in ("A", "B")]
    for station_id in (first, second):
        await fault(ctx, station_id, "ReaderFailure")
        clock.advance(minutes=10)
        await run_jobs(ctx)
    assert phones.requests == []
    [held] = await deliveries(tenant_id)  # one message gathers them
    assert (held["state"], held["reason"], len(held["notices"])) == ("held", "digest", 2)
    await fault(ctx, await world.add_station(tenant_id, "C"), "GroundFailure")
    await run_jobs(ctx)
    assert len(phones.requests) == 1
    await fault(ctx, first, "GroundFailure")  # told at once, and the digest knows it
    await run_jobs(ctx)
    clock.advance(seconds=(held["due_at"] - clock.now()).total_seconds())
    await run_jobs(ctx, until=clock.now() + timedelta(days=1))  # what was put off until now
    titles = [body["message"]["notification"]["title"] for _, body in phones.requests]
    worse = "It got worse: Residual current protection tripped"
    assert titles == ["Residual current protection tripped", worse, "Your digest: 2 incidents at 2 places"]
    assert worse in phones.requests[-1][1]["message"]["notification"]["body"].splitlines()
    assert await DB.run("SELECT 1 FROM delivery WHERE state = 'held'") == []


@pytest.mark.parametrize(
    ("answered", "becomes", "title"),
    [(False, ("queued", "remedy_asks"), "Waits for your yes: "), (True, ("queued", "incident_opened"), "")],
)
async def test_a_question_in_the_night_is_one_in_the_morning_unless_somebody_answered(
    house: House, answered: bool, becomes: tuple[str, str], title: str
) -> None:
    await house.open(Guards(approval=True))
    night = Wishes(quiet_from="00:00", quiet_to="23:59", critical_always=False)
    await setup.set_wishes(house.ctx, house.account_id, night)
    await setup.add_device(house.ctx, house.account_id, PushDeviceNew(token="of-olga", platform=Platform.ANDROID))
    await house.report(ConnectorStatus.FAULTED, "InternalError")
    await house.jobs()
    await notify.tell(house.ctx, {"tenant_id": str(house.tenant_id)})
    if answered:
        await remedies.approve(house.ctx, house.tenant_id, UUID((await house.run()).id), house.account_id)
    [held] = await DB.run("SELECT * FROM delivery WHERE state = 'held' AND channel = 'push'")
    assert len(held["notices"]) == 2
    await posting.release(house.ctx, {"delivery_id": str(held["id"])})
    [told] = await DB.run("SELECT * FROM delivery WHERE channel = 'push'")
    assert (told["state"], told["kind"]) == becomes
    assert told["title"] == title + (await house.incident()).title
    assert ("Next: Soft restart" in told["body"]) is not answered
