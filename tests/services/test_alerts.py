"""Incidents: raised by what happens, one a place and rule, closed when it is over."""

import asyncio
from typing import Any
from uuid import UUID

import msgspec
import pytest

from backend import wiring
from backend.alerts import service
from backend.context import Context
from backend.db.engine import DB
from backend.energy import service as energy
from backend.errors import Conflict, NotFound
from backend.events import (
    DeviceEventReported,
    Event,
    IncidentChanged,
    TransactionEnded,
    TransactionFailed,
    TransactionStarted,
)
from backend.stations import service as stations
from backend.stations.service import StatusReport
from shared.operations import Incident, IncidentState
from shared.stations import ConnectorStatus
from tests import world
from tests.conftest import Clock

pytestmark = pytest.mark.usefixtures("db")


def context(clock: Clock) -> tuple[Context, world.Heard]:
    """With the handlers of this room, as the program binds them."""
    handlers, heard = world.listening(IncidentChanged)
    return world.make_context(clock, handlers | world.handlers_of(service)), heard


async def everything(ctx: Context, tenant_id: UUID) -> list[Incident]:
    found, _ = await service.incidents.incidents(ctx, tenant_id, states=tuple(IncidentState))
    return found


async def report(ctx: Context, station_id: UUID, status: ConnectorStatus, error_code: str = "", evse: int = 1) -> None:
    await stations.connector_status(
        ctx, station_id, StatusReport(evse=evse, status=status, at=ctx.now(), error_code=error_code)
    )


async def waiting_jobs() -> list[dict[str, Any]]:
    rows = await DB.run("SELECT entrypoint, payload, execute_after - created AS delay FROM pgqueuer ORDER BY id")
    return [{**row, "payload": msgspec.json.decode(row["payload"])} for row in rows]


# --- faults ------------------------------------------------------------------------------------------


async def test_a_fault_is_one_incident_until_it_is_over(clock: Clock) -> None:
    (ctx, heard), tenant_id = context(clock), await world.add_tenant()
    location_id = await world.add_location(tenant_id)
    station_id = await world.add_station(tenant_id, location_id=location_id, name="Left")
    await report(ctx, station_id, ConnectorStatus.AVAILABLE, evse=2)
    assert heard.events == []
    await report(ctx, station_id, ConnectorStatus.FAULTED, "GroundFailure", evse=2)
    await report(ctx, station_id, ConnectorStatus.FAULTED, "GroundFailure", evse=2)
    clock.advance(minutes=1)
    await report(ctx, station_id, ConnectorStatus.FAULTED, "HighTemperature", evse=2)
    [incident] = await everything(ctx, tenant_id)
    assert (incident.rule, incident.state, incident.severity) == ("connector_faulted", "open", "warning")
    assert (incident.title, incident.occurrences) == ("Too hot inside", 2)
    assert (incident.station_identity, incident.station_name, incident.location) == ("CP-1", "Left", "Harbour")
    assert incident.connector == "2"
    clock.advance(minutes=1)
    await report(ctx, station_id, ConnectorStatus.AVAILABLE, "NoError", evse=2)
    [incident] = await everything(ctx, tenant_id)
    assert (incident.state, incident.closed_at) == ("closed", clock.now())
    await report(ctx, station_id, ConnectorStatus.FAULTED, "GroundFailure", evse=2)
    assert [one.state for one in await everything(ctx, tenant_id)] == ["open", "closed"]
    assert [event.state for event in heard.of(IncidentChanged)] == ["open", "open", "closed", "open"]


async def test_places_are_told_apart(clock: Clock) -> None:
    (ctx, _), tenant_id = context(clock), await world.add_tenant()
    one, two = [await world.add_station(tenant_id, identity) for identity in ("A", "B")]
    for station_id in (one, two):
        for evse in (0, 1, 2):
            await report(ctx, station_id, ConnectorStatus.FAULTED, "InternalError", evse=evse)
    found = await everything(ctx, tenant_id)
    assert sorted((one.station_identity, one.connector) for one in found) == [
        (identity, label) for identity in "AB" for label in ("", "1", "2")
    ]
    await report(ctx, one, ConnectorStatus.AVAILABLE, evse=0)
    unsolved = await service.open_incidents(ctx, tenant_id)
    assert len(unsolved) == 5
    assert ("A", "") not in {(one.station_identity, one.connector) for one in unsolved}


