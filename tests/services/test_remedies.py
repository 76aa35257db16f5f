"""Runs of playbooks at stations that answer as the test says."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import msgspec
import pytest

from backend import wiring
from backend.alerts import incidents as alerts
from backend.commands import Answer, AnyCommand
from backend.context import Context
from backend.db.engine import DB
from backend.errors import Conflict
from backend.remedies import playbooks, service
from backend.stations import service as stations
from backend.stations.service import StatusReport
from shared.operations import IncidentState
from shared.remedies import Guards, PlaybookSet, PlaybookStep, RemedyState, StepKind
from shared.stations import ConnectorStatus
from tests import world
from tests.conftest import Clock

pytestmark = pytest.mark.usefixtures("db")
RESETS = [PlaybookStep(kind=StepKind.SOFT_RESET, verify_s=60), PlaybookStep(kind=StepKind.HARD_RESET, verify_s=60)]


class House:
    """A tenant with one playbook and one station; `asked` is what the station was asked, `answer` what it says."""

    def __init__(self, ctx: Context, clock: Clock) -> None:
        self.ctx, self.clock = ctx, clock
        self.asked: list[str] = []
        self.answer = "Accepted"

    async def open(
        self, guards: Guards | None = None, steps: list[PlaybookStep] | None = None, not_codes: tuple[str, ...] = ()
    ) -> None:
        self.tenant_id = await world.add_tenant()
        self.account_id = await world.add_account(self.tenant_id, "Olga", "operator")
        for_whom: Any = {"rules": ["connector_faulted"], "not_codes": list(not_codes)}
        plan = PlaybookSet(name="P", steps=steps or RESETS, guards=guards or Guards(), **for_whom)
        await DB.run("UPDATE tenant SET time_zone = 'UTC'")
        await playbooks.ensure(self.ctx, self.tenant_id)
        for one in await playbooks.listed(self.ctx, self.tenant_id):
            await playbooks.remove(self.ctx, self.tenant_id, UUID(one.id))
        self.book = await playbooks.add(self.ctx, self.tenant_id, self.account_id, plan)
        self.station_id = await world.add_station(self.tenant_id, online=True)
        self.connector_id = await world.add_connector(self.station_id)

        await self.ctx.bus.serve(f"station.{self.station_id}", self.serve)

    async def serve(self, payload: bytes) -> bytes:
        command = msgspec.json.decode(payload, type=AnyCommand)
        self.asked.append(type(command).__name__ + (" hard" if getattr(command, "hard", False) else ""))
        good = self.answer == "Accepted"
        return msgspec.json.encode(Answer(outcome="answered", accepted=good, status=self.answer))

    async def report(self, status: ConnectorStatus, code: str = "NoError", evse: int = 1) -> None:
        report = StatusReport(evse=evse, status=status, at=self.clock.now(), error_code=code)
        await stations.connector_status(self.ctx, self.station_id, report)

    async def jobs(self, *, later: bool = False) -> None:
        """What is due (by `later` everything), each twice."""
        for _ in range(10):
            rows = await DB.run(
                """DELETE FROM pgqueuer WHERE entrypoint LIKE 'remedies.%' AND ($1 OR execute_after <= created)
                RETURNING id, entrypoint, payload""",
                later,
            )
            if not rows:
                return
            for row in sorted(rows, key=lambda row: row["id"]):
                for _ in range(2):
                    await wiring.JOBS[row["entrypoint"]](self.ctx, msgspec.json.decode(row["payload"]))
            later = False

    async def wait(self, seconds: int) -> None:
        self.clock.advance(seconds=seconds)
        await self.jobs(later=True)

    async def run(self) -> Any:
        found, _ = await playbooks.runs(self.ctx, self.tenant_id, limit=10)
        return found[0]

    async def incident(self) -> Any:
        found, _ = await alerts.incidents(self.ctx, self.tenant_id, states=tuple(IncidentState))
        return found[0]


@pytest.fixture
async def house(clock: Clock) -> AsyncIterator[House]:
    ctx = world.make_context(clock, wiring.EVENTS)
    async with ctx.bus:
        yield House(ctx, clock)


async def test_a_step_helps_and_the_rest_is_left(house: House) -> None:
    await house.open()
    await house.report(ConnectorStatus.FAULTED, "InternalError")
    await house.jobs()
    assert house.asked == ["Reset"]
    await house.report(ConnectorStatus.AVAILABLE)
    await house.jobs()
    run = await house.run()
    assert (run.state, run.detail, run.steps[0].outcome) == (RemedyState.MENDED, "Soft restart helped.", "helped")
    assert (await house.incident()).state is IncidentState.CLOSED
    await house.wait(600)
    assert house.asked == ["Reset"]
    [book] = await playbooks.listed(house.ctx, house.tenant_id)
    assert (book.figures.mended, book.figures.rate) == (1, 1.0)


async def test_nothing_helps_so_somebody_is_told(house: House) -> None:
    await house.open()
    await house.report(ConnectorStatus.FAULTED, "InternalError")
    await house.jobs()
    await house.wait(61)
    assert house.asked == ["Reset", "Reset hard"]
    await house.wait(61)
    run = await house.run()
    assert (run.state, [step.outcome for step in run.steps]) == (RemedyState.FAILED, ["didn't help"] * 2)
    assert [row["kind"] for row in await DB.run("SELECT kind FROM notice WHERE kind LIKE 'remedy%'")] == [
        "remedy_failed"
    ]
    lines = await DB.run("SELECT text FROM incident_entry WHERE kind = 'step' ORDER BY id")
    assert [row["text"] for row in lines] == [
        "Playbook begins: P",
        "Soft restart: Accepted",
        "Hard restart: Accepted",
        "The playbook couldn't mend it. Every step was tried and none helped.",
    ]


async def test_a_refusal_goes_to_the_next_step(house: House) -> None:
    await house.open()
    house.answer = "Rejected"
    await house.report(ConnectorStatus.FAULTED, "InternalError")
    await house.jobs()
    assert house.asked == ["Reset", "Reset hard"]
    assert (await house.run()).state is RemedyState.FAILED


@pytest.mark.parametrize("written_down", [True, False])
async def test_a_session_is_left_alone(house: House, written_down: bool) -> None:
    """Also one of which only the status of another outlet tells."""
    await house.open()
    if written_down:
        await world.add_transaction(house.station_id, house.connector_id, evse=1, begun_at=house.clock.now())
    else:
        await world.add_connector(house.station_id, 2, status="charging")
    await house.report(ConnectorStatus.FAULTED, "InternalError")
    await house.jobs()
    for _ in range(3):
        await house.wait(300)
        assert house.asked == []
    assert (await house.run()).state is RemedyState.WAITING
    await DB.run("UPDATE transaction SET state = 'ended', ended_at = now()")
    await DB.run("UPDATE connector SET status = 'available' WHERE evse = 2")
    await house.wait(300)
    assert house.asked == ["Reset"]


@pytest.mark.parametrize("another", [True, False])
async def test_a_code_that_comes_later_ends_a_run_that_leaves_it_alone(house: House, another: bool) -> None:
    """Another playbook takes over, or somebody is told."""
    await house.open(not_codes=("EmergencyStop",))
    if another:
        steps = [PlaybookStep(kind=StepKind.UNLOCK)]
        plan = PlaybookSet(name="Q", rules=["connector_faulted"], codes=["EmergencyStop"], steps=steps)
        await playbooks.add(house.ctx, house.tenant_id, house.account_id, plan)
    await house.report(ConnectorStatus.FAULTED)
    await house.jobs()
    assert house.asked == ["Reset"]
    await house.report(ConnectorStatus.FAULTED, "EmergencyStop")
    await house.jobs()
    runs, _ = await playbooks.runs(house.ctx, house.tenant_id, limit=10)
    first = next(one for one in runs if one.playbook == "P")
    words = "It turned out to be EmergencyStop, which this playbook leaves alone."
    assert (first.state, first.detail, first.steps[0].outcome) == (RemedyState.STOPPED, words, "ended")
    assert house.asked == (["Reset", "Unlock"] if another else ["Reset"])
    await house.wait(61)
    assert "Reset hard" not in house.asked
    [told] = await DB.run("SELECT count(*) AS n FROM notice WHERE kind = 'remedy_failed'")
    assert told["n"] == (0 if another else 1)


async def test_whoever_repairs_is_left_alone_and_has_mended_it(house: House) -> None:
    await house.open()
    await house.report(ConnectorStatus.FAULTED, "InternalError")
    await house.jobs()
    incident_id = UUID((await house.incident()).id)
    state = IncidentState.IN_REPAIR
    await alerts.change_state(house.ctx, house.tenant_id, incident_id, house.account_id, state)
    for _ in range(2):
        await house.wait(300)
    assert ((await house.run()).state, house.asked) == (RemedyState.WAITING, ["Reset"])
    lines = [row["text"] for row in await DB.run("SELECT text FROM incident_entry WHERE kind = 'step' ORDER BY id")]
    assert lines[2:] == ["The playbook waits. Somebody is repairing at this station."]
    await house.report(ConnectorStatus.AVAILABLE)
    await house.jobs()
    assert ((await house.run()).state, (await house.run()).detail) == (RemedyState.STOPPED, service.BY_PEOPLE)
    [book] = await playbooks.listed(house.ctx, house.tenant_id)
    assert (book.figures.mended, book.figures.rate) == (0, None)


async def test_what_somebody_closes_no_step_has_mended(house: House) -> None:
    await house.open()
    await house.report(ConnectorStatus.FAULTED, "InternalError")
    await house.jobs()
    await alerts.close(house.ctx, house.tenant_id, UUID((await house.incident()).id), house.account_id)
    await house.jobs()
    assert ((await house.run()).state, (await house.run()).steps[0].outcome) == (RemedyState.STOPPED, "ended")
    [book] = await playbooks.listed(house.ctx, house.tenant_id)
    assert book.figures.rate is None


async def test_the_second_outlet_has_its_turn_when_the_first_is_done(house: House) -> None:
    await house.open(steps=RESETS[:1])
    await world.add_connector(house.station_id, 2)
    for evse in (1, 2):
        await house.report(ConnectorStatus.FAULTED, "InternalError", evse)
    await house.jobs()
    assert house.asked == ["Reset"]
    await house.wait(61)
    assert house.asked == ["Reset", "Reset"]
    await house.wait(61)
    runs, _ = await playbooks.runs(house.ctx, house.tenant_id, limit=10)
    assert [one.state for one in runs] == [RemedyState.FAILED] * 2
    [told] = await DB.run("SELECT count(*) AS n FROM notice WHERE kind = 'remedy_failed'")
    assert told["n"] == 2


async def test_a_node_dies_between_steps_and_nothing_is_asked_twice(house: House) -> None:
    await house.open()
    await house.report(ConnectorStatus.FAULTED, "InternalError")
    real = service.acting.perform

    async def die(*_arguments: Any) -> Any:
        await real(*_arguments)
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(service.acting, "perform", die)
        with pytest.raises(KeyboardInterrupt):
            await house.jobs()
    assert house.asked == ["Reset"]
    run_id = UUID((await house.run()).id)
    for _ in range(3):
        await service.step(house.ctx, {"run_id": str(run_id)})
    assert house.asked == ["Reset"]
    house.clock.advance(minutes=4)
    await service.step(house.ctx, {"run_id": str(run_id)})
    assert house.asked == ["Reset"], "whether it arrived isn't known, so it isn't asked again"
    house.clock.advance(seconds=61)
    await service.step(house.ctx, {"run_id": str(run_id)})
    assert house.asked == ["Reset", "Reset hard"]


async def test_approval_is_waited_for(house: House) -> None:
    await house.open(Guards(approval=True))
    await house.report(ConnectorStatus.FAULTED, "InternalError")
    await house.jobs()
    assert ((await house.run()).state, house.asked) == (RemedyState.ASKS, [])
    for _ in range(2):
        await service.approve(house.ctx, house.tenant_id, UUID((await house.run()).id), house.account_id)
    await house.jobs()
    assert house.asked == ["Reset"]
    await service.stop(house.ctx, house.tenant_id, UUID((await house.run()).id), house.account_id)
    await house.wait(600)
    assert house.asked == ["Reset"]


async def test_the_limit_of_a_day_holds(house: House) -> None:
    await house.open(Guards(max_per_day=1), steps=RESETS[:1])
    for _ in range(2):
        await house.report(ConnectorStatus.FAULTED, "InternalError")
        await house.jobs()
        await house.report(ConnectorStatus.AVAILABLE)
        await house.jobs()
        house.clock.advance(minutes=10)
    assert house.asked == ["Reset"]


async def test_versions_and_a_dry_run_on_the_past(house: House) -> None:
    await house.open(steps=[PlaybookStep(kind=StepKind.WAIT, verify_s=60), *RESETS])
    await DB.run("UPDATE charging_station SET model = 'One', firmware = '2.1'")
    for helps in (True, True, False):
        await house.report(ConnectorStatus.FAULTED, "InternalError")
        await house.jobs()
        await house.wait(61)
        if not helps:
            await house.wait(61)
            await house.wait(61)
            house.clock.advance(hours=1)
        await house.report(ConnectorStatus.AVAILABLE)
        await house.jobs()
        house.clock.advance(hours=9)
    plan = msgspec.structs.replace(house.book.plan, guards=Guards(max_per_day=10))
    changed = await playbooks.change(house.ctx, house.tenant_id, house.account_id, UUID(house.book.id), plan)
    assert (changed.version, changed.figures.mended, changed.figures.failed) == (2, 2, 1)
    detail = await playbooks.detail(house.ctx, house.tenant_id, UUID(house.book.id))
    assert [(one.version, one.by, one.figures.runs) for one in detail.versions] == [(2, "Olga", 0), (1, "Olga", 3)]
    assert [(one.model, one.firmware, one.figures.rate) for one in detail.models] == [("One", "2.1", 2 / 3)]
    told = await playbooks.dry_run(house.ctx, house.tenant_id, plan, 30)
    assert (told.matched, told.fired, told.tried, told.mended) == (3, 3, 3, 2)
    assert (
        told.said == "In the last 30 days it would have fired 3 times; its steps were tried in 3 of them and mended 2."
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(playbooks, "MOST_PAST", 2)
        told = await playbooks.dry_run(house.ctx, house.tenant_id, plan, 30)
    assert (told.matched, told.mended, told.latest) == (2, 1, 2), "the latest, and it says so"
    short = msgspec.structs.replace(plan, guards=Guards(max_per_day=1))
    assert (await playbooks.dry_run(house.ctx, house.tenant_id, short, 30)).held == {"limit a day": 2}


async def test_nobody_says_yes_for_a_day(house: House) -> None:
    """It is given up, somebody is told, and the station is free for another run."""
    await house.open(Guards(approval=True))
    await house.report(ConnectorStatus.FAULTED, "InternalError")
    await house.jobs()
    await house.wait(23 * 3600)
    run = await house.run()
    assert run.state is RemedyState.ASKS
    house.clock.advance(hours=2)
    await service.step(house.ctx, {"run_id": run.id})
    assert ((await house.run()).state, (await house.run()).detail) == (RemedyState.FAILED, service.NOBODY_AGREED)
    assert house.asked == []
    [told] = await DB.run("SELECT count(*) AS n FROM notice WHERE kind = 'remedy_failed'")
    assert told["n"] == 1
    with pytest.raises(Conflict):
        await service.approve(house.ctx, house.tenant_id, UUID(run.id), house.account_id)


async def test_what_ends_by_itself_needs_no_yes_any_more(house: House) -> None:
    await house.open(Guards(approval=True))
    await house.report(ConnectorStatus.FAULTED, "InternalError")
    await house.jobs()
    await house.report(ConnectorStatus.AVAILABLE)
    await house.jobs()
    assert (await house.run()).state is RemedyState.OVER
    house.clock.advance(minutes=5)
    await house.report(ConnectorStatus.FAULTED, "InternalError")  # the next run isn't kept out by the first
    await house.jobs()
    runs, _ = await playbooks.runs(house.ctx, house.tenant_id, limit=10)
    assert [one.state for one in runs] == [RemedyState.ASKS, RemedyState.OVER]


async def test_two_nodes_at_the_same_run_ask_once(house: House) -> None:
    await house.open()
    await house.report(ConnectorStatus.FAULTED, "InternalError")
    incident = await house.incident()
    await DB.run("DELETE FROM pgqueuer")
    await asyncio.gather(
        *(service.begin(house.ctx, {"incident_id": incident.id, "run_id": str(UUID(int=n))}) for n in range(1, 7))
    )
    runs, _ = await playbooks.runs(house.ctx, house.tenant_id, limit=10)
    assert len(runs) == 1
    await asyncio.gather(*(service.step(house.ctx, {"run_id": runs[0].id}) for _ in range(6)))
    assert house.asked == ["Reset"]


async def test_a_station_that_never_answers_is_left_for_the_next_step(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its socket is there and says nothing: the step is given up after the call's time, and nothing hangs."""
    monkeypatch.setattr("backend.stations.commands.ON_THE_WAY_S", 0.05)
    await house.open()
    await house.ctx.bus.serve(f"station.{house.station_id}", _never)
    house.ctx = dataclasses.replace(house.ctx, settings=dataclasses.replace(house.ctx.settings, call_timeout_s=1))
    await house.report(ConnectorStatus.FAULTED, "InternalError")
    async with asyncio.timeout(30):
        await house.jobs()
    run = await house.run()
    assert run.state in (RemedyState.RUNNING, RemedyState.FAILED)
    assert run.steps[0].outcome in ("refused", "didn't help")


async def _never(_payload: bytes) -> bytes:
    await asyncio.sleep(3600)
    return b""
