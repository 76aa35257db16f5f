"""Open sockets: pings, back-pressure both ways, and every kind of end, on both event loops."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from backend.ocpp import websocket
from backend.ocpp.framing import CLOSE, PING, PONG
from backend.ocpp.transport import LinkClosed
from backend.ocpp.websocket import QUEUED_FRAMES, WRITE_LIMIT
from tests.support.certificates import server_context
from tests.support.sockets import MAX_FRAME, Bytes, House, house, loop_policy, masked, request


@pytest.fixture(params=["asyncio", "uvloop"])
def event_loop_policy(request: pytest.FixtureRequest) -> Any:
    return loop_policy(request.param)


@pytest.fixture
async def home() -> AsyncIterator[House]:
    async with house() as one:
        yield one


@pytest.fixture
def short_goodbyes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(websocket, "CLOSE_TIMEOUT_S", 0.3)


async def served(home: House, number: int = 1) -> Any:
    """The link of the latest guest."""
    async with asyncio.timeout(5):
        while len(home.links) < number:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return home.links[-1]


# --- messages and control frames ---------------------------------------------------------------------------------


async def test_messages_of_every_length(home: House) -> None:
    one = await Bytes.upgraded(home)
    for size in (0, 1, 125, 126, 5000, MAX_FRAME):
        one.text(b"x" * size)
        assert await one.frame() == (1, b"x" * size)
    one.say(masked(0x82, b"bytes"))
    assert await one.frame() == (1, b"bytes")


async def test_pings_are_answered_also_within_a_message(home: House) -> None:
    one = await Bytes.upgraded(home)
    one.say(masked(0x01, b"half ") + masked(0x89, b"?") + masked(0x80, b"and half"))
    assert await one.frame() == (PONG, b"?")
    assert await one.frame() == (1, b"half and half")


async def test_everybody_is_pinged_and_nobody_need_answer() -> None:
    async with house(ping_s=0.2) as home:
        two = [await Bytes.upgraded(home) for _ in range(2)]
        for one in two:
            first, second = await one.frame(), await one.frame()
            assert first[0] == second[0] == PING
            assert first[1] != second[1]
        two[0].text(b"still here")
        assert (await two[0].frame())[0] in (1, PING)


async def test_alive_is_who_answers_this_ping_or_a_later_one(home: House) -> None:
    one = await Bytes.upgraded(home)
    link = await served(home)
    asked = asyncio.create_task(link.alive(5))
    kind, first = await one.frame()
    assert kind == PING
    one.say(masked(0x8A, b"") + masked(0x8A, b"\0\0\0\0") + masked(0x8A, b"\xff\xff\xff\xff"))  # unasked
    await asyncio.sleep(0.05)
    assert not asked.done()
    again = asyncio.create_task(link.alive(0.2))
    _, second = await one.frame()
    one.say(masked(0x8A, first))
    assert await asked
    assert not await again  # an old answer says nothing about now
    older = asyncio.create_task(link.alive(5))
    await one.frame()
    newer = asyncio.create_task(link.alive(5))
    _, last = await one.frame()
    assert second != last
    one.say(masked(0x8A, last))
    assert await older
    assert await newer


async def test_alive_ends_with_the_socket(home: House) -> None:
    one = await Bytes.upgraded(home)
    link = await served(home)
    asked = asyncio.create_task(link.alive(60))
    await one.frame()
    one.vanish()
    async with asyncio.timeout(5):
        assert not await asked
    assert not await link.alive(60)


# --- back-pressure -----------------------------------------------------------------------------------------------


async def test_what_nobody_takes_is_not_read(home: House) -> None:
    """A flood fills the station's own buffers, not ours; then all of it arrives, in order."""
    home.may_hear.clear()
    one = await Bytes.upgraded(home)
    link = await served(home)
    total = 4000
    for number in range(total):
        one.text(b"silence %04d " % number + b"x" * 5000)
    await asyncio.sleep(0.5)
    assert one.writer.transport.get_write_buffer_size() > 1_000_000
    assert len(link._queue) <= QUEUED_FRAMES
    assert len(link._reader._held or b"") < 100_000
    home.may_hear.set()
    one.text(b"end")
    assert await one.frame() == (1, b"end")
    assert [int(message[8:12]) for message in home.heard[:-1]] == list(range(total))


async def test_a_flood_of_tiny_frames_is_taken_in_portions(home: House) -> None:
    home.may_hear.clear()
    one = await Bytes.upgraded(home)
    link = await served(home)
    one.say(masked(0x81, b"silence") * 20_000 + masked(0x81, b"end"))
    await asyncio.sleep(0.3)
    assert len(link._queue) <= QUEUED_FRAMES
    home.may_hear.set()
    assert await one.frame() == (1, b"end")
    assert len(home.heard) == 20_001


