"""What the OCPP edge tells of monitors and events."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """One monitor. evse 0: of the station, connector 0: of the EVSE."""

    number: int
    component: str
    evse: int = 0
    connector: int = 0
    name: str
    type: str
    value: float
    severity: int
    transaction: bool = False
    own: bool = False
    """Set from here, as far as this word of it says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One event, as the station told it."""

    number: int
    at: datetime
    trigger: str
    notification: str
    component: str
    evse: int = 0
    connector: int = 0
    name: str
    value: str = ""
    cleared: bool = False
    cause: int | None = None
    tech_code: str = ""
    tech_info: str = ""
    transaction_ref: str = ""
    monitor: int | None = None
