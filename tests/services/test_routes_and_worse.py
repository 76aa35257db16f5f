"""Routes by role, site, severity and hours, from a fault to the phones that ring; and what is told when it is worse."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest

from backend.alerts import incidents
from backend.alerts import service as alerts
from backend.context import Context
from backend.db.engine import DB
from backend.notify import rules, setup
from backend.notify import service as notify
from shared.notify import Channel, Hours, Platform, PushDeviceNew, RouteSet, Step, Target, TargetKind, Wishes
from shared.operations import IncidentState, Severity
from tests import world
from tests.conftest import Clock
from tests.services.test_notify import context, fault, run_jobs
from tests.support.push import push_server
from tests.support.receivers import Receiver

pytestmark = pytest.mark.usefixtures("db")
HOT = "HighTemperature"  # a warning
TRIPPED = "GroundFailure"  # critical
WORSE = "It got worse: Residual current protection tripped"


@pytest.fixture
async def phones() -> AsyncIterator[Receiver]:
    async with push_server() as one:
        yield one


async def team(ctx: Context, tenant_id: UUID) -> dict[str, UUID]:
    """One of each role, with a phone whose token names it."""
    found = {}
    for role in ("driver", "operator", "admin"):
        found[role] = await world.add_account(tenant_id, role.title(), role)
        await setup.add_device(ctx, found[role], PushDeviceNew(token=f"phone:{role}", platform=Platform.ANDROID))
    return found


async def route(ctx: Context, tenant_id: UUID, role: str, **plan: object) -> None:
    values = {"name": role, "targets": [Target(kind=TargetKind.ROLE, id=role)], "channels": [Channel.PUSH]} | plan
    await setup.put_route(ctx, tenant_id, None, RouteSet(**values))  # type: ignore[arg-type]


def rang(phones: Receiver) -> list[tuple[str, str]]:
    """(role, title) of every push since the last look."""
    found = [body["message"] for _, body in phones.requests]
    phones.requests.clear()
    return sorted((one["token"].removeprefix("phone:"), one["notification"]["title"]) for one in found)


@pytest.mark.parametrize("role", ["operator", "admin"])
async def test_a_route_tells_its_role_and_no_other(clock: Clock, phones: Receiver, role: str) -> None:
    ctx, tenant_id = context(clock), await world.add_tenant()
    await team(ctx, tenant_id)
    await route(ctx, tenant_id, role)
    await fault(ctx, await world.add_station(tenant_id), HOT)
    await run_jobs(ctx)
    assert [who for who, _ in rang(phones)] == [role]


async def test_who_changes_role_is_told_by_the_new_one(clock: Clock, phones: Receiver) -> None:
    ctx, tenant_id = context(clock), await world.add_tenant()
    people = await team(ctx, tenant_id)
    await route(ctx, tenant_id, "admin")
    await DB.run("UPDATE account SET role = 'operator' WHERE id = $1", people["admin"])
    await DB.run("UPDATE account SET role = 'admin' WHERE id = $1", people["operator"])
    await fault(ctx, await world.add_station(tenant_id))
    await run_jobs(ctx)
    assert [who for who, _ in rang(phones)] == ["operator"]


async def test_role_site_severity_and_hours_decide_together(clock: Clock, phones: Receiver) -> None:
    """Operators hear of the harbour, administrators of what is critical, and nobody outside a route's hours."""
    ctx, tenant_id = context(clock), await world.add_tenant()
    await team(ctx, tenant_id)
    harbour, station = [await world.add_location(tenant_id, name) for name in ("Harbour", "Station")]
    await route(ctx, tenant_id, "operator", location_ids=[str(harbour)])
    today = rules.local(clock.now(), "Europe/Berlin").weekday()
    other = [day for day in range(7) if day != today]
    await route(ctx, tenant_id, "admin", min_severity=Severity.CRITICAL)
    await route(ctx, tenant_id, "operator", hours=Hours(days=other, begins="00:00", ends="23:59"))
    told = {}
    for name, site in (("harbour", harbour), ("station", station)):
        for code in (HOT, TRIPPED):
            await fault(ctx, await world.add_station(tenant_id, f"{name}-{code}", location_id=site), code)
            await run_jobs(ctx)
            told[name, code] = [who for who, _ in rang(phones)]
    assert told == {
        ("harbour", HOT): ["operator"],
        ("harbour", TRIPPED): ["admin", "operator"],
        ("station", HOT): [],
        ("station", TRIPPED): ["admin"],
    }


