"""Live screens of a measurement, and a station whose changes they wait for, in a process of their own (one clock)."""

import asyncio
import sys
from datetime import UTC, datetime
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from backend.bench.process import obey, pin
from backend.process import event_loop, raise_open_files

STATES = (("Unavailable", b'"unavailable"'), ("Preparing", b'"occupied"'))
"""What the station says in turn, and what a screen then shows."""
PATIENCE_S = 30.0
_json = msgspec.json


class Screens:
    def __init__(self) -> None:
        self._sockets: list[ClientConnection] = []
        self._readers: list[asyncio.Task[None]] = []
        self._station: ClientConnection | None = None
        self._wanted = b""
        self._begun = 0.0
        self._seen: set[int] = set()
        self._delays: list[float] = []
        self._all = asyncio.Event()

    async def watch(self, web: int, token: str, identity: str, screens: int, ocpp: int) -> Any:
        """Everybody opens the overview and the page of one station."""
        for number in range(screens):
            socket = await connect(f"ws://127.0.0.1:{web}/api/v1/live", proxy=None, compression=None, max_size=None)
            await socket.send(_json.encode({"type": "authenticate", "token": token}).decode())
            for topic in ("overview", f"station:{identity}"):
                await socket.send(_json.encode({"type": "subscribe", "topic": topic}).decode())
            self._sockets.append(socket)
            self._readers.append(asyncio.create_task(self._read(number, socket)))
        self._station = await connect(
            f"ws://127.0.0.1:{ocpp}/ocpp/{identity}",
            subprotocols=[Subprotocol("ocpp1.6")],
            proxy=None,
            compression=None,
        )
        return {}

    async def _read(self, number: int, socket: ClientConnection) -> None:
        async for message in socket:
            data = message.encode() if isinstance(message, str) else message
            if self._wanted and number not in self._seen and b'"station:' in data[:60] and self._wanted in data:
                self._seen.add(number)
                self._delays.append(asyncio.get_running_loop().time() - self._begun)
                if len(self._seen) == len(self._sockets):
                    self._all.set()

    async def change(self, times: int) -> Any:
        """The delays between a status on the wire and its place on every screen, sorted, in ms."""
        assert self._station is not None
        self._delays = []
        for turn in range(times):
            word, self._wanted = STATES[turn % 2]
            self._seen.clear()
            self._all.clear()
            self._begun = asyncio.get_running_loop().time()
            at = datetime.now(UTC).isoformat().replace("+00:00", "Z")
            status = {"connectorId": 1, "errorCode": "NoError", "status": word, "timestamp": at}
            await self._station.send(_json.encode([2, f"s{turn}", "StatusNotification", status]).decode())
            async with asyncio.timeout(PATIENCE_S):
                await self._all.wait()
            await asyncio.sleep(0.3)
        return {"ms": sorted(delay * 1000 for delay in self._delays)}


async def main() -> None:
    screens = Screens()
    await obey({}, {"watch": screens.watch, "change": screens.change})


if __name__ == "__main__":
    pin(sys.argv[1] if len(sys.argv) > 1 else "")
    raise_open_files()
    with asyncio.Runner(loop_factory=event_loop()) as runner:
        runner.run(main())
