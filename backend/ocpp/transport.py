"""The seam under the OCPP edge: bytes in, bytes out. Above it are sessions, which know nothing of frames and sockets.

Below: `opening` (HTTP), `framing` (RFC 6455), both without I/O, and `websocket`, which joins them to the event loop.
This file says who gets in, pings everybody, and sees everybody out.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import Context as ContextVars
from dataclasses import dataclass
from http import HTTPStatus
from socket import socket as Socket
from typing import Any, Protocol

import structlog

from backend.ocpp.host import Count, Take
from backend.ocpp.host import LinkClosed as LinkClosed
from backend.ocpp.opening import Opening
from backend.ocpp.outbox import Outbox
from backend.ocpp.ping_tally import PingTally
from backend.ocpp.replies import lament
from backend.ocpp.websocket import WebSocket

log = structlog.get_logger(__name__)
OPEN_TIMEOUT_S = 20.0
"""What an upgrade may take; slower ones hold a socket and nothing else."""
OPEN_STEPS = 10
"""How often in that time it is looked for those."""
READ_SIZE = 65_536
PING_STEPS = 20
"""Pings go out in so many portions an interval: thousands at once would delay everybody's messages."""
CHALLENGE = {"WWW-Authenticate": 'Basic realm="OCPP", charset="UTF-8"'}


class Link(Protocol):
    """One open socket of a station."""

    blunt: bool
    """Ends without a close frame: there are stations that never come back after one."""

    breach: tuple[int, str] | None
    """Close code and reason, where what came broke the protocol."""

    tally: PingTally
    """Of its pings."""

    @property
    def peer(self) -> str:
        """Address and port of the other side, for logs."""

    async def receive(self) -> bytes | None:
        """The next message, text and binary alike; None when there will be none any more, however the socket ended."""

    async def serve(self, take: Take, counts: Count | None = None) -> None:
        """Hand every message to `take`, one after the other, until there will be none any more. `counts` is asked at
        each control frame."""

    async def send(self, frame: bytes) -> None:
        """Waits while the other side doesn't read. Raises LinkClosed when the socket is gone."""

    def send_now(self, frame: bytes) -> bool:
        """Send without waiting. False: that can't be done, or not now."""

    async def alive(self, timeout_s: float) -> bool:
        """Whether the other side answers a ping in time."""

    async def close(self, code: int = 1000, reason: str = "") -> None: ...


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What a station asks for before it has a socket."""

    path: str
    authorization: str | None
    offered: tuple[str, ...]
    peer: str
    secure: bool = False
    """Over TLS."""
    certificate: dict[str, Any] | None = None
    """The client's, verified; as `ssl` tells it."""


@dataclass(frozen=True, slots=True)
class Refusal:
    status: HTTPStatus
    text: str
    retry_after_s: int | None = None


@dataclass(frozen=True, slots=True)
class Welcome:
    """subprotocol None: none is named in the answer. `guest` goes to `serve_link` untouched."""

    subprotocol: str | None
    guest: Any


Admit = Callable[[Upgrade], Awaitable[Welcome | Refusal]]
ServeLink = Callable[[Link, Any], Awaitable[None]]


