"""Each kind of step of a playbook, as the station is asked for it; and quiet hours in the site's time."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest

from backend.alerts import incidents as alerts
from backend.alerts.place import Place
from backend.alerts.rules import Finding
from backend.commands import Answer, AnyCommand, RequestStart, RequestStop
from backend.db.engine import DB
from backend.payments import service as payments
from backend.remedies import playbooks, service
from backend.stations import service as stations
from backend.stations.service import StatusReport
from shared.money import Money
from shared.operations import Severity
from shared.remedies import Guards, PlaybookStep, RemedyState, StepKind
from shared.stations import ConnectorStatus
from tests import world
from tests.services.test_remedies import House
from tests.services.test_remedies import house as house

pytestmark = pytest.mark.usefixtures("db")


TARIFF = {"elements": [{"price_components": [{"type": "ENERGY", "price": "0.50"}]}]}


async def asked_of(house: House, mute: Callable[[AnyCommand], bool] = lambda _: False) -> list[AnyCommand]:
    """What the station is asked from now on; it takes everything but what it is mute about, and stops sessions."""
    asked: list[AnyCommand] = []

    async def serve(payload: bytes) -> bytes:
        command = msgspec.json.decode(payload, type=AnyCommand)
        asked.append(command)
        if mute(command):
            return msgspec.json.encode(Answer(outcome="timeout"))
        if isinstance(command, RequestStop):
            await DB.run("UPDATE transaction SET state = 'ended', ended_at = $1", house.clock.now())
            await DB.run("UPDATE connector SET status = 'finishing'")
        return msgspec.json.encode(Answer(outcome="answered", accepted=True, status="Accepted"))

    await house.ctx.bus.serve(f"station.{house.station_id}", serve)
    return asked


@pytest.mark.parametrize(
    ("step", "names", "says"),
    [
        (PlaybookStep(kind=StepKind.TRIGGER, message="Heartbeat"), ["Trigger"], {"message": "Heartbeat", "evse": 1}),
        (PlaybookStep(kind=StepKind.UNLOCK), ["Unlock"], {"evse": 1, "connector": 1}),
        (PlaybookStep(kind=StepKind.SOFT_RESET), ["Reset"], {"hard": False}),
        (PlaybookStep(kind=StepKind.HARD_RESET), ["Reset"], {"hard": True}),
        (PlaybookStep(kind=StepKind.AVAILABILITY), ["SetAvailability"] * 2, {"operative": True, "evse": 1}),
        (PlaybookStep(kind=StepKind.CLEAR_PROFILES), ["ClearProfiles"], {"evse": 1}),
        (
            PlaybookStep(kind=StepKind.FIRMWARE, url="https://example.com/f.bin"),
            ["UpdateFirmware"],
            {"location": "https://example.com/f.bin"},
        ),
    ],
    ids=lambda value: value.kind if isinstance(value, PlaybookStep) else "",
)
async def test_what_a_step_asks(house: House, step: PlaybookStep, names: list[str], says: dict[str, object]) -> None:
    await house.open(steps=[step])
    asked = await asked_of(house)
    await house.report(ConnectorStatus.FAULTED, "InternalError")
    await house.jobs()
    assert [type(one).__name__ for one in asked] == names
    assert {name: getattr(asked[-1], name) for name in says} == says
    await house.report(ConnectorStatus.AVAILABLE)
    await house.jobs()
    assert (await house.run()).state is RemedyState.MENDED


@pytest.mark.parametrize("whose", ["driver", "card", "guest", ""])
async def test_a_session_is_ended_and_begun_again_for_its_card(house: House, whose: str) -> None:
    """Written down, and paid as before; but for a guest, whose page knows only the one that runs."""
    await house.open(Guards(during_session=True), [PlaybookStep(kind=StepKind.RESTART_SESSION)])
    sql = "INSERT INTO tariff (tenant, name, currency, definition) VALUES ($1, 'T', 'EUR', $2) RETURNING id"
    [tariff] = await DB.run(sql, house.tenant_id, TARIFF)
    await DB.run("UPDATE connector SET tariff = $1", tariff["id"])
    asked = await asked_of(house)
    driver = await world.add_account(house.tenant_id) if whose == "driver" else None
    if whose:
        values = {"ref": "t-1", "evse": 1, "id_token": "CARD-1", "begun_at": house.clock.now(), "account": driver}
        old = await world.add_transaction(house.station_id, house.connector_id, **values)
        if whose != "card":
            hold = Money(amount=Decimal(20), currency="EUR")
            await payments.hold(house.ctx, house.tenant_id, old, driver, "ok@example.com", hold)
    await house.report(ConnectorStatus.FAULTED, "InternalError")
    await house.jobs()
    said = (await house.run()).steps[0].detail
    if whose in ("guest", ""):
        assert asked == []
        assert said.startswith("A guest's session isn't restarted" if whose else "There is no session to restart.")
        return
    stop, start = asked
    assert isinstance(stop, RequestStop)
    assert isinstance(start, RequestStart)
    assert (stop.transaction_ref, start.evse, start.id_token, said) == ("t-1", 1, "CARD-1", "Accepted")
    [new] = await DB.run("SELECT * FROM transaction WHERE number = $1", start.remote_start_id)
    assert (new["state"], new["account"], new["id_token"], new["tariff"]) == (
        "requested", driver, "CARD-1", tariff["id"],
    )  # fmt: skip
    held = await payments.payer(new["id"])
    assert held == ("ok@example.com" if driver else None)


async def test_what_a_playbook_takes_out_of_service_comes_back(house: House) -> None:
    """The station doesn't answer to the second half; it is asked until it does, and not once more."""
    await house.open(steps=[PlaybookStep(kind=StepKind.AVAILABILITY)])
    silent = True
    asked = await asked_of(house, lambda one: silent and getattr(one, "operative", False))
    await house.report(ConnectorStatus.FAULTED, "InternalError")
    await house.jobs()
    await house.wait(200)
    wishes = [getattr(one, "operative", None) for one in asked]
    assert wishes[:3] == [False, True, True]
    assert set(wishes[1:]) == {True}
    silent = False
    await house.wait(600)
    wishes = [getattr(one, "operative", None) for one in asked]
    assert await DB.run("SELECT operative FROM connector") == [{"operative": True}]
    await house.wait(600)
    assert [getattr(one, "operative", None) for one in asked] == wishes


