"""What the OCPP log keeps while it waits to be written, and what it says of the rest."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

import pytest

from backend.bus.local import LocalBus
from backend.context import Context
from backend.ocpp import frames
from backend.ocpp.frames import DROPPED, Entry, FrameLog, Handled
from backend.settings import Settings
from backend.stations.model import StationRef
from shared.stations import Registration

STATION = StationRef(UUID(int=1), UUID(int=2), "CP-1", Registration.ACCEPTED, "1.6")
AT = datetime(2026, 3, 1, tzinfo=UTC)


class Unwritable(FrameLog):
    async def write(self, waiting: Sequence[Entry], handled: Sequence[Handled]) -> None:
        raise OSError("no room")


class Writable(FrameLog):
    written = 0

    async def write(self, waiting: Sequence[Entry], handled: Sequence[Handled]) -> None:
        self.written += len(waiting) + len(handled)


def dropped() -> float:
    return DROPPED._value.get()  # the only way to read one counter


def say(log: FrameLog, frame: bytes) -> None:
    log.handled(STATION, AT, "Heartbeat", "1", frame, b"{}", 0.001)


async def test_what_could_not_be_written_is_counted() -> None:
    log, before = Unwritable(Context(settings=Settings(), bus=LocalBus())), dropped()
    say(log, b"{}")
    log.add(STATION, "in", "malformed", "", "1", b"?", at=AT)
    with pytest.raises(OSError, match="no room"):
        await log.flush()
    assert dropped() - before == 3


async def test_long_messages_are_bounded_by_their_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "MOST_BYTES", 10_000)
    log, before = Writable(Context(settings=Settings(), bus=LocalBus())), dropped()
    for _ in range(12):
        say(log, bytes(1000))
    assert dropped() - before == 4, "a call and its answer, of two that came too late"
    await log.flush()
    assert log.written == 10
    say(log, bytes(1000))
    assert dropped() - before == 4