async def test_an_incident_lives_and_dies_with_its_fact(clock: Clock) -> None:
    (ctx, heard), tenant_id = context(clock), await world.add_tenant()
    station_id = await world.add_station(tenant_id)
    with pytest.raises(RuntimeError):  # noqa: PT012 - what happens inside of the unit is the point
        async with ctx.unit():
            await report(ctx, station_id, ConnectorStatus.FAULTED)
            raise RuntimeError("the database transaction fails")
    assert await everything(ctx, tenant_id) == []
    assert await DB.run("SELECT 1 FROM connector") == []
    assert len(heard.events) == 1


async def test_components_of_a_station_have_incidents_of_their_own(clock: Clock) -> None:
    (ctx, _), tenant_id = context(clock), await world.add_tenant()
    station_id = await world.add_station(tenant_id)

    async def told(component: str, *, severity: int = 3, over: bool = False) -> list[str]:
        event = DeviceEventReported(
            tenant_id=tenant_id,
            at=ctx.now(),
            station_id=station_id,
            identity="CP-1",
            component=component,
            variable="Problem",
            value="false" if over else "true",
            severity=severity,
            over=over,
        )
        async with ctx.unit() as unit:
            unit.emit(event)
        return sorted(one.detail.split("/")[0] for one in await service.open_incidents(ctx, tenant_id))

    assert await told("PowerContactor") == ["PowerContactor"]
    assert await told("FreeFan") == ["FreeFan", "PowerContactor"]
    assert await told("FreeFan", over=True) == ["PowerContactor"]
    assert await told("Display", severity=8) == ["PowerContactor"]
    assert await told("PowerContactor", severity=8) == ["PowerContactor"]  # milder than what counts: it ends nothing
    assert await told("PowerContactor") == ["PowerContactor"]
    assert len(await everything(ctx, tenant_id)) == 2
    assert await told("PowerContactor", over=True) == []


# --- presence ----------------------------------------------------------------------------------------


async def test_a_station_that_stays_away(clock: Clock) -> None:
    (ctx, _), tenant_id = context(clock), await world.add_tenant()
    station_id, connection = await world.add_station(tenant_id), UUID(int=1)
    await stations.connected(ctx, station_id, connection, "n1", "1.6")
    await stations.disconnected(ctx, station_id, connection, "gone")
    [job] = await waiting_jobs()
    assert job["entrypoint"] == "alerts.check_presence"
    assert job["delay"] >= service.GRACE
    assert await everything(ctx, tenant_id) == []
    clock.advance(seconds=30)
    await service.check_presence(ctx, job["payload"])
    assert await everything(ctx, tenant_id) == []
    clock.advance(seconds=30)
    for _ in range(2):  # jobs may run twice
        await wiring.JOBS[job["entrypoint"]](ctx, job["payload"])
    [incident] = await everything(ctx, tenant_id)
    assert (incident.rule, incident.state, incident.occurrences) == ("station_offline", "open", 1)
    await stations.connected(ctx, station_id, UUID(int=2), "n1", "1.6")
    [incident] = await everything(ctx, tenant_id)
    assert incident.state == "closed"


async def test_a_station_that_comes_back_in_time(clock: Clock) -> None:
    (ctx, heard), tenant_id = context(clock), await world.add_tenant()
    station_id = await world.add_station(tenant_id)
    for number in range(3):
        await stations.connected(ctx, station_id, UUID(int=number), "n1", "1.6")
        clock.advance(seconds=50)
        await stations.disconnected(ctx, station_id, UUID(int=number), "gone")
        clock.advance(seconds=20)
        await service.check_presence(ctx, {})
    assert heard.events == []


async def test_what_becomes_true_by_time_alone(clock: Clock) -> None:
    (ctx, heard), tenant_id = context(clock), await world.add_tenant()
    names = ("silent", "lost", "well", "pending", "never")
    ids = {name: await world.add_station(tenant_id, name) for name in names}
    await DB.run("UPDATE charging_station SET registration = 'pending' WHERE identity = 'pending'")
    for number, name in enumerate(names[:4]):
        await stations.connected(ctx, ids[name], UUID(int=number), "n1", "1.6")
    # Its job was lost: the clock finds it all the same.
    await DB.run(
        "UPDATE charging_station SET online = false, disconnected_at = $1 WHERE identity = 'lost'", clock.now()
    )
    clock.advance(seconds=179)
    await stations.seen(ctx, {ids["well"]: clock.now()})
    clock.advance(seconds=1)
    for _ in range(3):
        await service.watch(ctx, limits=energy.allowed_a)
    unsolved = await service.open_incidents(ctx, tenant_id)
    assert [(one.station_identity, one.rule, one.occurrences) for one in unsolved] == [
        ("lost", "station_offline", 1),
        ("silent", "station_silent", 1),
    ]
    assert len(heard.events) == 2
    await stations.seen(ctx, {ids["silent"]: clock.now()})
    await DB.run("UPDATE charging_station SET registration = 'rejected' WHERE identity = 'lost'")
    await service.watch(ctx, limits=energy.allowed_a)
    assert await service.open_incidents(ctx, tenant_id) == []


