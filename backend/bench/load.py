"""The stations of a measurement, in a process of their own: raw sockets, one call in flight each.

Cheaper than any server under test, so that the server is what saturates. Every answer is checked; one that isn't
right is counted and shown.
"""

import asyncio
import ssl
import sys
from typing import Any

from backend.bench.process import obey, pin
from backend.bench.talk import Step, Talk, talks, text_frame
from backend.process import event_loop, raise_open_files

CONNECTING_AT_ONCE = 100
PATIENCE_S = 180.0
TICK_S = 0.002
AGAIN_AFTER_S = 1.0
ACCEPTED = (b'"TriggerMessage"', b'"Reset"')
"""What these stations do when they are asked; anything else they don't know."""


class TurnedAway(ConnectionError):
    """By a whole HTTP answer; `again_s`: when to come again."""

    def __init__(self, head: bytes) -> None:
        status, *lines = head.decode(errors="replace").split("\r\n")
        super().__init__(status)
        named = [line.partition(":")[2] for line in lines if line.lower().startswith("retry-after:")]
        self.again_s = float(named[0]) if named else AGAIN_AFTER_S


class Station(asyncio.Protocol):
    """Upgrades, then sends a step whenever the last one was answered and the crowd runs."""

    __slots__ = ("_answer", "_buffer", "_crowd", "_request", "_talk", "_transport", "begun", "expects", "open", "ready")

    def __init__(self, crowd: "Crowd", request: bytes, talk: Talk) -> None:
        self._crowd = crowd
        self._request = request
        self._talk = talk
        self._buffer = b""
        self._answer = b""
        self._transport: Any = None
        self.expects: Step | None = None
        self.begun = 0.0
        self.open = False
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        transport.write(self._request)

    def connection_lost(self, error: Exception | None) -> None:
        self._crowd.lost += self.open
        if not self.ready.done():
            self.ready.set_exception(ConnectionError(f"the server closed the socket ({error})"))
        if self.expects is not None:
            self._crowd.idle(self)

    def data_received(self, data: bytes) -> None:
        data = self._buffer + data if self._buffer else data
        if not self.open:
            head, end, data = data.partition(b"\r\n\r\n")
            if not end:
                self._buffer = head
                return
            if not head.startswith(b"HTTP/1.1 101"):
                self.ready.set_exception(TurnedAway(head))
                self._transport.abort()
                return
            self.open = True
            self.send(next(self._talk))
        while len(data) >= 2:
            size, offset = data[1], 2
            if size == 126:
                size, offset = int.from_bytes(data[2:4], "big"), 4
            elif size == 127:
                size, offset = int.from_bytes(data[2:10], "big"), 10
            if len(data) < offset + size:
                break
            self._frame(data[0] & 15, data[offset : offset + size])
            data = data[offset + size :]
        self._buffer = data

    def _frame(self, kind: int, payload: bytes) -> None:
        if kind == 9:
            self._transport.write(bytes((0x8A, 0x80 | len(payload))) + b"\0\0\0\0" + payload)
        elif kind == 1 and payload.startswith(b"[2,"):
            message_id = payload.split(b'"', 2)[1]
            known = any(action in payload for action in ACCEPTED)
            answer = b'[3,"%b",{"status":"Accepted"}]' if known else b'[4,"%b","NotSupported","",{}]'
            self._transport.write(text_frame(answer % message_id))
        elif kind == 1:
            self._answered(payload)

    def _answered(self, answer: bytes) -> None:
        step, crowd = self.expects, self._crowd
        if step is None or not answer.startswith(step.begins) or step.contains not in answer:
            crowd.mistaken(answer)
        crowd.took.append(crowd.clock() - self.begun)
        self._answer = answer
        if not self.ready.done():
            self.expects = None
            self.ready.set_result(None)
        elif crowd.running:
            self.send(self._talk.send(answer))
        else:
            self.expects = None
            crowd.idle(self)

    def go_on(self) -> None:
        self.send(self._talk.send(self._answer))

    def send(self, step: Step) -> None:
        self.expects = step
        self.begun = self._crowd.clock()
        self._transport.write(step.wire)

    def close(self) -> None:
        self._transport.abort()


