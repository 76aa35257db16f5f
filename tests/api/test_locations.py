"""Locations and outlets over HTTP: an operator makes a place, puts a station there, and drivers find it."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest

from backend.tariffs import service as tariffs
from backend.tariffs.model import Tariff
from shared.accounts import Role
from tests import world
from tests.api.harness import People, new_key
from tests.api.live_house import House
from tests.conftest import Clock
from tests.support.apps import create_app

QUAY = {
    "name": " Quay ",
    "address": "Am Kai 4",
    "postal_code": "20457",
    "city": "Hamburg",
    "latitude": 53.54,
    "longitude": 9.98,
}


@pytest.fixture
async def people(db: str, clock: Clock) -> AsyncIterator[People]:
    ctx = world.make_context(clock)
    async with ctx.bus:
        yield People(ctx, create_app(ctx), await world.add_tenant())


@pytest.fixture
async def operator(people: People) -> AsyncIterator[httpx.AsyncClient]:
    async with people.client(Role.OPERATOR) as client:
        yield client


@pytest.fixture
async def driver(people: People) -> AsyncIterator[httpx.AsyncClient]:
    async with people.client(Role.DRIVER) as client:
        yield client


async def made(client: httpx.AsyncClient, **more: Any) -> dict[str, Any]:
    answer = await client.post("/api/v1/locations", json=QUAY | more)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def listed(client: httpx.AsyncClient, **params: Any) -> list[dict[str, Any]]:
    answer = await client.get("/api/v1/locations", params=params)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["items"])


# --- making, changing, deleting ----------------------------------------------------------------------


async def test_a_new_location_is_the_operators_until_somebody_can_charge_there(
    people: People, operator: httpx.AsyncClient, driver: httpx.AsyncClient
) -> None:
    place = await made(operator)
    assert (place["name"], place["country"], place["time_zone"]) == ("Quay", "DE", "Europe/Berlin")
    path = f"/api/v1/locations/{place['id']}"
    assert await listed(operator) == await listed(driver) == []
    [row] = await listed(operator, empty=True)
    assert (row["name"], row["stations"], row["power_types"], row["price_from"]) == ("Quay", 0, [], None)
    assert row["availability"] == {"total": 0, "available": 0, "in_use": 0, "out_of_order": 0}
    assert (await operator.get(path)).json() == place
    assert (await driver.get(path)).status_code == 404
    assert (await driver.get("/api/v1/locations", params={"empty": True})).status_code == 403

    station_id = await world.add_station(people.tenant_id, "CP-1", online=True)
    await world.add_connector(station_id)
    moved = await operator.patch("/api/v1/stations/CP-1", json={"location_id": place["id"]})
    assert moved.json()["address"] == "Am Kai 4, 20457 Hamburg"
    assert [(one["name"], one["stations"]) for one in await listed(driver)] == [("Quay", None)]
    assert [one["stations"] for one in await listed(operator, empty=True)] == [1]


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "   "},
        {"name": "a\x00"},
        {"country": "XX"},
        {"country": "Germany"},
        {"time_zone": "Berlin"},
        {"time_zone": "../../etc/passwd"},
        {"latitude": 90.5},
        {"longitude": -181},
        {"latitude": None},
        {"latitude": "north"},
        {"stations": 3},
    ],
)
async def test_a_place_that_cannot_be_is_refused(operator: httpx.AsyncClient, wrong: dict[str, Any]) -> None:
    answer = await operator.post("/api/v1/locations", json=QUAY | wrong)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")
    place = await made(operator)
    path = f"/api/v1/locations/{place['id']}"
    if next(iter(wrong.values())) is not None:  # null stays as it is
        assert (await operator.patch(path, json=wrong)).status_code == 400
    assert (await operator.get(path)).json() == place


async def test_a_mistake_names_its_field(operator: httpx.AsyncClient) -> None:
    problem = (await operator.post("/api/v1/locations", json=QUAY | {"country": "ZZ", "time_zone": "Nowhere"})).json()
    assert [one["path"] for one in problem["fields"]] == ["$.country", "$.time_zone"]
    assert "ZZ" in problem["detail"]


async def test_what_is_changed_is_seen_and_the_rest_stays(people: People, operator: httpx.AsyncClient) -> None:
    place = await made(operator, country="at", time_zone="Europe/Vienna", description="Behind the hall")
    assert place["country"] == "AT"
    path = f"/api/v1/locations/{place['id']}"
    changed = await operator.patch(path, json={"name": "Pier", "latitude": 48.2, "description": ""})
    assert changed.json() == place | {"name": "Pier", "latitude": 48.2, "description": ""}
    assert (await operator.patch(path, json={})).json() == changed.json()
    assert (await operator.patch(path, json={"time_zone": ""})).status_code == 400


async def test_only_a_location_without_stations_is_deleted(people: People, operator: httpx.AsyncClient) -> None:
    place = await made(operator)
    path = f"/api/v1/locations/{place['id']}"
    await world.add_station(people.tenant_id, "CP-1", location_id=UUID(place["id"]), registration="pending")
    refused = await operator.delete(path)
    assert (refused.status_code, refused.json()["code"]) == (409, "location_in_use")
    await operator.patch("/api/v1/stations/CP-1", json={"location_id": ""})
    assert (await operator.delete(path)).status_code == 204
    assert (await operator.delete(path)).status_code == 404
    assert await listed(operator, empty=True) == []


async def test_the_same_tap_makes_one_location(operator: httpx.AsyncClient) -> None:
    key = new_key()
    answers = [await operator.post("/api/v1/locations", json=QUAY, headers=key) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert len(await listed(operator, empty=True)) == 1


async def test_other_operators_places_do_not_exist(people: People, operator: httpx.AsyncClient) -> None:
    place = await made(operator)
    other = People(people.ctx, people.app, await world.add_tenant("Sued"))
    await world.add_station(other.tenant_id, "CP-9", registration="pending")
    async with other.client(Role.ADMIN) as stranger:
        path = f"/api/v1/locations/{place['id']}"
        assert (await stranger.get(path)).status_code == 404
        assert (await stranger.patch(path, json={"name": "Mine"})).status_code == 404
        assert (await stranger.delete(path)).status_code == 404
        assert await listed(stranger, empty=True) == []
        taken = await stranger.post("/api/v1/stations/CP-9/accept", json={"location_id": place["id"]})
        assert (taken.status_code, taken.json()["fields"][0]["path"]) == (400, "$.location_id")
        assert (await stranger.get("/api/v1/stations/CP-9")).json()["row"]["registration"] == "pending"


async def test_the_list_of_all_places_is_paged_and_searched(operator: httpx.AsyncClient) -> None:
    for name in ("C", "A", "B"):
        await made(operator, name=name, city="Kiel" if name == "B" else "Hamburg")
    first = (await operator.get("/api/v1/locations", params={"empty": True, "limit": 2})).json()
    params = {"empty": True, "limit": 2, "cursor": first["next_cursor"]}
    rest = (await operator.get("/api/v1/locations", params=params)).json()
    assert [one["name"] for one in first["items"] + rest["items"]] == ["A", "B", "C"]
    assert [one["name"] for one in await listed(operator, empty=True, search="kiel")] == ["B"]


# --- accepting ---------------------------------------------------------------------------------------


async def test_a_station_is_accepted_at_its_place_or_without_one(people: People, operator: httpx.AsyncClient) -> None:
    place = await made(operator)
    for identity in ("A", "B"):
        await world.add_station(people.tenant_id, identity, registration="pending")
    accepted = await operator.post("/api/v1/stations/A/accept", json={"location_id": place["id"]})
    assert (accepted.status_code, accepted.json()["row"]["location"]) == (200, "Quay")
    later = await operator.post("/api/v1/stations/B/accept")
    assert (later.json()["row"]["registration"], later.json()["row"]["location_id"]) == ("accepted", None)
    again = await operator.post("/api/v1/stations/A/accept", json={})
    assert again.json()["row"]["location"] == "Quay"


# --- outlets -----------------------------------------------------------------------------------------


async def add_tariff(people: People, tenant_id: UUID, name: str, price: str) -> str:
    elements = [{"price_components": [{"type": "ENERGY", "price": price}]}]
    return str(
        await tariffs.add(people.ctx, tenant_id, name, msgspec.convert({"elements": elements}, Tariff, strict=False))
    )


async def test_an_outlet_gets_its_plug_power_and_tariff(
    people: People, operator: httpx.AsyncClient, driver: httpx.AsyncClient, clock: Clock
) -> None:
    location_id = await world.add_location(people.tenant_id)
    station_id = await world.add_station(people.tenant_id, "CP-1", location_id=location_id, online=True)
    connector_id = await world.add_connector(station_id, max_power_w=0)
    general = await add_tariff(people, people.tenant_id, "General", "0.40")
    clock.advance(minutes=1)
    fast = await add_tariff(people, people.tenant_id, "Fast", "0.70")
    foreign = await add_tariff(people, await world.add_tenant("Sued"), "Theirs", "0.10")
    offered = (await operator.get("/api/v1/tariffs")).json()["items"]
    assert [(one["id"], one["name"], one["price"]["energy"]) for one in offered] == [
        (general, "General", "0.40"),
        (fast, "Fast", "0.70"),
    ]
    path = f"/api/v1/connectors/{connector_id}"
    wanted = {"standard": "IEC_62196_T2_COMBO", "power_type": "DC", "max_power_w": 150_000, "tariff_id": fast}
    [told] = (await operator.patch(path, json=wanted)).json()["connectors"]
    assert {name: told[name] for name in wanted} == wanted
    [shown] = (await driver.get(f"/api/v1/locations/{location_id}")).json()["stations"][0]["connectors"]
    assert (shown["max_power_w"], shown["power_type"], shown["price"]["energy"]) == (150_000, "DC", "0.70")
    [back] = (await operator.patch(path, json={"tariff_id": ""})).json()["connectors"]
    assert (back["tariff_id"], back["price"]["energy"], back["max_power_w"]) == (None, "0.40", 150_000)
    for wrong in (
        {"tariff_id": foreign},
        {"tariff_id": "cheap"},
        {"tariff_id": str(uuid4())},
        {"power_type": "XX"},
        {"max_power_w": -1},
        {"standard": "a plug"},
        {"status": "available"},
    ):
        assert (await operator.patch(path, json=wrong)).status_code == 400, wrong
    assert (await operator.patch(f"/api/v1/connectors/{uuid4()}", json=wanted)).status_code == 404


async def test_tariffs_come_in_pages(people: People, operator: httpx.AsyncClient, clock: Clock) -> None:
    for name in ("A", "B", "C"):
        clock.advance(minutes=1)
        await add_tariff(people, people.tenant_id, name, "0.40")
    first = (await operator.get("/api/v1/tariffs", params={"limit": 2})).json()
    rest = (await operator.get("/api/v1/tariffs", params={"cursor": first["next_cursor"]})).json()
    assert [one["name"] for one in first["items"] + rest["items"]] == ["A", "B", "C"]
    assert rest["next_cursor"] is None


# --- open screens ------------------------------------------------------------------------------------


async def test_open_screens_follow_what_happens_to_places(house: House) -> None:
    """A driver's list and page; nobody has to open them again."""
    from backend.stations import catalog, places
    from shared.stations import ConnectorChange, LocationChange, LocationNew, Registration, StationChange

    ctx, tenant_id = house.ctx, house.tenant_id
    station_id = await world.add_station(tenant_id, "CP-1", online=True, registration="pending")
    connector_id = await world.add_connector(station_id, max_power_w=0)
    async with house.screen(Role.DRIVER) as driver, house.screen(Role.OPERATOR) as operator:
        assert await driver.subscribe("locations") == []
        await operator.subscribe("stations")
        place = await places.add(ctx, tenant_id, LocationNew(name="Quay", latitude=53.5, longitude=10.0))
        assert await driver.next() == ("locations", "snapshot", [])
        await catalog.decide(ctx, tenant_id, "CP-1", Registration.ACCEPTED, place.id)
        assert (await driver.upsert("locations"))["name"] == "Quay"
        assert (await operator.upsert("stations"))["location"] == "Quay"
        here = f"location:{place.id}"
        assert (await driver.subscribe(here))["stations"][0]["identity"] == "CP-1"
        await places.change_outlet(ctx, tenant_id, connector_id, ConnectorChange(max_power_w=22_000))
        told = {topic: data for topic, _, data in [await driver.next(), await driver.next()]}
        assert told["locations"]["max_power_w"] == 22_000
        assert told[here]["stations"][0]["connectors"][0]["max_power_w"] == 22_000
        await operator.upsert("stations")
        await places.change(ctx, tenant_id, UUID(place.id), LocationChange(name="Pier"))
        told = {topic: data for topic, _, data in [await driver.next(), await driver.next()]}
        assert (told["locations"]["name"], told[here]["name"]) == ("Pier", "Pier")
        assert (await operator.upsert("stations"))["location"] == "Pier"
        await catalog.change(ctx, tenant_id, "CP-1", StationChange(location_id=""))
        told = {topic: (kind, data) for topic, kind, data in [await driver.next(), await driver.next()]}
        assert told["locations"] == ("snapshot", [])
        assert (told[here][0], told[here][1]["stations"], told[here][1]["availability"]["total"]) == ("upsert", [], 0)
    async with house.screen(Role.DRIVER) as late:
        await late.send(type="subscribe", topic=here)
        assert (await late.next())[1:] == ("error", {"code": "not_found", "detail": "This location doesn't exist."})
