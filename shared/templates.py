"""Configuration templates, and where stations differ from theirs."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

import msgspec

from shared.base import Message, Request
from shared.stations import Identity, VariableChange, VariableOutcome

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
Pattern = Annotated[str, msgspec.Meta(max_length=200)]
Identities = Annotated[list[Identity], msgspec.Meta(max_length=500)]
Wanted = Annotated[list[VariableChange], msgspec.Meta(max_length=500)]


class TemplateNew(Request):
    """`vendor`, `model`, `firmware`: patterns with * and ?, empty for any. With `stations` it is for these only.

    `wanted`: values without a component are keys of OCPP 1.6, values with one are variables of 2.0.1; a template may
    have both, and each station is held against its own.
    """

    name: Name
    vendor: Pattern = ""
    model: Pattern = ""
    firmware: Pattern = ""
    stations: Identities = []
    wanted: Wanted = []


class TemplateChange(Request):
    """What is left out stays."""

    name: Name | msgspec.UnsetType = msgspec.UNSET
    vendor: Pattern | msgspec.UnsetType = msgspec.UNSET
    model: Pattern | msgspec.UnsetType = msgspec.UNSET
    firmware: Pattern | msgspec.UnsetType = msgspec.UNSET
    stations: Identities | msgspec.UnsetType = msgspec.UNSET
    wanted: Wanted | msgspec.UnsetType = msgspec.UNSET


class WantedValue(Message):
    component: str
    name: str
    evse: int
    connector: int
    attribute: str
    value: str


class Template(Message):
    id: str
    name: str
    vendor: str
    model: str
    firmware: str
    stations: list[str]
    wanted: list[WantedValue]
    created_at: datetime
    updated_at: datetime


class DifferenceKind(StrEnum):
    """DIFFERS: another value; MISSING: the station told of no such variable; FIXED: another value, and read-only."""

    DIFFERS = "differs"
    MISSING = "missing"
    FIXED = "fixed"


class Difference(Message):
    kind: DifferenceKind
    component: str
    name: str
    evse: int
    connector: int
    attribute: str
    wanted: str
    value: str | None


class Drift(Message):
    """A station beside its template. `template_id` None: none is for it. `told` False: it never told its
    configuration, so nothing can be said."""

    identity: str
    name: str
    online: bool
    template_id: str | None
    template: str
    told: bool
    differences: list[Difference]


class Applied(Message):
    """What became of each value that differed, and where the station differs now."""

    outcomes: list[VariableOutcome]
    drift: Drift
