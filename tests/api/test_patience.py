"""Sockets that drip at the web server: a head or a body that never ends is cut off, everybody else is served."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
import uvicorn

from backend.web import patient
from backend.web.patient import PatientHttp


async def app(scope: object, receive: object, send: object) -> None:
    """Says how long the body was."""
    size, more = 0, True
    while more:
        message = await receive()  # type: ignore[operator]
        size += len(message.get("body", b""))
        more = message.get("more_body", False)
    said = str(size).encode()
    headers = [(b"content-length", str(len(said)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})  # type: ignore[operator]
    await send({"type": "http.response.body", "body": said})  # type: ignore[operator]


@pytest.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    monkeypatch.setattr(patient, "HEAD_S", 0.5)
    monkeypatch.setattr(patient, "BODY_S", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as one:
        server = uvicorn.Server(uvicorn.Config(app, http=PatientHttp, lifespan="off", log_config=None))
        task = asyncio.get_running_loop().create_task(server._serve([one]))
        while not server.started:  # noqa: ASYNC110 - it says so in no other way
            await asyncio.sleep(0.01)
        yield one.getsockname()[1]
        server.should_exit = True
        await task


async def hear(port: int, *parts: bytes, every_s: float = 0.0) -> bytes:
    """What comes back until the other side hangs up, while this is said part by part."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        async with asyncio.timeout(5):
            heard = asyncio.create_task(reader.read())
            for part in parts:
                if not heard.done():
                    writer.write(part)
                    await asyncio.sleep(every_s)
            return await heard
    except ConnectionError:
        return b""
    finally:
        writer.close()


async def test_a_head_that_drips(port: int) -> None:
    assert await hear(port) == b""  # nothing at all
    assert await hear(port, b"GET / HTTP/1.1\r\nX: ", *[b"y"] * 40, every_s=0.1) == b""


async def test_the_second_request_of_a_connection_drips(port: int) -> None:
    said = await hear(port, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\r\n", *[b"\r\n"] * 40, every_s=0.1)
    assert said.startswith(b"HTTP/1.1 200")


async def test_a_body_that_drips(port: int) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"
    assert await hear(port, head, *[b"y"] * 40, every_s=0.1) == b""


async def test_a_head_without_end(port: int) -> None:
    """Who goes on sending may miss the answer."""
    cut_off = patient.CUT_OFF.labels("head")._value
    for head in (b"X: yyyyyyyy\r\n" * 10_000, b"y" * 100_000):
        before = cut_off.get()
        assert b" 200 " not in await hear(port, b"GET / HTTP/1.1\r\n", head)
        assert cut_off.get() == before + 1


async def test_who_takes_its_time_within_reason_is_served(port: int) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 200000\r\n\r\n"
    parts = [head[:20], head[20:], *[b"y" * 50_000] * 4]
    assert (await hear(port, *parts, every_s=0.1)).endswith(b"\r\n\r\n200000")


async def test_several_requests_at_once_are_all_answered(port: int) -> None:
    one = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
    last = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    assert (await hear(port, one * 5 + last)).count(b"HTTP/1.1 200") == 6
