"""Messages on the screens of stations (2.0.1 only)."""

from datetime import datetime

from backend.commands.base import Command


class ShowMessage(Command, frozen=True, kw_only=True):
    """Show a message, or replace the one with this number."""

    number: int
    priority: str
    format: str
    content: str
    language: str | None = None
    state: str | None = None
    begins_at: datetime | None = None
    ends_at: datetime | None = None
    transaction_ref: str | None = None


class ListMessages(Command, frozen=True, kw_only=True):
    """The messages come later, in parts that carry `request_id`. All criteria None: every message."""

    request_id: int
    numbers: list[int] = []
    priority: str | None = None
    state: str | None = None


class RemoveMessage(Command, frozen=True, kw_only=True):
    number: int


AnyDisplay = ShowMessage | ListMessages | RemoveMessage
