"""What is written in a rush: a few at once, the rest together behind them, each socket's in order."""

import asyncio
from typing import Any

import pytest

from backend.ocpp.outbox import FEW, Outbox


class Loop:
    """A millisecond a turn."""

    def __init__(self) -> None:
        self.at = 0.0
        self.due: list[Any] = []

    def time(self) -> float:
        return self.at

    def call_soon(self, work: Any) -> None:
        self.due.append(work)

    def turn(self) -> None:
        self.at += 0.001
        due, self.due = self.due, []
        for work in due:
            work()


class Wire:
    def __init__(self, said: list[tuple[str, bytes]], name: str, *, broken: bool = False) -> None:
        self._said, self._name, self._broken = said, name, broken
        self.closed = False

    def is_closing(self) -> bool:
        return self.closed

    def write(self, data: bytes) -> None:
        if self._broken:
            raise RuntimeError("the handler is closed")
        self._said.append((self._name, data))


@pytest.fixture
def loop() -> Loop:
    return Loop()


def outbox_of(loop: Loop) -> Outbox:
    return Outbox(loop)  # type: ignore[arg-type]  # all that it uses


def test_a_few_go_out_at_once_and_many_together_behind(loop: Loop) -> None:
    said: list[tuple[str, bytes]] = []
    outbox = outbox_of(loop)
    wires = [Wire(said, str(n)) for n in range(FEW + 3)]
    for wire in wires:
        outbox.write(wire, b"x")
    assert [name for name, _ in said] == [str(n) for n in range(FEW)]
    loop.turn()
    assert [name for name, _ in said] == [str(n) for n in range(FEW + 3)]
    outbox.write(wires[-1], b"y")  # another turn: nothing is put off
    assert said[-1] == (str(FEW + 2), b"y")
    assert not loop.due


def test_one_sockets_words_stay_in_order(loop: Loop) -> None:
    said: list[tuple[str, bytes]] = []
    outbox = outbox_of(loop)
    for n in range(FEW):
        outbox.write(Wire(said, f"other {n}"), b"x")
    mine = Wire(said, "mine")
    outbox.write(mine, b"1")
    loop.at += 0.001  # the clock goes on before what was put off has gone out
    outbox.write(Wire(said, "next"), b"x")
    outbox.write(mine, b"2")
    assert len(said) == FEW
    loop.turn()
    assert said[FEW:] == [("mine", b"12"), ("next", b"x")]


def test_before_the_end_of_a_socket_everything_is_sent(loop: Loop) -> None:
    said: list[tuple[str, bytes]] = []
    outbox = outbox_of(loop)
    for n in range(FEW):
        outbox.write(Wire(said, str(n)), b"x")
    mine, gone = Wire(said, "mine"), Wire(said, "gone")
    outbox.write(mine, b"last words")
    outbox.write(gone, b"too late")
    outbox.flush(mine)
    assert said[-1] == ("mine", b"last words")
    gone.closed = True
    loop.turn()
    outbox.flush(mine)
    assert said[-1] == ("mine", b"last words")


def test_a_closed_socket_takes_nothing_from_the_others(loop: Loop) -> None:
    said: list[tuple[str, bytes]] = []
    outbox = outbox_of(loop)
    for n in range(FEW):
        outbox.write(Wire(said, str(n)), b"x")
    outbox.write(Wire(said, "broken", broken=True), b"x")
    outbox.write(Wire(said, "well"), b"x")
    loop.turn()
    assert said[-1] == ("well", b"x")


async def test_there_are_rushes_on_the_loop_that_serves() -> None:
    """Its clock counts milliseconds: on one that is finer nothing would ever be put off."""
    uvloop = pytest.importorskip("uvloop")
    many, said = 50 * FEW, list[tuple[str, bytes]]()

    async def rush() -> int:
        outbox = Outbox(asyncio.get_running_loop())
        for n in range(many):
            outbox.write(Wire(said, str(n)), b"x")
        at_once = len(said)
        await asyncio.sleep(0)
        return at_once

    def in_a_loop_of_its_own() -> int:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(rush())

    assert await asyncio.to_thread(in_a_loop_of_its_own) < many
    assert [name for name, _ in said] == [str(n) for n in range(many)]
