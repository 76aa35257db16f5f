"""Charging profiles: set, cleared, asked for, and what they come to."""

from datetime import datetime

import msgspec

from backend.commands.base import Command
from shared.energy import ChargingSchedule, Kind, LimitSource, Purpose, RateUnit, Recurrency, SchedulePeriod


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """A profile as it goes onto the wire: `transaction_ref` is the id that the station knows."""

    number: int
    purpose: Purpose
    kind: Kind
    stack_level: int
    schedules: list[ChargingSchedule]
    recurrency: Recurrency | None = None
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    transaction_ref: str | None = None


class ToldSchedule(msgspec.Struct, frozen=True, kw_only=True):
    """What a station says that its profiles come to. starts_at None: from now on."""

    unit: RateUnit
    duration_s: int
    periods: list[SchedulePeriod]
    starts_at: datetime | None = None


class SetProfile(Command, frozen=True, kw_only=True):
    """evse 0: the station, or all EVSEs."""

    evse: int
    profile: Profile


class ClearProfiles(Command, frozen=True, kw_only=True):
    """Those that fit everything that is named; nothing named: all."""

    number: int | None = None
    evse: int | None = None
    purpose: Purpose | None = None
    stack_level: int | None = None


class GetProfiles(Command, frozen=True, kw_only=True):
    """2.0.1 only. They come later, in parts that carry `request_id`."""

    request_id: int
    evse: int | None = None
    numbers: list[int] = []
    purpose: Purpose | None = None
    stack_level: int | None = None
    sources: list[LimitSource] = []


class GetComposite(Command, frozen=True, kw_only=True):
    """`result` is a ToldSchedule."""

    evse: int
    duration_s: int
    unit: RateUnit | None = None


AnyEnergy = SetProfile | ClearProfiles | GetProfiles | GetComposite
