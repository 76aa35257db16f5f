"""What happens in the house. A service emits an event inside its database transaction (`Unit.emit`).

`wiring.EVENTS` says who acts on it inside the same transaction; after the commit it goes to the bus
for screens, on topic `event.<tenant_id>.<name>`. Events say what happened, not what to do.
"""

from datetime import datetime
from uuid import UUID

import msgspec


class Event(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    tenant_id: UUID
    at: datetime


class StationEvent(Event, frozen=True, kw_only=True):
    station_id: UUID
    identity: str


class StationConnected(StationEvent, frozen=True, kw_only=True):
    ocpp_version: str


class StationDisconnected(StationEvent, frozen=True, kw_only=True):
    reason: str = ""


class StationBooted(StationEvent, frozen=True, kw_only=True):
    registration: str


class StationChanged(StationEvent, frozen=True, kw_only=True):
    """Anything else of a station that a screen shows: its name, registration or configuration. `registration`: what an
    operator decided just now; empty where something else changed."""

    registration: str = ""


class SecurityEventReported(StationEvent, frozen=True, kw_only=True):
    """A critical security event of a station."""

    kind: str
    info: str = ""


class DeviceEventReported(StationEvent, frozen=True, kw_only=True):
    """A 2.0.1 station told of a component of its own as a whole. `over`: the problem ended."""

    component: str
    variable: str
    value: str
    severity: int
    over: bool
    tech_code: str = ""
    tech_info: str = ""


class ClockTold(StationEvent, frozen=True, kw_only=True):
    """How far a station's clock is off ours: told where it changed."""

    off_s: float


class CertificateChecked(StationEvent, frozen=True, kw_only=True):
    """How long the certificate lasts with which a station gets in: looked at daily, and when it has a new one."""

    expires_at: datetime


class StationFlooded(StationEvent, frozen=True, kw_only=True):
    """It sends more messages a second than `rate`, for longer than a while; or `floods` False: not any more."""

    floods: bool
    rate: int


class CampaignHalted(StationEvent, frozen=True, kw_only=True):
    """Too many stations of a bulk action failed, this one last. `halted` False: an operator decided how it goes on."""

    campaign_id: UUID
    name: str
    halted: bool
    failed: int
    finished: int


class SiteChanged(Event, frozen=True, kw_only=True):
    """The power of a location: its tree, plan, limits or what a meter shows."""

    location_id: UUID


class PowerExceeded(StationEvent, frozen=True, kw_only=True):
    """An outlet draws more than it was given, or `exceeded` False: no longer. Amperes of each phase."""

    evse: int
    exceeded: bool
    drawn_a: float
    given_a: float


class LocationChanged(Event, frozen=True, kw_only=True):
    """A location was made, changed or deleted, or a station came or went: drivers may see it now, or no more."""

    location_id: UUID


class ConnectorStatusChanged(StationEvent, frozen=True, kw_only=True):
    """connector_id None: the station reported about itself as a whole (evse 0)."""

    connector_id: UUID | None
    evse: int
    status: str
    previous: str
    previous_error_code: str = ""
    error_code: str = ""
    vendor_error_code: str = ""
    error_info: str = ""
    withheld: bool = False
    """SUSPENDED because the station gives nothing, not because the car takes nothing."""


class TransactionEvent(Event, frozen=True, kw_only=True):
    transaction_id: UUID
    station_id: UUID
    identity: str
    connector_id: UUID | None = None
    account_id: UUID | None = None


class TransactionRequested(TransactionEvent, frozen=True, kw_only=True):
    pass


class TransactionStarted(TransactionEvent, frozen=True, kw_only=True):
    pass


class TransactionUpdated(TransactionEvent, frozen=True, kw_only=True):
    """New readings, another charging state, a stop asked for."""


class TransactionEnded(TransactionEvent, frozen=True, kw_only=True):
    stop_reason: str = ""


class StopCameLate(TransactionEvent, frozen=True, kw_only=True):
    """Of a session that was closed without it, and billed."""

    stopped_at: datetime


class TransactionFailed(TransactionEvent, frozen=True, kw_only=True):
    """Requested, and never begun."""

    failure: str


class ReservationMade(StationEvent, frozen=True, kw_only=True):
    """One that costs something where no session follows. `begins_at`: from then on it is paid for."""

    reservation_id: UUID
    connector_id: UUID | None
    evse: int
    account_id: UUID | None
    id_token: str
    tariff_id: UUID
    currency: str
    begins_at: datetime


class ReservationEnded(StationEvent, frozen=True, kw_only=True):
    """`how`: expired and given_back cost what the tariff says; used: by `transaction_id`; void: nothing to pay."""

    reservation_id: UUID
    how: str
    ended_at: datetime
    transaction_id: UUID | None = None


class PaymentChanged(Event, frozen=True, kw_only=True):
    payment_id: UUID
    transaction_id: UUID
    state: str


class CdrIssued(Event, frozen=True, kw_only=True):
    cdr_id: UUID
    transaction_id: UUID


class BillCorrected(Event, frozen=True, kw_only=True):
    paper_id: UUID
    transaction_id: UUID


class IncidentEvent(Event, frozen=True, kw_only=True):
    """`parent_id`: it is a part of that one, which is told instead of it. `location_id`: of a whole site."""

    incident_id: UUID
    station_id: UUID | None
    state: str
    rule: str = ""
    code: str = ""
    severity: str = ""
    connector_id: UUID | None = None
    location_id: UUID | None = None
    parent_id: UUID | None = None


class IncidentChanged(IncidentEvent, frozen=True, kw_only=True):
    """Anything of it, its opening and closing too: for screens."""


class IncidentOpened(IncidentEvent, frozen=True, kw_only=True):
    """Somebody must hear of it: it is new, or it came back while it was watched."""


class IncidentWorsened(IncidentEvent, frozen=True, kw_only=True):
    """It is critical now and wasn't before. `since`: when it was opened, or last left its watch."""

    since: datetime


class IncidentClosed(IncidentEvent, frozen=True, kw_only=True):
    pass


class NoticeSent(Event, frozen=True, kw_only=True):
    """Somebody has a new message in the app, or has read theirs."""

    account_id: UUID


class TokensChanged(Event, frozen=True, kw_only=True):
    """A card was added, changed or removed."""


class MasterPassChanged(Event, frozen=True, kw_only=True):
    """Another group of cards stops every session, or none any more."""


class CustomerCleared(StationEvent, frozen=True, kw_only=True):
    """A station was told to delete what it keeps of the owner of this id token."""

    id_token: str


class BrandChanged(Event, frozen=True, kw_only=True):
    pass


class FramesLogged(StationEvent, frozen=True, kw_only=True):
    """New messages in the OCPP log of a station; published by the frame log itself, best effort."""

    count: int


AnyEvent = (
    StationConnected
    | StationDisconnected
    | StationBooted
    | StationChanged
    | SecurityEventReported
    | CertificateChecked
    | DeviceEventReported
    | ClockTold
    | CampaignHalted
    | PowerExceeded
    | SiteChanged
    | StationFlooded
    | LocationChanged
    | ConnectorStatusChanged
    | TransactionRequested
    | TransactionStarted
    | TransactionUpdated
    | TransactionEnded
    | TransactionFailed
    | PaymentChanged
    | CdrIssued
    | IncidentChanged
    | IncidentOpened
    | IncidentWorsened
    | IncidentClosed
    | NoticeSent
    | BrandChanged
    | TokensChanged
    | MasterPassChanged
    | CustomerCleared
    | FramesLogged
)
