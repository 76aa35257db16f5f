"""A station that does exactly what a test says: raw OCPP frames over a real socket.

It is built on the websockets client and JSON only, so nothing of the server is tested against itself.
"""

import asyncio
import base64
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from tests.support.official_schemas import complaints

PATIENCE_S = 10.0


class ScriptedStation:
    """`frames` holds everything that went over the wire, as ("in" | "out", parsed JSON).

    `broken` holds what the official schemas say against what came from the central system.
    """

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.frames: list[tuple[str, Any]] = []
        self._calls: asyncio.Queue[list[Any]] = asyncio.Queue()
        self._answers: dict[Any, asyncio.Future[list[Any]]] = {}
        self._strays: asyncio.Queue[list[Any]] = asyncio.Queue()
        self.broken: list[str] = []
        self._asked: dict[Any, str] = {}
        self._ids = 0
        self._reader = asyncio.get_running_loop().create_task(self._read())

    async def _read(self) -> None:
        async for text in self.socket:
            frame = json.loads(text)
            self.frames.append(("in", frame))
            self._judge(text)
            if frame[0] == 2:
                self._calls.put_nowait(frame)
            elif frame[1] in self._answers and not self._answers[frame[1]].done():
                self._answers[frame[1]].set_result(frame)
            else:
                self._strays.put_nowait(frame)

    def _judge(self, text: str | bytes) -> None:
        version = (self.socket.subprotocol or "").removeprefix("ocpp")
        if not version:
            return
        match json.loads(text, parse_float=Decimal):
            case [2, str(), str(action), payload]:
                self.broken += complaints(version, action, False, payload)
            case [3, message_id, payload]:  # an odd id comes back as it was
                if action := self._asked.get(message_id):
                    self.broken += complaints(version, action, True, payload)
            case [4, _, str(), str(), dict()]:
                pass
            case _:
                self.broken.append(f"no OCPP message: {text!r}")

    async def send_raw(self, text: str | bytes) -> None:
        self.frames.append(("out", text))
        await self.socket.send(text)

    async def send(self, action: str, payload: dict[str, Any], *, message_id: Any = None) -> Any:
        """Send a call without waiting; its message id."""
        self._ids += 1
        message_id = f"t{self._ids}" if message_id is None else message_id
        self._answers[message_id] = asyncio.get_running_loop().create_future()
        self._asked[message_id] = action
        await self.send_raw(json.dumps([2, message_id, action, payload]))
        return message_id

    def answered(self, message_id: Any) -> bool:
        return self._answers[message_id].done()

    async def answer_to(self, message_id: Any) -> list[Any]:
        """The whole CALLRESULT or CALLERROR."""
        async with asyncio.timeout(PATIENCE_S):
            return await asyncio.shield(self._answers[message_id])

    async def call(self, action: str, payload: dict[str, Any] | None = None, *, message_id: Any = None) -> Any:
        """The payload of the answer; a CALLERROR as {"error": code, "description": …}."""
        message_id = await self.send(action, payload or {}, message_id=message_id)
        future = self._answers[message_id]
        async with asyncio.timeout(PATIENCE_S):
            frame = await future
        return frame[2] if frame[0] == 3 else {"error": frame[2], "description": frame[3]}

    async def stray(self) -> list[Any]:
        """The next answer that belongs to no call of ours (such as one to id -1)."""
        async with asyncio.timeout(PATIENCE_S):
            return await self._strays.get()

    async def expect_call(self, action: str) -> tuple[str, dict[str, Any]]:
        """The next call of the central system; other actions that come first are answered NotSupported."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                _, message_id, named, payload = await self._calls.get()
                if named == action:
                    return message_id, payload
                await self.answer_error(message_id, "NotSupported")

    async def any_call(self) -> tuple[str, str, dict[str, Any]]:
        """The next call of the central system, whenever it comes: (message id, action, payload)."""
        _, message_id, action, payload = await self._calls.get()
        return message_id, action, payload

    async def answer(self, message_id: str, payload: dict[str, Any]) -> None:
        await self.send_raw(json.dumps([3, message_id, payload]))

    async def answer_error(self, message_id: str, code: str, description: str = "") -> None:
        await self.send_raw(json.dumps([4, message_id, code, description, {}]))

    async def expect_nothing(self, seconds: float = 0.3) -> None:
        """No call of the central system within this time."""
        try:
            async with asyncio.timeout(seconds):
                frame = await self._calls.get()
        except TimeoutError:
            return
        raise AssertionError(f"an unexpected call: {frame}")

    async def close(self) -> None:
        await self.socket.close()
        await asyncio.gather(self._reader, return_exceptions=True)

    def vanish(self) -> None:
        """The link breaks without a close frame, as when a modem loses power."""
        self.socket.transport.abort()


def basic(identity: str, password: str) -> dict[str, str]:
    token = base64.b64encode(f"{identity}:{password}".encode()).decode()
    return {"Authorization": f"Basic {token}"}


@asynccontextmanager
async def station(
    url: str,
    identity: str,
    *,
    version: str = "1.6",
    password: str | None = None,
    headers: dict[str, str] | None = None,
    subprotocols: list[str] | None = None,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[ScriptedStation]:
    """`url` up to and without the identity, such as ws://127.0.0.1:9000/ocpp."""
    offered = [f"ocpp{version}"] if subprotocols is None else subprotocols
    sent = headers if headers is not None else (basic(identity, password) if password else {})
    async with connect(
        f"{url}/{identity}",
        subprotocols=offered or None,
        additional_headers=sent,
        compression=None,
        proxy=None,
        ssl=tls,
    ) as socket:
        one = ScriptedStation(socket)
        try:
            yield one
            assert not one.broken, one.broken
        finally:
            await one.close()
