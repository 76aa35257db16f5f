"""The public status page tells what works, and nothing of the inside; drivers see what is doubtful."""

import re
from datetime import timedelta

import pytest

from backend.db.engine import DB
from backend.stations import view_store
from backend.status_page import api, rules, service, words
from shared.accounts import Role
from tests import world
from tests.api.harness import People
from tests.conftest import Clock
from tests.support.apps import create_app


@pytest.mark.parametrize(
    ("working", "total", "state"), [(2, 2, "working"), (1, 2, "partly"), (0, 2, "offline"), (0, 0, "offline")]
)
def test_states(working: int, total: int, state: str) -> None:
    assert rules.state(working, total) == state


@pytest.mark.parametrize(
    ("affected", "outlets", "minutes", "state"),
    [(0, 2, 0, "working"), (1, 2, 3, "working"), (1, 2, 30, "partly"), (2, 2, 30, "partly"), (2, 2, 90, "offline")],
)
def test_days(affected: int, outlets: int, minutes: float, state: str) -> None:
    assert rules.day_state(affected, outlets, minutes) == state


def test_what_doesnt_work_comes_first() -> None:
    states: tuple[rules.State, ...] = ("working", "partly", "offline", "working")
    places = [rules.Place(str(n), "", state, 0, 1, []) for n, state in enumerate(states)]
    assert [one.name for one in rules.worst_first(places)] == ["2", "1", "0", "3"]


def test_where_there_is_nothing_the_page_says_so() -> None:
    assert rules.head([]) == "There are no places to charge yet."
    assert rules.head([rules.Place("A", "", "working", 1, 1, [])]) == "Everything works"


async def test_what_takes_nothing_from_drivers_is_not_theirs_to_know(db: str, clock: Clock) -> None:
    """A clock that drifts, or somebody who opened the housing: cars charge all the same."""
    ctx, tenant_id = world.make_context(clock), await world.add_tenant()
    location_id = await world.add_location(tenant_id)
    station_id = await world.add_station(tenant_id, location_id=location_id, online=True)
    await world.add_connector(station_id, status="available")
    await DB.run(
        """INSERT INTO incident (id, tenant, station, rule, severity, title, opened_at)
        VALUES (gen_random_uuid(), $1, $2, 'security_event', 'critical', 'x', $3)""",
        tenant_id,
        station_id,
        clock.now() - timedelta(days=3),
    )
    [place] = (await service.page(ctx, (await DB.run("SELECT slug FROM tenant"))[0]["slug"]))[1]
    assert place.uptime_percent == 100
    assert not (await view_store.doubts([station_id]))[station_id]["known_fault"]
    await DB.run("UPDATE incident SET down = 0.1")
    assert (await view_store.doubts([station_id]))[station_id]["known_fault"]


async def test_a_day_tells_of_the_outlets_that_were_out_and_no_others(db: str, clock: Clock) -> None:
    """One of two outlets of the only station, and a site's greater incident of which one station was a part."""
    ctx, tenant_id = world.make_context(clock), await world.add_tenant()
    for name in ("Alone", "Great"):
        location_id = await world.add_location(tenant_id, name)
        ids = []
        for n in range(1 if name == "Alone" else 3):
            ids.append(await world.add_station(tenant_id, f"{name} {n}", location_id=location_id, online=True))
            outlets = [await world.add_connector(ids[-1], evse, status="available") for evse in (1, 2)]
        rows = [(ids[-1], outlets[0], None)] if name == "Alone" else [(None, None, location_id), (ids[-1], None, None)]
        for station_id, outlet_id, place_id in rows:
            await DB.run(
                """INSERT INTO incident (id, tenant, station, connector, location, rule, severity, title, down,
                    opened_at)
                VALUES (gen_random_uuid(), $1, $2, $3, $4, 'r', 'critical', 'x', 1, $5)""",
                *(tenant_id, station_id, outlet_id, place_id, clock.now() - timedelta(hours=3)),
            )
    places = (await service.page(ctx, (await DB.run("SELECT slug FROM tenant"))[0]["slug"]))[1]
    assert [(one.name, one.days[-1].state) for one in places] == [("Alone", "partly"), ("Great", "partly")]
    await DB.run("UPDATE incident SET connector = NULL, location = NULL")
    await DB.run("DELETE FROM incident WHERE station IS NULL")
    service._kept.clear()
    places = (await service.page(ctx, (await DB.run("SELECT slug FROM tenant"))[0]["slug"]))[1]
    assert [one.days[-1].state for one in places] == ["offline", "partly"]


