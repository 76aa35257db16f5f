"""The OCPP log: every message as it went over the wire, secrets blanked, written in groups.

Logging is best effort and never delays a station: the buffer is bounded, and what doesn't fit is counted.
"""

import asyncio
from collections import Counter as Counted
from collections.abc import Sequence
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

import msgspec
import structlog
from prometheus_client import Counter

from backend.context import Context
from backend.db.groups import GONE
from backend.errors import WattlineError
from backend.events import FramesLogged
from backend.ocpp import metrics
from backend.ocpp.redaction import blanked, blanked_call, blanked_result
from backend.stations import service as stations
from backend.stations.frame_rows import FrameRows, field, labelled, micros
from backend.stations.model import StationRef

log = structlog.get_logger(__name__)
FLUSH_S = 0.2
MOST_WAITING = 20_000
MOST_PAYLOAD = 16_384
MOST_BYTES = 64 * 1024 * 1024
"""Of messages that wait: long ones are fewer."""
DROPPED = Counter("wattline_frames_dropped_total", "OCPP messages left out of the log because it could not keep up")

Handled = tuple[StationRef, datetime, str, str, bytes, bytes, float]
"""A call that was answered at once: (station, at, action, message id, call, answer, seconds between them)"""
Entry = tuple[StationRef, datetime, str, str, str, str, bytes, int, int | None, str]
"""(station, at, direction, kind, action, message id, frame, its whole size, latency in ms, error code)"""
_LABELS = itemgetter(2, 3, 4)
_ACTION, _TOOK = itemgetter(2), itemgetter(6)


class FrameLog:
    """Collects messages of all sockets of this process, and counts and writes them every 0.2 s."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._waiting: list[Entry] = []
        self._handled: list[Handled] = []
        self._bytes = 0
        self._writing = asyncio.Lock()
        self.took: list[float] = []
        """Seconds from call to reply, to be counted."""

    def add(
        self,
        station: StationRef,
        direction: str,
        kind: str,
        action: str,
        message_id: str,
        frame: bytes,
        *,
        latency_ms: int | None = None,
        error_code: str = "",
        at: datetime | None = None,
    ) -> None:
        if len(self._waiting) >= MOST_WAITING or self._bytes >= MOST_BYTES:
            DROPPED.inc()
            metrics.MESSAGES.labels(direction, kind, action).inc()
            return
        at, size, message_id = at or self._ctx.now(), len(frame), message_id[:64]
        frame = frame[:MOST_PAYLOAD]  # of long ones only the beginning waits: the buffer is bounded in bytes too
        self._bytes += len(frame)
        self._waiting.append((station, at, direction, kind, action, message_id, frame, size, latency_ms, error_code))

    def handled(
        self,
        station: StationRef,
        at: datetime,
        action: str,
        message_id: str,
        call: bytes,
        answer: bytes,
        took_s: float,
        mended: bool = False,
    ) -> None:
        """A call and its answer in one: most messages are that, and what it costs is paid for each of them. `mended`:
        the call didn't fit its schema, so what it may hold isn't known."""
        size = len(call)
        if mended or size > MOST_PAYLOAD or len(self._handled) >= MOST_WAITING // 2 or self._bytes >= MOST_BYTES:
            self.took.append(took_s)
            self.add(station, "in", "call", action, message_id, call, at=at)
            ms, until = round(took_s * 1000), at + timedelta(seconds=took_s)
            self.add(station, "out", "result", action, message_id, answer, latency_ms=ms, at=until)
        else:
            self._bytes += size
            self._handled.append((station, at, action, message_id, call, answer, took_s))

    async def run(self) -> None:
        """Until cancelled; what is still waiting then is written by `flush`."""
        gone = False
        while True:
            await asyncio.sleep(FLUSH_S)
            try:
                await self.flush()
                gone = False
            except (WattlineError, *GONE) as error:
                if not gone:  # once an outage: what is lost in it is counted
                    log.warning("the OCPP log can't be written", error=str(error) or type(error).__name__)
                gone = True
            except Exception:
                log.exception("the OCPP log could not be written")

    async def flush(self) -> None:
        async with self._writing:  # who flushes may read what others were about to write
            took, self.took = self.took, []
            handled, self._handled = self._handled, []
            group, self._waiting = self._waiting, []
            self._bytes = 0
            metrics.HANDLING.observe_all([*took, *map(_TOOK, handled)])
            for action, number in Counted(map(_ACTION, handled)).items():
                metrics.MESSAGES.labels("in", "call", action).inc(number)
                metrics.MESSAGES.labels("out", "result", action).inc(number)
            for labels, number in Counted(map(_LABELS, group)).items():
                metrics.MESSAGES.labels(*labels).inc(number)
            if group or handled:
                try:
                    await self.write(group, handled)
                except BaseException:
                    DROPPED.inc(len(group) + 2 * len(handled))
                    raise

    async def write(self, waiting: Sequence[Entry], handled: Sequence[Handled]) -> None:
        rows, counts = FrameRows(), dict[int, list[Any]]()

        def counted(station: StationRef, lines: int) -> bytes:
            """The bytes of its id: cheaper than its UUID, whose hash is Python's own work."""
            known = counts.get(id(station))
            if known is None:
                counts[id(station)] = [station, lines, uuid := station.id.bytes]
                return uuid
            known[1] += lines
            return known[2]

        for station, at, direction, kind, action, message_id, frame, size, latency_ms, error_code in waiting:
            rows.add(
                counted(station, 1),
                micros(at),
                labelled(direction, kind, action),
                field(message_id, 64),
                blanked(frame),
                size,
                latency_ms,
                field(error_code, 60),
            )
        for station, at, action, message_id, call, answer, took_s in handled:
            uuid, begun, its_id = counted(station, 2), micros(at), field(message_id, 64)
            rows.add(uuid, begun, labelled("in", "call", action), its_id, blanked_call(action, call), len(call))
            until, ms = begun + round(took_s * 1_000_000), round(took_s * 1000)
            kept = blanked_result(action, answer)
            rows.add(uuid, until, labelled("out", "result", action), its_id, kept, len(answer), ms)
        await stations.log_frames(self._ctx, rows)
        now = self._ctx.now()
        for station, count, _ in counts.values():
            event = FramesLogged(
                tenant_id=station.tenant_id,
                at=now,
                station_id=station.id,
                identity=station.identity,
                count=count,
            )
            await self._ctx.bus.publish(f"event.{station.tenant_id}.FramesLogged", msgspec.json.encode(event))
