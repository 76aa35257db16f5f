"""What happened at a station, as it was recorded, in our words. Pure."""

from dataclasses import dataclass
from datetime import datetime

from backend.alerts import rules as alerts


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Link(Happening):
    online: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap(Happening):
    """The station's first word after a while; `since`: when it had said its last one."""

    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlet(Happening):
    """`label` empty: the station as a whole. `tells_reason`: False for a status that can't say why (2.0.1)."""

    label: str
    status: str
    error_code: str = ""
    vendor_error_code: str = ""
    info: str = ""
    tells_reason: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason(Happening):
    """Why an outlet is out of service, told apart from its status (2.0.1 N07)."""

    label: str
    error_code: str
    vendor_error_code: str = ""
    info: str = ""
    over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Told(Happening):
    """Facts as they are: of a component, or of security."""

    facts: alerts.EventFacts | alerts.SecurityFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockSeen(Happening):
    off_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Began(Happening):
    label: str
    transaction: str
    number: int
    dc: bool = False
    max_power_w: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Read(Happening):
    transaction: str
    moment: alerts.Moment
    soc_percent: int | None = None
    charging: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Over(Happening):
    label: str
    transaction: str
    number: int
    past: alerts.Past
    flags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotStarted(Happening):
    label: str
    failure: str = ""