class _Gate:
    """All sockets of one listener, and what they share."""

    def __init__(self, admit: Admit, serve_link: ServeLink, max_frame: int, ping_s: float) -> None:
        self.buffer = memoryview(bytearray(READ_SIZE))
        self.max_frame = max_frame
        self._admit = admit
        self._serve_link = serve_link
        self._ping_s = ping_s
        self.loop = asyncio.get_running_loop()
        self.outbox = Outbox(self.loop)
        self._opening: dict[WebSocket, tuple[Opening | None, float]] = {}
        """Each with the moment it came; who came first is first."""
        self._sweep: asyncio.TimerHandle | None = None
        """There while somebody opens: one timer for all, as for pings."""
        self._open: dict[WebSocket, float] = {}
        """When each is pinged next; who is next comes first, because all wait equally long."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._tick: asyncio.TimerHandle | None = None
        self._closed = False

    # --- what sockets tell ----------------------------------------------------------------------------------

    def came(self, socket: WebSocket) -> None:
        self._opening[socket] = None, self.loop.time()
        if self._closed:
            self.loop.call_soon(socket.overdue)
        elif self._sweep is None:
            self._sweep = self.loop.call_later(OPEN_TIMEOUT_S / OPEN_STEPS, self._hurry)

    def _hurry(self) -> None:
        """End those that take too long."""
        late = self.loop.time() - OPEN_TIMEOUT_S
        for socket, (_, came) in list(self._opening.items()):
            if came > late:
                break
            socket.overdue()
        again = self._opening and not self._closed
        self._sweep = self.loop.call_later(OPEN_TIMEOUT_S / OPEN_STEPS, self._hurry) if again else None

    def asked(self, socket: WebSocket, opening: Opening, context: ContextVars) -> asyncio.Task[None]:
        self._opening[socket] = opening, self._opening[socket][1]
        task = self.loop.create_task(self._attend(socket, opening), context=context)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def gone(self, socket: WebSocket) -> None:
        self._opening.pop(socket, None)
        self._open.pop(socket, None)

    # --- from the request to the end ------------------------------------------------------------------------

    async def _attend(self, socket: WebSocket, opening: Opening) -> None:
        """The one task of a connection."""
        code = 1011
        try:
            welcome = await self._answer(socket, opening)
            del opening  # thousands live as long as their stations
            if welcome is not None:
                await self._serve_link(socket, welcome.guest)
            code = 1000
        except Exception:
            log.exception("a connection failed", peer=socket.peer)
        finally:
            socket.leave(code, "")
        await socket.wait_lost()

    async def _answer(self, socket: WebSocket, opening: Opening) -> Welcome | None:
        """Ask who may come in, and say so."""
        assert opening.request is not None
        tls = socket.tls
        upgrade = Upgrade(
            opening.path,
            opening.header("Authorization"),
            opening.offered(),
            socket.peer,
            secure=tls is not None,
            certificate=None if tls is None else tls.getpeercert() or None,
        )
        try:
            answer = await self._admit(upgrade)
        except Exception as error:
            lament("an upgrade could not be decided", error, peer=socket.peer)
            answer = Refusal(HTTPStatus.SERVICE_UNAVAILABLE, "It can't be decided now; try again later.")
        if isinstance(answer, Refusal):
            more = CHALLENGE if answer.status is HTTPStatus.UNAUTHORIZED else {}
            if answer.retry_after_s is not None:
                more = more | {"Retry-After": str(answer.retry_after_s)}
            socket.refuse(opening.refused(answer.status, answer.text, more))
            return None
        if not socket.accept(answer.subprotocol):
            return None
        del self._opening[socket]
        self._open[socket] = self.loop.time() + self._ping_s
        return answer

    # --- beside them ----------------------------------------------------------------------------------------

    def keep_pinging(self) -> None:
        """One timer for all. Pings keep the way open through what stands between; whether they are answered is for
        sessions to judge, by everything that they hear: some stations never answer one."""
        if self._ping_s > 0:
            self._ping_due()
            self._tick = self.loop.call_later(self._ping_s / PING_STEPS, self.keep_pinging)

    def _ping_due(self) -> None:
        now = self.loop.time()
        due = []
        for socket, at in self._open.items():
            if at > now:
                break
            due.append(socket)
        for socket in due:
            del self._open[socket]
            self._open[socket] = now + self._ping_s
            if not socket.stuck:
                socket.ping()

    async def close(self) -> None:
        """Turn away who asks, say goodbye (1001) to the others, and wait until all are gone and their work is done."""
        self._closed = True
        for timer in (self._tick, self._sweep):
            if timer is not None:
                timer.cancel()
        everybody = [*self._opening, *self._open]
        for socket, (opening, _) in list(self._opening.items()):
            socket.refuse((opening or Opening()).refused(HTTPStatus.SERVICE_UNAVAILABLE, "The server is stopping."))
        for socket in list(self._open):
            socket.leave(1001, "")
        for socket in everybody:
            await socket.wait_lost()
        if self._tasks:
            await asyncio.wait(self._tasks)


@asynccontextmanager
async def listening(
    host: str,
    port: int,
    *,
    sock: Socket | None = None,
    admit: Admit,
    serve_link: ServeLink,
    max_frame: int,
    ping_s: float,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[asyncio.Server]:
    """Listen for stations while the context is open, on `sock` where it is given. `admit` is asked before each upgrade.

    A refusal is a real HTTP answer (401 with a challenge, 404 …). Leaving the context stops to listen and
    closes every link with 1001.
    """
    loop = asyncio.get_running_loop()
    gate = _Gate(admit, serve_link, max_frame, ping_s)
    where: dict[str, Any] = {"sock": sock} if sock else {"host": host, "port": port}
    server = await loop.create_server(lambda: WebSocket(gate), **where, ssl=tls, backlog=4096)
    gate.keep_pinging()
    try:
        yield server
    finally:
        server.close()
        await gate.close()
        await server.wait_closed()
