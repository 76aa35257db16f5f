"""What was told while the database was away."""

import asyncio
from collections.abc import Iterator
from uuid import UUID

import pytest

from backend.ocpp import unstored

ONE = UUID(int=1)


class Board:
    """Where statuses are written, while it is there."""

    def __init__(self) -> None:
        self.away = True
        self.broken = ""
        self.shows: dict[int, str] = {}
        self.written = 0

    async def write(self, evse: int, word: str) -> None:
        await asyncio.sleep(0)
        if self.away:
            raise ConnectionResetError("the database is away")
        if word == self.broken:
            raise ValueError(word)
        self.shows[evse] = word
        self.written += 1

    async def say(self, evse: int, word: str) -> None:
        await unstored.told(ONE, (evse, 1), lambda: self.write(evse, word))


@pytest.fixture
def board(monkeypatch: pytest.MonkeyPatch) -> Iterator[Board]:
    monkeypatch.setattr(unstored, "FIRST_PAUSE_S", 0.02)
    yield Board()
    unstored._stations.clear()


async def shown(board: Board, wanted: dict[int, str]) -> None:
    async with asyncio.timeout(5):
        while board.shows != wanted or unstored._stations:  # noqa: ASYNC110  # there is no event for it
            await asyncio.sleep(0.01)


async def test_the_newest_of_each_outlet_is_written_when_the_database_is_back(board: Board) -> None:
    for evse, word in ((1, "occupied"), (2, "faulted"), (1, "charging")):
        with pytest.raises(ConnectionResetError):
            await board.say(evse, word)
    board.away = False
    await shown(board, {1: "charging", 2: "faulted"})
    assert board.written == 2


async def test_what_comes_meanwhile_stands_in_the_same_line(board: Board) -> None:
    with pytest.raises(ConnectionResetError):
        await board.say(1, "occupied")
    board.away = False
    await board.say(1, "available")
    await shown(board, {1: "available"})
    await board.say(1, "occupied")
    assert board.shows == {1: "occupied"}, "and then none is needed"


async def test_one_that_can_not_be_written_holds_up_no_other(board: Board) -> None:
    board.broken = "odd"
    for evse, word in ((1, "odd"), (2, "faulted")):
        with pytest.raises(ConnectionResetError):
            await board.say(evse, word)
    board.away = False
    await shown(board, {2: "faulted"})


async def test_events_are_written_in_the_order_of_their_words_and_statuses_outlive_a_flood(
    board: Board, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []

    async def event(word: str) -> None:
        if board.away:
            raise ConnectionResetError("the database is away")
        written.append(word)

    monkeypatch.setattr(unstored, "MOST", 4)
    with pytest.raises(ConnectionResetError):
        await board.say(1, "faulted")
    for word in ("a", "b", "c", "d", "b"):
        with pytest.raises(ConnectionResetError):
            await unstored.told(ONE, ("security", word), lambda word=word: event(word))
    board.away = False
    await shown(board, {1: "faulted"})
    assert written == ["c", "d", "b"]


async def test_all_that_one_message_says_is_kept(board: Board) -> None:
    said = [((evse, 1), lambda evse=evse: board.write(evse, "occupied")) for evse in (1, 2, 3)]
    with pytest.raises(ConnectionResetError):
        await unstored.all_told(ONE, said)
    board.away = False
    await shown(board, {1: "occupied", 2: "occupied", 3: "occupied"})
