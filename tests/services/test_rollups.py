"""Partitions come and go, and plots of the past come from rollups."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from backend.analytics import service as analytics
from backend.db.engine import DB
from backend.stations import record_store
from backend.stations import service as stations
from backend.transactions import curves, rollup_store, rollups, settling, store, views
from backend.transactions import service as transactions
from backend.transactions.model import Ended, Sample, Started, Updated
from tests import world
from tests.conftest import Clock

pytestmark = pytest.mark.usefixtures("db")
DAY = timedelta(days=1)


def test_quarters_in_a_row_are_one_span() -> None:
    first = datetime(2026, 3, 1, tzinfo=UTC)
    at = [first + number * rollups.QUARTER for number in (0, 1, 2, 7, 9, 10)]
    assert [(end - begin) / rollups.QUARTER for begin, end in rollups.spans(at)] == [3, 1, 2]
    assert list(rollups.spans([])) == []


async def test_the_power_of_the_past_is_rolled_up_and_late_readings_count(clock: Clock) -> None:
    tenant = await world.add_tenant()
    ctx = world.make_context(clock)
    began = clock.now()
    refs = []
    for name in ("CP-1", "CP-2"):
        station = await stations.station(ctx, await world.add_station(tenant, name))
        assert station is not None
        await world.add_connector(station.id)
        await transactions.started(ctx, station, Started(at=began, ref=f"t-{name}", evse=1))
        refs.append(station)

    async def tell(number: int, minutes: int, power_w: int) -> None:
        at = began + timedelta(minutes=minutes)
        report = Updated(at=at, ref=f"t-CP-{number}", evse=1, seq_no=minutes, readings=[Sample(at=at, power_w=power_w)])
        assert await transactions.updated(ctx, refs[number - 1], report) is not None

    clock.advance(minutes=40)
    await tell(1, 1, 4000)
    await tell(1, 5, 8000)
    await tell(2, 3, 1000)
    await tell(1, 16, 9000)
    await rollups.roll_up(ctx)

    async def curve() -> list[int]:
        return [one.power_w for one in (await analytics.overview(ctx, tenant)).power][-3:]

    assert await curve() == [7000, 9000, 10000]  # the last one is what is drawn now: 9000 and 1000
    await tell(2, 17, 500)  # was in the station's queue
    assert (await curve())[1] == 9000
    await rollups.roll_up(ctx)
    await rollups.roll_up(ctx)
    assert (await curve())[1] == 9500

    quarters = await DB.run("SELECT at, power_w, sessions FROM power_rollup ORDER BY at")
    clock.advance(days=36)
    await tell(2, 4, 77)  # the quarter's other readings may be gone by now
    await rollups.roll_up(replace(ctx, settings=replace(ctx.settings, reading_days=35)))
    assert await DB.run("SELECT at, power_w, sessions FROM power_rollup ORDER BY at") == quarters


async def test_an_ended_session_is_drawn_from_its_curve_which_outlives_the_readings(clock: Clock) -> None:
    ctx = world.make_context(clock)
    station = await stations.station(ctx, await world.add_station(await world.add_tenant(), "CP-1"))
    assert station is not None
    await world.add_connector(station.id)
    began = clock.now()

    def sample(minutes: int) -> Sample:
        return Sample(at=began + timedelta(minutes=minutes), energy_wh=1000 + 100 * minutes, power_w=6000)

    def updated(minutes: int) -> Updated:
        at = began + timedelta(minutes=minutes)
        state = "suspended_ev" if minutes == 3 else "charging"
        return Updated(at=at, ref="t-1", evse=1, seq_no=minutes + 1, charging_state=state, readings=[sample(minutes)])

    await transactions.started(ctx, station, Started(at=began, ref="t-1", evse=1, seq_no=0, readings=[sample(0)]))
    clock.advance(minutes=20)
    for minutes in (1, 2, 3, 4):
        await transactions.updated(ctx, station, updated(minutes))
    (row,) = await DB.run("SELECT id FROM transaction")
    running = await views.of_guest(ctx, row["id"])
    assert running is not None
    await transactions.ended(ctx, station, Ended(at=began + timedelta(minutes=10), ref="t-1", evse=1, seq_no=9))
    from_readings = await views.of_guest(ctx, row["id"])
    await settling.settle(ctx, {"transaction_id": str(row["id"])})

    async def shown() -> tuple[object, ...]:
        found = await views.of_guest(ctx, row["id"])
        assert found is not None
        steps = [one for one in found.timeline if one.kind in ("charging", "suspended_ev")]
        return found.readings, steps, found.left_out

    assert from_readings is not None
    kept = await shown()
    assert kept[0] == from_readings.readings
    assert [one.energy_wh for one in running.readings] == [0, 100, 200, 300, 400]
    # `kept` is a plain tuple of what the page shows
    assert [one.kind for one in kept[1]] == ["charging", "suspended_ev", "charging"]  # type: ignore[attr-defined]

    await transactions.updated(ctx, station, updated(7))  # was in the station's queue
    assert await rollup_store.curve(row["id"]) is None
    settles = await DB.acquire()
    async with settles.transaction():
        await settles.execute("SELECT 1 FROM transaction FOR UPDATE")
        await asyncio.wait_for(shown(), 5)  # whoever looks meanwhile waits for nobody, and keeps nothing
    await DB.release(settles)
    assert await rollup_store.curve(row["id"]) is None
    now = await shown()
    assert (kept[2], now[2]) == (0, 1)  # the bill is written: what comes now is kept, and left out
    assert await rollup_store.curve(row["id"]) is not None  # the next look needs no readings
    assert await shown() == now
    await DB.run("DELETE FROM transaction_curve")  # as of a session that nobody looked at
    await curves.keep_before(clock.now() - timedelta(days=30))
    assert await rollup_store.curve(row["id"]) is None  # its readings stay for now
    await curves.keep_before(clock.now() + timedelta(days=1))
    await DB.run("DELETE FROM transaction_reading")
    assert await store.readings(row["id"]) == []
    assert await shown() == now


async def _partitions(table: str) -> list[str]:
    rows = await DB.run(
        "SELECT inhrelid::regclass::text AS name FROM pg_inherits WHERE inhparent = $1::text::regclass ORDER BY 1",
        table,
    )
    return [row["name"] for row in rows]


async def test_partitions_come_and_go_and_nothing_is_refused(clock: Clock) -> None:
    station_id = await world.add_station(await world.add_tenant())
    today = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    sql = "INSERT INTO ocpp_frame (station_id, at, direction, kind, payload) VALUES ($1, $2, 'in', 'call', $3)"
    for days in (-40, -2, 0, 2):
        await DB.run(sql, station_id, today + days * DAY, str(days))
    old = f"ocpp_frame_{today - 2 * DAY:%Y%m%d}"
    assert old in await _partitions("ocpp_frame")
    # One that was forgotten: its rows are in the default partition, and move when it is made.
    gap = f"ocpp_frame_{today + 2 * DAY:%Y%m%d}"
    await DB.run(f"DROP TABLE {gap}")
    await DB.run(sql, station_id, today + 2 * DAY, "again")
    await record_store.keep_partitions(today - DAY)
    found = await _partitions("ocpp_frame")
    assert gap in found
    assert old not in found
    assert [row["payload"] for row in await DB.run(f"SELECT payload FROM {gap}")] == ["again"]
    assert await record_store.delete_frames(today - DAY) == 1
    assert [row["payload"] for row in await record_store.frames(station_id)] == ["again", "0"]
    await DB.run("SELECT keep_partitions('ocpp_frame', 'day', now() - interval '14 days', 3)")  # for the next test


async def test_the_job_of_the_night_runs_on_what_is_there(clock: Clock) -> None:
    ctx = world.make_context(clock)
    before = await _partitions("transaction_reading")
    station = await stations.station(ctx, await world.add_station(await world.add_tenant(), "CP-1"))
    assert station is not None
    await world.add_connector(station.id)
    began = clock.now()
    await transactions.started(ctx, station, Started(at=began, ref="t-1", evse=1))
    await transactions.updated(ctx, station, Updated(at=began, ref="t-1", evse=1, seq_no=1))
    await transactions.updated(ctx, station, Updated(at=began, number=404, evse=1))  # of no session that is known
    await rollups.keep_readings(ctx)
    assert set(before) <= set(await _partitions("transaction_reading"))

    async def kept() -> list[str]:
        rows = await DB.run("SELECT kind, transaction IS NULL AS aside FROM transaction_message ORDER BY id")
        return [row["kind"] + (" aside" if row["aside"] else "") for row in rows]

    assert await kept() == ["started", "updated", "updated aside"]
    await DB.run("UPDATE transaction_message SET received_at = received_at - interval '401 days'")
    await rollups.keep_readings(ctx)
    assert await kept() == ["started", "updated aside"]


async def test_readings_are_kept_by_months(clock: Clock) -> None:
    now = datetime.now(UTC)
    before = await _partitions("transaction_reading")
    await rollup_store.keep_partitions(now - 400 * DAY)
    assert await _partitions("transaction_reading") == before
    assert f"transaction_reading_{now.replace(day=1):%Y%m%d}" in before
    sql = "INSERT INTO transaction_reading (transaction, at, power_w) VALUES (gen_random_uuid(), $1, 1)"
    for days in (500, 399):
        await DB.run(sql, now - days * DAY)
    await rollup_store.keep_partitions(now - 400 * DAY)
    assert len(await DB.run("SELECT 1 FROM transaction_reading")) == 1
