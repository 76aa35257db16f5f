"""Reports over HTTP: days and places, the table for spreadsheets, and who may see them."""

import csv
import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

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


async def sold(people: People, clock: Clock, location: str, wh: int, incl: str, excl: str) -> str:
    """A session of an hour that ended now, and its bill; the id of its location."""
    location_id = await world.add_location(people.tenant_id, location)
    station_id = await world.add_station(people.tenant_id, f"CP-{location}", location_id=location_id)
    connector_id = await world.add_connector(station_id)
    await DB.run(
        "UPDATE charging_station SET created_at = $2 WHERE id = $1", station_id, clock.now() - timedelta(days=60)
    )
    one = await world.add_transaction(
        station_id, connector_id, state="ended", number=len(location) * 100 + wh % 97, energy_wh=wh,
        begun_at=clock.now() - timedelta(hours=1), ended_at=clock.now(),
    )  # fmt: skip
    await DB.run(
        "INSERT INTO cdr (tenant, transaction, number, currency, lines, total_excl, total_incl, facts, issued_at) "
        "VALUES ($1, $2, $3, 'EUR', '[]', $4, $5, '{}', $6)",
        people.tenant_id, one, f"R-{location}", Decimal(excl), Decimal(incl), clock.now(),
    )  # fmt: skip
    return str(location_id)


async def test_a_report_by_day_and_place(people: People, clock: Clock) -> None:
    harbour = await sold(people, clock, "Harbour", 12_000, "5.95", "5.00")
    await sold(people, clock, "=Market", 50, "0", "0")
    async with people.client(Role.OPERATOR) as client:
        dates = {"begins_on": "2026-03-01", "ends_on": "2026-03-02"}
        found = (await client.get("/api/v1/analytics", params=dates)).json()
        assert [day["energy_wh"] for day in found["by_day"]] == [0, 12_050]
        total: dict[str, Any] = found["total"]
        assert (total["sessions"], total["success"]) == (2, 0.5)
        assert (Decimal(total["revenue"]), Decimal(total["revenue_excl"])) == (Decimal("5.95"), Decimal(5))
        assert total["uptime"] == 1  # stations that never told anything
        assert {place["location"]: place["energy_wh"] for place in found["by_location"]} == {
            "Harbour": 12_000,
            "=Market": 50,
        }
        one = (await client.get("/api/v1/analytics", params=dates | {"location_id": harbour})).json()
        assert [place["location"] for place in one["by_location"]] == ["Harbour"]
        assert one["total"]["energy_wh"] == 12_000


async def test_the_table_for_spreadsheets_has_days_then_places_and_no_formula(people: People, clock: Clock) -> None:
    await sold(people, clock, "=Market", 12_345, "5.95", "5.00")
    async with people.client(Role.OPERATOR) as client:
        answer = await client.get("/api/v1/analytics.csv", params={"begins_on": "2026-03-01", "ends_on": "2026-03-02"})
    assert answer.headers["content-type"].startswith("text/csv")
    assert 'filename="wattline-2026-03-01-2026-03-02.csv"' in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(row["day"], row["location"]) for row in rows] == [
        ("2026-03-01", "all"),
        ("2026-03-02", "all"),
        ("2026-03-01/2026-03-02", "'=Market"),
    ]
    assert (rows[1]["energy_kwh"], rows[1]["revenue"], rows[1]["revenue_without_vat"]) == ("12.345", "5.95", "5.00")
    assert rows[0]["success"] == ""


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ({"begins_on": "2026-03-03", "ends_on": "2026-03-02"}, 400),
        ({"begins_on": "2024-01-01", "ends_on": "2026-03-02"}, 400),
        ({"begins_on": "yesterday"}, 400),
        ({"location_id": "00000000-0000-0000-0000-000000000000"}, 404),
        ({}, 200),
    ],
)
async def test_spans_that_make_no_sense(people: People, wanted: dict[str, str], status: int) -> None:
    async with people.client(Role.OPERATOR) as client:
        for path in ("/api/v1/analytics", "/api/v1/analytics.csv"):
            assert (await client.get(path, params=wanted)).status_code == status


