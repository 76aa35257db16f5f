"""Meter values of a running session are written without a look at its row; what others did to the row still counts."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from backend.db.engine import DB
from backend.stations import service as stations
from backend.stations.model import StatusReport
from backend.transactions import grouping, pricing, remembered_store, service
from backend.transactions.model import Sample, Updated
from shared.stations import ConnectorStatus
from tests.conftest import Clock
from tests.services.test_starts_together import Street, build, start, stop

pytestmark = pytest.mark.usefixtures("db")


def event(clock: Clock, ref: str, seq_no: int, wh: int, **more: Any) -> Updated:
    """2.0.1"""
    values = {"at": clock.now(), "ref": ref, "seq_no": seq_no, "evse": 1, "raw": {"seq": seq_no}}
    return Updated(**values | {"readings": [Sample(at=clock.now(), energy_wh=wh, power_w=7000)]} | more)


async def running(street: Street, clock: Clock) -> str:
    """A session of 2.0.1 at the first station that is remembered."""
    ref = uuid4().hex
    await street.say((0, start(clock, 0, ref=ref, seq_no=0)))
    clock.advance(seconds=30)
    await service.updated(street.ctx, street.stations[0], event(clock, ref, 1, 1100))
    clock.advance(seconds=30)
    return ref


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows each statement without a look wrote."""
    found: list[int] = []
    write = remembered_store.write

    async def counted(*arguments: Any) -> Any:
        versions = await write(*arguments)
        found.append(len(versions))
        return versions

    monkeypatch.setattr(remembered_store, "write", counted)
    return found


async def readings() -> list[tuple[int, bool]]:
    rows = await DB.run("SELECT energy_wh, trusted FROM transaction_reading ORDER BY at, transaction")
    return [(row["energy_wh"], row["trusted"]) for row in rows]


async def test_many_stations_share_one_statement_and_it_says_what_the_row_says(
    clock: Clock, statements: list[int]
) -> None:
    street = await build(clock, 9)
    replies = await street.say(*((n, start(clock, n)) for n in range(9)))
    for turn in range(1, 4):
        clock.advance(seconds=20)
        sample = Sample(at=clock.now(), energy_wh=1000 + 40 * turn, power_w=7200)
        await asyncio.gather(
            *(
                service.samples(street.ctx, station, 1, reply.number, [sample])
                for station, reply in zip(street.stations, replies, strict=True)
            )
        )
    assert sum(statements) == 18  # the first value of each is written with a look
    assert len(statements) <= 4
    for row in await street.rows():
        assert (row["energy_wh"], row["meter_last_wh"], row["power_w"]) == (120, 1120, 7200)
        assert row["meter_last_at"] == row["updated_at"] == clock.now()
        assert row["cost"] is not None
    assert await readings() == [(1000 + 40 * turn, True) for turn in range(1, 4) for _ in range(9)]


async def test_a_repetition_is_stored_once_and_answered_again(clock: Clock, statements: list[int]) -> None:
    street = await build(clock, 1)
    ref = await running(street, clock)
    said = event(clock, ref, 2, 1200)
    first = await service.updated(street.ctx, street.stations[0], said)
    again = await service.updated(street.ctx, street.stations[0], said)
    assert first is not None
    assert again is not None
    assert (first.transaction_id, first.number) == (again.transaction_id, again.number)
    assert statements == [1, 0]
    messages = await DB.run("SELECT kind, seq_no FROM transaction_message ORDER BY id")
    assert [(row["kind"], row["seq_no"]) for row in messages] == [("started", 0), ("updated", 1), ("updated", 2)]
    assert [wh for wh, _ in await readings()] == [1100, 1200]


async def test_what_somebody_else_wrote_into_the_row_is_not_overwritten(clock: Clock, statements: list[int]) -> None:
    street = await build(clock, 1)
    ref = await running(street, clock)
    await DB.run("""UPDATE transaction SET flags = '["seen_elsewhere"]', meter_last_wh = 1500, energy_wh = 500""")
    await service.updated(street.ctx, street.stations[0], event(clock, ref, 2, 1600))
    row = (await street.rows())[0]
    assert (row["flags"], row["energy_wh"], row["meter_last_wh"]) == (["seen_elsewhere"], 600, 1600)
    await service.updated(
        street.ctx, street.stations[0], event(clock, ref, 3, 1700, at=clock.now() + timedelta(seconds=1))
    )
    assert statements == [0, 1]


async def test_after_a_pause_the_row_is_still_remembered(clock: Clock, statements: list[int]) -> None:
    """1.6 tells of a pause by the status of the outlet; the session's row has another version then."""
    street = await build(clock, 1)
    station = street.stations[0]
    number = (await street.say((0, start(clock, 0))))[0].number

    async def said(wh: int) -> dict[str, Any]:
        clock.advance(seconds=20)
        await service.samples(street.ctx, station, 1, number, [Sample(at=clock.now(), energy_wh=wh, power_w=7000)])
        return (await street.rows())[0]

    async def does(status: ConnectorStatus, withheld: bool) -> dict[str, Any]:
        clock.advance(seconds=20)
        report = StatusReport(evse=1, connector=1, status=status, at=clock.now(), withheld=withheld)
        await stations.connector_status(street.ctx, station.id, report)
        return (await street.rows())[0]

    await said(1100)
    for status, withheld, state in (
        (ConnectorStatus.SUSPENDED, False, "suspended_ev"),
        (ConnectorStatus.CHARGING, False, "charging"),
        (ConnectorStatus.SUSPENDED, True, "suspended_evse"),
    ):
        row = await does(status, withheld)
        assert (row["charging_state"], row["power_w"]) == (state, 7000 if state == "charging" else 0)
        row = await said(row["meter_last_wh"] + 100)
        assert row["charging_state"] == state
    assert statements == [1, 1, 1]
    assert (row["energy_wh"], row["meter_last_wh"]) == (400, 1400)


