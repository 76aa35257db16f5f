"""A real NATS server for the tests of the bus."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from uuid import uuid4

import pytest

from backend.bus import Bus, LocalBus
from backend.bus.nats import NatsBus
from tests.support.nats import NatsServer


@pytest.fixture(scope="session")
def nats_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NatsServer]:
    server = NatsServer(tmp_path_factory.mktemp("nats"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(params=["local", "nats"])
async def buses(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Bus, Bus]]:
    """Two ends of one bus: the same object in one process, two connections over NATS."""
    async with AsyncExitStack() as stack:
        if request.param == "local":
            bus = await stack.enter_async_context(LocalBus())
            yield bus, bus
        else:
            url = request.getfixturevalue("nats_server").url
            prefix = f"test-{uuid4().hex}"
            yield (
                await stack.enter_async_context(NatsBus(url, prefix=prefix)),
                await stack.enter_async_context(NatsBus(url, prefix=prefix)),
            )


async def until(condition: Callable[[], bool], seconds: float = 5.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - the conditions are plain attributes
            await asyncio.sleep(0.01)
