"""A listener with scripted guests, and a station that is nothing but bytes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import pytest

from backend.ocpp.framing import CLOSE
from backend.ocpp.transport import Link, Refusal, Upgrade, Welcome, listening

MAX_FRAME = 10_000


class House:
    """`/slow/x` waits for `may_decide`, `/fail/x` breaks, `/refuse/409` refuses; everybody else is let in.

    Guests echo what they hear, unless it is a word of command: see `_obey`.
    """

    def __init__(self) -> None:
        self.port = 0
        self.may_decide = asyncio.Event()
        self.may_hear = asyncio.Event()
        self.may_hear.set()
        self.asked: list[Upgrade] = []
        self._asked = asyncio.Event()
        self.heard: list[bytes] = []
        self.links: list[Any] = []
        self.ended = 0

    async def asked_once(self) -> None:
        async with asyncio.timeout(5):
            await self._asked.wait()

    async def admit(self, upgrade: Upgrade) -> Welcome | Refusal:
        self.asked.append(upgrade)
        self._asked.set()
        _, kind, what = (upgrade.path + "//").split("/", 2)
        if kind == "slow":
            await self.may_decide.wait()
        if kind == "fail":
            raise ConnectionError("the database is away")
        if kind == "refuse":
            return Refusal(HTTPStatus(int(what.strip("/"))), "No.")
        return Welcome("ocpp1.6" if "ocpp1.6" in upgrade.offered else None, kind)

    async def serve(self, link: Link, guest: Any) -> None:
        self.links.append(link)
        try:
            await self.may_hear.wait()
            while (message := await link.receive()) is not None:
                self.heard.append(message)
                await self._obey(link, message)
                await self.may_hear.wait()
        finally:
            await asyncio.sleep(0.05)  # what is written to the database at the end
            self.ended += 1

    async def _obey(self, link: Link, message: bytes) -> None:
        word, _, rest = message.partition(b" ")
        if word == b"close":
            await link.close(int(rest), "as you wish")
        elif word == b"fail":
            raise ValueError("as you wish")
        elif word != b"silence":
            await link.send(message)


@asynccontextmanager
async def house(guests: House | None = None, **settings: Any) -> AsyncIterator[House]:
    """A listener while the block runs."""
    one = guests or House()
    options = {"max_frame": MAX_FRAME, "ping_s": 0} | settings
    async with listening("127.0.0.1", 0, admit=one.admit, serve_link=one.serve, **options) as server:
        one.port = server.sockets[0].getsockname()[1]
        yield one


def loop_policy(name: str) -> Any:
    """For a fixture `event_loop_policy`: each event loop has its own way with pauses, half-closed sockets and TLS."""
    if name == "uvloop":
        return pytest.importorskip("uvloop").EventLoopPolicy()
    return asyncio.DefaultEventLoopPolicy()


def request(
    path: str = "/ocpp/CP-1", *lines: str, method: str = "GET", version: str = "HTTP/1.1", **headers: str
) -> bytes:
    """An upgrade; `headers` replace the usual ones (underscores for hyphens), or with an empty text leave one out."""
    usual = {
        "Host": "x",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Protocol": "ocpp1.6",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    head = [f"{method} {path} {version}", *(f"{name}: {value}" for name, value in usual.items() if value), *lines]
    return "\r\n".join([*head, "", ""]).encode()


def masked(first: int, payload: bytes = b"") -> bytes:
    """A frame as stations send it."""
    size, mask = len(payload), b"\x11\x22\x33\x44"
    if size < 126:
        head = bytes((first, 0x80 | size))
    elif size < 65_536:
        head = bytes((first, 0xFE)) + size.to_bytes(2, "big")
    else:
        head = bytes((first, 0xFF)) + size.to_bytes(8, "big")
    repeated = int.from_bytes((mask * (size // 4 + 1))[:size], "big")
    return head + mask + (int.from_bytes(payload, "big") ^ repeated).to_bytes(size, "big")


class Bytes:
    """A station that sends and reads bytes, and answers nothing by itself."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def at(cls, house: House) -> "Bytes":
        return cls(*await asyncio.open_connection("127.0.0.1", house.port))

    @classmethod
    async def upgraded(cls, house: House, path: str = "/ocpp/CP-1") -> "Bytes":
        one = await cls.at(house)
        one.say(request(path))
        status, _, _ = await one.answer()
        assert status == 101
        return one

    def say(self, data: bytes) -> None:
        self.writer.write(data)

    def text(self, payload: bytes) -> None:
        self.say(masked(0x81, payload))

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        """(status, headers in lower case, body) of an HTTP answer."""
        async with asyncio.timeout(5):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:] if line)}
            body = await self.reader.readexactly(int(headers.get("content-length", 0)))
        return int(head[0].split(" ")[1]), headers, body

    async def frame(self) -> tuple[int, bytes]:
        """(opcode, payload) of the next frame, which must be whole and not masked."""
        async with asyncio.timeout(5):
            first, size = await self.reader.readexactly(2)
            if size > 125:
                size = int.from_bytes(await self.reader.readexactly(2 if size == 126 else 8), "big")
            assert first & 0xF0 == 0x80
            return first & 15, await self.reader.readexactly(size)

    async def closed_with(self) -> int:
        """The code of a close frame, after which the connection ends."""
        kind, payload = await self.frame()
        assert kind == CLOSE, (kind, payload)
        await self.hung_up()
        return int.from_bytes(payload[:2], "big")

    async def hung_up(self) -> None:
        async with asyncio.timeout(5):
            assert await self.reader.read() == b""

    def vanish(self) -> None:
        self.writer.transport.abort()
