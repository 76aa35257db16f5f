"""Fixtures of API tests that need a real server."""

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest
import uvicorn

from backend.alerts import service as alerts
from tests import world
from tests.api.live_house import House
from tests.conftest import Clock
from tests.support.apps import create_app


@pytest.fixture
def live_settings() -> dict[str, Any]:
    return {}


@pytest.fixture
async def house(db: str, clock: Clock, live_settings: dict[str, Any]) -> AsyncIterator[House]:
    """A web server on a port of its own, with the room's topics and the alerts that live screens show."""
    ctx = world.make_context(clock, world.handlers_of(alerts), **live_settings)
    tenant_id = await world.add_tenant()
    async with ctx.bus:
        app = create_app(ctx)
        server = uvicorn.Server(uvicorn.Config(app, lifespan="on", log_config=None, ws="websockets-sansio"))
        listening = socket.create_server(("127.0.0.1", 0))
        running = asyncio.create_task(server.serve([listening]))
        url = f"ws://127.0.0.1:{listening.getsockname()[1]}/api/v1/live"
        try:
            yield House(ctx, app.state.live, url, tenant_id, clock)
        finally:
            server.should_exit = server.force_exit = True
            await running
