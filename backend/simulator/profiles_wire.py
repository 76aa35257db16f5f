"""Charging profiles on the wire of both versions, from and to the machine's words."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from backend.energy.composite import Held
from backend.simulator.model import KeptProfile
from backend.simulator.wire import when
from shared.energy import ChargingSchedule, Kind, Purpose, RateUnit, Recurrency, SchedulePeriod


def held(profile: dict[str, Any], evse: int) -> Held:
    """Raises KeyError and ValueError for what isn't one. Of several schedules a car may choose; it takes the first."""
    told = profile["charging_schedule"]
    schedule = told[0] if isinstance(told, list) else told
    recurrency = profile.get("recurrency_kind")
    purpose = profile["charging_profile_purpose"].replace("ChargePointMax", "ChargingStationMax")
    return Held(
        evse=evse,
        purpose=Purpose(purpose),
        kind=Kind(profile["charging_profile_kind"]),
        stack_level=int(profile["stack_level"]),
        recurrency=Recurrency(recurrency) if recurrency else None,
        valid_from=when(profile.get("valid_from")),
        valid_to=when(profile.get("valid_to")),
        schedule=ChargingSchedule(
            unit=RateUnit(schedule["charging_rate_unit"]),
            duration_s=schedule.get("duration"),
            starts_at=when(schedule.get("start_schedule")),
            periods=[
                SchedulePeriod(
                    start_s=int(one["start_period"]),
                    limit=Decimal(str(one["limit"])),
                    phases=one.get("number_phases"),
                    phase_to_use=one.get("phase_to_use"),
                )
                for one in schedule["charging_schedule_period"]
            ],
        ),
    )


def of_start(profile: dict[str, Any] | None, number: str) -> KeptProfile | None:
    """The profile of a transaction that is yet to begin; None also for what isn't one."""
    if profile is None:
        return None
    try:
        return KeptProfile(number=profile[number], held=held(profile, 0))
    except (KeyError, ValueError, TypeError):
        return None


def periods(found: list[SchedulePeriod]) -> list[dict[str, Any]]:
    return [
        {
            "start_period": one.start_s,
            "limit": round(float(one.limit), 1),
            **({"number_phases": one.phases} if one.phases else {}),
        }
        for one in found
    ]


def whole_second(at: datetime) -> datetime:
    return at.replace(microsecond=0)
