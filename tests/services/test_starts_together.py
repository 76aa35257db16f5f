"""Starts and stops that come at the same time share a database transaction, and each is as it would be alone."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from backend import wiring
from backend.context import Context
from backend.db.engine import DB
from backend.stations.model import StationRef
from backend.transactions import edges, service
from backend.transactions.model import Ended, Report, Sample, Started, StartReply
from tests import world
from tests.conftest import Clock

pytestmark = pytest.mark.usefixtures("db")
PRICE = {"elements": [{"price_components": [{"type": "ENERGY", "price": "0.50"}]}]}


class Street:
    """Stations of one tenant, with one outlet and one card each."""

    def __init__(self, ctx: Context, tenant_id: UUID, stations: Sequence[StationRef]) -> None:
        self.ctx = ctx
        self.tenant_id = tenant_id
        self.stations = stations

    async def say(self, *reports: tuple[int, Report]) -> list[Any]:
        """(station, report) each, all at once; answers and errors in order."""
        works = [
            # mypy doesn't see that the report is of the kind its function takes
            (service.started if isinstance(report, Started) else service.ended)(  # type: ignore[operator]
                self.ctx, self.stations[number], report
            )
            for number, report in reports
        ]
        return await asyncio.gather(*works, return_exceptions=True)

    async def rows(self) -> list[dict[str, Any]]:
        return await DB.run(
            """SELECT t.*, t.xmin::text AS written_by, s.identity FROM transaction t
            JOIN charging_station s ON s.id = t.station ORDER BY s.identity, t.number"""
        )

    async def counts(self) -> tuple[int, int, int]:
        """Transactions, messages, and sessions that wait for their bill."""
        found = await DB.run(
            """SELECT (SELECT count(*) FROM transaction) AS t, (SELECT count(*) FROM transaction_message) AS m,
            (SELECT COALESCE(sum(jsonb_array_length(convert_from(payload, 'UTF8')::jsonb -> 'transactions')), 0)::int
             FROM pgqueuer WHERE entrypoint = 'transactions.settle') AS j"""
        )
        return found[0]["t"], found[0]["m"], found[0]["j"]


async def build(clock: Clock, stations: int) -> Street:
    ctx = world.make_context(clock, wiring.EVENTS)
    await ctx.bus.start()
    tenant_id = await world.add_tenant()
    await DB.run(
        "INSERT INTO tariff (tenant, name, currency, definition) VALUES ($1, 'Usual', 'EUR', $2)", tenant_id, PRICE
    )
    refs = []
    for number in range(stations):
        identity = f"CP-{number:03d}"
        station_id = await world.add_station(tenant_id, identity, online=True)
        await world.add_connector(station_id)
        await DB.run(
            "INSERT INTO id_token (id, tenant, value, created_at) VALUES ($1, $2, $3, $4)",
            uuid4(),
            tenant_id,
            f"CARD{number:03d}",
            clock.now(),
        )
        rows = await DB.run(
            "SELECT id, tenant, identity, registration, ocpp_version FROM charging_station WHERE id = $1", station_id
        )
        refs.append(service.stations.station_ref(rows[0]))
    return Street(ctx, tenant_id, refs)


def start(clock: Clock, number: int, **more: Any) -> Started:
    values = {"at": clock.now(), "evse": 1, "id_token": f"CARD{number:03d}", "meter_wh": 1000, "raw": {"n": number}}
    return Started(**values | more)


def stop(clock: Clock, reply: StartReply, **more: Any) -> Ended:
    return Ended(**{"at": clock.now(), "number": reply.number, "meter_wh": 4000, "reason": "Local", "raw": {}} | more)


async def test_what_comes_together_shares_a_database_transaction_and_its_events(clock: Clock) -> None:
    street = await build(clock, 12)
    replies = await street.say(*((n, start(clock, n)) for n in range(12)))
    rows = await street.rows()
    assert len({row["written_by"] for row in rows}) == 1
    assert [row["number"] for row in rows] == [reply.number for reply in replies]
    assert {row["state"] for row in rows} == {"active"}
    assert all(reply.decision.accepted for reply in replies)
    clock.advance(hours=1)
    ends = [(n, stop(clock, reply)) for n, reply in enumerate(replies)]
    assert all(isinstance(one, StartReply) for one in await street.say(*ends))
    rows = await street.rows()
    assert len({row["written_by"] for row in rows}) == 1
    assert {row["state"] for row in rows} == {"ended"}
    assert await street.counts() == (12, 24, 12)


async def test_a_bad_row_fails_alone(clock: Clock) -> None:
    street = await build(clock, 9)
    reports = [(n, start(clock, n, raw={"text": "\0"} if n == 4 else {})) for n in range(9)]
    replies = await street.say(*reports)
    assert isinstance(replies[4], asyncpg.PostgresError)
    assert [n for n, one in enumerate(replies) if not isinstance(one, StartReply)] == [4]
    assert [row["identity"] for row in await street.rows()] == [f"CP-{n:03d}" for n in range(9) if n != 4]
    # Unanswered it is sent again, and stored once it can be.
    assert isinstance((await street.say((4, start(clock, 4))))[0], StartReply)
    assert (await street.counts())[0] == 9


async def test_repetitions_within_and_after_a_group_are_the_same_session(clock: Clock) -> None:
    street = await build(clock, 4)
    reports = [(n, start(clock, n)) for n in range(4)]
    replies = await street.say(*reports, *reports, reports[0])
    again = await street.say(*reports)
    numbers = [reply.number for reply in replies]
    assert numbers[:4] == numbers[4:8] == [reply.number for reply in again]
    assert numbers[8] == numbers[0]
    assert await street.counts() == (4, 4, 0)
    ends = [(n, stop(clock, reply)) for n, reply in enumerate(replies[:4])]
    first, second = await street.say(*ends), await street.say(*ends, *ends)
    assert [one.number for one in first] * 2 == [one.number for one in second]
    assert await street.counts() == (4, 8, 4)


async def test_start_and_stop_of_one_session_keep_their_order(clock: Clock) -> None:
    street = await build(clock, 3)
    at = clock.now()
    reports: list[tuple[int, Report]] = []
    for n in range(3):
        named = {"ref": f"tx-{n}", "evse": 1}
        reports.append((n, start(clock, n, **named, meter_wh=None, seq_no=0, readings=[Sample(at=at, energy_wh=500)])))
        reports.append((n, Ended(at=at, **named, seq_no=1, readings=[Sample(at=at, energy_wh=500)])))
    replies = await street.say(*reports)
    assert [reply.number for reply in replies[::2]] == [reply.number for reply in replies[1::2]]
    assert {(row["state"], tuple(row["flags"])) for row in await street.rows()} == {("ended", ())}
    assert await street.counts() == (3, 6, 3)


async def test_two_starts_on_one_outlet_at_once_end_the_first(clock: Clock) -> None:
    street = await build(clock, 1)
    first, second = start(clock, 0, meter_wh=1000), start(clock, 0, meter_wh=1001)
    replies = await street.say((0, first), (0, second))
    assert replies[0].number < replies[1].number
    rows = await street.rows()
    assert [(row["state"], row["stop_reason"]) for row in rows] == [("ended", "Lost"), ("active", "")]


async def test_a_card_without_a_right_fails_its_own_start_only(clock: Clock) -> None:
    street = await build(clock, 5)
    replies = await street.say(*((n, start(clock, n, **({"id_token": "NOBODY"} if n == 2 else {}))) for n in range(5)))
    assert [reply.decision.accepted for reply in replies] == [True, True, False, True, True]
    assert [row["state"] for row in await street.rows()] == ["active", "active", "failed", "active", "active"]


def sessions(clock: Clock) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """What start and stop say, of sessions that are unlike each other."""
    at = clock.now() - timedelta(hours=2)
    later, end = at + timedelta(minutes=20), at + timedelta(minutes=50)
    return [
        ({"meter_wh": 1000}, {"meter_wh": 9000}),
        ({"meter_wh": 1000}, {"meter_wh": 500}),
        ({"meter_wh": 1000}, {"meter_wh": 0}),
        ({"meter_wh": 1000}, {"meter_wh": 900_000_000}),
        ({"meter_wh": 1000, "id_token": None}, {"meter_wh": 2000, "reason": "EVDisconnected"}),
        ({"meter_wh": 1000}, {"meter_wh": 8000, "readings": [Sample(at=later, energy_wh=5000, power_w=9000)]}),
        ({"meter_wh": 1000}, {"meter_wh": 8000, "readings": [Sample(at=end, energy_wh=7999)]}),
        ({"meter_wh": 1000, "offline": True}, {"meter_wh": 8000, "offline": True, "id_token": "CARD000"}),
        (
            {"ref": "a", "meter_wh": None, "seq_no": 0, "readings": [Sample(at=at, energy_wh=10, soc_percent=20)]},
            {"ref": "a", "meter_wh": None, "seq_no": 1, "readings": [Sample(at=end, energy_wh=8000)]},
        ),
        (
            {"ref": "b", "meter_wh": None, "seq_no": 0, "charging_state": "charging"},
            {"ref": "b", "meter_wh": None, "seq_no": 7, "readings": [Sample(at=end, energy_wh=-5)]},
        ),
        ({"ref": "c", "meter_wh": None}, {"ref": "c", "meter_wh": None}),
    ]


async def test_in_a_group_each_session_is_as_it_would_be_alone(clock: Clock) -> None:
    kinds = sessions(clock)
    street = await build(clock, 2 * len(kinds))
    begun_at, ended_at = clock.now() - timedelta(hours=2), clock.now() - timedelta(hours=1)

    async def alone(said: Sequence[edges.Said]) -> list[None]:
        return [None] * len(said)

    for general in (False, True):
        if general:
            street.ctx.groups._groups.pop(edges.GROUP)
            street.ctx.groups.of(edges.GROUP, alone)
        shift = len(kinds) if general else 0
        starts = [(n + shift, start(clock, n + shift, **{"at": begun_at} | kinds[n][0])) for n in range(len(kinds))]
        replies = await street.say(*starts)
        assert all(isinstance(one, StartReply) for one in replies), replies
        stops = []
        for n, (kind, reply) in enumerate(zip(kinds, replies, strict=True)):
            named = {} if "ref" in kind[1] else {"number": reply.number}
            stops.append((n + shift, Ended(**{"at": ended_at, "reason": "Local"} | named | kind[1])))
        assert all(isinstance(one, StartReply) for one in await street.say(*stops))

    own = {"id", "number", "station", "connector", "identity", "written_by", "id_token", "created_at"}
    rows = [{name: value for name, value in row.items() if name not in own} for row in await street.rows()]
    readings = await DB.run(
        """SELECT s.identity, r.* FROM transaction_reading r JOIN transaction t ON t.id = r.transaction
        JOIN charging_station s ON s.id = t.station ORDER BY s.identity, r.at"""
    )
    curves: dict[str, list[Any]] = {}
    for row in readings:
        curves.setdefault(row.pop("identity"), []).append(
            {k: v for k, v in row.items() if k not in ("transaction", "id")}
        )
    for n, kind in enumerate(kinds):
        assert rows[n] == rows[n + len(kinds)], kind
        assert curves.get(f"CP-{n:03d}") == curves.get(f"CP-{n + len(kinds):03d}"), kind
    assert (rows[0]["energy_wh"], rows[0]["cost"]) == (8000, Decimal("4.0000"))
