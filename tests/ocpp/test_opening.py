"""Upgrade requests, good and bad, as bytes over a real socket."""

import asyncio
import gc
from collections.abc import AsyncIterator
from typing import Any

import pytest
from structlog.testing import capture_logs
from websockets.http11 import Request

from backend.ocpp import transport, websocket
from backend.ocpp.opening import Opening
from backend.ocpp.plain_upgrade import Plain
from tests.support.sockets import Bytes, House, house, loop_policy, masked, request


@pytest.fixture(params=["asyncio", "uvloop"])
def event_loop_policy(request: pytest.FixtureRequest) -> Any:
    return loop_policy(request.param)


@pytest.fixture
async def home() -> AsyncIterator[House]:
    async with house() as one:
        yield one


GOOD = {
    "plain": request(),
    "beside keep-alive": request(Connection="keep-alive, Upgrade"),
    "names in other cases": request().replace(b"Upgrade: websocket", b"UPGRADE: WebSocket"),
    "an empty body": request(Content_Length="0"),
    "two subprotocol lines": request("/ocpp/CP-1", "Sec-WebSocket-Protocol: ocpp2.0.1"),
    "compression offered": request(Sec_WebSocket_Extensions="permessage-deflate; client_max_window_bits"),
    "in the way of most stations": request(Origin="https://example.org"),
    "no room behind colons": request().replace(b": ", b":"),
    "as long as may be": request(X_Filler="x" * 8000, Y_Filler="y" * 8000),
}


