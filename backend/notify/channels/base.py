"""What a channel gets, and what it raises when it can't deliver."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from backend.jobs import TryAgain


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One message. `id` is the same each time it is tried: whoever got it twice can tell.

    `address`: a device's token, a browser's push endpoint with its keys (`p256dh`, `auth`), an e-mail address, or the
    URL of a webhook with its `secret` and `form`. `language`: that of `title` and `body`.
    """

    id: UUID
    tenant_id: UUID
    sender: str
    address: str
    kind: str
    severity: str
    title: str
    body: str
    link: str
    url: str
    at: datetime
    secret: str = ""
    form: str = "generic"
    p256dh: str = ""
    auth: str = ""
    language: str = "en"
    data: dict[str, Any] = field(default_factory=dict)


class Gone(Exception):
    """The address doesn't exist any more: forget it."""


class Refused(Exception):
    """This message will never be taken. `ails`: because of us, whomever it is for, so it counts against the channel."""

    def __init__(self, said: str, *, ails: bool = False) -> None:
        super().__init__(said)
        self.ails = ails


class NotSetUp(Exception):
    """The house has no such channel."""


class Trouble(TryAgain):
    """Not now: try again later, not before `after` where they said so. It counts against the channel."""

    def __init__(self, said: str, *, after: timedelta | None = None) -> None:
        super().__init__(said)
        self.after = after