class Crowd:
    """All stations of one server."""

    def __init__(self) -> None:
        self.clock = asyncio.get_running_loop().time
        self.running = False
        self.took: list[float] = []
        self.wrong = 0
        self.lost = 0
        self.refused = 0
        self.twice = 0
        """Stations that were turned away more than once."""
        self.example = ""
        self._stations: list[Station] = []
        self._busy: set[Station] = set()
        self._rest = asyncio.Event()

    def mistaken(self, answer: bytes) -> None:
        self.wrong += 1
        self.example = self.example or answer[:300].decode(errors="replace")

    def idle(self, station: Station) -> None:
        self._busy.discard(station)
        if not self._busy:
            self._rest.set()

    async def connect(
        self,
        port: int,
        talk: str,
        stations: int,
        version: str = "1.6",
        prefix: str = "B",
        certificate: str = "",
        at_once: int = CONNECTING_AT_ONCE,
        tries: int = 1,
        first: int = 0,
    ) -> Any:
        """Open sockets and boot; over TLS where the server has a certificate. Who is turned away may try again.
        `first`: the number of the first of these stations."""
        tls = ssl.create_default_context(cadata=certificate) if certificate else None
        loop, turn, begun = asyncio.get_running_loop(), asyncio.Semaphore(at_once), self.clock()

        async def one(number: int, talk: Talk) -> None:
            request = (
                f"GET /ocpp/{prefix}{number:05d} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
                "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: ocpp{version}\r\n\r\n"
            )
            failed = 0
            async with turn:
                while True:
                    try:
                        _, station = await loop.create_connection(
                            lambda: Station(self, request.encode(), talk), "127.0.0.1", port, ssl=tls
                        )
                        await station.ready
                        self._stations.append(station)
                        return
                    except OSError as error:
                        failed += 1
                        self.refused += 1
                        self.twice += failed == 2
                        if failed >= tries:
                            raise
                        again_s = error.again_s if isinstance(error, TurnedAway) else AGAIN_AFTER_S
                    await asyncio.sleep(again_s)

        async with asyncio.timeout(PATIENCE_S), asyncio.TaskGroup() as group:
            for number, one_talk in enumerate(talks(talk, stations, first), first):
                group.create_task(one(number, one_talk))
        return self._report(self.clock() - begun)

    async def run(self, seconds: float, rate: float = 0.0) -> Any:
        """Everybody talks for so long, as fast as it is answered, or `rate` messages a second in all; then wait for
        what is still in flight."""
        if rate:
            return await self._paced(seconds, rate)
        self.running = True
        self._rest.clear()
        begun = self.clock()
        self._busy = set(self._stations)
        for station in self._stations:
            station.go_on()
        await asyncio.sleep(seconds)
        self.running = False
        async with asyncio.timeout(PATIENCE_S):
            await self._rest.wait()
        return self._report(self.clock() - begun)

    async def _paced(self, seconds: float, rate: float) -> Any:
        begun, sent, turn = self.clock(), 0, 0
        self._busy, self._rest = set(), asyncio.Event()
        while (passed := self.clock() - begun) < seconds:
            due = int(passed * rate) - sent
            for _ in range(min(due, len(self._stations))):
                station = self._stations[turn % len(self._stations)]
                turn += 1
                if station not in self._busy:
                    self._busy.add(station)
                    station.go_on()
                    sent += 1
            await asyncio.sleep(TICK_S)
        async with asyncio.timeout(PATIENCE_S):
            while self._busy:
                self._rest.clear()
                await self._rest.wait()
        return self._report(self.clock() - begun)

    def _report(self, seconds: float) -> dict[str, Any]:
        took, self.took = sorted(self.took), []
        wrong, self.wrong = self.wrong, 0
        lost, self.lost = self.lost, 0
        refused, self.refused = self.refused, 0
        twice, self.twice = self.twice, 0
        half, most = (took[len(took) // 2], took[len(took) * 99 // 100]) if took else (0.0, 0.0)
        return {
            "messages": len(took),
            "seconds": seconds,
            "wrong": wrong,
            "lost": lost,
            "refused": refused,
            "refused_twice": twice,
            "example": self.example,
            "p50_ms": half * 1000,
            "p99_ms": most * 1000,
        }

    async def leave(self) -> Any:
        """Every link breaks, as when a network fails."""
        for station in self._stations:
            station.close()
        await asyncio.sleep(0.2)
        self._stations, self.lost = [], 0
        return {}


async def main() -> None:
    crowd = Crowd()
    await obey({}, {"connect": crowd.connect, "run": crowd.run, "leave": crowd.leave})


if __name__ == "__main__":
    pin(sys.argv[1] if len(sys.argv) > 1 else "")
    raise_open_files()
    with asyncio.Runner(loop_factory=event_loop()) as runner:
        runner.run(main())