# --- worse ---------------------------------------------------------------------------------------------------


async def test_what_becomes_critical_is_told_anew_and_once(clock: Clock, phones: Receiver) -> None:
    ctx, tenant_id = context(clock), await world.add_tenant()
    await team(ctx, tenant_id)
    await route(ctx, tenant_id, "operator")
    await route(ctx, tenant_id, "admin", min_severity=Severity.CRITICAL)
    station_id = await world.add_station(tenant_id)
    await fault(ctx, station_id, HOT)
    await run_jobs(ctx)
    assert [who for who, _ in rang(phones)] == ["operator"]
    for _ in range(3):  # up and down: known by now
        await fault(ctx, station_id, TRIPPED)
        await run_jobs(ctx)
        await fault(ctx, station_id, HOT)
        await run_jobs(ctx)
    assert rang(phones) == [("admin", WORSE), ("operator", WORSE)]
    assert len(await alerts.open_incidents(ctx, tenant_id)) == 1


async def test_quiet_hours_end_for_what_becomes_critical(clock: Clock, phones: Receiver) -> None:
    ctx, tenant_id = context(clock), await world.add_tenant()
    people = await team(ctx, tenant_id)
    await route(ctx, tenant_id, "operator")
    here = rules.local(clock.now(), "Europe/Berlin")
    quiet = {"quiet_from": f"{here:%H:00}", "quiet_to": f"{here + timedelta(hours=2):%H:00}"}
    await setup.set_wishes(ctx, people["operator"], Wishes(**quiet))
    station_id = await world.add_station(tenant_id)
    await fault(ctx, station_id, HOT)
    await run_jobs(ctx)
    assert rang(phones) == []
    await fault(ctx, station_id, TRIPPED)
    await run_jobs(ctx)
    assert rang(phones) == [("operator", WORSE)]


async def test_it_is_told_although_somebody_has_it_in_hand(clock: Clock, phones: Receiver) -> None:
    """But nobody has to take it over: the steps of a route are for what nobody took."""
    ctx, tenant_id = context(clock), await world.add_tenant()
    people = await team(ctx, tenant_id)
    step = Step(after_min=5, targets=[Target(kind=TargetKind.ROLE, id="operator")], channels=[Channel.PUSH])
    await route(ctx, tenant_id, "admin", min_severity=Severity.CRITICAL, steps=[step])
    station_id = await world.add_station(tenant_id)
    await fault(ctx, station_id, HOT)
    [one] = await alerts.open_incidents(ctx, tenant_id)
    await alerts.acknowledge(ctx, tenant_id, UUID(one.id), people["operator"])
    await run_jobs(ctx)
    assert rang(phones) == []
    await fault(ctx, station_id, TRIPPED)
    await run_jobs(ctx, until=clock.now() + timedelta(minutes=10))
    assert rang(phones) == [("admin", WORSE)]


async def test_nobody_takes_what_became_critical_so_the_next_ones_hear_of_it(clock: Clock, phones: Receiver) -> None:
    ctx, tenant_id = context(clock), await world.add_tenant()
    await team(ctx, tenant_id)
    step = Step(after_min=5, targets=[Target(kind=TargetKind.ROLE, id="operator")], channels=[Channel.PUSH])
    await route(ctx, tenant_id, "admin", min_severity=Severity.CRITICAL, steps=[step])
    station_id = await world.add_station(tenant_id)
    await fault(ctx, station_id, HOT)
    await run_jobs(ctx, until=clock.now() + timedelta(minutes=10))
    assert rang(phones) == []
    await fault(ctx, station_id, TRIPPED)
    await run_jobs(ctx, until=clock.now() + timedelta(minutes=10))
    nobody = "Nobody has taken it yet: Residual current protection tripped"
    assert rang(phones) == [("admin", WORSE), ("operator", nobody)]


