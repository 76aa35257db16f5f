"""Monitors of variables, events, and what stations keep of customers (OCPP 2.0.1)."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from shared.base import Message, Request
from shared.certificates import CertificateHash
from shared.devices import Filters, Report
from shared.stations import Place

MonitorType = Literal["UpperThreshold", "LowerThreshold", "Delta", "Periodic", "PeriodicClockAligned"]
Number = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]


class MonitorNew(Request, kw_only=True):
    """`value`: a limit, a step, or the seconds of a periodic one. `severity`: 0 (danger) to 9 (debug).

    `transaction`: only while a session runs. `number`: of the monitor that this one replaces.
    """

    component: Annotated[str, msgspec.Meta(min_length=1, max_length=101)]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=101)]
    evse: Place = 0
    connector: Place = 0
    type: MonitorType
    value: Annotated[float, msgspec.Meta(ge=-1e15, le=1e15)]
    severity: Annotated[int, msgspec.Meta(ge=0, le=9)]
    transaction: bool = False
    number: Number | None = None


class MonitorsNew(Request):
    monitors: Annotated[list[MonitorNew], msgspec.Meta(min_length=1, max_length=200)]


class MonitorsClear(Request):
    numbers: Annotated[list[Number], msgspec.Meta(min_length=1, max_length=1000)]


class MonitorOutcome(Message):
    """What became of one monitor; `number` None: the station made none."""

    number: int | None
    component: str
    name: str
    accepted: bool
    status: str
    detail: str


class Monitor(Message):
    """A monitor as the station last told of it."""

    number: int
    component: str
    evse: int | None
    connector: int | None
    name: str
    type: str
    value: float
    severity: int
    transaction: bool
    updated_at: datetime


class MonitoringBase(Request):
    base: Literal["All", "FactoryDefault", "HardWiredOnly"]


class MonitoringLevel(Request):
    """Events of this severity and of lower numbers are told. 0 to 9; a station refuses what it doesn't know."""

    severity: Annotated[int, msgspec.Meta(ge=0, le=99)]


class Monitoring(Message):
    """What the station last accepted; empty and None: never set from here."""

    base: str
    severity: int | None
    updated_at: datetime | None


class StartMonitoringReport(Request):
    """Nothing given: every monitor."""

    criteria: list[Literal["ThresholdMonitoring", "DeltaMonitoring", "PeriodicMonitoring"]] = []
    variables: Filters = []


class StationEvent(Message):
    """`trigger`: Alerting, Delta or Periodic. `monitor`: number of the monitor that caused it; `cause`: number of the
    event before it."""

    id: str
    at: datetime
    received_at: datetime
    number: int
    trigger: str
    notification: str
    component: str
    evse: int | None
    connector: int | None
    name: str
    value: str
    cleared: bool
    cause: int | None
    tech_code: str
    tech_info: str
    transaction_ref: str
    monitor: int | None


class CustomerRequest(Request):
    """What a station keeps of one customer: told, deleted there, or both. The customer is named in one way only."""

    report: bool = True
    clear: bool = False
    id_token: Annotated[str, msgspec.Meta(max_length=36)] = ""
    id_token_type: Literal["Central", "eMAID", "ISO14443", "ISO15693", "KeyCode", "Local", "MacAddress"] = "ISO14443"
    customer_identifier: Annotated[str, msgspec.Meta(max_length=64)] = ""
    certificate: CertificateHash | None = None


class CustomerReport(Message):
    """`data`: what came so far, in the order of its parts."""

    report: Report
    data: str
