"""A web server for a node of a test: on a port of its own that stays the same when it stops and starts again."""

import asyncio
import contextlib
import socket
from typing import Any

import uvicorn


class WebServer:
    """Runs in the test's own event loop. Not started: whoever connects is refused."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.port = 0
        self._socket: socket.socket | None = None
        self._server: uvicorn.Server | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        assert self.port, "this node isn't served"
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", self.port))
        self.port = self._socket.getsockname()[1]
        config = uvicorn.Config(
            self.app, lifespan="off", log_config=None, access_log=False, ws="websockets-sansio", timeout_keep_alive=60
        )
        self._server = uvicorn.Server(config)
        self._server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign]  # Ctrl-C is pytest's
        self._task = asyncio.get_running_loop().create_task(self._server.serve([self._socket]))
        while not self._server.started:
            if self._task.done():
                await self._task
            await asyncio.sleep(0.005)

    async def stop(self) -> None:
        """Every connection ends; new ones are refused."""
        if self._server is None or self._task is None or self._socket is None:
            return
        self._server.should_exit = self._server.force_exit = True
        await self._task
        self._socket.close()
        self._server = self._task = self._socket = None