async def test_worse_before_anybody_was_told_is_one_message(clock: Clock, phones: Receiver) -> None:
    ctx, tenant_id = context(clock), await world.add_tenant()
    await team(ctx, tenant_id)
    await route(ctx, tenant_id, "admin", min_severity=Severity.CRITICAL)
    station_id = await world.add_station(tenant_id)
    await fault(ctx, station_id, HOT)
    await fault(ctx, station_id, TRIPPED)
    await run_jobs(ctx)
    await notify.tell(ctx, {"tenant_id": str(tenant_id)})
    assert rang(phones) == [("admin", "Residual current protection tripped")]


async def test_over_before_anybody_was_told_is_no_message(clock: Clock, phones: Receiver) -> None:
    ctx, tenant_id = context(clock), await world.add_tenant()
    await team(ctx, tenant_id)
    await route(ctx, tenant_id, "admin", min_severity=Severity.CRITICAL)
    station_id = await world.add_station(tenant_id)
    await fault(ctx, station_id, HOT)
    await run_jobs(ctx)
    await fault(ctx, station_id, TRIPPED)
    [one] = await alerts.open_incidents(ctx, tenant_id)
    await alerts.close(ctx, tenant_id, UUID(one.id))
    await run_jobs(ctx)
    assert rang(phones) == []


async def test_worse_again_after_it_came_back_is_told_again(clock: Clock, phones: Receiver) -> None:
    ctx, tenant_id = context(clock), await world.add_tenant()
    people = await team(ctx, tenant_id)
    await route(ctx, tenant_id, "admin", min_severity=Severity.CRITICAL)
    station_id = await world.add_station(tenant_id)
    for _ in range(2):
        await fault(ctx, station_id, HOT)
        await fault(ctx, station_id, TRIPPED)
        await run_jobs(ctx)
        [one] = await alerts.open_incidents(ctx, tenant_id)
        clock.advance(minutes=1)
        await incidents.change_state(ctx, tenant_id, UUID(one.id), people["admin"], IncidentState.WATCHED)
        await fault(ctx, station_id, HOT)
        await run_jobs(ctx)
        clock.advance(minutes=1)
    await fault(ctx, station_id, TRIPPED)
    await run_jobs(ctx)
    assert [title for _, title in rang(phones)].count(WORSE) == 2


async def test_what_comes_back_after_its_watch_goes_to_the_next_ones_again_also_after_hours(
    clock: Clock, phones: Receiver
) -> None:
    ctx, tenant_id = context(clock), await world.add_tenant()
    people = await team(ctx, tenant_id)
    here = rules.local(clock.now(), "Europe/Berlin")
    shift = Hours(days=list(range(7)), begins=f"{here:%H:%M}", ends=f"{here + timedelta(minutes=30):%H:%M}")
    step = Step(after_min=60, targets=[Target(kind=TargetKind.ROLE, id="operator")], channels=[Channel.PUSH])
    await route(ctx, tenant_id, "admin", hours=shift, steps=[step])
    station_id = await world.add_station(tenant_id)
    for code in (TRIPPED, HOT):
        await fault(ctx, station_id, code)
        await run_jobs(ctx)
        clock.advance(minutes=60)
        await run_jobs(ctx, until=clock.now() + timedelta(hours=2))
        assert [who for who, _ in rang(phones)] == ["admin", "operator"], code
        [one] = await alerts.open_incidents(ctx, tenant_id)
        await incidents.change_state(ctx, tenant_id, UUID(one.id), people["admin"], IncidentState.WATCHED)
        clock.advance(hours=23)
