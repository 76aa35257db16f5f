"""Which profiles may be sent to a station, and which of ours a station gives up by another one. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise

from backend.energy.composite import RECURRENCE_S
from shared.energy import ChargingProfile, ChargingSchedule, Kind, Purpose, RateUnit

Problem = tuple[str, str]
"""Where, and what is wrong in plain words."""
STACK_LEVEL = (("SmartChargingCtrlr", "ProfileStackLevel"), ("", "ChargeProfileMaxStackLevel"))
PERIODS = (("SmartChargingCtrlr", "PeriodsPerSchedule"), ("", "ChargingScheduleMaxPeriods"))
UNITS = (("SmartChargingCtrlr", "RateUnit"), ("", "ChargingScheduleAllowedChargingRateUnit"))
VARIABLES = (*STACK_LEVEL, *PERIODS, *UNITS)
UNIT_WORDS = {"a": RateUnit.AMPERE, "current": RateUnit.AMPERE, "w": RateUnit.WATT, "power": RateUnit.WATT}
WIRE = Decimal("0.1")
MOST = Decimal(10_000_000)
Told = Mapping[tuple[str, str], str | None]


def problems(profile: ChargingProfile, evse: int, version: str, told: Told) -> list[Problem]:
    """`told`: what the station reported of its limits (VARIABLES); what it didn't say is not checked."""
    found = [*_whole(profile, evse), *_times(profile), *_of_version(profile, version)]
    for place, schedule in enumerate(profile.schedules):
        path = f"$.profile.schedules[{place}]"
        found += _schedule(schedule, profile.kind, path)
        found += _within_station(schedule, told, path)
    most = _number(told, STACK_LEVEL)
    if most is not None and profile.stack_level > most:
        found.append(("$.profile.stack_level", f"This station knows levels up to {most}."))
    return found


def _whole(profile: ChargingProfile, evse: int) -> Iterator[Problem]:
    purpose, kind = profile.purpose, profile.kind
    if purpose is Purpose.EXTERNAL:
        yield "$.profile.purpose", "External limits are told by the station; they can't be set from here."
    if purpose is Purpose.STATION_MAX and evse != 0:
        yield "$.evse", "The maximum of a station is for the whole station: EVSE 0."
    if purpose is Purpose.STATION_MAX and kind is Kind.RELATIVE:
        yield "$.profile.kind", "The maximum of a station can't be relative to a transaction."
    if purpose is Purpose.TRANSACTION and evse == 0:
        yield "$.evse", "A profile for a transaction needs its EVSE."
    if purpose is not Purpose.TRANSACTION and profile.transaction_id is not None:
        yield "$.profile.transaction_id", "Only a profile for a transaction names one."
    every = RECURRENCE_S.get(profile.recurrency) if profile.recurrency else None
    if every is not None and any((one.duration_s or 0) > every for one in profile.schedules):
        yield "$.profile.schedules", "It would last longer than until its next turn."
    if (kind is Kind.RECURRING) != (profile.recurrency is not None):
        yield "$.profile.recurrency", "A recurring profile says how often, and only a recurring one."


def _times(profile: ChargingProfile) -> Iterator[Problem]:
    moments = [("valid_from", profile.valid_from), ("valid_to", profile.valid_to)]
    moments += [(f"schedules[{place}].starts_at", one.starts_at) for place, one in enumerate(profile.schedules)]
    for name, moment in moments:
        if moment is not None and moment.tzinfo is None:
            yield f"$.profile.{name}", "A time needs its zone, such as 2030-01-01T12:00:00Z."
            return
    if profile.valid_from and profile.valid_to and profile.valid_to <= profile.valid_from:
        yield "$.profile.valid_to", "It must end after it begins to be valid."


def _of_version(profile: ChargingProfile, version: str) -> Iterator[Problem]:
    if version != "1.6":
        if len(profile.schedules) > 1 and profile.purpose is not Purpose.TRANSACTION:
            yield "$.profile.schedules", "Only a profile for a transaction may offer several schedules."
        return
    if len(profile.schedules) > 1:
        yield "$.profile.schedules", "OCPP 1.6 knows one schedule."
    if any(period.phase_to_use is not None for one in profile.schedules for period in one.periods):
        yield "$.profile.schedules", "OCPP 1.6 can't choose a phase."


def _schedule(schedule: ChargingSchedule, kind: Kind, path: str) -> Iterator[Problem]:
    if kind is Kind.RELATIVE and schedule.starts_at is not None:
        yield f"{path}.starts_at", "A relative schedule begins with the transaction."
    if kind is not Kind.RELATIVE and schedule.starts_at is None:
        yield f"{path}.starts_at", "This schedule needs a begin."
    starts = [period.start_s for period in schedule.periods]
    if starts[0] != 0:
        yield f"{path}.periods[0].start_s", "The first period begins at 0."
    if any(after <= before for before, after in pairwise(starts)):
        yield f"{path}.periods", "Periods follow each other in time."
    if schedule.duration_s is not None and starts[-1] >= schedule.duration_s:
        yield f"{path}.duration_s", "The last period begins after the end."
    for place, period in enumerate(schedule.periods):
        if not 0 <= period.limit <= MOST or period.limit % WIRE:
            yield f"{path}.periods[{place}].limit", "A limit is not negative and has at most one decimal."
        if period.phase_to_use is not None and period.phases != 1:
            yield f"{path}.periods[{place}].phase_to_use", "A phase can be chosen for one phase only."
    if schedule.min_rate is not None and (not 0 <= schedule.min_rate <= MOST or schedule.min_rate % WIRE):
        yield f"{path}.min_rate", "A rate is not negative and has at most one decimal."


def _within_station(schedule: ChargingSchedule, told: Told, path: str) -> Iterator[Problem]:
    most = _number(told, PERIODS)
    if most is not None and len(schedule.periods) > most:
        yield f"{path}.periods", f"This station takes {most} periods at most."
    allowed = units(told)
    if allowed and schedule.unit not in allowed:
        yield f"{path}.unit", f"This station takes {' or '.join(sorted(allowed))} only."


def _number(told: Told, names: Sequence[tuple[str, str]]) -> int | None:
    for name in names:
        text = (told.get(name) or "").strip()
        if text.isdecimal():
            return int(text)
    return None


def most_periods(told: Told) -> int | None:
    return _number(told, PERIODS)


def units(told: Told) -> set[RateUnit]:
    """Those that the station takes; empty: it didn't say."""
    words = ",".join(told.get(name) or "" for name in UNITS).lower().split(",")
    return {UNIT_WORDS[word.strip()] for word in words if word.strip() in UNIT_WORDS}


ANSWERS = {
    "Rejected": "The station refused it without saying why.",
    "NotSupported": "The station has no smart charging.",
    "Unknown": "The station has no profile that fits.",
    "NoProfiles": "The station has no profile that fits.",
}


def explained(status: str) -> str:
    return ANSWERS.get(status, "")


def gives_nothing(profile: ChargingProfile) -> bool:
    """Whether it stops the power at some time."""
    return any(not period.limit for schedule in profile.schedules for period in schedule.periods)