def _narrow(home: House) -> socket.socket:
    """A socket with small buffers, so that a station that doesn't read is noticed soon."""
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    narrow.connect(("127.0.0.1", home.port))
    narrow.setblocking(False)
    return narrow


async def _slow(home: House) -> Bytes:
    one = Bytes(*await asyncio.open_connection(sock=_narrow(home), limit=1024))
    one.say(request())
    assert (await one.answer())[0] == 101
    return one


async def _sent_until_stuck(link: Any, message: bytes) -> tuple[int, "asyncio.Task[None]"]:
    """(how many were sent, the one that waits)"""
    for number in range(100_000):
        sending = asyncio.create_task(link.send(message))
        done, _ = await asyncio.wait({sending}, timeout=0.3)
        if not done:
            return number, sending
        await sending
    raise AssertionError("it was never enough")


async def test_who_doesnt_read_makes_the_sender_wait(home: House) -> None:
    one = await _slow(home)
    link = await served(home)
    message = b"y" * 3000
    sent, sending = await _sent_until_stuck(link, message)
    assert link._transport.get_write_buffer_size() <= WRITE_LIMIT + len(message) + 14
    more = [asyncio.create_task(link.send(message)) for _ in range(100)]
    await asyncio.sleep(0.1)
    assert link._transport.get_write_buffer_size() <= WRITE_LIMIT + len(message) + 14
    for _ in range(sent + 101):
        assert await one.frame() == (1, message)
    await asyncio.gather(sending, *more)
    one.text(b"and on")
    assert await one.frame() == (1, b"and on")


async def test_who_doesnt_read_is_not_read_either(home: House) -> None:
    """Else a flood of pings would fill our memory with pongs."""
    one = await _slow(home)
    link = await served(home)
    one.say(masked(0x89, b"p" * 125) * 100_000)
    await asyncio.sleep(0.5)
    assert one.writer.transport.get_write_buffer_size() > 500_000
    assert link._transport.get_write_buffer_size() < 200_000
    for _ in range(100_000):
        assert await one.frame() == (PONG, b"p" * 125)


@pytest.mark.usefixtures("short_goodbyes")
async def test_who_doesnt_read_is_closed_all_the_same(home: House) -> None:
    one = await _slow(home)
    link = await served(home)
    _, sending = await _sent_until_stuck(link, b"y" * 3000)
    async with asyncio.timeout(2):
        await link.close(1001, "no sign of life")
        with pytest.raises(LinkClosed):
            await sending
    one.vanish()


# --- the end -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("payload", [b"", b"\x03\xe8", b"\x03\xe8bye", b"\x0f\xa0mine"])
async def test_a_close_is_echoed_and_ends_the_link(home: House, payload: bytes) -> None:
    one = await Bytes.upgraded(home)
    link = await served(home)
    one.say(masked(0x81, b"silence") + masked(0x88, payload) + masked(0x81, b"too late"))
    assert await one.frame() == (CLOSE, payload)
    await one.hung_up()
    one.writer.close()
    await link.wait_lost()
    await asyncio.sleep(0.1)
    assert home.heard == [b"silence"]
    assert home.ended == 1
    with pytest.raises(LinkClosed):
        await link.send(b"x")
    assert await link.receive() is None
    await link.close()


BREACHES = {
    "not masked": (b"\x81\x01a", 1002),
    "compressed": (masked(0xC1, b"a"), 1002),
    "unknown kind": (masked(0x83, b"a"), 1002),
    "close reason that is no UTF-8": (masked(0x88, b"\x03\xe8\xff"), 1007),
    "too long": (masked(0x81, b"x" * (MAX_FRAME + 1)), 1009),
    "far too long": (masked(0x81, b"x" * 2_000_000), 1009),
}


@pytest.mark.parametrize("name", BREACHES)
async def test_what_breaks_the_protocol_closes_this_socket_only(home: House, name: str) -> None:
    one, two = await Bytes.upgraded(home), await Bytes.upgraded(home)
    data, code = BREACHES[name]
    one.text(b"before")
    assert await one.frame() == (1, b"before")
    one.say(data)
    assert await one.closed_with() == code
    two.text(b"unharmed")
    assert await two.frame() == (1, b"unharmed")


async def test_closing_says_why_and_waits_for_the_other_side(home: House) -> None:
    one = await Bytes.upgraded(home)
    one.text(b"close 1008")
    assert await one.frame() == (CLOSE, b"\x03\xf0as you wish")
    one.text(b"on its way already")
    one.say(masked(0x88, b"\x03\xf0"))
    await one.hung_up()
    assert home.heard == [b"close 1008"]


