"""Lines of the OCPP log in the bytes of PostgreSQL's binary COPY: there are two for each message.

Source: PostgreSQL, COPY, "Binary Format": a signature, for each row its number of fields and for each field its length
(-1: NULL) and its bytes, all in network order; times are microseconds since 2000.
"""

import struct
from datetime import UTC, datetime, timedelta
from functools import lru_cache

COLUMNS = (
    "station_id",
    "at",
    "direction",
    "kind",
    "action",
    "message_id",
    "payload",
    "size",
    "latency_ms",
    "error_code",
)
_SIGNATURE = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_END = b"\xff\xff"
_BEGINS = struct.Struct(">hi16siq").pack
_LENGTH = struct.Struct(">i").pack
_SIZE = struct.Struct(">iii").pack
_SIZE_AND_LATENCY = struct.Struct(">iiiq").pack
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_NO_TEXT = bytes(4)


class FrameRows:
    """Rows for one COPY."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = [_SIGNATURE]
        self.count = 0

    def add(
        self,
        station: bytes,
        at_us: int,
        labels: bytes,
        message_id: bytes,
        payload: bytes,
        size: int,
        latency_ms: int | None = None,
        error_code: bytes = _NO_TEXT,
    ) -> None:
        """station: the bytes of its UUID. at_us: as `micros`. labels, message_id, error_code: fields, as `labelled`
        and `field` make them. payload: UTF-8 without NUL, secrets already blanked."""
        self.count += 1
        self._pieces += (
            _BEGINS(10, 16, station, 8, at_us),
            labels,
            message_id,
            _LENGTH(len(payload)),
            payload,
            _SIZE(4, size, -1) if latency_ms is None else _SIZE_AND_LATENCY(4, size, 8, latency_ms),
            error_code,
        )

    def block(self) -> bytes:
        return b"".join((*self._pieces, _END))


def micros(at: datetime) -> int:
    """Aware."""
    return (at - _EPOCH) // _MICROSECOND


def field(text: str, most: int) -> bytes:
    """A text without NUL, at most so many characters of it."""
    data = text.replace("\0", "")[:most].encode(errors="replace")
    return _LENGTH(len(data)) + data


@lru_cache(1024)
def labelled(direction: str, kind: str, action: str) -> bytes:
    return field(direction, 3) + field(kind, 10) + field(action, 60)
