"""The HTTP side of a browser's socket: uvicorn's own would wait for ever for a request, or keep an endless one.

Proxies in front do the same; a node without one must not be taken down by a few hundred sockets that drip.
"""

import asyncio
from typing import Any

from prometheus_client import Counter
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_S = 20.0
"""How long a request's head may take, from the connection or its own first byte."""
BODY_S = 120.0
"""How long its body may take: two megabytes at the edge of a phone's network."""
MOST_HEAD = 65_536
"""Bytes of a head; some cookies are long."""
CUT_OFF = Counter("wattline_http_cut_off_total", "Requests that came too slowly or had no end", ["why"])
_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"Content-Type: text/plain\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
)


class PatientHttp(HttpToolsProtocol):
    """Patient, but not for ever."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._deadline: asyncio.TimerHandle | None = None
        self._head = self._fed = 0
        """Bytes of the head that is being read, and of what came just now."""
        self._in_head = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._within(HEAD_S)

    def connection_lost(self, exc: Exception | None) -> None:
        self._within(None)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._deadline is None:
            self._within(HEAD_S)  # another request
        self._fed = len(data)
        if self._in_head:
            self._head += self._fed
        super().data_received(data)
        if self._in_head and self._head > MOST_HEAD and not self.transport.is_closing():
            CUT_OFF.labels("head").inc()
            self.transport.write(_TOO_LARGE)
            self.transport.close()

    def handle_websocket_upgrade(self) -> None:
        self._within(None)
        super().handle_websocket_upgrade()

    # --- what the parser tells --------------------------------------------------------------------------------

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._head, self._in_head = self._fed, True
        self._within(HEAD_S)

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._within(BODY_S)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._within(None)
        super().on_message_complete()

    # --- time ---------------------------------------------------------------------------------------------------

    def _within(self, seconds: float | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        if seconds is not None:
            self._deadline = self.loop.call_later(seconds, self._overdue)

    def _overdue(self) -> None:
        if self.flow.read_paused:  # it is we who don't take what came
            self._within(BODY_S)
        else:
            CUT_OFF.labels("slow").inc()
            self.transport.abort()
