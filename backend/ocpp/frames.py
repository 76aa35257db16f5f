"""The OCPP log: every message as it went over the wire, secrets blanked, written in groups.

Logging is best effort and never delays a station: the buffer is bounded, and what doesn't fit is counted.
"""

import asyncio
import re
from collections import Counter as Counted
from collections.abc import Sequence
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any

import msgspec
import structlog
from prometheus_client import Counter

from backend.context import Context
from backend.errors import WattlineError
from backend.events import FramesLogged
from backend.ocpp import metrics
from backend.stations import service as stations
from backend.stations.frame_rows import FrameRows, field, labelled, micros
from backend.stations.model import StationRef

log = structlog.get_logger(__name__)
FLUSH_S = 0.2
MOST_WAITING = 20_000
MOST_PAYLOAD = 16_384
BLANK = '"•••"'
DROPPED = Counter("wattline_frames_dropped_total", "OCPP messages left out of the log because it could not keep up")

_SECRET_VALUE = re.compile(
    r'("(?:password|basicAuthPassword|authorizationKey|privateKey|exiRequest|exiResponse)"\s*+:\s*+)'
    r'"(?:[^"\\]|\\.)*+(?:"|\Z)',
    re.IGNORECASE | re.DOTALL,
)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.?)*+(?:"|\Z)|[{}]', re.DOTALL)
_COLON = re.compile(r"\s*+:")
_CREDENTIAL_URL = re.compile(r"(://[^:/@\s\"]{1,256}:)[^@\s\"]{1,256}@")
_ID_TOKEN = re.compile(r'("(?:idTag|parentIdTag|idToken)"\s*:\s*")([^"\\]{5,})(")')


def _has_secret(lowered: str) -> bool:
    """Hints that a message may hold something to blank. Looking for them costs a fifteenth of one regular expression
    that does the same, and most messages have none."""
    return (
        "passw" in lowered
        or "secret" in lowered
        or "authorizationkey" in lowered
        or "privatekey" in lowered
        or "exire" in lowered
    )


def blanked(frame: bytes) -> bytes:
    """A message as it is kept: UTF-8 without NUL, redacted. Of most there is nothing to change."""
    if frame.isascii():
        lowered = frame.lower()
        if not (
            b"passw" in lowered
            or b"secret" in lowered
            or b"key" in lowered
            or b"exire" in lowered
            or b"idt" in lowered
            or b"://" in frame
            or b"\0" in frame
        ):
            return frame
    return redact(frame.decode(errors="replace").replace("\0", "")).encode()


def redact(text: str) -> str:
    """A message without passwords, keys and credentials; id tokens keep their last four characters.

    Whatever a station sends, the time grows with the length only: this runs in the loop of all sockets.
    """
    lowered = text.lower()
    if _has_secret(lowered):
        text = _SECRET_VALUE.sub(rf"\1{BLANK}", text)
        text = _without_named(text)
    if "://" in text:
        text = _CREDENTIAL_URL.sub(r"\1•••@", text)
    if "idtag" in lowered or "idtoken" in lowered:
        text = _ID_TOKEN.sub(lambda m: f"{m[1]}•••{m[2][-4:]}{m[3]}", text)
    return text


class _Object:
    """An object of JSON that is being read: its values, its name, and whether that, or one right inside, is a secret's.

    The values of an object without a name (an attribute of a variable) are its parent's.
    """

    __slots__ = ("holds", "labelled", "named", "values")

    def __init__(self) -> None:
        self.values: list[tuple[int, int]] = []
        self.labelled = self.named = self.holds = False


def _without_named(text: str) -> str:
    """Blank the `value` or `attributeValue` of each object that names a secret, before or behind it.

    Of long messages only the beginning is there: what is still open at the end counts as closed there.
    """
    opened, key = [_Object()], ""
    blank: list[tuple[int, int]] = []
    for found in _TOKEN.finditer(text):
        token, here = found[0], opened[-1]
        if token == "{":
            opened.append(_Object())
        elif token == "}":
            if len(opened) > 1:
                blank += _close(opened)
        elif _COLON.match(text, found.end()):
            key = token[1:-1].lower()
            continue
        elif key in ("key", "name"):
            name, here.labelled = token.lower(), True
            here.named = here.named or "password" in name or "secret" in name or name == '"authorizationkey"'
        elif key in ("value", "attributevalue"):
            here.values.append(found.span())
        key = ""
    while len(opened) > 1:
        blank += _close(opened)
    kept: list[str] = []
    upto = 0
    for begin, end in sorted(blank):
        kept += (text[upto:begin], BLANK)
        upto = end
    return "".join((*kept, text[upto:]))


def _close(opened: list[_Object]) -> list[tuple[int, int]]:
    """Leave the innermost object: the values in it to blank."""
    here, outside = opened.pop(), opened[-1]
    outside.holds = outside.holds or here.named
    if here.named or here.holds:
        return here.values
    if not here.labelled:
        fewer, more = sorted((outside.values, here.values), key=len)
        more += fewer  # the longer list stays where it is, so nesting costs nothing
        outside.values = more
    return []


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
        self._task: asyncio.Task[None] | None = None
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
        if len(self._waiting) >= MOST_WAITING:
            DROPPED.inc()
            metrics.MESSAGES.labels(direction, kind, action).inc()
            return
        at, size, message_id = at or self._ctx.now(), len(frame), message_id[:64]
        frame = frame[:MOST_PAYLOAD]  # of long ones only the beginning waits: the buffer is bounded in bytes too
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
    ) -> None:
        """A call and its answer in one: most messages are that, and what it costs is paid for each of them."""
        if len(call) > MOST_PAYLOAD or len(self._handled) >= MOST_WAITING // 2:
            self.took.append(took_s)
            self.add(station, "in", "call", action, message_id, call, at=at)
            ms, until = round(took_s * 1000), at + timedelta(seconds=took_s)
            self.add(station, "out", "result", action, message_id, answer, latency_ms=ms, at=until)
        else:
            self._handled.append((station, at, action, message_id, call, answer, took_s))

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
        took, self.took = self.took, []
        handled, self._handled = self._handled, []
        group, self._waiting = self._waiting, []
        metrics.HANDLING.observe_all([*took, *map(_TOOK, handled)])
        for action, number in Counted(map(_ACTION, handled)).items():
            metrics.MESSAGES.labels("in", "call", action).inc(number)
            metrics.MESSAGES.labels("out", "result", action).inc(number)
        for labels, number in Counted(map(_LABELS, group)).items():
            metrics.MESSAGES.labels(*labels).inc(number)
        if group or handled:
            await self.write(group, handled)

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
            rows.add(uuid, begun, labelled("in", "call", action), its_id, blanked(call), len(call))
            until, ms = begun + round(took_s * 1_000_000), round(took_s * 1000)
            rows.add(uuid, until, labelled("out", "result", action), its_id, blanked(answer), len(answer), ms)
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
