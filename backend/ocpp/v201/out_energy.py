"""2.0.1 K: charging profiles."""

from collections.abc import Callable, Mapping
from typing import Any

from backend.commands import Answer, ClearProfiles, GetComposite, GetProfiles, Profile, SetProfile
from backend.ocpp import answers
from backend.ocpp.outgoing import After, Call
from backend.ocpp.session import Session
from backend.ocpp.v201 import messages as m
from shared.energy import ChargingSchedule


def profile(one: Profile) -> m.ChargingProfileType:
    return m.ChargingProfileType(
        id=one.number,
        stack_level=one.stack_level,
        charging_profile_purpose=one.purpose.value,
        charging_profile_kind=one.kind.value,
        charging_schedule=[_schedule(one.number, place, each) for place, each in enumerate(one.schedules)],
        recurrency_kind=one.recurrency and one.recurrency.value,  # type: ignore[arg-type]  # a Literal of these words
        valid_from=one.valid_from,
        valid_to=one.valid_to,
        transaction_id=one.transaction_ref,
    )


def _schedule(number: int, place: int, one: ChargingSchedule) -> m.ChargingScheduleType:
    """Its id is that of the profile; further ones count on from there."""
    return m.ChargingScheduleType(
        id=number + place,
        charging_rate_unit=one.unit.value,
        charging_schedule_period=[
            m.ChargingSchedulePeriodType(
                start_period=each.start_s,
                limit=float(each.limit),
                number_phases=each.phases,
                phase_to_use=each.phase_to_use,
            )
            for each in one.periods
        ],
        start_schedule=one.starts_at,
        duration=one.duration_s,
        min_charging_rate=None if one.min_rate is None else float(one.min_rate),
    )


def _set(command: SetProfile) -> Call:
    return "SetChargingProfile", m.SetChargingProfile(evse_id=command.evse, charging_profile=profile(command.profile))


def _clear(command: ClearProfiles) -> Call:
    criteria = m.ClearChargingProfileType(
        evse_id=command.evse,
        charging_profile_purpose=command.purpose and command.purpose.value,  # type: ignore[arg-type]  # a Literal of these words
        stack_level=command.stack_level,
    )
    named = any(one is not None for one in (command.evse, command.purpose, command.stack_level))
    return "ClearChargingProfile", m.ClearChargingProfile(
        charging_profile_id=command.number, charging_profile_criteria=criteria if named else None
    )


def _get(command: GetProfiles) -> Call:
    criterion = m.ChargingProfileCriterionType(
        charging_profile_purpose=command.purpose and command.purpose.value,  # type: ignore[arg-type]  # a Literal of these words
        stack_level=command.stack_level,
        charging_profile_id=command.numbers or None,
        charging_limit_source=[one.value for one in command.sources] or None,
    )
    return "GetChargingProfiles", m.GetChargingProfiles(
        request_id=command.request_id, evse_id=command.evse, charging_profile=criterion
    )


def _composite(command: GetComposite) -> Call:
    return "GetCompositeSchedule", m.GetCompositeSchedule(
        duration=command.duration_s,
        evse_id=command.evse,
        charging_rate_unit=command.unit and command.unit.value,  # type: ignore[arg-type]  # a Literal of these words
    )


async def _in_our_words(_session: Session, command: GetComposite, answer: Answer) -> Answer:
    schedule = answer.payload.get("schedule") or {}
    return answers.with_schedule(answer, schedule, schedule.get("scheduleStart"), command.duration_s)


CALLS: Mapping[type, Callable[[Any], Call]] = {
    SetProfile: _set,
    ClearProfiles: _clear,
    GetProfiles: _get,
    GetComposite: _composite,
}
AFTER: Mapping[type, After] = {GetComposite: _in_our_words}
