"""Statuses that a station told while the database was away. No station repeats one, so the newest of each outlet is
kept here and written once the database answers; what comes meanwhile stands in the same line: the newest counts.
"""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

import structlog

from backend.db.groups import GONE

log = structlog.get_logger(__name__)
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 15.0
GIVE_UP_S = 3600.0
"""Older news is none."""

Outlet = tuple[int, int]
Write = Callable[[], Awaitable[None]]


class Kept:
    """Of one station."""

    def __init__(self) -> None:
        self.newest: dict[Outlet, Write] = {}
        self._one = asyncio.Lock()

    async def settle(self) -> None:
        """Write them; what was told meanwhile too. Raises GONE."""
        async with self._one:
            while self.newest:
                outlet, write = next(iter(self.newest.items()))
                try:
                    await write()
                except GONE:
                    raise
                except Exception:
                    log.exception("a status that was kept could not be written")
                if self.newest.get(outlet) is write:
                    del self.newest[outlet]


_stations: dict[UUID, Kept] = {}
_tasks: set[asyncio.Task[None]] = set()


async def told(station_id: UUID, outlet: Outlet, write: Write) -> None:
    """Write a status, now or as soon as that can be done. Raises what `write` does; GONE: it is kept."""
    kept = _stations.get(station_id)
    try:
        if kept is None:
            await write()
        else:
            kept.newest[outlet] = write
            await kept.settle()
    except GONE:
        _keep(station_id).newest.setdefault(outlet, write)  # a newer one may be there already
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
