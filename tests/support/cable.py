"""A TCP proxy that can do what networks do: carry nothing in one direction or both, be slow, or break.

Cut, it closes nothing and loses nothing: what is said meanwhile waits in the sender's kernel, as behind a broken
switch, and arrives when it is joined again. It runs in a thread of its own, so that fixtures and tests of any event
loop can use it.
"""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress


class Cable:
    """From `port` on 127.0.0.1 to `target` there. `up` is what the one who dialled says, `down` what it hears."""

    def __init__(self, target: int) -> None:
        self.target = target
        self.port = 0
        self.delay_s = 0.0
        """How much later what is heard arrives."""
        self._loop = asyncio.new_event_loop()
        self._may = {"up": asyncio.Event(), "down": asyncio.Event()}
        self._writers: set[asyncio.StreamWriter] = set()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="cable", daemon=True)
        self._thread.start()
        self._ready.wait()

    def cut(self, *directions: str) -> None:
        """Carry nothing any more in these directions; without a word, in both."""
        for one in directions or self._may:
            self._do(self._may[one].clear)

    def join(self) -> None:
        for one in self._may.values():
            self._do(one.set)

    def hang_up(self) -> None:
        """All connections break."""
        self._do(self._abort)

    def close(self) -> None:
        self._do(self._abort)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _do(self, work: Callable[[], None]) -> None:
        done = threading.Event()
        self._loop.call_soon_threadsafe(work)
        self._loop.call_soon_threadsafe(done.set)
        done.wait()

    def _abort(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._carry, "127.0.0.1", 0, backlog=4096))
        self.port = server.sockets[0].getsockname()[1]
        for one in self._may.values():
            one.set()
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.target)
        except OSError:
            writer.transport.abort()
            return
        ends = {writer, far_writer}
        self._writers |= ends
        try:
            with suppress(asyncio.CancelledError):  # it is closed; the streams would complain of that
                await asyncio.gather(self._one_way("up", reader, far_writer), self._one_way("down", far_reader, writer))
        finally:
            self._writers -= ends
            for one in ends:
                one.transport.abort()

    async def _one_way(self, direction: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while chunk := await reader.read(65_536):
                if direction == "down" and self.delay_s:
                    await asyncio.sleep(self.delay_s)
                await self._may[direction].wait()
                writer.write(chunk)
                await writer.drain()
            await self._may[direction].wait()
            writer.write_eof()
        except OSError:  # one end is gone without a farewell, as a killed server's: the other end is told so, too
            await self._may[direction].wait()
            writer.transport.abort()
