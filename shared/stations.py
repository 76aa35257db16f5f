"""Locations, stations and connectors, as drivers and operators see them."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec

from shared.base import Message, Request
from shared.money import PriceHeadline

Identity = Annotated[str, msgspec.Meta(min_length=1, max_length=48, pattern=r"^[^\x00-\x1f/]+$")]
Text = Annotated[str, msgspec.Meta(max_length=200)]


class ConnectorStatus(StrEnum):
    """What a connector does now. OFFLINE is ours: the station that would tell is not connected."""

    AVAILABLE = "available"
    OCCUPIED = "occupied"
    """A cable is in, or a finished session still holds the connector: nothing flows."""
    CHARGING = "charging"
    SUSPENDED = "suspended"
    FINISHING = "finishing"
    RESERVED = "reserved"
    UNAVAILABLE = "unavailable"
    FAULTED = "faulted"
    OFFLINE = "offline"
    UNKNOWN = "unknown"


class Registration(StrEnum):
    PENDING = "pending"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class PowerType(StrEnum):
    AC = "AC"
    DC = "DC"


class Availability(Message):
    """How many connectors of a location are in which state."""

    total: int
    available: int
    in_use: int
    out_of_order: int


class Connector(Message):
    """One outlet. (station identity, evse, number) names it on the wire; `id` names it everywhere else."""

    id: str
    evse: int
    number: int
    label: str
    standard: str
    """Plug, as OCPI ConnectorType: IEC_62196_T2, IEC_62196_T2_COMBO, CHADEMO …"""
    power_type: PowerType
    max_power_w: int
    status: ConnectorStatus
    status_at: datetime | None = None
    error_code: str = ""
    error_info: str = ""
    price: PriceHeadline | None = None
    tariff_id: str | None = None
    """Its own tariff; None: the operator's first one holds."""
    transaction_id: str | None = None


class LocationSummary(Message):
    """One location in the driver's list and on the map. `distance_m` if the driver's place is known."""

    id: str
    name: str
    address: str
    city: str
    latitude: float
    longitude: float
    availability: Availability
    max_power_w: int
    power_types: list[PowerType]
    price_from: PriceHeadline | None = None
    distance_m: int | None = None
    stations: int | None = None
    """How many stations are assigned, waiting ones too; only in the list of operators (`empty`)."""
    doubtful: bool = False
    """Every station that could be used now is doubtful: worth a look before driving there."""


class StationForDriver(Message):
    """`doubtful`: it says that it works, and there are reasons not to rely on that."""

    id: str
    identity: str
    name: str
    online: bool
    connectors: list[Connector]
    doubtful: bool = False
    known_fault: bool = False
    reported: bool = False
    """Drivers say that something is wrong here, and they are believed."""
    failed_starts: int = 0
    """In the last 24 hours, since the last session that gave energy."""
    last_charge_at: datetime | None = None


class LocationDetail(Message):
    id: str
    name: str
    address: str
    postal_code: str
    city: str
    country: str
    latitude: float
    longitude: float
    time_zone: str
    description: str
    availability: Availability
    stations: list[StationForDriver]


class Charger(Message):
    """A station found by the code on it, and where it stands."""

    location_id: str
    location: str
    address: str
    station: StationForDriver


class StationRow(Message):
    """One station in the operator's list."""

    id: str
    identity: str
    name: str
    location_id: str | None
    location: str
    vendor: str
    model: str
    ocpp_version: str
    registration: Registration
    online: bool
    last_seen_at: datetime | None
    status: ConnectorStatus
    """The worst of its connectors, or OFFLINE."""
    connectors: list[Connector]
    power_w: int
    open_incidents: int


class StationDetail(Message):
    row: StationRow
    serial: str
    firmware: str
    security: str
    connected_at: datetime | None
    booted_at: datetime | None
    boot_reason: str
    created_at: datetime
    time_zone: str
    address: str
    security_profile: int = 0
    pending_profile: int | None = None
    """The higher one that it was told to come back with; in force once it does."""
    password_pending: bool = False
    """A new password was sent to it; the old one counts until it signs in with the new one."""


class VariableAttribute(Message):
    """`type`: Actual, Target, MinSet or MaxSet. `mutability`: ReadOnly, WriteOnly, ReadWrite, or empty if not told."""

    type: str
    value: str | None = None
    mutability: str = ""
    persistent: bool | None = None
    constant: bool | None = None


class Variable(Message):
    """One configuration key (1.6) or variable (2.0.1). `component` is empty for 1.6; an instance stands behind a slash.

    `value` is that of the attribute Actual. `data_type` and what follows is known only of 2.0.1 stations.
    """

    component: str
    name: str
    value: str | None
    read_only: bool
    evse: int | None = None
    updated_at: datetime | None = None
    connector: int | None = None
    attributes: list[VariableAttribute] = []
    data_type: str = ""
    unit: str = ""
    min_limit: float | None = None
    max_limit: float | None = None
    values: list[str] = []
    supports_monitoring: bool | None = None


class Frame(Message):
    """One OCPP message as it went over the wire, secrets blanked. `direction`: `in` or `out`."""

    id: str
    at: datetime
    direction: str
    kind: str
    """call, result, error or malformed."""
    action: str
    message_id: str
    payload: str
    size: int
    latency_ms: int | None = None
    error_code: str = ""
    explanation: str = ""
    """What went wrong in plain words; empty for a message that is in order."""


