"""Messages of one topic that leave together: what NATS and its client do for each costs more than what is in it."""

from collections.abc import Sequence

import msgspec

_MANY = b"\0"
"""What several begin with. One that begins so itself travels as several do."""
_EACH = 8
"""Bytes, at most, that each adds."""
_pack, _unpack = msgspec.msgpack.Encoder(), msgspec.msgpack.Decoder(list[bytes])


class Parcel:
    """At least one message."""

    __slots__ = ("_messages", "size", "topic")

    def __init__(self, topic: str, message: bytes) -> None:
        self.topic = topic
        self._messages = [message]
        self.size = len(message) + _EACH

    def add(self, message: bytes) -> None:
        self._messages.append(message)
        self.size += len(message) + _EACH

    def packed(self) -> bytes:
        first = self._messages[0]
        if len(self._messages) == 1 and not first.startswith(_MANY):
            return first
        return _MANY + _pack.encode(self._messages)


def unpacked(data: bytes) -> Sequence[bytes]:
    """The messages. Raises ValueError for what nobody packed."""
    return _unpack.decode(data[1:]) if data.startswith(_MANY) else (data,)
