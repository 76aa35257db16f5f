"""What other rooms and the OCPP edge exchange with stations."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from shared.stations import ConnectorStatus, PowerType, Registration


@dataclass(frozen=True, slots=True)
class StationRef:
    id: UUID
    tenant_id: UUID
    identity: str
    registration: Registration
    ocpp_version: str = ""
    """What it spoke last; empty before its first connection."""


class StationName(NamedTuple):
    """What people call it, within their own house."""

    tenant_id: UUID
    identity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StationFacts:
    """What a station is, and whether it ever told its configuration."""

    id: UUID
    identity: str
    name: str = ""
    vendor: str = ""
    model: str = ""
    firmware: str = ""
    ocpp_version: str = ""
    online: bool = False
    told: bool = False


@dataclass(frozen=True, slots=True)
class Proof:
    """What a connection itself says of a station: whether it is over TLS, and the name in its verified certificate."""

    secure: bool = False
    common_name: str | None = None


PLAIN = Proof()


@dataclass(frozen=True, slots=True, kw_only=True)
class BootFacts:
    """Who a station says that it is; texts as sent, they are cleaned before they are stored."""

    vendor: str = ""
    model: str = ""
    serial: str | None = None
    firmware: str | None = None
    reason: str = ""
    wireless: bool = False
    """It has a SIM card."""


def has_sim(*numbers: str | None) -> bool:
    """Whether an ICCID or IMSI is one: some stations send zeros or the word “null” where there is none."""
    return any(one and one.strip().isdigit() and one.strip("0 ") for one in numbers)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFacts:
    """How a station's link answered pings for some minutes. `round_trip_ms` None: none was answered."""

    round_trip_ms: float | None
    lost_percent: float


NOT_TOLD = BootFacts()


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether a socket may be opened. `reason` of a refusal: identity, unknown, password, rejected, full, profile or
    certificate.

    `identity` and `full` are answered with 404 and 503, `profile` and `certificate` with 403, the others with
    401, so that a stranger can't tell a wrong password from a name that doesn't exist.
    """

    allowed: bool
    reason: str = ""
    station: StationRef | None = None
    """Also of a refusal, where there is one of this identity: for the log, never for the caller."""
    facts: BootFacts = NOT_TOLD
    """What it said at its last boot."""
    held_by: str = ""
    """The node through which it shows online, if any."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReport:
    """One report of one outlet. evse 0 is the station itself. OCPP 1.6 connector n is evse n, connector 1."""

    evse: int
    connector: int = 1
    status: ConnectorStatus
    at: datetime
    error_code: str = ""
    vendor_error_code: str = ""
    info: str = ""
    withheld: bool = False
    """Suspended because the station gives nothing, not because the car takes nothing."""
    tells_reason: bool = True
    """False: it can't say why (a status in 2.0.1), so the reason told before stands as long as it can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableReport:
    """One configuration key (1.6: `component` empty) or variable (2.0.1: `name` as `Variable` or
    `Variable/instance`). evse 0: of the station."""

    component: str = ""
    evse: int = 0
    connector: int = 0
    name: str
    value: str | None = None
    """Of the attribute Actual."""
    actual: bool = True
    """False: nothing is said of Actual; what is known of it stays."""
    read_only: bool | None = False
    """None: not said, as known."""
    attributes: Mapping[str, Any] = field(default_factory=dict)
    """Beside the value of Actual: by `Target.value`, `Actual.mutability`, `MaxSet.persistent` …"""
    characteristics: Mapping[str, Any] | None = None
    """data_type, unit, min_limit, max_limit, values, supports_monitoring. None: not said, as known."""

    @property
    def key(self) -> tuple[str, int, int, str]:
        return self.component, self.evse, self.connector, self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorRef:
    """A connector with all that a transaction must know of its place. `status` is OFFLINE without a socket."""

    id: UUID
    evse: int
    number: int
    label: str
    standard: str
    power_type: PowerType
    max_power_w: int
    tariff_id: UUID | None
    status: ConnectorStatus
    online: bool
    operative: bool
    station: StationRef
    station_name: str
    ocpp_version: str
    location_id: UUID | None
    location: str
    address: str
    time_zone: str
