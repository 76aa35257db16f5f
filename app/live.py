"""The live socket: topics that screens follow, kept up to date over one connection that comes back by itself."""

import asyncio
import contextlib
import random
from collections.abc import Callable
from typing import Any

import msgspec
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from app.api import Api, ApiError
from shared.operations import Authenticate, LiveKind, LiveMessage, Subscribe, Unsubscribe

Listener = Callable[[LiveMessage], None]
LONGEST_PAUSE_S = 15.0
RENEW_TOKEN_S = 600.0


class Live:
    """Run `run()` as a task of the page. `on_state(True)` when connected, `False` when what is shown grows old."""

    def __init__(self, api: Api, on_state: Callable[[bool], None]) -> None:
        self._api = api
        self._on_state = on_state
        self._listeners: dict[str, list[Listener]] = {}
        self._socket: Any = None
        self._stopped = False
        self._wanted = asyncio.Event()

    def follow(self, topic: str, listener: Listener) -> Callable[[], None]:
        """Call `listener` with the snapshot and every change, until the returned function is called."""
        listeners = self._listeners.setdefault(topic, [])
        listeners.append(listener)
        self._wanted.set()
        if self._socket is not None:
            # Asked again for a second listener too: it needs a snapshot.
            self._send_soon(Subscribe(topic=topic))

        def leave() -> None:
            if listener in listeners:
                listeners.remove(listener)
            if not listeners and self._listeners.get(topic) is listeners:
                del self._listeners[topic]
                if self._socket is not None:
                    self._send_soon(Unsubscribe(topic=topic))

        return leave

    def _send_soon(self, message: msgspec.Struct) -> None:
        asyncio.get_running_loop().create_task(self._send(message))

    async def _send(self, message: msgspec.Struct) -> None:
        socket = self._socket
        if socket is not None:
            with contextlib.suppress(WebSocketException):  # the reader notices the same and connects anew
                await socket.send(msgspec.json.encode(message).decode())

    async def stop(self) -> None:
        self._stopped = True
        self._wanted.set()
        if self._socket is not None:
            await self._socket.close()

    async def run(self) -> None:
        """Until `stop`. Connects when somebody follows something, and again after each loss."""
        pause = 0.5
        while not self._stopped:
            await self._wanted.wait()
            if self._stopped:
                return
            if self._api.tokens is None:
                await asyncio.sleep(0.2)
                continue
            try:
                await self._connected()
                pause = 0.5
            except (ApiError, OSError, WebSocketException, TimeoutError):
                pass
            if self._stopped:
                return
            self._on_state(False)
            await asyncio.sleep(pause * random.uniform(0.7, 1.3))
            pause = min(pause * 2, LONGEST_PAUSE_S)

    async def _connected(self) -> None:
        address = self._api.base_url.replace("http", "ws", 1) + "/api/v1/live"
        async with connect(address, compression=None, max_size=16_000_000, proxy=None, open_timeout=5) as socket:
            assert self._api.tokens is not None
            await socket.send(msgspec.json.encode(Authenticate(token=self._api.tokens.access_token)).decode())
            renewing = asyncio.get_running_loop().create_task(self._renew())
            try:
                async for text in socket:
                    message = msgspec.json.decode(text, type=LiveMessage)
                    if message.kind is LiveKind.READY and self._socket is None:
                        self._socket = socket
                        self._on_state(True)
                        for topic in list(self._listeners):
                            await self._send(Subscribe(topic=topic))
                    elif message.kind is LiveKind.ERROR and not message.topic:
                        await self._api.access_token()
                    else:
                        for listener in list(self._listeners.get(message.topic, ())):
                            listener(message)
            finally:
                self._socket = None
                renewing.cancel()

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(RENEW_TOKEN_S)
            await self._send(Authenticate(token=await self._api.access_token()))
