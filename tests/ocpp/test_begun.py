"""Messages that are begun in the name of the task that waits for them: order, time-outs, cancellation, failures."""

import asyncio
from collections.abc import Awaitable

import pytest

from backend.ocpp.begun import Begun, entered, leave
from tests.support.sockets import House, house, masked, request


class Guests(House):
    """Words decide how a message is handled; what was handled is remembered in order."""

    def __init__(self, expected: int) -> None:
        super().__init__()
        self.expected = expected
        self.all_said = asyncio.Event()
        self.may_end = asyncio.Event()
        self.said: list[str] = []
        self.tasks: set[object] = set()

    async def serve(self, link: object, guest: object) -> None:
        me = asyncio.current_task()

        async def work(message: bytes) -> None:
            self.tasks.add(asyncio.current_task() is me)
            word = message.decode()
            if word.startswith("wait"):
                await self.may_end.wait()
            if word == "late":
                try:
                    async with asyncio.timeout(0):
                        await asyncio.Event().wait()
                except TimeoutError:
                    word = "late, and knows it"
            self.said.append(word)
            if len(self.said) == self.expected:
                self.all_said.set()
            self.tasks.add(asyncio.current_task() is me)
            if word == "fail":
                raise ValueError("as you wish")
            await link.send(word.encode())  # type: ignore[attr-defined]

        def take(message: bytes) -> Awaitable[None] | None:
            one = work(message)
            try:
                waits_for = one.send(None)
            except StopIteration:
                return None
            return Begun(one, waits_for)

        try:
            await link.serve(take)  # type: ignore[attr-defined]
        finally:
            self.ended += 1


async def _said(words: list[bytes], expected: list[str]) -> None:
    guests = Guests(len(expected))
    async with house(guests) as one:
        reader, writer = await asyncio.open_connection("127.0.0.1", one.port)
        writer.write(request())
        await reader.readuntil(b"\r\n\r\n")
        for word in words:
            writer.write(masked(0x81, word))
            await writer.drain()
        await asyncio.sleep(0.02)
        guests.may_end.set()
        async with asyncio.timeout(5):
            await guests.all_said.wait()
        writer.close()
    assert guests.said == expected
    assert guests.tasks == {True}
    assert guests.ended == 1


async def test_messages_keep_their_order_whether_they_wait_or_not() -> None:
    words = ["a", "wait 1", "b", "c", "wait 2", "d", "e", "f", "g", "h", "i"]
    await _said([word.encode() for word in words], words)


async def test_a_time_out_that_strikes_before_the_task_goes_on_is_the_works_own() -> None:
    await _said([b"a", b"late", b"b"], ["a", "late, and knows it", "b"])


async def test_a_failure_at_once_ends_the_socket_as_one_later_does() -> None:
    await _said([b"a", b"fail"], ["a", "fail"])
    await _said([b"a", b"wait", b"fail"], ["a", "wait", "fail"])


async def test_a_cancellation_that_came_first_reaches_the_work() -> None:
    heard: list[str] = []

    async def work() -> str:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            heard.append("cancelled")
            await asyncio.sleep(0)  # cleaning up may wait
            heard.append("clean")
        return "done"

    for first_step in (True, False):
        heard.clear()
        one = work()
        begun = Begun(one, one.send(None) if first_step else None)
        begun.interrupted = asyncio.CancelledError()
        assert await begun == "done"
        assert heard == ["cancelled", "clean"]


async def test_a_cancellation_is_not_lost_on_work_that_needs_no_time() -> None:
    async def work() -> None: ...

    begun = Begun(work())
    begun.interrupted = asyncio.CancelledError()
    with pytest.raises(asyncio.CancelledError):
        await begun


async def test_nothing_is_begun_within_another_task() -> None:
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    other = loop.create_task(asyncio.sleep(0))
    assert not entered(loop, other)
    assert asyncio.current_task() is task
    heard: list[object] = []

    def from_the_loop() -> None:
        assert entered(loop, task)
        heard.append(asyncio.current_task())
        leave(loop, task)

    loop.call_soon(from_the_loop)
    await other
    assert heard == [task]
