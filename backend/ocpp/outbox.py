"""What is written while many sockets are read: first all are handled, then all answers go out, one behind the other.

The event loop writes at once, so each answer would fetch the kernel's code between two messages and wake up whoever
waits for it: 12 to 15 % of a message. A few answers go out at once: for them a second step would cost more.
"""

import asyncio
from typing import Any

FEW = 4
"""So many writes in a millisecond are no rush."""


class Outbox:
    """Of one event loop whose clock counts milliseconds, as uvloop's does; where it is finer nothing is put off."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._call_soon, self._time = loop.call_soon, loop.time
        self._moment = 0.0
        self._written = 0
        self._unsent: dict[Any, bytes] = {}
        """By transport: for the next turn of the loop."""

    def write(self, transport: Any, data: bytes) -> None:
        """Now or, in a rush, as soon as the others are handled; in order for each transport."""
        unsent = self._unsent
        if unsent:
            unsent[transport] = unsent[transport] + data if transport in unsent else data
            return
        moment = self._time()
        if moment != self._moment:
            self._moment, self._written = moment, 1
            transport.write(data)
        elif self._written < FEW:
            self._written += 1
            transport.write(data)
        else:
            self._call_soon(self._flush)
            unsent[transport] = data

    def flush(self, transport: Any) -> None:
        """Before its end: what was put off goes out now."""
        data = self._unsent.pop(transport, None)
        if data is not None and not transport.is_closing():
            transport.write(data)

    def _flush(self) -> None:
        unsent, self._unsent = self._unsent, {}
        for transport, data in unsent.items():
            try:
                if not transport.is_closing():
                    transport.write(data)
            except RuntimeError:  # one that is closed is no reason to forget the others
                continue
