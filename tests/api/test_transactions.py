"""Sessions over HTTP: the list in pages, in every order, and what one of them tells of its life."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import pytest

from backend.db.engine import DB
from shared.accounts import Role
from tests import world
from tests.api.harness import People
from tests.conftest import Clock
from tests.support.apps import create_app


@pytest.fixture
async def people(db: str, clock: Clock) -> People:
    ctx = world.make_context(clock)
    return People(ctx, create_app(ctx), await world.add_tenant())


async def session(people: People, clock: Clock, number: int, **values: Any) -> UUID:
    """Of its own station; one minute after the one before."""
    station_id = await world.add_station(people.tenant_id, f"CP-{number}")
    connector_id = await world.add_connector(station_id)
    begun = clock.advance(minutes=1)
    row = {"state": "ended", "begun_at": begun, "ended_at": begun, "created_at": begun, "number": number}
    return await world.add_transaction(station_id, connector_id, **row | {"currency": "EUR"} | values)


async def all_pages(client: httpx.AsyncClient, **wanted: Any) -> list[int]:
    found: list[int] = []
    cursor: str | None = None
    while True:
        page = (await client.get("/api/v1/transactions", params={"limit": 2, "cursor": cursor} | wanted)).json()
        found += [one["number"] for one in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            return found


@pytest.mark.parametrize(
    ("sort", "numbers"),
    [
        ("newest", [5, 4, 3, 2, 1]),
        ("oldest", [1, 2, 3, 4, 5]),
        ("-energy", [2, 4, 1, 5, 3]),
        ("energy", [3, 5, 1, 4, 2]),
        ("-cost", [3, 1, 2, 4, 5]),
        ("cost", [5, 4, 2, 1, 3]),
    ],
)
async def test_the_list_comes_in_every_order_and_no_page_skips_or_repeats(
    people: People, clock: Clock, sort: str, numbers: list[int]
) -> None:
    energies = {1: 500, 2: 900, 3: 100, 4: 700, 5: 300}
    costs = {1: Decimal("2.5000"), 2: Decimal("2.4900"), 3: Decimal(30), 4: Decimal("0.1"), 5: None}
    for number in energies:
        await session(people, clock, number, energy_wh=energies[number], cost=costs[number])
    async with people.client(Role.OPERATOR) as client:
        assert await all_pages(client, sort=sort) == numbers


async def test_equal_ones_are_neither_skipped_nor_repeated(people: People, clock: Clock) -> None:
    for number in range(1, 6):
        await session(people, clock, number, energy_wh=700, cost=Decimal(1))
    async with people.client(Role.OPERATOR) as client:
        assert sorted(await all_pages(client, sort="-energy")) == [1, 2, 3, 4, 5]
        assert sorted(await all_pages(client, sort="cost")) == [1, 2, 3, 4, 5]


async def test_a_cursor_of_another_order_and_unknown_words_are_refused(people: People, clock: Clock) -> None:
    for number in (1, 2):
        await session(people, clock, number, energy_wh=number)
    async with people.client(Role.OPERATOR) as client:
        page = (await client.get("/api/v1/transactions", params={"limit": 1})).json()
        wanted = {"sort": "energy", "cursor": page["next_cursor"]}
        foreign = await client.get("/api/v1/transactions", params=wanted)
        assert (foreign.status_code, foreign.json()["code"]) == (400, "invalid_cursor")
        assert (await client.get("/api/v1/transactions", params={"sort": "luck"})).status_code == 400
        assert (await client.get("/api/v1/transactions", params={"state": "happy"})).status_code == 400


async def test_a_session_is_found_by_what_an_operator_knows_of_it(people: People, clock: Clock) -> None:
    driver = await world.add_account(people.tenant_id, "Dana Driver")
    await session(people, clock, 71, account=driver)
    await session(people, clock, 72, id_token="04A1B2C3D4")
    async with people.client(Role.OPERATOR) as client:
        for search, number in (("dana", 71), ("a1b2c3", 72), ("cp-71", 71), ("72", 72)):
            assert await all_pages(client, search=search) == [number], search
        assert await all_pages(client, search="nobody") == []


async def test_a_session_tells_its_life_in_order(people: People, clock: Clock) -> None:
    begun = clock.now()
    one = await session(
        people, clock, 9, requested_at=begun, begun_at=begun + timedelta(minutes=1), stop_reason="EVDisconnected",
        ended_at=begun + timedelta(hours=1), meter_start_wh=1000, meter_last_wh=9000, energy_wh=8000,
    )  # fmt: skip
    readings = [
        (5, 2000, "charging", True),
        (10, 3000, "charging", True),
        (20, 9000, "suspended_ev", True),
        (30, 2, "suspended_ev", False),
        (40, 9000, "charging", True),
    ]
    for minutes, wh, state, trusted in readings:
        await DB.run(
            "INSERT INTO transaction_reading (transaction, at, energy_wh, charging_state, trusted) "
            "VALUES ($1, $2, $3, $4, $5)",
            one, begun + timedelta(minutes=minutes), wh, state, trusted,
        )  # fmt: skip
    async with people.client(Role.OPERATOR) as client:
        found = (await client.get(f"/api/v1/transactions/{one}")).json()
    steps = [step["kind"] for step in found["timeline"]]
    assert steps == ["requested", "begun", "charging", "suspended_ev", "charging", "ended"]
    assert found["timeline"][-1]["value"] == "EVDisconnected"
    assert (found["meter_start_wh"], found["meter_last_wh"], found["left_out"]) == (1000, 9000, 1)
    assert [point["energy_wh"] for point in found["readings"]] == [1000, 2000, 8000, 8000]


async def test_a_car_that_comes_and_goes_for_hours_does_not_fill_the_page(people: People, clock: Clock) -> None:
    begun = clock.now()
    one = await session(people, clock, 9)
    for minutes in range(60):
        await DB.run(
            "INSERT INTO transaction_reading (transaction, at, energy_wh, charging_state) VALUES ($1, $2, $3, $4)",
            one, begun + timedelta(minutes=minutes), minutes, ("charging", "suspended_ev")[minutes % 2],
        )  # fmt: skip
    async with people.client(Role.OPERATOR) as client:
        found = (await client.get(f"/api/v1/transactions/{one}")).json()
    assert len(found["timeline"]) == 2 + 12
