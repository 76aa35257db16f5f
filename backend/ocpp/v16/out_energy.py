"""1.6 smart charging (5.3, 5.7, 5.16)."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from backend.commands import Answer, ClearProfiles, GetComposite, Profile, SetProfile
from backend.ocpp import answers
from backend.ocpp.outgoing import After, Call
from backend.ocpp.session import Session
from backend.ocpp.v16 import messages as m
from shared.energy import ChargingSchedule, Purpose

PURPOSE = {
    Purpose.STATION_MAX: "ChargePointMaxProfile",
    Purpose.DEFAULT: "TxDefaultProfile",
    Purpose.TRANSACTION: "TxProfile",
}


def profile(one: Profile) -> dict[str, Any]:
    """As JSON has it. Raises ValueError for a transaction that is none of 1.6."""
    found = {
        "chargingProfileId": one.number,
        "transactionId": None if one.transaction_ref is None else int(one.transaction_ref),
        "stackLevel": one.stack_level,
        "chargingProfilePurpose": PURPOSE[one.purpose],
        "chargingProfileKind": one.kind.value,
        "recurrencyKind": one.recurrency and one.recurrency.value,
        "validFrom": one.valid_from,
        "validTo": one.valid_to,
        "chargingSchedule": _schedule(one.schedules[0]),
    }
    return _told(found)


def _schedule(one: ChargingSchedule) -> dict[str, Any]:
    periods = [
        _told({"startPeriod": each.start_s, "limit": float(each.limit), "numberPhases": each.phases})
        for each in one.periods
    ]
    return _told(
        {
            "duration": one.duration_s,
            "startSchedule": one.starts_at,
            "chargingRateUnit": one.unit.value,
            "chargingSchedulePeriod": periods,
            "minChargingRate": None if one.min_rate is None else float(one.min_rate),
        }
    )


def _told(values: dict[str, Any]) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins({name: value for name, value in values.items() if value is not None})
    return plain


def _set(command: SetProfile) -> Call:
    return "SetChargingProfile", {"connectorId": command.evse, "csChargingProfiles": profile(command.profile)}


def _clear(command: ClearProfiles) -> Call:
    return "ClearChargingProfile", m.ClearChargingProfile(
        id=command.number,
        connector_id=command.evse,
        charging_profile_purpose=PURPOSE[command.purpose] if command.purpose else None,  # type: ignore[arg-type]  # a Literal of these words
        stack_level=command.stack_level,
    )


def _composite(command: GetComposite) -> Call:
    return "GetCompositeSchedule", m.GetCompositeSchedule(
        connector_id=command.evse,
        duration=command.duration_s,
        charging_rate_unit=command.unit and command.unit.value,  # type: ignore[arg-type]  # a Literal of these words
    )


async def _in_our_words(_session: Session, command: GetComposite, answer: Answer) -> Answer:
    schedule = answer.payload.get("chargingSchedule") or {}
    starts_at = answer.payload.get("scheduleStart") or schedule.get("startSchedule")
    return answers.with_schedule(answer, schedule, starts_at, command.duration_s)


CALLS: Mapping[type, Callable[[Any], Call]] = {SetProfile: _set, ClearProfiles: _clear, GetComposite: _composite}
AFTER: Mapping[type, After] = {GetComposite: _in_our_words}
