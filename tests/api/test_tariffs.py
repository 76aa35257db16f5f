"""Tariffs over HTTP: tried, written, changed, retired; a session keeps the version it began with."""

from typing import Any

import pytest

from backend.db.engine import DB
from backend.main import create_app
from shared.accounts import Role
from tests import world
from tests.api.harness import People
from tests.conftest import Clock


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
        assert len(quote["problems"]) == 1
        assert quote["samples"] == []
