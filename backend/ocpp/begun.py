"""A piece of work that began outside of the task that must finish it: its first step ran where its message came in.

Most messages are answered without waiting for anything. Waking up the station's task for each costs almost as much as
all the rest (in-process 7.6 against 4.2 µs a message), so `websocket` takes the first step itself, in four moves:
`entered` tells asyncio that the station's task is the one that runs, as asyncio does around each of its own steps, so
that time-outs, database transactions and cancellation find the right task; the handler runs up to where it waits, or to
its end; `leave` undoes the first move; and what is left, if anything, is a `Begun`, which the woken task awaits like
any other work: `__await__` first yields what the work already waits for, then goes on as usual.
"""

import asyncio
from collections.abc import Awaitable, Generator
from typing import Any

_enter: Any = asyncio.tasks._enter_task
leave: Any = asyncio.tasks._leave_task
"""(loop, task): it isn't the current one any more. Both are documented for who extends asyncio."""


def entered(loop: asyncio.AbstractEventLoop, task: asyncio.Task[Any] | None) -> bool:
    """Make a task that waits the current one, until `leave`. False: another one runs, and this is within it."""
    try:
        _enter(loop, task)
    except RuntimeError:
        return False
    return True


class Begun:
    """`work`, with what its first step waits for, if that was made already. To be awaited once.

    No subclass of Awaitable: that is an abstract class, and whether something is a Begun is asked at each message.
    """

    __slots__ = ("_waits_for", "_work", "interrupted")

    def __init__(self, work: Awaitable[Any], waits_for: Any = None) -> None:
        self._work = work
        self._waits_for = waits_for
        self.interrupted: BaseException | None = None
        """The cancellation that came before anybody awaited this: it is for the work."""

    def __await__(self) -> Generator[Any, None, Any]:
        steps: Any = self._work.__await__()
        waits_for, error = self._waits_for, self.interrupted
        if waits_for is None:
            if error is None:
                return (yield from steps)
            try:
                waits_for = steps.send(None)
            except StopIteration:
                raise error from None
        while True:
            if error is None:
                try:
                    yield waits_for
                except BaseException as thrown:
                    error = thrown
                else:
                    return (yield from steps)
            try:
                waits_for, error = steps.throw(error), None
            except StopIteration as done:
                return done.value


async def failing(error: BaseException) -> None:
    """Work that failed in its first step."""
    raise error
