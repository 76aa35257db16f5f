"""The machine as an OCPP 2.0.1 charging station. Each EVSE has one connector, number 1."""

from typing import Any

from ocpp.routing import after, on
from ocpp.v201 import ChargePoint, call, call_result
from ocpp.v201.enums import Action, RegistrationStatusEnumType

from backend.simulator import access, inventory, profiles_wire
from backend.simulator.model import Fact
from backend.simulator.physics import Reading, sampled
from backend.simulator.signing import signed_value
from backend.simulator.station import Station
from backend.simulator.v201_certificates import KINDS, Certificates201
from backend.simulator.v201_limits import Limits201
from backend.simulator.v201_upkeep import Upkeep201
from backend.simulator.v201_watching import Watching201
from backend.simulator.wire import ANSWER_WITHIN_S, Boot, stamp

EVENT = {"started": "Started", "meter": "Updated", "state": "Updated", "ended": "Ended"}
CONTEXT = {"started": "Transaction.Begin", "ended": "Transaction.End"}
ENDS = {
    # why a transaction ended → (trigger of the event, stoppedReason)
    "Local": ("StopAuthorized", "Local"),
    "Remote": ("RemoteStop", "Remote"),
    "EVDisconnected": ("EVDeparted", "EVDisconnected"),
    "PowerLoss": ("AbnormalCondition", "PowerLoss"),
    "DeAuthorized": ("Deauthorized", "DeAuthorized"),
    "UnlockCommand": ("UnlockCommand", "Other"),
    "ImmediateReset": ("ResetCommand", "ImmediateReset"),
    "Fault": ("AbnormalCondition", "Other"),
}
OCCUPIED = frozenset({"Preparing", "Charging", "SuspendedEV", "SuspendedEVSE", "Finishing"})
TRIGGERS = ("BootNotification", "Heartbeat", "MeterValues", "StatusNotification", "TransactionEvent")


