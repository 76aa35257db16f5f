"""The seam under the OCPP edge: bytes in, bytes out. Below it the `websockets` library, above it sessions.

Nothing above this file knows how frames travel; another framing replaces this file and nothing else.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from socket import socket as Socket
from typing import Any, Protocol
from weakref import WeakKeyDictionary

import structlog
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from websockets.protocol import State
from websockets.typing import Subprotocol

log = structlog.get_logger(__name__)
WRITE_LIMIT = 4096
"""A small write buffer: thousands of idle links must not each keep 32 KiB."""
QUEUED_FRAMES = 4
CLOSE_TIMEOUT_S = 2
OPEN_TIMEOUT_S = 20
"""What an upgrade may take; slower ones hold a socket and nothing else."""


class Link(Protocol):
    """One open socket of a station."""

    @property
    def peer(self) -> str:
        """Address and port of the other side, for logs."""

    async def send(self, frame: bytes) -> None:
        """Raises LinkClosed when the socket is gone."""

    async def alive(self, timeout_s: float) -> bool:
        """Whether the other side answers a ping in time."""

    async def close(self, code: int = 1000, reason: str = "") -> None: ...


class LinkClosed(Exception):
    """The socket is gone."""


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What a station asks for before it has a socket."""

    path: str
    authorization: str | None
    offered: tuple[str, ...]
    peer: str


@dataclass(frozen=True, slots=True)
class Refusal:
    status: HTTPStatus
    text: str


@dataclass(frozen=True, slots=True)
class Welcome:
    """subprotocol None: none is named in the answer. `guest` goes to `serve_link` untouched."""

    subprotocol: str | None
    guest: Any


Admit = Callable[[Upgrade], Awaitable[Welcome | Refusal]]
ServeLink = Callable[[Link, Any, AsyncIterator[bytes]], Awaitable[None]]


class _Socket(ServerConnection):
    """Sends a whole message in one step while nothing is in its way.

    The library's own `send` makes an asynchronous generator and a frame object for each message, a seventh of all
    our work. Without extensions a text frame is a short head and the message.
    """

    async def send_message(self, frame: bytes) -> None:
        if self.state is not State.OPEN or self.transport.is_closing() or self.paused or self.protocol.extensions:
            await self.send(frame, text=True)
            return
        self.transport.write(_head(len(frame)) + frame)
        if self.paused:
            await self.drain()


def _head(size: int) -> bytes:
    """Of an unmasked, unfragmented text frame (RFC 6455, 5.2)."""
    if size < 126:
        return bytes((0x81, size))
    if size < 65_536:
        return b"\x81\x7e" + size.to_bytes(2, "big")
    return b"\x81\x7f" + size.to_bytes(8, "big")


class _WebSocketLink:
    __slots__ = ("_socket",)

    def __init__(self, socket: _Socket) -> None:
        self._socket = socket

    @property
    def peer(self) -> str:
        return _peer(self._socket)

    async def send(self, frame: bytes) -> None:
        try:
            await self._socket.send_message(frame)
        except ConnectionClosed as closed:
            raise LinkClosed(str(closed)) from None

    async def alive(self, timeout_s: float) -> bool:
        try:
            async with asyncio.timeout(timeout_s):
                await (await self._socket.ping())
        except (ConnectionClosed, TimeoutError):
            return False
        return True

    async def close(self, code: int = 1000, reason: str = "") -> None:
        await self._socket.close(code, reason)

    async def frames(self) -> AsyncIterator[bytes]:
        """Text and binary frames alike; ends when the socket does, however it does."""
        try:
            while True:
                yield await self._socket.recv(decode=False)
        except ConnectionClosed:
            return


def _peer(socket: ServerConnection) -> str:
    address = socket.remote_address
    return f"{address[0]}:{address[1]}" if address else "?"


def _offered(request: Request) -> tuple[str, ...]:
    lines = request.headers.get_all("Sec-WebSocket-Protocol")
    return tuple(name.strip() for line in lines for name in line.split(",") if name.strip())


@asynccontextmanager
async def listening(
    host: str,
    port: int,
    *,
    sock: Socket | None = None,
    admit: Admit,
    serve_link: ServeLink,
    max_frame: int,
    ping_s: int,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[Server]:
    """Listen for stations while the context is open, on `sock` where it is given. `admit` is asked before each upgrade.

    A refusal is a real HTTP answer (401 with a challenge, 404 …). Leaving the context stops to listen and
    closes every link with 1001.
    """
    guests: WeakKeyDictionary[ServerConnection, Welcome] = WeakKeyDictionary()

    async def process_request(socket: ServerConnection, request: Request) -> Response | None:
        upgrade = Upgrade(
            path=request.path,
            authorization=request.headers.get("Authorization"),
            offered=_offered(request),
            peer=_peer(socket),
        )
        answer = await admit(upgrade)
        if isinstance(answer, Refusal):
            response = socket.respond(answer.status, answer.text + "\n")
            if answer.status is HTTPStatus.UNAUTHORIZED:
                response.headers["WWW-Authenticate"] = 'Basic realm="OCPP", charset="UTF-8"'
            return response
        guests[socket] = answer
        return None

    def select_subprotocol(socket: ServerConnection, _offered: Any) -> Subprotocol | None:
        chosen = guests[socket].subprotocol
        return Subprotocol(chosen) if chosen else None

    async def handler(socket: Any) -> None:  # a _Socket: create_connection below
        welcome = guests.pop(socket)
        link = _WebSocketLink(socket)
        await serve_link(link, welcome.guest, link.frames())

    async with serve(
        handler,
        None if sock else host,
        None if sock else port,
        sock=sock,
        process_request=process_request,
        select_subprotocol=select_subprotocol,
        create_connection=_Socket,
        compression=None,
        max_size=max_frame,
        max_queue=QUEUED_FRAMES,
        write_limit=WRITE_LIMIT,
        ping_interval=ping_s or None,
        ping_timeout=None,  # some stations never answer pings: sessions judge silence by everything they hear
        close_timeout=CLOSE_TIMEOUT_S,
        open_timeout=OPEN_TIMEOUT_S,
        server_header="Wattline",
        ssl=tls,
        backlog=4096,
    ) as server:
        yield server
