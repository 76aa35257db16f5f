"""Messages of stations about transactions that nobody knows, kept until an operator says what they belong to."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

import msgspec

from shared.base import Message, Request


class QuarantineState(StrEnum):
    OPEN = "open"
    ATTACHED = "attached"
    DISMISSED = "dismissed"


class QuarantinedMessage(Message):
    """kind: started, updated or ended. `reason`: why it fits nothing; `note`: what was said when it was resolved."""

    id: int
    identity: str
    kind: str
    state: QuarantineState
    reason: str
    at: datetime
    """By the station's clock, mended where it was absurd."""
    received_at: datetime
    payload: dict[str, Any]
    transaction_id: str | None
    note: str
    resolved_by: str
    resolved_at: datetime | None


class AttachMessage(Request):
    transaction_id: str


class DismissMessage(Request):
    note: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