class Wire201(Upkeep201, Watching201, Limits201, Certificates201, ChargePoint):
    """`number` of an outlet is the EVSE's id."""

    def __init__(self, station: Station, socket: Any) -> None:
        super().__init__(station.spec.identity, socket, response_timeout=ANSWER_WITHIN_S)
        self.prepare(station)

    # --- what it sends -------------------------------------------------------------------------------------------

    async def boot(self, reason: str) -> Boot:
        spec = self.station.spec
        about = {
            "vendor_name": spec.vendor[:50],
            "model": spec.model[:20],
            "serial_number": spec.serial[:25] or None,
            "firmware_version": self.station.firmware[:50],
        }
        answer = await self.ask(call.BootNotification(charging_station=about, reason=reason))
        if self.station.memory.monitors:
            self.watch()
        if self.station.spec.certified and answer.status == RegistrationStatusEnumType.accepted:
            self.aside(self.want_certificate())
        return Boot(str(RegistrationStatusEnumType(answer.status).value), answer.interval)

    async def heartbeat(self) -> None:
        await self.ask(call.Heartbeat())

    def shown(self, number: int) -> tuple[str, ...]:
        if number == 0:
            return ()
        outlet = self.station.outlets[number - 1]
        phase = self.station.phase(outlet)
        return ("Occupied" if phase in OCCUPIED else phase, outlet.fault.vendor_code if outlet.fault else "")

    async def status(self, number: int) -> None:
        """And what is wrong: the state alone has no error code in 2.0.1, an event has (G05, N07)."""
        word, _ = self.shown(number)
        fault = self.station.outlets[number - 1].fault
        at = stamp(self.station.clock.now())
        await self.ask(call.StatusNotification(timestamp=at, connector_status=word, evse_id=number, connector_id=1))
        if fault is not None:
            await self.tell_event(
                trigger="Alerting",
                actual_value="true",
                tech_code=fault.vendor_code,
                tech_info=f"{fault.code}: {fault.info}",
                event_notification_type="HardWiredNotification",
                component={"name": "Connector", "evse": {"id": number, "connector_id": 1}},
                variable={"name": "Problem"},
            )

    async def authorize(self, id_token: str, token_type: str) -> bool:
        answer = await self.ask(call.Authorize(id_token={"id_token": id_token, "type": token_type}))
        return bool(answer.id_token_info["status"] == "Accepted")

    async def meter(self, number: int) -> None:
        reading = self.station.reading(self.station.outlets[number - 1])
        await self.ask(call.MeterValues(evse_id=number, meter_value=[self._meter_value(number, reading, "Trigger")]))

    async def deliver(self, fact: Fact) -> bool:
        trigger, reason = ENDS[fact.reason] if fact.kind == "ended" else (fact.trigger, None)
        answer = await self.ask(
            call.TransactionEvent(
                event_type=EVENT[fact.kind],
                timestamp=stamp(fact.at),
                trigger_reason=trigger,
                seq_no=fact.seq_no,
                transaction_info={
                    "transaction_id": fact.key,
                    "charging_state": fact.charging_state,
                    "stopped_reason": reason,
                    "remote_start_id": fact.remote_start_id,
                },
                meter_value=[self._meter_value(fact.evse, fact.reading, CONTEXT.get(fact.kind, "Sample.Periodic"))],
                offline=True if fact.offline else None,
                evse={"id": fact.evse, "connector_id": 1},
                reservation_id=fact.reservation_id,
                id_token={"id_token": fact.id_token, "type": fact.token_type} if fact.id_token else None,
            )
        )
        info = answer.id_token_info
        return fact.kind != "started" or info is None or info["status"] == "Accepted"

    def _meter_value(self, evse: int, reading: Reading, context: str) -> dict[str, Any]:
        signed = signed_value(self.station.spec, evse, reading, context)
        values: list[dict[str, Any]] = [
            {
                "value": one.value,
                "measurand": one.measurand,
                "context": context,
                "unit_of_measure": {"unit": one.unit},
                **({"phase": one.phase} if one.phase else {}),
                **({"location": one.location} if one.location else {}),
            }
            for one in sampled(reading, self.station.settings.measurands())
        ]
        for one in values:
            if signed is not None and one["measurand"] == "Energy.Active.Import.Register":
                one["signed_meter_value"] = signed
        return {"timestamp": stamp(reading.at), "sampled_value": values}

    async def report(self, wish: str, number: int) -> None:
        """B07: the parts of a base report; `number` is its request id."""
        await self._report(inventory.base(self.station, wish), number)

    async def _report(self, found: list[dict[str, Any]], number: int) -> None:
        parts = inventory.parts(found)
        for seq_no, part in enumerate(parts):
            await self.ask(
                call.NotifyReport(
                    request_id=number,
                    generated_at=stamp(self.station.clock.now()),
                    seq_no=seq_no,
                    report_data=part,
                    tbc=seq_no < len(parts) - 1,
                )
            )

    # --- what it is asked ----------------------------------------------------------------------------------------

    @on(Action.request_start_transaction)
    def on_request_start(
        self,
        id_token: dict[str, Any],
        remote_start_id: int,
        evse_id: int | None = None,
        charging_profile: Any = None,
        **_: Any,
    ) -> Any:
        profile = profiles_wire.of_start(charging_profile, "id")
        if charging_profile is not None and (profile is None or self.station.refuses_start(profile.held)):
            return call_result.RequestStartTransaction(status="Rejected")
        outlet = self.station.remote_start(evse_id, id_token["id_token"], id_token["type"], remote_start_id, profile)
        running = outlet.transaction.key if outlet and outlet.transaction else None
        status = "Accepted" if outlet else "Rejected"
        return call_result.RequestStartTransaction(status=status, transaction_id=running)

    @on(Action.request_stop_transaction)
    def on_request_stop(self, transaction_id: str, **_: Any) -> Any:
        done = self.station.remote_stop(transaction_id)
        return call_result.RequestStopTransaction(status="Accepted" if done else "Rejected")

    @on(Action.reset)
    def on_reset(self, type: str, evse_id: int | None = None, **_: Any) -> Any:
        if evse_id is not None:
            return call_result.Reset(status="Rejected", status_info={"reason_code": "NotSupported"})
        at_once = self.station.reset(False, "ImmediateReset" if type == "Immediate" else None)
        return call_result.Reset(status="Accepted" if at_once else "Scheduled")

    @on(Action.unlock_connector)
    def on_unlock(self, evse_id: int, connector_id: int, **_: Any) -> Any:
        outlet = self.station.outlet(evse_id)
        if outlet is None or connector_id != 1:
            return call_result.UnlockConnector(status="UnknownConnector")
        if outlet.transaction is not None:
            # F05.FR.02: not while somebody who is authorized charges.
            return call_result.UnlockConnector(status="OngoingAuthorizedTransaction")
        words = {"unlocked": "Unlocked", "failed": "UnlockFailed"}
        return call_result.UnlockConnector(status=words[self.station.unlock(evse_id)])

    @on(Action.change_availability)
    def on_change_availability(self, operational_status: str, evse: dict[str, Any] | None = None, **_: Any) -> Any:
        answer = self.station.available(evse["id"] if evse else 0, operational_status == "Operative")
        return call_result.ChangeAvailability(status=answer.capitalize())

    @on(Action.trigger_message)
    def on_trigger(self, requested_message: str, evse: dict[str, Any] | None = None, **_: Any) -> Any:
        if requested_message in KINDS:
            return call_result.TriggerMessage(status="Accepted")
        if requested_message not in TRIGGERS:
            return call_result.TriggerMessage(status="NotImplemented")
        fits = evse is None or self.station.outlet(evse["id"]) is not None
        return call_result.TriggerMessage(status="Accepted" if fits else "Rejected")

    @after(Action.trigger_message)
    def after_trigger(self, requested_message: str, evse: dict[str, Any] | None = None, **_: Any) -> None:
        if requested_message in KINDS:
            self.aside(self.ask_to_sign(KINDS[requested_message]))
        elif requested_message in ("BootNotification", "Heartbeat"):
            self.station.wish(requested_message)
        elif requested_message in TRIGGERS:
            for outlet in self.station.outlets:
                if evse is None or evse["id"] == outlet.number:
                    self._trigger(requested_message, outlet.number)

    def _trigger(self, message: str, number: int) -> None:
        if message == "TransactionEvent":
            self.station.tell(number)
        else:
            self.station.wish(message, number)

    @on(Action.get_variables)
    def on_get_variables(self, get_variable_data: list[dict[str, Any]], **_: Any) -> Any:
        found = [inventory.get(self.station, one) for one in get_variable_data]
        return call_result.GetVariables(get_variable_result=found)

    @on(Action.set_variables)
    def on_set_variables(self, set_variable_data: list[dict[str, Any]], **_: Any) -> Any:
        found = [access.change(self.station, one) or inventory.change(self.station, one) for one in set_variable_data]
        return call_result.SetVariables(set_variable_result=found)

    @after(Action.set_variables)
    def after_set_variables(self, set_variable_data: list[dict[str, Any]], **_: Any) -> None:
        named = [one["attribute_value"] for one in set_variable_data if one["variable"]["name"] == access.PASSWORD[1]]
        if self.station.memory.password in named:
            self.aside(self.sign_in_anew())

    @on(Action.set_network_profile)
    def on_set_network_profile(self, configuration_slot: int, connection_data: dict[str, Any], **_: Any) -> Any:
        return call_result.SetNetworkProfile(
            status=access.take_profile(self.station, configuration_slot, connection_data)
        )

    @on(Action.cost_updated)
    def on_cost_updated(self, total_cost: float, transaction_id: str, **_: Any) -> Any:
        running = {one.key for one in self.station.memory.running}
        known = {key: cost for key, cost in self.station.memory.costs.items() if key in running}
        self.station.memory.costs = known | ({transaction_id: total_cost} if transaction_id in running else {})
        return call_result.CostUpdated()

    @on(Action.get_base_report)
    def on_get_base_report(self, report_base: str, **_: Any) -> Any:
        known = report_base in inventory.BASES
        return call_result.GetBaseReport(status="Accepted" if known else "NotSupported")

    @after(Action.get_base_report)
    def after_get_base_report(self, request_id: int, report_base: str, **_: Any) -> None:
        if report_base in inventory.BASES:
            self.station.wish(report_base, request_id)

    @on(Action.get_report)
    def on_get_report(
        self,
        component_criteria: list[str] | None = None,
        component_variable: list[dict[str, Any]] | None = None,
        **_: Any,
    ) -> Any:
        found = inventory.custom(self.station, component_criteria, component_variable)
        return call_result.GetReport(status="Accepted" if found else "EmptyResultSet")

    @after(Action.get_report)
    def after_get_report(
        self,
        request_id: int,
        component_criteria: list[str] | None = None,
        component_variable: list[dict[str, Any]] | None = None,
        **_: Any,
    ) -> None:
        if found := inventory.custom(self.station, component_criteria, component_variable):
            self.aside(self._report(found, request_id))

    @on(Action.get_transaction_status)
    def on_get_transaction_status(self, transaction_id: str | None = None, **_: Any) -> Any:
        waiting = any(transaction_id in (None, fact.key) for fact in self.station.memory.outbox)
        running = None if transaction_id is None else self.station.running(transaction_id) is not None
        return call_result.GetTransactionStatus(messages_in_queue=waiting, ongoing_indicator=running)

    @on(Action.clear_cache)
    def on_clear_cache(self, **_: Any) -> Any:
        self.station.memory.known_tokens.clear()
        return call_result.ClearCache(status="Accepted")

    @on(Action.data_transfer)
    def on_data_transfer(self, **_: Any) -> Any:
        return call_result.DataTransfer(status="UnknownVendorId")
