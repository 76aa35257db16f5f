"""What both versions have in common on the wire, on top of the `ocpp` package's ChargePoint."""

import asyncio
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from ocpp import messages
from ocpp.charge_point import ChargePoint
from ocpp.exceptions import OCPPError
from websockets.exceptions import WebSocketException

from backend.simulator.model import Fact
from backend.simulator.station import Station

# Checking a message takes less than handing it to a thread.
messages.ASYNC_VALIDATION = False
ANSWER_WITHIN_S = 30


@dataclass(frozen=True, slots=True)
class Boot:
    status: str
    interval_s: int


class Wire(Protocol):
    """A station on one socket, in one version. Calls raise OCPPError for a CALLERROR and TimeoutError."""

    spoke_at: float

    async def listen(self) -> None: ...
    async def boot(self, reason: str) -> Boot: ...
    async def heartbeat(self) -> None: ...
    async def status(self, number: int) -> None: ...
    async def meter(self, number: int) -> None: ...
    async def authorize(self, id_token: str, token_type: str) -> bool: ...
    async def deliver(self, fact: Fact) -> bool: ...

    """False: the central system doesn't want this transaction's card."""

    def shown(self, number: int) -> tuple[str, ...]: ...

    """What `status` would say of an outlet (0: the station), to see whether it is news; empty: nothing to say."""

    async def report(self, wish: str, number: int) -> None: ...
    async def installed(self, request: int) -> None: ...
    async def reservation_expired(self, reservation_id: int) -> None: ...


class Speaking:
    """Mixed into the package's ChargePoint of a version.

    The package awaits a handler inside its read loop, so that a slow one, or one that makes a call itself, would
    never see an answer. Here every call of the central system is handled in a task, one after the other, and the
    loop goes on reading.
    """

    station: Station
    spoke_at: float

    def prepare(self, station: Station) -> None:
        self.station = station
        self.spoke_at = time.monotonic()
        self._one_at_a_time = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    async def listen(self: Any) -> None:
        try:
            async for frame in self._connection:
                text = frame if isinstance(frame, str) else frame.decode(errors="replace")
                if text.lstrip()[:5].replace(" ", "").startswith("[2"):
                    task = asyncio.get_running_loop().create_task(self._handle_in_turn(text))
                    self._tasks.add(task)
                    task.add_done_callback(self._tasks.discard)
                else:
                    await self.route_message(text)
        finally:
            for task in self._tasks:
                task.cancel()

    async def _handle_in_turn(self: Any, text: str) -> None:
        async with self._one_at_a_time:
            if self.station.lag_s:
                await asyncio.sleep(self.station.lag_s)
            try:
                await self.route_message(text)
            except (OSError, WebSocketException):
                self.logger.info("%s: the link broke before the answer", self.id)

    async def ask(self: Any, payload: Any) -> Any:
        """Call, and an exception for a CALLERROR: the package would return None."""
        self.spoke_at = time.monotonic()
        answer = await self.call(payload, suppress=False)
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            # The package waits with `wait_for`, which on Python 3.11 loses a cancellation that meets the answer.
            raise asyncio.CancelledError
        return answer

    def aside(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """What takes longer than an answer may, beside everything else; it ends with the link."""
        task = asyncio.get_running_loop().create_task(self._to_its_end(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def sign_in_anew(self: Any) -> None:
        """With another password: the answer first, then a new connection."""
        await asyncio.sleep(0.2)
        await self._connection.close()

    async def _to_its_end(self: Any, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except (OSError, WebSocketException, TimeoutError, OCPPError) as error:
            self.logger.warning("%s: %s", self.id, error)


def when(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None


def stamp(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


__all__ = ["ANSWER_WITHIN_S", "Boot", "ChargePoint", "Speaking", "Wire", "stamp", "when"]
