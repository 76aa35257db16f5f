"""The live socket: topics that screens follow, kept up to date over one connection that comes back by itself."""

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable
from typing import Any

import msgspec
from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

from app.api import Api, ApiError
from shared.operations import Authenticate, LiveKind, LiveMessage, Subscribe, Unsubscribe

log = logging.getLogger(__name__)

Listener = Callable[[LiveMessage], None]
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 15.0
RENEW_AT = 0.6
"""The share of a token's life after which the socket gets the next one."""


class Live:
    """Run `run()` as a task of the page. `on_state(True)` when connected, `False` when what is shown grows old."""

    def __init__(self, api: Api, on_state: Callable[[bool], None]) -> None:
        self._api = api
        self._on_state = on_state
        self._listeners: dict[str, list[Listener]] = {}
        self._link: Any = None
        """The open connection; `_socket` is the same once the server knows who we are."""
        self._socket: Any = None
        self._pause = FIRST_PAUSE_S
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
        await self.hang_up()

    async def hang_up(self) -> None:
        """Somebody else is signed in, or nobody: a connection is one person's. The next one opens by itself."""
        if self._link is not None:
            await self._link.close()

    async def run(self) -> None:
        """Until `stop`. Connects when somebody follows something, and again after each loss."""
        while not self._stopped:
            await self._wanted.wait()
            if self._stopped:
                return
            if self._api.tokens is None:
                await asyncio.sleep(0.2)
                continue
            person = self._person()
            with contextlib.suppress(ApiError, OSError, WebSocketException, TimeoutError):
                await self._connected()
            if self._stopped:
                return
            if self._person() != person:
                continue  # nothing was lost: the one who looked at it is gone
            self._on_state(False)
            await asyncio.sleep(self._pause * random.uniform(0.7, 1.3))
            self._pause = min(self._pause * 2, LONGEST_PAUSE_S)

    def _person(self) -> str:
        return self._api.tokens.account.id if self._api.tokens else ""

    async def _connected(self) -> None:
        """Returns or raises when the connection ended."""
        address = self._api.base_url.replace("http", "ws", 1) + "/api/v1/live"
        async with connect(address, compression=None, max_size=16_000_000, proxy=None, open_timeout=5) as socket:
            tokens = self._api.tokens
            if tokens is None or self._stopped:
                return
            self._link = socket
            await socket.send(_authenticate(tokens.access_token))
            renewing = asyncio.get_running_loop().create_task(self._renew(socket))
            refused = False
            try:
                async for text in socket:
                    message = msgspec.json.decode(text, type=LiveMessage)
                    if message.kind is LiveKind.ERROR and not message.topic:
                        if refused:
                            return
                        refused = True  # once an old token is to be expected: it lay in the storage
                        await socket.send(_authenticate(await self._api.access_token()))
                    else:
                        await self._take(socket, message)
            finally:
                self._link = self._socket = None
                renewing.cancel()

    async def _take(self, socket: Any, message: LiveMessage) -> None:
        if message.kind is not LiveKind.READY:
            for listener in list(self._listeners.get(message.topic, ())):
                try:
                    listener(message)
                except Exception:  # one part of a screen; the others still want to hear
                    log.exception("a live message could not be taken: %s", message.topic)
        elif self._socket is None:
            self._socket = socket
            self._pause = FIRST_PAUSE_S
            self._on_state(True)
            for topic in list(self._listeners):
                await self._send(Subscribe(topic=topic))

    async def _renew(self, socket: Any) -> None:
        """Without a next token the server ends the connection; then `run` finds out what is wrong."""
        while self._api.tokens is not None:
            await asyncio.sleep(self._api.tokens.expires_in * RENEW_AT)
            with contextlib.suppress(ApiError, WebSocketException):
                await socket.send(_authenticate(await self._api.access_token()))


def _authenticate(token: str) -> str:
    return msgspec.json.encode(Authenticate(token=token)).decode()
