"""What a replay keeps of each outlet and of the session there. Pure."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

from backend.alerts import rules as alerts

MOMENTS, PAST_SESSIONS = 40, 6
"""How many readings and ended sessions: of each outlet the last ones."""


@dataclass(slots=True)
class KnownSession:
    transaction: str
    number: int
    begun_at: datetime
    heard_at: datetime
    dc: bool
    max_power_w: int
    charging: bool = False
    soc_percent: int | None = None
    moments: deque[alerts.Moment] = field(default_factory=lambda: deque(maxlen=MOMENTS))


@dataclass(slots=True)
class KnownOutlet:
    """What is known of one outlet, or of the station itself."""

    label: str
    status: str = "unknown"
    error_code: str = ""
    vendor_error_code: str = ""
    info: str = ""
    since: datetime | None = None
    session: KnownSession | None = None
    failures: deque[tuple[datetime, str]] = field(default_factory=lambda: deque(maxlen=100))
    past: deque[alerts.Past] = field(default_factory=lambda: deque(maxlen=PAST_SESSIONS))
