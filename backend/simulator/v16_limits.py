"""Charging profiles as 1.6 says them."""

from typing import Any

from ocpp.routing import on
from ocpp.v16 import call_result
from ocpp.v16.enums import Action

from backend.simulator import profiles_wire
from backend.simulator.station import Station
from backend.simulator.wire import Speaking, stamp
from shared.energy import Purpose, RateUnit


class Limits16(Speaking):
    station: Station

    @on(Action.set_charging_profile)
    def on_set_profile(self, connector_id: int, cs_charging_profiles: dict[str, Any], **_: Any) -> Any:
        return call_result.SetChargingProfile(status=self.take(connector_id, cs_charging_profiles))

    def take(self, number: int, profile: dict[str, Any]) -> str:
        try:
            held = profiles_wire.held(profile, number)
        except (KeyError, ValueError, TypeError):
            return "Rejected"
        named = profile.get("transaction_id")
        said = self.station.take_profile(
            profile["charging_profile_id"], held, None if named is None else str(named), replaces=True
        )
        return "Accepted" if said == "accepted" else "Rejected"

    @on(Action.clear_charging_profile)
    def on_clear_profile(
        self,
        id: int | None = None,
        connector_id: int | None = None,
        charging_profile_purpose: str | None = None,
        stack_level: int | None = None,
        **_: Any,
    ) -> Any:
        purpose = charging_profile_purpose and charging_profile_purpose.replace("ChargePointMax", "ChargingStationMax")
        gone = self.station.drop_profiles(id, connector_id, Purpose(purpose) if purpose else None, stack_level)
        return call_result.ClearChargingProfile(status="Accepted" if gone else "Unknown")

    @on(Action.get_composite_schedule)
    def on_composite(self, connector_id: int, duration: int, charging_rate_unit: str | None = None, **_: Any) -> Any:
        if connector_id and self.station.outlet(connector_id) is None:
            return call_result.GetCompositeSchedule(status="Rejected")
        now = profiles_wire.whole_second(self.station.clock.now())
        unit = RateUnit(charging_rate_unit or "A")
        found = self.station.schedule(connector_id, now, duration, unit)
        schedule = {
            "duration": duration,
            "start_schedule": stamp(now),
            "charging_rate_unit": unit.value,
            "charging_schedule_period": profiles_wire.periods(found),
        }
        return call_result.GetCompositeSchedule(
            status="Accepted", connector_id=connector_id, schedule_start=stamp(now), charging_schedule=schedule
        )
