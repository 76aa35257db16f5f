"""What a station told while the database was away: statuses, events, and how updates and logs go on. Few stations say
any of it again, so it is kept here and written once the database answers. Of each outlet the newest status counts; what
comes meanwhile stands in the same line. It is in the memory of this process only, which is why its answer is an error.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

import structlog

from backend.db.groups import GONE

log = structlog.get_logger(__name__)
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 15.0
GIVE_UP_S = 3600.0
"""Older news is none."""
MOST = 200
"""Of one station; then the oldest goes, of statuses last."""

Key = tuple[object, ...]
"""What is told again replaces what was told under the same key: the numbers of an outlet, or a word and more."""
Write = Callable[[], Awaitable[None]]


class Kept:
    """Of one station."""

    def __init__(self) -> None:
        self.newest: dict[Key, Write] = {}
        self._one = asyncio.Lock()

    def add(self, key: Key, write: Write) -> None:
        self.newest.pop(key, None)  # it is written in the order in which it was told last
        if len(self.newest) >= MOST:
            oldest = next((one for one in self.newest if isinstance(one[0], str)), next(iter(self.newest)))
            del self.newest[oldest]
            log.warning("more was told while the database was away than is kept", lost=oldest[0])
        self.newest[key] = write

    async def settle(self) -> None:
        """Write them; what was told meanwhile too. Raises GONE."""
        async with self._one:
            while self.newest:
                key, write = next(iter(self.newest.items()))
                try:
                    await write()
                except GONE:
                    raise
                except Exception:
                    log.exception("what was kept could not be written", key=str(key))
                if self.newest.get(key) is write:
                    del self.newest[key]


_stations: dict[UUID, Kept] = {}
_tasks: set[asyncio.Task[None]] = set()


async def told(station_id: UUID, key: Key, write: Write) -> None:
    """Write it, now or as soon as that can be done. Raises what `write` does; GONE: it is kept."""
    await all_told(station_id, [(key, write)])


async def all_told(station_id: UUID, said: Sequence[tuple[Key, Write]]) -> None:
    """The same for all that one message says, one after the other."""
    for place, (key, write) in enumerate(said):
        kept = _stations.get(station_id)
        try:
            if kept is None:
                await write()
            else:
                kept.add(key, write)
                await kept.settle()
        except GONE:
            kept = _keep(station_id)
            if key not in kept.newest:  # a newer one may be there already
                kept.add(key, write)
            for later in said[place + 1 :]:
                kept.add(*later)
            raise


def _keep(station_id: UUID) -> Kept:
    kept = _stations.get(station_id)
    if kept is None:
        kept = _stations[station_id] = Kept()
        task = asyncio.get_running_loop().create_task(_go_on(station_id, kept))
        _tasks.add(task)
        task.add_done_callback(_tasks.discard)
    return kept


async def _go_on(station_id: UUID, kept: Kept) -> None:
    pause_s, over_s = FIRST_PAUSE_S, 0.0
    try:
        while kept.newest and over_s < GIVE_UP_S:
            await asyncio.sleep(pause_s)
            over_s += pause_s
            try:
                await kept.settle()
            except GONE:
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
    finally:
        if _stations.get(station_id) is kept:
            del _stations[station_id]
