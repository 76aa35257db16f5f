"""The power of a location in the app: made, seen live, and refused where it contradicts itself."""

from decimal import Decimal

import pytest

from app.operator import energy_rules as rules
from backend.accounts import groups
from backend.db.engine import DB
from backend.errors import Conflict
from backend.sites import savings, service
from shared.accounts import DriverGroupNew, Role
from shared.sites import NodeKind, PowerNode, SiteSet
from tests import world
from tests.app.harness import PHONE, app_for
from tests.app.test_driver_on_the_wire import paid  # noqa: F401  # fixture
from tests.support.node import Node


async def test_made_seen_and_refused(paid: Node) -> None:  # noqa: F811  # the fixture
    location_id = await world.add_location(paid.tenant_id)
    station_id = await world.add_station(paid.tenant_id, "CP-7", location_id=location_id)
    await world.add_connector(station_id, 1)
    async with app_for(paid, role=Role.OPERATOR, route=f"/locations/{location_id}/energy") as screen:
        await screen.wait_for_text("No power tree yet")
        await screen.click("energy-make")
        await screen.wait_for_text("CP-7")
        await screen.type("node-limit_a", "5")
        await screen.click("dialog-confirm")
        await screen.wait_for_text("while Wattline is silent")
        await screen.type("node-limit_a", "x")
        await screen.click("dialog-confirm")
        await screen.wait_for_text("a number is not right")
        await screen.type("node-limit_a", "50")
        await screen.click("dialog-confirm")
        await screen.wait_for_text("Nobody charges here now.")
        await screen.click("energy-sharing")
        await screen.type("tariff-base", "x")
        await screen.click("dialog-confirm")
        await screen.wait_for_text("a number or a time is not right")
        await screen.type("tariff-base", "0.22")
        await screen.click("tariff-add")
        await screen.type("step-0-price", "0,11")
        await screen.click("step-0-day-6")
        await screen.click("dialog-confirm")
        await screen.wait_for_text("22:00 – 06:00 · Su")
        await screen.wait_for_text("An administrator makes the keys")
        await screen.click("feed-price")
        await screen.type("feed-url", "https://127.0.0.1/prices")
        await screen.click("dialog-confirm")
        await screen.wait_for_text("not into our own network")
        await screen.type("feed-url", "")
        await screen.click("dialog-confirm")
        await screen.wait_for_text("Nothing has come yet; the tariff holds.")
        await screen.click("energy-what-if")
        await screen.click("what-if-ask")
        await screen.wait_for_text("Nobody charged here in these days")


async def test_an_administrator_makes_and_takes_keys(paid: Node) -> None:  # noqa: F811  # the fixture
    location_id = await world.add_location(paid.tenant_id)
    site = SiteSet(nodes=[PowerNode(key="grid", kind=NodeKind.GRID, limit_a=Decimal(8))])
    await service.put(paid.ctx, paid.tenant_id, location_id, site)
    async with app_for(paid, role=Role.ADMIN, size=PHONE, route=f"/locations/{location_id}/energy") as screen:
        await screen.wait_for_text("With a key a meter tells")
        await screen.click("key-grid")
        await screen.wait_for_text("Copy it now: it is shown only once.")
        await screen.wait_for_text("never used")


async def test_on_a_phone(paid: Node) -> None:  # noqa: F811  # the fixture
    location_id = await world.add_location(paid.tenant_id)
    async with app_for(paid, role=Role.OPERATOR, size=PHONE, route=f"/locations/{location_id}/energy") as screen:
        await screen.wait_for_text("No power tree yet")