@pytest.mark.parametrize(("role", "status"), [(None, 401), (Role.DRIVER, 403), (Role.OPERATOR, 200)])
async def test_reports_are_for_operators(people: People, role: Role | None, status: int) -> None:
    async with people.client(role) as client:
        for path in ("analytics", "analytics.csv", "overview"):
            assert (await client.get(f"/api/v1/{path}")).status_code == status


async def test_a_report_shows_no_other_operators_business(people: People, clock: Clock) -> None:
    harbour = await sold(people, clock, "Harbour", 12_000, "5.95", "5.00")
    async with People(people.ctx, people.app, await world.add_tenant("Sued")).client(Role.OPERATOR) as stranger:
        found = (await stranger.get("/api/v1/analytics")).json()
        assert (found["total"]["sessions"], found["by_location"]) == (0, [])
        assert (await stranger.get("/api/v1/analytics", params={"location_id": harbour})).status_code == 404


async def test_failures_and_repairs_by_site_and_model(people: People, clock: Clock) -> None:
    places = [await world.add_location(people.tenant_id, name) for name in ("Harbour", "Centre")]
    stations = [await world.add_station(people.tenant_id, f"CP-{n}", location_id=one) for n, one in enumerate(places)]
    old = clock.now() - timedelta(days=60)
    await DB.run("UPDATE charging_station SET created_at = $1, vendor = 'Acme', model = 'One'", old)
    await DB.run("UPDATE charging_station SET model = 'Two' WHERE id = $1", stations[1])

    async def incident(hours_ago: float, mended_after: float | None, **values: Any) -> None:
        opened = clock.now() - timedelta(hours=hours_ago)
        row = {
            "tenant": people.tenant_id, "station": stations[0], "rule": "station_offline", "severity": "critical",
            "title": "Offline", "state": "open" if mended_after is None else "closed",
            "down": 1.0, "opened_at": opened, "seen_at": opened,
            "repaired_at": None if mended_after is None else opened + timedelta(hours=mended_after),
        } | values  # fmt: skip
        marks = ", ".join(f"${n}" for n in range(1, len(row) + 1))
        await DB.run(f"INSERT INTO incident (id, {', '.join(row)}) VALUES (gen_random_uuid(), {marks})", *row.values())

    await incident(300, 2)
    await incident(250, 4)  # it came back within seven days
    await incident(20, None, station=stations[1])
    await incident(100, 1, severity="info", rule="x")  # only information
    await incident(100, 1, down=0.0, rule="y")  # costs nothing
    await incident(100, 1, station=None, location=places[0], rule="z")  # the whole site
    async with people.client(Role.OPERATOR) as client:
        found = (await client.get("/api/v1/repairs")).json()
        assert (found["total"]["failures"], found["total"]["stations"], found["total"]["visits"]) == (3, 2, 0)
        assert found["total"]["repair_s"] == 3 * 3600
        assert found["total"]["without_visit"] == 1
        assert found["total"]["first_time_fix"] == 0.5
        assert [(row["name"], row["failures"]) for row in found["by_location"]] == [("Harbour", 2), ("Centre", 1)]
        assert [row["name"] for row in found["by_model"]] == ["Acme One", "Acme Two"]
        [row] = (await client.get("/api/v1/repairs", params={"location_id": str(places[1])})).json()["by_location"]
        assert (row["name"], row["failures"], row["repair_s"]) == ("Centre", 1, None)
        missing = await client.get("/api/v1/repairs", params={"location_id": str(stations[0])})
        assert missing.status_code == 404
        wrong = await client.get("/api/v1/repairs", params={"begins_on": "2026-02-02", "ends_on": "2026-01-01"})
        assert (wrong.status_code, wrong.json()["code"]) == (400, "invalid_input")
