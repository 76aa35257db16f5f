"""One station on one socket: calls in, calls out, in order, and what must be true between them."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import structlog

from backend.bus.base import Subscription
from backend.commands import Answer, AnyCommand
from backend.context import Context
from backend.events import ClockTold
from backend.ocpp import metrics
from backend.ocpp.begun import Begun, failing
from backend.ocpp.codec import Call, CallError, CallResult, Codec, Malformed, MessageId
from backend.ocpp.crowd import BURST_S, SLOWED, allowance, control_counted
from backend.ocpp.frames import FrameLog
from backend.ocpp.quirks import NOBODY, Profiles
from backend.ocpp.replies import CallRefused as CallRefused
from backend.ocpp.replies import Reply as Reply
from backend.ocpp.replies import Unanswered, lament, storable, text_of
from backend.ocpp.replies import guarded as guarded
from backend.ocpp.transport import Link, LinkClosed
from backend.stations import service as stations
from backend.stations.model import NOT_TOLD, BootFacts, StationRef
from shared.stations import Registration

log = structlog.get_logger(__name__)

Handler = Callable[["Session", Any], Coroutine[Any, Any, Any]]
Execute = Callable[["Session", AnyCommand], Awaitable[Answer]]
CLOCK_PLAY_S = 15.0
"""How differently long messages take to come."""


class Session:
    """Calls from the station are handled one after the other; our own wait in line, one outstanding at a time."""

    def __init__(
        self,
        ctx: Context,
        station: StationRef,
        version: str,
        link: Link,
        codec: Codec,
        handlers: Mapping[str, Handler],
        frames: FrameLog,
        execute: Execute,
        profiles: Profiles = NOBODY,
        facts: BootFacts = NOT_TOLD,
    ) -> None:
        self.ctx = ctx
        self.station = station
        self.version = version
        self.link = link
        self.codec = codec
        self.id = uuid4()
        self._rate = ctx.settings.station_rate
        self._left = float(self._rate * BURST_S)
        self._floods = False
        self.epoch: int | None = None
        """Which of a station's sockets this is, over all nodes; None until that is stored."""
        self.stored = False  # its presence, in the database
        self.reachable: Subscription | None = None  # commands come over this
        self.registration = station.registration
        self.last_heard = self._came = time.monotonic()
        self.heard_at = ctx.now()
        self.heard_noted = self.heard_at
        """What of it is written already."""
        self._handlers = handlers
        self._frames = frames
        self._execute = execute
        self._turn = asyncio.Lock()
        self._waiting: dict[MessageId, tuple[str, float, asyncio.Future[CallResult | CallError]]] = {}
        self._has_spoken = False
        self.clock_off_s: float | None = None
        self.clock_told_s: float | None = None
        self._spoken: asyncio.Event | None = None
        """There while somebody waits for its first word: thousands of idle sessions must cost little."""
        self._complaints: dict[str, int] | None = None
        self._profiles = profiles
        self.known_as(facts)
        self.follow_up: list[Callable[[], Awaitable[None]]] = []
        """Work for after the reply is on the wire (an accepted boot asks for the configuration, say)."""

    def known_as(self, facts: BootFacts) -> None:
        """Who it said it is, at its last boot or just now: what is usual for its model counts from here on."""
        self.quirks = self._profiles.of(facts.vendor, facts.model, facts.firmware)
        self.link.blunt = self.quirks.stays_away_after_close
        if self.quirks.never_boots_again:
            self._heard_first()

    @property
    def heartbeat_s(self) -> int:
        return self.quirks.heartbeat_s or self.ctx.settings.heartbeat_s

    async def run(self) -> None:
        """Until the socket closes. A mistake in one message never ends the connection."""
        try:
            await self.link.serve(self._hear, self._count_control if self._rate else None)
        except LinkClosed:
            pass
        finally:
            self._tell_flood(False)
            if self.link.breach is not None:
                code, reason = self.link.breach
                self._complain(str(int(code)), f"closed: {reason}")
            for _action, _begun, future in self._waiting.values():
                if not future.done():
                    future.set_exception(LinkClosed("the socket closed"))

    def _hear(self, frame: bytes) -> Awaitable[None] | None:
        """One message; what of it can't be done at once is returned."""
        now = time.monotonic()
        if self._rate:
            self._left = allowance(self._left, now - self.last_heard, self._rate)
        self.last_heard = now
        if self._left < 0 or self._floods:
            return self._receive_slowly(frame)
        return self._receive(frame)

    async def _receive_slowly(self, frame: bytes) -> None:
        await self._slow_down()
        rest = self._receive(frame)
        if rest is not None:
            await rest

    async def _slow_down(self) -> None:
        """Of a station that talks too much no more is read for a moment; what it says is taken all the same."""
        if self._left < 0:
            SLOWED.inc()
            self._tell_flood(True)
            await asyncio.sleep(-self._left / self._rate)
        elif self._left >= self._rate * (BURST_S - 1):
            self._tell_flood(False)

    def _count_control(self) -> float:
        """A ping counts as a message does, and a station may not flood with them either."""
        since_s = time.monotonic() - self.last_heard
        self._left, rest_s = control_counted(self._left, since_s, self._rate)
        if rest_s:
            SLOWED.inc()
            self._tell_flood(True)
        return rest_s

    def answers(self) -> None:
        """A ping: that is a sign of life, and what it may say goes on from here."""
        now = time.monotonic()
        self._left += (now - self.last_heard) * self._rate
        self.last_heard = now

    def _tell_flood(self, floods: bool) -> None:
        if floods is not self._floods:
            self._floods = floods
            telling = stations.flooded(self.ctx, self.station, floods, self._rate)
            asyncio.get_running_loop().create_task(guarded(telling, self.station.identity))

    def _receive(self, frame: bytes) -> Awaitable[None] | None:
        self.heard_at = self.ctx.now()
        message = self.codec.decode(frame)
        if isinstance(message, Call):
            return self._answer(message, frame) if self._has_spoken else self._first(message, frame)
        if isinstance(message, Malformed):
            return self._turn_down(message, frame)
        self._settle(message, frame)
        return None

    async def _first(self, call: Call, frame: bytes) -> None:
        try:
            rest = self._answer(call, frame)
            if rest is not None:
                await rest
        finally:
            if call.action == "BootNotification" or not self.quirks.only_a_boot_counts:
                self._heard_first()

    async def _turn_down(self, message: Malformed, frame: bytes) -> None:
        self._log("in", "malformed", message.action, message.message_id, frame, error_code=message.code)
        self._complain(message.code, message.description, message.action)
        if message.answer:
            await self._send_error(message.message_id, message.code, message.description)

    def _answer(self, call: Call, frame: bytes) -> Awaitable[None] | None:
        """Handled up to where it has to wait for something: often that is its end."""
        begun = time.perf_counter()
        handler = self._handlers.get(call.action)
        if handler is None or call.mended or self.registration is not Registration.ACCEPTED:
            return self._conclude(call, frame, begun, self._handle(call))
        work = handler(self, call.payload)
        try:
            waits_for = work.send(None)
        except StopIteration as done:
            return self._answered(call, frame, begun, done.value)
        except BaseException as error:
            return self._conclude(call, frame, begun, failing(error))
        return self._conclude(call, frame, begun, Begun(work, waits_for))

    def _answered(self, call: Call, frame: bytes, begun: float, payload: Any) -> Awaitable[None] | None:
        try:
            answer = self.codec.encode_result(call.message_id, payload)
        except Exception as error:
            return self._conclude(call, frame, begun, failing(error))
        self._note(call, frame, answer, self.heard_at, begun)
        if self.follow_up or not self.link.send_now(answer):
            return self._send(answer)
        return None

    def _note(self, call: Call, frame: bytes, answer: bytes, at: datetime, begun: float) -> None:
        action, its_id, took_s = call.action, text_of(call.message_id), time.perf_counter() - begun
        self._frames.handled(self.station, at, action, its_id, frame, answer, took_s, bool(call.mended))

    async def _conclude(self, call: Call, frame: bytes, begun: float, work: Awaitable[Any]) -> None:
        heard_at = self.heard_at
        try:
            payload = await (work if self.codec.is_transaction_message(call.action) else storable(work))
            answer = self.codec.encode_result(call.message_id, payload)
        except BaseException as error:
            self._log("in", "call", call.action, call.message_id, frame)
            await self._failed(call, error)
            return
        self._note(call, frame, answer, heard_at, begun)
        await self._send(answer)

    async def _failed(self, call: Call, error: BaseException) -> None:
        if isinstance(error, CallRefused):
            self._complain(error.code, error.description, call.action)
            await self._send_error(call.message_id, error.code, error.description, call.action)
        elif isinstance(error, LinkClosed) or not isinstance(error, Exception):
            raise error
        elif not isinstance(error, Unanswered):
            # No answer is the honest one: the station keeps the message and sends it again. A CALLERROR would
            # make it throw a transaction away.
            about = {"identity": self.station.identity, "action": call.action}
            lament("a call could not be handled", error, lambda: self._worth_a_line("gone"), **about)
            if not self.codec.is_transaction_message(call.action):
                await self._send_error(call.message_id, "InternalError", "It could not be handled; send it again.")

    async def _send(self, answer: bytes) -> None:
        await self.link.send(answer)
        while self.follow_up:
            asyncio.get_running_loop().create_task(guarded(self.follow_up.pop()(), self.station.identity))

    async def _handle(self, call: Call) -> Any:
        if self.registration is not Registration.ACCEPTED and call.action != "BootNotification":
            if self.codec.is_transaction_message(call.action):
                # An error would make the station throw it away; unanswered it is sent again, once we may take it.
                raise Unanswered
            raise CallRefused("SecurityError", "This station is not accepted yet; an operator must accept it.")
        handler = self._handlers.get(call.action)
        if handler is None:
            raise CallRefused("NotSupported", f"{call.action} is not supported.")
        if call.mended:
            metrics.MENDED.labels(call.action).inc()
            if self._worth_a_line("mended"):
                log.info("mended a message", identity=self.station.identity, action=call.action, mended=call.mended)
        return await handler(self, call.payload)

    def _complain(self, code: str, description: str, action: str = "") -> None:
        """Count what could not be taken, and say so: of a flood the 1st, 2nd, 4th, 8th …"""
        code = self.codec.error_code(code)
        metrics.BAD.labels(self.version, code).inc()
        if self._worth_a_line("bad"):
            log.warning(
                "a bad message",
                identity=self.station.identity,
                code=code,
                description=description[:300],
                action=action,
                so_far=(self._complaints or {})["bad"],
            )

    def _worth_a_line(self, kind: str) -> bool:
        complaints = self._complaints = self._complaints or {}
        number = complaints[kind] = complaints.get(kind, 0) + 1
        return number.bit_count() == 1

    def _settle(self, message: CallResult | CallError, frame: bytes) -> None:
        action, begun, future = self._waiting.pop(message.message_id, ("", 0.0, None))
        kind, code = ("error", message.code) if isinstance(message, CallError) else ("result", "")
        self._log("in", kind, action, message.message_id, frame, begun=begun or None, error_code=code)
        if future is not None and not future.done():
            future.set_result(message)

    async def _send_error(self, message_id: MessageId, code: str, description: str, action: str = "") -> None:
        code = self.codec.error_code(code)
        frame = self.codec.encode_error(message_id, code, description)
        self._log("out", "error", action, message_id, frame, error_code=code)
        await self.link.send(frame)

    def now(self) -> datetime:
        """For the station's clock: whole milliseconds, which is what stations can read."""
        now = self.ctx.now()
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    @staticmethod
    def aware(at: datetime) -> datetime:
        """A station's time; one without zone is meant as UTC."""
        return at if at.tzinfo else at.replace(tzinfo=UTC)

    async def clock_seen(self, at: datetime | None) -> None:
        """A time that the station told of what just happened. Its clock is told on once a connection and where it
        changed, when it was off by as much twice in a row: what waited in a queue is older by other spans."""
        if at is None:
            return
        off_s = (self.aware(at) - self.ctx.now()).total_seconds()
        before, self.clock_off_s = self.clock_off_s, off_s
        right = self.clock_told_s is not None and abs(off_s) <= CLOCK_PLAY_S  # no queue makes a time right
        if not right and (before is None or abs(off_s - before) > CLOCK_PLAY_S):
            return
        if self.clock_told_s is not None and abs(off_s - self.clock_told_s) <= CLOCK_PLAY_S:
            return
        self.clock_told_s = off_s
        now, who = self.ctx.now(), self.station
        told = ClockTold(tenant_id=who.tenant_id, at=now, station_id=who.id, identity=who.identity, off_s=off_s)
        await self.ctx.tell_together(who.id, told)

    def sane(self, at: datetime | None) -> datetime:
        """A time for what is only shown: never in the future, never absurd."""
        now = self.ctx.now()
        at = now if at is None else self.aware(at)
        return at if now - timedelta(days=1) < at <= now else now

    @property
    def asked(self) -> bool:
        """A command to the station is under way."""
        return self._turn.locked()

    async def execute(self, command: AnyCommand) -> Answer:
        """Put one of our commands onto the wire, in this station's version."""
        return await self._execute(self, command)

    async def call(self, action: str, payload: Any, timeout_s: float | None = None) -> Reply:
        """Send a call and wait for the station's answer; the time in line counts into the time-out."""
        limit = timeout_s or self.ctx.settings.call_timeout_s
        begun = time.perf_counter()
        try:
            async with asyncio.timeout(limit), self._turn:
                await self._ready()
                reply = await self._call(action, payload)
        except TimeoutError:
            reply = Reply("timeout")
        except LinkClosed:
            reply = Reply("closed")
        metrics.CALLS.labels(reply.outcome).inc()
        return replace(reply, latency_ms=round((time.perf_counter() - begun) * 1000))

    async def _ready(self) -> None:
        if self._has_spoken:
            return
        self._spoken = self._spoken or asyncio.Event()
        try:
            async with asyncio.timeout(max(0.0, self._came + self.quirks.boot_patience_s - time.monotonic())):
                await self._spoken.wait()
        except TimeoutError:
            self._heard_first()

    def _heard_first(self) -> None:
        self._has_spoken = True
        spoken, self._spoken = self._spoken, None
        if spoken is not None:
            spoken.set()

    async def _call(self, action: str, payload: Any) -> Reply:
        message_id = str(uuid4())
        frame = self.codec.encode_call(message_id, action, payload)
        future: asyncio.Future[CallResult | CallError] = asyncio.get_running_loop().create_future()
        self._waiting[message_id] = (action, time.perf_counter(), future)
        try:
            self._log("out", "call", action, message_id, frame)
            await self.link.send(frame)
            answer = await future
        finally:
            self._waiting.pop(message_id, None)
        if isinstance(answer, CallError):
            return Reply("error", error_code=answer.code, error_description=answer.description)
        typed, raw = self.codec.decode_result(action, answer.payload)
        return Reply("answered", payload=typed, raw=raw)

    def _log(
        self,
        direction: str,
        kind: str,
        action: str,
        message_id: MessageId,
        frame: bytes,
        *,
        begun: float | None = None,
        error_code: str = "",
    ) -> None:
        latency_ms = round((time.perf_counter() - begun) * 1000) if begun else None
        at = self.heard_at if direction == "in" else self.ctx.now()
        about = self.station, direction, kind, action, text_of(message_id), frame
        self._frames.add(*about, latency_ms=latency_ms, error_code=error_code, at=at)
