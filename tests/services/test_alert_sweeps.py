"""Storms, groups, rules that throw, thresholds, and what is looked at by the clock: on a real database."""

from datetime import timedelta
from uuid import UUID

import pytest

from backend.alerts import incidents, rules, rules_service, service, watching
from backend.alerts.rules import base
from backend.context import Context
from backend.db.engine import DB
from backend.energy import service as energy
from backend.events import IncidentClosed, IncidentOpened
from backend.stations import service as stations
from backend.stations.service import StatusReport
from shared.faults import FirmwareEndSet, ThresholdSet
from shared.operations import IncidentState, Severity
from shared.stations import ConnectorStatus
from tests import world
from tests.conftest import Clock

pytestmark = pytest.mark.usefixtures("db")


def context(clock: Clock) -> tuple[Context, world.Heard]:
    handlers, heard = world.listening(IncidentOpened, IncidentClosed)
    return world.make_context(clock, handlers | world.handlers_of(service)), heard


async def unsolved(ctx: Context, tenant_id: UUID) -> list[tuple[str, int]]:
    return sorted((one.rule, one.affected) for one in await incidents.open_incidents(ctx, tenant_id))


async def add_many(tenant_id: UUID, count: int, sites: int) -> None:
    """Stations that are connected, spread over sites."""
    ids = [await world.add_location(tenant_id, f"Site {n}") for n in range(sites)]
    await DB.run(
        """INSERT INTO charging_station (tenant, identity, registration, online, last_seen_at, location)
        SELECT $1, 'M-' || n, 'accepted', true, now(), ($3::uuid[])[1 + n % $4] FROM generate_series(1, $2) n""",
        tenant_id,
        count,
        ids,
        sites,
    )


async def lose(clock: Clock, where: str = "true") -> None:
    await DB.run(f"UPDATE charging_station SET online = false, disconnected_at = $1 WHERE {where}", clock.now())


async def test_five_thousand_stations_that_lose_power_are_one_incident(clock: Clock) -> None:
    (ctx, heard), tenant_id = context(clock), await world.add_tenant()
    await add_many(tenant_id, 5000, 100)
    await lose(clock)
    clock.advance(seconds=90)
    for _ in range(2):
        await watching.look_at_presence(ctx)
    assert await unsolved(ctx, tenant_id) == [("network_offline", 5000)]
    assert len(heard.of(IncidentOpened)) == 1
    assert (await DB.run("SELECT count(*) AS n FROM pgqueuer"))[0]["n"] == 0
    # All come back but one: that one stands for itself from then on.
    await DB.run("UPDATE charging_station SET online = true, last_seen_at = $1 WHERE identity <> 'M-7'", clock.now())
    await DB.run(
        "UPDATE incident SET state = 'closed' WHERE rule = 'station_offline' AND station IN "
        "(SELECT id FROM charging_station WHERE online)"
    )
    clock.advance(minutes=20)
    await DB.run("UPDATE charging_station SET last_seen_at = $1", clock.now())
    await watching.look_at_presence(ctx)
    assert await unsolved(ctx, tenant_id) == [("station_offline", 1)]
    assert (len(heard.of(IncidentOpened)), len(heard.of(IncidentClosed))) == (2, 1)


async def test_a_site_is_one_incident_and_takes_on_who_stood_alone(clock: Clock) -> None:
    (ctx, heard), tenant_id = context(clock), await world.add_tenant()
    await add_many(tenant_id, 6, 1)
    await lose(clock, "identity = 'M-1'")
    clock.advance(seconds=90)
    await watching.look_at_presence(ctx)
    assert await unsolved(ctx, tenant_id) == [("station_offline", 1)]
    await lose(clock, "identity <> 'M-1'")
    clock.advance(seconds=90)
    await watching.look_at_presence(ctx)
    assert await unsolved(ctx, tenant_id) == [("site_offline", 6)]
    [site] = await incidents.open_incidents(ctx, tenant_id)
    parts, _ = await incidents.incidents(ctx, tenant_id, parent=UUID(site.id))
    assert len(parts) == 6
    station_ids = [row["id"] for row in await DB.run("SELECT id FROM charging_station")]
    for number, station_id in enumerate(station_ids):
        await stations.connected(ctx, station_id, UUID(int=number), "n1", "1.6")
    await watching.look_at_presence(ctx)
    assert await unsolved(ctx, tenant_id) == []
    assert [event.rule for event in heard.of(IncidentOpened)] == ["station_offline", "site_offline"]


