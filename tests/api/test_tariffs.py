"""Tariffs over HTTP: tried, written, changed, retired; a session keeps the version it began with."""

from datetime import timedelta
from typing import Any

import pytest

from backend.db.engine import DB
from backend.stations import service as stations
from backend.transactions import pricing
from shared.accounts import Role
from tests import world
from tests.api.harness import People, token
from tests.conftest import Clock
from tests.support.apps import create_app


def tariff(price: str = "0.40", **more: Any) -> dict[str, Any]:
    parts = [
        {"type": "ENERGY", "price": price, "vat": 19},
        {"type": "PARKING_TIME", "price": "6", "vat": 19, "step_size": 60},
    ]
    return {"currency": "EUR", "elements": [{"price_components": parts}], "parking_grace_minutes": 10} | more


AT_25 = {"price_components": [{"type": "FLAT", "price": 1}], "restrictions": {"start_time": "25:00"}}


@pytest.fixture
async def people(db: str, clock: Clock) -> People:
    ctx = world.make_context(clock)
    return People(ctx, create_app(ctx), await world.add_tenant())


async def test_a_tariff_is_tried_written_changed_and_retired(people: People) -> None:
    async with people.ctx.bus, people.client(Role.OPERATOR) as client:
        quote = (await client.post("/api/v1/tariffs/preview", json={"definition": tariff()})).json()
        totals = {one["kind"]: one["total_incl"]["amount"] for one in quote["samples"]}
        assert totals["quick"] == "16.66", "35 kWh at 0.40 and 19 %; five minutes are free"
        assert quote["price"]["energy"] == "0.476"
        made = await client.post("/api/v1/tariffs", json={"name": "Day", "definition": tariff()})
        assert made.status_code == 201
        first = made.json()
        station = await world.add_station(people.tenant_id)
        connector = await world.add_connector(station, tariff_id=first["id"])
        session = await world.add_transaction(station, connector, tariff=first["id"])
        path = f"/api/v1/tariffs/{first['id']}"
        second = (await client.put(path, json={"name": "Day", "definition": tariff("0.50")})).json()
        assert (second["version"], second["connectors"], second["price"]["energy"]) == (2, 1, "0.595")
        assert (await client.get(path)).status_code == 404, "another version follows"
        kept = (await DB.run("SELECT tariff FROM transaction WHERE id = $1", session))[0]["tariff"]
        assert str(kept) == first["id"]
        listed = (await client.get("/api/v1/tariffs")).json()["items"]
        assert [one["id"] for one in listed] == [second["id"]]
        assert (await client.delete(f"/api/v1/tariffs/{second['id']}")).status_code == 204
        assert (await client.get("/api/v1/tariffs")).json()["items"] == []
        assert (await DB.run("SELECT tariff FROM connector"))[0]["tariff"] is None


@pytest.mark.parametrize(
    ("definition", "path"),
    [
        ({"currency": "EUR", "elements": []}, "$.definition.elements"),
        (tariff(currency="EU"), "$.definition.currency"),
        (tariff(currency="JPY"), "$.definition.currency"),
        (tariff("-1"), "$.definition.elements[0].price_components[0]"),
        (tariff("NaN"), "$.definition.elements[0].price_components[0]"),
        (tariff(min_price={"excl_vat": 5}, max_price={"excl_vat": 4}), "$.definition.min_price"),
        (tariff(surprise=1), "$.definition"),
        (tariff(elements=[AT_25]), "$.definition.elements[0].restrictions.start_time"),
    ],
)  # fmt: skip
async def test_an_impossible_tariff_is_refused_with_reason_and_place(
    people: People, definition: dict[str, Any], path: str
) -> None:
    async with people.ctx.bus, people.client(Role.OPERATOR) as client:
        answer = await client.post("/api/v1/tariffs", json={"name": "Odd", "definition": definition})
        assert answer.status_code == 400
        assert [one["path"] for one in answer.json()["fields"]] == [path]
        quote = (await client.post("/api/v1/tariffs/preview", json={"definition": definition})).json()
        if definition["currency"] == "JPY":
            return  # a price all the same, yet none that this operator could be paid
        assert len(quote["problems"]) == 1
        assert quote["samples"] == []