class StationNew(Request):
    identity: Identity
    name: Text = ""
    location_id: str | None = None
    password: Annotated[str, msgspec.Meta(min_length=16, max_length=40)] | None = None
    """Basic auth password; None lets the station connect without one."""


class StationChange(Request):
    name: Text | None = None
    location_id: str | None = None
    password: Annotated[str, msgspec.Meta(min_length=16, max_length=40)] | None = None


class StationAccept(Request):
    location_id: str | None = None
    """Where it stands; None leaves it where it is."""


PlaceName = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"\S")]
Latitude = Annotated[float, msgspec.Meta(ge=-90, le=90)]
Longitude = Annotated[float, msgspec.Meta(ge=-180, le=180)]
PostalCode = Annotated[str, msgspec.Meta(max_length=20)]
City = Annotated[str, msgspec.Meta(max_length=100)]
Country = Annotated[str, msgspec.Meta(max_length=2)]
"""ISO 3166-1 alpha-2, such as DE."""
Zone = Annotated[str, msgspec.Meta(max_length=64)]
"""IANA time zone, such as Europe/Berlin."""
Description = Annotated[str, msgspec.Meta(max_length=2000)]


class LocationNew(Request):
    """An empty `country` or `time_zone` is the operator's own."""

    name: PlaceName
    latitude: Latitude
    longitude: Longitude
    address: Text = ""
    postal_code: PostalCode = ""
    city: City = ""
    country: Country = ""
    time_zone: Zone = ""
    description: Description = ""


class LocationChange(Request):
    """None stays as it is."""

    name: PlaceName | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    address: Text | None = None
    postal_code: PostalCode | None = None
    city: City | None = None
    country: Country | None = None
    time_zone: Zone | None = None
    description: Description | None = None


class ConnectorChange(Request):
    """What a station doesn't tell of its outlets and drivers want to know. None stays as it is."""

    standard: Annotated[str, msgspec.Meta(pattern=r"^[A-Z0-9_]{2,40}$")] | None = None
    power_type: PowerType | None = None
    max_power_w: Annotated[int, msgspec.Meta(ge=0, le=10_000_000)] | None = None
    tariff_id: str | None = None
    """Empty: none of its own."""


class ResetKind(StrEnum):
    SOFT = "soft"
    """After running transactions have ended (1.6 Soft, 2.0.1 OnIdle)."""
    HARD = "hard"
    """At once (1.6 Hard, 2.0.1 Immediate)."""


class ResetStation(Request):
    """Without a `connector_id` the whole station; with one its EVSE only (OCPP 2.0.1)."""

    kind: ResetKind = ResetKind.SOFT
    connector_id: str | None = None


class UnlockConnector(Request):
    connector_id: str


class SetAvailability(Request):
    operative: bool
    connector_id: str | None = None
    """None: the whole station."""


class TriggerMessage(Request):
    message: Annotated[str, msgspec.Meta(max_length=50)]
    """BootNotification, Heartbeat, StatusNotification, MeterValues …"""
    connector_id: str | None = None
    extended: bool = False
    """OCPP 1.6: ask with the message of the security extension, as for messages that only it knows."""


Attribute = Literal["Actual", "Target", "MinSet", "MaxSet"]
Place = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]


class VariableNamed(Request, kw_only=True):
    """`component` is empty for OCPP 1.6; an instance stands behind a slash, as in `ItemsPerMessage/GetVariables`."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=101)]
    component: Annotated[str, msgspec.Meta(max_length=101)] = ""
    evse: Place = 0
    connector: Place = 0
    attribute: Attribute = "Actual"


class VariableChange(VariableNamed, kw_only=True):
    value: Annotated[str, msgspec.Meta(max_length=1000)]


class VariableChanges(Request):
    changes: Annotated[list[VariableChange], msgspec.Meta(min_length=1, max_length=500)]


class VariableOutcome(Message):
    """What became of one change. `status`: the station's own word."""

    component: str
    name: str
    evse: int
    connector: int
    attribute: str
    value: str
    accepted: bool
    status: str
    detail: str = ""


class ReadVariables(Request):
    """Ask the station for its configuration anew; neither `names` nor `variables` asks for everything.

    `names`: keys of OCPP 1.6, or `Component.Variable` of 2.0.1.
    """

    names: Annotated[list[Annotated[str, msgspec.Meta(max_length=210)]], msgspec.Meta(max_length=1000)] = []
    variables: Annotated[list[VariableNamed], msgspec.Meta(max_length=1000)] = []


class CommandAnswer(Message):
    """What became of a command. `status`: the station's own word, such as Accepted or NotSupported.

    accepted: whether the station said that it will do it. payload: the station's whole answer.
    """

    accepted: bool
    status: str
    payload: dict[str, Any] = {}
    latency_ms: int = 0
    queued_until: datetime | None = None
    """The station is offline: the command waits for it until then. `status` is Queued."""
    command_id: str | None = None
    """Of one that waits: by it the command can be cancelled."""


class CommandRow(Message):
    """One command in a station's history."""

    id: str
    at: datetime
    action: str
    by: str
    state: str
    """queued, sent, answered, failed."""
    status: str
    detail: str = ""
    expires_at: datetime | None = None
    """Until when a queued one waits for its station."""
