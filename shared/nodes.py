"""The processes of one Wattline."""

from datetime import datetime

from shared.base import Message


class Node(Message):
    """`state`: running, stopping or dead; `stations`: how many sockets it held at its last beat."""

    name: str
    roles: list[str]
    stations: int
    state: str
    started_at: datetime
    seen_at: datetime
