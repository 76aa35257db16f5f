"""Group commit: who comes while one is under way goes with the next, and a bad one fails alone."""

import asyncio
from collections.abc import Sequence

import pytest

from backend.db.groups import Group


class Scribe:
    """Notes the groups it got; refuses every group with a negative number in it."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.go = asyncio.Event()
        self.away = False

    async def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.groups.append(list(numbers))
        await self.go.wait()
        if self.away:
            raise ConnectionError("the database is away")
        if any(number < 0 for number in numbers):
            raise ValueError("a negative number")
        return [10 * number for number in numbers]


@pytest.fixture
def scribe() -> Scribe:
    return Scribe()


def together(group: Group[int, int], *numbers: int) -> list["asyncio.Task[int]"]:
    return [asyncio.ensure_future(group.submit(f"key {number}", number)) for number in numbers]


async def turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_who_comes_meanwhile_goes_with_the_next_one(scribe: Scribe) -> None:
    group = Group("t", scribe, at_once=1)
    first = together(group, 1)
    await turns()
    rest = together(group, 2, 3, 4)
    await turns()
    assert scribe.groups == [[1]]
    scribe.go.set()
    assert await asyncio.gather(*first, *rest) == [10, 20, 30, 40]
    assert scribe.groups == [[1], [2, 3, 4]]


async def test_a_bad_one_fails_alone(scribe: Scribe) -> None:
    scribe.go.set()
    group = Group("t", scribe)
    done = await asyncio.gather(*together(group, 1, 2, -3, 4, 5, 6, 7), return_exceptions=True)
    assert [one for one in done if isinstance(one, int)] == [10, 20, 40, 50, 60, 70]
    assert str(done[2]) == "a negative number"
    assert len(scribe.groups) <= 7


async def test_a_database_that_is_away_is_asked_once(scribe: Scribe) -> None:
    scribe.go.set()
    scribe.away = True
    done = await asyncio.gather(*together(Group("t", scribe), *range(1, 9)), return_exceptions=True)
    assert all(isinstance(one, ConnectionError) for one in done)
    assert len(scribe.groups) == 1


async def test_never_two_of_one_key_at_once(scribe: Scribe) -> None:
    group = Group("t", scribe, at_once=2)
    same = [asyncio.ensure_future(group.submit("station", number)) for number in (1, 2)]
    other = together(group, 3)
    await turns()
    assert scribe.groups == [[1, 3]]
    scribe.go.set()
    assert await asyncio.gather(*same, *other) == [10, 20, 30]
    assert scribe.groups == [[1, 3], [2]]


async def test_limits(scribe: Scribe) -> None:
    group = Group("t", scribe, at_once=1, most_together=2, most_waiting=3)
    tasks = together(group, *range(1, 8))
    await turns()
    assert scribe.groups == [[1, 2]]
    tasks[2].cancel()  # its socket is gone
    scribe.go.set()
    assert await asyncio.gather(*tasks[:2], *tasks[3:]) == [10, 20, 40, 50, 60, 70]
    assert max(map(len, scribe.groups)) == 2
    assert 3 not in [number for one in scribe.groups for number in one]


async def test_the_loop_ends(scribe: Scribe) -> None:
    group = Group("t", scribe)
    waiting = together(group, 1)
    await turns()
    for task in group._running:
        task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting[0]