async def test_a_driver_tells_when_they_leave(
    paid: Node,  # noqa: F811  # the fixture
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def fails(*_: object) -> None:
        raise Conflict("Not now.")

    location_id = await world.add_location(paid.tenant_id)
    station_id = await world.add_station(paid.tenant_id, "CP-7", location_id=location_id)
    connector_id = await world.add_connector(station_id, 1)
    site = SiteSet(
        nodes=[
            PowerNode(key="grid", kind=NodeKind.GRID, limit_a=Decimal(8)),
            PowerNode(key="a", kind=NodeKind.STATION, parent="grid", station="CP-7"),
        ]
    )
    await service.put(paid.ctx, paid.tenant_id, location_id, site)
    async with app_for(paid, role=Role.DRIVER, route="/") as screen:
        account = (await DB.run("SELECT id FROM account WHERE role = 'driver' ORDER BY created_at DESC"))[0]["id"]
        session = await world.add_transaction(
            station_id, connector_id, evse=1, account=account, begun_at=paid.ctx.now(), energy_wh=100
        )
        with monkeypatch.context() as away:
            away.setattr(savings, "of_session", fails)
            await screen.go(f"/sessions/{session}")
            await screen.wait_for_text("Not now.")
        await screen.click("button-try-again")
        await screen.wait_for_text("When do you leave?")
        await screen.click("wish-hours-1")
        await screen.wait_for_text("I leave at")
        await screen.click("wish-kwh-40")
        await screen.wait_for_text("at most 5.6 kWh are possible")


def test_what_is_typed_becomes_a_tree_again() -> None:
    first = rules.first_tree(["A", "B"], "Here")
    more, key = rules.added(first, NodeKind.FEEDER, "grid", "Feeder")
    assert (key, rules.ordered(more)[0], len(more)) == ("feeder-1", ("grid", 0), 4)
    nodes = rules.nodes_of(more)
    assert not isinstance(nodes, tuple)
    assert rules.drafts(nodes) == more
    assert [one.key for one in rules.removed(more, "feeder-1")] == [one.key for one in first]


async def test_all_sites_in_one_list(paid: Node) -> None:  # noqa: F811  # the fixture
    async with app_for(paid, role=Role.OPERATOR, route="/energy") as screen:
        await screen.wait_for_text("No sites yet")
        location_id = await world.add_location(paid.tenant_id, name="Hafen")
        await world.add_connector(await world.add_station(paid.tenant_id, "CP-8", location_id=location_id), 1)
        await service.put(
            paid.ctx,
            paid.tenant_id,
            location_id,
            SiteSet(nodes=[PowerNode(key="grid", kind=NodeKind.GRID, limit_a=Decimal(50))]),
        )
        await screen.wait_for_text("Hafen")
        await screen.wait_for_text("0 % of 34.5 kW")
        await screen.click(f"site-{location_id}")
        await screen.wait_for_text("Energy: Hafen")


async def test_who_goes_first_and_what_the_peak_costs(paid: Node) -> None:  # noqa: F811  # the fixture
    location_id = await world.add_location(paid.tenant_id)
    site = SiteSet(nodes=[PowerNode(key="grid", kind=NodeKind.GRID, limit_a=Decimal(8))])
    await service.put(paid.ctx, paid.tenant_id, location_id, site)
    fleet = await groups.add(paid.ctx, paid.tenant_id, DriverGroupNew(name="Taxis"))
    async with app_for(paid, role=Role.OPERATOR, route=f"/locations/{location_id}/energy") as screen:
        await screen.wait_for_text("Everybody equally")
        await screen.click("energy-sharing")
        await screen.wait_for_text("Taxis")
        await screen.click("first-driver_groups-0")
        await screen.type("peak-charge", "-3")
        await screen.click("dialog-confirm")
        await screen.wait_for_text("a number or a time is not right")
        await screen.type("peak-charge", "9,50")
        await screen.click("dialog-confirm")
        await screen.wait_for_text("1 group of drivers")
        await screen.wait_for_text("Highest power this month")
    policy = (await service.get(paid.ctx, paid.tenant_id, location_id)).policy
    assert (policy.goes_first.driver_groups, policy.demand_charge) == ([fleet.id], Decimal("9.50"))