async def test_a_session_that_ended_elsewhere_keeps_the_value_and_its_energy(
    clock: Clock, statements: list[int]
) -> None:
    street = await build(clock, 1)
    ref = await running(street, clock)
    await DB.run("UPDATE transaction SET state = 'ended', ended_at = $1, power_w = NULL", clock.now())
    reply = await service.updated(street.ctx, street.stations[0], event(clock, ref, 2, 1600))
    assert reply is not None
    row = (await street.rows())[0]
    assert (row["state"], row["energy_wh"]) == ("ended", 100)
    assert await readings() == [(1100, True), (1600, False)]
    assert statements == [0]


async def test_a_row_that_is_locked_goes_the_long_way(clock: Clock, statements: list[int]) -> None:
    street = await build(clock, 1)
    ref = await running(street, clock)
    async with street.ctx.unit():
        await DB.run("SELECT 1 FROM transaction FOR UPDATE")
        late = asyncio.create_task(service.updated(street.ctx, street.stations[0], event(clock, ref, 2, 1600)))
        while not statements:  # noqa: ASYNC110 - in the database
            await asyncio.sleep(0.01)
    assert await late is not None
    assert statements == [0]
    assert (await street.rows())[0]["energy_wh"] == 600


async def test_one_that_cannot_be_stored_keeps_nobody(clock: Clock) -> None:
    street = await build(clock, 5)
    replies = await street.say(*((n, start(clock, n)) for n in range(5)))

    async def all_say(wh: list[int]) -> list[Any]:
        clock.advance(seconds=30)
        return await asyncio.gather(
            *(
                service.samples(street.ctx, station, 1, reply.number, [Sample(at=clock.now(), energy_wh=one)])
                for station, reply, one in zip(street.stations, replies, wh, strict=True)
            ),
            return_exceptions=True,
        )

    assert await all_say([1100] * 5) == [None] * 5
    await DB.run("ALTER TABLE transaction_reading ADD CONSTRAINT bad CHECK (energy_wh <> 1234)")
    try:
        answers = await all_say([1200, 1200, 1234, 1200, 1200])
    finally:
        await DB.run("ALTER TABLE transaction_reading DROP CONSTRAINT bad")
    assert [n for n, one in enumerate(answers) if one is not None] == [2]
    assert [row["energy_wh"] for row in await street.rows()] == [200, 200, 100, 200, 200]
    assert await all_say([1300] * 5) == [None] * 5
    assert [row["energy_wh"] for row in await street.rows()] == [300] * 5


async def test_a_start_from_the_app_is_still_looked_for_where_nobody_is_known(
    clock: Clock, statements: list[int]
) -> None:
    """2.0.1 with the cable first: such a row is read each time."""
    street = await build(clock, 1)
    await street.say((0, start(clock, 0, ref="abc", seq_no=0, id_token=None)))
    for number in (1, 2, 3):
        clock.advance(seconds=30)
        await service.updated(street.ctx, street.stations[0], event(clock, "abc", number, 1000 + number))
    assert statements == []


async def test_after_the_end_nothing_is_remembered(clock: Clock, statements: list[int]) -> None:
    street = await build(clock, 1)
    reply = (await street.say((0, start(clock, 0))))[0]
    for wh in (1100, 1200):
        clock.advance(seconds=30)
        await service.samples(street.ctx, street.stations[0], 1, reply.number, [Sample(at=clock.now(), energy_wh=wh)])
    clock.advance(seconds=30)
    await street.say((0, stop(clock, reply, meter_wh=1250)))
    clock.advance(seconds=30)
    late = Sample(at=clock.now(), energy_wh=1300)
    await service.samples(street.ctx, street.stations[0], 1, reply.number, [late])
    assert statements == [1]
    assert (await street.rows())[0]["energy_wh"] == 250


async def test_while_many_long_sessions_are_priced_everybody_else_goes_on(clock: Clock) -> None:
    street = await build(clock, 30)
    replies = await street.say(*((n, start(clock, n)) for n in range(30)))
    clock.advance(hours=2)
    unsaid, told = (None,) * 3, ("charging", "Sample.Periodic", True, None, None, None)
    points = [
        (reply.transaction_id, clock.now() - timedelta(seconds=10 * n), 3000 - 5 * n, 7000, *unsaid, *told)
        for reply in replies
        for n in range(1, 201)
    ]
    await grouping.write(points)
    turns, over = 0, False

    async def others() -> None:
        nonlocal turns
        while not over:
            turns += 1
            await asyncio.sleep(0)

    beside = asyncio.create_task(others())
    rows = await DB.run("SELECT *, NULL::text AS time_zone FROM transaction")
    await pricing.with_costs(street.ctx, rows, due=True)
    over = True
    await beside
    assert turns >= 30
    assert [row["cost"] for row in await street.rows()] == [row["cost"] for row in rows]
    assert all(row["cost"] is not None for row in rows)
