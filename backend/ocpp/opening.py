"""The HTTP side of a station's socket, without I/O. `plain_upgrade` reads the usual request, the `websockets` library
everything else, and says what is wrong with it."""

from collections.abc import Mapping
from http import HTTPStatus

from websockets.http11 import Request, Response
from websockets.server import ServerProtocol

from backend.ocpp import plain_upgrade
from backend.ocpp.plain_upgrade import Plain

MOST_HEAD = 16_384
"""Of a whole request; stations send a few hundred bytes."""
SERVER = "Wattline"
OFFER = "Sec-WebSocket-Protocol"
_END = b"\r\n\r\n"


class Opening:
    """One upgrade request, fed as it comes; then either `answer` (it is no good) or `request` is there."""

    __slots__ = ("_accepted", "_head", "_http", "_read_to", "answer", "early", "request")

    def __init__(self) -> None:
        self._http: ServerProtocol | None = None
        """There once it is needed."""
        self._head = b""
        self._read_to = 0
        """So much of it the library has."""
        self._accepted: Response | None = None
        self.request: Plain | Request | None = None
        """A proper upgrade to a WebSocket."""
        self.answer: bytes | None = None
        """What is wrong with it, for the other side; then it is over."""
        self.early = b""
        """What came behind the request: the first frames of somebody who doesn't wait for an answer."""

    def feed(self, data: bytes) -> None:
        known = len(self._head)
        self._head += data
        end = self._head.find(_END, max(0, known - len(_END) + 1))
        if not self._head[:1].isalpha():
            self._not_http()
        elif (len(self._head) if end < 0 else end) > MOST_HEAD:
            status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
            self.answer = self.refused(status, f"A request has at most {MOST_HEAD} bytes.")
        else:
            stop = len(self._head) if end < 0 else end + len(_END)
            self.early = self._head[stop:]
            if end >= 0 and self._http is None:
                self.request = plain_upgrade.read(self._head[:stop])
            if self.request is None:
                self._read(self._head[self._read_to : stop])
                self._read_to = stop

    def _library(self) -> ServerProtocol:
        self._http = self._http or ServerProtocol()
        return self._http

    def _read(self, data: bytes) -> None:
        http = self._library()
        http.receive_data(data)
        if http.handshake_exc is not None:
            self.answer = b"".join(http.data_to_send())
            if not self.answer:
                self._not_http()
            return
        for event in http.events_received():
            assert isinstance(event, Request)  # nothing behind its end was fed
            offers = event.headers.get_all(OFFER)
            if offers and not "".join(offers).strip(" ,"):
                del event.headers[OFFER]  # an empty offer is none
            response = http.accept(event)
            if response.status_code == HTTPStatus.SWITCHING_PROTOCOLS:
                self.request, self._accepted = event, response
            else:
                self.answer = _bytes(response)

    def _not_http(self) -> None:
        self.answer = self.refused(HTTPStatus.BAD_REQUEST, "This is not an HTTP request that can be understood.")

    @property
    def path(self) -> str:
        assert self.request is not None
        return self.request.path

    def offered(self) -> tuple[str, ...]:
        """The subprotocols, as they were named."""
        return tuple(name.strip() for line in self._all(OFFER) for name in line.split(",") if name.strip())

    def header(self, name: str) -> str | None:
        return ", ".join(self._all(name)) or None

    def _all(self, name: str) -> list[str]:
        if isinstance(self.request, Plain):
            found = self.request.headers.get(name.lower())
            return [] if found is None else [found]
        assert self.request is not None
        return self.request.headers.get_all(name)

    def welcomed(self, subprotocol: str | None) -> bytes:
        """The answer that opens the socket."""
        if isinstance(self.request, Plain):
            return self.request.welcomed(subprotocol, SERVER)
        assert self._accepted is not None
        if subprotocol:
            self._accepted.headers[OFFER] = subprotocol
        return _bytes(self._accepted)

    def refused(self, status: HTTPStatus, text: str, headers: Mapping[str, str] | None = None) -> bytes:
        response = self._library().reject(status, text + "\n")
        for name, value in (headers or {}).items():
            response.headers[name] = value
        return _bytes(response)


def _bytes(response: Response) -> bytes:
    response.headers["Server"] = SERVER
    return response.serialize()
