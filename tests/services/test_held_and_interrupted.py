"""What a driver hears of a session that broke off, and what waits for an operator's digest."""

from datetime import timedelta

import pytest

from backend.db.engine import DB
from backend.notify import setup
from backend.stations.model import StationRef
from backend.transactions import service as transactions
from backend.transactions.model import Ended
from shared.notify import Platform, PushDeviceNew, Wishes
from shared.stations import Registration
from tests import world
from tests.conftest import Clock
from tests.services.test_notify import context, deliveries, fault, operator, run_jobs
from tests.services.test_notify import phones as phones
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


async def test_what_waits_for_the_digest_comes_once_a_day_and_critical_at_once(clock: Clock, phones: Receiver) -> None:
    ctx, tenant_id = context(clock), await world.add_tenant()
    olga = await operator(ctx, tenant_id, token="token-of-olga")
    await setup.set_wishes(ctx, olga, Wishes(digest_at="08:00"))
    for name in ("A", "B"):
        await fault(ctx, await world.add_station(tenant_id, name), "ReaderFailure")
        clock.advance(minutes=10)
        await run_jobs(ctx)
    assert phones.requests == []
    [held] = await deliveries(tenant_id)  # one message gathers them
    assert (held["state"], held["reason"], len(held["notices"])) == ("held", "digest", 2)
    await fault(ctx, await world.add_station(tenant_id, "C"), "GroundFailure")
    await run_jobs(ctx)
    assert len(phones.requests) == 1
    clock.advance(seconds=(held["due_at"] - clock.now()).total_seconds())
    await run_jobs(ctx, until=clock.now() + timedelta(days=1))  # what was put off until now
    titles = [body["message"]["notification"]["title"] for _, body in phones.requests]
    assert titles == ["Residual current protection tripped", "Your digest: 2 incidents at 2 places"]
    assert await DB.run("SELECT 1 FROM delivery WHERE state = 'held'") == []
