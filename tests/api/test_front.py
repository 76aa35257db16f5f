"""One port for the API and the app: each address reaches the right one."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from backend.web.front import Front, is_ours
from shared.accounts import Role
from tests import world
from tests.api.harness import People
from tests.conftest import Clock
from tests.support.apps import create_app


@pytest.mark.parametrize(
    ("path", "wanted"),
    [("/api", True), ("/api/v1/me", True), ("/health/live", True), ("/metrics", True)]
    + [(path, False) for path in ("/", "/stations/HAF-01", "/apiary", "/assets/a.png", "/healthy", "/ws")],
)
def test_what_belongs_to_the_api(path: str, wanted: bool) -> None:
    assert is_ours(path) is wanted


def test_every_route_of_the_api_is_reached() -> None:
    """One that begins otherwise is answered by the app, which knows nothing of it: a dead link in a letter."""
    app = create_app(world.make_context(Clock()))
    paths = {route.path for route in app.routes}
    assert len(paths) > 100
    assert sorted(path for path in paths if not is_ours(path)) == []


async def page(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"the app"})


@pytest.fixture
async def operator(db: str, clock: Clock) -> AsyncIterator[httpx.AsyncClient]:
    ctx = world.make_context(clock)
    tenant_id = await world.add_tenant()
    await world.add_station(tenant_id, "CP-1")
    people = People(ctx, create_app(ctx), tenant_id)
    headers = {"Authorization": f"Bearer {await people.token(Role.OPERATOR)}"}
    transport: Any = httpx.ASGITransport(app=Front(people.app, page))
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
        yield client


async def test_routes_with_parameters_are_not_hidden_by_the_app(operator: httpx.AsyncClient) -> None:
    assert (await operator.get("/api/v1/stations/CP-1")).json()["row"]["identity"] == "CP-1"
    assert (await operator.get("/api/v1/stations/CP-1/frames")).json()["items"] == []
    assert (await operator.get("/stations/CP-1")).text == "the app"


async def test_an_unknown_address_of_the_api_is_a_problem_not_a_page(operator: httpx.AsyncClient) -> None:
    answer = await operator.get("/api/v1/nothing/here")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