async def test_what_somebody_took_out_of_service_stays_so(house: House) -> None:
    await house.open(steps=[PlaybookStep(kind=StepKind.AVAILABILITY)])
    await DB.run("UPDATE connector SET operative = false")
    asked = await asked_of(house)
    await house.report(ConnectorStatus.FAULTED, "InternalError")
    await house.jobs()
    await house.wait(200)
    assert asked == []
    assert (await house.run()).steps[0].detail == "It is out of service already."


async def test_quiet_hours_of_the_site_put_a_restart_off_until_they_end(house: House) -> None:
    there = house.clock.now() + timedelta(hours=14)  # on Kiritimati; the operator is in UTC, where it isn't quiet
    span = {"quiet_from": f"{there - timedelta(hours=1):%H:%M}", "quiet_to": f"{there + timedelta(hours=2):%H:%M}"}
    await house.open(Guards(**span))
    location_id = await world.add_location(house.tenant_id)
    await DB.run("UPDATE location SET time_zone = 'Pacific/Kiritimati'")
    await DB.run("UPDATE charging_station SET location = $1", location_id)
    await house.report(ConnectorStatus.FAULTED, "InternalError")
    await house.jobs()
    await house.wait(3600)
    run = await house.run()
    assert (run.state, run.detail, house.asked) == (RemedyState.WAITING, "Quiet hours.", [])
    await house.wait(3601)
    assert house.asked == ["Reset"]
    lines = await DB.run("SELECT text FROM incident_entry WHERE kind = 'step' ORDER BY id")
    assert [row["text"] for row in lines].count("The playbook waits. Quiet hours.") == 1


async def test_stations_that_are_due_at_the_same_moment_keep_to_how_many_at_once(house: House) -> None:
    await house.open(guards=Guards(max_at_once=1), steps=[PlaybookStep(kind=StepKind.SOFT_RESET, verify_s=60)])
    for n in range(4):
        station_id = await world.add_station(house.tenant_id, f"More {n}", online=True)
        await world.add_connector(station_id)
        await house.ctx.bus.serve(f"station.{station_id}", house.serve)
        report = StatusReport(evse=1, status=ConnectorStatus.FAULTED, at=house.clock.now(), error_code="InternalError")
        await stations.connector_status(house.ctx, station_id, report)
    for one in await DB.run("SELECT id FROM incident"):
        await service.begin(house.ctx, {"incident_id": str(one["id"]), "run_id": str(one["id"])})
    runs = await DB.run("SELECT id FROM remedy")
    assert len(runs) == 4
    await asyncio.gather(*(DB.run("SELECT pg_sleep(0.05)") for _ in runs))  # a connection for each of them
    await asyncio.gather(*(service.step(house.ctx, {"run_id": str(one["id"])}) for one in runs))
    assert house.asked == ["Reset"]


@pytest.mark.parametrize("goes_on", [True, False])
async def test_a_session_that_ends_proves_no_step(house: House, goes_on: bool) -> None:
    """No energy flowed and the driver left: that is over, and says nothing of what was tried."""
    await house.open(steps=[PlaybookStep(kind=StepKind.TRIGGER, message="StatusNotification", verify_s=600)])
    await DB.run("UPDATE playbook SET plan = jsonb_set(plan, '{rules}', '[\"no_power\"]') WHERE removed_at IS NULL")
    session = await world.add_transaction(house.station_id, house.connector_id, begun_at=house.clock.now())
    house.clock.advance(minutes=10)
    place = Place(house.tenant_id, house.station_id, house.connector_id)
    finding = Finding(severity=Severity.WARNING, title="Charging without energy", detail="d", advice="a")
    async with house.ctx.unit() as unit:
        await alerts.raise_incident(house.ctx, unit, place, "no_power", finding)
    await house.jobs()
    assert house.asked == ["Trigger"]
    if not goes_on:
        await DB.run("UPDATE transaction SET state = 'ended', ended_at = $2 WHERE id = $1", session, house.clock.now())
    async with house.ctx.unit() as unit:
        await alerts.close_incident(house.ctx, unit, place, "no_power")
    await house.jobs()
    run = await house.run()
    assert run.state is (RemedyState.MENDED if goes_on else RemedyState.OVER)
    [book] = await playbooks.listed(house.ctx, house.tenant_id)
    assert book.figures.rate == (1 if goes_on else None)
