"""WebSocket frames of a server, by the standard's examples and against the `websockets` library as the judge."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode
from websockets.protocol import State
from websockets.server import ServerProtocol

from backend.ocpp.framing import (
    CLOSE,
    MESSAGE,
    PING,
    PONG,
    Event,
    FrameReader,
    close_frame,
    control_frame,
    text_frame,
)

MOST = 1000
ROOM = 1_000_000


def frame(first: int, payload: bytes = b"", *, mask: bytes | None = b"\x37\xfa\x21\x3d", width: int = 0) -> bytes:
    """As a client sends it; `width`: bytes of the extended length, where it shall not be the shortest."""
    size = len(payload)
    width = width or (0 if size < 126 else 2 if size < 65_536 else 8)
    length = {0: size, 2: 126, 8: 127}[width]
    head = bytes((first, length | (0x80 if mask else 0))) + (size.to_bytes(width, "big") if width else b"")
    if mask is None:
        return head + payload
    return head + mask + bytes(byte ^ mask[at % 4] for at, byte in enumerate(payload))


def read(pieces: Iterable[bytes], most: int = MOST) -> tuple[list[Event], int | None]:
    """(events, close code of a breach) of our reader, until it is broken."""
    reader, events = FrameReader(most), list[Event]()
    for piece in pieces:
        events += reader.feed(memoryview(piece), ROOM)
        if reader.breach is not None:
            return events, int(reader.breach[0])
        if events and events[-1][0] == CLOSE:
            break
    return events, None


def judged(data: bytes, most: int = MOST) -> tuple[list[Event], int | None]:
    """The same of the library."""
    judge = ServerProtocol(state=State.OPEN, max_size=most)
    judge.receive_data(data)
    events, pieces = list[Event](), b""
    for one in judge.events_received():
        assert isinstance(one, Frame)
        if one.opcode in (Opcode.CLOSE, Opcode.PING, Opcode.PONG):
            events.append((int(one.opcode), bytes(one.data)))
            continue
        pieces += bytes(one.data)
        if one.fin:
            events.append((MESSAGE, pieces))
            pieces = b""
    failed = judge.parser_exc is not None
    return events, int(judge.close_sent.code) if failed and judge.close_sent else None


GOOD = {
    "RFC 6455, 5.7: a masked text": (bytes.fromhex("818537fa213d7f9f4d5158"), [(MESSAGE, b"Hello")]),
    "RFC 6455, 5.7: a masked pong": (bytes.fromhex("8a8537fa213d7f9f4d5158"), [(PONG, b"Hello")]),
    "empty": (frame(0x81), [(MESSAGE, b"")]),
    "binary": (frame(0x82, b"\x00\xff"), [(MESSAGE, b"\x00\xff")]),
    "no UTF-8": (frame(0x81, b"\xff"), [(MESSAGE, b"\xff")]),
    "125 bytes": (frame(0x81, b"x" * 125), [(MESSAGE, b"x" * 125)]),
    "126 bytes": (frame(0x81, b"x" * 126), [(MESSAGE, b"x" * 126)]),
    "a length longer than it need be": (frame(0x81, b"abc", width=2), [(MESSAGE, b"abc")]),
    "and much longer": (frame(0x81, b"abc", width=8), [(MESSAGE, b"abc")]),
    "as long as may be": (frame(0x81, b"x" * MOST), [(MESSAGE, b"x" * MOST)]),
    "in pieces": (frame(0x01, b"ab") + frame(0x00, b"c") + frame(0x80, b"d"), [(MESSAGE, b"abcd")]),
    "in empty pieces": (frame(0x02) + frame(0x00) + frame(0x80), [(MESSAGE, b"")]),
    "a ping between pieces": (
        frame(0x01, b"ab") + frame(0x89, b"?") + frame(0x80, b"c") + frame(0x81, b"d"),
        [(PING, b"?"), (MESSAGE, b"abc"), (MESSAGE, b"d")],
    ),
    "pieces as long as may be": (
        frame(0x01, b"x" * 600) + frame(0x80, b"y" * 400),
        [(MESSAGE, b"x" * 600 + b"y" * 400)],
    ),
    "close": (frame(0x88, b"\x03\xe8bye"), [(CLOSE, b"\x03\xe8bye")]),
    "close without a code": (frame(0x88), [(CLOSE, b"")]),
    "nothing counts after close": (frame(0x88) + frame(0x81, b"late") + b"\xff\xff", [(CLOSE, b"")]),
    "the longest ping": (frame(0x89, b"p" * 125), [(PING, b"p" * 125)]),
}
BAD = {
    "not masked": (frame(0x81, b"a", mask=None), 1002),
    "not masked and empty": (frame(0x89, mask=None), 1002),
    "first reserved bit (compressed)": (frame(0xC1, b"a"), 1002),
    "second reserved bit": (frame(0xA1, b"a"), 1002),
    "third reserved bit": (frame(0x91, b"a"), 1002),
    "unknown kind": (frame(0x83, b"a"), 1002),
    "unknown control": (frame(0x8B, b"a"), 1002),
    "fragmented ping": (frame(0x09, b"a"), 1002),
    "long ping": (frame(0x89, b"a" * 126), 1002),
    "continues nothing": (frame(0x80, b"a"), 1002),
    "a message within another": (frame(0x01, b"a") + frame(0x81, b"b"), 1002),
    "closed within a message": (frame(0x01, b"a") + frame(0x88), 1002),
    "half a close code": (frame(0x88, b"\x03"), 1002),
    "a close code that isn't sent": (frame(0x88, b"\x03\xed"), 1002),
    "a close reason that isn't UTF-8": (frame(0x88, b"\x03\xe8\xff"), 1007),
    "too long": (frame(0x81, b"x" * (MOST + 1)), 1009),
    "far too long": (b"\x81\xff" + b"\xff" * 8 + b"mask", 1009),
    "pieces too long": (frame(0x01, b"x" * 600) + frame(0x80, b"y" * 401), 1009),
}


@pytest.mark.parametrize("name", GOOD)
def test_good_frames(name: str) -> None:
    data, events = GOOD[name]
    assert read([data]) == judged(data) == (events, None)
    assert read(data[at : at + 1] for at in range(len(data))) == (events, None)


@pytest.mark.parametrize("name", BAD)
def test_bad_frames(name: str) -> None:
    data, code = BAD[name]
    assert read([data]) == judged(data) == ([], code)
    assert read([frame(0x81, b"before") + data]) == ([(MESSAGE, b"before")], code)
    assert read(data[at : at + 1] for at in range(len(data))) == ([], code)


def test_what_is_too_long_is_refused_before_it_is_there() -> None:
    reader = FrameReader(MOST)
    assert reader.feed(memoryview(b"\x81\xff" + (1 << 40).to_bytes(8, "big") + b"mask"), ROOM) == []
    assert reader.breach is not None
    assert reader.breach[0] == 1009


@dataclass(frozen=True)
class Part:
    """One frame of a random stream."""

    first: int
    payload: bytes
    mask: bytes | None
    width: int

    def wire(self) -> bytes:
        return frame(self.first, self.payload, mask=self.mask, width=self.width)


masks = st.binary(min_size=4, max_size=4)
payloads = st.one_of(st.binary(max_size=20), st.sampled_from([b"a" * size for size in (125, 126, 127, 300, 600, 1001)]))
decent = st.builds(
    lambda first, payload, mask, width: Part(first, payload, mask, width if width or len(payload) < 126 else 2),
    st.sampled_from([0x81, 0x82, 0x01, 0x00, 0x80]),
    payloads,
    masks,
    st.sampled_from([0, 2, 8]),
)
control = st.builds(Part, st.sampled_from([0x89, 0x8A]), st.binary(max_size=20), masks, st.just(0))
closing = st.builds(
    Part, st.just(0x88), st.sampled_from([b"", b"\x03", b"\x03\xe8ok", b"\x03\xe8\xff"]), masks, st.just(0)
)
broken = st.builds(Part, st.integers(0, 255), st.binary(max_size=20), st.one_of(st.none(), masks), st.just(0))
streams = st.lists(st.one_of(decent, decent, control, closing, broken), max_size=12)


@given(parts=streams, cuts=st.lists(st.integers(0, 3000), max_size=8))
def test_any_stream_is_read_as_the_library_reads_it(parts: list[Part], cuts: list[int]) -> None:
    """However it is cut."""
    data = b"".join(part.wire() for part in parts)
    marks = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    pieces = [data[begin:end] for begin, end in itertools.pairwise(marks)]
    # The library counts a ping between two pieces into the message's size; the standard doesn't.
    most = 100_000 if any(part.first & 0x08 for part in parts) else 700
    (ours, our_code), (theirs, their_code) = read(pieces, most), judged(data, most)
    assert ours == theirs
    if {our_code, their_code} != {1002, 1009}:  # a frame that is wrong in both ways: either name will do
        assert our_code == their_code


@given(sizes=st.lists(st.integers(0, 300), max_size=20), room=st.integers(1, 3), step=st.integers(1, 400))
def test_there_are_never_more_messages_than_room(sizes: list[int], room: int, step: int) -> None:
    """What there was no room for comes later, in order, without new bytes."""
    data = b"".join(frame(0x81, bytes([size % 256]) * size) for size in sizes)
    reader, seen = FrameReader(MOST), list[int]()
    for at in range(0, len(data), step):
        events = reader.feed(memoryview(data[at : at + step]), room)
        while events or reader.unread:
            assert len(events) <= room
            seen += [len(payload) for _, payload in events]
            events = reader.feed(memoryview(b""), room)
    assert seen == sizes
    assert not reader.unread


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65_535, 65_536, 70_000])
def test_what_we_send_is_what_the_library_would_send(size: int) -> None:
    assert text_frame(b"x" * size) == Frame(Opcode.TEXT, b"x" * size).serialize(mask=False)


def test_control_frames_that_we_send() -> None:
    assert control_frame(PONG, b"abc") == Frame(Opcode.PONG, b"abc").serialize(mask=False)
    assert close_frame(1001, "bye") == Frame(Opcode.CLOSE, b"\x03\xe9bye").serialize(mask=False)
