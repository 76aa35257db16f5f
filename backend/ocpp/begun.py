"""A piece of work that began outside of the task that must finish it: its first step ran where its message came in."""

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


class Begun(Awaitable[Any]):
    """`work`, with what its first step waits for, if that was made already. To be awaited once."""

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
