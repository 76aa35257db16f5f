"""Reports of the device model of OCPP 2.0.1."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

import msgspec

from shared.base import Message, Request
from shared.stations import Place


class ReportBase(StrEnum):
    FULL = "full"
    CONFIGURATION = "configuration"
    SUMMARY = "summary"


class ReportState(StrEnum):
    """How far a report is. EMPTY: nothing fits; SILENT: accepted, and nothing came; INCOMPLETE: parts are missing."""

    WAITING = "waiting"
    RECEIVING = "receiving"
    COMPLETE = "complete"
    EMPTY = "empty"
    REFUSED = "refused"
    SILENT = "silent"
    INCOMPLETE = "incomplete"


class VariableFilter(Request):
    """A variable, or without a name the whole component."""

    component: Annotated[str, msgspec.Meta(min_length=1, max_length=101)]
    name: Annotated[str, msgspec.Meta(max_length=101)] = ""
    evse: Place = 0
    connector: Place = 0


Filters = Annotated[list[VariableFilter], msgspec.Meta(max_length=200)]


class StartReport(Request):
    """Either a `base`, or criteria and variables of a report of its own."""

    base: ReportBase | None = None
    criteria: list[Literal["Active", "Available", "Enabled", "Problem"]] = []
    variables: Filters = []


class Report(Message):
    """A report that was asked for. `missing`: numbers of parts that never came, the first 100; `items`: what the parts
    told so far.

    `status`: the station's answer to the request, such as Accepted, NotSupported or EmptyResultSet.
    """

    id: str
    request_id: int
    kind: str
    asked: dict[str, Any]
    state: ReportState
    status: str
    detail: str
    parts: int
    missing: list[int]
    items: int
    created_at: datetime
    heard_at: datetime | None
