"""What rules look at and what they say."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from inspect import getmodule, signature
from typing import Any

from backend.alerts.rules.bounds import BOUNDS, Bounds
from shared.driver_reports import ProblemKind
from shared.operations import Severity

READINGS = timedelta(minutes=45)
"""How far back readings of a running session are looked at."""
LATEST = 10
"""So many of them as they came; of the ones before, one a minute, however often a station reads its meter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What is wrong, in plain words: `title` names it, `detail` says what was seen, `advice` the next step.

    `cause`: what it most likely comes from. `code`: of the fault, where it has one. `down`: the part of the place's
    business that it costs, 0 to 1. `began_at`: when the fault itself began. `evidence`: what was seen, by name.
    """

    severity: Severity
    title: str
    detail: str
    advice: str
    cause: str = ""
    code: str = ""
    down: float = 0.0
    began_at: datetime | None = None
    evidence: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What a vendor means by a code of its own. `code`: a name of OCPP 1.6 or MREC, where it is one of these. `own`:
    the tenant's word, which counts before everything."""

    title: str
    severity: Severity
    cause: str = ""
    advice: str = ""
    code: str = ""
    own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorFacts:
    """What an outlet reported last. `label` is empty when the station reported about itself as a whole.

    `began_at`: when it says that this began, where its clock can be believed."""

    label: str
    status: str
    error_code: str = ""
    vendor_error_code: str = ""
    info: str = ""
    meaning: Meaning | None = None
    began_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PresenceFacts:
    """Whether a station is there. `silence_s`: how long a connected one may say nothing."""

    accepted: bool
    online: bool
    disconnected_at: datetime | None
    last_seen_at: datetime | None
    silence_s: int
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StartFacts:
    """Starts that failed at one outlet in the last hour, since the last one that succeeded."""

    label: str
    failures: int
    last_failure: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFacts:
    """The last session that ended at an outlet. `flags` as in shared.transactions.Transaction."""

    label: str
    number: int
    flags: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityFacts:
    """A critical security event, in the station's words."""

    kind: str
    info: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateFacts:
    """The certificate with which a station gets in. Negative: it has ended."""

    days_left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignFacts:
    """A bulk action that halted because too much failed, or `halted` False: about which somebody decided."""

    name: str
    halted: bool
    failed: int = 0
    finished: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFacts:
    """Lost connections of the last hour, and how many a usual day has (None: not known yet). `wireless`: over radio.

    `round_trip_ms`, `lost_percent`: how its pings were answered lately; None where they tell nothing. `usual_…`: as a
    rule at this station, None until that is known.
    """

    drops: int = 0
    usual_per_day: float | None = None
    wireless: bool = False
    round_trip_ms: float | None = None
    lost_percent: float | None = None
    usual_ms: float | None = None
    usual_lost_percent: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One reading of a meter. `voltages` and `currents` are those of the phases, where they were told."""

    at: datetime
    energy_wh: int | None = None
    power_w: int | None = None
    voltage_v: float | None = None
    voltages: tuple[float, ...] = ()
    currents: tuple[float, ...] = ()
    offered_w: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningFacts:
    """A session under way, with its latest readings, oldest first. `status`: what the outlet says meanwhile."""

    label: str
    number: int
    transaction: str
    begun_at: datetime
    heard_at: datetime
    now: datetime
    online: bool
    dc: bool
    max_power_w: int
    status: str
    charging: bool
    soc_percent: int | None = None
    allowed_a: float | None = None
    """What limits left it of each phase at the least, while it was read. None: as much as the outlet has."""
    moments: tuple[Moment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OutletFacts:
    """An outlet at which no session runs, and since when it says what it says."""

    label: str
    status: str
    since: datetime
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """A session that ended. `driver`: whose, as far as it is known."""

    seconds: float
    energy_wh: int
    reason: str
    driver: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastFacts:
    """The last sessions at an outlet, the latest first."""

    label: str
    sessions: tuple[Past, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessFacts:
    """How long a station was quiet while it could be used. `peers`: what all other stations of its operator had in the
    same time, as a part of what is usual; None: there are none, or too few to tell."""

    usual_per_day: float
    quiet_s: float
    longest_gap_s: float | None
    peers: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockFacts:
    """The station's clock minus ours."""

    off_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FirmwareFacts:
    """Until when its vendor stands by a firmware. None: nobody said."""

    firmware: str
    days_left: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFacts:
    """What a 2.0.1 station tells of a component of its own as a whole (2.0.1 N07). Severity 0 is the worst."""

    component: str
    variable: str
    value: str
    severity: int
    over: bool
    tech_code: str = ""
    tech_info: str = ""
    meaning: Meaning | None = None

    @property
    def part(self) -> str:
        """What it is about: another component, or another variable of it, has its own problem."""
        return f"{self.component}/{self.variable}"[:200]


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerFacts:
    """What an outlet draws and was given, in amperes of each phase."""

    label: str
    exceeded: bool
    drawn_a: float
    given_a: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FloodFacts:
    """Whether a station sends more messages a second than `rate`."""

    floods: bool
    rate: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What one driver says. `there`: they tried to charge there lately."""

    kind: ProblemKind
    there: bool
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFacts:
    """What drivers say of an outlet and nothing has settled yet, one report a person."""

    label: str
    reports: tuple[Report, ...]


Facts = (
    ConnectorFacts
    | PresenceFacts
    | StartFacts
    | SessionFacts
    | SecurityFacts
    | CertificateFacts
    | CampaignFacts
    | LinkFacts
    | RunningFacts
    | OutletFacts
    | PastFacts
    | BusinessFacts
    | ClockFacts
    | FirmwareFacts
    | EventFacts
    | PowerFacts
    | FloodFacts
    | ReportFacts
)


@dataclass(frozen=True, slots=True)
class Rule:
    """`judge` gets facts of the type `looks_at`; None means that its condition doesn't hold (any more).

    The keyword-only parameters of `judge` are its thresholds, which tenants may set, and their defaults the house's.
    """

    name: str
    looks_at: type[Any]
    judge: Callable[..., Finding | None]
    group: str = "reports"
    title: str = ""

    @property
    def thresholds(self) -> dict[str, float]:
        parameters = signature(self.judge).parameters.values()
        return {one.name: float(one.default) for one in parameters if one.kind is one.KEYWORD_ONLY}

    @property
    def bounds(self) -> dict[str, Bounds]:
        """Of each of its thresholds."""
        return {name: BOUNDS[self.name, name] for name in self.thresholds}

    @property
    def about(self) -> str:
        """In plain words, for whoever sets its thresholds: what its module says of itself."""
        return (getmodule(self.judge).__doc__ or "").strip()


def of(label: str) -> str:
    """The subject of a sentence: one outlet, or the station itself."""
    return f"Connector {label}" if label else "The station"
