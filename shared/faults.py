"""Incidents in full, the rules that find them with their thresholds."""

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from shared.base import Message, Request
from shared.operations import Incident, IncidentState, Severity

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=2000)]
Word = Annotated[str, msgspec.Meta(max_length=200)]


class EntryKind(StrEnum):
    OPENED = "opened"
    AGAIN = "again"
    STATE = "state"
    ASSIGNED = "assigned"
    NOTE = "note"
    STEP = "step"
    """Of a playbook."""
    TOLD = "told"
    """Somebody was told."""
    REPORTED = "reported"
    """By a driver."""
    GROUPED = "grouped"
    """It became a part of a greater one, or stands for itself again."""
    TICKET = "ticket"
    """To a service partner, or their answer."""
    CLOSED = "closed"


class IncidentEntry(Message):
    """One line of the timeline. `by`: the person, empty where the house did it."""

    at: datetime
    kind: EntryKind
    text: str
    by: str = ""
    data: dict[str, str] = {}


class EvidenceFrame(Message):
    """An OCPP message around the beginning. `direction` is in or out."""

    at: datetime
    direction: str
    kind: str
    action: str
    payload: str


class EvidencePoint(Message):
    at: datetime
    power_w: int | None = None
    voltage_v: float | None = None
    current_a: float | None = None
    energy_wh: int | None = None


class IncidentTimes(Message):
    """Seconds. None: it hasn't come to that. `detect_s`: from the fault itself to the incident."""

    detect_s: float | None = None
    acknowledge_s: float | None = None
    repair_s: float | None = None


class IncidentDetail(Message):
    """Everything of one incident. `values`: what the rule saw; `points`: readings of the session it is about."""

    incident: Incident
    times: IncidentTimes
    timeline: list[IncidentEntry]
    values: dict[str, str]
    frames: list[EvidenceFrame]
    points: list[EvidencePoint]


class IncidentStateChange(Request):
    """The next state, and why, where somebody wants to say it."""

    state: IncidentState
    note: Annotated[str, msgspec.Meta(max_length=2000)] = ""


class IncidentAssign(Request):
    """`account_id` None: nobody in particular."""

    account_id: str | None = None


class IncidentNote(Request):
    text: Text


class RuleFigures(Message):
    """How incidents of one rule went in a span of days. Times are medians in seconds."""

    rule: str
    incidents: int
    open: int
    detect_s: float | None
    acknowledge_s: float | None
    repair_s: float | None
    lost_sessions: float
    lost_amount: float
    currency: str


class FaultFigures(Message):
    days: int
    rules: list[RuleFigures]


class Bounds(Message):
    """Between which numbers a threshold makes sense."""

    least: float
    most: float
    whole: bool = False


class Rule(Message):
    """One detection rule. `thresholds` are those of the house, with which it works where nobody asked for others."""

    name: str
    title: str
    about: str
    group: str
    thresholds: dict[str, float]
    on: bool
    off_at: datetime | None
    error: str
    """What it threw, where it was switched off because of that."""
    failures: int
    fired: int
    """Incidents in the last 30 days."""
    bounds: dict[str, Bounds] = {}
    """Of its thresholds."""


class RuleSwitch(Request):
    on: bool


class Threshold(Message):
    """What a tenant asks of a rule, for all stations or those of a vendor and model."""

    id: str
    rule: str
    vendor: str
    model: str
    values: dict[str, float]
    updated_at: datetime


class ThresholdSet(Request):
    rule: Annotated[str, msgspec.Meta(max_length=60)]
    values: Annotated[dict[str, float], msgspec.Meta(min_length=1, max_length=20)]
    vendor: Word = ""
    model: Word = ""


class CodeMeaning(Message):
    """What a vendor means by a code. `id` empty: of the house's list."""

    id: str
    vendor: str
    code: str
    title: str
    severity: Severity
    cause: str
    advice: str


class CodeMeaningSet(Request):
    """A meaning of the tenant's own; without a vendor for all of them."""

    code: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    title: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    severity: Severity = Severity.CRITICAL
    vendor: Word = ""
    cause: Annotated[str, msgspec.Meta(max_length=500)] = ""
    advice: Annotated[str, msgspec.Meta(max_length=500)] = ""


class UnknownCode(Message):
    """A code that nobody knew: how often it came, and from which station last."""

    vendor: str
    code: str
    times: int
    station: str
    text: str
    seen_at: datetime


class CodeBook(Message):
    own: list[CodeMeaning]
    house: list[CodeMeaning]
    unknown: list[UnknownCode]


class FirmwareEnd(Message):
    id: str
    vendor: str
    model: str
    firmware: str
    ends_on: date


class FirmwareEndSet(Request):
    """Until when a vendor stands by a firmware; without a model for all of the vendor's."""

    vendor: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    firmware: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    ends_on: date
    model: Word = ""


class RuleBook(Message):
    """Every rule: a fixed, short list."""

    rules: list[Rule]


class Thresholds(Message):
    thresholds: list[Threshold]


class FirmwareInUse(Message):
    vendor: str
    model: str
    firmware: str
    stations: int


class FirmwareEnds(Message):
    """What was said, and what runs: `in_use` by vendor, model and firmware."""

    firmware: list[FirmwareEnd]
    in_use: list[FirmwareInUse] = []
