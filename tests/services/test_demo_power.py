"""The demo's tight site: its cars wait for cheap hours, and its past says what that saved."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from backend.db.engine import DB
from backend.demo import history, power
from backend.demo.seed import seed
from backend.sites import savings, service
from shared.sites import PolicyName
from tests import world
from tests.conftest import Clock


async def test_the_tight_site_saves_against_uncontrolled_charging(db: str, clock: Clock, tmp_path: Path) -> None:
    ctx = world.make_context(clock)
    tenant_id = await world.add_tenant()
    await seed(ctx, tmp_path)
    [place] = await DB.run("SELECT location FROM power_site WHERE tenant = $1", tenant_id)
    site = await service.get(ctx, tenant_id, place["location"])
    assert site.policy.name is PolicyName.CHEAPEST
    assert site.policy.goes_first.card_groups == [power.COURIERS]
    month = f"{ctx.now() - timedelta(days=15):%Y-%m}"
    found = await savings.of_site(ctx, await service.row_of(tenant_id, place["location"]), month)
    assert found.energy_wh > 500_000
    assert found.saved > found.uncontrolled_cost / 20
    assert found.peak_w < found.uncontrolled_peak_w


def test_a_car_that_comes_in_the_evening_waits_for_the_night() -> None:
    came = datetime(2026, 3, 2, 17, 5, tzinfo=UTC)  # 18:05 in Hamburg, four hours before the cheap ones
    curve = [(came + timedelta(minutes=15 * n), 1000 + 5000 * n, 20_000, None) for n in range(3)]
    one = history.Past(
        came, came + timedelta(hours=1), 1000, 10_000, [*curve, (came + timedelta(hours=1), 11_000, 0, None)]
    )
    found = history.patient(one, power.Shared())
    assert found.curve[1][0] >= came + timedelta(hours=3, minutes=55)
    assert (found.curve[0][1], found.curve[-1][1], found.energy_wh) == (1000, 11_000, 10_000)
    registers = [register for _, register, _, _ in found.curve]
    assert registers == sorted(registers)
    assert found.ended_at - found.curve[-1][0] == timedelta(0)


def test_not_all_begin_with_the_cheap_hours() -> None:
    shared, zone, came = power.Shared(), history.ZONE, datetime(2026, 3, 2, 20, 50, tzinfo=UTC)
    starts = []
    for _ in range(5):
        starts.append(shared.cheapest_start(came, timedelta(hours=1), 11_000, zone))
        shared.draws(starts[-1], timedelta(hours=1), 11_000)
    assert starts[0] == starts[1] == starts[2] == came + timedelta(minutes=15)  # 22:05 in Hamburg
    assert starts[3] == starts[4] == came + timedelta(minutes=75 + 15)


def test_who_comes_when_it_is_cheap_doesnt_wait() -> None:
    came = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)
    one = history.Past(
        came, came + timedelta(hours=1), 0, 9000, [(came, 0, 9000, None), (came + timedelta(hours=1), 9000, 0, None)]
    )
    assert history.patient(one, power.Shared()) is one
