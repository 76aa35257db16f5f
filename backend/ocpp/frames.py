"""The OCPP log: every message as it went over the wire, secrets blanked, written in groups.

Logging is best effort and never delays a station: the buffer is bounded, and what doesn't fit is counted.
"""

import asyncio
import re
from collections import Counter as Counted
from collections import deque
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
import structlog
from prometheus_client import Counter

from backend.context import Context
from backend.errors import WattlineError
from backend.events import FramesLogged
from backend.ocpp import metrics
from backend.stations import service as stations
from backend.stations.model import FrameLine, StationRef

log = structlog.get_logger(__name__)
FLUSH_S = 0.2
MOST_WAITING = 20_000
MOST_PAYLOAD = 16_384
BLANK = '"•••"'
DROPPED = Counter("wattline_frames_dropped_total", "OCPP messages left out of the log because it could not keep up")

_SECRET_VALUE = re.compile(
    r'("(?:password|basicAuthPassword|authorizationKey|privateKey|exiRequest|exiResponse)"\s*:\s*)"(?:[^"\\]|\\.)*"',
    re.IGNORECASE,
)
_SECRET_KEY = re.compile(
    r'("(?:key|name)"\s*:\s*"(?:AuthorizationKey|BasicAuthPassword|[^"]*(?:Password|Secret)[^"]*)".{0,200}?'
    r'"(?:value|attributeValue)"\s*:\s*)"(?:[^"\\]|\\.)*"',
    re.IGNORECASE | re.DOTALL,
)
_VALUE_FIRST = re.compile(
    r'("(?:value|attributeValue)"\s*:\s*)"(?:[^"\\]|\\.)*"(?=[^{}]*(?:\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}[^{}]*)*'
    r'\{?[^{}]*"(?:key|name)"\s*:\s*"'
    r'(?:AuthorizationKey|BasicAuthPassword|[^"]*(?:Password|Secret)[^"]*)")',
    re.IGNORECASE,
)
_CREDENTIAL_URL = re.compile(r"(\w+://[^:/@\s\"]+:)[^@\s\"]+@")
_ID_TOKEN = re.compile(r'("(?:idTag|parentIdTag|idToken)"\s*:\s*")([^"\\]{5,})(")')
_PERHAPS = ("passw", "secret", "authorizationkey", "privatekey", "exire", "idtag", "idtoken", "://")
"""Lower-case hints that a message may hold something to blank. Looking for them costs a fifteenth of one regular
expression that does the same, and most messages have none."""


def redact(text: str) -> str:
    """A message without passwords, keys and credentials; id tokens keep their last four characters."""
    lowered = text.lower()
    if not any(hint in lowered for hint in _PERHAPS):
        return text
    text = _SECRET_VALUE.sub(rf"\1{BLANK}", text)
    text = _SECRET_KEY.sub(rf"\1{BLANK}", text)
    text = _VALUE_FIRST.sub(rf"\1{BLANK}", text)
    text = _CREDENTIAL_URL.sub(r"\1•••@", text)
    return _ID_TOKEN.sub(lambda m: f"{m[1]}•••{m[2][-4:]}{m[3]}", text)


Entry = tuple[StationRef, datetime, str, str, str, str, bytes, int, int | None, str]
"""(station, at, direction, kind, action, message id, frame, its whole size, latency in ms, error code)"""


class FrameLog:
    """Collects messages of all sockets of this process, and counts and writes them every 0.2 s."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._waiting: deque[Entry] = deque()
        self._task: asyncio.Task[None] | None = None

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
    ) -> None:
        if len(self._waiting) >= MOST_WAITING:
            DROPPED.inc()
            metrics.MESSAGES.labels(direction, kind, action).inc()
            return
        now, size, message_id = self._ctx.now(), len(frame), message_id[:64]
        frame = frame[:MOST_PAYLOAD]  # of long ones only the beginning waits: the buffer is bounded in bytes too
        self._waiting.append((station, now, direction, kind, action, message_id, frame, size, latency_ms, error_code))

    async def run(self) -> None:
        """Until cancelled; what is still waiting then is written by `flush`."""
        while True:
            await asyncio.sleep(FLUSH_S)
            try:
                await self.flush()
            except (OSError, WattlineError, TimeoutError) as error:
                log.warning("the OCPP log could not be written", error=str(error))
            except Exception:
                log.exception("the OCPP log could not be written")

    async def flush(self) -> None:
        if not self._waiting:
            return
        group = [self._waiting.popleft() for _ in range(len(self._waiting))]
        for labels, number in Counted(entry[2:5] for entry in group).items():
            metrics.MESSAGES.labels(*labels).inc(number)
        await self.write(group)

    async def write(self, group: Sequence[Entry]) -> None:
        lines, counts = [], dict[UUID, tuple[StationRef, int]]()
        for station, at, direction, kind, action, message_id, frame, size, latency_ms, error_code in group:
            text = frame.decode(errors="replace").replace("\0", "")
            lines.append(
                FrameLine(
                    station_id=station.id,
                    at=at,
                    direction=direction,
                    kind=kind,
                    payload=redact(text),
                    size=size,
                    action=action[:60],
                    message_id=message_id.replace("\0", "")[:64],
                    latency_ms=latency_ms,
                    error_code=error_code[:60],
                )
            )
            counts[station.id] = (station, counts.get(station.id, (station, 0))[1] + 1)
        await stations.log_frames(self._ctx, lines)
        for station, count in counts.values():
            event = FramesLogged(
                tenant_id=station.tenant_id,
                at=self._ctx.now(),
                station_id=station.id,
                identity=station.identity,
                count=count,
            )
            await self._ctx.bus.publish(f"event.{station.tenant_id}.FramesLogged", msgspec.json.encode(event))