@pytest.mark.parametrize("name", GOOD)
async def test_good_requests(home: House, name: str) -> None:
    one = await Bytes.at(home)
    one.say(GOOD[name])
    status, headers, _ = await one.answer()
    assert status == 101
    assert headers["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="  # RFC 6455, 1.3
    assert headers["sec-websocket-protocol"] == "ocpp1.6"
    assert headers["server"] == "Wattline"
    assert "sec-websocket-extensions" not in headers
    one.text(b"hello")
    assert await one.frame() == (1, b"hello")


BAD = {
    "an old version": (request(version="HTTP/1.0"), 505),
    "a newer version": (request(version="HTTP/2.0"), 400),
    "POST": (request(method="POST"), 405),
    "HEAD": (request(method="HEAD"), 405),
    "a body": (request(Content_Length="5") + b"hello", 400),
    "a body in chunks": (request(Transfer_Encoding="chunked"), 400),
    "no upgrade": (request(Upgrade="", Connection=""), 426),
    "an upgrade to something else": (request(Upgrade="h2c"), 426),
    "connection closes": (request(Connection="close"), 426),
    "an old WebSocket": (request(Sec_WebSocket_Version="8"), 400),
    "no key": (request(Sec_WebSocket_Key=""), 400),
    "a short key": (request(Sec_WebSocket_Key="AAAA"), 400),
    "a key that isn't base64": (request(Sec_WebSocket_Key="?" * 24), 400),
    "broken subprotocols": (request(Sec_WebSocket_Protocol="ocpp1.6 ocpp2.0.1"), 400),
    "a long address": (request("/" + "x" * 9000), 414),
    "a long line": (request(X_Filler="x" * 9000), 431),
    "too many lines": (request("/", *["X: y"] * 150), 431),
    "too many bytes": (request(X_Filler="x" * 8000, Y_Filler="y" * 8000, Z_Filler="z" * 500), 431),
    "too many bytes without an end": (request("/", *[f"X: {'x' * 8000}"] * 3)[:-4], 431),
    "a line that is no header": (request("/", "what is this"), 400),
    "only line feeds": (request().replace(b"\r", b""), 400),
    "nonsense": (b"hello, is anybody there?\r\n\r\n", 400),
    "an empty line": (b"\r\n\r\n", 400),
    "TLS on the plain port": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\xa5" * 500, 400),
    "zeros": (b"\0" * 100, 400),
}


@pytest.mark.parametrize("name", BAD)
async def test_bad_requests_are_answered_and_ask_nobody(home: House, name: str) -> None:
    one = await Bytes.at(home)
    one.say(BAD[name][0])
    status, headers, _ = await one.answer()
    assert status == BAD[name][1]
    assert headers["connection"] == "close"
    await one.hung_up()
    assert home.asked == []
    assert home.links == []


@pytest.mark.parametrize("status", [401, 404, 409, 503])
async def test_refusals(home: House, status: int) -> None:
    one = await Bytes.at(home)
    one.say(request(f"/refuse/{status}"))
    found, headers, body = await one.answer()
    assert (found, body) == (status, b"No.\n")
    challenge = 'Basic realm="OCPP", charset="UTF-8"' if status == 401 else None
    assert headers.get("www-authenticate") == challenge
    await one.hung_up()
    assert home.links == []


@pytest.mark.parametrize("name", [*GOOD, *BAD])
def test_what_is_read_in_one_go_the_library_reads_alike(name: str) -> None:
    """Whatever the short way takes, the long way takes too, with the same answer but for its date."""
    head = GOOD[name] if name in GOOD else BAD[name][0]
    opening = Opening()
    opening.feed(head)
    if not isinstance(opening.request, Plain):
        return
    assert name in GOOD
    library = Opening()
    library.feed(head[:10])  # in pieces it is the library's
    library.feed(head[10:])
    assert isinstance(library.request, Request)
    assert (opening.path, opening.offered()) == (library.path, library.offered())
    assert opening.header("authorization") == library.header("Authorization")
    short, long = (
        sorted(line for line in one.welcomed("ocpp1.6").split(b"\r\n") if not line.startswith(b"Date"))
        for one in (opening, library)
    )
    assert short == long


def test_the_usual_request_is_read_in_one_go() -> None:
    opening = Opening()
    opening.feed(request() + b"\x81\x80")
    assert isinstance(opening.request, Plain)
    assert opening.early == b"\x81\x80"


async def test_a_decision_that_fails_is_a_503(home: House) -> None:
    one = await Bytes.at(home)
    with capture_logs() as logs:
        one.say(request("/fail/x"))
        assert (await one.answer())[0] == 503
    await one.hung_up()
    (line,) = (line for line in logs if line["event"] == "an upgrade could not be decided")
    assert line["error"] == "the database is away"
    assert "exc_info" not in line, "thousands dial while it is away"


async def test_what_is_asked_for_is_told(home: House) -> None:
    one = await Bytes.at(home)
    one.say(request("/ocpp/A%20B?x=1", "Sec-WebSocket-Protocol: ocpp1.5", Authorization="Basic abc"))
    assert (await one.answer())[0] == 101
    (asked,) = home.asked
    assert (asked.path, asked.authorization, asked.offered) == ("/ocpp/A%20B?x=1", "Basic abc", ("ocpp1.6", "ocpp1.5"))
    assert asked.peer.startswith("127.0.0.1:")


async def test_two_authorizations_are_neither(home: House) -> None:
    one = await Bytes.at(home)
    one.say(request("/ocpp/CP-1", "Authorization: Basic abc", "Authorization: Basic def"))
    await one.answer()
    assert home.asked[0].authorization == "Basic abc, Basic def"


async def test_a_request_in_many_segments(home: House) -> None:
    one = await Bytes.at(home)
    data = request() + masked(0x81, b"hello")
    for at in range(0, len(data), 3):
        one.say(data[at : at + 3])
        await asyncio.sleep(0)
    assert (await one.answer())[0] == 101
    assert await one.frame() == (1, b"hello")


@pytest.mark.parametrize("together", [True, False])
async def test_frames_that_come_before_the_answer(home: House, together: bool) -> None:
    one = await Bytes.at(home)
    frames = [masked(0x81, b"%d" % number) for number in range(20)]
    one.say(request("/slow/x") + (b"".join(frames) if together else b""))
    for frame in () if together else frames:
        await asyncio.sleep(0.005)
        one.say(frame)
    home.may_decide.set()
    assert (await one.answer())[0] == 101
    assert [await one.frame() for _ in range(20)] == [(1, b"%d" % number) for number in range(20)]


async def test_of_what_comes_before_the_answer_little_is_held(home: House) -> None:
    """The rest waits in the socket until it is decided, and then all of it is heard."""
    one = await Bytes.at(home)
    one.say(request("/slow/x"))
    await home.asked_once()
    number = 2000
    for n in range(number):
        one.say(masked(0x81, b"%04d" % n + b"x" * 4000))
        if n % 50 == 0:
            await asyncio.sleep(0.001)
    await asyncio.sleep(0.1)
    # By its exact type: to ask a proxy of something that is gone for its class is an error.
    held = max((len(each.early) for each in gc.get_objects() if type(each) is Opening), default=0)
    home.may_decide.set()
    assert websocket.MOST_EARLY <= held <= websocket.MOST_EARLY + transport.READ_SIZE
    assert (await one.answer())[0] == 101
    for n in range(number):
        assert (await one.frame())[1].startswith(b"%04d" % n)


@pytest.mark.parametrize("patience", [0.2])
@pytest.mark.parametrize("said", [b"", b"GET", request()[:-2], request("/slow/x")])
async def test_slow_upgrades_are_cut_off(patience: float, said: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "OPEN_TIMEOUT_S", patience)
    monkeypatch.setattr(websocket, "CLOSE_TIMEOUT_S", patience)
    async with house() as home:
        one, good = await Bytes.at(home), await Bytes.upgraded(home)
        one.say(said)
        await one.hung_up()
        good.text(b"still here")
        assert await good.frame() == (1, b"still here")
        assert len(home.links) == 1


async def test_who_vanishes_while_it_is_decided_is_not_served(home: House) -> None:
    one = await Bytes.at(home)
    one.say(request("/slow/x"))
    await home.asked_once()
    one.vanish()
    await asyncio.sleep(0.05)
    home.may_decide.set()
    two = await Bytes.upgraded(home)
    two.text(b"next")
    assert await two.frame() == (1, b"next")
    assert not any(link.open for link in home.links[:-1])
