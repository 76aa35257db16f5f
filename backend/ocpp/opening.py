"""The HTTP side of a station's socket, without I/O. The `websockets` library reads and checks the upgrade request."""

from collections.abc import Mapping
from http import HTTPStatus

from websockets.http11 import Request, Response
from websockets.server import ServerProtocol

MOST_HEAD = 16_384
"""Of a whole request; stations send a few hundred bytes."""
SERVER = "Wattline"
_END = b"\r\n\r\n"


class Opening:
    """One upgrade request, fed as it comes; then either `answer` (it is no good) or `request` is there."""

    def __init__(self) -> None:
        self._http = ServerProtocol()
        self._head = bytearray()
        self._accepted: Response | None = None
        self.request: Request | None = None
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
            stop = len(data) if end < 0 else end + len(_END) - known
            self.early = data[stop:]
            self._read(data[:stop])

    def _read(self, data: bytes) -> None:
        self._http.receive_data(data)
        if self._http.handshake_exc is not None:
            self.answer = b"".join(self._http.data_to_send())
            if not self.answer:
                self._not_http()
            return
        for event in self._http.events_received():
            assert isinstance(event, Request)  # nothing behind its end was fed
            response = self._http.accept(event)
            if response.status_code == HTTPStatus.SWITCHING_PROTOCOLS:
                self.request, self._accepted = event, response
            else:
                self.answer = _bytes(response)

    def _not_http(self) -> None:
        self.answer = self.refused(HTTPStatus.BAD_REQUEST, "This is not an HTTP request that can be understood.")

    def offered(self) -> tuple[str, ...]:
        """The subprotocols, as they were named."""
        assert self.request is not None
        lines = self.request.headers.get_all("Sec-WebSocket-Protocol")
        return tuple(name.strip() for line in lines for name in line.split(",") if name.strip())

    def header(self, name: str) -> str | None:
        assert self.request is not None
        return ", ".join(self.request.headers.get_all(name)) or None

    def welcomed(self, subprotocol: str | None) -> bytes:
        """The answer that opens the socket."""
        assert self._accepted is not None
        if subprotocol:
            self._accepted.headers["Sec-WebSocket-Protocol"] = subprotocol
        return _bytes(self._accepted)

    def refused(self, status: HTTPStatus, text: str, headers: Mapping[str, str] | None = None) -> bytes:
        response = self._http.reject(status, text + "\n")
        for name, value in (headers or {}).items():
            response.headers[name] = value
        return _bytes(response)


def _bytes(response: Response) -> bytes:
    response.headers["Server"] = SERVER
    return response.serialize()
