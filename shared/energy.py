"""Charging profiles and schedules, in the words of OCPP 2.0.1; 1.6 says a part of it."""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated

import msgspec

from shared.base import Message, Request

MOST_PERIODS = 1024
DAY_S = 86_400
Count = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
Number = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31 - 1)]
"""Of a profile; stations number those of others below zero."""


class Purpose(StrEnum):
    """1.6 calls the first ChargePointMaxProfile, and has no external constraints."""

    STATION_MAX = "ChargingStationMaxProfile"
    DEFAULT = "TxDefaultProfile"
    TRANSACTION = "TxProfile"
    EXTERNAL = "ChargingStationExternalConstraints"


class Kind(StrEnum):
    ABSOLUTE = "Absolute"
    RECURRING = "Recurring"
    RELATIVE = "Relative"


class Recurrency(StrEnum):
    DAILY = "Daily"
    WEEKLY = "Weekly"


class RateUnit(StrEnum):
    """Amperes for each phase, or watts over all phases."""

    AMPERE = "A"
    WATT = "W"


class LimitSource(StrEnum):
    """Who set a limit: an energy management system, the grid operator, the operator (CSO), or somebody else."""

    EMS = "EMS"
    OTHER = "Other"
    SO = "SO"
    CSO = "CSO"


class SchedulePeriod(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From `start_s` after the begin of the schedule on, until the next period. phases None: as the station has."""

    start_s: Count
    limit: Decimal
    phases: Annotated[int, msgspec.Meta(ge=1, le=3)] | None = None
    phase_to_use: Annotated[int, msgspec.Meta(ge=1, le=3)] | None = None


Periods = Annotated[list[SchedulePeriod], msgspec.Meta(min_length=1, max_length=MOST_PERIODS)]


class ChargingSchedule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """starts_at None: with the transaction (Relative). duration_s None: the last period goes on."""

    unit: RateUnit
    periods: Periods
    starts_at: datetime | None = None
    duration_s: Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)] | None = None
    min_rate: Decimal | None = None


class ChargingProfile(Request):
    """number None: a new one. transaction_id is ours; a profile of a transaction needs it, or finds the running one."""

    purpose: Purpose
    kind: Kind
    schedules: Annotated[list[ChargingSchedule], msgspec.Meta(min_length=1, max_length=3)]
    stack_level: Count = 0
    number: Number | None = None
    recurrency: Recurrency | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    transaction_id: str | None = None


class SetProfile(Request):
    """evse 0: the station, or for a default profile all of its EVSEs."""

    evse: Annotated[int, msgspec.Meta(ge=0, le=1000)]
    profile: ChargingProfile


class StartLimited(Request):
    """A session that is limited from its first moment on. account_id None: the one who asks."""

    connector_id: str
    profile: ChargingProfile
    account_id: str | None = None


class ProfileFilter(Request):
    """What is left out isn't asked for. `sources` is for reading only (2.0.1)."""

    evse: Annotated[int, msgspec.Meta(ge=0, le=1000)] | None = None
    numbers: Annotated[list[Number], msgspec.Meta(max_length=50)] = []
    purpose: Purpose | None = None
    stack_level: Count | None = None
    sources: Annotated[list[LimitSource], msgspec.Meta(max_length=4)] = []


class StoredProfile(Message):
    """A profile that the station accepted or reported. `source` CSO: it was set from here."""

    number: int
    evse: int
    source: LimitSource
    profile: ChargingProfile
    set_at: datetime


class ProfileAnswer(Message):
    """What the station said to a profile, a question or a wish to clear. `number` of a profile that was set."""

    accepted: bool
    status: str
    detail: str = ""
    number: int | None = None


class CompositeAsk(Request):
    evse: Annotated[int, msgspec.Meta(ge=0, le=1000)]
    duration_s: Annotated[int, msgspec.Meta(ge=1, le=7 * DAY_S)] = DAY_S
    unit: RateUnit | None = None


class Composite(Message):
    """What profiles come to: the station's own answer beside our calculation, and where (s) the two first differ."""

    evse: int
    starts_at: datetime
    duration_s: int
    unit: RateUnit
    told: list[SchedulePeriod]
    computed: list[SchedulePeriod]
    differs_at_s: int | None


class ExternalLimit(Message):
    """A limit that somebody else set at a station. evse 0: the whole station."""

    evse: int
    source: LimitSource
    grid_critical: bool
    schedules: list[ChargingSchedule]
    set_at: datetime


class ChargingNeeds(Message):
    """What a car asked for by ISO 15118, and what it plans. `within`: whether the plan keeps to the limits."""

    evse: int
    energy_wh: int | None
    max_current_a: int | None
    max_power_w: int | None
    departs_at: datetime | None
    asked_at: datetime
    plan: ChargingSchedule | None
    plan_within: bool | None
