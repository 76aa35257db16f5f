"""WebSocket frames (RFC 6455, 5.2) of a server, without I/O: a station's bytes in, messages and control frames out.

Extensions are never negotiated here, so every reserved bit is wrong. Text isn't checked for UTF-8: the codec is
what reads it, and names the error in OCPP's own words.
"""

from typing import Final

from websockets.exceptions import ProtocolError
from websockets.frames import Close, CloseCode

try:
    from websockets.speedups import apply_mask
except ImportError:  # no wheel for this machine
    from websockets.utils import apply_mask

MESSAGE: Final = 1
"""A whole message, text or binary, its pieces joined."""
CLOSE: Final = 8
PING: Final = 9
PONG: Final = 10

Event = tuple[int, bytes]
"""(MESSAGE, CLOSE, PING or PONG; payload)"""
Breach = tuple[int, str]
"""(close code, reason) of what breaks the protocol."""

_WHOLE_TEXT = 0x81
_FINAL = 0x80
_MASKED = 0x80
_RESERVED = 0x70
_CONTROL = 0x08
_OPCODES = frozenset((0, 1, 2, CLOSE, PING, PONG))
_MOST_CONTROL = 125
_SHORT_HEADS = tuple(bytes((_WHOLE_TEXT, size)) for size in range(126))


class FrameReader:
    """What one station sends. Holds no more than a message of `most` bytes and what arrived behind it."""

    __slots__ = ("_held", "_left", "_most", "_need", "_pieces", "breach")

    def __init__(self, most: int) -> None:
        self._most = most
        self._left = most
        """What the message that is under way may still have."""
        self._held: bytearray | None = None
        """Bytes that are not read yet: a part of a frame, or frames there was no room for."""
        self._need = 0
        self._pieces: bytearray | None = None
        """Of a fragmented message that is under way."""
        self.breach: Breach | None = None
        """Why nothing can be read any more; what `feed` returned before still counts."""

    @property
    def unread(self) -> bool:
        """Whether frames may be left that there was no room for: feed nothing to get them."""
        return self._held is not None and len(self._held) >= self._need

    def only(self, data: memoryview, size: int) -> bytes | None:
        """The message, where the first `size` bytes of `data` are one whole text frame (mostly). None: feed it."""
        if self._held is not None or self._pieces is not None or size < 6 or data[0] != _WHOLE_TEXT:
            return None
        second = data[1]
        if second == _MASKED | 126 and size >= 8:
            body, length = 8, data[2] << 8 | data[3]
        else:
            body, length = 6, second - _MASKED
        if size != body + length or length > self._most or second == _MASKED | 127:
            return None
        return apply_mask(data[body:size], bytes(data[body - 4 : body]))

    def feed(self, data: memoryview, room: int) -> list[Event]:
        """The frames that `data` completes, up to `room` messages. Copies what it keeps of `data`.

        One long function on purpose: every message of every station passes here.
        """
        if self._held is not None:
            self._held += data
            if len(self._held) < self._need:
                return []
            data, self._held = memoryview(self._held), None
        events: list[Event] = []
        at, end = 0, len(data)
        while room and end - at >= 2:
            first, size = data[at], data[at + 1] - _MASKED
            if (first != _WHOLE_TEXT or size < 0 or self._pieces is not None) and self._breaks(first, size):
                return events
            body = at + 6
            if size == 126:
                body = at + 8
                if end < body:
                    self._need = 8
                    break
                size = data[at + 2] << 8 | data[at + 3]
            elif size == 127:
                body = at + 14
                if end < body:
                    self._need = 14
                    break
                size = int.from_bytes(data[at + 2 : at + 10], "big")
            if size > self._left and not first & _CONTROL:
                self.breach = (CloseCode.MESSAGE_TOO_BIG, f"messages have at most {self._most} bytes")
                return events
            stop = body + size
            if end < stop:
                self._need = stop - at
                break
            payload = apply_mask(data[body:stop], bytes(data[body - 4 : body]))
            at = stop
            if first == _WHOLE_TEXT:
                events.append((MESSAGE, payload))
                room -= 1
            elif first & _CONTROL:
                kind = first & 15
                if kind == CLOSE and self._bad_close(payload):
                    return events
                events.append((kind, payload))
                if kind == CLOSE:
                    return events  # what comes behind it is thrown away
            elif (whole := self._joined(first, payload)) is not None:
                events.append((MESSAGE, whole))
                room -= 1
        else:
            self._need = 2 if room else 0
        if at < end:
            self._held = bytearray(data[at:])
        return events

    def _breaks(self, first: int, size: int) -> bool:
        opcode = first & 15
        if first & _RESERVED:
            reason = "reserved bits must be 0"
        elif opcode not in _OPCODES:
            reason = "invalid opcode"
        elif size < 0:
            reason = "frames of a client must be masked"
        elif opcode & _CONTROL and (size > _MOST_CONTROL or not first & _FINAL):
            reason = "control frames are short and in one piece"
        elif opcode == 0 and self._pieces is None:
            reason = "unexpected continuation frame"
        elif opcode in (1, 2) and self._pieces is not None:
            reason = "expected a continuation frame"
        else:
            return False
        self.breach = (CloseCode.PROTOCOL_ERROR, reason)
        return True

    def _joined(self, first: int, payload: bytes) -> bytes | None:
        """The message that this frame ends, or None: it goes on."""
        if self._pieces is None:
            if first & _FINAL:
                return payload
            self._pieces = bytearray()
        self._pieces += payload
        self._left = self._most - len(self._pieces)
        if not first & _FINAL:
            return None
        whole, self._pieces, self._left = bytes(self._pieces), None, self._most
        return whole

    def _bad_close(self, payload: bytes) -> bool:
        try:
            Close.parse(payload)
            if self._pieces is not None:
                raise ProtocolError("incomplete fragmented message")
        except ProtocolError as error:
            self.breach = (CloseCode.PROTOCOL_ERROR, str(error))
        except UnicodeDecodeError:
            self.breach = (CloseCode.INVALID_DATA, "the reason is not UTF-8")
        return self.breach is not None


def text_frame(message: bytes) -> bytes:
    """Unmasked and in one piece, as a server sends."""
    size = len(message)
    if size < 126:
        return _SHORT_HEADS[size] + message
    if size < 65_536:
        return b"\x81\x7e" + size.to_bytes(2, "big") + message
    return b"\x81\x7f" + size.to_bytes(8, "big") + message


def control_frame(opcode: int, payload: bytes) -> bytes:
    """At most 125 bytes of payload."""
    return bytes((_FINAL | opcode, len(payload))) + payload


def close_frame(code: int, reason: str) -> bytes:
    """A reason has at most 123 bytes."""
    return control_frame(CLOSE, Close(code, reason).serialize())
