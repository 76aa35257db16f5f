"""One WebSocket of a station on the event loop: bytes as they come, frames as somebody takes them, and its end.

No task, no stream and no read buffer of its own: thousands of idle stations must cost little. What is read is
bounded by what is taken, what is written by what the other side reads.
"""

import asyncio
import contextvars
from typing import Any

from backend.ocpp.begun import Begun, entered, leave
from backend.ocpp.framing import CLOSE, MESSAGE, PING, PONG, FrameReader, close_frame, control_frame, text_frame
from backend.ocpp.host import Count, Host, LinkClosed, Take
from backend.ocpp.opening import Opening
from backend.ocpp.ping_tally import PingTally

WRITE_LIMIT = 4096
"""Bytes that may wait for a station that doesn't read; then whoever sends waits, and nothing more is read."""
QUEUED_FRAMES = 4
MOST_EARLY = 4096
"""Bytes behind a request that is not answered yet; to stop reading at once would cost each station two system calls."""
CLOSE_TIMEOUT_S = 2.0
_ANY_NUMBER = 1 << 30
_NUMBER = 4
"""Bytes of a ping's number."""


class WebSocket(asyncio.BufferedProtocol):
    """Opening (`_opening` is there) → open → closing (the other side's close frame is due) → over (only EOF is due)."""

    __slots__ = (
        "_context", "_counts", "_deadline", "_host", "_lost", "_opening", "_pings", "_probes", "_queue", "_reader",
        "_reading", "_resting", "_take_it", "_task", "_transport", "_unlock", "_waiter", "blunt", "breach", "open",
        "peer", "tally",
    )  # fmt: skip

    def __init__(self, host: Host) -> None:
        self._host = host
        self._transport: Any = None
        self._opening: Opening | None = Opening()
        self._reader: FrameReader | None = None
        """None while opening, and when nothing that comes matters any more."""
        self._task: asyncio.Task[None] | None = None
        """The one that attends to it, from the request to the end."""
        self._context: contextvars.Context | None = None
        """Of that task."""
        self._take_it: Take | None = None
        """There while that task serves."""
        self._counts: Count | None = None
        """There while that task serves a station that may not say any number of things."""
        self._deadline: asyncio.TimerHandle | None = None
        self._queue: list[bytes | Begun] = []
        self._reading = True
        self._resting = False
        """Nothing is read for a moment: there were too many control frames."""
        self._waiter: asyncio.Future[None] | None = None
        """Of who wants a message."""
        self._unlock: asyncio.Event | None = None
        """There while the other side doesn't read: set when it does again."""
        self._lost: asyncio.Event | None = None
        self._pings = 0
        self.tally = PingTally()
        self._probes: list[tuple[int, asyncio.Future[bool]]] | None = None
        self.open = False
        self.blunt = False
        self.breach: tuple[int, str] | None = None
        self.peer = "?"

    @property
    def tls(self) -> Any:
        """What TLS knows of the other side; None without it."""
        return None if self._transport is None else self._transport.get_extra_info("ssl_object")

    # --- for who holds it ---------------------------------------------------------------------------------

    async def receive(self) -> bytes | None:
        """The next message; None when there will be none any more, however the socket ended."""
        message = await self._next()
        assert not isinstance(message, Begun)  # there are none without `serve`
        return message

    async def serve(self, take: Take, counts: Count | None = None) -> None:
        """Hand every message to `take`, in order, until there will be none any more. `counts` the control frames.

        One that comes while this task only waits for it is taken where it comes from the event loop, in this task's
        name: nobody has to be woken up for what can be answered at once.
        """
        self._take_it, self._counts = take, counts
        try:
            while (message := await self._next()) is not None:
                rest = message if isinstance(message, Begun) else take(message)
                if rest is not None:
                    await rest
        finally:
            self._take_it = self._counts = None

    async def _next(self) -> bytes | Begun | None:
        while not self._queue:
            if not self.open:
                return None
            self._waiter = self._host.loop.create_future()
            try:
                await self._waiter
            except asyncio.CancelledError as error:
                # What has begun in this task's name was meant, by a time-out of its own maybe.
                if not self._queue or not isinstance(self._queue[0], Begun):
                    raise
                self._queue[0].interrupted = error
            finally:
                self._waiter = None
        message = self._queue.pop(0)
        if not self._reading and not self._queue:
            # Not at once: after every few messages of a flood it is everybody else's turn.
            self._host.loop.call_soon(self._go_on)
        return message

    def send_now(self, frame: bytes) -> bool:
        """Send without waiting. False: the socket is gone, or the other side doesn't read."""
        if self._unlock is not None or not self.open:
            return False
        self._write(text_frame(frame))
        return True

    async def send(self, frame: bytes) -> None:
        """Waits while the other side doesn't read. Raises LinkClosed."""
        while self._unlock is not None and self.open:
            await self._unlock.wait()
        if not self.open:
            raise LinkClosed("the socket is closed")
        self._write(text_frame(frame))

    async def alive(self, timeout_s: float) -> bool:
        """Whether a ping is answered in time."""
        if not self.open:
            return False
        self.ping()
        answer = asyncio.get_running_loop().create_future()
        probe = (self._pings, answer)
        self._probes = [*(self._probes or ()), probe]
        try:
            async with asyncio.timeout(timeout_s):
                return await answer
        except TimeoutError:
            return False
        finally:
            self._probes = [one for one in self._probes or () if one is not probe] or None

    async def close(self, code: int = 1000, reason: str = "") -> None:
        """Until the connection is gone: the other side has a moment for its part of the closing handshake."""
        self.leave(code, reason)
        await self.wait_lost()

    # --- for the listener ---------------------------------------------------------------------------------

    def accept(self, subprotocol: str | None) -> bool:
        """Answer the upgrade. False: the other side has gone meanwhile."""
        opening, self._opening = self._opening, None
        if opening is None:
            return False
        self._reader = FrameReader(self._host.max_frame)
        self._write(opening.welcomed(subprotocol))
        self.open = True
        self._take(memoryview(opening.early))
        self._pace()
        return True

    def refuse(self, answer: bytes) -> None:
        """Turn an upgrade away with a whole HTTP answer."""
        if self._opening is not None:
            self._opening = None
            self._write(answer)
            self._finish()

    def ping(self) -> None:
        if self.open:
            self._pings = (self._pings + 1) % (1 << 8 * _NUMBER)
            self.tally.sent()
            self._write(control_frame(PING, self._pings.to_bytes(_NUMBER, "big")))

    @property
    def stuck(self) -> bool:
        """The other side doesn't read what is written."""
        return self._unlock is not None

    def leave(self, code: int, reason: str) -> None:
        """Begin to close an open socket; for any other this is no news."""
        if self.open and self.blunt:
            self._host.outbox.flush(self._transport)
            self._transport.abort()
        elif self.open:
            self._write(close_frame(code, reason))
            self._end_use()
            self._set_deadline(CLOSE_TIMEOUT_S)
            self._go_on()

    async def wait_lost(self) -> None:
        if self._transport is not None:
            if self._lost is None:
                self._lost = asyncio.Event()
            await self._lost.wait()

    # --- what the event loop calls ------------------------------------------------------------------------

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        transport.set_write_buffer_limits(high=WRITE_LIMIT)
        address = transport.get_extra_info("peername")
        if address:
            self.peer = f"{address[0]}:{address[1]}"
        self._host.came(self)

    def get_buffer(self, _sizehint: int) -> memoryview:
        return self._host.buffer

    def buffer_updated(self, nbytes: int) -> None:
        buffer, reader = self._host.buffer, self._reader
        if reader is not None:
            message = None if self._waiter is None else reader.only(buffer, nbytes)
            if message is None:
                self._take(buffer[:nbytes])
            else:
                self._deliver(message)
        elif self._opening is not None:
            self._hear_request(self._opening, bytes(buffer[:nbytes]))

    def eof_received(self) -> None:
        """The transport closes itself; nobody waits for ever for a buffer that the other side never takes."""
        self._host.outbox.flush(self._transport)
        self._end_use()
        self._opening = self._reader = None
        self._set_deadline(CLOSE_TIMEOUT_S)

    def connection_lost(self, _error: Exception | None) -> None:
        self._end_use()
        self._opening = self._reader = self._transport = self._task = self._context = None
        self._set_deadline(None)
        if self._lost is not None:
            self._lost.set()
        self._host.gone(self)

    def pause_writing(self) -> None:
        self._unlock = self._unlock or asyncio.Event()
        self._pace()

    def resume_writing(self) -> None:
        unlock, self._unlock = self._unlock, None
        if unlock is not None:
            unlock.set()
        self._go_on()

    # --- opening ------------------------------------------------------------------------------------------

    def _hear_request(self, opening: Opening, data: bytes) -> None:
        if self._task is not None:
            opening.early += data
            self._set_reading(len(opening.early) < MOST_EARLY)
            return
        opening.feed(data)
        if opening.answer is not None:
            self.refuse(opening.answer)
        elif opening.request is not None:
            self._context = contextvars.copy_context()
            self._task = self._host.asked(self, opening, self._context)

    # --- frames -------------------------------------------------------------------------------------------

    def _take(self, data: memoryview) -> None:
        reader = self._reader
        assert reader is not None
        room = QUEUED_FRAMES - len(self._queue) if self.open else _ANY_NUMBER
        for kind, payload in reader.feed(data, room):
            if kind != MESSAGE:
                self._control(kind, payload)
            elif self.open:  # else: we have said goodbye; unanswered it is sent again
                self._deliver(payload)
        if reader.breach is not None:
            self._reader = None
            self.breach = self.breach or reader.breach
            self.leave(*reader.breach)
            self._finish()
        elif len(self._queue) >= QUEUED_FRAMES:
            self._pace()
        elif self.open and reader.unread:
            self._set_reading(False)
            if not self._queue:
                self._host.loop.call_soon(self._go_on)  # all were taken at once: now it is everybody else's turn

    def _deliver(self, message: bytes) -> None:
        """To the task that attends, when its turn is; or begin in its name, when it has nothing else to do."""
        waiter, take = self._waiter, self._take_it
        if waiter is None or waiter.done():
            self._queue.append(message)
        elif take is None or self._unlock is not None or not entered(self._host.loop, self._task):
            self._queue.append(message)
            waiter.set_result(None)
        else:
            try:
                rest = self._context.run(take, message)  # type: ignore[union-attr]  # there from the request on
            except Exception as error:
                waiter.set_exception(error)
                return
            finally:
                leave(self._host.loop, self._task)
            if rest is not None:
                self._queue.append(rest if isinstance(rest, Begun) else Begun(rest))
                waiter.set_result(None)

    def _control(self, kind: int, payload: bytes) -> None:
        if self._counts is not None and (rest_s := self._counts()) and not self._resting:
            self._resting = True
            self._host.loop.call_later(rest_s, self._rested)
            self._pace()
        if kind == PING:
            self._write(control_frame(PONG, payload))
        elif kind == PONG:
            self._hear_pong(payload)
        elif kind == CLOSE:
            if self.open:
                self._write(control_frame(CLOSE, payload))
            self._finish()

    def _rested(self) -> None:
        self._resting = False
        self._go_on()

    def _hear_pong(self, payload: bytes) -> None:
        """One of a later ping counts too: stations may answer only the last one (RFC 6455, 5.5.3)."""
        number = int.from_bytes(payload, "big") if len(payload) == _NUMBER else 0
        if number == self._pings:
            self.tally.answered()
        for asked, answer in self._probes or ():
            if asked <= number <= self._pings and not answer.done():
                answer.set_result(True)

    def _go_on(self) -> None:
        """There is room again: first for what is here already."""
        if self._reader is not None and self._reader.unread and not (self.open and (self.stuck or self._resting)):
            self._take(memoryview(b""))
        self._pace()

    def _pace(self) -> None:
        """Read on while messages are taken and answers are read."""
        if self._opening is None:
            reader = self._reader
            full = len(self._queue) >= QUEUED_FRAMES or (reader is not None and reader.unread)
            self._set_reading(not self.open or not (full or self.stuck or self._resting))

    def _write(self, data: bytes) -> None:
        self._host.outbox.write(self._transport, data)

    def _set_reading(self, wanted: bool) -> None:
        if wanted == self._reading or self._transport is None or self._transport.is_closing():
            return
        self._reading = wanted
        if wanted:
            self._transport.resume_reading()
        else:
            self._transport.pause_reading()

    # --- the end ------------------------------------------------------------------------------------------

    def _end_use(self) -> None:
        """Nobody gets or sends anything any more."""
        self.open = False
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
        if self._unlock is not None:
            self._unlock.set()
        for _, answer in self._probes or ():
            if not answer.done():
                answer.set_result(False)

    def _finish(self) -> None:
        """All is said: hang up, but give the other side a moment to read it (a reset would take it away)."""
        self._end_use()
        self._reader = None
        self._set_deadline(CLOSE_TIMEOUT_S)
        self._set_reading(True)
        if self._transport.is_closing():
            return
        self._host.outbox.flush(self._transport)
        if self._transport.can_write_eof():
            self._transport.write_eof()
        else:
            self._transport.close()

    def _set_deadline(self, seconds: float | None) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        if seconds is not None:
            self._deadline = asyncio.get_running_loop().call_later(seconds, self.overdue)

    def overdue(self) -> None:
        """An upgrade that takes too long, or an end that never comes."""
        if self._task is not None and self._opening is not None:
            self._task.cancel()
        if self._transport is not None:
            self._transport.abort()