async def test_a_guest_that_fails_closes_with_1011(home: House) -> None:
    one = await Bytes.upgraded(home)
    one.text(b"fail")
    kind, payload = await one.frame()
    assert (kind, payload[:2]) == (CLOSE, b"\x03\xf3")


@pytest.mark.usefixtures("short_goodbyes")
async def test_who_never_answers_a_close_is_cut_off(home: House) -> None:
    one = await Bytes.upgraded(home)
    one.text(b"close 1000")
    assert (await one.frame())[0] == CLOSE
    await one.hung_up()


@pytest.mark.parametrize("abrupt", [False, True])
async def test_last_words_before_the_end_are_heard(home: House, abrupt: bool) -> None:
    """A stop that was sent just before the power went is worth money."""
    home.may_hear.clear()
    one = await Bytes.upgraded(home)
    await served(home)
    one.say(masked(0x81, b"silence 1") + masked(0x81, b"silence 2"))
    await asyncio.sleep(0.1)
    if abrupt:
        one.vanish()
    else:
        one.writer.close()
    await asyncio.sleep(0.1)
    home.may_hear.set()
    await asyncio.sleep(0.2)
    assert home.heard == [b"silence 1", b"silence 2"]
    assert home.ended == 1


async def test_more_last_words_than_fit_are_heard_too(home: House) -> None:
    home.may_hear.clear()
    one = await Bytes.upgraded(home)
    await served(home)
    for number in range(50):
        one.text(b"silence %d" % number)
    one.writer.write_eof()
    await asyncio.sleep(0.1)
    home.may_hear.set()
    await one.hung_up()
    await asyncio.sleep(0.1)
    assert [int(message[8:]) for message in home.heard] == list(range(50))


@pytest.mark.usefixtures("short_goodbyes")
async def test_stopping_says_goodbye_to_all_and_waits_for_their_work() -> None:
    async with house() as home:
        polite, mute = await Bytes.upgraded(home), await Bytes.upgraded(home)
        asking, early = await Bytes.at(home), await Bytes.at(home)
        asking.say(request("/slow/x"))
        early.say(b"GET /ocpp/")
        await home.asked_once()
        while len(home.asked) < 3:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        asyncio.get_running_loop().call_later(0.1, home.may_decide.set)

        async def leave() -> int:
            kind, payload = await polite.frame()
            polite.say(masked(kind | 0x80, payload))
            await polite.hung_up()
            return int.from_bytes(payload, "big")

        leaving = asyncio.create_task(leave())
        begun = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - begun < 1.5
    assert home.ended == 2
    assert await leaving == 1001
    assert await mute.closed_with() == 1001
    assert (await asking.answer())[0] == (await early.answer())[0] == 503
    with pytest.raises(ConnectionRefusedError):
        await Bytes.at(home)


# --- clients of other people -------------------------------------------------------------------------------------


@pytest.mark.usefixtures("short_goodbyes")
async def test_over_tls(tmp_path: Path) -> None:
    async with house(tls=server_context(tmp_path)) as home:
        trust = ssl.create_default_context(cafile=tmp_path / "certificate.pem")
        async with connect(f"wss://127.0.0.1:{home.port}/ocpp/CP-1", ssl=trust, proxy=None) as one:
            for size in (0, 125, 126, 5000, MAX_FRAME):
                await one.send("x" * size)
                assert await one.recv() == "x" * size
            await (await one.ping())
        assert one.close_code == 1000
        async with connect(f"wss://127.0.0.1:{home.port}/ocpp/CP-1", ssl=trust, proxy=None) as one:
            await one.send("x" * (MAX_FRAME + 1))
            with pytest.raises(ConnectionClosed):
                await one.recv()
        assert one.close_code == 1009
        plain = await Bytes.at(home)
        plain.say(request())
        await plain.reader.read()  # ends, however it does


async def test_a_crowd_with_fragments_and_binaries(home: House) -> None:
    async def talk(number: int) -> None:
        async with connect(f"ws://127.0.0.1:{home.port}/ocpp/{number}", proxy=None, subprotocols=["ocpp1.6"]) as one:
            for turn in range(20):
                text = f"{number}/{turn} " + "ü" * (turn * 97)
                await one.send([text[at : at + 50] for at in range(0, len(text), 50)])
                await one.send(text.encode())
                assert await one.recv() == text
                assert await one.recv() == text
        assert one.close_code == 1000

    async with asyncio.timeout(30):
        await asyncio.gather(*(talk(number) for number in range(50)))
