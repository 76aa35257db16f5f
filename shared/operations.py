"""The operator's overview, incidents and analytics, and the messages of the live socket."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import msgspec

from shared.base import Message, Request
from shared.money import Money


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


class IncidentState(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    IN_REPAIR = "in_repair"
    WATCHED = "watched"
    """Mended, as far as anybody knows: closed by itself when it stays away, open again when it doesn't."""
    CLOSED = "closed"


class Incident(Message):
    """Something that needs somebody. `advice` says the next step in plain words."""

    id: str
    rule: str
    severity: Severity
    state: IncidentState
    title: str
    detail: str
    advice: str
    station_id: str | None
    station_identity: str
    station_name: str
    location: str
    connector_id: str | None
    connector: str
    opened_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str
    closed_at: datetime | None
    occurrences: int
    closed_by: str = ""
    """Empty for a closed one: its condition ended by itself."""
    code: str = ""
    """Of the fault, such as GroundFailure; empty where it has none."""
    cause: str = ""
    """What it most likely comes from, in plain words."""
    location_id: str | None = None
    parent_id: str | None = None
    """The greater incident that this one is a part of."""
    affected: int = 1
    """Stations."""
    assignee_id: str | None = None
    assignee: str = ""
    began_at: datetime | None = None
    in_repair_at: datetime | None = None
    watched_at: datetime | None = None
    lost_sessions: float = 0.0
    """Sessions that the place would usually have had meanwhile and hadn't."""
    lost: Money | None = None
    """What these usually pay. None where nothing is known of the place's past."""
    remedy: str = ""
    """How the last playbook's run stands (shared.remedies.RemedyState); empty where none was tried."""
    remedy_detail: str = ""


class PowerPoint(Message):
    at: datetime
    power_w: int


class Overview(Message):
    """What an operator sees first. `stations` counts stations by state word (ConnectorStatus values)."""

    at: datetime
    stations: dict[str, int]
    connectors: dict[str, int]
    power_w: int
    active_sessions: int
    sessions_today: int
    energy_today_wh: int
    revenue_today: Money
    """Bills and corrections that were written today, with VAT."""
    energy_yesterday_wh: int
    revenue_yesterday: Money
    pending_stations: int
    incidents: list[Incident]
    power: list[PowerPoint]
    """The last 24 hours."""
    decisions: int = 0
    """Sessions whose meter is in doubt, so that an operator decides."""


class DailyRow(Message):
    """One day of one location (`location_id` None: all). Shares are 0…1; None: nothing to divide by."""

    day: date
    location_id: str | None
    location: str
    sessions: int
    successful_sessions: int
    energy_wh: int
    revenue: Decimal
    """Bills (reservations nobody used, too) and corrections in `currency` that were written on this day, with VAT."""
    currency: str
    utilisation: float | None
    """Hours of ports in use / hours of ports. A port (EVSE) serves one car at a time."""
    uptime: float | None
    """Hours of ports not in outage / hours of ports."""
    success: float | None
    """Sessions that gave energy / all tries."""
    revenue_excl: Decimal = Decimal(0)
    """`revenue` without VAT: what prices for each kWh are compared by."""
    load: float | None = None
    """Energy / what the ports could have given at their rated power."""
    reliability: float | None = None
    """Of rapid ports (50 kW and more): time not faulted or out of service / time. None: there are none."""


class AnalyticsReport(Message):
    begins_on: date
    ends_on: date
    currency: str
    total: DailyRow
    by_day: list[DailyRow]
    by_location: list[DailyRow]


class RepairRow(Message):
    """How often stations fail and how that goes. Times are medians in seconds, shares 0…1; None: nothing to tell."""

    name: str
    stations: int
    failures: int
    between_failures_h: float | None
    """Mean time between failures: hours in which stations worked / failures."""
    detect_s: float | None
    acknowledge_s: float | None
    repair_s: float | None
    first_time_fix: float | None
    """Of repaired failures: one visit at most, and the same didn't come back within seven days."""
    without_visit: float | None
    """Of repaired failures: nobody of a service partner drove there."""
    visits: int


class RepairReport(Message):
    """The days are the tenant's own. The worst sites and models first, at most 100 of each."""

    begins_on: date
    ends_on: date
    total: RepairRow
    by_location: list[RepairRow]
    by_model: list[RepairRow]


class Subscribe(Request, tag="subscribe", tag_field="type"):
    topic: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]


class Unsubscribe(Request, tag="unsubscribe", tag_field="type"):
    topic: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]


class Authenticate(Request, tag="authenticate", tag_field="type"):
    """The first message on the live socket."""

    token: Annotated[str, msgspec.Meta(min_length=1, max_length=4000)]


class LiveKind(StrEnum):
    SNAPSHOT = "snapshot"
    UPSERT = "upsert"
    ERROR = "error"
    READY = "ready"


class LiveMessage(Message):
    """From the live socket. SNAPSHOT replaces what the screen knows of the topic, UPSERT one item of it.

    Topics and what `data` is: see docs/live.md.
    """

    topic: str
    kind: LiveKind
    data: msgspec.Raw = msgspec.Raw(b"null")


LiveRequest = Authenticate | Subscribe | Unsubscribe
