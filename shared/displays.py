"""Messages on the screens of stations."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from shared.base import Message, Request

Priority = Literal["AlwaysFront", "InFront", "NormalCycle"]
State = Literal["Charging", "Faulted", "Idle", "Unavailable"]
Number = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]


class DisplayMessageNew(Request):
    """What to show. `state`: only while the station is in it; `transaction_ref`: only during this transaction."""

    content: Annotated[str, msgspec.Meta(min_length=1, max_length=512)]
    priority: Priority = "NormalCycle"
    format: Literal["ASCII", "HTML", "URI", "UTF8"] = "UTF8"
    language: Annotated[str, msgspec.Meta(max_length=8)] = ""
    state: State | Literal[""] = ""
    begins_at: datetime | None = None
    ends_at: datetime | None = None
    transaction_ref: Annotated[str, msgspec.Meta(max_length=36)] = ""


class DisplayFilter(Request):
    """Which messages to ask for; nothing given: all."""

    numbers: list[Number] = []
    priority: Priority | Literal[""] = ""
    state: State | Literal[""] = ""


class DisplayMessage(Message):
    """A message as the station has it, as far as we know. `request_id`: of the report that told it last."""

    number: int
    priority: str
    format: str
    content: str
    language: str
    state: str
    begins_at: datetime | None
    ends_at: datetime | None
    transaction_ref: str
    request_id: int | None
    updated_at: datetime


class DisplayAnswer(Message):
    """`detail` says in plain words what the station's status means."""

    accepted: bool
    status: str
    detail: str
