"""Incidents over HTTP."""

import pytest

from backend.alerts import service
from backend.stations import service as stations
from backend.stations.service import StatusReport
from shared.accounts import Role
from shared.stations import ConnectorStatus
from tests import world
from tests.api.harness import People
from tests.conftest import Clock
from tests.support.apps import create_app


@pytest.fixture
async def people(db: str, clock: Clock) -> People:
    """The people of a tenant with three stations, of which every first connector is broken."""
    ctx = world.make_context(clock, world.handlers_of(service))
    tenant_id = await world.add_tenant()
    for number in range(3):
        station_id = await world.add_station(tenant_id, f"CP-{number}")
        clock.advance(minutes=1)
        await stations.connector_status(
            ctx, station_id, StatusReport(evse=1, status=ConnectorStatus.FAULTED, at=clock.now())
        )
    return People(ctx, create_app(ctx), tenant_id)


async def test_an_operator_works_through_the_list(people: People) -> None:
    async with people.client(Role.OPERATOR) as client:
        first = (await client.get("/api/v1/incidents", params={"limit": 2})).json()
        rest = (await client.get("/api/v1/incidents", params={"limit": 2, "cursor": first["next_cursor"]})).json()
        listed = first["items"] + rest["items"]
        assert [one["station_identity"] for one in listed] == ["CP-2", "CP-1", "CP-0"]
        assert rest["next_cursor"] is None
        taken = await client.post(f"/api/v1/incidents/{listed[0]['id']}/acknowledge")
        assert (taken.status_code, taken.json()["acknowledged_by"]) == (200, "Operator")
        closed = await client.post(f"/api/v1/incidents/{listed[1]['id']}/close")
        assert (closed.status_code, closed.json()["state"], closed.json()["closed_by"]) == (200, "closed", "Operator")
        late = await client.post(f"/api/v1/incidents/{listed[1]['id']}/acknowledge")
        assert (late.status_code, late.json()["code"]) == (409, "incident_closed")
        for state, identity in (("open", "CP-0"), ("acknowledged", "CP-2"), ("closed", "CP-1")):
            page = (await client.get("/api/v1/incidents", params={"state": state})).json()
            assert [one["station_identity"] for one in page["items"]] == [identity]
        only = (await client.get("/api/v1/incidents", params={"station": "CP-0"})).json()
        assert len(only["items"]) == 1
        assert (await client.get("/api/v1/incidents", params={"state": "lost"})).status_code == 400


@pytest.mark.parametrize(("role", "status"), [(None, 401), (Role.DRIVER, 403)])
async def test_incidents_are_for_operators(people: People, role: Role | None, status: int) -> None:
    async with people.client(Role.OPERATOR) as client:
        incident_id = (await client.get("/api/v1/incidents")).json()["items"][0]["id"]
    path = f"/api/v1/incidents/{incident_id}"
    async with people.client(role) as client:
        assert (await client.get("/api/v1/incidents")).status_code == status
        assert (await client.post(f"{path}/acknowledge")).status_code == status
        assert (await client.post(f"{path}/close")).status_code == status
    async with People(people.ctx, people.app, await world.add_tenant("Sued")).client(Role.ADMIN) as stranger:
        assert (await stranger.get("/api/v1/incidents")).json()["items"] == []
        assert (await stranger.post(f"{path}/acknowledge")).status_code == 404
        assert (await stranger.post(f"{path}/close")).status_code == 404