async def test_a_silent_station_that_goes_is_offline_and_no_longer_silent(clock: Clock) -> None:
    (ctx, _), tenant_id = context(clock), await world.add_tenant()
    station_id = await world.add_station(tenant_id)
    await stations.connected(ctx, station_id, UUID(int=1), "n1", "1.6")
    clock.advance(minutes=10)
    await service.watch(ctx, limits=energy.allowed_a)
    await stations.disconnected(ctx, station_id, UUID(int=1), "gone")
    clock.advance(minutes=2)
    await service.watch(ctx, limits=energy.allowed_a)
    assert [(one.rule, one.state) for one in await everything(ctx, tenant_id)] == [
        ("station_offline", "open"),
        ("station_silent", "closed"),
    ]


async def test_thousands_that_go_with_their_node_cost_few_questions(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ten stations as many as one: all of a node must show offline within seconds."""
    (ctx, _), tenant_id, asked = context(clock), await world.add_tenant(), list[str]()
    fetch = type(DB)._fetch

    async def counting(self: Any, sql: str, arguments: Any) -> Any:
        asked.append(sql)
        return await fetch(self, sql, arguments)

    names = [f"CP-{number}" for number in range(11)]
    for number, name in enumerate(names):
        station_id = await world.add_station(tenant_id, name)
        await stations.connected(ctx, station_id, UUID(int=number), "one" if name == "CP-10" else "ten", "1.6")
    clock.advance(minutes=10)
    await stations.seen(ctx, {one["id"]: clock.now() for one in await DB.run("SELECT id FROM charging_station")})
    await DB.run("UPDATE charging_station SET last_seen_at = connected_at WHERE identity = 'CP-3'")
    await service.watch(ctx, limits=energy.allowed_a)
    monkeypatch.setattr(type(DB), "_fetch", counting)
    assert await stations.forget_node(ctx, "one", everywhere=True) == 1
    alone = len(asked)
    assert await stations.forget_node(ctx, "ten", everywhere=True) == 10
    assert len(asked) - alone < alone + 8  # the silent one's incident is closed besides
    [silent] = await everything(ctx, tenant_id)
    assert (silent.rule, silent.station_identity, silent.state) == ("station_silent", "CP-3", "closed")
    assert len(await DB.run("SELECT 1 FROM station_drop")) == 11
    assert [job["entrypoint"] for job in await waiting_jobs()] == ["alerts.check_presence"]


# --- sessions ----------------------------------------------------------------------------------------


async def tell(
    ctx: Context, kind: type[Event], tenant_id: UUID, station_id: UUID, connector_id: UUID, **row: Any
) -> None:
    """As the transactions room does: a row and its event in one transaction."""
    async with ctx.unit() as unit:
        transaction_id = await world.add_transaction(station_id, connector_id, **row)
        more = {"failure": "no car"} if kind is TransactionFailed else {}
        unit.emit(
            kind(
                tenant_id=tenant_id,
                at=ctx.now(),
                transaction_id=transaction_id,
                station_id=station_id,
                identity="CP-1",
                connector_id=connector_id,
                **more,
            )
        )


async def test_starts_that_fail_again_and_again(clock: Clock) -> None:
    (ctx, _), tenant_id = context(clock), await world.add_tenant()
    station_id = await world.add_station(tenant_id)
    connector_id, other = await world.add_connector(station_id, 1), await world.add_connector(station_id, 2)

    async def fail(connector: UUID) -> None:
        await tell(
            ctx,
            TransactionFailed,
            tenant_id,
            station_id,
            connector,
            state="failed",
            failure="No car was plugged in.",
            created_at=clock.advance(minutes=1),
        )

    for _ in range(2):
        await fail(connector_id)
        await fail(other)
    assert await everything(ctx, tenant_id) == []
    await fail(connector_id)
    await fail(connector_id)
    [incident] = await everything(ctx, tenant_id)
    assert (incident.rule, incident.connector, incident.occurrences) == ("starts_failing", "1", 2)
    assert "4 starts" in incident.detail
    assert "No car was plugged in." in incident.detail
    await tell(ctx, TransactionStarted, tenant_id, station_id, connector_id, begun_at=clock.advance(minutes=1))
    assert [one.state for one in await everything(ctx, tenant_id)] == ["closed"]
    for _ in range(2):
        await fail(connector_id)
    assert [one.state for one in await everything(ctx, tenant_id)] == ["closed"]  # counted from the good one
    await fail(connector_id)
    assert [one.state for one in await everything(ctx, tenant_id)] == ["open", "closed"]
    clock.advance(hours=1)
    await service.watch(ctx, limits=energy.allowed_a)
    assert await service.open_incidents(ctx, tenant_id) == []


async def test_a_backwards_meter_is_an_incident_until_a_good_session(clock: Clock) -> None:
    (ctx, _), tenant_id = context(clock), await world.add_tenant()
    station_id = await world.add_station(tenant_id)
    connector_id = await world.add_connector(station_id)
    place = (tenant_id, station_id, connector_id)
    await tell(ctx, TransactionEnded, *place, state="ended", flags='["offline", "meter_backwards"]')
    [incident] = await everything(ctx, tenant_id)
    assert (incident.rule, incident.state) == ("meter_backwards", "open")
    await tell(ctx, TransactionEnded, *place, state="ended", flags='["offline"]')
    assert [one.state for one in await everything(ctx, tenant_id)] == ["closed"]


# --- people ------------------------------------------------------------------------------------------


async def test_somebody_takes_care_and_somebody_closes(clock: Clock) -> None:
    (ctx, heard), tenant_id, stranger = context(clock), await world.add_tenant(), await world.add_tenant("Sued")
    account_id = await world.add_account(tenant_id, "Olli", "operator")
    station_id = await world.add_station(tenant_id)
    await report(ctx, station_id, ConnectorStatus.FAULTED, "HighTemperature")
    incident_id = UUID((await everything(ctx, tenant_id))[0].id)
    clock.advance(minutes=5)
    for _ in range(2):
        taken = await service.acknowledge(ctx, tenant_id, incident_id, account_id)
        clock.advance(minutes=5)
    assert (taken.state, taken.acknowledged_by) == ("acknowledged", "Olli")
    assert taken.acknowledged_at is not None
    assert (clock.now() - taken.acknowledged_at).total_seconds() == 600
    await report(ctx, station_id, ConnectorStatus.FAULTED, "GroundFailure")
    [again] = await everything(ctx, tenant_id)
    assert (again.state, again.occurrences) == ("acknowledged", 2)
    for call in (service.close(ctx, stranger, incident_id), service.incident(ctx, stranger, incident_id)):
        with pytest.raises(NotFound):
            await call
    assert (await service.close(ctx, tenant_id, incident_id)).state == "closed"
    assert (await service.close(ctx, tenant_id, incident_id)).state == "closed"
    with pytest.raises(Conflict):
        await service.acknowledge(ctx, tenant_id, incident_id, account_id)
    states = [event.state for event in heard.of(IncidentChanged)]
    assert states == ["open", "acknowledged", "acknowledged", "closed"]


async def test_lists_in_pages_and_the_worst_first(clock: Clock) -> None:
    (ctx, _), tenant_id = context(clock), await world.add_tenant()
    for number, code in enumerate(("WeakSignal", "GroundFailure", "HighTemperature", "InternalError")):
        station_id = await world.add_station(tenant_id, f"CP-{number}")
        clock.advance(minutes=1)
        await report(ctx, station_id, ConnectorStatus.FAULTED, code)
    first, key = await service.incidents.incidents(ctx, tenant_id, limit=3)
    rest, end = await service.incidents.incidents(ctx, tenant_id, after=tuple(key or ()), limit=3)
    assert [one.station_identity for one in (*first, *rest)] == ["CP-3", "CP-2", "CP-1", "CP-0"]
    assert end is None
    worst = await service.open_incidents(ctx, tenant_id, limit=3)
    assert [one.station_identity for one in worst] == ["CP-3", "CP-1", "CP-2"]
    only, _ = await service.incidents.incidents(ctx, tenant_id, identity="CP-1")
    assert [one.station_identity for one in only] == ["CP-1"]


async def test_the_same_thing_seen_at_once_from_two_sides_is_one_incident(clock: Clock) -> None:
    (ctx, _), tenant_id = context(clock), await world.add_tenant()
    await world.add_station(tenant_id)
    await DB.run("UPDATE charging_station SET disconnected_at = $1", clock.now())
    clock.advance(minutes=5)
    await asyncio.gather(*(service.check_presence(ctx, {}) for _ in range(8)))
    assert [one.occurrences for one in await everything(ctx, tenant_id)] == [1]