async def test_a_site_closed_by_hand_while_it_is_away_opens_again_as_one(clock: Clock) -> None:
    (ctx, _), tenant_id = context(clock), await world.add_tenant()
    by = await world.add_account(tenant_id, role="operator")
    await add_many(tenant_id, 6, 1)
    await lose(clock)
    clock.advance(seconds=90)
    await watching.look_at_presence(ctx)
    [site] = await incidents.open_incidents(ctx, tenant_id)
    clock.advance(hours=2)
    await incidents.close(ctx, tenant_id, UUID(site.id), by)
    parts, _ = await incidents.incidents(ctx, tenant_id, parent=UUID(site.id), states=(IncidentState.CLOSED,))
    assert {one.closed_at for one in parts} == {clock.now()}
    assert len(parts) == 6
    await watching.look_at_presence(ctx)
    assert await unsolved(ctx, tenant_id) == [("site_offline", 6)]


async def test_a_look_that_throws_stops_no_other(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    (ctx, _), tenant_id = context(clock), await world.add_tenant()
    other_tenant = await world.add_tenant("Sued")
    await add_many(tenant_id, 6, 1)
    await lose(clock)
    station_id = await world.add_station(other_tenant, "B")
    connector_id = await world.add_connector(station_id)
    early = clock.now() - timedelta(hours=3)
    await DB.run("UPDATE charging_station SET online = true, last_seen_at = $2 WHERE id = $1", station_id, early)
    await DB.run("UPDATE connector SET status = 'occupied', status_at = $2 WHERE id = $1", connector_id, early)

    def broken(*_: object, **__: object) -> None:
        raise KeyError("nobody foresaw this")

    monkeypatch.setattr(watching.correlation, "grouped", broken)
    monkeypatch.setattr(watching.correlation, "many_faults", broken)
    clock.advance(seconds=90)
    with pytest.raises(ExceptionGroup):
        await service.watch(ctx, limits=energy.allowed_a)
    assert await unsolved(ctx, other_tenant) == [("plugged_not_started", 1), ("station_silent", 1)]
    for row in await DB.run("SELECT id FROM charging_station WHERE tenant = $1", tenant_id):
        report = StatusReport(evse=1, status=ConnectorStatus.FAULTED, at=ctx.now(), error_code="GroundFailure")
        await stations.connector_status(ctx, row["id"], report)
    assert await unsolved(ctx, tenant_id) == [("connector_faulted", 1)] * 6


async def test_a_storm_of_faults_is_a_handful_of_incidents(clock: Clock) -> None:
    (ctx, heard), tenant_id = context(clock), await world.add_tenant()
    await add_many(tenant_id, 60, 30)
    for row in await DB.run("SELECT id FROM charging_station ORDER BY identity"):
        report = StatusReport(evse=1, status=ConnectorStatus.FAULTED, at=ctx.now(), error_code="UnderVoltage")
        await stations.connector_status(ctx, row["id"], report)
        clock.advance(seconds=1)
    found = await unsolved(ctx, tenant_id)
    assert [rule for rule, _ in found] == ["many_faults"]
    assert len(heard.of(IncidentOpened)) == 5  # four alone, and the storm
    await watching.look_at_presence(ctx)
    assert await unsolved(ctx, tenant_id) == [("many_faults", 60)]


async def test_a_rule_that_throws_is_switched_off_alone_and_loudly(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    (ctx, heard), tenant_id = context(clock), await world.add_tenant()
    station_id = await world.add_station(tenant_id)
    connector_id = await world.add_connector(station_id)
    await DB.run("UPDATE charging_station SET online = true, last_seen_at = $1", clock.now())
    early = clock.now() - timedelta(hours=3)
    await world.add_transaction(station_id, connector_id, begun_at=early, created_at=early, updated_at=early)

    def broken(facts: base.RunningFacts) -> None:
        raise KeyError("nobody foresaw this")

    monkeypatch.setattr(
        rules,
        "RULES",
        tuple(base.Rule(r.name, r.looks_at, broken) if r.name == "meter_jump" else r for r in rules.RULES),
    )
    for _ in range(2):
        await service.watch(ctx, limits=energy.allowed_a)
    assert await unsolved(ctx, tenant_id) == [("rule_failed.meter_jump", 1), ("zombie_session", 1)]
    [rule] = [one for one in await rules_service.listed(ctx, tenant_id) if not one.on]
    assert (rule.name, rule.failures) == ("meter_jump", 1)
    assert "nobody foresaw this" in rule.error
    monkeypatch.undo()
    assert (await rules_service.switch(ctx, tenant_id, "meter_jump", on=True)).on
    assert [rule for rule, _ in await unsolved(ctx, tenant_id)] == ["zombie_session"]
    assert len(heard.of(IncidentClosed)) == 1
    # What a rule found doesn't end because nobody looks any more; it does where the session is over.
    await rules_service.switch(ctx, tenant_id, "zombie_session", on=False)
    await service.watch(ctx, limits=energy.allowed_a)
    assert [rule for rule, _ in await unsolved(ctx, tenant_id)] == ["zombie_session"]
    await DB.run("UPDATE transaction SET state = 'ended', ended_at = $1", clock.now())
    await rules_service.switch(ctx, tenant_id, "zombie_session", on=True)
    await service.watch(ctx, limits=energy.allowed_a)
    assert await unsolved(ctx, tenant_id) == []


async def test_a_rule_that_throws_on_a_report_costs_neither_the_report_nor_other_rules(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is judged in the transaction that stores the report."""
    (ctx, _), tenant_id = context(clock), await world.add_tenant()
    other_tenant = await world.add_tenant("Sued")
    station_id, theirs = await world.add_station(tenant_id), await world.add_station(other_tenant, "T-1")

    def broken(facts: base.ConnectorFacts) -> None:
        raise ZeroDivisionError("nobody foresaw this")

    def changed(rule: base.Rule) -> base.Rule:
        return base.Rule(rule.name, rule.looks_at, broken) if rule.name == "connector_faulted" else rule

    report = StatusReport(evse=1, status=ConnectorStatus.FAULTED, at=ctx.now(), error_code="GroundFailure")
    with monkeypatch.context() as patch:
        patch.setattr(rules, "RULES", tuple(changed(one) for one in rules.RULES))
        await stations.connector_status(ctx, station_id, report)
        assert await unsolved(ctx, tenant_id) == [("rule_failed.connector_faulted", 1)]
    [row] = await DB.run("SELECT status FROM connector WHERE station = $1", station_id)
    assert row["status"] == "faulted"
    await stations.connector_status(ctx, theirs, report)
    assert await unsolved(ctx, other_tenant) == [("connector_faulted", 1)]  # off for the first tenant only
    clock.advance(seconds=1)
    again = StatusReport(evse=1, status=ConnectorStatus.FAULTED, at=ctx.now(), error_code="HighTemperature")
    await stations.connector_status(ctx, station_id, again)
    assert await unsolved(ctx, tenant_id) == [("rule_failed.connector_faulted", 1)]  # it stays off, and told once
    await rules_service.switch(ctx, tenant_id, "connector_faulted", on=True)
    clock.advance(seconds=1)
    last = StatusReport(evse=1, status=ConnectorStatus.FAULTED, at=ctx.now(), error_code="GroundFailure")
    await stations.connector_status(ctx, station_id, last)
    assert await unsolved(ctx, tenant_id) == [("connector_faulted", 1)]


async def test_thresholds_of_a_model_are_for_that_model(clock: Clock) -> None:
    (ctx, _), tenant_id = context(clock), await world.add_tenant()
    early = clock.now() - timedelta(minutes=20)
    for name, model in (("A", "Slow"), ("B", "Other")):
        station_id = await world.add_station(tenant_id, name)
        await DB.run("UPDATE charging_station SET model = $2, online = true WHERE id = $1", station_id, model)
        connector_id = await world.add_connector(station_id)
        await DB.run("UPDATE connector SET status = 'occupied', status_at = $2 WHERE id = $1", connector_id, early)
    wanted = ThresholdSet(rule="plugged_not_started", values={"minutes": 15}, model="slow")
    await rules_service.set_threshold(ctx, tenant_id, wanted)
    await watching.look_at_outlets(ctx)
    [found] = await incidents.open_incidents(ctx, tenant_id)
    assert (found.station_identity, found.rule) == ("A", "plugged_not_started")
    await DB.run("UPDATE connector SET status = 'available'")
    await watching.look_at_outlets(ctx)
    assert await unsolved(ctx, tenant_id) == []


async def test_thresholds_are_those_of_one_tenant(clock: Clock) -> None:
    (ctx, _), strict, lenient = context(clock), await world.add_tenant(), await world.add_tenant("Sued")
    early = clock.now() - timedelta(minutes=20)
    for tenant_id, name in ((strict, "A"), (lenient, "B")):
        station_id = await world.add_station(tenant_id, name)
        await world.add_connector(station_id)
    await DB.run("UPDATE charging_station SET online = true")
    await DB.run("UPDATE connector SET status = 'occupied', status_at = $1", early)
    wanted = ThresholdSet(rule="plugged_not_started", values={"minutes": 15})
    await rules_service.set_threshold(ctx, strict, wanted)
    await watching.look_at_outlets(ctx)
    assert (await unsolved(ctx, strict), await unsolved(ctx, lenient)) == ([("plugged_not_started", 1)], [])


async def test_firmware_runs_out_as_days_pass_and_an_update_ends_it(clock: Clock) -> None:
    (ctx, heard), tenant_id = context(clock), await world.add_tenant()
    other = await world.add_tenant("Sued")
    station_id = await world.add_station(tenant_id, "A")
    await world.add_station(other, "B")
    await DB.run("UPDATE charging_station SET vendor = 'Volta', model = 'One', firmware = '1.2'")
    ends_on = clock.now().date() + timedelta(days=61)
    wanted = FirmwareEndSet(vendor="Volta", model="One", firmware="1.2", ends_on=ends_on)
    await rules_service.set_firmware_end(ctx, tenant_id, wanted)

    async def found() -> list[tuple[str, Severity]]:
        await service.watch_upkeep(ctx)
        return [(one.rule, one.severity) for one in await incidents.open_incidents(ctx, tenant_id)]

    assert await found() == []
    clock.advance(days=1)
    assert await found() == [("firmware_expires", Severity.INFO)]
    clock.advance(days=60)
    for _ in range(2):
        assert await found() == [("firmware_expires", Severity.WARNING)]
    [one] = await incidents.open_incidents(ctx, tenant_id)
    assert ("is over" in one.detail, one.occurrences) == (True, 1)
    assert len(heard.of(IncidentOpened)) == 2  # who hears of warnings only hears of it now
    assert await unsolved(ctx, other) == []
    await DB.run("UPDATE charging_station SET firmware = '1.3' WHERE id = $1", station_id)
    assert await found() == []


async def test_repaired_is_watched_and_comes_back_or_is_over(clock: Clock) -> None:
    (ctx, heard), tenant_id = context(clock), await world.add_tenant()
    station_id, by = await world.add_station(tenant_id), await world.add_account(tenant_id, role="operator")

    async def report(status: ConnectorStatus, code: str = "") -> None:
        await stations.connector_status(
            ctx, station_id, StatusReport(evse=1, status=status, at=ctx.now(), error_code=code)
        )

    await report(ConnectorStatus.FAULTED, "GroundFailure")
    [one] = await incidents.open_incidents(ctx, tenant_id)
    await incidents.change_state(ctx, tenant_id, UUID(one.id), by, IncidentState.IN_REPAIR)
    await report(ConnectorStatus.AVAILABLE)
    assert (await incidents.incident(ctx, tenant_id, UUID(one.id))).state is IncidentState.WATCHED
    clock.advance(hours=2)
    await report(ConnectorStatus.FAULTED, "GroundFailure")
    again = await incidents.incident(ctx, tenant_id, UUID(one.id))
    assert (again.state, again.occurrences) == (IncidentState.OPEN, 2)
    assert len(heard.of(IncidentOpened)) == 2
    await incidents.change_state(ctx, tenant_id, UUID(one.id), by, IncidentState.WATCHED)
    clock.advance(hours=25)
    await incidents.close_quiet(ctx)  # nobody heard of it again: the outlet had said it already
    assert (await incidents.incident(ctx, tenant_id, UUID(one.id))).state is IncidentState.OPEN
    assert len(heard.of(IncidentOpened)) == 3
    await incidents.change_state(ctx, tenant_id, UUID(one.id), by, IncidentState.WATCHED)
    await report(ConnectorStatus.AVAILABLE)
    clock.advance(hours=25)
    await incidents.close_quiet(ctx)
    assert await unsolved(ctx, tenant_id) == []


async def test_an_outlet_whose_session_ended_a_moment_ago_isnt_charging_without_one(clock: Clock) -> None:
    (ctx, _), tenant_id = context(clock), await world.add_tenant()
    station_id = await world.add_station(tenant_id)
    connector_id = await world.add_connector(station_id)
    early = clock.now() - timedelta(hours=1)
    await DB.run("UPDATE charging_station SET online = true, last_seen_at = $1", clock.now())
    await DB.run("UPDATE connector SET status = 'charging', status_at = $1", early)
    await world.add_transaction(
        station_id, connector_id, evse=1, state="ended", begun_at=early, created_at=early, ended_at=clock.now()
    )
    await watching.look_at_outlets(ctx)
    assert await unsolved(ctx, tenant_id) == []
    clock.advance(minutes=16)
    await watching.look_at_outlets(ctx)
    assert [rule for rule, _ in await unsolved(ctx, tenant_id)] == ["charging_without_session"]
