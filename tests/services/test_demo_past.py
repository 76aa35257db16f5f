"""The demo's past has troubles that an operator learns from, and one that needs somebody."""

from pathlib import Path
from uuid import UUID

from backend.alerts import details, incidents
from backend.alerts import service as alerts
from backend.db.engine import DB
from backend.demo import troubles
from backend.demo.seed import seed
from backend.energy import service as energy
from backend.remedies import playbooks
from backend.stations import service as stations
from backend.stations.service import StatusReport
from shared.operations import IncidentState
from shared.stations import ConnectorStatus
from tests import world
from tests.conftest import Clock


async def test_the_past_is_told_as_the_house_would_have_left_it(db: str, clock: Clock, tmp_path: Path) -> None:
    ctx = world.make_context(clock, world.handlers_of(alerts))
    tenant_id = await world.add_tenant()
    await seed(ctx, tmp_path)
    found, _ = await incidents.incidents(ctx, tenant_id, states=tuple(IncidentState))
    by_state = {state: [one for one in found if one.state is state] for state in IncidentState}
    open_ones = {one.rule: one for one in by_state[IncidentState.OPEN]}
    assert set(open_ones) == {"connector_faulted", "firmware_expires"}
    assert len(by_state[IncidentState.WATCHED]) == 1
    assert len(by_state[IncidentState.CLOSED]) == len(troubles.MENDED) + 2
    assert any(one.affected == 3 and one.rule == "site_offline" for one in by_state[IncidentState.CLOSED])
    broken = open_ones["connector_faulted"]
    assert broken.station_identity == troubles.BROKEN
    assert broken.lost is not None
    assert broken.lost.amount > 0
    whole = await details.detail(ctx, tenant_id, UUID(broken.id))
    assert whole.timeline[-1].text.startswith("The playbook couldn't mend it.")
    mending = {book.key: book.figures for book in await playbooks.listed(ctx, tenant_id)}
    assert (mending["fault"].runs, mending["fault"].mended) == (7, 6)
    assert all(one.opened_at <= clock.now() for one in found)
    assert await DB.run("SELECT 1 FROM delivery") == []  # nobody is told of what is long over

    # A station that says again what is known changes nothing; it ends when it is well.
    [row] = await DB.run("SELECT id FROM charging_station WHERE identity = $1", troubles.BROKEN)
    clock.advance(hours=1)
    report = StatusReport(
        evse=1, status=ConnectorStatus.FAULTED, at=clock.now(), error_code=troubles.BROKEN_CODE,
        info="Power module 2: no answer",
    )  # fmt: skip
    await stations.connector_status(ctx, row["id"], report)
    again = await incidents.incident(ctx, tenant_id, UUID(broken.id))
    assert (again.state, again.occurrences) == (IncidentState.OPEN, 1)
    await alerts.watch(ctx, limits=energy.allowed_a)
    still = {one.rule for one in await alerts.open_incidents(ctx, tenant_id) if one.state is IncidentState.OPEN}
    assert {"connector_faulted", "firmware_expires"} <= still
