"""Whether the node that was asked for a station still has its socket, while somebody waits for the answer.

A node that ends in order says how its commands ended; one that is killed says nothing, and one whose host is gone is
known by the lease that ran out.
"""

import asyncio
import time
from types import TracebackType
from typing import Self
from uuid import UUID

from backend.bus.base import BusError, NobodyListens, RequestTimeout
from backend.context import Context
from backend.db.groups import GONE as DATABASE_GONE
from backend.stations import store

LOOK_EVERY_S = 1.0
SILENT_S = 8.0
"""So long without a sign of life the node that was asked can't be reached, although the database knows it as alive."""
LAST_WORDS_S = 1.0
"""An answer that is on its way when the socket goes may still come."""
GONE = b"gone"


class Lookout:
    """Around the wait: raises TimeoutError in it when there is nothing to wait for any more; `trouble` says why.

    Most answers come before the first look: for them there is a timer, and no task.
    """

    def __init__(self, ctx: Context, station_id: UUID) -> None:
        self._ctx = ctx
        self._station_id = station_id
        self._limit = asyncio.timeout(None)
        self._looking: asyncio.Task[None] | None = None
        self.trouble = ""

    async def __aenter__(self) -> Self:
        await self._limit.__aenter__()
        self._last_sign = time.monotonic()
        self._first = asyncio.get_running_loop().call_later(LOOK_EVERY_S, self._begin)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._first.cancel()
        if self._looking is not None:
            self._looking.cancel()
        await self._limit.__aexit__(kind, error, trace)

    def _begin(self) -> None:
        self._looking = asyncio.get_running_loop().create_task(self._look_out())

    async def _look_out(self) -> None:
        holder = b""
        while True:
            found = await self._look()
            if found:
                self._last_sign = time.monotonic()
            gone = found is GONE or (holder and found and found != holder)
            holder = holder or found or b""
            if gone or time.monotonic() - self._last_sign > SILENT_S:
                await asyncio.sleep(LAST_WORDS_S)
                self.trouble = "is gone" if gone else "can't be reached"
                self._limit.reschedule(asyncio.get_running_loop().time())
                return
            await asyncio.sleep(LOOK_EVERY_S)

    async def _look(self) -> bytes | None:
        """Who holds the station's socket (its session), GONE, or None where nothing is known now."""
        try:
            return await self._ctx.bus.request(f"station.{self._station_id}", b"", timeout=LOOK_EVERY_S)
        except NobodyListens:
            return GONE
        except RequestTimeout:
            try:
                return None if await store.is_online(self._station_id) else GONE
            except DATABASE_GONE:
                return None
        except BusError:
            return None
