"""What rules look at and what they say."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shared.operations import Severity


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
class ConnectorFacts:
    """What an outlet reported last. `label` is empty when the station reported about itself as a whole."""

    label: str
    status: str
    error_code: str = ""
    vendor_error_code: str = ""
    info: str = ""


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
    warn_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignFacts:
    """A bulk action that halted because too much failed, or `halted` False: about which somebody decided."""

    name: str
    halted: bool
    failed: int = 0
    finished: int = 0


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


Facts = (
    ConnectorFacts
    | PresenceFacts
    | StartFacts
    | SessionFacts
    | SecurityFacts
    | CertificateFacts
    | CampaignFacts
    | PowerFacts
    | FloodFacts
)


@dataclass(frozen=True, slots=True)
class Rule:
    """`judge` gets facts of the type `looks_at`; None means that its condition doesn't hold (any more)."""

    name: str
    looks_at: type[Any]
    judge: Callable[[Any], Finding | None]


def of(label: str) -> str:
    """The subject of a sentence: one outlet, or the station itself."""
    return f"Connector {label}" if label else "The station"
