"""Each kind of step of a playbook, as the station is asked for it; and quiet hours in the site's time."""

from datetime import timedelta

import msgspec
import pytest

from backend.commands import Answer, AnyCommand, RequestStart, RequestStop
from backend.db.engine import DB
from shared.remedies import Guards, PlaybookStep, RemedyState, StepKind
from shared.stations import ConnectorStatus
from tests import world
from tests.services.test_remedies import House
from tests.services.test_remedies import house as house

pytestmark = pytest.mark.usefixtures("db")


async def asked_of(house: House) -> list[AnyCommand]:
    """What the station is asked from now on; it takes everything, and stops sessions as it is told."""
    asked: list[AnyCommand] = []

    async def serve(payload: bytes) -> bytes:
        command = msgspec.json.decode(payload, type=AnyCommand)
        asked.append(command)
        if isinstance(command, RequestStop):
            await DB.run("UPDATE transaction SET state = 'ended', ended_at = $1", house.clock.now())
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


@pytest.mark.parametrize("there", [True, False])
async def test_a_session_is_ended_and_begun_again_for_its_card(house: House, there: bool) -> None:
    await house.open(Guards(during_session=True), [PlaybookStep(kind=StepKind.RESTART_SESSION)])
    asked = await asked_of(house)
    if there:
        values = {"ref": "t-1", "evse": 1, "id_token": "CARD-1", "begun_at": house.clock.now()}
        await world.add_transaction(house.station_id, house.connector_id, **values)
    await house.report(ConnectorStatus.FAULTED, "InternalError")
    await house.jobs()
    if there:
        stop, start = asked
        assert isinstance(stop, RequestStop)
        assert isinstance(start, RequestStart)
        assert (stop.transaction_ref, start.evse, start.id_token) == ("t-1", 1, "CARD-1")
    else:
        assert asked == []
        assert (await house.run()).steps[0].detail == "There is no session to restart."


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
