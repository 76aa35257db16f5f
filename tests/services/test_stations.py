"""Stations as the OCPP edge uses them: admission, presence, boot, status, configuration."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from backend.db.engine import DB
from backend.errors import NotFound
from backend.events import (
    ConnectorStatusChanged,
    StationBooted,
    StationChanged,
    StationConnected,
    StationDisconnected,
)
from backend.stations import record_store, rules, service
from backend.stations.service import BootFacts, StatusReport, VariableReport
from shared.stations import ConnectorStatus, Registration
from tests import world
from tests.conftest import Clock
from tests.support.frames import FrameLine, rows_of

pytestmark = pytest.mark.usefixtures("db")
PASSWORD = "a-password-of-24-letters"


async def station(station_id: UUID) -> dict:
    return (await DB.run("SELECT * FROM charging_station WHERE id = $1", station_id))[0]


async def history(station_id: UUID) -> list[tuple[UUID | None, str]]:
    rows = await DB.run("SELECT connector, status FROM status_change WHERE station = $1 ORDER BY id", station_id)
    return [(row["connector"], row["status"]) for row in rows]


# --- admission ---------------------------------------------------------------------------------------


async def test_a_stranger_waits_for_an_operator_and_keeps_its_password(clock: Clock) -> None:
    tenant_id = await world.add_tenant()
    handlers, heard = world.listening(StationChanged)
    ctx = world.make_context(clock, handlers)
    first = await service.admit(ctx, "NEW-1", PASSWORD)
    assert first.allowed
    assert first.station is not None
    assert first.station.registration is Registration.PENDING
    assert first.station.tenant_id == tenant_id
    assert [event.identity for event in heard.of(StationChanged)] == ["NEW-1"]
    again = await service.admit(ctx, "NEW-1", PASSWORD)
    assert again.station == first.station
    assert (await service.admit(ctx, "NEW-1", "another-password-16")).reason == "password"
    assert (await service.admit(ctx, "NEW-1", None)).reason == "password"
    assert PASSWORD not in (await station(first.station.id))["password_hash"]


async def test_a_stranger_is_refused_where_the_settings_say_so(clock: Clock) -> None:
    await world.add_tenant()
    ctx = world.make_context(clock, unknown_stations="refuse")
    assert (await service.admit(ctx, "NEW-1", PASSWORD)).reason == "unknown"
    assert await DB.run("SELECT 1 FROM charging_station") == []


async def test_a_rejected_station_and_a_nonsensical_identity_stay_outside(clock: Clock) -> None:
    tenant_id = await world.add_tenant()
    await world.add_station(tenant_id, "CP-1", registration="rejected")
    ctx = world.make_context(clock)
    assert (await service.admit(ctx, "CP-1", None)).reason == "rejected"
    assert (await service.admit(ctx, "a\x00b", None)).reason == "identity"
    assert (await service.admit(ctx, "x" * 49, None)).reason == "identity"


async def test_only_so_many_strangers_may_wait(clock: Clock) -> None:
    tenant_id = await world.add_tenant()
    await DB.run(
        """INSERT INTO charging_station (id, tenant, identity, registration)
        SELECT gen_random_uuid(), $1, 'P' || n, 'pending' FROM generate_series(1, $2::int) n""",
        tenant_id,
        rules.MAX_PENDING - 1,
    )
    ctx = world.make_context(clock)
    answers = await asyncio.gather(*(service.admit(ctx, f"NEW-{number}", None) for number in range(8)))
    assert sorted((answer.allowed, answer.reason) for answer in answers) == [(False, "full")] * 7 + [(True, "")]
    assert (await service.admit(ctx, "P1", None)).allowed


async def test_one_identity_at_many_doors_at_once_makes_one_row(clock: Clock) -> None:
    await world.add_tenant()
    ctx = world.make_context(clock)
    answers = await asyncio.gather(*(service.admit(ctx, "NEW-1", PASSWORD) for _ in range(10)))
    assert len({answer.station.id for answer in answers if answer.station}) == 1
    assert all(answer.allowed for answer in answers)


# --- presence ----------------------------------------------------------------------------------------


async def test_the_late_end_of_an_old_socket_leaves_the_new_one_alone(clock: Clock) -> None:
    station_id = await world.add_station(await world.add_tenant())
    handlers, heard = world.listening(StationConnected, StationDisconnected)
    ctx = world.make_context(clock, handlers)
    old, new = uuid4(), uuid4()
    await service.connected(ctx, station_id, old, "n1", "1.6")
    await service.connected(ctx, station_id, new, "n1", "2.0.1")
    await service.disconnected(ctx, station_id, old, "replaced")
    row = await station(station_id)
    assert (row["online"], row["connection"], row["ocpp_version"]) == (True, new, "2.0.1")
    assert heard.of(StationDisconnected) == []
    clock.advance(seconds=5)
    await service.disconnected(ctx, station_id, new, "closed")
    row = await station(station_id)
    assert (row["online"], row["connection"], row["disconnected_at"]) == (False, None, clock.now())
    assert [event.reason for event in heard.of(StationDisconnected)] == ["closed"]
    assert await history(station_id) == [(None, "online"), (None, "offline")]


async def test_a_process_that_died_takes_its_stations_offline(clock: Clock) -> None:
    tenant_id = await world.add_tenant()
    handlers, heard = world.listening(StationDisconnected)
    ctx = world.make_context(clock, handlers)
    mine = [await world.add_station(tenant_id, f"CP-{number}") for number in range(3)]
    other = await world.add_station(tenant_id, "OTHER")
    for station_id in mine:
        await service.connected(ctx, station_id, uuid4(), "n1", "1.6")
    await service.connected(ctx, other, uuid4(), "n2", "1.6")
    assert await service.forget_node(ctx, "n1") == 3
    assert [(await station(one))["online"] for one in (*mine, other)] == [False, False, False, True]
    assert {event.station_id for event in heard.of(StationDisconnected)} == set(mine)
    assert await service.forget_node(ctx, "n1") == 0


async def test_last_seen_is_written_together_and_never_goes_back(clock: Clock) -> None:
    tenant_id = await world.add_tenant()
    one, two = [await world.add_station(tenant_id, name) for name in ("A", "B")]
    ctx = world.make_context(clock)
    late = clock.now()
    await service.seen(ctx, {one: late, two: late - timedelta(minutes=1), uuid4(): late})
    await service.seen(ctx, {one: late - timedelta(hours=1)})
    await service.seen(ctx, {})
    assert (await station(one))["last_seen_at"] == late
    assert (await station(two))["last_seen_at"] == late - timedelta(minutes=1)


async def test_a_boot_tells_who_it_is_and_hears_what_was_decided(clock: Clock) -> None:
    tenant_id = await world.add_tenant()
    handlers, heard = world.listening(StationBooted)
    ctx = world.make_context(clock, handlers)
    station_id = await world.add_station(tenant_id, registration="pending")
    facts = BootFacts(vendor="V" * 300, model="M\x00odel", serial="null", firmware=None, reason="PowerUp")
    assert await service.booted(ctx, station_id, facts) is Registration.PENDING
    row = await station(station_id)
    assert (row["vendor"], row["model"], row["serial"], row["firmware"]) == ("V" * 200, "Model", "", "")
    assert (row["booted_at"], row["boot_reason"]) == (clock.now(), "PowerUp")
    assert [event.registration for event in heard.of(StationBooted)] == ["pending"]
    assert await service.booted(ctx, uuid4(), facts) is Registration.REJECTED


# --- status ------------------------------------------------------------------------------------------


def report(status: ConnectorStatus, at: datetime, *, evse: int = 1, connector: int = 1, **more: str) -> StatusReport:
    return StatusReport(evse=evse, connector=connector, status=status, at=at, **more)


async def test_a_status_makes_the_connector_and_repetitions_make_nothing(clock: Clock) -> None:
    station_id = await world.add_station(await world.add_tenant())
    handlers, heard = world.listening(ConnectorStatusChanged)
    ctx = world.make_context(clock, handlers)
    for _ in range(3):
        await service.connector_status(ctx, station_id, report(ConnectorStatus.AVAILABLE, clock.now()))
        clock.advance(minutes=1)
    await service.connector_status(
        ctx, station_id, report(ConnectorStatus.FAULTED, clock.now(), error_code="GroundFailure", info="RCD")
    )
    connector = await service.connector_by_wire(ctx, station_id, 1)
    assert connector is not None
    changes = [(event.previous, event.status, event.error_code) for event in heard.of(ConnectorStatusChanged)]
    assert changes == [("unknown", "available", ""), ("available", "faulted", "GroundFailure")]
    assert await history(station_id) == [(connector.id, "available"), (connector.id, "faulted")]
    row = (await DB.run("SELECT * FROM connector"))[0]
    assert (row["status"], row["error_info"], row["status_at"]) == ("faulted", "RCD", clock.now())


async def test_reports_at_the_same_moment_make_one_connector(clock: Clock) -> None:
    station_id = await world.add_station(await world.add_tenant())
    ctx = world.make_context(clock)
    await asyncio.gather(
        *(
            service.connector_status(ctx, station_id, report(status, clock.now()))
            for status in list(ConnectorStatus)[:6]
        )
    )
    assert len(await DB.run("SELECT id FROM connector")) == 1


async def test_a_clock_that_jumped_does_not_freeze_a_connector(clock: Clock) -> None:
    station_id = await world.add_station(await world.add_tenant())
    ctx = world.make_context(clock)
    future, past = clock.now() + timedelta(days=3650), datetime(1970, 1, 1, tzinfo=UTC)
    await service.connector_status(ctx, station_id, report(ConnectorStatus.CHARGING, future))
    assert (await DB.run("SELECT status_at FROM connector"))[0]["status_at"] == clock.now()
    await service.connector_status(ctx, station_id, report(ConnectorStatus.AVAILABLE, past))
    assert (await DB.run("SELECT status FROM connector"))[0]["status"] == "available"


async def test_a_station_speaks_of_itself_with_evse_0(clock: Clock) -> None:
    station_id = await world.add_station(await world.add_tenant())
    handlers, heard = world.listening(ConnectorStatusChanged)
    ctx = world.make_context(clock, handlers)
    for status in (ConnectorStatus.FAULTED, ConnectorStatus.FAULTED, ConnectorStatus.AVAILABLE):
        await service.connector_status(ctx, station_id, report(status, clock.now(), evse=0))
    changes = heard.of(ConnectorStatusChanged)
    assert [(event.connector_id, event.previous, event.status) for event in changes] == [
        (None, "unknown", "faulted"),
        (None, "faulted", "available"),
    ]
    assert await DB.run("SELECT 1 FROM connector") == []


async def test_absurd_connectors_make_no_rows(clock: Clock) -> None:
    station_id = await world.add_station(await world.add_tenant())
    ctx = world.make_context(clock)
    for evse, connector in ((999, 1), (1, 99), (-1, 1), (1, 0)):
        await service.connector_status(
            ctx, station_id, report(ConnectorStatus.AVAILABLE, clock.now(), evse=evse, connector=connector)
        )
    assert await DB.run("SELECT 1 FROM connector") == []


async def test_a_connector_announced_late_takes_its_neighbours_tariff(clock: Clock) -> None:
    tenant_id = await world.add_tenant()
    station_id = await world.add_station(tenant_id)
    tariff_id = uuid4()
    await DB.run(
        "INSERT INTO tariff (id, tenant, name, currency, definition) VALUES ($1, $2, 'T', 'EUR', '{}')",
        tariff_id,
        tenant_id,
    )
    await world.add_connector(station_id, 1, tariff_id=tariff_id)
    ctx = world.make_context(clock)
    await service.connector_status(ctx, station_id, report(ConnectorStatus.AVAILABLE, clock.now(), evse=2))
    late = await service.connector_by_wire(ctx, station_id, 2)
    assert late is not None
    assert late.tariff_id == tariff_id


async def test_what_a_connector_is_for_other_rooms(clock: Clock) -> None:
    tenant_id, stranger = await world.add_tenant(), await world.add_tenant("Sued")
    location_id = await world.add_location(tenant_id)
    station_id = await world.add_station(tenant_id, location_id=location_id, name="Left")
    connector_id = await world.add_connector(station_id, 2, 2, max_power_w=50_000, power_type="DC")
    ctx = world.make_context(clock)
    found = await service.connector(ctx, tenant_id, connector_id)
    assert (found.station.identity, found.station_name, found.label) == ("CP-1", "Left", "2-2")
    assert (found.location, found.location_id, found.time_zone) == ("Harbour", location_id, "Europe/Berlin")
    assert found.address == "Quay 1, 20457 Hamburg"
    assert (found.online, found.status) == (False, ConnectorStatus.OFFLINE)
    assert await service.connector_by_wire(ctx, station_id, 2, 2) == found
    assert await service.connector_by_wire(ctx, station_id, 9) is None
    with pytest.raises(NotFound):
        await service.connector(ctx, stranger, connector_id)


# --- configuration and log ---------------------------------------------------------------------------


async def test_configuration_is_kept_without_passwords(clock: Clock) -> None:
    station_id = await world.add_station(await world.add_tenant())
    ctx = world.make_context(clock)
    await service.store_variables(
        ctx,
        station_id,
        [
            VariableReport(name="HeartbeatInterval", value="60"),
            VariableReport(name="HeartbeatInterval", value="30", read_only=True),
            VariableReport(name="AuthorizationKey", value="0123456789abcdef"),
            VariableReport(component="EVSE", evse=1, name="Power", value=None),
            VariableReport(name="Odd", value="a\x00b"),
        ],
    )
    await service.store_variables(ctx, station_id, [VariableReport(name="Odd", value="c")])
    rows = await DB.run("SELECT component, evse, name, value, read_only FROM station_variable ORDER BY name")
    assert [(row["name"], row["value"], row["read_only"]) for row in rows] == [
        ("AuthorizationKey", "•••", False),
        ("HeartbeatInterval", "30", True),
        ("Odd", "c", False),
        ("Power", None, False),
    ]


async def test_the_log_takes_what_stations_send(clock: Clock) -> None:
    station_id = await world.add_station(await world.add_tenant())
    ctx = world.make_context(clock)
    line = FrameLine(
        station_id=station_id,
        at=clock.now(),
        direction="in",
        kind="malformed",
        payload="[2,\x00",
        size=4,
        action="A" * 100,
        message_id="m\x00",
        latency_ms=None,
    )
    await service.log_frames(ctx, rows_of([line] * 3))
    await service.log_frames(ctx, rows_of([]))
    rows = await DB.run("SELECT * FROM ocpp_frame ORDER BY id")
    assert len(rows) == 3
    assert (rows[0]["payload"], rows[0]["action"], rows[0]["message_id"]) == ("[2,␀", "A" * 60, "m")
    assert rows[0]["at"] == clock.now()


async def test_the_log_forgets_after_its_time(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    station_id = await world.add_station(await world.add_tenant())
    ctx = world.make_context(clock, frame_days=14)
    for days in (15, 14, 13, 0):
        at = clock.now() - timedelta(days=days, seconds=1)
        line = FrameLine(station_id=station_id, at=at, direction="in", kind="call", payload=str(days), size=1)
        await service.log_frames(ctx, rows_of([line] * 3))
    monkeypatch.setattr(record_store.delete_frames, "__defaults__", (2,))
    await service.forget_frames(ctx)
    assert [row["payload"] for row in await DB.run("SELECT payload FROM ocpp_frame ORDER BY id")] == ["13"] * 3 + [
        "0"
    ] * 3


async def test_a_log_of_megabytes_is_written_as_it_came(clock: Clock) -> None:
    """In pieces that end anywhere, with what only some lines have."""
    station_id = await world.add_station(await world.add_tenant())
    ctx = world.make_context(clock)
    lines = [
        FrameLine(
            station_id=station_id,
            at=clock.now() + timedelta(microseconds=number),
            direction="in" if number % 2 else "out",
            kind="call",
            payload=f"{number} µ€ \N{GRINNING FACE} " + "x" * (number * 37 % 16_000),
            size=number,
            action="MeterValues",
            message_id=f"é{number}" * (1 + number % 40),
            latency_ms=number if number % 3 else None,
            error_code="GenericError" if number % 5 == 0 else "",
        )
        for number in range(400)
    ]
    await service.log_frames(ctx, rows_of(lines))
    rows = await DB.run("SELECT * FROM ocpp_frame ORDER BY id")
    assert len(rows) == 400
    for line, row in zip(lines, rows, strict=True):
        assert row["message_id"] == line.message_id[:64]
        for name in ("station_id", "at", "direction", "kind", "payload", "size", "action", "latency_ms", "error_code"):
            assert row[name] == getattr(line, name), name
