"""2.0.1 K: profiles that a station reports, limits of others, and what cars ask for."""

from collections.abc import Mapping
from decimal import Decimal

from backend.energy import others
from backend.energy import service as energy
from backend.ocpp.session import Handler, Session
from backend.ocpp.v201 import messages as m
from shared.energy import (
    ChargingProfile,
    ChargingSchedule,
    Kind,
    LimitSource,
    Purpose,
    RateUnit,
    Recurrency,
    SchedulePeriod,
)


def _schedule(session: Session, one: m.ChargingScheduleType) -> ChargingSchedule:
    return ChargingSchedule(
        unit=RateUnit(one.charging_rate_unit),
        periods=[
            SchedulePeriod(
                start_s=max(each.start_period, 0),
                limit=Decimal(str(each.limit)),
                phases=each.number_phases if each.number_phases in (1, 2, 3) else None,
                phase_to_use=each.phase_to_use if each.phase_to_use in (1, 2, 3) else None,
            )
            for each in one.charging_schedule_period
        ],
        starts_at=session.aware(one.start_schedule) if one.start_schedule else None,
        duration_s=one.duration if one.duration and one.duration > 0 else None,
        min_rate=None if one.min_charging_rate is None else Decimal(str(one.min_charging_rate)),
    )


def _profile(session: Session, one: m.ChargingProfileType) -> ChargingProfile:
    return ChargingProfile(
        number=one.id,
        purpose=Purpose(one.charging_profile_purpose),
        kind=Kind(one.charging_profile_kind),
        stack_level=one.stack_level,
        schedules=[_schedule(session, each) for each in one.charging_schedule],
        recurrency=Recurrency(one.recurrency_kind) if one.recurrency_kind else None,
        valid_from=session.aware(one.valid_from) if one.valid_from else None,
        valid_to=session.aware(one.valid_to) if one.valid_to else None,
    )


async def profiles(session: Session, request: m.ReportChargingProfiles) -> m.ReportChargingProfilesResponse:
    """K09: a part of the answer to GetChargingProfiles."""
    await energy.reported(
        session.ctx,
        session.station,
        request.request_id,
        LimitSource(request.charging_limit_source),
        request.evse_id,
        [(_profile(session, one), one.transaction_id) for one in request.charging_profile],
        more=bool(request.tbc),
    )
    return m.ReportChargingProfilesResponse()


async def limit(session: Session, request: m.NotifyChargingLimit) -> m.NotifyChargingLimitResponse:
    """K12: somebody else limits the station."""
    await others.limit_set(
        session.ctx,
        session.station,
        evse=request.evse_id or 0,
        source=LimitSource(request.charging_limit.charging_limit_source),
        grid_critical=bool(request.charging_limit.is_grid_critical),
        schedules=[_schedule(session, one) for one in request.charging_schedule or ()],
    )
    return m.NotifyChargingLimitResponse()


async def limit_cleared(session: Session, request: m.ClearedChargingLimit) -> m.ClearedChargingLimitResponse:
    """K13: and no more."""
    source = LimitSource(request.charging_limit_source)
    await others.limit_lifted(session.ctx, session.station, evse=request.evse_id, source=source)
    return m.ClearedChargingLimitResponse()


async def needs(session: Session, request: m.NotifyEVChargingNeeds) -> m.NotifyEVChargingNeedsResponse:
    """K15, K17: a profile follows once this is answered."""
    asked, ac = request.charging_needs, request.charging_needs.ac_charging_parameters
    dc = asked.dc_charging_parameters
    told = others.Needs(
        energy_wh=ac.energy_amount if ac else dc.energy_amount if dc else None,
        max_current_a=ac.ev_max_current if ac else dc.ev_max_current if dc else None,
        max_power_w=dc.ev_max_power or dc.ev_max_current * dc.ev_max_voltage if dc else None,
        most_periods=request.max_schedule_tuples if (request.max_schedule_tuples or 0) > 0 else None,
        departs_at=session.aware(asked.departure_time) if asked.departure_time else None,
    )
    planned = await others.needs_told(session.ctx, session.station, request.evse_id, told)
    return m.NotifyEVChargingNeedsResponse(status="Accepted" if planned else "Rejected")


async def plan(session: Session, request: m.NotifyEVChargingSchedule) -> m.NotifyEVChargingScheduleResponse:
    """K15: what the car means to do with the profile."""
    fine = await others.plan_told(
        session.ctx,
        session.station,
        request.evse_id,
        session.aware(request.time_base),
        _schedule(session, request.charging_schedule),
    )
    return m.NotifyEVChargingScheduleResponse(status="Accepted" if fine else "Rejected")


HANDLERS: Mapping[str, Handler] = {
    "ClearedChargingLimit": limit_cleared,
    "NotifyChargingLimit": limit,
    "NotifyEVChargingNeeds": needs,
    "NotifyEVChargingSchedule": plan,
    "ReportChargingProfiles": profiles,
}
