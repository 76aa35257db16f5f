"""Monitoring and the data of customers, as a simulated 2.0.1 station does it (N)."""

import asyncio
import itertools
from typing import Any

from ocpp.routing import after, on
from ocpp.v201 import call, call_result
from ocpp.v201.enums import Action

from backend.simulator import watching
from backend.simulator.wire import Speaking, stamp

LOOK_S = 1.0
TEXT = 512
"""Characters in one NotifyCustomerInformation."""
Json = dict[str, Any]


def _names_somebody(id_token: Json | None, others: Json) -> bool:
    return bool(id_token or others.get("customer_identifier") or others.get("customer_certificate"))


class Watching201(Speaking):
    """Mixed into the wire of 2.0.1."""

    _watcher: asyncio.Task[None] | None = None
    events = itertools.count(1)

    def watch(self) -> None:
        """Look after the monitors for as long as the link lives."""
        if self._watcher is None:
            self._watcher = self.aside(self._watch())

    async def _watch(self) -> None:
        while True:
            await self.station.clock.sleep(LOOK_S)
            for event in watching.due(self.station, self.station.clock.seconds()):
                await self.tell_event(event_notification_type="CustomMonitor", **event)

    async def tell_event(self, **event: Any) -> None:
        at = stamp(self.station.clock.now())
        data = {"event_id": next(self.events), "timestamp": at, **event}
        await self.ask(call.NotifyEvent(generated_at=at, seq_no=0, event_data=[data]))

    @on(Action.set_monitoring_base)
    def on_set_monitoring_base(self, monitoring_base: str, **_: Any) -> Any:
        if monitoring_base != "All":
            self.station.memory.monitors.clear()
        return call_result.SetMonitoringBase(status="Accepted")

    @on(Action.set_monitoring_level)
    def on_set_monitoring_level(self, severity: int, **_: Any) -> Any:
        if not 0 <= severity <= 9:
            return call_result.SetMonitoringLevel(status="Rejected")
        self.station.memory.monitoring_level = severity
        return call_result.SetMonitoringLevel(status="Accepted")

    @on(Action.set_variable_monitoring)
    def on_set_variable_monitoring(self, set_monitoring_data: list[Json], **_: Any) -> Any:
        results = [watching.set_one(self.station, one) for one in set_monitoring_data]
        return call_result.SetVariableMonitoring(set_monitoring_result=results)

    @after(Action.set_variable_monitoring)
    def after_set_variable_monitoring(self, **_: Any) -> None:
        self.watch()

    @on(Action.clear_variable_monitoring)
    def on_clear_variable_monitoring(self, id: list[int], **_: Any) -> Any:
        results = [watching.clear(self.station.memory, one) for one in id]
        return call_result.ClearVariableMonitoring(clear_monitoring_result=results)

    @on(Action.get_monitoring_report)
    def on_get_monitoring_report(
        self,
        monitoring_criteria: list[str] | None = None,
        component_variable: list[Json] | None = None,
        **_: Any,
    ) -> Any:
        found = watching.report(self.station, monitoring_criteria, component_variable)
        return call_result.GetMonitoringReport(status="Accepted" if found else "EmptyResultSet")

    @after(Action.get_monitoring_report)
    def after_get_monitoring_report(
        self,
        request_id: int,
        monitoring_criteria: list[str] | None = None,
        component_variable: list[Json] | None = None,
        **_: Any,
    ) -> None:
        if found := watching.report(self.station, monitoring_criteria, component_variable):
            self.aside(self._monitoring_report(request_id, found))

    async def _monitoring_report(self, request_id: int, found: list[Json]) -> None:
        at = stamp(self.station.clock.now())
        await self.ask(call.NotifyMonitoringReport(request_id=request_id, seq_no=0, generated_at=at, monitor=found))

    @on(Action.customer_information)
    def on_customer_information(self, report: bool, clear: bool, id_token: Json | None = None, **others: Any) -> Any:
        """It knows people by their cards only; of other names it has nothing."""
        fits = _names_somebody(id_token, others) and (report or clear)
        return call_result.CustomerInformation(status="Accepted" if fits else "Invalid")

    @after(Action.customer_information)
    def after_customer_information(
        self, request_id: int, report: bool, clear: bool, id_token: Json | None = None, **others: Any
    ) -> None:
        if not _names_somebody(id_token, others):
            return
        value = id_token["id_token"] if id_token else ""
        text = watching.about_customer(self.station, value, forget=clear)
        self.aside(self._customer(request_id, text if report else ""))

    async def _customer(self, request_id: int, text: str) -> None:
        parts = [text[begin : begin + TEXT] for begin in range(0, len(text), TEXT)] or [""]
        for seq_no, data in enumerate(parts):
            at = stamp(self.station.clock.now())
            more = seq_no < len(parts) - 1
            await self.ask(
                call.NotifyCustomerInformation(
                    data=data, seq_no=seq_no, generated_at=at, request_id=request_id, tbc=more
                )
            )