async def test_what_the_public_and_drivers_see(db: str, clock: Clock) -> None:
    ctx = world.make_context(clock)
    tenant_id = await world.add_tenant()
    location_id = await world.add_location(tenant_id, "Harbour <b>")
    for name, status in (("SECRET-1", "available"), ("SECRET-2", "faulted")):
        station_id = await world.add_station(tenant_id, name, location_id=location_id, online=True)
        await world.add_connector(station_id, status=status)
        await DB.run(
            """INSERT INTO incident (id, tenant, station, rule, severity, title, down, opened_at, closed_at, state)
            VALUES (gen_random_uuid(), $1, $2, 'connector_faulted', 'critical', 'Inside', 1, $3, $4, $5)""",
            tenant_id,
            station_id,
            clock.now() - timedelta(days=3, hours=3),
            clock.now() - timedelta(days=3) if name == "SECRET-2" else None,
            "closed" if name == "SECRET-2" else "open",
        )
    people = People(ctx, create_app(ctx), tenant_id)
    slug = (await DB.run("SELECT slug FROM tenant"))[0]["slug"]
    async with people.client(None) as anybody:
        page = await anybody.get(f"/status/{slug}", headers={"Accept-Language": "en"})
        assert page.status_code == 200
        assert "Harbour &lt;b&gt;" in page.text
        assert "1 of 2 connectors work" in page.text
        assert "Partly working" in page.text
        assert 'class="offline"' in page.text
        german = (await anybody.get("/status", headers={"Accept-Language": "fr;q=0.2,de-AT"})).text
        assert german.count("<section>") == 1
        assert '<html lang="de">' in german
        for said in ("1 von 2 Anschlüssen funktionieren", "Teilweise in Betrieb", "Einige Ladepunkte", "Stand: "):
            assert said in german
        assert (await anybody.get("/status/nobody")).status_code == 404
    for inside in ("SECRET", "Inside", str(location_id), str(tenant_id), "connector_faulted"):
        assert inside not in page.text
    async with people.client(Role.DRIVER) as driver:
        [summary] = (await driver.get("/api/v1/locations")).json()["items"]
        assert summary["doubtful"], "the only free station has an open incident"
        here = (await driver.get(f"/api/v1/locations/{location_id}")).json()
        assert {one["identity"]: one["doubtful"] for one in here["stations"]} == {"SECRET-1": True, "SECRET-2": False}
        await DB.run("UPDATE incident SET state = 'closed'")
        [summary] = (await driver.get("/api/v1/locations")).json()["items"]
        assert not summary["doubtful"]
        for _ in range(2):
            await DB.run(
                """INSERT INTO transaction (tenant, station, state, failure) SELECT tenant, id, 'failed', 'x'
                FROM charging_station WHERE identity = 'SECRET-1'"""
            )
        here = (await driver.get(f"/api/v1/locations/{location_id}")).json()
        assert [one["failed_starts"] for one in here["stations"]] == [2, 0]
        assert here["stations"][0]["doubtful"]


def test_every_word_of_the_page_is_said_in_german() -> None:
    source = (api.FOLDER / "status.html").read_text("utf-8")
    said = {*re.findall(r'voice\("([^"]+)"', source), *rules.WORDS.values(), *rules.HEADS.values(), rules.NOBODY_YET}
    assert said == {*words.GERMAN}
