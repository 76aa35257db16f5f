"""The processes of one Wattline."""

from datetime import datetime

from shared.base import Message


class Node(Message):
    """`state`: running, stopping or dead; `stations`: sockets at its last beat, null where that is not told."""

    name: str
    roles: list[str]
    stations: int | None
    state: str
    started_at: datetime
    seen_at: datetime
