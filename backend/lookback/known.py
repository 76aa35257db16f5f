"""What a replay keeps of each outlet and of the session there. Pure."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

from backend.alerts import rules as alerts


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
    moments: list[alerts.Moment] = field(default_factory=list)

    def read(self, one: alerts.Moment) -> None:
        """Kept as the house looks at them: the latest ones, and of each minute before the last one of what it tells."""
        self.moments.append(one)
        while one.at - self.moments[0].at > alerts.READINGS:
            del self.moments[0]
        place = len(self.moments) - alerts.LATEST - 1
        for before in range(place - 1, -1, -1):
            if _minute(self.moments[before]) != _minute(self.moments[place]):
                break
            if _tells(self.moments[before]) == _tells(self.moments[place]):
                del self.moments[before]
                break


def _minute(one: alerts.Moment) -> datetime:
    return one.at.replace(second=0, microsecond=0)


def _tells(one: alerts.Moment) -> tuple[bool, ...]:
    return one.energy_wh is None, one.power_w is None, one.offered_w is None


@dataclass(slots=True)
class KnownOutlet:
    """What is known of one outlet, or of the station itself."""

    label: str
    status: str = "unknown"
    tells_end: bool = True
    """Whether its states say that a session ended (1.6); 2.0.1 says so with the session only."""
    error_code: str = ""
    vendor_error_code: str = ""
    info: str = ""
    since: datetime | None = None
    session: KnownSession | None = None
    failures: deque[tuple[datetime, str]] = field(default_factory=lambda: deque(maxlen=100))
    past: deque[alerts.Past] = field(default_factory=lambda: deque(maxlen=alerts.PAST_SESSIONS))
