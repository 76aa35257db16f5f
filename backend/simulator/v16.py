"""The machine as an OCPP 1.6 charge point."""

from typing import Any

from ocpp.routing import after, on
from ocpp.v16 import ChargePoint, call, call_result
from ocpp.v16.enums import Action, RegistrationStatus

from backend.simulator import access, profiles_wire
from backend.simulator.configuration import BY_KEY, SETTINGS
from backend.simulator.model import Fact
from backend.simulator.physics import Reading, sampled
from backend.simulator.station import Station
from backend.simulator.v16_limits import Limits16
from backend.simulator.v16_upkeep import Upkeep16
from backend.simulator.wire import ANSWER_WITHIN_S, Boot, stamp

REASONS = {"Fault": "Other"}
"""Why a transaction ended, where the machine's own word isn't one of 1.6."""
TRIGGERS = ("BootNotification", "Heartbeat", "MeterValues", "StatusNotification")
CONTEXT = {"started": "Transaction.Begin", "ended": "Transaction.End"}


class Wire16(Upkeep16, Limits16, ChargePoint):
    """`number` of an outlet is the connectorId."""

    def __init__(self, station: Station, socket: Any) -> None:
        super().__init__(station.spec.identity, socket, response_timeout=ANSWER_WITHIN_S)
        self.prepare(station)

    # --- what it sends -------------------------------------------------------------------------------------------

    async def boot(self, reason: str) -> Boot:
        spec = self.station.spec
        answer = await self.ask(
            call.BootNotification(
                charge_point_vendor=spec.vendor[:20],
                charge_point_model=spec.model[:20],
                charge_point_serial_number=spec.serial[:25] or None,
                firmware_version=self.station.firmware[:50],
            )
        )
        return Boot(str(RegistrationStatus(answer.status).value), answer.interval)

    async def heartbeat(self) -> None:
        await self.ask(call.Heartbeat())

    def shown(self, number: int) -> tuple[str, ...]:
        if number == 0:
            return ("Available" if self.station.operative(0) else "Unavailable", "NoError", "", "")
        outlet = self.station.outlets[number - 1]
        fault = outlet.fault
        return (
            self.station.phase(outlet),
            fault.code if fault else "NoError",
            fault.vendor_code if fault else "",
            fault.info if fault else "",
        )

    async def status(self, number: int) -> None:
        status, code, vendor_code, info = self.shown(number)
        await self.ask(
            call.StatusNotification(
                connector_id=number,
                error_code=code,
                status=status,
                timestamp=stamp(self.station.clock.now()),
                info=info or None,
                vendor_id=self.station.spec.vendor if vendor_code else None,
                vendor_error_code=vendor_code or None,
            )
        )

    async def authorize(self, id_token: str, token_type: str) -> bool:
        answer = await self.ask(call.Authorize(id_tag=id_token[:20]))
        return bool(answer.id_tag_info["status"] == "Accepted")

    async def meter(self, number: int) -> None:
        outlet = self.station.outlets[number - 1]
        one = outlet.transaction
        await self.ask(
            call.MeterValues(
                connector_id=number,
                transaction_id=self.station.memory.numbers.get(one.key) if one else None,
                meter_value=[self._meter_value(self.station.reading(outlet), "Trigger")],
            )
        )

    async def deliver(self, fact: Fact) -> bool:
        numbers = self.station.memory.numbers
        if fact.kind == "started":
            answer = await self.ask(
                call.StartTransaction(
                    connector_id=fact.evse,
                    id_tag=fact.id_token[:20],
                    meter_start=fact.reading.energy_wh,
                    timestamp=stamp(fact.at),
                    reservation_id=fact.reservation_id,
                )
            )
            numbers[fact.key] = answer.transaction_id
            return bool(answer.id_tag_info["status"] == "Accepted")
        if fact.key not in numbers:
            # The central system refused the start for good: it would not know what this is about.
            return True
        if fact.kind == "meter":
            await self.ask(
                call.MeterValues(
                    connector_id=fact.evse,
                    transaction_id=numbers[fact.key],
                    meter_value=[self._meter_value(fact.reading, "Sample.Periodic")],
                )
            )
        elif fact.kind == "ended":
            await self.ask(
                call.StopTransaction(
                    transaction_id=numbers[fact.key],
                    meter_stop=fact.reading.energy_wh,
                    timestamp=stamp(fact.at),
                    reason=REASONS.get(fact.reason, fact.reason),
                    id_tag=fact.id_token[:20] or None,
                )
            )
            numbers.pop(fact.key, None)
        return True

    def _meter_value(self, reading: Reading, context: str) -> dict[str, Any]:
        values = [
            {
                "value": str(one.value),
                "measurand": one.measurand,
                "unit": one.unit,
                "context": context,
                **({"phase": one.phase} if one.phase else {}),
                **({"location": one.location} if one.location else {}),
            }
            for one in sampled(reading, self.station.settings.measurands())
        ]
        return {"timestamp": stamp(reading.at), "sampled_value": values}

    async def report(self, wish: str, number: int) -> None:
        """1.6 asks for nothing that is sent later."""

    # --- what it is asked ----------------------------------------------------------------------------------------

    @on(Action.remote_start_transaction)
    def on_remote_start(
        self, id_tag: str, connector_id: int | None = None, charging_profile: Any = None, **_: Any
    ) -> Any:
        profile = profiles_wire.of_start(charging_profile, "charging_profile_id")
        if charging_profile is not None and (profile is None or self.station.refuses_start(profile.held)):
            return call_result.RemoteStartTransaction(status="Rejected")
        outlet = self.station.remote_start(connector_id, id_tag, profile=profile)
        return call_result.RemoteStartTransaction(status="Accepted" if outlet else "Rejected")

    @on(Action.remote_stop_transaction)
    def on_remote_stop(self, transaction_id: int, **_: Any) -> Any:
        done = self.station.remote_stop(transaction_id)
        return call_result.RemoteStopTransaction(status="Accepted" if done else "Rejected")

    @on(Action.reset)
    def on_reset(self, type: str, **_: Any) -> Any:
        self.station.reset(type == "Hard", f"{type}Reset")
        return call_result.Reset(status="Accepted")

    @on(Action.unlock_connector)
    def on_unlock(self, connector_id: int, **_: Any) -> Any:
        words = {"unlocked": "Unlocked", "unknown": "NotSupported", "failed": "UnlockFailed"}
        return call_result.UnlockConnector(status=words[self.station.unlock(connector_id)])

    @on(Action.change_availability)
    def on_change_availability(self, connector_id: int, type: str, **_: Any) -> Any:
        answer = self.station.available(connector_id, type == "Operative")
        return call_result.ChangeAvailability(status=answer.capitalize())

    @on(Action.extended_trigger_message)
    def on_extended_trigger(self, requested_message: str, connector_id: int | None = None, **_: Any) -> Any:
        answer = self.on_trigger(requested_message, connector_id)
        return call_result.ExtendedTriggerMessage(status=answer.status)

    @after(Action.extended_trigger_message)
    def after_extended_trigger(self, requested_message: str, connector_id: int | None = None, **_: Any) -> None:
        self.after_trigger(requested_message, connector_id)

    @on(Action.trigger_message)
    def on_trigger(self, requested_message: str, connector_id: int | None = None, **_: Any) -> Any:
        if requested_message not in TRIGGERS:
            return call_result.TriggerMessage(status="NotImplemented")
        if connector_id and self.station.outlet(connector_id) is None:
            return call_result.TriggerMessage(status="Rejected")
        return call_result.TriggerMessage(status="Accepted")

    @after(Action.trigger_message)
    def after_trigger(self, requested_message: str, connector_id: int | None = None, **_: Any) -> None:
        known = connector_id is None or connector_id == 0 or self.station.outlet(connector_id) is not None
        if requested_message in TRIGGERS and known:
            for number in _meant(self.station, requested_message, connector_id):
                self.station.wish(requested_message, number)

    @on(Action.get_configuration)
    def on_get_configuration(self, key: list[str] | None = None, **_: Any) -> Any:
        wanted = key or [one.v16 for one in SETTINGS if one.v16] + ["NumberOfConnectors"]
        found, unknown = [], []
        for name in wanted:
            setting = BY_KEY.get(name)
            if name == "NumberOfConnectors":
                found.append({"key": name, "readonly": True, "value": str(len(self.station.outlets))})
            elif setting is None:
                unknown.append(name)
            else:
                value = self.station.settings.text(setting.name)
                found.append({"key": name, "readonly": setting.read_only, "value": value})
        return call_result.GetConfiguration(configuration_key=found or None, unknown_key=unknown or None)

    @on(Action.change_configuration)
    def on_change_configuration(self, key: str, value: str, **_: Any) -> Any:
        if key == "AuthorizationKey":
            taken = access.take_password(self.station, value)
            return call_result.ChangeConfiguration(status="Accepted" if taken else "Rejected")
        setting = BY_KEY.get(key)
        done = self.station.settings.change(setting, value) if setting else "unknown"
        words = {"accepted": "Accepted", "rejected": "Rejected", "read_only": "Rejected", "unknown": "NotSupported"}
        return call_result.ChangeConfiguration(status=words[done])

    @after(Action.change_configuration)
    def after_change_configuration(self, key: str, value: str, **_: Any) -> None:
        if key == "AuthorizationKey" and self.station.memory.password == value:
            self.aside(self.sign_in_anew())

    @on(Action.clear_cache)
    def on_clear_cache(self, **_: Any) -> Any:
        self.station.memory.known_tokens.clear()
        return call_result.ClearCache(status="Accepted")

    @on(Action.data_transfer)
    def on_data_transfer(self, **_: Any) -> Any:
        return call_result.DataTransfer(status="UnknownVendorId")


def _meant(station: Station, message: str, number: int | None) -> list[int]:
    """Of which outlets a triggered message speaks."""
    if message in ("BootNotification", "Heartbeat"):
        return [0]
    if number is not None:
        return [number] if number or message == "StatusNotification" else [one.number for one in station.outlets]
    return [*([0] if message == "StatusNotification" else []), *(one.number for one in station.outlets)]
