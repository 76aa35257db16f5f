"""Group commit without a timer: what arrives while one database transaction is under way goes with the next.

A lonely message is written at once; under load hundreds share one transaction, and the work that depends on the
number of transactions (round trips, WAL flushes, locks) is shared by all of them. Who submits is told after the
commit. One that can't be written fails alone: a group that fails is halved until the bad one is by itself.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextvars import Context
from typing import Any, Generic, TypeVar

import asyncpg
from prometheus_client import Histogram

T = TypeVar("T")
R = TypeVar("R")

MOST_TOGETHER = 250
MOST_WAITING = 20_000
AT_ONCE = 2
"""Groups under way: while one waits for the disk the other uses the processor."""
SIZE = Histogram(
    "wattline_group_size", "Messages that share one commit", ["group"], buckets=(1, 2, 5, 10, 25, 50, 100, 250)
)
GONE = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
)
"""The database is away: halving the group would only ask it again and again."""


class Group(Generic[T, R]):
    """`work` takes what came together and returns an answer for each, in order, once all is committed."""

    def __init__(
        self,
        name: str,
        work: Callable[[Sequence[T]], Awaitable[Sequence[R]]],
        *,
        most_together: int = MOST_TOGETHER,
        most_waiting: int = MOST_WAITING,
        at_once: int = AT_ONCE,
    ) -> None:
        self._work = work
        self._most_together = most_together
        self._most_waiting = most_waiting
        self._at_once = at_once
        self._waiting: deque[tuple[Hashable, T, asyncio.Future[R]]] = deque()
        self._busy: set[Hashable] = set()
        """Keys under way: two messages of one station never run side by side."""
        self._running: set[asyncio.Task[None]] = set()
        self._active = 0
        self._room: asyncio.Event | None = None
        self._size = SIZE.labels(name)

    async def submit(self, key: Hashable, item: T) -> R:
        """The answer, after the commit. Of one key only one is under way. Raises what `work` raises for it alone."""
        while len(self._waiting) >= self._most_waiting:
            self._room = self._room or asyncio.Event()
            await self._room.wait()
        answer: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((key, item, answer))
        if self._active < self._at_once:
            self._start()
        return await answer

    def _start(self) -> None:
        self._active += 1
        # A context of its own: it must not inherit the open transaction of whoever comes first.
        task = asyncio.get_running_loop().create_task(self._run(), context=Context())
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _run(self) -> None:
        try:
            while group := self._taken():
                self._size.observe(len(group))
                try:
                    await self._settle(group)
                finally:
                    self._busy.difference_update(key for key, _, _ in group)
                    for _, _, answer in group:
                        answer.cancel()  # only those that are not answered: the loop is ending
        finally:
            self._active -= 1  # here: whoever comes before the task counts as done must start another one

    def _taken(self) -> list[tuple[Hashable, T, "asyncio.Future[R]"]]:
        group: list[tuple[Hashable, T, asyncio.Future[R]]] = []
        later: list[tuple[Hashable, T, asyncio.Future[R]]] = []
        while self._waiting and len(group) < self._most_together:
            one = self._waiting.popleft()
            if one[2].done():
                continue  # nobody waits any more: the socket is gone
            if one[0] in self._busy:
                later.append(one)
            else:
                self._busy.add(one[0])
                group.append(one)
        self._waiting.extendleft(reversed(later))
        room, self._room = self._room, None
        if room is not None:
            room.set()
        return group

    async def _settle(self, group: list[tuple[Hashable, T, "asyncio.Future[R]"]]) -> None:
        try:
            answers = await self._work([item for _, item, _ in group])
        except asyncio.CancelledError:
            raise
        except Exception as error:
            if len(group) == 1 or isinstance(error, GONE):
                for _, _, answer in group:
                    if not answer.done():
                        answer.set_exception(error)
                return
            half = len(group) // 2
            await self._settle(group[:half])
            await self._settle(group[half:])
            return
        for (_, _, answer), said in zip(group, answers, strict=True):
            if not answer.done():
                answer.set_result(said)


class Groups:
    """All groups of a process, by name."""

    def __init__(self) -> None:
        self._groups: dict[str, Group[Any, Any]] = {}

    def of(
        self, name: str, work: Callable[[Sequence[Any]], Awaitable[Sequence[Any]]], **limits: int
    ) -> Group[Any, Any]:
        """`work` and limits count when the name is used for the first time."""
        group = self._groups.get(name)
        if group is None:
            group = self._groups[name] = Group(name, work, **limits)
        return group
