"""A station that holds its connection and says nothing: what the built-in playbook tries, and what counts as mended."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import msgspec
import pytest

from backend import wiring
from backend.alerts import incidents
from backend.alerts import service as alerts
from backend.commands import Answer, AnyCommand
from backend.context import Context
from backend.db.engine import DB
from backend.energy import service as energy
from backend.remedies import playbooks
from backend.stations import service as stations
from shared.operations import IncidentState
from shared.remedies import RemedyState
from tests import world
from tests.conftest import Clock
from tests.services.test_remedies import House

pytestmark = pytest.mark.usefixtures("db")
MUTE = Answer(outcome="timeout")
YES = Answer(outcome="answered", accepted=True, status="Accepted")


class Silent(House):
    """Its station still takes a restart, and says nothing else."""

    async def open_silent(self) -> None:
        self.tenant_id = await world.add_tenant()
        self.account_id = await world.add_account(self.tenant_id, "Olga", "operator")
        self.station_id = await world.add_station(self.tenant_id, online=True)
        self.connection = uuid4()
        self.due: dict[int, datetime] = {}
        await self.comes()

        async def serve(payload: bytes) -> bytes:
            name = type(msgspec.json.decode(payload, type=AnyCommand)).__name__
            self.asked.append(name)
            return msgspec.json.encode(YES if name == "Reset" else MUTE)

        await self.ctx.bus.serve(f"station.{self.station_id}", serve)
        self.clock.advance(minutes=5)
        await alerts.watch(self.ctx, limits=energy.allowed_a)

    async def comes(self) -> None:
        self.connection = uuid4()
        await stations.connected(self.ctx, self.station_id, self.connection, "n", "1.6")

    async def goes(self) -> None:
        await stations.disconnected(self.ctx, self.station_id, self.connection, "")

    async def speaks(self) -> None:
        await stations.seen(self.ctx, {self.station_id: self.clock.now()})

    async def jobs(self, *, later: bool = False) -> None:
        """What is due by the test's clock, each twice."""
        for _ in range(10):
            for row in await DB.run("SELECT id, execute_after - created AS delay FROM pgqueuer"):
                self.due.setdefault(row["id"], self.clock.now() + max(row["delay"], timedelta(0)))
            ripe = [number for number, at in self.due.items() if at <= self.clock.now()]
            rows = await DB.run(
                "DELETE FROM pgqueuer WHERE id = ANY ($1::bigint[]) RETURNING id, entrypoint, payload", ripe
            )
            for row in sorted(rows, key=lambda row: row["id"]):
                for _ in range(2 if row["entrypoint"].startswith("remedies.") else 0):
                    await wiring.JOBS[row["entrypoint"]](self.ctx, msgspec.json.decode(row["payload"]))
            if not rows:
                return

    async def minutes(self, count: int, *, speaking: bool = False) -> None:
        for _ in range(count):
            self.clock.advance(minutes=1)
            if speaking:
                await self.speaks()
            await alerts.watch(self.ctx, limits=energy.allowed_a)
            await self.jobs()


@pytest.fixture
async def silent(clock: Clock) -> AsyncIterator[Silent]:
    ctx: Context = world.make_context(clock, wiring.EVENTS)
    async with ctx.bus:
        house = Silent(ctx, clock)
        await house.open_silent()
        yield house


async def mended(house: Silent) -> int:
    return sum(one.figures.mended for one in await playbooks.listed(house.ctx, house.tenant_id))


async def until_restarted(house: Silent) -> None:
    """It doesn't say a heartbeat, takes the restart, and its connection ends."""
    await house.jobs()
    assert house.asked == ["Trigger", "Reset"]
    await house.goes()
    await house.minutes(1)
    rows = await DB.run("SELECT rule, state FROM incident ORDER BY rule")
    assert [(row["rule"], row["state"]) for row in rows] == [("station_offline", "open"), ("station_silent", "closed")]
    assert (await house.run()).state is RemedyState.RUNNING, "a socket that is gone is no station that speaks"


async def test_it_speaks_after_a_restart(silent: Silent) -> None:
    await until_restarted(silent)
    await silent.comes()
    await silent.jobs()
    assert (await silent.run()).state is RemedyState.RUNNING, "nor is one that is new and mute"
    await silent.minutes(5, speaking=True)
    run = await silent.run()
    assert (run.state, run.detail, await mended(silent)) == (RemedyState.MENDED, "Soft restart helped.", 1)


@pytest.mark.parametrize("returns", [False, True])
async def test_one_that_stays_away_or_mute_is_not_mended_and_somebody_is_told(silent: Silent, returns: bool) -> None:
    await until_restarted(silent)
    if returns:
        await silent.comes()
    await silent.minutes(2)
    assert (await silent.run()).state is RemedyState.RUNNING
    await silent.minutes(3)
    runs, _ = await playbooks.runs(silent.ctx, silent.tenant_id, limit=10)
    first = runs[-1]
    assert (first.state, first.detail) == (RemedyState.FAILED, "Every step was tried and none helped.")
    assert await mended(silent) == 0
    assert [row["kind"] for row in await DB.run("SELECT kind FROM notice WHERE kind LIKE 'remedy%'")] == [
        "remedy_failed"
    ]


async def test_a_word_at_once_ends_the_run_at_once(silent: Silent) -> None:
    await silent.jobs()
    silent.clock.advance(seconds=5)
    await silent.speaks()
    await silent.minutes(1, speaking=True)
    run = await silent.run()
    assert (run.state, (await silent.incident()).state) == (RemedyState.MENDED, IncidentState.CLOSED)


async def test_a_run_ends_where_somebody_closes_the_incident(silent: Silent) -> None:
    await silent.jobs()
    incident = await silent.incident()
    await incidents.close(silent.ctx, silent.tenant_id, UUID(incident.id), silent.account_id)
    await silent.jobs()
    assert (await silent.run()).state is not RemedyState.RUNNING
