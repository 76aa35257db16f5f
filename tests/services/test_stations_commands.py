"""Commands to stations: recorded, sent to the node that holds the socket, answered or failed."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from uuid import UUID, uuid4

import msgspec
import pytest

from backend.commands import Answer, AnyCommand, GetVariables, RawCall, Reset, SetAvailability, SetVariable, Trigger
from backend.context import Context
from backend.db.engine import DB, transaction
from backend.errors import (
    Conflict,
    InvalidInput,
    NotFound,
    NotNoted,
    StationOffline,
    StationRefused,
    StationTimeout,
    WattlineError,
)
from backend.events import StationChanged
from backend.stations import met as station_met
from backend.stations import rules, service
from tests import world
from tests.conftest import Clock

pytestmark = pytest.mark.usefixtures("db")

Served = Callable[[AnyCommand], Awaitable[Answer]]


async def serve(ctx: Context, station_id: UUID, work: Served) -> None:
    """What the OCPP edge does for a connected station."""

    async def answer(message: bytes) -> bytes:
        return msgspec.json.encode(await work(msgspec.json.decode(message, type=AnyCommand)))

    await ctx.bus.start()
    await ctx.bus.serve(f"station.{station_id}", answer)


def answering(answer: Answer, heard: list[AnyCommand] | None = None) -> Served:
    async def work(command: AnyCommand) -> Answer:
        if heard is not None:
            heard.append(command)
        return answer

    return work


async def history() -> list[dict]:
    return await DB.run("SELECT * FROM station_command ORDER BY at, id")


async def test_a_command_goes_to_the_station_and_its_answer_into_the_history(clock: Clock) -> None:
    tenant_id = await world.add_tenant()
    station_id, account_id = await world.add_station(tenant_id), await world.add_account(tenant_id)
    handlers, emitted = world.listening(StationChanged)
    ctx, heard = world.make_context(clock, handlers), []
    said = Answer(outcome="answered", accepted=True, status="Accepted", payload={"status": "Accepted"}, latency_ms=12)
    await serve(ctx, station_id, answering(said, heard))
    assert await service.send(ctx, station_id, Reset(hard=True), account_id=account_id) == said
    assert heard == [Reset(hard=True)]
    row = (await history())[0]
    assert (row["action"], row["state"], row["status"]) == ("Reset", "answered", "Accepted")
    asked = {"hard": True, "evse": None}
    assert (row["account"], row["request"], row["answer"]["payload"]) == (account_id, asked, said.payload)
    assert len(emitted.of(StationChanged)) == 1


async def test_screens_hear_of_a_command_where_nobody_else_does(clock: Clock) -> None:
    """Without a handler no database transaction is opened for the news; the event goes out all the same."""
    station_id = await world.add_station(await world.add_tenant())
    station = await service.station(ctx := world.make_context(clock), station_id)
    assert station is not None
    await serve(ctx, station_id, answering(Answer(outcome="answered", accepted=True, status="Accepted")))
    async with ctx.bus.subscribe("event.>") as messages:
        await service.send(ctx, station, Reset())
        topic, message = await asyncio.wait_for(anext(aiter(messages)), 2)
    assert topic.endswith(".StationChanged")
    assert msgspec.json.decode(message)["station_id"] == str(station_id)
    assert [row["state"] for row in await history()] == ["answered"]


async def test_a_refusal_is_an_answer(clock: Clock) -> None:
    station_id = await world.add_station(await world.add_tenant())
    ctx = world.make_context(clock)
    await serve(ctx, station_id, answering(Answer(outcome="answered", status="Rejected")))
    answer = await service.send(ctx, station_id, Reset())
    assert (answer.accepted, answer.status) == (False, "Rejected")


@pytest.mark.parametrize(
    ("answer", "error", "code"),
    [
        (Answer(outcome="timeout"), StationTimeout, "station_timeout"),
        (Answer(outcome="closed"), StationOffline, "station_offline"),
        (Answer(outcome="invalid", error_description="$.type is missing"), InvalidInput, "invalid_payload"),
        (Answer(outcome="error", error_code="NotSupported", error_description=""), StationRefused, "station_error"),
    ],
)
async def test_what_goes_wrong_is_told_and_remembered(
    clock: Clock, answer: Answer, error: type[WattlineError], code: str
) -> None:
    station_id = await world.add_station(await world.add_tenant())
    ctx = world.make_context(clock)
    await serve(ctx, station_id, answering(answer))
    with pytest.raises(error) as caught:
        await service.send(ctx, station_id, RawCall(action="ClearCache", payload={}))
    assert caught.value.problem_code == code
    row = (await history())[0]
    assert (row["action"], row["state"], row["answer"]["code"]) == ("ClearCache", "failed", code)
    assert answer.error_code in row["answer"]["detail"]


async def test_nobody_holds_the_socket(clock: Clock) -> None:
    station_id = await world.add_station(await world.add_tenant(), "CP-7")
    ctx = world.make_context(clock)
    await ctx.bus.start()
    with pytest.raises(StationOffline, match="CP-7"):
        await service.send(ctx, station_id, Reset())
    assert [row["state"] for row in await history()] == ["failed"]
    with pytest.raises(NotFound):
        await service.send(ctx, uuid4(), Reset())


async def test_a_node_that_never_answers(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    station_id = await world.add_station(await world.add_tenant())
    ctx = world.make_context(clock, call_timeout_s=0)
    monkeypatch.setattr("backend.stations.commands.ON_THE_WAY_S", 0.05)

    async def hang(_command: AnyCommand) -> Answer:
        await asyncio.sleep(60)
        return Answer(outcome="answered")

    await serve(ctx, station_id, hang)
    with pytest.raises(StationTimeout):
        await service.send(ctx, station_id, Reset())
    await ctx.bus.close()


async def test_no_transaction_is_open_while_a_station_thinks(clock: Clock) -> None:
    station_id = await world.add_station(await world.add_tenant())
    ctx = world.make_context(clock)

    async def look(_command: AnyCommand) -> Answer:
        busy = await DB.run(
            """SELECT count(*)::int AS n FROM pg_stat_activity
            WHERE datname = current_database() AND state = 'idle in transaction'"""
        )
        return Answer(outcome="answered", status=str(busy[0]["n"]))

    await serve(ctx, station_id, look)
    assert (await service.send(ctx, station_id, GetVariables())).status == "0"


async def test_what_the_station_took_over_is_shown(clock: Clock) -> None:
    station_id = await world.add_station(await world.add_tenant())
    for evse in (1, 2):
        await world.add_connector(station_id, evse)
    ctx = world.make_context(clock)
    await serve(ctx, station_id, answering(Answer(outcome="answered", accepted=True, status="Accepted")))
    await service.send(ctx, station_id, SetVariable(name="HeartbeatInterval", value="30"))
    await service.send(ctx, station_id, SetAvailability(operative=False, evse=2, connector=1))
    assert [row["value"] for row in await DB.run("SELECT value FROM station_variable")] == ["30"]
    operative = await DB.run("SELECT operative FROM connector ORDER BY evse")
    assert [row["operative"] for row in operative] == [True, False]
    await service.send(ctx, station_id, SetAvailability(operative=True))
    assert all(row["operative"] for row in await DB.run("SELECT operative FROM connector"))


@pytest.mark.parametrize(
    "command",
    [
        SetVariable(name="AuthorizationKey", value="a-new-password-16"),
        SetVariable(component="SecurityCtrlr", name="BasicAuthPassword", value="a-new-password-16"),
    ],
)
@pytest.mark.parametrize("accepted", [True, False])
async def test_a_new_password_counts_once_the_station_uses_it(
    clock: Clock, command: SetVariable, accepted: bool
) -> None:
    """Until then the old one does too; one that was refused never does."""
    station_id = await world.add_station(await world.add_tenant())
    old = rules.hash_password("the-old-password")
    await DB.run("UPDATE charging_station SET password_hash = $1", old)
    ctx = world.make_context(clock)
    await serve(ctx, station_id, answering(Answer(outcome="answered", accepted=accepted, status="?")))
    await service.send(ctx, station_id, command)
    assert (await service.admit(ctx, "CP-1", "the-old-password")).allowed
    assert (await service.admit(ctx, "CP-1", "a-new-password-16")).allowed is accepted
    assert (await service.admit(ctx, "CP-1", "the-old-password")).allowed is not accepted
    assert await DB.run("SELECT 1 FROM station_variable") == []
    assert "a-new-password" not in str(await history())


async def test_a_lost_answer_leaves_both_passwords(clock: Clock) -> None:
    """The station may have the new one or not; a second change may follow, and the one that is used retires both."""
    station_id = await world.add_station(await world.add_tenant())
    await DB.run("UPDATE charging_station SET password_hash = $1", rules.hash_password("the-old-password"))
    ctx = world.make_context(clock)
    for outcome, password in (("timeout", "the-first-new-one"), ("closed", "the-second-new-1")):
        await serve(ctx, station_id, answering(Answer(outcome=outcome)))
        with pytest.raises((StationTimeout, StationOffline)):
            await service.send(ctx, station_id, SetVariable(name="AuthorizationKey", value=password))
    for password in ("the-old-password", "the-first-new-one"):
        assert (await service.admit(ctx, "CP-1", password)).allowed
    assert not (await service.admit(ctx, "CP-1", "the-old-password")).allowed
    assert (await service.admit(ctx, "CP-1", "the-second-new-1")).allowed
    assert not (await service.admit(ctx, "CP-1", "the-first-new-one")).allowed


async def test_more_new_passwords_than_a_station_can_mean_are_refused(clock: Clock) -> None:
    station_id = await world.add_station(await world.add_tenant())
    ctx = world.make_context(clock)
    await serve(ctx, station_id, answering(Answer(outcome="answered", accepted=True, status="Accepted")))
    for number in range(5):
        await service.send(ctx, station_id, SetVariable(name="AuthorizationKey", value=f"a-new-password-{number}"))
    with pytest.raises(Conflict) as caught:
        await service.send(ctx, station_id, SetVariable(name="AuthorizationKey", value="a-new-password-6"))
    assert caught.value.problem_code == "passwords_pending"


async def test_a_call_by_hand_changes_a_password_as_safely(clock: Clock) -> None:
    """2.0.1 tells of each variable on its own, and one that was refused is none."""
    station_id = await world.add_station(await world.add_tenant())
    await DB.run("UPDATE charging_station SET password_hash = $1", rules.hash_password("the-old-password"))
    ctx = world.make_context(clock)
    about = {"component": {"name": "SecurityCtrlr"}, "variable": {"name": "BasicAuthPassword"}}
    for status, allowed in (("Rejected", False), ("Accepted", True)):
        payload = {"setVariableResult": [about | {"attributeStatus": status}]}
        await serve(ctx, station_id, answering(Answer(outcome="answered", accepted=True, payload=payload)))
        data = {"setVariableData": [about | {"attributeValue": "a-new-password-16"}]}
        await service.send(ctx, station_id, RawCall(action="SetVariables", payload=data))
        assert (await service.admit(ctx, "CP-1", "a-new-password-16")).allowed is allowed
    assert "a-new-password" not in str(await history())


# --- noted while the station is asked ----------------------------------------------------------------


ACCEPTED = Answer(outcome="answered", accepted=True, status="Accepted")
WAITS = """SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"""


async def met(clock: Clock, said: Answer, heard: list[AnyCommand] | None = None) -> tuple[Context, UUID]:
    """A station that was asked before."""
    station_id = await world.add_station(await world.add_tenant(), "CP-7")
    ctx = world.make_context(clock)
    await serve(ctx, station_id, answering(said, heard))
    with suppress(StationTimeout):
        await service.send(ctx, station_id, Trigger(message="Heartbeat"))
    await DB.run("DELETE FROM station_command")
    return ctx, station_id


async def until_it_waits() -> int:
    """A statement waits for a lock: the process of the database that does."""
    async with asyncio.timeout(10):
        while True:
            found = await asyncio.create_task(DB.run(WAITS))  # in a task: outside of the open transaction
            if found:
                return found[0]["pid"]
            await asyncio.sleep(0.01)


@asynccontextmanager
async def held_up(
    ctx: Context, station_id: UUID, command: AnyCommand
) -> AsyncIterator[tuple[asyncio.Task[Answer], int]]:
    """The command under way, and the process of the database whose note of it waits for a lock until the end."""
    async with transaction():
        await DB.run("LOCK TABLE station_command IN EXCLUSIVE MODE")
        sending = asyncio.create_task(service.send(ctx, station_id, command))
        yield sending, await until_it_waits()


async def test_a_station_that_was_met_is_asked_while_the_note_is_written(clock: Clock) -> None:
    """The note waits for a lock here: the station has answered meanwhile, but nobody hears of it."""
    heard: list[AnyCommand] = []
    ctx, station_id = await met(clock, ACCEPTED, heard)
    async with held_up(ctx, station_id, Reset()) as (sending, _):
        assert heard[1:] == [Reset()]
        assert not sending.done()
    assert (await sending).accepted
    rows = await history()
    assert [(row["action"], row["state"], row["status"]) for row in rows] == [("Reset", "answered", "Accepted")]


async def test_what_somebody_wrote_is_noted_first(clock: Clock) -> None:
    heard: list[AnyCommand] = []
    ctx, station_id = await met(clock, ACCEPTED, heard)
    async with held_up(ctx, station_id, SetVariable(name="A", value="1")) as (sending, _):
        assert heard[1:] == []
    assert (await sending).accepted


async def test_the_failure_of_a_station_that_was_met_is_on_record(clock: Clock) -> None:
    ctx, station_id = await met(clock, Answer(outcome="timeout"))
    with pytest.raises(StationTimeout):
        await service.send(ctx, station_id, Reset())
    assert [(row["state"], row["answer"]["code"]) for row in await history()] == [("failed", "station_timeout")]


async def test_a_station_that_is_new_under_its_name_is_found(clock: Clock) -> None:
    """The one that was met under this name was deleted: nothing is asked of it, and its successor is."""
    tenant_id = await world.add_tenant()
    old = await world.add_station(tenant_id, "CP-7")
    ctx, heard = world.make_context(clock), list[AnyCommand]()
    said = ACCEPTED
    await serve(ctx, old, answering(said))
    name = service.StationName(tenant_id, "CP-7")
    await service.send(ctx, name, Reset())
    await DB.run("DELETE FROM charging_station WHERE id = $1", old)
    with pytest.raises(NotFound):
        await service.send(ctx, name, Reset())
    new = await world.add_station(tenant_id, "CP-7")
    await serve(ctx, new, answering(said, heard))
    assert (await service.send(ctx, name, Reset())).accepted
    assert heard == [Reset()]
    assert [row["station"] for row in await history()] == [new]


async def test_a_station_that_took_the_name_of_another_at_once_is_asked_instead(clock: Clock) -> None:
    tenant_id = await world.add_tenant()
    old = await world.add_station(tenant_id, "CP-7")
    ctx, name, heard = world.make_context(clock), service.StationName(tenant_id, "CP-7"), list[AnyCommand]()
    await serve(ctx, old, answering(ACCEPTED))
    await service.send(ctx, name, Reset())
    await DB.run("DELETE FROM charging_station WHERE id = $1", old)
    await serve(ctx, await world.add_station(tenant_id, "CP-7"), answering(ACCEPTED, heard))
    assert (await service.send(ctx, name, Reset())).accepted
    assert heard == [Reset()]


async def test_a_station_that_is_here_stays_known_whatever_else_it_is_asked(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    tenant_id = await world.add_tenant()
    ctx, station_id = world.make_context(clock), await world.add_station(tenant_id, "CP-7")
    station, name = await service.station(ctx, station_id), service.StationName(tenant_id, "CP-7")
    assert station is not None
    await serve(ctx, station_id, answering(ACCEPTED))
    service.here(station)
    await service.send(ctx, name, RawCall(action="ClearCache", payload={}))
    now = time.monotonic()
    monkeypatch.setattr("time.monotonic", lambda: now + 1e6)
    assert station_met.get(name) is not None
    service.gone(station)
    assert station_met.get(name) is None


async def test_what_can_not_be_noted_is_told_as_unknown(clock: Clock) -> None:
    """The station was asked; the connection that should note it breaks while it waits for a lock."""
    heard: list[AnyCommand] = []
    ctx, station_id = await met(clock, ACCEPTED, heard)
    async with held_up(ctx, station_id, Reset()) as (sending, pid):
        await DB.run("SELECT pg_terminate_backend($1)", pid)
        with pytest.raises(NotNoted, match="Whether CP-7 does it"):
            await sending
    assert heard[1:] == [Reset()]
