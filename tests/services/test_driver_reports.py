"""What drivers report: who is believed, what it strengthens, what ends it, and who hears that it is mended."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from backend import wiring
from backend.alerts import service as alerts
from backend.context import Context
from backend.db.engine import DB
from backend.driver_reports import rules, service
from backend.errors import InvalidInput, NotFound, TooManyRequests
from backend.stations import catalog
from backend.stations import service as stations
from backend.stations.service import StatusReport
from shared.driver_reports import DriverReport, DriverReportNew, ProblemKind
from shared.operations import Incident, IncidentState
from shared.stations import ConnectorStatus
from tests import world
from tests.conftest import Clock

pytestmark = pytest.mark.usefixtures("db")


class Street:
    """A station with one outlet, and drivers."""

    def __init__(self, ctx: Context, tenant_id: UUID, location_id: UUID, station_id: UUID, outlet_id: UUID) -> None:
        self.ctx, self.tenant_id, self.location_id = ctx, tenant_id, location_id
        self.station_id, self.outlet_id = station_id, outlet_id

    async def driver(self, *, there: bool = True) -> service.Reporter:
        account_id = await world.add_account(self.tenant_id, f"D{uuid4().hex[:6]}")
        if there:
            values = {"account": account_id, "state": "failed", "created_at": self.ctx.now()}
            await world.add_transaction(self.station_id, self.outlet_id, **values)
        return service.Reporter(rules.of_account(account_id), account_id=account_id)

    async def report(self, who: service.Reporter, kind: str = "wont_start", words: str = "") -> DriverReport:
        wanted = DriverReportNew(kind=ProblemKind(kind), words=words)
        return await service.report(self.ctx, self.tenant_id, self.outlet_id, who, wanted)

    async def incidents(self) -> list[Incident]:
        found, _ = await alerts.incidents.incidents(self.ctx, self.tenant_id, states=tuple(IncidentState))
        return found

    async def lines(self, incident_id: str) -> list[tuple[str, str, Any]]:
        rows = await DB.run("SELECT kind, text, data FROM incident_entry WHERE incident = $1 ORDER BY id", incident_id)
        return [(row["kind"], row["text"], row["data"]) for row in rows]

    async def doubtful(self) -> bool:
        [place], _ = await catalog.locations(self.ctx, self.tenant_id)
        detail = await catalog.location_detail(self.ctx, self.tenant_id, self.location_id)
        assert place.doubtful is detail.stations[0].doubtful
        return place.doubtful

    async def told(self) -> list[UUID]:
        rows = await DB.run("SELECT account FROM notice WHERE kind = 'station_back' ORDER BY at, id")
        return [row["account"] for row in rows]


@pytest.fixture
async def street(clock: Clock) -> Street:
    ctx, tenant_id = world.make_context(clock, wiring.EVENTS), await world.add_tenant()
    location_id = await world.add_location(tenant_id)
    station_id = await world.add_station(tenant_id, location_id=location_id, online=True)
    return Street(ctx, tenant_id, location_id, station_id, await world.add_connector(station_id))


async def test_one_is_a_hint_two_are_a_doubt_for_everybody(street: Street, clock: Clock) -> None:
    one, two = await street.driver(), await street.driver()
    first = await street.report(one, words="  The screen\nsays  wait ")
    assert (first.words, first.state, first.there, first.incident_id) == ("The screen says wait", "open", True, None)
    [incident] = await street.incidents()
    assert (incident.rule, incident.severity, incident.connector) == ("driver_reports", "info", "1")
    assert not await street.doubtful()
    clock.advance(minutes=1)
    await street.report(two)
    [incident] = await street.incidents()
    assert (incident.severity, incident.state) == ("warning", "open")
    assert "2 drivers report a problem, 2 of them tried to charge here" in incident.detail
    assert await street.doubtful()
    lines = [line for line in await street.lines(incident.id) if line[0] == "reported"]
    assert lines == [
        ("reported", "A driver: charging doesn't start.", {"detail": "The screen says wait"}),
        ("reported", "A driver: charging doesn't start.", {}),
    ]
    # A warning is told anew to those who don't hear of hints.
    assert len(await DB.run("SELECT 1 FROM notice WHERE kind = 'incident_opened'")) == 2


async def test_a_person_counts_once_however_often_they_say_it(street: Street, clock: Clock) -> None:
    one = await street.driver()
    first = await street.report(one)
    clock.advance(minutes=5)
    again = await street.report(one)
    changed = await street.report(one, "cable_stuck")
    assert first.id == again.id == changed.id
    assert (again.at, changed.kind) == (clock.now(), "cable_stuck")
    [incident] = await street.incidents()
    assert (incident.severity, incident.title) == ("info", "Drivers report: the cable is stuck")
    lines = [text for kind, text, _ in await street.lines(incident.id) if kind == "reported"]
    assert lines == ["A driver: charging doesn't start.", "A driver: the cable is stuck."]


async def test_accounts_that_never_tried_there_make_no_doubt(street: Street) -> None:
    for _ in range(8):
        await street.report(await street.driver(there=False), "damage")
    [incident] = await street.incidents()
    assert incident.severity == "info"
    assert not await street.doubtful()


async def test_who_reports_everything_is_stopped(street: Street) -> None:
    one = await street.driver()
    others = [await world.add_connector(street.station_id, evse) for evse in range(2, 8)]
    for outlet_id in others[:5]:
        await service.report(
            street.ctx, street.tenant_id, outlet_id, one, DriverReportNew(kind=ProblemKind.SCREEN_DARK)
        )
    with pytest.raises(TooManyRequests) as refused:
        await street.report(one)
    assert refused.value.retry_after_s == 3600
    # What they reported already may be said again.
    await service.report(street.ctx, street.tenant_id, others[0], one, DriverReportNew(kind=ProblemKind.PAYMENT))


async def test_bad_input_is_told(street: Street) -> None:
    one = await street.driver()
    with pytest.raises(InvalidInput) as refused:
        await street.report(one, "other", " \n ")
    assert refused.value.problem_code == "words_missing"
    with pytest.raises(NotFound):
        await service.report(
            street.ctx, await world.add_tenant("Sud"), street.outlet_id, one, DriverReportNew(kind=ProblemKind.DAMAGE)
        )
    assert (await street.report(one, "other", "nul\0 and more")).words == "nul and more"


async def test_what_is_known_already_is_strengthened(street: Street, clock: Clock) -> None:
    fault = StatusReport(evse=1, status=ConnectorStatus.FAULTED, at=street.ctx.now(), error_code="ConnectorLockFailure")
    await stations.connector_status(street.ctx, street.station_id, fault)
    [known] = await street.incidents()
    one = await street.driver()
    await street.report(one, "cable_stuck", "It holds my cable")
    assert [incident.id for incident in await street.incidents()] == [known.id]
    assert (await street.lines(known.id))[-1] == (
        "reported",
        "A driver: the cable is stuck.",
        {"detail": "It holds my cable"},
    )
    # Damage is a matter of its own: nobody thinks that it goes with the fault.
    await street.report(await street.driver(), "damage")
    assert sorted(incident.rule for incident in await street.incidents()) == ["connector_faulted", "driver_reports"]
    clock.advance(minutes=1)
    # The fault ends: whoever reported it hears that; the damage is still there.
    good = StatusReport(evse=1, status=ConnectorStatus.AVAILABLE, at=street.ctx.now(), error_code="NoError")
    await stations.connector_status(street.ctx, street.station_id, good)
    assert await street.told() == [one.account_id]
    assert [report.state for report in await service.own(street.ctx, one)] == ["mended"]
    assert await street.doubtful()


@pytest.mark.parametrize("state", [IncidentState.WATCHED, IncidentState.CLOSED])
async def test_mended_is_told_once_to_whoever_reported_it(street: Street, clock: Clock, state: IncidentState) -> None:
    people = [await street.driver() for _ in range(2)]
    for who in people:
        await street.report(who, "screen_dark")
    [incident] = await street.incidents()
    await alerts.incidents.change_state(street.ctx, street.tenant_id, UUID(incident.id), None, state)
    if state is IncidentState.WATCHED:
        await alerts.close(street.ctx, street.tenant_id, UUID(incident.id))
    assert sorted(await street.told(), key=str) == sorted((who.account_id for who in people), key=str)
    assert not await street.doubtful()
    # It is dark again: a new report, and it opens anew.
    clock.advance(minutes=1)
    await street.report(people[0], "screen_dark")
    assert [one.state for one in await service.own(street.ctx, people[0])] == ["open", "mended"]
    assert IncidentState.OPEN in [one.state for one in await street.incidents()]


async def test_a_charge_proves_some_of_it_wrong(street: Street, clock: Clock) -> None:
    one, two = await street.driver(), await street.driver()
    await street.report(one)
    await street.report(two, "screen_dark")
    clock.advance(minutes=5)
    charged = {"begun_at": clock.now(), "created_at": clock.now(), "energy_wh": 499}
    session = await world.add_transaction(street.station_id, street.outlet_id, **charged)
    await service.watch(street.ctx)
    assert await street.told() == []
    await DB.run("UPDATE transaction SET energy_wh = 500 WHERE id = $1", session)
    await service.watch(street.ctx)
    await service.watch(street.ctx)
    assert await street.told() == [one.account_id]
    [incident] = await street.incidents()
    assert incident.state == "open"  # the screen may still be dark
    clock.advance(days=3)
    await service.watch(street.ctx)
    [incident] = await street.incidents()
    assert incident.state == "closed"
    assert await street.told() == [one.account_id]  # nobody knows whether the screen works: no promise
    assert [report.state for report in await service.own(street.ctx, two)] == ["expired"]


@pytest.mark.parametrize(("kind", "lasts"), list(rules.LASTS.items()))
async def test_what_nobody_repeats_counts_no_more(
    street: Street, clock: Clock, kind: ProblemKind, lasts: timedelta
) -> None:
    await street.report(await street.driver(), kind, "Look at it")
    clock.advance(seconds=lasts.total_seconds() - 1)
    await service.watch(street.ctx)
    assert [one.state for one in await street.incidents()] == ["open"]
    clock.advance(seconds=2)
    await service.watch(street.ctx)
    assert [one.state for one in await street.incidents()] == ["closed"]


async def test_old_ones_are_forgotten_and_other_peoples_are_hidden(street: Street, clock: Clock) -> None:
    one, two = await street.driver(), await street.driver()
    await street.report(one)
    assert await service.own(street.ctx, two) == []
    [shown], following = await service.at_station(street.ctx, street.tenant_id, "CP-1", None, 50)
    assert following is None
    assert shown.incident_id == (await street.incidents())[0].id
    with pytest.raises(NotFound):
        await service.at_station(street.ctx, await world.add_tenant("Sud"), "CP-1", None, 50)
    clock.advance(days=4)
    await service.watch(street.ctx)
    clock.advance(days=91)
    await service.forget_old(street.ctx)
    assert await DB.run("SELECT 1 FROM driver_report") == []


async def test_the_list_of_a_station_is_paged(street: Street, clock: Clock) -> None:
    for _ in range(3):
        await street.report(await street.driver())
        clock.advance(seconds=1)
    first, following = await service.at_station(street.ctx, street.tenant_id, "CP-1", None, 2)
    assert following is not None
    rest, end = await service.at_station(street.ctx, street.tenant_id, "CP-1", tuple(following), 2)
    assert (len(first), len(rest), end) == (2, 1, None)
    assert len({one.id for one in [*first, *rest]}) == 3
