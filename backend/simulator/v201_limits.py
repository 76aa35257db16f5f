"""Charging profiles as 2.0.1 says them."""

from typing import Any

from ocpp.routing import on
from ocpp.v201 import call_result
from ocpp.v201.enums import Action

from backend.simulator import profiles_wire
from backend.simulator.station import Station
from backend.simulator.wire import Speaking, stamp
from shared.energy import Purpose, RateUnit


class Limits201(Speaking):
    station: Station

    @on(Action.set_charging_profile)
    def on_set_profile(self, evse_id: int, charging_profile: dict[str, Any], **_: Any) -> Any:
        said = self.take(evse_id, charging_profile)
        if said == "accepted":
            return call_result.SetChargingProfile(status="Accepted")
        info = {"reason_code": "InvalidProfile", "additional_info": said[:512]}
        return call_result.SetChargingProfile(status="Rejected", status_info=info)

    def take(self, number: int, profile: dict[str, Any]) -> str:
        try:
            held = profiles_wire.held(profile, number)
        except (KeyError, ValueError, TypeError) as error:
            return f"not understood: {error}"
        return self.station.take_profile(profile["id"], held, profile.get("transaction_id"), replaces=False)

    @on(Action.clear_charging_profile)
    def on_clear_profile(
        self,
        charging_profile_id: int | None = None,
        charging_profile_criteria: dict[str, Any] | None = None,
        **_: Any,
    ) -> Any:
        marks = charging_profile_criteria or {}
        purpose = marks.get("charging_profile_purpose")
        gone = self.station.drop_profiles(
            charging_profile_id, marks.get("evse_id"), Purpose(purpose) if purpose else None, marks.get("stack_level")
        )
        return call_result.ClearChargingProfile(status="Accepted" if gone else "Unknown")

    @on(Action.get_composite_schedule)
    def on_composite(self, duration: int, evse_id: int, charging_rate_unit: str | None = None, **_: Any) -> Any:
        if evse_id and self.station.outlet(evse_id) is None:
            info = {"reason_code": "UnknownEvse"}
            return call_result.GetCompositeSchedule(status="Rejected", status_info=info)
        now = profiles_wire.whole_second(self.station.clock.now())
        unit = RateUnit(charging_rate_unit or "A")
        schedule = {
            "evse_id": evse_id,
            "duration": duration,
            "schedule_start": stamp(now),
            "charging_rate_unit": unit.value,
            "charging_schedule_period": profiles_wire.periods(self.station.schedule(evse_id, now, duration, unit)),
        }
        return call_result.GetCompositeSchedule(status="Accepted", schedule=schedule)
