"""What the OCPP edge tells of a message on a screen."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    number: int
    priority: str
    format: str
    content: str
    language: str = ""
    state: str = ""
    begins_at: datetime | None = None
    ends_at: datetime | None = None
    transaction_ref: str = ""