async def test_a_tariff_applies_by_place_group_and_day(people: People, clock: Clock) -> None:
    """What a driver reads and what their session keeps is what the most specific rule says."""
    tenant, ctx = people.tenant_id, people.ctx
    place = await world.add_location(tenant)
    station = await world.add_station(tenant, "CP-7", location_id=place, online=True)
    connector = await world.add_connector(station)
    driver = await world.add_account(tenant, "Fay")
    as_driver = {"Authorization": f"Bearer {token(ctx, tenant, Role.DRIVER, driver)}"}
    today = ctx.now().date()
    async with ctx.bus, people.client(Role.OPERATOR) as client:

        async def made(name: str, price: str) -> str:
            clock.advance(seconds=1)
            answer = await client.post("/api/v1/tariffs", json={"name": name, "definition": tariff(price)})
            return str(answer.json()["id"])

        async def read(headers: dict[str, str] | None = None) -> str:
            answer = await client.get(f"/api/v1/connectors/{connector}", headers=headers)
            return str(answer.json()["connectors"][0]["price"]["energy"])

        async def assign(**rule: Any) -> dict[str, Any]:
            answer = await client.post("/api/v1/tariff-rules", json=rule)
            assert answer.status_code == 201, answer.text
            return dict(answer.json())

        first, here, fleet = await made("First", "1"), await made("Here", "2"), await made("Fleet", "3")
        group = (await client.post("/api/v1/driver-groups", json={"name": "Fleet"})).json()["id"]
        assert await read() == "1.19"
        rule = await assign(tariff_id=here, location_id=str(place))
        assert (rule["location"], rule["state"], rule["price"]["energy"]) == ("Harbour", "now", "2.38")
        assert (await assign(tariff_id=here, location_id=str(place)))["id"] == rule["id"], "said twice"
        assert await read() == "2.38"
        await assign(tariff_id=fleet, group_id=group)
        later = await assign(tariff_id=first, station_id=str(station), valid_from=str(today + timedelta(days=2)))
        assert later["state"] == "later"
        assert await read(as_driver) == "2.38"
        put = await client.put(f"/api/v1/drivers/{driver}", json={"group_id": group})
        assert put.json()["group"] == "Fleet"
        assert await read(as_driver) == "3.57"
        assert await read() == "2.38", "others pay as before"
        found = (await client.get("/api/v1/locations", headers=as_driver)).json()["items"][0]
        assert found["price_from"]["energy"] == "3.57"
        ref = await stations.connector(ctx, tenant, connector)
        kept = [str((await pricing.tariff_for(ctx, tenant, ref, who))[0]) for who in (driver, None)]
        assert kept == [fleet, here]
        in_days = await pricing.tariff_for(ctx, tenant, ref, None, ctx.now() + timedelta(days=3))
        assert str(in_days[0]) == first
        changed = (await client.put(f"/api/v1/tariffs/{here}", json={"name": "H", "definition": tariff("4")})).json()
        assert await read() == "4.76", "a new version applies where the old one did"
        shown = (await client.get("/api/v1/tariff-rules/at", params={"station_id": str(station)})).json()
        assert [one["tariff"] for one in shown["rules"]] == ["Fleet", "First", "H"]
        assert shown["general"]["name"] == "First"
        listed = (await client.get("/api/v1/tariff-rules", params={"tariff_id": changed["id"]})).json()["items"]
        assert [one["id"] for one in listed] == [rule["id"]]
        for bad in ({"tariff_id": ""}, {"tariff_id": "x"},
                    {"location_id": str(station)}, {"valid_from": "2026-02-01", "valid_to": "2026-01-01"},
                    {"location_id": str(place), "station_id": str(station)}):  # fmt: skip
            refused = await client.post("/api/v1/tariff-rules", json={"tariff_id": fleet} | bad)
            assert refused.status_code == 400, bad
        assert (await client.delete(f"/api/v1/tariff-rules/{rule['id']}")).status_code == 204
        assert await read() == "1.19"
        assert (await client.delete(f"/api/v1/driver-groups/{group}")).status_code == 204
        assert await read(as_driver) == "1.19"
