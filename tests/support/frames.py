"""Lines of the OCPP log, one by one: the house writes whole blocks of them."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import msgspec

from backend.stations.frame_rows import FrameRows, field, labelled, micros


class FrameLine(msgspec.Struct, frozen=True, kw_only=True):
    """One OCPP message as it went over the wire, secrets already blanked."""

    station_id: UUID
    at: datetime
    direction: str
    """in or out."""
    kind: str
    """call, result, error or malformed."""
    payload: str
    size: int
    action: str = ""
    message_id: str = ""
    latency_ms: int | None = None
    error_code: str = ""


def rows_of(lines: Iterable[FrameLine]) -> FrameRows:
    rows = FrameRows()
    for line in lines:
        rows.add(
            line.station_id.bytes,
            micros(line.at),
            labelled(line.direction, line.kind, line.action),
            field(line.message_id, 64),
            line.payload.replace("\0", "\N{SYMBOL FOR NULL}").encode(errors="replace"),
            line.size,
            line.latency_ms,
            field(line.error_code, 60),
        )
    return rows
