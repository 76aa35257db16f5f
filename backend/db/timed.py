"""Waits for the database that took too long, told apart from all other waits."""

from types import TracebackType


class TimedOut(TimeoutError):
    """The database didn't answer in time, or nobody got a connection to it."""


class _Timed:
    """Names what the database's own library raises. A class: every query passes here."""

    __slots__ = ()

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if isinstance(error, TimeoutError) and not isinstance(error, TimedOut):
            raise TimedOut(*error.args) from error


TIMED = _Timed()
