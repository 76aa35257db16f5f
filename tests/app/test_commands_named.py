"""Whatever is asked of a station has a name in plain words, wherever the app lists it."""

from collections.abc import Iterator

from app.operator.patience import ACTIONS
from backend import commands
from backend.commands.base import Command


def kinds(of: type[Command]) -> Iterator[str]:
    for kind in of.__subclasses__():
        yield kind.__name__
        yield from kinds(kind)


def test_every_command_is_named() -> None:
    assert commands.Reset.__name__ in ACTIONS
    assert {*kinds(Command)} - {*ACTIONS} <= {"RawCall"}  # called by the action that it sends
