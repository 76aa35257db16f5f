"""What a socket and those above it agree on."""

import asyncio
import contextvars
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Protocol

from backend.ocpp.opening import Opening
from backend.ocpp.outbox import Outbox

if TYPE_CHECKING:
    from backend.ocpp.websocket import WebSocket

Take = Callable[[bytes], Awaitable[None] | None]
"""Does what can be done with a message at once, and returns the rest of the work, if there is any."""
Count = Callable[[], float]
"""Takes note of a control frame; for how many seconds nothing more may be read: 0 mostly."""


class LinkClosed(Exception):
    """The socket is gone."""


class Host(Protocol):
    """What all sockets of a listener share."""

    buffer: memoryview
    """Everybody reads into the same: what stays is copied before the next one reads."""
    max_frame: int
    loop: asyncio.AbstractEventLoop
    outbox: Outbox

    def came(self, socket: "WebSocket") -> None:
        """A connection that may become a WebSocket. Calls `overdue` when that takes too long."""

    def asked(self, socket: "WebSocket", opening: Opening, context: contextvars.Context) -> "asyncio.Task[None]":
        """A proper upgrade request: calls `accept` or `refuse`, sooner or later, in a task that has this context."""

    def gone(self, socket: "WebSocket") -> None: ...
