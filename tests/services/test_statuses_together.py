"""Statuses that come at the same time share a database transaction; repetitions cost nothing for a while."""

import asyncio
from uuid import UUID

import pytest

from backend import wiring
from backend.context import Context
from backend.db.engine import DB
from backend.stations import service, status_store, statuses
from backend.stations.model import StatusReport
from shared.stations import ConnectorStatus
from tests import world
from tests.conftest import Clock

pytestmark = pytest.mark.usefixtures("db")
WRITTEN = "SELECT c.station, c.status, c.xmin::text AS written_by FROM connector c WHERE c.station = ANY($1::uuid[])"


async def street(clock: Clock, count: int) -> tuple[Context, list[UUID]]:
    """Stations with one outlet each, all of which are available."""
    ctx = world.make_context(clock, wiring.EVENTS)
    await ctx.bus.start()
    tenant_id = await world.add_tenant()
    stations = [await world.add_station(tenant_id, f"CP-{number:03d}", online=True) for number in range(count)]
    for station_id in stations:
        await say(ctx, station_id, ConnectorStatus.AVAILABLE)
    return ctx, stations


async def say(ctx: Context, station_id: UUID, status: ConnectorStatus, error: str = "") -> None:
    report = StatusReport(evse=1, status=status, at=ctx.now(), error_code=error)
    await service.connector_status(ctx, station_id, report)


async def test_what_changes_at_the_same_time_is_written_together(clock: Clock) -> None:
    ctx, stations = await street(clock, 20)
    await asyncio.gather(*(say(ctx, one, ConnectorStatus.CHARGING) for one in stations))
    rows = await DB.run(WRITTEN, stations)
    assert [row["status"] for row in rows] == ["charging"] * 20
    assert len({row["written_by"] for row in rows}) <= 2  # the first one may go alone
    history = await DB.run("SELECT station, status, connector FROM status_change ORDER BY id")
    assert [row["status"] for row in history] == ["available"] * 20 + ["charging"] * 20
    assert all(row["connector"] for row in history)


async def test_a_fault_among_them_opens_its_incident_and_keeps_nobody(clock: Clock) -> None:
    ctx, stations = await street(clock, 8)
    words = [ConnectorStatus.FAULTED if n == 3 else ConnectorStatus.OCCUPIED for n in range(8)]
    await asyncio.gather(
        *(
            say(ctx, one, word, "GroundFailure" if word == "faulted" else "")
            for one, word in zip(stations, words, strict=True)
        )
    )
    found = {row["station"]: row["status"] for row in await DB.run(WRITTEN, stations)}
    assert [found[one] for one in stations] == [word.value for word in words]
    incidents = await DB.run("SELECT station, rule, state FROM incident")
    assert [(row["station"], row["rule"]) for row in incidents] == [(stations[3], "connector_faulted")]
    await asyncio.gather(*(say(ctx, one, ConnectorStatus.AVAILABLE) for one in stations))
    assert [row["state"] for row in await DB.run("SELECT state FROM incident")] == ["closed"]


async def test_a_change_that_cannot_be_written_keeps_nobody(clock: Clock) -> None:
    ctx, stations = await street(clock, 6)
    await DB.run(
        f"""ALTER TABLE status_change ADD CONSTRAINT bad CHECK (station <> '{stations[2]}' OR status <> 'reserved')"""
    )
    try:
        said = await asyncio.gather(
            *(say(ctx, one, ConnectorStatus.RESERVED) for one in stations), return_exceptions=True
        )
    finally:
        await DB.run("ALTER TABLE status_change DROP CONSTRAINT bad")
    assert [n for n, one in enumerate(said) if one is not None] == [2]
    found = {row["station"]: row["status"] for row in await DB.run(WRITTEN, stations)}
    assert [found[one] for one in stations] == ["available" if n == 2 else "reserved" for n in range(6)]
    await say(ctx, stations[2], ConnectorStatus.RESERVED)  # as stations do: it says so again
    assert (await DB.run(WRITTEN, stations[2:3]))[0]["status"] == "reserved"


async def test_what_another_node_wrote_is_mended_by_the_next_repetition(clock: Clock) -> None:
    ctx, (station_id,) = await street(clock, 1)
    elsewhere = "UPDATE connector SET status = 'charging' WHERE station = $1"
    await say(ctx, station_id, ConnectorStatus.AVAILABLE)
    await DB.run(elsewhere, station_id)
    clock.advance(minutes=1)
    await say(ctx, station_id, ConnectorStatus.AVAILABLE)
    assert (await DB.run(WRITTEN, [station_id]))[0]["status"] == "available"
    await say(ctx, station_id, ConnectorStatus.AVAILABLE)
    await DB.run(elsewhere, station_id)
    statuses.forget(station_id)  # as when its socket comes or goes
    assert await service.status_of(ctx, station_id, 1) is ConnectorStatus.CHARGING
    await say(ctx, station_id, ConnectorStatus.AVAILABLE)
    assert (await DB.run(WRITTEN, [station_id]))[0]["status"] == "available"


async def test_changes_that_race_end_as_the_database_says(clock: Clock) -> None:
    ctx, (station_id,) = await street(clock, 1)
    words = [ConnectorStatus.CHARGING, ConnectorStatus.FAULTED, ConnectorStatus.SUSPENDED, ConnectorStatus.AVAILABLE]
    for _ in range(10):
        await asyncio.gather(*(say(ctx, station_id, word) for word in words))
        stored = (await DB.run(WRITTEN, [station_id]))[0]["status"]
        assert await service.status_of(ctx, station_id, 1) == stored


async def test_the_past_of_outlets_is_forgotten_after_its_time_but_for_what_held_on(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant_id = await world.add_tenant()
    ctx = world.make_context(clock, status_days=60)
    one, other = await world.add_station(tenant_id), await world.add_station(tenant_id, "CP-2")
    outlet = await world.add_connector(one)
    told = [
        *((one, outlet, days, word) for days, word in ((90, "a"), (80, "b"), (70, "c"), (59, "d"), (1, "e"))),
        *((one, None, days, word) for days, word in ((90, "online"), (80, "offline"), (75, "unavailable"))),
        *((other, None, days, word) for days, word in ((500, "online"), (400, "offline"), (30, "online"))),
    ]
    await DB.run(
        """INSERT INTO status_change (station, connector, at, status)
        SELECT station, connector, $5::timestamptz - make_interval(days => days), status
        FROM unnest($1::uuid[], $2::uuid[], $3::int[], $4::text[]) AS t (station, connector, days, status)""",
        *(list(column) for column in zip(*told, strict=True)),
        clock.now(),
    )
    monkeypatch.setattr(status_store.delete_changes, "__defaults__", (1,))
    monkeypatch.setattr(status_store.stations_after, "__defaults__", (1,))
    await service.forget_statuses(ctx)
    rows = await DB.run("SELECT station, status FROM status_change ORDER BY id")
    assert [row["status"] for row in rows if row["station"] == one] == ["c", "d", "e", "offline", "unavailable"]
    assert [row["status"] for row in rows if row["station"] == other] == ["offline", "online"]
