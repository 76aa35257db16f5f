"""What drivers say is wrong at a charger."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from shared.base import Message, Request


class ProblemKind(StrEnum):
    WONT_START = "wont_start"
    SCREEN_DARK = "screen_dark"
    CABLE_STUCK = "cable_stuck"
    PAYMENT = "payment"
    BLOCKED = "blocked"
    """A car stands there that doesn't charge."""
    DAMAGE = "damage"
    OTHER = "other"


class ReportState(StrEnum):
    OPEN = "open"
    MENDED = "mended"
    """Somebody took care of it, or its fault ended."""
    CHARGED = "charged"
    """Somebody charged there afterwards."""
    EXPIRED = "expired"
    """Nobody said it again, and nothing proves either."""


class DriverReportNew(Request):
    """`words` are needed for OTHER, and welcome with all."""

    kind: ProblemKind
    words: Annotated[str, msgspec.Meta(max_length=500)] = ""


class DriverReport(Message):
    """`there`: whoever reported it had tried to charge there lately. Who it was is told to nobody."""

    id: str
    kind: ProblemKind
    words: str
    at: datetime
    state: ReportState
    settled_at: datetime | None
    station_id: str
    station: str
    connector_id: str
    connector: str
    there: bool
    incident_id: str | None = None
    """For operators only."""
